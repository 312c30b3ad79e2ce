// The system calls of the fs module, failing on demand. The environment says where:
//
//   EXPCORE_FAULT=<n>:<kind>  the n-th call (from 1) fails; kinds are those of `kinds` below
//   EXPCORE_FAULT_LOG=<file>  a line "<n> <call> <path>" per call, or only of the one that failed
//
// Both unset: nothing fails.
#include "faulty_system.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "fs/system.hpp"

namespace expcore::fs::system {
namespace {

enum class Kind {
  none,
  error,  ///< This call fails with an errno.
  part,   ///< A read or write moves half of what it should.
  torn,   ///< A write moves half, and the disk is full from then on.
  full,   ///< The disk is full from this call on.
  dead,   ///< Everything fails with EIO from this call on.
  crash,  ///< The process dies before this call; in the midst of it when it writes.
  power,  ///< As crash, and what was written but not flushed is gone.
};

struct KindName {
  std::string_view name;
  Kind kind;
  int error;
};

constexpr std::array<KindName, 13> kinds = {{
    {"eio", Kind::error, EIO},
    {"enospc", Kind::error, ENOSPC},
    {"eintr", Kind::error, EINTR},
    {"eacces", Kind::error, EACCES},
    {"erofs", Kind::error, EROFS},
    {"emfile", Kind::error, EMFILE},
    {"enoent", Kind::error, ENOENT},
    {"part", Kind::part, 0},
    {"torn", Kind::torn, ENOSPC},
    {"full", Kind::full, ENOSPC},
    {"dead", Kind::dead, EIO},
    {"crash", Kind::crash, 0},
    {"power", Kind::power, 0},
}};

constexpr std::size_t page = 4096;
constexpr int crash_code = 137;  // as of a process that was killed

/// What a call asks of the disk.
enum class Needs {
  nothing,
  bytes,           ///< Reads.
  room,            ///< A name more.
  room_for_bytes,  ///< Writes.
};

struct Step {
  int error = 0;      ///< To fail with.
  bool half = false;  ///< To move only half of the bytes.
  bool dies = false;  ///< To die afterwards.
};

std::string path_of(int file) {
  std::array<char, 4096> buffer{};
  const std::string link = fmt::format("/proc/self/fd/{}", file);
  const ssize_t size = ::readlink(link.c_str(), buffer.data(), buffer.size());
  return size < 0 ? std::string("?") : std::string(buffer.data(), static_cast<std::size_t>(size));
}

class Plan {
 public:
  static Plan& instance() {
    static Plan plan;
    return plan;
  }

  void arm(std::string_view fault) {
    calls_ = 0;
    at_ = 0;
    kind_ = Kind::none;
    error_ = 0;
    names_.emplace();
    if (!fault.empty()) read(fault);
  }

  const std::vector<std::string>& names() const { return *names_; }

  /// What has to become of the next call.
  template <typename Where>
  Step next(const char* call, Needs needs, const Where& where) {
    const unsigned long n = ++calls_;
    if (names_) names_->emplace_back(call);
    if (at_ == 0 || n == at_) log(n, call, where);
    if (at_ == 0 || n < at_) return {};
    const bool needs_room = needs == Needs::room_for_bytes || needs == Needs::room;
    const bool moves = needs == Needs::room_for_bytes || needs == Needs::bytes;
    const bool is_here = n == at_;
    switch (kind_) {
      case Kind::none:
        return {};
      case Kind::error:
        return {is_here ? error_ : 0, false, false};
      case Kind::part:
        return {0, is_here && moves, false};
      case Kind::torn:
        if (is_here && moves) return {0, true, false};
        return {needs_room ? error_ : 0, false, false};
      case Kind::full:
        return {needs_room ? error_ : 0, false, false};
      case Kind::dead:
        return {error_, false, false};
      case Kind::crash:
      case Kind::power:
        if (!is_here) return {};
        if (needs == Needs::room_for_bytes) return {0, true, true};
        die();
    }
    return {};
  }

  [[noreturn]] void die() {
    if (kind_ == Kind::power) lose_unflushed();
    ::_exit(crash_code);
  }

  /// Before bytes go into `file`.
  void writes(int file) {
    if (kind_ != Kind::power) return;
    struct ::stat info {};
    if (::fstat(file, &info) != 0) return;
    const std::lock_guard lock(mutex_);
    for (const auto& known : unflushed_) {
      if (known.device == info.st_dev && known.inode == info.st_ino) return;
    }
    unflushed_.push_back({info.st_dev, info.st_ino, info.st_size, ::dup(file)});
  }

