#include "queue/snapshot.hpp"

#include <chrono>
#include <set>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "fs/path.hpp"
#include "params/edit.hpp"

namespace expcore::queue {
namespace {

constexpr const char* pins = "refs/expcore/queue/";

std::string text_in_snapshot(const pipeline::Workspace& workspace, const Snapshot& snapshot,
                             const std::string& path) {
  const auto relative = workspace.git_path(path);
  const auto entry =
      relative ? workspace.repo->find_in_tree(snapshot.tree, *relative) : std::nullopt;
  if (!entry) {
    throw Error(Errc::not_found,
                fmt::format("Could not find params file '{}'", workspace.shown(path)));
  }
  return workspace.repo->read_blob(entry->id);
}

}  // namespace

std::string queue_folder(const pipeline::Workspace& workspace) {
  return fs::join(workspace.tmp_dir, "exps/expcore");
}

Snapshot take_snapshot(pipeline::Workspace& workspace, const pipeline::Selection& selection) {
  const exp::Capture capture = exp::capture_workspace(workspace, selection);
  Snapshot snapshot;
  snapshot.head = capture.head;
  snapshot.index_tree = capture.index_tree;
  snapshot.tree = capture.tree;
  snapshot.directory = fs::relative(workspace.directory, workspace.repo.workdir());
  snapshot.commit = exp::write_stash_commit(workspace, capture, "", {});
  git::Repo& repo = *workspace.repo;
  repo.sync_objects();
  repo.set_ref(pins + snapshot.commit, snapshot.commit);
  return snapshot;
}

exp::EditedFiles task_files(const pipeline::Workspace& workspace, const Snapshot& snapshot,
                            const std::vector<FileOverride>& overrides,
                            const TaskOptions& options) {
  exp::EditedFiles files;
  for (const auto& [path, text] : options.files)
    files.emplace(fs::absolute(workspace.repo.workdir(), path), text);
  for (const auto& [file, changes] : overrides) {
    const std::string path = fs::absolute(workspace.root, file);
    if (files.contains(path)) continue;
    std::string text = text_in_snapshot(workspace, snapshot, path);
    for (const auto& change : changes) {
      auto scalar = params::parse_scalar_override(change);
      scalar.file = file;
      text = params::set_scalar(text, scalar, workspace.shown(path));
    }
    files.emplace(path, std::move(text));
  }
  return files;
}

git::Id task_commit(const pipeline::Workspace& workspace, const Snapshot& snapshot,
                    const Task& task) {
  return exp::write_stash_commit(workspace, {snapshot.head, snapshot.index_tree, snapshot.tree},
                                 task.name,
                                 task_files(workspace, snapshot, task.overrides, task.options));
}

void release_snapshots(Store& store, git::Repo& repo) {
  std::set<std::string> needed;
  for (const auto& snapshot : store.snapshots())
    needed.insert(pins + snapshot.commit);
  std::vector<std::string> gone;
  for (const auto& ref : repo.refs(pins)) {
    if (needed.contains(ref.name)) continue;
    // One that is being added now is in no row yet.
    constexpr std::int64_t a_while = 3600;
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
    if (repo.commit_info(ref.target).committer.seconds + a_while > now) continue;
    gone.push_back(ref.name);
  }
  if (!gone.empty()) repo.delete_refs(gone);
}

}  // namespace expcore::queue
