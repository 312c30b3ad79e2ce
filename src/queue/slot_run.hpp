#pragma once
#include <memory>
#include <optional>
#include <string>

#include "exp/refs.hpp"
#include "exp/slot.hpp"
#include "pipeline/workspace.hpp"
#include "queue/runner.hpp"

namespace expcore::queue {

/// The executor info of a running task, DVC's `.run` file; gone when it is over.
std::string info_file_of(const Store& store, const Task& task);

/// Runs tasks in slots of a project: the TaskRun of a Runner.
///
/// Keeps the project open and the slot taken between tasks. Thread safety: confined.
class SlotRuns {
 public:
  /// `directory` is anywhere in the project.
  SlotRuns(const std::string& directory, pipeline::Environment environment);

  /// Throws Error when the attempt fails.
  AttemptEnd run(const Claim& claim, const AttemptContext& context);

  git::Repo& repo() const { return *project_->repo; }
  pipeline::Workspace& project() const { return *project_; }

 private:
  std::unique_ptr<pipeline::Workspace> project_;
  std::optional<exp::Slot> slot_;
};

}  // namespace expcore::queue
