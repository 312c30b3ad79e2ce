#include "hash/md5.hpp"

#include <array>
#include <fcntl.h>
#include <variant>

#include "base/spare_buffer.hpp"
#include "base/text.hpp"
#include "fs/descriptor.hpp"
#include "hash/libmd.hpp"

namespace expcore::hash {
namespace {

constexpr std::size_t chunk = std::size_t{1} << 20U;

std::string without_carriage_returns(std::string_view text) {
  return replace_all(text, "\r\n", "\n");
}

}  // namespace

struct Digest::Impl {
  std::variant<MD5_CTX, SHA2_CTX> context;
};

Digest::Digest(Algorithm algorithm) : impl_(std::make_unique<Impl>()) {
  if (algorithm == Algorithm::md5) {
    MD5Init(&impl_->context.emplace<MD5_CTX>());
  } else {
    SHA256Init(&impl_->context.emplace<SHA2_CTX>());
  }
}
Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

void Digest::update(std::string_view bytes) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  if (auto* md5 = std::get_if<MD5_CTX>(&impl_->context)) {
    MD5Update(md5, data, bytes.size());
  } else {
    SHA256Update(&std::get<SHA2_CTX>(impl_->context), data, bytes.size());
  }
}

std::string Digest::finish() {
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> raw{};
  std::size_t size = raw.size();
  if (auto* md5 = std::get_if<MD5_CTX>(&impl_->context)) {
    MD5Final(raw.data(), md5);
    size = MD5_DIGEST_LENGTH;
  } else {
    SHA256Final(raw.data(), &std::get<SHA2_CTX>(impl_->context));
  }
  return to_hex({reinterpret_cast<const char*>(raw.data()), size});
}

std::string md5(std::string_view bytes) {
  Digest digest(Algorithm::md5);
  digest.update(bytes);
  return digest.finish();
}

std::string sha256(std::string_view bytes) {
  Digest digest(Algorithm::sha256);
  digest.update(bytes);
  return digest.finish();
}

bool is_text(std::string_view first_block) {
  if (first_block.empty()) return true;
  std::size_t odd = 0;
  for (const char c : first_block) {
    if (c == '\0') return false;
    const bool plain = (c >= 0x20 && c <= 0x7e) ||
                       std::string_view("\n\r\t\f\b").find(c) != std::string_view::npos;
    if (!plain) ++odd;
  }
  return odd * 10 <= first_block.size() * 3;
}

std::string copy_and_hash(const std::string& from, const std::string& to,
                          const BytesDone& on_bytes) {
  const fs::Descriptor source = fs::open_file(from, O_RDONLY);
  const fs::Descriptor target = fs::open_file(to, O_WRONLY | O_CREAT | O_EXCL, 0600);
  Digest digest(Algorithm::md5);
  const SpareBuffer buffer;
  while (true) {
    const std::size_t got = fs::read_some(source, buffer.data(), chunk, from);
    if (got == 0) return digest.finish();
    const std::string_view bytes(buffer.data(), got);
    digest.update(bytes);
    fs::write_all(target, bytes, to);
    if (on_bytes) on_bytes(static_cast<std::int64_t>(got));
  }
}

Hashed hash_file(const std::string& path, FileHash kind, const BytesDone& on_bytes) {
  const fs::Descriptor file = fs::open_file(path, O_RDONLY);
  Digest digest(Algorithm::md5);
  Hashed result;
  const SpareBuffer buffer;
  while (true) {
    // A whole chunk at a time: md5-dos2unix looks at each one on its own.
    std::size_t used = 0;
    while (used < chunk) {
      const std::size_t got = fs::read_some(file, buffer.data() + used, chunk - used, path);
      if (got == 0) break;
      used += got;
    }
    const std::string_view bytes(buffer.data(), used);
    result.size += static_cast<std::int64_t>(used);
    if (kind == FileHash::md5_dos2unix && is_text(bytes.substr(0, 512))) {
      digest.update(without_carriage_returns(bytes));
    } else {
      digest.update(bytes);
    }
    if (on_bytes) on_bytes(static_cast<std::int64_t>(used));
    if (used < chunk) break;
  }
  result.hex = digest.finish();
  return result;
}

}  // namespace expcore::hash
