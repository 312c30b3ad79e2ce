#pragma once
#include <functional>
#include <string>
#include <vector>

#include "git/repo.hpp"
#include "pipeline/workspace.hpp"
#include "run/reproduce.hpp"

/// From the outcome of a run to the experiment's commit and ref.
namespace expcore::exp {

/// The commit HEAD leads to. Throws Error{git} in DVC's words without Git or before the first one.
git::Id require_head(const pipeline::Workspace& workspace);

/// `name`, checked, or a made-up one ("" asks for it) that `baseline` does not have yet.
/// Throws: Error{exists} when the baseline has it and `force` is not set.
std::string choose_name(const git::Repo& repo, const git::Id& baseline, const std::string& name,
                        bool force);

/// The tree an experiment of the work tree gets: what Git tracks with its present content, the
/// files the stages declare, `more` (absolute paths); ignored and other untracked files are not in
/// it. Source: DVC dvc/repo/experiments/executor/base.py.
git::Id experiment_tree(pipeline::Workspace& workspace, const run::Reproduction& reproduction,
                        const std::vector<std::string>& more);

/// The tree of a workspace that is saved as it is: what Git tracks, the metrics, params and plots
/// that dvc.yaml files name, a new dvc.lock beside a tracked dvc.yaml, and `more` (absolute paths)
/// - ignored or not. Source: DVC dvc/repo/experiments/executor/base.py save().
git::Id saved_tree(pipeline::Workspace& workspace, const pipeline::Index& index,
                   const std::vector<std::string>& more);

/// DVC's hash over the lock entries of the stages that ran. Source: DVC hash_exp().
std::string experiment_hash(run::Reproduction& reproduction);
/// The same over pipeline stages; data sources are passed over.
std::string experiment_hash(pipeline::Index& index, const std::vector<pipeline::StageId>& stages);

/// What publish() needs to know.
struct Publication {
  git::Id baseline;
  std::string name;
  git::Id tree;
  std::string message;
  bool force = false;  ///< Replace an experiment of that name.
  /// Called with the commit before it is flushed to the disk and its ref moves; what it throws ends
  /// the publication.
  std::function<void(const git::Id& commit)> before_ref = {};
};

/// Writes the commit and moves the ref, the instant at which the experiment exists; the objects are
/// on the disk before. Of two programs that publish one name one wins.
/// Throws: Error{exists} when the name is taken by another result; the same result is the same
/// experiment.
git::Id publish(const pipeline::Workspace& workspace, const Publication& publication);

}  // namespace expcore::exp
