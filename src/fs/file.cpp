#include "fs/file.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <memory>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "fs/descriptor.hpp"
#include "fs/path.hpp"
#include "fs/system.hpp"

namespace expcore::fs {
namespace {

constexpr std::size_t block = std::size_t{1} << 20U;

Stat from_system(const struct stat& raw) {
  Stat result;
  result.kind = S_ISREG(raw.st_mode)   ? Kind::file
                : S_ISDIR(raw.st_mode) ? Kind::directory
                : S_ISLNK(raw.st_mode) ? Kind::symlink
                                       : Kind::other;
  result.mode = raw.st_mode & 07777U;
  result.device = raw.st_dev;
  result.inode = raw.st_ino;
  result.links = raw.st_nlink;
  result.size = raw.st_size;
  result.mtime_ns = raw.st_mtim.tv_sec * 1'000'000'000LL + raw.st_mtim.tv_nsec;
  result.ctime_ns = raw.st_ctim.tv_sec * 1'000'000'000LL + raw.st_ctim.tv_nsec;
  return result;
}

/// -1, with errno set, when it cannot be opened.
int try_open(const std::string& path, int flags, std::uint32_t mode = 0) {
  int fd = -1;
  do {
    fd = system::open(path.c_str(), flags | O_CLOEXEC, mode);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

Descriptor try_open_file(const std::string& path, int flags, std::uint32_t mode = 0) {
  return Descriptor(try_open(path, flags, mode));
}

/// Opening a pipe waits for who writes to it, unless asked not to.
constexpr int reading = O_RDONLY | O_NONBLOCK;

std::string read_opened(const Descriptor& file, const std::string& path) {
  const Stat info = stat(file, path);
  if (info.kind == Kind::directory) fail(EISDIR, path);
  if (info.kind == Kind::other) {
    throw Error(Errc::io, fmt::format("cannot read '{}': it is a pipe or a device", path));
  }
  std::string bytes;
  bytes.resize(static_cast<std::size_t>(info.size) + 1);
  std::size_t used = 0;
  while (true) {
    const std::size_t got = read_some(file, bytes.data() + used, bytes.size() - used, path);
    used += got;
    if (got == 0) break;
    if (used == bytes.size()) bytes.resize(bytes.size() * 2);
  }
  bytes.resize(used);
  return bytes;
}

/// A name beside `path` that no other write uses.
std::string temporary_name(const std::string& path) {
  static std::atomic<unsigned> counter{0};  // NOLINT: only makes names differ within the process
  return fmt::format("{}/.{}.{}.{}.tmp", parent(path), filename(path), ::getpid(),
                     counter.fetch_add(1));
}

/// A half-written file: removed unless it was given its name.
class Temporary {
 public:
  /// `file` is open as long as this is.
  Temporary(std::string path, Descriptor file) : path_(std::move(path)), file_(std::move(file)) {}
  Temporary(Temporary&& other) noexcept
      : path_(std::exchange(other.path_, {})), file_(std::move(other.file_)) {}
  Temporary& operator=(Temporary&&) = delete;
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    if (!path_.empty()) discard(path_);
  }
  const Descriptor& file() const { return file_; }
  void move_to(const std::string& target) {
    rename(path_, target);
    path_.clear();
  }
  void keep() { path_.clear(); }

 private:
  std::string path_;
  Descriptor file_;
};

/// Whether somebody else holds the lock on a file. Where files cannot be locked, nobody does.
bool is_locked(const Descriptor& file) {
  return system::flock(file.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

bool has_name(const Descriptor& file, const std::string& path) {
  struct stat raw {};
  if (system::fstat(file.get(), &raw) != 0) fail(errno, path);
  return raw.st_nlink > 0;
}

/// Removes what a process left under `name` that died. False when it may be in use.
bool remove_leftover(const std::string& name) {
  const Descriptor file = try_open_file(name, O_WRONLY | O_NOFOLLOW);
  if (!file.is_open()) return errno == ENOENT;
  if (system::flock(file.get(), LOCK_EX | LOCK_NB) != 0 || !has_name(file, name)) return false;
  discard(name);
  return true;
}

/// A new file beside `path`. Its name is the same each time, so that what a process left that died
/// in the midst of a write does not stay for ever: only who holds the lock on it removes it.
Temporary make_temporary(const std::string& path, std::uint32_t mode) {
  constexpr int flags = O_WRONLY | O_CREAT | O_EXCL;
  const std::string name = fmt::format("{}/.{}.tmp", parent(path), filename(path));
  int made = try_open(name, flags, mode);
  if (made < 0 && errno == EEXIST && remove_leftover(name)) made = try_open(name, flags, mode);
  if (made >= 0) {
    Temporary temporary(name, Descriptor(made));
    if (!is_locked(temporary.file()) && has_name(temporary.file(), name)) return temporary;
    temporary.keep();  // another process took it for a leftover
  }
  const std::string unique = temporary_name(path);
  return {unique, open_file(unique, flags, mode)};
}

/// False when one of them is not there or the file system cannot.
bool swap_names(const std::string& one, const std::string& other) {
  return system::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) == 0;
}

Kind kind_of_entry(const dirent& entry, int folder) {
  switch (entry.d_type) {
    case DT_REG:
      return Kind::file;
    case DT_DIR:
      return Kind::directory;
    case DT_LNK:
      return Kind::symlink;
    case DT_UNKNOWN:
      break;
    default:
      return Kind::other;
  }
  struct stat raw {};
  if (system::fstatat(folder, entry.d_name, &raw, AT_SYMLINK_NOFOLLOW) != 0) return Kind::other;
  return from_system(raw).kind;
}

void copy_bytes(const Descriptor& from, const Descriptor& to, const std::string& source,
                const std::string& target, const BytesDone& on_bytes) {
  const std::size_t step = std::size_t{1} << (on_bytes ? 26U : 30U);
  while (true) {
    const ssize_t copied = system::copy_file_range(from.get(), nullptr, to.get(), nullptr, step, 0);
    if (copied == 0) return;
    if (copied < 0 && errno == EINTR) continue;
    if (copied < 0) break;  // not between these file systems: read and write instead
    if (on_bytes) on_bytes(copied);
  }
  std::string buffer(block, '\0');
  while (true) {
    const std::size_t got = read_some(from, buffer.data(), buffer.size(), source);
    if (got == 0) return;
    write_all(to, std::string_view(buffer).substr(0, got), target);
    if (on_bytes) on_bytes(static_cast<std::int64_t>(got));
  }
}

}  // namespace

[[noreturn]] void fail(int error, const std::string& path) {
  const Errc code = error == ENOENT || error == ENOTDIR ? Errc::not_found : Errc::io;
  throw Error(code, fmt::format("[Errno {}] {}: '{}'", error, std::strerror(error), path));
}

Descriptor open_file(const std::string& path, int flags, std::uint32_t mode) {
  Descriptor file = try_open_file(path, flags, mode);
  if (!file.is_open()) fail(errno, path);
  return file;
}

std::size_t read_some(const Descriptor& file, char* buffer, std::size_t size,
                      const std::string& path) {
  while (true) {
    const ssize_t got = system::read(file.get(), buffer, size);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) fail(errno, path);
  }
}

void write_all(const Descriptor& file, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = system::write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) fail(errno, path);
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void cut(const Descriptor& file, std::int64_t size, const std::string& path) {
  while (system::ftruncate(file.get(), size) != 0) {
    if (errno != EINTR) fail(errno, path);
  }
}

void sync(const Descriptor& file, const std::string& path) {
  while (system::fsync(file.get()) != 0) {
    if (errno != EINTR) fail(errno, path);
  }
}

Stat stat(const Descriptor& file, const std::string& path) {
  struct stat raw {};
  if (system::fstat(file.get(), &raw) != 0) fail(errno, path);
  return from_system(raw);
}

std::optional<Stat> stat(const std::string& path, Follow follow) {
  struct stat raw {};
  const int rc =
      follow == Follow::yes ? system::stat(path.c_str(), &raw) : system::lstat(path.c_str(), &raw);
  if (rc == 0) return from_system(raw);
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  fail(errno, path);
}

Folder::Folder(const std::string& path) : fd_(try_open(path, O_PATH | O_DIRECTORY)), path_(path) {
  if (fd_ < 0 && errno != ENOENT && errno != ENOTDIR) fail(errno, path);
}

Folder::~Folder() {
  if (fd_ >= 0) ::close(fd_);
}

std::optional<Stat> Folder::stat(const std::string& name) const {
  if (fd_ < 0) return std::nullopt;
  struct stat raw {};
  if (system::fstatat(fd_, name.c_str(), &raw, 0) == 0) return from_system(raw);
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  fail(errno, path_ + "/" + name);
}

bool exists(const std::string& path) { return stat(path, Follow::no).has_value(); }

bool is_file(const std::string& path) {
  const auto found = stat(path);
  return found && found->kind == Kind::file;
}

bool is_directory(const std::string& path) {
  const auto found = stat(path);
  return found && found->kind == Kind::directory;
}

std::string read_file(const std::string& path) {
  return read_opened(open_file(path, reading), path);
}

std::optional<std::string> read_file_if_exists(const std::string& path) {
  const Descriptor file = try_open_file(path, reading);
  if (file.is_open()) return read_opened(file, path);
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  fail(errno, path);
}

namespace {

/// The file a link leads to, which need not be there; `path` when it is no link.
std::string behind_links(std::string path) {
  constexpr int most_links = 40;
  for (int links = 0; links < most_links; ++links) {
    const auto entry = stat(path, Follow::no);
    if (!entry || entry->kind != Kind::symlink) return path;
    path = absolute(parent(path), read_link(path));
  }
  fail(ELOOP, path);
}

}  // namespace

void write_atomic(const std::string& path, std::string_view bytes, Durability durability,
                  std::uint32_t mode) {
  const auto former = stat(path);
  // Through a link, the file it leads to is replaced or made, not the link.
  const std::string target = former && stat(path, Follow::no)->kind == Kind::symlink
                                 ? real_path(path)
                                 : behind_links(path);
  Temporary temporary = make_temporary(target, mode);
  write_all(temporary.file(), bytes, target);
  if (former && system::fchmod(temporary.file().get(), former->mode) != 0) fail(errno, target);
  if (durability == Durability::full) sync(temporary.file(), target);
  temporary.move_to(target);
  if (durability == Durability::full) sync_directory(parent(target));
}

void write_new(const std::string& path, const std::string& staging, std::string_view bytes,
               std::uint32_t mode) {
  Temporary temporary = make_temporary(staging, mode);
  write_all(temporary.file(), bytes, path);
  sync(temporary.file(), path);
  temporary.move_to(path);
}

void append_whole(const std::string& path, std::string_view bytes) {
  const Descriptor file = open_file(path, O_WRONLY | O_APPEND);
  const std::int64_t before = stat(file, path).size;
  try {
    write_all(file, bytes, path);
  } catch (...) {
    cut(file, before, path);
    throw;
  }
}

void write_swapped(const std::string& path, std::string_view bytes) {
  constexpr std::size_t sector = 512;  // what disks write whole; all of today's do that with a page
  constexpr std::size_t page = 4096;
  const std::string spare = path + ".spare";
  const Descriptor file = open_file(spare, O_WRONLY | O_CREAT | O_NOFOLLOW, 0666);
  const auto room = static_cast<std::size_t>(stat(file, spare).size);
  std::string padded(bytes);
  padded.resize(std::max(room, (bytes.size() + sector - 1) / sector * sector), ' ');
  write_all(file, padded, spare);
  // Bytes that lie over others need no flush: an older table comes back with them.
  const bool is_flushed = padded.size() > room || padded.size() > page;
  if (is_flushed) sync(file, spare);
  if (swap_names(spare, path)) return;
  if (!is_flushed) sync(file, spare);
  rename(spare, path);
}

Stat create(const std::string& path, std::string_view bytes, std::uint32_t mode) {
  Temporary file(path, open_file(path, O_WRONLY | O_CREAT | O_EXCL, mode));
  write_all(file.file(), bytes, path);
  Stat made = stat(file.file(), path);
  if ((made.mode & 07777U) != mode) {
    if (system::fchmod(file.file().get(), mode) != 0) fail(errno, path);
    made = stat(file.file(), path);
  }
  file.keep();
  return made;
}

void append(const std::string& path, std::string_view bytes, std::uint32_t mode) {
  write_all(open_file(path, O_WRONLY | O_CREAT | O_APPEND, mode), bytes, path);
}

void make_directories(const std::string& path, std::uint32_t mode) {
  if (system::mkdir(path.c_str(), mode) == 0) return;
  if (errno == EEXIST && is_directory(path)) return;
  if (errno != ENOENT) fail(errno, path);
  make_directories(parent(path), mode);
  if (system::mkdir(path.c_str(), mode) != 0 && !(errno == EEXIST && is_directory(path))) {
    fail(errno, path);
  }
}

bool remove(const std::string& path) {
  if (system::unlink(path.c_str()) == 0) return true;
  if (errno == EISDIR || errno == EPERM) {
    if (system::rmdir(path.c_str()) == 0) return true;
  }
  if (errno == ENOENT || errno == ENOTDIR) return false;
  fail(errno, path);
}

void discard(const std::string& path) noexcept { system::unlink(path.c_str()); }

void remove_tree(const std::string& path) {
  const auto found = stat(path, Follow::no);
  if (!found) return;
  if (found->kind != Kind::directory) {
    remove(path);
    return;
  }
  if ((found->mode & 0700U) != 0700U) chmod(path, found->mode | 0700U);
  for (const auto& entry : list_directory(path))
    remove_tree(join(path, entry.name));
  if (system::rmdir(path.c_str()) != 0 && errno != ENOENT) fail(errno, path);
}

void rename(const std::string& from, const std::string& to) {
  if (system::rename(from.c_str(), to.c_str()) != 0) fail(errno, to);
}

bool rename_within(const std::string& from, const std::string& to) {
  if (system::rename(from.c_str(), to.c_str()) == 0) return true;
  if (errno == EXDEV) return false;
  fail(errno, to);
}

bool link(const std::string& from, const std::string& to) {
  if (system::link(from.c_str(), to.c_str()) == 0) return true;
  if (errno == EEXIST) return false;
  fail(errno, to);
}

void symlink(const std::string& target, const std::string& path) {
  if (system::symlink(target.c_str(), path.c_str()) != 0) fail(errno, path);
}

std::string read_link(const std::string& path) {
  std::string target(4096, '\0');
  const ssize_t size = system::readlink(path.c_str(), target.data(), target.size());
  if (size < 0) fail(errno, path);
  target.resize(static_cast<std::size_t>(size));
  return target;
}

std::string real_path(const std::string& path) {
  const std::unique_ptr<char, void (*)(void*)> resolved(system::realpath(path.c_str(), nullptr),
                                                        &std::free);
  if (!resolved) fail(errno, path);
  return resolved.get();
}

void chmod(const std::string& path, std::uint32_t mode) {
  if (system::chmod(path.c_str(), mode) != 0) fail(errno, path);
}

std::string make_temp_directory(const std::string& parent_folder, std::string_view prefix) {
  std::string name = fmt::format("{}/{}XXXXXX", parent_folder, prefix);
  if (system::mkdtemp(name.data()) == nullptr) fail(errno, name);
  return name;
}

void sync_file_system(const std::string& path) {
  const Descriptor file = open_file(path, O_RDONLY);
  while (system::syncfs(file.get()) != 0) {
    if (errno != EINTR) fail(errno, path);
  }
}

void sync_directory(const std::string& path) {
  sync(open_file(path, O_RDONLY | O_DIRECTORY), path);
}

namespace {

bool clone(const Descriptor& from, const Descriptor& to) {
  return system::ioctl(to.get(), FICLONE, from.get()) == 0;
}

}  // namespace

void copy_file(const std::string& from, const std::string& to, std::uint32_t mode,
               const BytesDone& on_bytes) {
  const Descriptor source = open_file(from, O_RDONLY);
  Temporary partial(to, open_file(to, O_WRONLY | O_CREAT | O_EXCL, mode));
  if (!clone(source, partial.file())) copy_bytes(source, partial.file(), from, to, on_bytes);
  if (system::fchmod(partial.file().get(), mode) != 0) fail(errno, to);
  partial.keep();
}

bool Reflinks::may_have(std::uint64_t device) {
  const std::lock_guard lock(mutex_);
  return !incapable_.contains(device);
}

bool Reflinks::make(const std::string& from, const std::string& to, std::uint32_t mode) {
  const Descriptor source = open_file(from, O_RDONLY);
  struct stat raw {};
  if (system::fstat(source.get(), &raw) != 0) fail(errno, from);
  if (!may_have(raw.st_dev)) return false;
  Temporary target(to, open_file(to, O_WRONLY | O_CREAT | O_EXCL, mode));
  if (!clone(source, target.file())) {
    // Anything else (two file systems, a full disk) says nothing of the next file.
    if (errno == EOPNOTSUPP || errno == ENOTTY || errno == ENOSYS) {
      const std::lock_guard lock(mutex_);
      incapable_.insert(raw.st_dev);
    }
    return false;
  }
  if (system::fchmod(target.file().get(), mode) != 0) fail(errno, to);
  target.keep();
  return true;
}

std::vector<Entry> list_directory(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(system::opendir(path.c_str()), &::closedir);
  if (!folder) fail(errno, path);
  std::vector<Entry> entries;
  while (true) {
    errno = 0;
    const dirent* entry = system::readdir(folder.get());
    if (entry == nullptr) {
      if (errno != 0) fail(errno, path);
      return entries;
    }
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    entries.push_back({std::string(name), kind_of_entry(*entry, ::dirfd(folder.get()))});
  }
}

std::uint32_t umask() {
  const std::string status = read_file_if_exists("/proc/self/status").value_or("");
  const auto at = status.find("Umask:");
  std::uint32_t value = 022;
  if (at == std::string::npos) return value;
  const auto digits = status.find_first_not_of(" \t", at + 6);
  std::from_chars(status.data() + digits, status.data() + status.size(), value, 8);
  return value;
}

}  // namespace expcore::fs
