#pragma once
#include <optional>
#include <string>
#include <vector>

#include "exp/stash.hpp"
#include "fs/lock.hpp"
#include "pipeline/workspace.hpp"
#include "queue/store.hpp"

/// What tasks start from: the workspace at the instant of adding, shared by all tasks of one call.
namespace expcore::queue {

/// Where the queue of a project is.
std::string queue_folder(const pipeline::Workspace& workspace);

/// A snapshot that nothing keeps before pin().
struct Captured {
  Snapshot snapshot;
  std::optional<cache::UseLock> use;  ///< To be held until then: its data is in the cache already.
  bool is_former = false;             ///< That of an earlier call.
  bool is_workdir = false;            ///< All of it is in the work tree as it is.
};

/// Writes the workspace as Git objects; the user's files, index and HEAD are not touched. `files`
/// (relative to the workspace's directory) are in it even when Git does not know them. Where
/// nothing changed since the last snapshot it is that one. Throws what
/// exp::capture_workspace() throws for checked stages.
Captured capture(pipeline::Workspace& workspace, const pipeline::Selection& selection,
                 const std::vector<std::string>& files = {});

/// Flushes the snapshot to the disk and keeps it by a ref of ours.
void pin(pipeline::Workspace& workspace, const Snapshot& snapshot);
/// Whether a ref of ours keeps it.
bool is_pinned(const pipeline::Workspace& workspace, const Snapshot& snapshot);

/// What overrides make of the params files of a snapshot.
class TaskFiles {
 public:
  /// Both outlive this. `is_workdir`: the snapshot's files are in the work tree as they are.
  TaskFiles(const pipeline::Workspace& workspace, const Snapshot& snapshot, bool is_workdir = false)
      : workspace_(workspace), snapshot_(snapshot), is_workdir_(is_workdir) {}

  /// The files of a task, as they are with its overrides, by absolute path. Throws what the
  /// overrides deserve, in DVC's words.
  exp::EditedFiles edited(const std::vector<FileOverride>& overrides, const TaskOptions& options);

 private:
  /// "" for a file that is not in the snapshot.
  const std::string& original(const std::string& path);

  const pipeline::Workspace& workspace_;
  const Snapshot& snapshot_;
  bool is_workdir_;
  exp::EditedFiles originals_;
};

/// The stash commit of a task: what DVC would have made when it was queued. The same at any time.
git::Id task_commit(const pipeline::Workspace& workspace, const Snapshot& snapshot,
                    const Task& task);

/// Held from pin() until the tasks are in the store: a snapshot that no task needs is released.
fs::LockFile lock_snapshots(const Store& store);

/// How snapshots and the refs that keep them fit together. One that failed tasks alone need counts
/// as any: they may be run again.
struct SnapshotFaults {
  std::vector<Snapshot> gone;      ///< Git has lost what tasks start from.
  std::vector<Snapshot> unpinned;  ///< It will, as no ref keeps it.
  std::size_t needless = 0;        ///< Refs that release_snapshots() would remove.
};
SnapshotFaults snapshot_faults(Store& store, git::Repo& repo);

/// Lets go of snapshots that no task needs any more: of those that are gone or succeeded. Does
/// nothing while tasks are being added.
void release_snapshots(Store& store, git::Repo& repo);

}  // namespace expcore::queue
