#include "queue/snapshot.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <string_view>
#include <thread>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "exp/record.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "git/index_file.hpp"
#include "hash/fingerprint.hpp"
#include "hydra/params_file.hpp"
#include "params/edit.hpp"

namespace expcore::queue {
namespace {

constexpr const char* pins = "refs/expcore/queue/";

/// Files that overrides name and Git does not know.
std::vector<git::TreeEdit> unknown_files(const pipeline::Workspace& workspace, const git::Id& tree,
                                         const std::vector<std::string>& files) {
  std::vector<git::TreeEdit> edits;
  for (const auto& file : files) {
    const std::string path = fs::absolute(workspace.directory, file);
    const auto relative = workspace.git_path(path);
    if (!relative || workspace.repo->find_in_tree(tree, *relative)) continue;
    if (const auto text = fs::read_file_if_exists(path)) {
      edits.push_back({*relative, 0100644U, workspace.repo->write_blob(*text)});
    }
  }
  return edits;
}

}  // namespace

std::string queue_folder(const pipeline::Workspace& workspace) {
  return fs::join(workspace.tmp_dir, "exps/expcore");
}

namespace {

/// The last snapshot of a workspace that had no edits, for as long as neither index nor work tree
/// change. Losing the file costs time and nothing else.
class LastSnapshot {
 public:
  explicit LastSnapshot(const pipeline::Workspace& workspace)
      : workspace_(workspace),
        file_(fs::join(queue_folder(workspace), "last_snapshot")),
        directory_(fs::relative(workspace.directory, workspace.repo.workdir())) {}

  /// Where the caller stands, relative to the Git work tree.
  const std::string& directory() const { return directory_; }

  /// The snapshot, when making it once more would give the same but for its time. Git must know
  /// `files`, relative to the workspace's directory.
  std::optional<Snapshot> find(const git::Id& head, const std::vector<std::string>& files) {
    index_ = git::IndexFile::read(index_path());
    if (!index_) return std::nullopt;
    const auto text = fs::read_file_if_exists(file_);
    if (!text) return std::nullopt;
    const auto lines = split(*text, '\n');
    if (lines.size() < 6 || lines[0] != version || lines[1] != fingerprint() || lines[2] != head ||
        lines[5] != directory_) {
      return std::nullopt;
    }
    Snapshot snapshot;
    snapshot.head = head;
    snapshot.commit = lines[3];
    snapshot.tree = snapshot.index_tree = lines[4];
    snapshot.directory = directory_;
    if (!is_pinned(workspace_, snapshot)) return std::nullopt;
    if (!others_than_tracked(files).empty()) return std::nullopt;
    if (!index_->is_like(workspace_.repo.workdir())) return std::nullopt;
    return snapshot;
  }

  /// After find(): those of `files` that are not certainly tracked.
  std::vector<std::string> others_than_tracked(std::vector<std::string> files) const {
    if (index_) std::erase_if(files, [&](const std::string& file) { return is_tracked(file); });
    return files;
  }

  /// After find(). Another index than that of find() has another snapshot.
  void remember(const Snapshot& snapshot) const {
    if (!index_ || snapshot.tree != snapshot.index_tree) return;
    const auto now = fs::read_file_if_exists(index_path());
    if (!now || *now != index_->bytes()) return;
    try {
      fs::make_directories(fs::parent(file_));
      fs::write_atomic(file_,
                       fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n", version, fingerprint(),
                                   snapshot.head, snapshot.commit, snapshot.tree, directory_),
                       fs::Durability::none);
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): made anew next time
    }
  }

 private:
  static constexpr std::string_view version = "expcore last snapshot 1";

  bool is_tracked(const std::string& file) const {
    const auto relative = workspace_.git_path(fs::absolute(workspace_.directory, file));
    return relative && index_->has(*relative);
  }

  std::string index_path() const { return fs::join(workspace_.repo->git_dir(), "index"); }
  std::string fingerprint() const { return hash::fingerprint(index_->bytes()).hex(); }

  const pipeline::Workspace& workspace_;
  std::string file_;
  std::string directory_;
  std::optional<git::IndexFile> index_;
};

}  // namespace

Captured capture(pipeline::Workspace& workspace, const pipeline::Selection& selection,
                 const std::vector<std::string>& files) {
  LastSnapshot last(workspace);
  std::optional<Snapshot> same;
  const auto known = [&]() -> std::optional<git::Id> {
    same = last.find(exp::require_head(workspace), files);
    if (!same) return std::nullopt;
    return same->tree;
  };
  exp::Capture capture = exp::capture_workspace(workspace, selection, exp::Stages::checked, known);
  Captured captured;
  captured.use = std::move(capture.use);
  if (same && capture.head == same->head && capture.tree == same->tree) {
    captured.snapshot = std::move(*same);
    captured.is_former = captured.is_workdir = true;
    return captured;
  }
  captured.is_workdir = capture.is_workdir;
  auto edits = unknown_files(workspace, capture.tree, last.others_than_tracked(files));
  if (!edits.empty()) capture.tree = workspace.repo->edit_tree(capture.tree, std::move(edits));
  Snapshot& snapshot = captured.snapshot;
  snapshot.head = capture.head;
  snapshot.index_tree = capture.index_tree;
  snapshot.tree = capture.tree;
  snapshot.directory = last.directory();
  snapshot.commit = exp::write_stash_commit(workspace, capture, "", {});
  last.remember(snapshot);
  return captured;
}

