#pragma once
#include <optional>
#include <string>
#include <vector>

#include "git/repo.hpp"
#include "params/edit.hpp"
#include "run/reproduce.hpp"

namespace expcore::exp {

struct RunOptions {
  run::ReproduceOptions reproduce;
  std::string name;     ///< "" makes one up.
  std::string message;  ///< Of the commit; "" is DVC's.
  std::vector<params::ScalarOverride> overrides;
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

}  // namespace expcore::exp
