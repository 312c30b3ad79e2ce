#pragma once
#include <functional>
#include <string>

#include "exp/state.hpp"
#include "pipeline/workspace.hpp"

namespace expcore::exp {

struct SnapshotOptions {
  bool force = false;       ///< Read the commit again even when the result is kept.
  bool param_deps = false;  ///< Only parameters that stages depend on.
};

/// Reads params, metrics, deps and outs of the workspace or of commits.
///
/// A commit never changes, so what is read from one is kept for ever in DVC's own place,
/// `.dvc/tmp/exps/cache/`. Source: DVC dvc/repo/experiments/collect.py, serialize.py.
/// Thread safety: confined.
class SnapshotReader {
 public:
  explicit SnapshotReader(pipeline::Workspace& workspace) : workspace_(workspace) {}

  /// A State with data or, when the revision cannot be read, an error.
  State workspace_state(const SnapshotOptions& options);
  State commit_state(const git::Id& commit, const SnapshotOptions& options);
  /// The state of the commit that `make` makes, which is kept under `key` and has that as its
  /// revision. `key` has 40 hex digits and always means the same commit.
  State state_of(const std::string& key, const std::function<git::Id()>& make,
                 const SnapshotOptions& options);

 private:
  pipeline::Workspace& workspace_;
};

}  // namespace expcore::exp
