#include "exp/apply.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/event.hpp"
#include "base/text.hpp"
#include "data/checkout.hpp"
#include "data/session.hpp"
#include "exp/record.hpp"
#include "exp/stash.hpp"
#include "fs/file.hpp"
#include "fs/lock.hpp"
#include "fs/path.hpp"
#include "git/mode.hpp"
#include "revision/names.hpp"
#include "revision/view.hpp"
#include "run/rw_lock.hpp"

namespace expcore::exp {

using pipeline::Workspace;

namespace {

constexpr const char* stash_ref = "refs/exps/apply/stash";
constexpr const char* head_ref = "refs/exps/apply/ORIG_HEAD";
constexpr const char* applied_ref = "refs/exps/exec/EXEC_APPLY";
/// Ours: every stash, and the one of an apply that is under way.
constexpr const char* kept_ref = "refs/expcore/apply/stash";
constexpr const char* pending_ref = "refs/expcore/apply/pending";
/// What DVC packs into stash commits and `exp save` commits by mistake.
constexpr const char* packed_arguments = ".dvc/tmp/repro.dat";

/// The stash commit of a queued or failed task, by name or by the beginning of its id.
std::optional<git::Id> find_task(const git::Repo& repo, const std::string& name) {
  const bool may_be_id = name.size() >= 4 && name.size() <= 40 &&
                         name.find_first_not_of("0123456789abcdef") == std::string::npos;
  for (const char* ref : {"refs/exps/celery/stash", "refs/exps/celery/failed"}) {
    const auto log = fs::read_file_if_exists(fs::join(repo.common_dir(), "logs/") + ref);
    if (!log) continue;
    auto lines = split(*log, '\n');
    std::reverse(lines.begin(), lines.end());
    for (const auto line : lines) {
      const auto tab = line.find('\t');
      if (line.size() < 82 || tab == std::string_view::npos) continue;
      const std::string id(line.substr(41, 40));
      const auto parts = split(line.substr(tab + 1), ':');
      const bool named = parts.size() >= 5 && trim(parts[1]) == "dvc-exp" && parts[4] == name;
      if (named || (may_be_id && id.starts_with(name))) return id;
    }
  }
  return std::nullopt;
}

git::Id resolve(const git::Repo& repo, const std::string& experiment) {
  try {
    return revision::resolve(repo, experiment);
  } catch (Error& error) {
    if (error.code() != Errc::not_found) throw;
    if (const auto task = find_task(repo, experiment)) return *task;
    error.add_context(fmt::format("'{}' does not appear to be an experiment commit.", experiment));
    throw;
  }
}

/// The work tree before it changes.
struct Before {
  git::Id head;
  git::Id head_tree;
  git::Id index;
  git::Id tree;       ///< Tracked files as they are, staged new ones, too.
  git::Id untracked;  ///< Files Git does not know; "" when there are none.

