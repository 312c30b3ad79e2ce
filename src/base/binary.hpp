#pragma once
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

namespace expcore {

/// Compact bytes for files that only this library reads and may lose: numbers of seven bits a byte,
/// strings by length. Not for anything that another program or another machine must understand.
class BinaryWriter {
 public:
  void number(std::uint64_t value) {
    while (value >= 0x80) {
      bytes_ += static_cast<char>(value | 0x80);
      value >>= 7;
    }
    bytes_ += static_cast<char>(value);
  }
  void integer(std::int64_t value) {  // small negative numbers stay short
    number((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }
  void flag(bool value) { bytes_ += value ? '\1' : '\0'; }
  void fixed(std::uint64_t value) {  // eight bytes, for numbers that are rarely small
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void real(double value) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    fixed(bits);
  }
  void text(std::string_view value) {
    number(value.size());
    bytes_ += value;
  }

  /// What another writer has written.
  void append(std::string_view bytes) { bytes_ += bytes; }

  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// Reads what BinaryWriter wrote. Throws std::out_of_range where the bytes end too early.
class BinaryReader {
 public:
  explicit BinaryReader(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1)[0]);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return value;
    }
    throw std::out_of_range("number");
  }
  std::int64_t integer() {
    const std::uint64_t value = number();
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
  }
  bool flag() { return take(1)[0] != '\0'; }
  std::uint64_t fixed() {
    std::uint64_t value = 0;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  double real() {
    double value = 0;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view view() { return take(number()); }
  /// As many bytes as BinaryWriter::append() was given.
  std::string_view view(std::size_t size) { return take(size); }
  std::string text() { return std::string(view()); }
  /// How many items follow; not more than bytes are left, so that it is safe to reserve.
  std::size_t count() {
    const std::uint64_t value = number();
    if (value > bytes_.size()) throw std::out_of_range("count");
    return value;
  }
  std::string_view rest() const { return bytes_; }

 private:
  std::string_view take(std::uint64_t size) {
    if (size > bytes_.size()) throw std::out_of_range("bytes");
    const auto taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

  std::string_view bytes_;
};

}  // namespace expcore
