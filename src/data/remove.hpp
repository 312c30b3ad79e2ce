#pragma once
#include <string>

#include <expcore/event.hpp>

#include "pipeline/workspace.hpp"

namespace expcore::data {

/// Takes stages out of dvc.yaml and dvc.lock, or `.dvc` files away; with `outs` their outputs as
/// well, else these become ordinary files. Everything is checked before anything is changed.
/// Source: DVC dvc/repo/remove.py. Throws: Error{not_found} "Stage 'x' not found inside 'dvc.yaml'
/// file", Error{invalid_argument} "cannot remove a parametrized stage: 'x@1'".
void remove(pipeline::Workspace& workspace, const std::string& target, bool outs);

/// Moves a data source and its `.dvc` file. Both paths as typed; `to` may be a folder.
/// Source: DVC dvc/repo/move.py. Throws: Error{not_found} "Unable to find DVC file with output
/// 'x'", Error{invalid_argument} for outputs of stages.
void move(pipeline::Workspace& workspace, const std::string& from, const std::string& to,
          const EventCallback& on_event);

/// Makes files below `target` ordinary writable ones, no links into the cache.
/// Throws: Error{not_found} "can't unprotect non-existing data 'x'".
void unprotect(pipeline::Workspace& workspace, const std::string& target);

}  // namespace expcore::data
