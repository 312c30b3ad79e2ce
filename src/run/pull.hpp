#pragma once
#include <functional>
#include <string>
#include <unordered_set>
#include <vector>

#include "pipeline/index.hpp"

namespace expcore::run {

/// `--pull`: brings data that a run wants from the remotes.
///
/// What a remote lacks, and a project without one, is a warning: the run goes on with what it has.
/// Thread safety: confined to a Turn.
class Puller {
 public:
  using Warn = std::function<void(const std::string&)>;
  Puller(pipeline::Workspace& workspace, Warn warn)
      : workspace_(workspace), warn_(std::move(warn)) {}

  /// Every run-cache entry of the default remote.
  void run_cache();

  /// The objects of a stage's cached outputs as `entry` records them, into the cache. False when
  /// some are not to be had.
  bool fetch_outs(const pipeline::Stage& stage, const pipeline::LockEntry& entry);

  /// fetch_outs(), then into the workspace. False, and the workspace as it was, when an output is
  /// not complete or is not DVC's to bring (`cache: false`) and missing.
  bool bring_outs(const pipeline::Stage& stage, const pipeline::LockEntry& entry);

  /// Recorded outputs at, around or below a missing path, into the workspace. Of an output around
  /// it the part at `path` alone.
  void bring_path(const std::string& path);

 private:
  bool fetch(const std::string& remote, const std::vector<cache::ObjectId>& ids);
  void bring_part(const pipeline::LockItem& item, const std::string& folder,
                  const std::string& path);

  pipeline::Workspace& workspace_;
  Warn warn_;
  std::unordered_set<std::string> absent_;  ///< Asked for in vain.
};

}  // namespace expcore::run
