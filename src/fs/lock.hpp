#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "fs/descriptor.hpp"

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

 private:
  explicit LockFile(Descriptor file) : file_(std::move(file)) {}
  Descriptor file_;  // closing it frees the lock
};

/// Who may have a folder at once.
enum class Share : bool { shared, exclusive };

/// Locks a folder with flock(); closing the result or death frees it. nullopt while another holder
/// is in the way. Throws: Error{io} for folders that cannot be opened or locked (some network file
/// systems).
std::optional<Descriptor> try_lock_folder(const std::string& path, Share share);

}  // namespace expcore::fs
