#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "fs/file.hpp"

namespace expcore::fs {

/// An open file descriptor, closed by its owner's end.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) noexcept : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() { close(); }

  int get() const noexcept { return fd_; }
  bool is_open() const noexcept { return fd_ >= 0; }
  void close() noexcept;

 private:
  int fd_;
};

/// Throws the Error that errno `error` on `path` means.
[[noreturn]] void fail(int error, const std::string& path);

/// open(2) with O_CLOEXEC. `path` in the functions below is for messages.
Descriptor open_file(const std::string& path, int flags, std::uint32_t mode = 0666);
/// 0 at the end of the file.
std::size_t read_some(const Descriptor& file, char* buffer, std::size_t size,
                      const std::string& path);
void write_all(const Descriptor& file, std::string_view bytes, const std::string& path);
void sync(const Descriptor& file, const std::string& path);
Stat stat(const Descriptor& file, const std::string& path);

}  // namespace expcore::fs
