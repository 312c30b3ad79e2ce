#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/parallel.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "git/convert.hpp"
#include "git/index_file.hpp"
#include "git/loose_objects.hpp"
#include "git/new_index.hpp"
#include "git/plain_config.hpp"
#include "git/repo.hpp"
#include "git/work_trees.hpp"

namespace expcore::git {
namespace {

Index open_index(git_repository* repo) {
  Index index;
  check(git_repository_index(out(index), repo), "open the index");
  check(git_index_read(index.get(), 0), "read the index");
  return index;
}

/// Left out of a sparse checkout: not there, and not deleted either.
bool is_left_out(git_index* index, const std::string& path) {
  std::size_t at = 0;
  if (git_index_find(&at, index, path.c_str()) != 0) return false;
  return (git_index_get_byindex(index, at)->flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE) != 0;
}

}  // namespace

std::vector<IndexEntry> Repo::index_entries() const {
  const Index index = open_index(raw());
  std::vector<IndexEntry> entries;
  const std::size_t count = git_index_entrycount(index.get());
  entries.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const git_index_entry* entry = git_index_get_byindex(index.get(), i);
    entries.push_back({entry->path, entry->mode, to_id(entry->id)});
  }
  return entries;
}

bool Repo::is_tracked(const std::string& relative_path) const {
  const Index index = open_index(raw());
  if (git_index_find(nullptr, index.get(), relative_path.c_str()) == 0) return true;
  return git_index_find_prefix(nullptr, index.get(), (relative_path + "/").c_str()) == 0;
}

bool Repo::is_ignored(const std::string& relative_path) const {
  int ignored = 0;
  check(git_ignore_path_is_ignored(&ignored, raw(), relative_path.c_str()),
        fmt::format("look '{}' up in .gitignore", relative_path));
  return ignored != 0;
}

namespace {

/// Paths as libgit2 takes them.
class PathList {
 public:
  explicit PathList(std::vector<std::string> paths) : paths_(std::move(paths)) {
    for (auto& path : paths_)
      pointers_.push_back(path.data());
  }
  PathList(const PathList&) = delete;
  PathList& operator=(const PathList&) = delete;
  git_strarray array() { return {pointers_.data(), pointers_.size()}; }

