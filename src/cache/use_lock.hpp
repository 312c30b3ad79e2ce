#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "fs/descriptor.hpp"

namespace expcore::cache {

/// Keeps the collection of garbage away from whoever has put objects into a cache, or relies on
/// some that are there, and has not written yet what refers to them.
///
/// An flock() on `<root>/expcore-tmp`, shared between users, exclusive for a collection. Taken
/// after the repository's lock, never before it. Thread safety: confined.
class UseLock {
 public:
  /// Waits for a collection to end. Holds nothing where the folder cannot be made or locked: a
  /// cache that is only read, some network file systems.
  static UseLock share(const std::string& root, bool group_shared);

  /// nullopt while the cache is in use for longer than `patience`. is_held() is false where the
  /// file system has no such locks.
  static std::optional<UseLock> collect(const std::string& root, bool group_shared,
                                        std::chrono::milliseconds patience);

  bool is_held() const { return folder_.has_value(); }

 private:
  UseLock() = default;
  explicit UseLock(fs::Descriptor folder) : folder_(std::move(folder)) {}
  std::optional<fs::Descriptor> folder_;  // closing it frees the lock
};

}  // namespace expcore::cache
