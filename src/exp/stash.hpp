#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cache/use_lock.hpp"
#include "git/repo.hpp"
#include "hydra/params_file.hpp"
#include "params/override.hpp"
#include "pipeline/targets.hpp"
#include "pipeline/workspace.hpp"

/// The workspace as Git sees it, kept in Git objects: what an experiment elsewhere starts from.
namespace expcore::exp {

/// Contents of files that replace what the workspace has, by absolute path.
using EditedFiles = std::map<std::string, std::string>;

/// The `hydra` section of the project's configuration.
hydra::ParamsSettings hydra_settings(const pipeline::Workspace& workspace);

/// What the params files (named relative to the current directory) become under `overrides`; no
/// file is touched. A file that is not there begins empty. With `hydra.enabled` params.yaml is
/// composed anew, also without overrides for it, unless `no_hydra`.
/// Throws: what params::apply_to_text() and hydra::compose() throw.
EditedFiles edited_params(const pipeline::Workspace& workspace,
                          const std::vector<params::FileOverrideSet>& overrides, bool no_hydra);

/// Where `path` of a tree, both relative to the repository, is kept: links of the tree are followed
/// as long as they lead to places in the repository, and to files that are not there.
std::string behind_links(const pipeline::Workspace& workspace, const git::Id& tree,
                         const std::string& path);

/// Whether broken pipeline files and unknown targets are refused or left to the run that follows.
enum class Stages : std::uint8_t { unchecked, checked };

/// The workspace at one instant. One serves any number of stash commits.
struct Capture {
  git::Id head;
  git::Id index_tree;
  git::Id tree;  ///< The work tree's side of every path in the index, changed data recorded.
  bool is_workdir = false;  ///< It is what the files of the work tree are, byte for byte.
  /// Held until a ref leads to what was recorded; no collection of garbage can start meanwhile.
  std::optional<cache::UseLock> use;
};

/// The tree that index and work tree both equal, when the caller can tell without Git.
using KnownTree = std::function<std::optional<git::Id>()>;

/// Reads the workspace under DVC's repository lock: tracked files with their edits and staged new
/// files are in it, untracked and ignored ones are not. Changed data that the selection needs goes
/// to the cache and its `.dvc` files are in the capture with what they would say. Index, work tree,
/// HEAD and stash stay as they are. `known`, which may be empty, is asked under the lock.
/// Throws: Error{git} without Git, before the first commit or on unmerged paths; Error{busy};
/// what loading the stages throws when these are to be `checked`.
Capture capture_workspace(pipeline::Workspace& workspace, const pipeline::Selection& selection = {},
                          Stages stages = Stages::unchecked, const KnownTree& known = {});

/// DVC's stash commit S: the work tree with `files` in it, parents HEAD and the index, and a
/// message that names head, baseline and experiment. No ref leads to it: pin it before the next
/// `git gc`.
/// Format: docs/formats/experiments.md. Source: DVC dvc/repo/experiments/queue/base.py.
git::Id write_stash_commit(
    const pipeline::Workspace& workspace, const Capture& capture, const std::string& name,
    const EditedFiles& files,
    std::chrono::system_clock::time_point when = std::chrono::system_clock::now());

/// What the message and parents of a stash commit say.
struct StashCommit {
  git::Id commit;
  git::Id tree;
  git::Id head;
  git::Id baseline;
  std::string name;
};
/// Throws Error{git} when `commit` is not there or is no stash commit.
StashCommit read_stash_commit(const git::Repo& repo, const git::Id& commit);

}  // namespace expcore::exp
