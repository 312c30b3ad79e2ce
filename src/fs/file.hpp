#pragma once
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/meter.hpp"

/// The one place through which expcore touches files, so that faults can be injected and durability
/// is decided once. Every failure is Error{io} (Error{not_found} for ENOENT where the caller may
/// branch on it) with the text "[Errno N] <strerror>: '<path>'", as Python words it.
namespace expcore::fs {

enum class Kind : std::uint8_t { file, directory, symlink, other };

/// What change detection needs to know about a path.
struct Stat {
  Kind kind = Kind::other;
  std::uint32_t mode = 0;  ///< Permission bits only.
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t links = 0;
  std::int64_t size = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;

  bool is_executable() const { return (mode & 0111U) != 0; }
  friend bool operator==(const Stat&, const Stat&) = default;
};

enum class Follow : bool { no, yes };

/// nullopt when nothing is there (ENOENT, ENOTDIR); a dangling link is "nothing" with Follow::yes.
std::optional<Stat> stat(const std::string& path, Follow follow = Follow::yes);
/// stat() of many names in one folder, without walking to it for each.
/// Thread safety: thread-compatible.
class Folder {
 public:
  /// A folder that is not there has nothing in it.
  explicit Folder(const std::string& path);
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  /// Follows links.
  std::optional<Stat> stat(const std::string& name) const;

 private:
  int fd_;
  std::string path_;
};

bool exists(const std::string& path);   ///< Of any kind; a dangling link exists.
bool is_file(const std::string& path);  ///< Follows links.
bool is_directory(const std::string& path);

/// Whole content. Throws Error{not_found} when missing; Error{io} when a directory, or a pipe,
/// socket or device, which may have no end.
std::string read_file(const std::string& path);
/// nullopt when missing.
std::optional<std::string> read_file_if_exists(const std::string& path);

/// How far a write must have got when the call returns.
enum class Durability : std::uint8_t {
  none,  ///< In the page cache: survives a crash of the process.
  full,  ///< On the disk, and its name too: survives a power cut.
};

/// Replaces `path` by a file with `bytes`: temporary file in the same folder, write, (fsync),
/// rename, (fsync of the folder). Readers see the old or the new content, never a part. An existing
/// file keeps its permission bits; a new one gets `mode` less the umask.
void write_atomic(const std::string& path, std::string_view bytes,
                  Durability durability = Durability::none, std::uint32_t mode = 0666);

/// A file that appears whole at `path`: written as `staging` plus a suffix of our own, in a folder
/// of the same file system whose readers do not mind, flushed, then renamed.
void write_new(const std::string& path, const std::string& staging, std::string_view bytes,
               std::uint32_t mode = 0666);

/// Appends to a file that is there with one write. Cannot be killed halfway; when the disk fails
/// (is full), the file keeps its former length.
void append_whole(const std::string& path, std::string_view bytes);

/// Replaces a small file that is read under a lock and in which spaces at the end mean nothing,
/// many times over: `<path>.spare` is written and the two swap their names, so that no file is
/// made. Whole after a kill or a power cut: then the content may be an earlier one. Nobody else
/// reads the spare.
void write_swapped(const std::string& path, std::string_view bytes);

/// A new file with these bytes and that mode exactly; its stat. `path` must not exist. After a
/// failure no file is left.
Stat create(const std::string& path, std::string_view bytes, std::uint32_t mode);

/// Appends with O_APPEND, one write.
void append(const std::string& path, std::string_view bytes, std::uint32_t mode = 0666);

/// mkdir -p. `mode` is subject to the umask and applies to every folder created.
void make_directories(const std::string& path, std::uint32_t mode = 0777);

/// Removes a file, link or empty folder. False when nothing was there.
bool remove(const std::string& path);
/// Removes a file that nobody will miss, if it can be.
void discard(const std::string& path) noexcept;
/// rm -rf: never follows links, makes folders writable when it must. Missing is fine.
void remove_tree(const std::string& path);
void rename(const std::string& from, const std::string& to);
/// False, and nothing done, when the two are not on one file system (EXDEV).
bool rename_within(const std::string& from, const std::string& to);
/// False when `to` exists (EEXIST).
bool link(const std::string& from, const std::string& to);
void symlink(const std::string& target, const std::string& path);
std::string read_link(const std::string& path);
std::string real_path(const std::string& path);
void chmod(const std::string& path, std::uint32_t mode);
/// A new empty folder `<parent>/<prefix>XXXXXXXX`, mode 0700.
std::string make_temp_directory(const std::string& parent, std::string_view prefix);

/// Flushes the file system that holds `path`: one call makes a batch of files durable.
void sync_file_system(const std::string& path);
void sync_directory(const std::string& path);

/// Copies content, not mode: FICLONE, then copy_file_range, then read/write. `to` must not exist.
/// The new file's mode is `mode` exactly.
void copy_file(const std::string& from, const std::string& to, std::uint32_t mode,
               const BytesDone& on_bytes = {});

/// Makes files that share another's blocks (FICLONE), and remembers which file systems have none:
/// there nothing is created in vain.
/// Thread safety: thread-safe.
class Reflinks {
 public:
  /// Whether files on that device may have them.
  bool may_have(std::uint64_t device);
  /// False, and no file left, when the file system cannot.
  bool make(const std::string& from, const std::string& to, std::uint32_t mode);

 private:
  std::mutex mutex_;
  std::set<std::uint64_t> incapable_;  ///< Devices.
};

struct Entry {
  std::string name;
  Kind kind = Kind::other;  ///< Of the entry itself: links are not followed.
};
/// In readdir order, without "." and "..".
std::vector<Entry> list_directory(const std::string& path);

/// The umask of this process, read without changing it (/proc/self/status); 022 where there is no
/// /proc.
std::uint32_t umask();

}  // namespace expcore::fs
