#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fs/file.hpp"
#include "hash/content.hpp"
#include "hash/fingerprint.hpp"
#include "hash/md5.hpp"

namespace expcore::hash {

/// Data that this library put into the work tree or took in from there.
struct Made {
  std::uint64_t inode = 0;
  std::int64_t mtime_ns = 0;  ///< 0 for folders.
  std::string hex;            ///< Of its object.
  FileHash kind = FileHash::md5;
  friend bool operator==(const Made&, const Made&) = default;
};

/// What a folder is when its members have these names and stats.
struct KnownFolder {
  Fingerprint stats;  ///< A StatSum.
  std::string hex;    ///< Of its object, with ".dir".
  std::int64_t size = 0;
  std::int64_t file_count = 0;
};

/// Remembers the hash of files by their stat, so that a file that did not change is never read
/// twice. A cache: deleting the database costs time, nothing else. A missing, corrupt, locked or
/// read-only database makes every lookup a miss and never an error.
///
/// Racy-clean as Git: a file whose mtime or ctime is not safely older than the moment it was hashed
/// is not remembered as clean.
/// Writes are gathered and stored by `flush()` (and the destructor) in one transaction.
/// Thread safety: thread-safe.
class StateDb {
 public:
  /// `path` of the SQLite file; its folder is created on the first write. An empty path keeps
  /// everything in memory. What large contents hash to is kept in a file of its own, which may be
  /// shared with the slots of a project.
  explicit StateDb(std::string path, std::string contents_path = "");
  ~StateDb();
  StateDb(const StateDb&) = delete;
  StateDb& operator=(const StateDb&) = delete;

  /// The remembered hash of the file `path` whose present stat is `stat` (links followed).
  std::optional<std::string> find(const std::string& path, const fs::Stat& stat,
                                  FileHash kind = FileHash::md5);

  /// Reads at once what is remembered of the files below `folder`, for a caller who is about to
  /// look for many of them.
  void prefetch(const std::string& folder, FileHash kind = FileHash::md5);

  /// `stat` was taken before and after reading and was equal.
  void remember(const std::string& path, const fs::Stat& stat, const std::string& hex,
                FileHash kind = FileHash::md5);

  /// find(), else hash the file and remember(). Throws Error{not_found/io} like fs::stat/read.
  Hashed hash(const std::string& path, FileHash kind = FileHash::md5);
  /// The same for a caller who has just taken the file's stat (links followed).
  Hashed hash(const std::string& path, const fs::Stat& stat, FileHash kind,
              const BytesDone& on_bytes = {});

  /// Reads a file of that stat that nobody knows.
  using Read = std::function<ReadContent(const std::string& path, const fs::Stat& stat)>;
  /// MD5 for a caller who has a use for the bytes if they have to be read.
  Hashed hash_by(const Read& read, const std::string& path, const fs::Stat& stat,
                 const BytesDone& on_bytes);

  /// What is remembered of the folder `path`: holds while its members' stats have that sum. Of a
  /// folder object in the cache: that every member is there while the cache's folders have it.
  std::optional<KnownFolder> find_folder(const std::string& path, FileHash kind = FileHash::md5);
  /// With no sum that is racy.
  void remember_folder(const std::string& path, KnownFolder folder, FileHash kind = FileHash::md5);

  /// What was made, by absolute path, and not forgotten since. As easily lost
  /// as the rest.
  std::map<std::string, Made> made();
  void remember_made(const std::string& path, const Made& made);
  void forget_made(const std::string& path);

  void flush();

  /// Lets other processes write: lookups keep the database locked for reading from the first on.
  /// To be called before anything that takes long.
  void pause();

 private:
  Hashed hash_with(const std::function<Hashed()>& read, const std::string& path,
                   const fs::Stat& stat, FileHash kind, const BytesDone& on_bytes);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace expcore::hash