void pin(pipeline::Workspace& workspace, const Snapshot& snapshot) {
  workspace.repo->sync_objects();
  workspace.repo->set_ref(pins + snapshot.commit, snapshot.commit);
}

bool is_pinned(const pipeline::Workspace& workspace, const Snapshot& snapshot) {
  return workspace.repo->resolve_ref(pins + snapshot.commit) == snapshot.commit;
}

const std::string& TaskFiles::original(const std::string& path) {
  const auto [found, made] = originals_.try_emplace(path);
  if (!made) return found->second;
  if (is_workdir_) {
    found->second = fs::read_file_if_exists(path).value_or("");
    return found->second;
  }
  const auto relative = workspace_.git_path(path);
  if (!relative) return found->second;
  const auto entry = workspace_.repo->find_in_tree(
      snapshot_.tree, exp::behind_links(workspace_, snapshot_.tree, *relative));
  if (entry) found->second = workspace_.repo->read_blob(entry->id);
  return found->second;
}

exp::EditedFiles TaskFiles::edited(const std::vector<FileOverride>& overrides,
                                   const TaskOptions& options) {
  exp::EditedFiles files;
  for (const auto& [path, text] : options.files)
    files.emplace(fs::absolute(workspace_.repo.workdir(), path), text);
  for (const auto& [file, changes] : overrides) {
    const std::string path = fs::absolute(workspace_.directory, file);
    if (files.contains(path)) continue;
    std::vector<params::Override> parsed;
    for (const auto& change : changes)
      parsed.push_back(params::parse_override(change));
    std::string text =
        params::apply_to_text(original(path), params::format_of(path), workspace_.shown(path),
                              parsed, hydra::params_interpolation(workspace_.environment));
    files.emplace(path, std::move(text));
  }
  return files;
}

git::Id task_commit(const pipeline::Workspace& workspace, const Snapshot& snapshot,
                    const Task& task) {
  return exp::write_stash_commit(
      workspace, {snapshot.head, snapshot.index_tree, snapshot.tree, false, std::nullopt},
      task.name, TaskFiles(workspace, snapshot).edited(task.overrides, task.options),
      std::chrono::system_clock::time_point(std::chrono::nanoseconds(task.created_ns)));
}

namespace {

std::string snapshot_lock(const Store& store) { return fs::join(store.folder(), "snapshots.lock"); }

}  // namespace

fs::LockFile lock_snapshots(const Store& store) {
  constexpr std::chrono::seconds patience(10);
  return fs::LockFile::acquire(snapshot_lock(store), patience,
                               "another program is adding to the queue and does not end");
}

namespace {

/// nullopt while tasks are being added. Others who want to know that hold it for a moment, too.
std::optional<fs::LockFile> try_lock_snapshots(const Store& store,
                                               std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (true) {
    auto lock = fs::LockFile::try_acquire(snapshot_lock(store));
    if (lock || std::chrono::steady_clock::now() >= deadline) return lock;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

/// Refs of snapshots that no task needs; none while tasks are being added for longer than
/// `patience`. `while_so` keeps others from adding.
std::vector<std::string> needless_pins(Store& store, const std::vector<git::RefEntry>& pinned,
                                       std::chrono::milliseconds patience,
                                       std::optional<fs::LockFile>& while_so) {
  std::vector<std::string> needless;
  if (pinned.empty()) return needless;
  while_so = try_lock_snapshots(store, patience);
  if (!while_so) return needless;
  std::set<std::string> needed;
  for (const auto& snapshot : store.needed_snapshots())
    needed.insert(pins + snapshot.commit);
  for (const auto& ref : pinned) {
    if (!needed.contains(ref.name)) needless.push_back(ref.name);
  }
  return needless;
}

}  // namespace

SnapshotFaults snapshot_faults(Store& store, git::Repo& repo) {
  const auto pinned = repo.refs(pins);
  SnapshotFaults faults;
  for (auto& snapshot : store.needed_snapshots()) {
    const bool is_pinned = std::any_of(pinned.begin(), pinned.end(), [&](const auto& ref) {
      return ref.name == pins + snapshot.commit;
    });
    if (!repo.has_object(snapshot.commit)) {
      faults.gone.push_back(std::move(snapshot));
    } else if (!is_pinned) {
      faults.unpinned.push_back(std::move(snapshot));
    }
  }
  std::optional<fs::LockFile> nobody_adds;
  faults.needless = needless_pins(store, pinned, {}, nobody_adds).size();
  return faults;
}

void release_snapshots(Store& store, git::Repo& repo) {
  // Of two workers that leave at once the second must not go before it has looked: the first may
  // have done so while the second's last task still ran.
  constexpr std::chrono::seconds patience(1);
  std::optional<fs::LockFile> nobody_adds;
  const auto needless = needless_pins(store, repo.refs(pins), patience, nobody_adds);
  if (!needless.empty()) repo.delete_refs(needless);
}

}  // namespace expcore::queue