 private:
  std::vector<std::string> paths_;
  std::vector<char*> pointers_;
};

/// nullopt where folders may not be read, so that libgit2 decides what that means.
template <typename Find>
std::optional<std::vector<std::string>> unless_hidden(const Find& find) {
  try {
    return find();
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// The tracked files that may differ from the index, which libgit2 is then asked about: it has one
/// thread for stats. nullopt for all.
std::optional<std::vector<std::string>> suspected_files(const std::string& git_dir,
                                                        const std::string& workdir) {
  const auto index = IndexFile::read(fs::join(git_dir, "index"));
  const auto suspects = index ? index->few_suspects(workdir) : std::nullopt;
  if (!suspects) return std::nullopt;
  std::vector<std::string> paths;
  for (const std::size_t i : *suspects)
    paths.emplace_back(index->entries()[i].path);
  return paths;
}

}  // namespace

std::vector<TreeEdit> Repo::workdir_edits() {
  auto suspects = unless_hidden([&] { return suspected_files(git_dir_, workdir_); });
  if (suspects && suspects->empty()) return {};
  const Index index = open_index(raw());
  git_diff_options options{};
  git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
  options.flags = GIT_DIFF_INCLUDE_TYPECHANGE | GIT_DIFF_SKIP_BINARY_CHECK;
  options.ignore_submodules = GIT_SUBMODULE_IGNORE_ALL;
  PathList paths(std::move(suspects).value_or(std::vector<std::string>()));
  options.pathspec = paths.array();
  options.flags |= GIT_DIFF_DISABLE_PATHSPEC_MATCH;
  Diff diff;
  check(git_diff_index_to_workdir(out(diff), raw(), index.get(), &options),
        "compare the work tree with the index");
  std::vector<TreeEdit> edits;
  for (std::size_t i = 0; i < git_diff_num_deltas(diff.get()); ++i) {
    const git_diff_delta* delta = git_diff_get_delta(diff.get(), i);
    const std::string path = delta->old_file.path;
    if (delta->status == GIT_DELTA_DELETED) {
      if (!is_left_out(index.get(), path)) edits.push_back({path, 0, ""});
    } else if (delta->status == GIT_DELTA_MODIFIED || delta->status == GIT_DELTA_TYPECHANGE) {
      if (fs::is_directory(fs::join(workdir_, path)) && delta->new_file.mode == GIT_FILEMODE_TREE) {
        edits.push_back({path, 0, ""});
      } else {
        edits.push_back({path, delta->new_file.mode, write_blob_from_workdir(path)});
      }
    }
  }
  return edits;
}

namespace {

Diff compare(git_repository* repo, git_index* index, const Id& tree) {
  const git_oid oid = to_oid(tree);
  Tree opened;
  check(git_tree_lookup(out(opened), repo, &oid), fmt::format("read tree {}", tree));
  Diff diff;
  check(git_diff_tree_to_index(out(diff), repo, opened.get(), index, nullptr),
        "compare the index with a tree");
  return diff;
}

std::vector<TreeEdit> edits_of(git_diff* diff) {
  std::vector<TreeEdit> edits;
  for (std::size_t i = 0; i < git_diff_num_deltas(diff); ++i) {
    const git_diff_delta* delta = git_diff_get_delta(diff, i);
    if (delta->status == GIT_DELTA_DELETED) {
      edits.push_back({delta->old_file.path, 0, ""});
    } else {
      edits.push_back({delta->new_file.path, delta->new_file.mode, to_id(delta->new_file.id)});
    }
  }
  return edits;
}

bool has_conflicts(git_diff* diff) {
  for (std::size_t i = 0; i < git_diff_num_deltas(diff); ++i) {
    if (git_diff_get_delta(diff, i)->status == GIT_DELTA_CONFLICTED) return true;
  }
  return false;
}

}  // namespace

std::vector<TreeEdit> Repo::index_edits(const Id& tree) const {
  const Index index = open_index(raw());
  return edits_of(compare(raw(), index.get(), tree).get());
}

namespace {

/// Makes `index` hold `tree`. False when it does already.
bool make_equal(git_repository* repo, git_index* index, const Id& tree) {
  const Diff diff = compare(repo, index, tree);
  const std::size_t count = git_diff_num_deltas(diff.get());
  for (std::size_t i = 0; i < count; ++i) {
    const git_diff_delta* delta = git_diff_get_delta(diff.get(), i);
    if (delta->status == GIT_DELTA_CONFLICTED) {
      throw Error(Errc::git, fmt::format("'{}' has unmerged changes", delta->old_file.path));
    }
    if (delta->status == GIT_DELTA_ADDED) {
      check(git_index_remove_bypath(index, delta->new_file.path), "change the index");
      continue;
    }
    git_index_entry entry{};
    entry.path = delta->old_file.path;
    entry.mode = delta->old_file.mode;
    entry.id = delta->old_file.id;
    check(git_index_add(index, &entry), "change the index");
  }
  return count > 0;
}

}  // namespace

void Repo::reset_index(const Id& tree) {
  const std::string path = fs::join(git_dir_, "index");
  while (true) {
    NewIndex fresh(path);
    Index index;
    check(git_index_open(out(index), fresh.path().c_str()), "open the index");
    if (!make_equal(raw(), index.get(), tree)) return;
    check(git_index_write(index.get()), "write the index");
    if (fresh.publish()) return;
  }
}

Id Repo::index_tree() {
  const Index index = open_index(raw());
  if (const auto commit = head()) {
    // Only what differs from HEAD is written and looked at; libgit2 looks each object up.
    const Id base = commit_info(*commit).tree;
    const Diff diff = compare(raw(), index.get(), base);
    if (!has_conflicts(diff.get())) return edit_tree(base, edits_of(diff.get()));
  }
  git_oid oid{};
  check(git_index_write_tree_to(&oid, index.get(), raw()), "write the index as a tree");
  return to_id(oid);
}

WorkTrees Repo::work_trees() {
  const auto config = plain_config();
  if (config && config->is_verbatim()) {
    const auto index = IndexFile::read(fs::join(git_dir_, "index"));
    const LooseObjects objects(fs::join(common_dir_, "objects"));
    if (index) {
      if (auto trees = write_work_trees(*index, workdir_, objects)) return std::move(*trees);
    }
  }
  WorkTrees trees;
  trees.index = index_tree();
  trees.workdir = edit_tree(trees.index, workdir_edits());
  return trees;
}

namespace {

/// What is in the folders of tracked files and neither such a file nor such a folder. nullopt when
/// there is much, or nobody knows.
std::optional<std::vector<std::string>> few_unknown(const std::string& git_dir,
                                                    const std::string& workdir) {
  const auto index = IndexFile::read(fs::join(git_dir, "index"));
  if (!index || index->has_submodules()) return std::nullopt;
  std::vector<std::string> folders = index->folders();
  if (!are_real_folders(folders, workdir)) return std::nullopt;
  folders.emplace_back("");
  constexpr std::size_t parallel_from = 64;
  std::vector<std::vector<std::string>> unknown(folders.size());
  parallel_for(folders.size(), folders.size() < parallel_from ? 1 : 0, [&](std::size_t i) {
    const std::string folder = fs::join(workdir, folders[i]);
    if (!fs::is_directory(folder)) return;
    for (const auto& entry : fs::list_directory(folder)) {
      const std::string path = folders[i] + entry.name;
      const bool is_folder = entry.kind == fs::Kind::directory;
      const bool is_known =
          path == ".git" || (is_folder ? index->has_below(path) : index->has_path(path));
      if (!is_known) unknown[i].push_back(path);
    }
  });
  std::vector<std::string> paths;
  for (auto& some : unknown)
    std::move(some.begin(), some.end(), std::back_inserter(paths));
  constexpr std::size_t few = 1000;  // more are listed no quicker than all
  if (paths.size() > few) return std::nullopt;
  return paths;
}

}  // namespace

std::vector<std::string> Repo::untracked_files() const {
  auto unknown = unless_hidden([&] { return few_unknown(git_dir_, workdir_); });
  if (unknown && unknown->empty()) return {};
  git_status_options options{};
  git_status_options_init(&options, GIT_STATUS_OPTIONS_VERSION);
  options.show = GIT_STATUS_SHOW_WORKDIR_ONLY;
  options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED | GIT_STATUS_OPT_RECURSE_UNTRACKED_DIRS |
                  GIT_STATUS_OPT_EXCLUDE_SUBMODULES | GIT_STATUS_OPT_DISABLE_PATHSPEC_MATCH;
  PathList paths(std::move(unknown).value_or(std::vector<std::string>()));
  options.pathspec = paths.array();
  StatusList list;
  check(git_status_list_new(out(list), raw(), &options), "list untracked files");
  std::vector<std::string> files;
  for (std::size_t i = 0; i < git_status_list_entrycount(list.get()); ++i) {
    const git_status_entry* entry = git_status_byindex(list.get(), i);
    if ((entry->status & GIT_STATUS_WT_NEW) != 0) {
      files.emplace_back(entry->index_to_workdir->new_file.path);
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

void Repo::add_to_index(const std::vector<std::string>& relative_paths) {
  const Index index = open_index(raw());
  for (const auto& path : relative_paths) {
    if (fs::exists(fs::join(workdir_, path))) {
      check(git_index_add_bypath(index.get(), path.c_str()), fmt::format("add '{}'", path));
    } else {
      check(git_index_remove_bypath(index.get(), path.c_str()), fmt::format("remove '{}'", path));
    }
  }
  check(git_index_write(index.get()), "write the index");
}

bool Repo::is_dirty() const {
  git_status_options options{};
  check(git_status_options_init(&options, GIT_STATUS_OPTIONS_VERSION), "read the status");
  options.show = GIT_STATUS_SHOW_INDEX_AND_WORKDIR;
  options.flags = GIT_STATUS_OPT_EXCLUDE_SUBMODULES;
  Handle<git_status_list, git_status_list_free> list;
  check(git_status_list_new(out(list), raw(), &options), "read the status");
  return git_status_list_entrycount(list.get()) > 0;
}

}  // namespace expcore::git