  void flushed(int file) {
    if (kind_ != Kind::power) return;
    struct ::stat info {};
    if (::fstat(file, &info) != 0) return;
    const std::lock_guard lock(mutex_);
    std::erase_if(unflushed_, [&](const Unflushed& known) {
      const bool is_it = known.device == info.st_dev && known.inode == info.st_ino;
      if (is_it) ::close(known.file);
      return is_it;
    });
  }

  void all_flushed() {
    const std::lock_guard lock(mutex_);
    for (const auto& known : unflushed_)
      ::close(known.file);
    unflushed_.clear();
  }

 private:
  struct Unflushed {
    dev_t device;
    ino_t inode;
    off_t size;  ///< That is on the disk.
    int file;
  };

  Plan() {
    if (const char* path = std::getenv("EXPCORE_FAULT_LOG")) {
      log_ = ::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    }
    if (const char* fault = std::getenv("EXPCORE_FAULT")) read(fault);
  }

  void read(std::string_view fault) {
    const auto colon = fault.find(':');
    std::from_chars(fault.data(), fault.data() + std::min(colon, fault.size()), at_);
    for (const auto& known : kinds) {
      if (colon == std::string_view::npos || known.name != fault.substr(colon + 1)) continue;
      kind_ = known.kind;
      error_ = known.error;
    }
    if (kind_ == Kind::none) std::abort();  // a fault nobody knows
  }

  template <typename Where>
  void log(unsigned long n, const char* call, const Where& where) const {
    if (log_ < 0) return;
    const std::string line = fmt::format("{} {} {}\n", n, call, where());
    if (::write(log_, line.data(), line.size()) < 0) std::abort();
  }

  void lose_unflushed() {
    const std::lock_guard lock(mutex_);
    for (const auto& known : unflushed_) {
      if (::ftruncate(known.file, known.size) != 0) std::abort();
    }
  }

