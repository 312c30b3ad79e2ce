#pragma once
#include <memory>
#include <optional>
#include <string>

#include "exp/executor_info.hpp"
#include "exp/refs.hpp"
#include "exp/slot.hpp"
#include "pipeline/workspace.hpp"
#include "queue/runner.hpp"
#include "run/job.hpp"

namespace expcore::queue {

/// Where the executor info of running tasks is.
std::string info_folder(const Store& store);
/// Where a running task is; nullopt before it has a folder.
std::optional<exp::ExecutorInfo> running_info(const Store& store, const Task& task);

/// Runs tasks in slots of a project: the TaskRun of a Runner.
///
/// Keeps the project open and the slot taken between tasks. Thread safety: confined.
class SlotRuns {
 public:
  /// `directory` is anywhere in the project.
  /// Commands run as jobs of `engine`; null: here. It outlives this.
  SlotRuns(const std::string& directory, pipeline::Environment environment,
           const run::Engine* engine = nullptr);

  /// Throws Error when the attempt fails.
  AttemptEnd run(const Claim& claim, const AttemptContext& context);

  git::Repo& repo() const { return *project_->repo; }
  pipeline::Workspace& project() const { return *project_; }

 private:
  void end_unwanted_jobs(Store& store) const;
  bool has_job_in_slot() const;

  std::unique_ptr<pipeline::Workspace> project_;
  const run::Engine* engine_;
  std::optional<exp::Slot> slot_;
};

}  // namespace expcore::queue
