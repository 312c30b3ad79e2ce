#include "git/ref_lock.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <random>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "fs/file.hpp"
#include "fs/path.hpp"

namespace expcore::git {
namespace {

constexpr std::chrono::seconds patience(10);

/// What our locks say, so that nobody takes another program's for a dead one of ours.
constexpr std::string_view lock_mark = "expcore\n";

void mark(const fs::Descriptor& file, const std::string& path) {
  if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) fs::write_all(file, lock_mark, path);
}

}  // namespace

void remove_dead_lock(const std::string& path) {
  const fs::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return;
  std::array<char, lock_mark.size()> text{};
  const auto size = ::pread(file.get(), text.data(), text.size(), 0);
  if (size < 0 || std::string_view(text.data(), static_cast<std::size_t>(size)) != lock_mark)
    return;
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) return;
  struct stat ours {};
  struct stat there {};
  const bool same = ::fstat(file.get(), &ours) == 0 && ::stat(path.c_str(), &there) == 0 &&
                    ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
  if (!same) return;
  constexpr std::size_t suffix = std::string_view(".lock").size();
  ::unlink((path.substr(0, path.size() - suffix) + ".expcore.lock").c_str());
  ::unlink(path.c_str());
}

bool LockMaker::try_create(const std::string& lock) {
  if (!unnamed_.is_open()) open_unnamed(fs::parent(lock));
  if (unnamed_.is_open()) {
    if (try_link(lock)) return true;
    if (errno != EMLINK) return false;
    named_.push_back(std::move(unnamed_));  // its names still count
    open_unnamed(fs::parent(lock));
    return try_link(lock);
  }
  fs::Descriptor file(::open(lock.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (!file.is_open()) return false;
  mark(file, lock);
  named_.push_back(std::move(file));
  return true;
}

void LockMaker::open_unnamed(const std::string& folder) {
  unnamed_ = fs::Descriptor(::open(folder.c_str(), O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666));
  if (unnamed_.is_open()) mark(unnamed_, folder);
}

bool LockMaker::try_link(const std::string& lock) const {
  const std::string unnamed = fmt::format("/proc/self/fd/{}", unnamed_.get());
  return ::linkat(AT_FDCWD, unnamed.c_str(), AT_FDCWD, lock.c_str(), AT_SYMLINK_FOLLOW) == 0;
}

LockedFile::LockedFile(std::string path, std::shared_ptr<LockMaker> maker)
    : path_(std::move(path)), lock_(path_ + ".lock"), maker_(std::move(maker)) {
  std::minstd_rand random(static_cast<unsigned>(::getpid()));
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!maker_->try_create(lock_)) {
    if (errno == ENOENT) {
      fs::make_directories(fs::parent(path_));
      continue;
    }
    if (errno != EEXIST) fs::fail(errno, lock_);
    if (std::chrono::steady_clock::now() > deadline) {
      throw Error(Errc::busy, fmt::format("'{}' is held by another process; if no such process "
                                          "runs, remove the file",
                                          lock_));
    }
    remove_dead_lock(lock_);
    std::this_thread::sleep_for(std::chrono::milliseconds(1 + random() % 20));
  }
}

LockedFile::~LockedFile() { ::unlink(lock_.c_str()); }

void LockedFile::replace(std::string_view bytes) const {
  const std::string fresh = path_ + ".expcore.lock";  // no ref for anybody
  fs::remove(fresh);  // of a process that died: nobody else writes it while we hold the lock
  {
    const fs::Descriptor file = fs::open_file(fresh, O_WRONLY | O_CREAT | O_EXCL);
    fs::write_all(file, bytes, fresh);
    fs::sync(file, fresh);
  }
  fs::rename(fresh, path_);
}

}  // namespace expcore::git