  std::atomic<unsigned long> calls_ = 0;
  unsigned long at_ = 0;
  Kind kind_ = Kind::none;
  int error_ = 0;
  int log_ = -1;
  std::optional<std::vector<std::string>> names_;  ///< Of the calls since arm(), of one thread.
  std::mutex mutex_;
  std::vector<Unflushed> unflushed_;
};

Step next(const char* call, Needs needs, int file) {
  Step step = Plan::instance().next(call, needs, [file] { return path_of(file); });
  if (step.error != 0) errno = step.error;
  return step;
}

/// Whether `call` has to fail now; errno says how.
bool fails(const char* call, Needs needs, int file) { return next(call, needs, file).error != 0; }

bool fails(const char* call, Needs needs, const char* path) {
  const Step step = Plan::instance().next(call, needs, [path] { return std::string(path); });
  if (step.error != 0) errno = step.error;
  return step.error != 0;
}

std::size_t share(const Step& step, std::size_t size) {
  return step.half && size > 1 ? size / 2 : size;
}

/// Makes a call that moves bytes into `file`.
template <typename Call>
ssize_t move(const Step& step, int file, const Call& call) {
  if (step.error != 0) return -1;
  Plan::instance().writes(file);
  const ssize_t size = call();
  if (step.dies) Plan::instance().die();
  return size;
}

}  // namespace

void arm(std::string_view fault) { Plan::instance().arm(fault); }

std::vector<std::string> calls() { return Plan::instance().names(); }

int chmod(const char* path, mode_t mode) {
  return fails("chmod", Needs::nothing, path) ? -1 : ::chmod(path, mode);
}

ssize_t copy_file_range(int from, off64_t* from_at, int to, off64_t* to_at, std::size_t size,
                        unsigned flags) {
  const Step step = next("copy_file_range", Needs::room_for_bytes, to);
  struct ::stat info {};
  if (step.half && ::fstat(from, &info) == 0 && info.st_size > 1) {
    size = static_cast<std::size_t>(info.st_size);
  }
  return move(step, to, [&] {
    return ::copy_file_range(from, from_at, to, to_at, share(step, size), flags);
  });
}

int fchmod(int file, mode_t mode) {
  return fails("fchmod", Needs::nothing, file) ? -1 : ::fchmod(file, mode);
}

int flock(int file, int operation) {
  return fails("flock", Needs::nothing, file) ? -1 : ::flock(file, operation);
}

int fstat(int file, struct ::stat* result) {
  return fails("fstat", Needs::nothing, file) ? -1 : ::fstat(file, result);
}

int fstatat(int folder, const char* name, struct ::stat* result, int flags) {
  return fails("fstatat", Needs::nothing, name) ? -1 : ::fstatat(folder, name, result, flags);
}

int fsync(int file) {
  if (fails("fsync", Needs::nothing, file)) return -1;
  // The file is on the disk for this test's purposes; the real call would only cost time.
  Plan::instance().flushed(file);
  return 0;
}

int ftruncate(int file, off_t size) {
  return fails("ftruncate", Needs::nothing, file) ? -1 : ::ftruncate(file, size);
}

int ioctl(int file, unsigned long request, int argument) {
  if (fails("ioctl", Needs::room, file)) return -1;
  Plan::instance().writes(file);
  return ::ioctl(file, request, argument);
}

int link(const char* from, const char* to) {
  return fails("link", Needs::room, to) ? -1 : ::link(from, to);
}

int lstat(const char* path, struct ::stat* result) {
  return fails("lstat", Needs::nothing, path) ? -1 : ::lstat(path, result);
}

int mkdir(const char* path, mode_t mode) {
  return fails("mkdir", Needs::room, path) ? -1 : ::mkdir(path, mode);
}

char* mkdtemp(char* name) {
  return fails("mkdtemp", Needs::room, name) ? nullptr : ::mkdtemp(name);
}

int open(const char* path, int flags, mode_t mode) {
  const bool makes = (flags & O_CREAT) != 0;
  const char* call = makes ? "create" : (flags & O_ACCMODE) == O_RDONLY ? "open" : "open_write";
  return fails(call, makes ? Needs::room : Needs::nothing, path) ? -1 : ::open(path, flags, mode);
}

DIR* opendir(const char* path) {
  return fails("opendir", Needs::nothing, path) ? nullptr : ::opendir(path);
}

ssize_t read(int file, void* buffer, std::size_t size) {
  const Step step = next("read", Needs::bytes, file);
  return step.error != 0 ? -1 : ::read(file, buffer, share(step, size));
}

dirent* readdir(DIR* folder) {
  return fails("readdir", Needs::nothing, ::dirfd(folder)) ? nullptr : ::readdir(folder);
}

ssize_t readlink(const char* path, char* buffer, std::size_t size) {
  return fails("readlink", Needs::nothing, path) ? -1 : ::readlink(path, buffer, size);
}

char* realpath(const char* path, char* buffer) {
  return fails("realpath", Needs::nothing, path) ? nullptr : ::realpath(path, buffer);
}

int rename(const char* from, const char* to) {
  return fails("rename", Needs::room, to) ? -1 : ::rename(from, to);
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  return fails("rename", Needs::room, to) ? -1
                                          : ::renameat2(from_folder, from, to_folder, to, flags);
}

int rmdir(const char* path) { return fails("rmdir", Needs::nothing, path) ? -1 : ::rmdir(path); }

int stat(const char* path, struct ::stat* result) {
  return fails("stat", Needs::nothing, path) ? -1 : ::stat(path, result);
}

int symlink(const char* target, const char* path) {
  return fails("symlink", Needs::room, path) ? -1 : ::symlink(target, path);
}

int syncfs(int file) {
  if (fails("syncfs", Needs::nothing, file)) return -1;
  Plan::instance().all_flushed();
  return 0;
}

int unlink(const char* path) { return fails("unlink", Needs::nothing, path) ? -1 : ::unlink(path); }

ssize_t write(int file, const void* buffer, std::size_t size) {
  Step step = next("write", Needs::room_for_bytes, file);
  // No process dies within a write that stays on a page: such append lines and write over files.
  const off_t at = ::lseek(file, 0, SEEK_CUR);
  struct ::stat info {};
  const bool is_new =
      (::fcntl(file, F_GETFL) & O_APPEND) == 0 && ::fstat(file, &info) == 0 && info.st_size <= at;
  if (step.dies && !is_new && size < page) step.half = false;
  return move(step, file, [&] { return ::write(file, buffer, share(step, size)); });
}

}  // namespace expcore::fs::system
