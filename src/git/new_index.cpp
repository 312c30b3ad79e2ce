#include "git/new_index.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <fcntl.h>
#include <sys/file.h>
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
constexpr std::string_view copies = "expcore-index-";
/// Copies that are not locked yet may be somebody's for so long.
constexpr std::time_t old_seconds = 60;

bool is_same_file(const struct stat& a, const struct stat& b) {
  return a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

bool is_unchanged(const struct stat& a, const struct stat& b) {
  return is_same_file(a, b) && a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
         a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

/// Removes copies whose owners died, and the lock when it is one of them.
void remove_dead_copies(const std::string& folder, const std::string& lock) {
  for (const auto& entry : fs::list_directory(folder)) {
    if (!entry.name.starts_with(copies)) continue;
    const std::string path = fs::join(folder, entry.name);
    const fs::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open() || ::flock(file.get(), LOCK_EX | LOCK_NB) != 0) continue;
    struct stat ours {};
    struct stat there {};
    if (::fstat(file.get(), &ours) != 0) continue;
    const bool is_lock = ::stat(lock.c_str(), &there) == 0 && is_same_file(ours, there);
    if (is_lock) ::unlink(lock.c_str());
    if (is_lock || std::time(nullptr) - ours.st_ctim.tv_sec > old_seconds) ::unlink(path.c_str());
  }
}

std::string new_copy(const std::string& folder, const void* owner) {
  return fs::join(folder, fmt::format("{}{}-{}", copies, ::getpid(), owner));
}

}  // namespace

NewIndex::NewIndex(std::string path)
    : path_(std::move(path)), copy_(new_copy(fs::parent(path_), this)) {
  remove_dead_copies(fs::parent(path_), path_ + ".lock");
  if (::stat(path_.c_str(), &former_) == 0) {
    fs::remove(copy_);
    fs::copy_file(path_, copy_, former_.st_mode & 0777U);
  }
}

NewIndex::~NewIndex() { ::unlink(copy_.c_str()); }

void NewIndex::take_lock(const std::string& lock) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (::link(copy_.c_str(), lock.c_str()) != 0) {
    if (errno != EEXIST) fs::fail(errno, lock);
    if (std::chrono::steady_clock::now() > deadline) {
      throw Error(Errc::busy, fmt::format("'{}' is held by another process; if no such process "
                                          "runs, remove the file",
                                          lock));
    }
    remove_dead_copies(fs::parent(path_), lock);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

bool NewIndex::publish() {
  const std::string lock = path_ + ".lock";
  held_ = fs::Descriptor(::open(copy_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!held_.is_open() || ::flock(held_.get(), LOCK_EX | LOCK_NB) != 0) return false;
  // Entries as young as the index are looked at again; they must not become old by this.
  if (former_.st_ino != 0) {
    const std::array<struct timespec, 2> times = {former_.st_atim, former_.st_mtim};
    ::futimens(held_.get(), times.data());
  }
  fs::sync(held_, copy_);
  take_lock(lock);
  struct stat now {};
  const bool is_there = ::stat(path_.c_str(), &now) == 0;
  if (is_there != (former_.st_ino != 0) || (is_there && !is_unchanged(now, former_))) {
    ::unlink(lock.c_str());
    return false;
  }
  fs::rename(lock, path_);
  return true;
}

}  // namespace expcore::git
