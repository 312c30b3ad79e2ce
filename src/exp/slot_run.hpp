#pragma once
#include <functional>
#include <string>
#include <vector>

#include "exp/run.hpp"
#include "exp/slot.hpp"
#include "git/repo.hpp"
#include "pipeline/workspace.hpp"

namespace expcore::exp {

/// What to run in a slot.
struct SlotRun {
  git::Id stash;  ///< Of write_stash_commit(); kept by a ref of ours while the run lasts.
  run::ReproduceOptions reproduce;
  std::string message;                  ///< Of the commit; "" is DVC's.
  std::vector<std::string> copy_paths;  ///< Absolute; copied to their place in the slot.
  std::string location = "tempdir";     ///< For `exp show`: "tempdir" or "dvc-task".
  std::string info_file;                ///< Executor info; "" is where DVC has it for --temp.
  /// Called once a ref leads to `stash`.
  std::function<void()> on_pinned = {};
  /// As Publication::before_ref.
  std::function<void(const git::Id& commit)> before_ref = {};
};

/// Prepares the slot, runs the pipeline in it, publishes the outcome as an experiment of the
/// stash's baseline (exp::publish(): once, by comparing and swapping the ref) and cleans the slot.
/// Nothing is published when a stage fails, and the slot is cleaned all the same.
/// Throws what run::reproduce() and publish() throw; Error{io} "Unable to copy '<src>'. …".
RunResult run_in_slot(pipeline::Workspace& project, Slot& slot, const SlotRun& options);

/// `exp run --temp`: the workspace as it is with the overrides, run in a slot.
RunResult run_in_temp(pipeline::Workspace& workspace, const RunOptions& options);

/// Where DVC looks for the executor info of `stash` run with --temp.
std::string temp_info_file(const pipeline::Workspace& workspace, const git::Id& stash);

}  // namespace expcore::exp
