#pragma once
#include <string>
#include <vector>

#include <expcore/event.hpp>

#include "pipeline/workspace.hpp"

namespace expcore::exp {

/// Brings the files of an experiment (or of any other commit, or of a queued or failed task of
/// DVC's queue) into the workspace. HEAD stays, the index becomes HEAD's.
///
/// What the workspace had is kept first, on the disk, as DVC keeps it: `refs/exps/apply/stash`, the
/// newest only, and beside it `refs/expcore/apply/stash`, whose reflog has the older ones. Tracked
/// files that the experiment lacks go when the workspace was clean and stay otherwise; untracked
/// ones stay unless the experiment has the path. Data comes from the cache; what it lacks stays as
/// it is and is told. Source: DVC dvc/repo/experiments/apply.py, stash.py. Format:
/// docs/formats/experiments.md.
/// Throws: Error{not_found} "'<x>' does not appear to be an experiment commit.: unknown Git
/// revision
/// '<x>'", Error{io} "Checkout failed for following targets: …" with everything else applied,
/// Error{busy}, Error{invalid_argument} before anything changes where a folder with ignored files
/// would give way, and with all files of Git's applied where a link that the experiment brings
/// along would have data written out of the repository.
void apply(pipeline::Workspace& workspace, const std::string& experiment,
           const EventCallback& on_event);

}  // namespace expcore::exp
