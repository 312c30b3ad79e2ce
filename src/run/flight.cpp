#include "run/flight.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/cancel.hpp"
#include "base/text.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"

namespace expcore::run {
namespace {

constexpr std::uint64_t record_count = 512;
constexpr std::size_t record_size = 256;

/// The byte that stands for a key: as many of its digits as an offset can hold.
std::uint64_t byte_of(std::string_view key) {
  constexpr std::size_t digits = 15;
  std::uint64_t byte = 0;
  const char* end = key.data() + std::min(digits, key.size());
  std::from_chars(key.data(), end, byte, 16);
  return byte;
}

/// Where the holder of that byte says who it is. Shared by many: the record names the byte.
off_t record_of(std::uint64_t byte) {
  return static_cast<off_t>((byte % record_count) * record_size);
}

/// For people only, so a full disk is no reason not to run.
void introduce(const fs::Descriptor& file, std::uint64_t byte, std::string_view name) {
  std::string record = fmt::format("{:015x} {} {}", byte, ::getpid(), name);
  record.resize(record_size - 1, ' ');
  record += '\n';
  [[maybe_unused]] const auto written =
      ::pwrite(file.get(), record.data(), record.size(), record_of(byte));
}

bool lock_if_free(const fs::Descriptor& file, std::uint64_t byte, const std::string& path) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<off_t>(byte);
  lock.l_len = 1;
  // Of the open file, not of the process: POSIX's own would let two threads in.
  if (::fcntl(file.get(), F_OFD_SETLK, &lock) == 0) return true;
  if (errno == EAGAIN || errno == EACCES) return false;
  fs::fail(errno, path);
}

}  // namespace

std::optional<Flight> Flight::try_take(const std::string& file, std::string_view key,
                                       std::string_view name) {
  const std::uint64_t byte = byte_of(key);
  fs::make_directories(fs::parent(file));
  fs::Descriptor opened = fs::open_file(file, O_RDWR | O_CREAT);
  if (!lock_if_free(opened, byte, file)) return std::nullopt;
  introduce(opened, byte, name);
  return Flight(std::move(opened));
}

Flight Flight::take(const std::string& file, std::string_view key, std::string_view name,
                    const Waiting& waiting) {
  constexpr int longest_pause = 100;  // ms
  std::array<pollfd, 2> ends{
      {{poll_fd_of(waiting.cancel), POLLIN, 0}, {poll_fd_of(waiting.abandon), POLLIN, 0}}};
  for (int pause = 2;; pause = std::min(2 * pause, longest_pause)) {
    stop_if_requested(waiting.cancel);
    stop_if_requested(waiting.abandon);
    if (auto flight = try_take(file, key, name)) return std::move(*flight);
    if (pause == 2 && waiting.on_wait) waiting.on_wait(holder(file, key));
    ::poll(ends.data(), ends.size(), pause);
  }
}

std::string Flight::holder(const std::string& file, std::string_view key) {
  const std::uint64_t byte = byte_of(key);
  const auto opened = fs::open_file(file, O_RDONLY);
  std::array<char, record_size> record{};
  const auto size = ::pread(opened.get(), record.data(), record.size(), record_of(byte));
  if (size != static_cast<ssize_t>(record.size())) return {};
  const auto words = split(trim(std::string_view(record.data(), record.size())), ' ');
  if (words.size() < 2 || words[0] != fmt::format("{:015x}", byte)) return {};
  return words.size() == 2 ? fmt::format("process {}", words[1])
                           : fmt::format("'{}' (process {})", words[2], words[1]);
}

}  // namespace expcore::run
