#include "run/flight.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/cancel.hpp"
#include "base/text.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"

namespace expcore::run {
namespace {

/// Whether `path` leads to the open file: a holder that ended removed the one it had.
bool is_at(const fs::Descriptor& file, const std::string& path) {
  const auto there = fs::stat(path, fs::Follow::no);
  const auto mine = fs::stat(file, path);
  return there && there->device == mine.device && there->inode == mine.inode;
}

/// What a killed holder wrote is gone before this one's words are there.
void introduce(const fs::Descriptor& file, const std::string& path, const std::string& name) {
  if (::ftruncate(file.get(), 0) != 0) fs::fail(errno, path);
  fs::write_all(file, fmt::format(" {}\n{}\n", ::getpid(), name), path);
}

int poll_fd_of(const CancelToken* token) { return token == nullptr ? -1 : token->poll_fd(); }

}  // namespace

std::optional<Flight> Flight::try_take(const std::string& path, const std::string& name) {
  fs::make_directories(fs::parent(path));
  while (true) {
    fs::Descriptor file = fs::open_file(path, O_RDWR | O_CREAT);
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return std::nullopt;
      fs::fail(errno, path);
    }
    if (!is_at(file, path)) continue;
    introduce(file, path, name);
    return Flight(path, std::move(file));
  }
}

Flight Flight::take(const std::string& path, const std::string& name, const Waiting& waiting) {
  constexpr int longest_pause = 100;  // ms
  std::array<pollfd, 2> ends{
      {{poll_fd_of(waiting.cancel), POLLIN, 0}, {poll_fd_of(waiting.abandon), POLLIN, 0}}};
  for (int pause = 2;; pause = std::min(2 * pause, longest_pause)) {
    stop_if_requested(waiting.cancel);
    stop_if_requested(waiting.abandon);
    if (auto flight = try_take(path, name)) return std::move(*flight);
    if (pause == 2 && waiting.on_wait) waiting.on_wait(holder(path));
    ::poll(ends.data(), ends.size(), pause);
  }
}

std::string Flight::holder(const std::string& path) {
  const auto text = fs::read_file_if_exists(path);
  if (!text) return {};
  const auto end_of_pid = std::min(text->find('\n'), text->size());
  const std::string_view pid = trim(std::string_view(*text).substr(0, end_of_pid));
  const std::string_view name = trim(std::string_view(*text).substr(end_of_pid));
  if (pid.empty()) return {};
  return name.empty() ? fmt::format("process {}", pid)
                      : fmt::format("'{}' (process {})", name, pid);
}

Flight& Flight::operator=(Flight&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(file_, other.file_);
  return *this;
}

void Flight::give_up() noexcept {
  // Before the lock is freed: whoever gets it looks whether its file is still the one there.
  if (file_.is_open()) fs::discard(path_);
}

}  // namespace expcore::run