  bool is_clean() const { return index == head_tree && tree == index && untracked.empty(); }
};

git::TreeEdit edit_of(git::Repo& repo, const std::string& path) {
  const auto stat = fs::stat(fs::join(repo.workdir(), path), fs::Follow::no);
  return {path, git::mode_of(*stat), repo.write_blob_from_workdir(path)};
}

/// The file that is in the way of a new file at `path`, if any: itself, or one in place of a folder
/// above it.
std::optional<std::string> file_in_the_way(const git::Repo& repo, const std::string& path) {
  // From above: what is behind a link is elsewhere.
  for (std::size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    std::string at = path.substr(0, end);
    const auto stat = fs::stat(fs::join(repo.workdir(), at), fs::Follow::no);
    if (!stat) return std::nullopt;
    if (stat->kind != fs::Kind::directory) return at;
  }
  return std::nullopt;
}

/// Untracked files, and ignored ones that `target` would overwrite.
git::Id untracked_tree(git::Repo& repo, const git::Id& tree, const git::Id& target) {
  std::vector<std::string> paths = repo.untracked_files();
  for (const auto& edit : repo.diff_trees(tree, target)) {
    if (edit.id.empty()) continue;
    const auto file = file_in_the_way(repo, edit.path);
    if (file && !repo.is_tracked(*file)) paths.push_back(*file);
  }
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  std::vector<git::TreeEdit> edits;
  for (const auto& path : paths)
    edits.push_back(edit_of(repo, path));
  return edits.empty() ? "" : repo.edit_tree("", std::move(edits));
}

Before look(git::Repo& repo, const git::Id& head, const git::Id& target) {
  Before before;
  before.head = head;
  before.head_tree = repo.commit_info(head).tree;
  auto trees = repo.work_trees();
  before.index = std::move(trees.index);
  before.tree = std::move(trees.workdir);
  before.untracked = untracked_tree(repo, before.tree, target);
  return before;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

/// A commit as `git stash --include-untracked` makes it, so that `git stash apply` takes it.
git::Id write_stash(Workspace& workspace, const Before& before, const std::string& message) {
  git::Repo& repo = *workspace.repo;
  const auto [author, committer] =
      repo.identities(workspace.environment, std::chrono::system_clock::now());
  constexpr std::string_view heads = "refs/heads/";
  const auto head_branch = repo.head_branch();
  const std::string branch = head_branch ? head_branch->substr(heads.size()) : "(no branch)";
  const std::string place = fmt::format("{}: {} {}\n\n", branch, before.head.substr(0, 7),
                                        first_line(repo.commit_info(before.head).message));
  std::vector<git::Id> parents = {before.head};
  parents.push_back(
      repo.write_commit(before.index, {before.head}, "index on " + place, committer, committer));
  if (!before.untracked.empty()) {
    parents.push_back(repo.write_commit(before.untracked, {}, "untracked files on " + place,
                                        committer, committer));
  }
  return repo.write_commit(before.tree, parents, fmt::format("On {}: {}\n", branch, message),
                           committer, committer);
}

/// What the work tree becomes.
git::Id final_tree(git::Repo& repo, const Before& before, const git::Id& target) {
  std::vector<git::TreeEdit> edits;
  for (const auto& edit : repo.diff_trees(target, before.tree)) {
    // `edit` is the way back. Submodules are the user's business, as they are for `git checkout`.
    const auto present = repo.find_in_tree(target, edit.path);
    const bool is_submodule =
        edit.mode == git::submodule_mode || (present && present->mode == git::submodule_mode);
    const bool only_here = !present && !edit.id.empty() && !before.is_clean();
    if (is_submodule || only_here) edits.push_back(edit);
  }
  return repo.edit_tree(target, std::move(edits));
}

void keep_workspace(Workspace& workspace, const Before& before, const git::Id& applied,
                    const std::string& name) {
  git::Repo& repo = *workspace.repo;
  std::optional<git::Id> stash;
  std::string log;
  if (!before.is_clean()) {
    const auto message = fmt::format("dvc-exp-apply:{}:{}:{}", before.head, applied, name);
    stash = write_stash(workspace, before, message);
    log = repo.commit_info(*stash).message;
    repo.sync_objects();
    repo.set_ref(kept_ref, *stash, std::nullopt, log);
  }
  if (stash) repo.set_ref(pending_ref, *stash);
  repo.set_ref(head_ref, before.head);
  repo.delete_refs({stash_ref});
  if (stash) repo.set_ref(stash_ref, *stash, std::nullopt, log);
}

/// What differs between the workspace and what it becomes.
using TreeEdits = std::vector<git::TreeEdit>;

/// Whether some file system takes `part` for `.git`: "git~1" is its short name on NTFS, which also
/// drops blanks and dots from the end.
bool is_git_folder(std::string_view part) {
  const std::string lower = to_lower_ascii(part);
  for (const std::string_view name : {".git", "git~1"}) {
    if (!lower.starts_with(name)) continue;
    const auto end = lower.find_first_not_of(" .", name.size());
    return end == std::string::npos || lower[end] == ':' || lower[end] == '\\';
  }
  return false;
}

/// Throws for what Git would not check out, before anything changes.
void check_path(const std::string& path) {
  for (const auto part : split(path, '/')) {
    if (part == "." || part == ".." || is_git_folder(part)) {
      throw Error(Errc::git, fmt::format("check out a tree: invalid path '{}'", path));
    }
  }
}

/// Throws where a folder would give way that has files which no stash keeps: ignored ones.
void check_folders(const git::Repo& repo, const Before& before, const TreeEdits& edits) {
  const auto is_kept = [&](const std::string& path) {
    return repo.find_in_tree(before.tree, path) ||
           (!before.untracked.empty() && repo.find_in_tree(before.untracked, path));
  };
  for (const auto& edit : edits) {
    const std::string path = fs::join(repo.workdir(), edit.path);
    if (edit.id.empty() || edit.mode == git::submodule_mode) continue;
    check_path(edit.path);
    const auto stat = fs::stat(path, fs::Follow::no);
    if (!stat || stat->kind != fs::Kind::directory) continue;
    fs::walk(path, nullptr, [&](const fs::WalkEntry& entry) {
      const std::string relative = fs::relative(entry.path, repo.workdir());
      if (entry.kind == fs::Kind::directory || is_kept(relative)) return;
      throw Error(Errc::invalid_argument,
                  fmt::format("'{}' is no folder in the experiment, and '{}', which Git ignores, "
                              "would be lost; move it away first",
                              edit.path, relative));
    });
  }
}

/// Removes files that the stash has and in whose places come folders: libgit2 does not.
void make_way(const git::Repo& repo, const Before& before, const TreeEdits& edits) {
  if (before.untracked.empty()) return;
  for (const auto& edit : edits) {
    const auto file = edit.id.empty() ? std::nullopt : file_in_the_way(repo, edit.path);
    if (file && *file != edit.path && repo.find_in_tree(before.untracked, *file)) {
      fs::remove(fs::join(repo.workdir(), *file));
    }
  }
}

/// Links that come.
std::vector<std::string> new_links(const git::Repo& repo, const TreeEdits& edits) {
  std::vector<std::string> links;
  for (const auto& edit : edits) {
    if (edit.mode == git::link_mode) links.push_back(fs::join(repo.workdir(), edit.path));
  }
  return links;
}

/// Throws where `path` is behind one of `links` and that leads out of the repository: a commit from
/// elsewhere must not choose which files of this machine are replaced.
template <typename IsInside>
void check_place(const git::Repo& repo, const std::vector<std::string>& links,
                 const std::string& path, const IsInside& is_inside) {
  for (const auto& link : links) {
    if (!fs::is_within(path, link) || is_inside(link)) continue;
    throw Error(
        Errc::invalid_argument,
        fmt::format("'{}' leads out of the repository, and '{}' would be written there",
                    fs::relative(link, repo.workdir()), fs::relative(path, repo.workdir())));
  }
}

/// The same for all that a checkout of data writes to.
template <typename IsInside>
void check_places(Workspace& workspace, const revision::View& view,
                  const std::vector<std::string>& links, const IsInside& is_inside) {
  for (const std::string& path : {workspace.tmp_dir, workspace.config.cache_dir()})
    check_place(*workspace.repo, links, path, is_inside);
  for (const auto& loaded : view.stages().stages) {
    for (const auto& out : loaded.stage.outs)
      check_place(*workspace.repo, links, out.path, is_inside);
  }
}

/// Where paths lead once a tree is checked out.
class ComingLinks {
 public:
  ComingLinks(const git::Repo& repo, const TreeEdits& edits)
      : root_(fs::real_path(repo.workdir())) {
    for (const auto& edit : edits) {
      const bool is_link = !edit.id.empty() && edit.mode == git::link_mode;
      targets_[fs::join(root_, edit.path)] =
          is_link ? std::optional(repo.read_blob(edit.id)) : std::nullopt;
    }
  }

  /// False for a link that leads in a circle, too.
  bool is_inside(const std::string& path) const {
    const auto place = resolve(path);
    return place && fs::is_within(*place, root_);
  }

 private:
  std::optional<std::string> resolve(const std::string& path) const {
    constexpr int most_links = 40;  // as in Linux
    std::deque<std::string> ahead;
    const auto put_ahead = [&](std::string_view way) {
      const auto parts = split(way, '/');
      ahead.insert(ahead.begin(), parts.begin(), parts.end());
    };
    put_ahead(path);
    std::string at;  // "": the root
    for (int links = 0; !ahead.empty();) {
      const std::string part = std::move(ahead.front());
      ahead.pop_front();
      if (part.empty() || part == ".") continue;
      if (part == "..") {
        at.erase(at.empty() ? 0 : at.rfind('/'));
        continue;
      }
      const std::string next = at + "/" + part;
      const auto target = target_of(next);
      if (!target) {
        at = next;
        continue;
      }
      if (++links > most_links) return std::nullopt;
      if (target->starts_with('/')) at.clear();
      put_ahead(*target);
    }
    return at;
  }

  /// nullopt where there will be no link.
  std::optional<std::string> target_of(const std::string& path) const {
    const auto edited = targets_.find(path);
    if (edited != targets_.end()) return edited->second;
    const auto stat = fs::stat(path, fs::Follow::no);
    if (!stat || stat->kind != fs::Kind::symlink) return std::nullopt;
    return fs::read_link(path);
  }

  std::string root_;
  std::map<std::string, std::optional<std::string>> targets_;  ///< Of what changes.
};

/// check_places() for a commit that is not checked out yet.
void check_places_ahead(Workspace& workspace, const git::Id& commit, const TreeEdits& edits) {
  const auto links = new_links(*workspace.repo, edits);
  if (links.empty()) return;
  const auto view = revision::View::commit(workspace, commit);
  if (!view) return;
  try {
    view->stages();
  } catch (const Error&) {  // told when it is there, as by DVC
    return;
  }
  const ComingLinks coming(*workspace.repo, edits);
  check_places(workspace, *view, links,
               [&](const std::string& link) { return coming.is_inside(link); });
}

/// check_places() for what is there, also stages that only the workspace has.
void check_places_now(Workspace& workspace, const std::vector<std::string>& links) {
  if (links.empty()) return;
  const std::string root = fs::real_path(workspace.repo->workdir());
  check_places(workspace, revision::View::workspace(workspace), links,
               [&](const std::string& link) {
                 return fs::stat(link) && fs::is_within(fs::real_path(link), root);
               });
}

/// Returns the links that are new.
std::vector<std::string> apply_files(Workspace& workspace, const git::Id& commit,
                                     const std::string& name, const EventCallback& on_event) {
  constexpr std::chrono::seconds patience(3);
  git::Repo& repo = *workspace.repo;
  fs::make_directories(workspace.tmp_dir);
  const auto lock = fs::LockFile::acquire(fs::join(workspace.tmp_dir, "lock"), patience,
                                          std::string(run::repo_lock_busy));
  data::check_free(workspace, {workspace.root}, workspace.on_warning);
  const git::Id head = require_head(workspace);
  const git::Id target =
      repo.edit_tree(repo.commit_info(commit).tree,
                     {{*workspace.git_path(fs::join(workspace.root, packed_arguments)), 0, ""}});
  const Before before = look(repo, head, target);
  if (const auto pending = repo.resolve_ref(pending_ref)) {
    tell_warning(on_event, fmt::format("The last 'exp apply' was interrupted. What the workspace "
                                       "was before it is kept; to have it back run:\n\n\tgit reset "
                                       "--hard\n\tgit stash apply {}\n",
                                       *pending));
  }
  const git::Id tree = final_tree(repo, before, target);
  const TreeEdits edits = repo.diff_trees(before.tree, tree);
  check_folders(repo, before, edits);
  check_places_ahead(workspace, commit, edits);
  keep_workspace(workspace, before, commit, name);
  make_way(repo, before, edits);
  repo.switch_workdir(before.tree, tree);
  repo.reset_index(before.head_tree);
  repo.delete_refs({pending_ref});
  return new_links(repo, edits);
}

}  // namespace

void apply(Workspace& workspace, const std::string& experiment, const EventCallback& on_event) {
  require_head(workspace);
  const git::Id commit = resolve(*workspace.repo, experiment);
  const auto links = apply_files(workspace, commit, experiment, on_event);

  const auto fresh = Workspace::open(workspace.directory, workspace.environment);
  fresh->on_warning = workspace.on_warning;
  check_places_now(*fresh, links);
  data::CheckoutOptions options;
  options.force = true;
  options.on_event = on_event;
  const auto done = data::checkout(*fresh, {}, options);
  if (!done.failed.empty()) {
    throw Error(Errc::io,
                fmt::format("Checkout failed for following targets:\n{}\nIs your cache up to "
                            "date?\n<https://error.dvc.org/missing-files>",
                            join(done.failed, "\n")));
  }
  workspace.repo->set_ref(applied_ref, commit);
}

}  // namespace expcore::exp
