#pragma once
#include <string>
#include <sys/stat.h>

#include "fs/descriptor.hpp"

namespace expcore::git {

/// A copy of an index that becomes the index. `index.lock` is there for two system calls only, and
/// one whose holder was killed between them is removed by the next: it is a second name of the
/// copy, which the holder has `flock`ed (docs/decisions/git-refs.md).
///
/// Thread safety: confined.
class NewIndex {
 public:
  /// Copies the index `path` ("…/index"), if there is one.
  explicit NewIndex(std::string path);
  ~NewIndex();
  NewIndex(const NewIndex&) = delete;
  NewIndex& operator=(const NewIndex&) = delete;

  /// The copy, to be changed before publish().
  const std::string& path() const { return copy_; }

  /// Replaces the index, waiting for other holders of its lock up to 10 s. False when it changed
  /// since it was copied: begin again.
  /// Throws: Error{busy} while another program holds the lock.
  bool publish();

 private:
  void take_lock(const std::string& lock);

  std::string path_;
  std::string copy_;
  struct stat former_ {};  ///< Of the index when it was copied.
  fs::Descriptor held_;
};

}  // namespace expcore::git
