#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace expcore::fs {

/// An flock()ed file, DVC's kind of lock (zc.lockfile): held by the kernel for this process, freed
/// by its death, never unlinked. The holder's " <pid>\n" is in it for people.
///
/// Thread safety: confined. Two LockFiles on one path exclude each other within a process, too.
class LockFile {
 public:
  /// nullopt when another holder has it.
  static std::optional<LockFile> try_acquire(const std::string& path);

  /// Tries for `patience`. Throws Error{busy} with `busy_message`.
  static LockFile acquire(const std::string& path, std::chrono::milliseconds patience,
                          const std::string& busy_message);

  LockFile(LockFile&& other) noexcept;
  LockFile& operator=(LockFile&& other) noexcept;
  ~LockFile();

 private:
  explicit LockFile(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace expcore::fs
