#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fs/file.hpp"
#include "hash/md5.hpp"

namespace expcore::hash {

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
  /// everything in memory.
  explicit StateDb(std::string path);
  ~StateDb();
  StateDb(const StateDb&) = delete;
  StateDb& operator=(const StateDb&) = delete;

  /// The remembered hash of the file `path` whose present stat is `stat` (links followed).
  std::optional<std::string> find(const std::string& path, const fs::Stat& stat,
                                  FileHash kind = FileHash::md5);

  /// `stat` was taken before and after reading and was equal.
  void remember(const std::string& path, const fs::Stat& stat, const std::string& hex,
                FileHash kind = FileHash::md5);

  /// find(), else hash the file and remember(). Throws Error{not_found/io} like fs::stat/read.
  Hashed hash(const std::string& path, FileHash kind = FileHash::md5);
  /// The same for a caller who has just taken the file's stat (links followed).
  Hashed hash(const std::string& path, const fs::Stat& stat, FileHash kind,
              const BytesDone& on_bytes = {});

  void flush();

  /// Lets other processes write: lookups keep the database locked for reading from the first on.
  /// To be called before anything that takes long.
  void pause();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace expcore::hash
