#pragma once
#include <vector>

#include "exp/running.hpp"
#include "queue/store.hpp"

namespace expcore::queue {

/// The tasks of `baselines` as `exp show` lists them. Source: DVC
/// dvc/repo/experiments/queue/celery.py.
std::vector<exp::ExecutedRange> shown_tasks(Store& store, pipeline::Workspace& workspace,
                                            const std::vector<git::Id>& baselines,
                                            const exp::SnapshotOptions& options);

/// What DVC's JSON says of the process of a task.
struct ShownProcess {
  std::string root;  ///< "" is null, here and below.
  std::string log;
  std::optional<std::int64_t> pid;
  std::optional<std::int64_t> returncode;
};
yaml::Value to_value(const ShownProcess& process, const std::string& task);

/// A row for a task whose files are those of `state`.
exp::ExecutedRange shown_task(const git::Id& baseline, const std::string& name, exp::State state,
                              exp::Executor executor);

}  // namespace expcore::queue
