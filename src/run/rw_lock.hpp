#pragma once
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace expcore::run {

/// What this run holds of DVC's per-path locks, `.dvc/tmp/rwlock`: who is reading and writing
/// which path right now. Stages of one run may read the same path at once; its entry in the file,
/// which has one for a process and path, goes with the last of them.
///
/// Format: docs/formats/locks-and-state.md. Thread safety: confined.
class RwLocks {
 public:
  /// The file is `<tmp_dir>/rwlock`. `command` is what blocked people see. Entries of dead
  /// processes are dropped and reported to `on_warning`; `shown` makes paths what messages say.
  RwLocks(std::string tmp_dir, std::string command,
          std::function<void(const std::string&)> on_warning,
          std::function<std::string(const std::string&)> shown)
      : tmp_dir_(std::move(tmp_dir)),
        command_(std::move(command)),
        on_warning_(std::move(on_warning)),
        shown_(std::move(shown)) {}

  /// For who holds the repository lock, without which nobody takes any of these, for as long as it
  /// reads and writes: takes nothing. Throws: as RwLock.
  void check(const std::vector<std::string>& reads, const std::vector<std::string>& writes) const;

 private:
  friend class RwLock;
  void take(const std::vector<std::string>& reads, const std::vector<std::string>& writes);
  void release(const std::vector<std::string>& reads, const std::vector<std::string>& writes);

  std::string tmp_dir_;
  std::string command_;
  std::function<void(const std::string&)> on_warning_;
  std::function<std::string(const std::string&)> shown_;
  std::map<std::string, int> reads_;  ///< How many stages hold each path.
  std::map<std::string, int> writes_;
};

/// One stage's locks, taken for as long as it runs so that DVC and expcore do not run over each
/// other.
class RwLock {
 public:
  /// Takes read locks on `reads` and write locks on `writes` (absolute paths). A file that was cut
  /// off and names no process that may hold anything is reported and made anew.
  /// Throws: Error{busy} "'<path>' is busy, it is being blocked by:…", Error{parse} for other files
  /// that cannot be read.
  RwLock(RwLocks& locks, std::vector<std::string> reads, std::vector<std::string> writes);
  ~RwLock();
  RwLock(const RwLock&) = delete;
  RwLock& operator=(const RwLock&) = delete;

 private:
  RwLocks& locks_;
  std::vector<std::string> reads_;
  std::vector<std::string> writes_;
};

/// The message of a repository lock that another process holds.
extern const char* const repo_lock_busy;

}  // namespace expcore::run
