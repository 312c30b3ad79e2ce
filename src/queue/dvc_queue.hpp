#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <expcore/cancel.hpp>

#include "exp/running.hpp"
#include "queue/task.hpp"

/// The queue of DVC, read only: its tasks are its workers' business.
/// Format: docs/formats/queue.md. Source: DVC dvc/repo/experiments/queue/celery.py.
namespace expcore::queue {

struct DvcTask {
  git::Id rev;  ///< Its stash commit, which is its id.
  git::Id baseline;
  std::string name;
  TaskState state = TaskState::queued;
  std::string log;  ///< "" before it has one.
  std::optional<std::int64_t> pid;
  std::optional<std::int64_t> exit_code;
  std::optional<exp::ExecutorInfo> info;
};

/// Running, queued, failed, success; each in DVC's order. Files of DVC that cannot be read are
/// passed over: it writes in place.
std::vector<DvcTask> dvc_tasks(const std::string& tmp_dir);

/// By name, else by a prefix of the id of at least four hex digits.
std::optional<DvcTask> find_dvc_task(const std::string& tmp_dir, const std::string& name);

/// Hands the log of a task over as it grows, until its process has ended. False when there is no
/// such task, or no log of it yet. Throws: Error{cancelled}.
bool follow_dvc_log(const std::string& tmp_dir, const std::string& name, const CancelToken* cancel,
                    const std::function<void(std::string_view)>& on_text);

/// As `exp show` lists them.
std::vector<exp::ExecutedRange> shown_dvc_tasks(pipeline::Workspace& workspace,
                                                const std::vector<git::Id>& baselines,
                                                const exp::SnapshotOptions& options);

}  // namespace expcore::queue
