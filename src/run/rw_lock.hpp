#pragma once
#include <functional>
#include <string>
#include <vector>

namespace expcore::run {

/// DVC's per-path locks, `.dvc/tmp/rwlock`: who is reading and writing which path right now.
///
/// Taken for as long as a stage runs, so that DVC and expcore do not run over each other.
/// Format: docs/formats/locks.md.
/// Thread safety: confined.
class RwLock {
 public:
  /// Takes read locks on `reads` and write locks on `writes` (absolute paths) in the file
  /// `<tmp_dir>/rwlock`. `command` is what blocked people see.
  /// Entries of dead processes are dropped and reported to `on_warning`.
  /// Throws: Error{busy} "'<path>' is busy, it is being blocked by:…".
  RwLock(std::string tmp_dir, std::string command, const std::vector<std::string>& reads,
         const std::vector<std::string>& writes,
         const std::function<void(const std::string&)>& on_warning);
  ~RwLock();
  RwLock(const RwLock&) = delete;
  RwLock& operator=(const RwLock&) = delete;

 private:
  std::string tmp_dir_;
  std::string command_;
  std::vector<std::string> reads_;  ///< Entries this object added.
  std::vector<std::string> writes_;
};

/// The message of a repository lock that another process holds.
extern const char* const repo_lock_busy;

}  // namespace expcore::run
