#pragma once
#include <optional>
#include <string>
#include <vector>

#include "git/repo.hpp"
#include "params/override.hpp"
#include "run/reproduce.hpp"

namespace expcore::exp {

struct RunOptions {
  run::ReproduceOptions reproduce;
  std::string name;     ///< "" makes one up.
  std::string message;  ///< Of the commit; "" is DVC's.
  std::vector<params::FileOverrideSet> overrides;
  bool no_hydra = false;  ///< Leave params.yaml alone even with `hydra.enabled`.
  /// Paths (relative to the caller's directory) that --temp copies into the slot: files Git does
  /// not know. Of no use in the workspace.
  std::vector<std::string> copy_paths;
};

struct RunResult {
  std::string name;
  git::Id commit;
  std::string ref;
  run::Reproduction reproduction;
};

/// Runs the pipeline in the workspace and records the outcome as an experiment of HEAD.
///
/// HEAD, the user's index and stash are not touched: the commit's tree is the workspace as Git
/// would commit it (tracked edits, staged new files) plus the files that the stages declare.
/// Nothing is recorded when a stage fails. Format: docs/formats/experiments.md. Throws:
/// Error{exists} when HEAD has an experiment of that name and `force` is not set, before anything
/// is touched; everything run::reproduce() throws.
RunResult run_in_workspace(pipeline::Workspace& workspace, const RunOptions& options);

/// `options` for a run that is experiment `name` of `baseline` in the user's `project`: its
/// environment and its events.
run::ReproduceOptions experiment_options(const run::ReproduceOptions& options,
                                         const pipeline::Workspace& project,
                                         const git::Id& baseline, const std::string& name);

/// Emits an event with a text.
void tell(const run::ReproduceOptions& options, EventKind kind, const std::string& text,
          const std::string& commit = {});

/// `message`, or DVC's when it is "".
std::string commit_message(const std::string& message, run::Reproduction& reproduction);

}  // namespace expcore::exp
