#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "yaml/value.hpp"

namespace expcore::cache {

/// DVC's run-cache: dvc.lock entries of past runs by what went into them.
/// Files: <cache>/runs/<key[:2]>/<key>/<value>. Format: docs/formats/cache.md.
/// An `entry` is the stage's dvc.lock entry: a map with cmd, deps, params, outs.
/// Thread safety: thread-compatible.
class RunCache {
 public:
  explicit RunCache(std::string cache_root, bool group_shared = false);

  /// SHA-256 of the entry without `size` and `nfiles` at any depth, outs reduced to their paths.
  /// Throws: Error{invalid_argument} when a param has no JSON form.
  static std::string key(const yaml::Value& entry);
  static std::string value(const yaml::Value& entry);

  /// Writes the entry; an existing one is left alone.
  void save(const yaml::Value& entry);

  /// The newest stored entry with this key for which cmd, deps and *all* params equal those of
  /// `entry` (DVC's key ignores params called size or nfiles) and `usable` agrees. A file that does
  /// not parse or follow the lock schema is reported through `corrupted` (path) and removed, as DVC
  /// does.
  std::optional<yaml::Value> find(const yaml::Value& entry,
                                  const std::function<bool(const yaml::Value&)>& usable,
                                  const std::function<void(const std::string&)>& corrupted) const;

 private:
  std::string root_;
  bool group_shared_;
};

}  // namespace expcore::cache
