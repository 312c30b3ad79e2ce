#include "fs/file.hpp"

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

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "fs/descriptor.hpp"
#include "fs/path.hpp"

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

/// A name beside `path` that no other write uses.
std::string temporary_name(const std::string& path) {
  static std::atomic<unsigned> counter{0};  // NOLINT: only makes names differ within the process
  return fmt::format("{}/.{}.{}.{}.tmp", parent(path), filename(path), ::getpid(),
                     counter.fetch_add(1));
}

/// Removes a half-written file unless it was given its name.
class Temporary {
 public:
  explicit Temporary(std::string path) : path_(std::move(path)) {}
  ~Temporary() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  const std::string& path() const { return path_; }
  void keep() { path_.clear(); }

 private:
  std::string path_;
};

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
  if (::fstatat(folder, entry.d_name, &raw, AT_SYMLINK_NOFOLLOW) != 0) return Kind::other;
  return from_system(raw).kind;
}

void copy_bytes(const Descriptor& from, const Descriptor& to, const std::string& source,
                const std::string& target) {
  while (true) {
    const ssize_t copied =
        ::copy_file_range(from.get(), nullptr, to.get(), nullptr, std::size_t{1} << 30U, 0);
    if (copied == 0) return;
    if (copied < 0 && errno == EINTR) continue;
    if (copied < 0) break;  // not between these file systems: read and write instead
  }
  std::string buffer(block, '\0');
  while (true) {
    const std::size_t got = read_some(from, buffer.data(), buffer.size(), source);
    if (got == 0) return;
    write_all(to, std::string_view(buffer).substr(0, got), target);
  }
}

}  // namespace

[[noreturn]] void fail(int error, const std::string& path) {
  const Errc code = error == ENOENT || error == ENOTDIR ? Errc::not_found : Errc::io;
  throw Error(code, fmt::format("[Errno {}] {}: '{}'", error, std::strerror(error), path));
}

Descriptor open_file(const std::string& path, int flags, std::uint32_t mode) {
  while (true) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
    if (fd >= 0) return Descriptor(fd);
    if (errno != EINTR) fail(errno, path);
  }
}

std::size_t read_some(const Descriptor& file, char* buffer, std::size_t size,
                      const std::string& path) {
  while (true) {
    const ssize_t got = ::read(file.get(), buffer, size);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) fail(errno, path);
  }
}

void write_all(const Descriptor& file, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) fail(errno, path);
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void sync(const Descriptor& file, const std::string& path) {
  if (::fsync(file.get()) != 0) fail(errno, path);
}

Stat stat(const Descriptor& file, const std::string& path) {
  struct stat raw {};
  if (::fstat(file.get(), &raw) != 0) fail(errno, path);
  return from_system(raw);
}

std::optional<Stat> stat(const std::string& path, Follow follow) {
  struct stat raw {};
  const int rc = follow == Follow::yes ? ::stat(path.c_str(), &raw) : ::lstat(path.c_str(), &raw);
  if (rc == 0) return from_system(raw);
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  fail(errno, path);
}

Folder::Folder(const std::string& path)
    : fd_(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)), path_(path) {
  if (fd_ < 0 && errno != ENOENT && errno != ENOTDIR) fail(errno, path);
}

Folder::~Folder() {
  if (fd_ >= 0) ::close(fd_);
}

