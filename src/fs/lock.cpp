#include "fs/lock.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "fs/descriptor.hpp"
#include "fs/system.hpp"

namespace expcore::fs {

std::optional<LockFile> LockFile::try_acquire(const std::string& path) {
  Descriptor file = open_file(path, O_RDWR | O_CREAT);
  if (system::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK || errno == EINTR) return std::nullopt;
    fail(errno, path);
  }
  const std::string holder = fmt::format(" {}\n", ::getpid());
  write_all(file, holder, path);
  // Mostly the same process again: then there is nothing to cut off.
  if (stat(file, path).size != static_cast<std::int64_t>(holder.size()) &&
      system::ftruncate(file.get(), static_cast<off_t>(holder.size())) != 0) {
    fail(errno, path);
  }
  return LockFile(std::move(file));
}

LockFile LockFile::acquire(const std::string& path, std::chrono::milliseconds patience,
                           const std::string& busy_message) {
  constexpr std::chrono::milliseconds pause(10);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (true) {
    if (auto lock = try_acquire(path)) return std::move(*lock);
    if (std::chrono::steady_clock::now() >= deadline) throw Error(Errc::busy, busy_message);
    std::this_thread::sleep_for(pause);
  }
}

std::optional<Descriptor> try_lock_folder(const std::string& path, Share share) {
  Descriptor folder = open_file(path, O_RDONLY | O_DIRECTORY);
  const int operation = share == Share::shared ? LOCK_SH : LOCK_EX;
  if (system::flock(folder.get(), operation | LOCK_NB) == 0) return folder;
  if (errno != EWOULDBLOCK && errno != EINTR) fail(errno, path);
  return std::nullopt;
}

}  // namespace expcore::fs
