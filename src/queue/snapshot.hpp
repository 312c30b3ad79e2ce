#pragma once
#include <string>
#include <vector>

#include "exp/stash.hpp"
#include "pipeline/workspace.hpp"
#include "queue/store.hpp"

/// What tasks start from: the workspace at the instant of adding, shared by all tasks of one call.
namespace expcore::queue {

/// Where the queue of a project is.
std::string queue_folder(const pipeline::Workspace& workspace);

/// Writes the workspace as Git objects, kept by a ref of ours; the user's files, index and HEAD are
/// not touched. Throws what exp::capture_workspace() throws.
Snapshot take_snapshot(pipeline::Workspace& workspace, const pipeline::Selection& selection);

/// The params files of a task, as they are with its overrides, by absolute path. Throws what the
/// overrides deserve, in DVC's words.
exp::EditedFiles task_files(const pipeline::Workspace& workspace, const Snapshot& snapshot,
                            const std::vector<FileOverride>& overrides, const TaskOptions& options);

/// The stash commit of a task: what DVC would have made when it was queued.
git::Id task_commit(const pipeline::Workspace& workspace, const Snapshot& snapshot,
                    const Task& task);

/// Lets go of snapshots that no task needs any more.
void release_snapshots(Store& store, git::Repo& repo);

}  // namespace expcore::queue