std::optional<Stat> Folder::stat(const std::string& name) const {
  if (fd_ < 0) return std::nullopt;
  struct stat raw {};
  if (::fstatat(fd_, name.c_str(), &raw, 0) == 0) return from_system(raw);
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
  const Descriptor file = open_file(path, O_RDONLY);
  const Stat info = stat(file, path);
  if (info.kind == Kind::directory) fail(EISDIR, path);
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

std::optional<std::string> read_file_if_exists(const std::string& path) {
  try {
    return read_file(path);
  } catch (const Error& error) {
    if (error.code() == Errc::not_found) return std::nullopt;
    throw;
  }
}

void write_atomic(const std::string& path, std::string_view bytes, Durability durability,
                  std::uint32_t mode) {
  const auto former = stat(path);
  // Through a link, the file it leads to is replaced, not the link.
  const std::string target =
      former && stat(path, Follow::no)->kind == Kind::symlink ? real_path(path) : path;
  Temporary temporary(temporary_name(target));
  {
    const Descriptor file = open_file(temporary.path(), O_WRONLY | O_CREAT | O_EXCL, mode);
    write_all(file, bytes, target);
    if (former && ::fchmod(file.get(), former->mode) != 0) fail(errno, target);
    if (durability == Durability::full) sync(file, target);
  }
  rename(temporary.path(), target);
  temporary.keep();
  if (durability == Durability::full) sync_directory(parent(target));
}

void write_new(const std::string& path, const std::string& staging, std::string_view bytes,
               std::uint32_t mode) {
  Temporary temporary(temporary_name(staging));
  write_all(open_file(temporary.path(), O_WRONLY | O_CREAT | O_EXCL, mode), bytes, path);
  rename(temporary.path(), path);
  temporary.keep();
}

void append_whole(const std::string& path, std::string_view bytes) {
  const Descriptor file = open_file(path, O_WRONLY | O_APPEND);
  const std::int64_t before = stat(file, path).size;
  try {
    write_all(file, bytes, path);
  } catch (...) {
    if (::ftruncate(file.get(), before) != 0) fail(errno, path);
    throw;
  }
}

void write_over(const std::string& path, std::string_view bytes) {
  constexpr std::size_t step = 512;
  std::string padded(bytes);
  if (const auto former = stat(path);
      former && former->size >= static_cast<std::int64_t>(bytes.size())) {
    padded.resize(static_cast<std::size_t>(former->size), ' ');
    write_all(open_file(path, O_WRONLY), padded, path);
    return;
  }
  padded.resize((bytes.size() + step - 1) / step * step, ' ');
  write_atomic(path, padded);
}

void append(const std::string& path, std::string_view bytes, std::uint32_t mode) {
  write_all(open_file(path, O_WRONLY | O_CREAT | O_APPEND, mode), bytes, path);
}

void make_directories(const std::string& path, std::uint32_t mode) {
  if (::mkdir(path.c_str(), mode) == 0) return;
  if (errno == EEXIST && is_directory(path)) return;
  if (errno != ENOENT) fail(errno, path);
  make_directories(parent(path), mode);
  if (::mkdir(path.c_str(), mode) != 0 && !(errno == EEXIST && is_directory(path))) {
    fail(errno, path);
  }
}

bool remove(const std::string& path) {
  if (::unlink(path.c_str()) == 0) return true;
  if (errno == EISDIR || errno == EPERM) {
    if (::rmdir(path.c_str()) == 0) return true;
  }
  if (errno == ENOENT || errno == ENOTDIR) return false;
  fail(errno, path);
}

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
  if (::rmdir(path.c_str()) != 0 && errno != ENOENT) fail(errno, path);
}

void rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) fail(errno, to);
}

bool link(const std::string& from, const std::string& to) {
  if (::linkat(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), 0) == 0) return true;
  if (errno == EEXIST) return false;
  fail(errno, to);
}

void symlink(const std::string& target, const std::string& path) {
  if (::symlink(target.c_str(), path.c_str()) != 0) fail(errno, path);
}

std::string read_link(const std::string& path) {
  std::string target(4096, '\0');
  const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
  if (size < 0) fail(errno, path);
  target.resize(static_cast<std::size_t>(size));
  return target;
}

std::string real_path(const std::string& path) {
  const std::unique_ptr<char, void (*)(void*)> resolved(::realpath(path.c_str(), nullptr),
                                                        &std::free);
  if (!resolved) fail(errno, path);
  return resolved.get();
}

void chmod(const std::string& path, std::uint32_t mode) {
  if (::chmod(path.c_str(), mode) != 0) fail(errno, path);
}

std::string make_temp_directory(const std::string& parent_folder, std::string_view prefix) {
  std::string name = fmt::format("{}/{}XXXXXX", parent_folder, prefix);
  if (::mkdtemp(name.data()) == nullptr) fail(errno, name);
  return name;
}

void sync_file_system(const std::string& path) {
  const Descriptor file = open_file(path, O_RDONLY);
  if (::syncfs(file.get()) != 0) fail(errno, path);
}

void sync_directory(const std::string& path) {
  sync(open_file(path, O_RDONLY | O_DIRECTORY), path);
}

void copy_file(const std::string& from, const std::string& to, std::uint32_t mode) {
  if (reflink(from, to, mode)) return;
  const Descriptor source = open_file(from, O_RDONLY);
  Temporary partial(to);
  const Descriptor target = [&] {
    try {
      return open_file(to, O_WRONLY | O_CREAT | O_EXCL, mode);
    } catch (...) {
      partial.keep();  // not ours to remove
      throw;
    }
  }();
  copy_bytes(source, target, from, to);
  if (::fchmod(target.get(), mode) != 0) fail(errno, to);
  partial.keep();
}

bool reflink(const std::string& from, const std::string& to, std::uint32_t mode) {
  const Descriptor source = open_file(from, O_RDONLY);
  const Descriptor target = open_file(to, O_WRONLY | O_CREAT | O_EXCL, mode);
  if (::ioctl(target.get(), FICLONE, source.get()) != 0) {
    ::unlink(to.c_str());
    return false;
  }
  if (::fchmod(target.get(), mode) != 0) fail(errno, to);
  return true;
}

std::vector<Entry> list_directory(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), &::closedir);
  if (!folder) fail(errno, path);
  std::vector<Entry> entries;
  while (true) {
    errno = 0;
    const dirent* entry = ::readdir(folder.get());
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
  const std::string status = read_file("/proc/self/status");
  const auto at = status.find("Umask:");
  std::uint32_t value = 022;
  if (at == std::string::npos) return value;
  const auto digits = status.find_first_not_of(" \t", at + 6);
  std::from_chars(status.data() + digits, status.data() + status.size(), value, 8);
  return value;
}

}  // namespace expcore::fs
