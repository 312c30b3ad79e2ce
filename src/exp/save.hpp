#pragma once
#include <string>
#include <vector>

#include <expcore/event.hpp>

#include "git/repo.hpp"
#include "pipeline/workspace.hpp"

namespace expcore::exp {

struct SaveOptions {
  std::vector<std::string> targets = {};  ///< Record the data of these only; empty: of everything.
  bool recursive = false;                 ///< Folders among the targets.
  std::string name = {};                  ///< "" makes one up.
  bool force = false;                     ///< Replace an experiment of that name.
  std::vector<std::string> include_untracked = {};  ///< Files and folders, ignored ones, too.
  std::string message = {};                         ///< Of the commit; "" is DVC's.
  EventCallback on_event = {};
};

struct SaveResult {
  std::string name;
  git::Id commit;
  std::string ref;
  git::Id baseline;
};

/// Records the workspace as an experiment of HEAD without running anything: its data goes to the
/// cache and into dvc.lock as `commit --force` does, then the tree is what Git tracks with its
/// present content, with the metrics, params and plots that dvc.yaml files name and the dvc.lock
/// files beside tracked ones. HEAD, index and stash stay as they are.
/// Source: DVC dvc/repo/experiments/save.py, executor/base.py save(). Unlike there, a new dvc.lock
/// is always in the tree and no packed arguments are (docs/decisions/exp-save.md).
/// Throws: Error{exists} for a name that HEAD has, before anything is touched; what data::commit()
/// throws.
SaveResult save(pipeline::Workspace& workspace, const SaveOptions& options);

}  // namespace expcore::exp
