#pragma once
#include <optional>
#include <string>
#include <vector>

#include "exp/executor_info.hpp"
#include "exp/snapshot.hpp"

namespace expcore::exp {

/// An experiment that `exp show` knows from elsewhere than from its ref: running, queued, failed.
/// Its range has an executor, whose state says which of these; "success" adds the executor to the
/// experiment of that baseline and name.
struct ExecutedRange {
  git::Id baseline;
  Range range;
};

/// What runs right now in the workspace and in folders of --temp, ours or DVC's, read live.
/// Leftovers of the dead are passed over. Source: DVC dvc/repo/experiments/queue/workspace.py,
/// tempdir.py.
std::vector<ExecutedRange> running_experiments(pipeline::Workspace& workspace,
                                               const SnapshotOptions& options);

/// What runs in the folder that `info` names, as it is there now; nullopt when that is gone.
std::optional<ExecutedRange> live_experiment(const pipeline::Workspace& workspace,
                                             const ExecutorInfo& info, const std::string& rev,
                                             Executor executor, const SnapshotOptions& options);

/// Removes what --temp runs that are over left in `.dvc/tmp/exps/standalone/run`, once there are
/// more than `few`.
void prune_finished_runs(const pipeline::Workspace& workspace, std::size_t few = 100);

}  // namespace expcore::exp
