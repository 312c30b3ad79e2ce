#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "git/handle.hpp"

namespace expcore::git {

class PackedRefs;
class PlainConfig;
struct Layout;

/// A commit, tree or blob id: 40 lower-case hex digits.
using Id = std::string;
/// The bytes of an id.
using RawId = std::array<char, 20>;

struct RefEntry {
  std::string name;             ///< Full, "refs/...".
  Id target;                    ///< Of a direct ref; "" for a symbolic one.
  std::string symbolic_target;  ///< Of a symbolic ref; "" for a direct one.
};

struct Signature {
  std::string name;
  std::string email;
  std::int64_t seconds = 0;  ///< Since the epoch.
  int offset_minutes = 0;    ///< East of UTC.
};

struct CommitInfo {
  Id id;
  Id tree;
  std::vector<Id> parents;  ///< None at the boundary of a shallow clone.
  Signature author;
  Signature committer;
  std::string message;
};

struct TreeEntry {
  std::string path;        ///< From the tree's root, '/'-separated.
  std::uint32_t mode = 0;  ///< 0100644, 0100755, 0120000 or 0160000.
  Id id;
};

/// One change to make to a tree.
struct TreeEdit {
  std::string path;
  std::uint32_t mode = 0;
  Id id;  ///< "" removes the path.
};

/// What a commit of everything tracked could hold.
struct WorkTrees {
  Id index;                  ///< What the index would commit.
  Id workdir;                ///< The work tree's side of every path in the index.
  bool is_verbatim = false;  ///< What files hold was recorded byte for byte, that is certain.
};

/// One path of the index.
struct IndexEntry {
  std::string path;
  std::uint32_t mode = 0;
  Id id;
};

/// Whether Git takes `name` ("refs/…") as the full name of a ref. Needs no libgit2.
/// Source: git-check-ref-format(1).
bool is_valid_refname(std::string_view name);

/// One open Git repository with a work tree.
///
/// Every write that takes one of Git's lock files waits for a holder (10 s, with jitter) instead of
/// failing at once. Changes no process-wide libgit2 setting. Refs need no libgit2; it is started
/// when something else is first asked for, and what is wrong with the repository is told then.
/// Thread safety: confined. Open one Repo per thread; libgit2 objects are not shared.
class Repo {
 public:
  /// Opens the repository that contains `inside`, walking up like `git rev-parse`.
  /// Throws: Error{not_found} outside any repository, Error{git} otherwise.
  static Repo discover(const std::string& inside);
  /// `git init` with `branch` as HEAD.
  static Repo init(const std::string& path, const std::string& branch = "main");
  /// A repository of its own at `path` that borrows the objects of `lender`, follows its
  /// configuration and its shallow boundary, and has a detached HEAD that leads nowhere yet. What
  /// is there already is completed, not replaced.
  static Repo init_borrowing(const std::string& path, const Repo& lender);

  Repo(Repo&&) noexcept;
  Repo& operator=(Repo&&) noexcept;
  ~Repo();

  const std::string& workdir() const { return workdir_; }        ///< No final slash.
  const std::string& git_dir() const { return git_dir_; }        ///< Of this work tree.
  const std::string& common_dir() const { return common_dir_; }  ///< Shared by work trees.
  git_repository* raw() const;

  // --- refs -------------------------------------------------------------------------------------
  /// The id that `refname` (full name) leads to, peeled to a commit; nullopt when missing.
  std::optional<Id> resolve_ref(std::string_view refname) const;
  /// Every ref whose name starts with `prefix`, sorted by name, read in one pass over the loose
  /// files and packed-refs (no object is opened).
  std::vector<RefEntry> refs(std::string_view prefix) const;
  /// Creates or moves a direct ref. `expected`: the value it must have now ("" = must not exist).
  /// `log`: reflog message, and a reflog is kept even for refs/exps/*. False when `expected` does
  /// not hold.
  bool set_ref(const std::string& name, const Id& target,
               const std::optional<Id>& expected = std::nullopt,
               const std::optional<std::string>& log = std::nullopt);
  void set_symbolic_ref(const std::string& name, const std::string& target);
  /// Deletes refs, loose or packed, with one rewrite of packed-refs for all of them and without the
  /// race libgit2's own deletion has (docs/decisions). Missing ones are fine. Returns those that
  /// existed.
  std::vector<std::string> delete_refs(const std::vector<std::string>& names);

  /// The commit HEAD leads to; nullopt before the first commit.
  std::optional<Id> head() const;
  /// "refs/heads/main" when HEAD is on a branch (born or not), nullopt when detached.
  std::optional<std::string> head_branch() const;
  /// `git rev-parse <spec>^{commit}`; nullopt when it names nothing. A prefix shorter than four hex
  /// digits is not a revision; an ambiguous one is Error{git}.
  std::optional<Id> resolve_revision(const std::string& spec) const;

  // --- objects ----------------------------------------------------------------------------------
  Id write_blob(std::string_view bytes);
  /// Through the filters of .gitattributes (autocrlf, LFS is not run), as `git add` would.
  Id write_blob_from_workdir(const std::string& relative_path);
  /// What `git checkout` writes to a file for the blob `id`.
  std::string file_content(const std::string& relative_path, const Id& id) const;
  std::string read_blob(const Id& id) const;
  /// A tree equal to `base` ("" = empty) with `edits` applied; folders come and go as needed.
  Id edit_tree(const Id& base, std::vector<TreeEdit> edits);
  /// Every blob, link and submodule below `tree`, in Git's order.
  std::vector<TreeEntry> list_tree(const Id& tree) const;
  std::optional<TreeEntry> find_in_tree(const Id& tree, const std::string& path) const;
  /// Paths that differ between two trees, with the new side ("" id = gone).
  std::vector<TreeEdit> diff_trees(const Id& from, const Id& to) const;
  CommitInfo commit_info(const Id& commit) const;
  /// Writes a commit object; no ref moves. The message is stored as it is.
  Id write_commit(const Id& tree, const std::vector<Id>& parents, const std::string& message,
                  const Signature& author, const Signature& committer);
  /// Flushes objects written by this Repo to the disk; call before a ref names them.
  void sync_objects();
  bool has_object(const Id& id) const;
  /// From now on this Repo writes its objects into the repository `lender`, whose objects it
  /// borrows: they outlive it. Its own are still read.
  void write_objects_to(const Repo& lender);
  /// Copies an object that `from` has. Present ones are not written again.
  void copy_object(const Repo& from, const Id& id);

  /// Author and committer of a commit made now, as DVC chooses them: GIT_AUTHOR_* and
  /// GIT_COMMITTER_* from `environment`, else config user.name/user.email, else user@host; local
  /// UTC offset.
  std::pair<Signature, Signature> identities(const std::map<std::string, std::string>& environment,
                                             std::chrono::system_clock::time_point now) const;

  // --- work tree and index ----------------------------------------------------------------------
  std::vector<IndexEntry> index_entries() const;
  /// Whether `relative_path` or anything under it is in the index.
  bool is_tracked(const std::string& relative_path) const;
  /// By ignore rules only (.gitignore files, info/exclude, core.excludesFile); the index does not
  /// matter. `relative_path` is tested as a directory when it ends in '/'.
  bool is_ignored(const std::string& relative_path) const;
  /// The work tree's side of every path in the index that differs from the index (edited, deleted,
  /// type or mode changed), as edits whose blobs are already written. Honours the stat cache and
  /// never writes the index.
  std::vector<TreeEdit> workdir_edits();
  /// What the index has otherwise than `tree` does.
  std::vector<TreeEdit> index_edits(const Id& tree) const;
  /// The tree the index would commit. Throws Error{git} on unmerged entries.
  Id index_tree();
  /// index_tree(), and the same with workdir_edits(); for most repositories without libgit2.
  WorkTrees work_trees();
  /// Untracked, not ignored files (not folders), sorted.
  std::vector<std::string> untracked_files() const;
  /// Makes index and work tree equal to `tree`: edits and deletions of files in either are undone,
  /// files of neither stay unless they are in the way. HEAD does not move.
  void checkout_tree(const Id& tree);
  /// The same where index and work tree are known to equal tree `from`: looks at nothing but what
  /// differs. Throws Error{git} when the index is damaged or one of those that IndexFile does not
  /// read; files may have been written.
  void switch_tree(const Id& from, const Id& to);
  /// The same where the index is known to be that of `tree`: looks at nothing but stats and at the
  /// files of which these have changed. The paths of all files; nullopt when checkout_tree() has to
  /// do it: when much has changed, links or folders are in the way, or the index is damaged or one
  /// of those that IndexFile does not read. Throws: Error{git}, Error{io}.
  std::optional<std::vector<std::string>> restore_files(const Id& tree);
  /// The same for the work tree alone: the index stays as it is. A file that stays one is replaced
  /// as a whole, so that a kill leaves no part of it.
  void switch_workdir(const Id& from, const Id& to);
  /// `git reset --mixed` to a tree: the index holds `tree`, work tree and HEAD stay. Entries that
  /// do so already are left alone, with what is known of their files. Throws Error{git} on unmerged
  /// ones.
  void reset_index(const Id& tree);
  /// Detaches HEAD at `commit` without a look at index or work tree.
  void detach_head(const Id& commit);
  /// Whether a tracked file differs from the index or the index from HEAD. Writes nothing.
  bool is_dirty() const;
  /// `git add -- <paths>` (a missing file is removed from the index); ignored files too.
  void add_to_index(const std::vector<std::string>& relative_paths);
  /// Config string after includes and levels; nullopt when unset.
  std::optional<std::string> config(const std::string& key) const;

 private:
  explicit Repo(Repository repo);
  explicit Repo(Layout layout);
  /// Where nothing out of the ordinary is configured.
  std::optional<PlainConfig> plain_config() const;
  std::optional<RefEntry> find_ref(const std::string& name) const;
  std::optional<Id> edit_level(const Id& base, const std::vector<TreeEdit>& edits,
                               std::size_t prefix);

  mutable std::optional<Library> library_;  // before repo_: destroyed after it
  mutable Repository repo_;                 ///< Null until it is needed.
  std::string workdir_;
  std::string git_dir_;
  std::string common_dir_;
  bool is_plain_ = false;    ///< Of the common kind, and its objects are its own.
  std::vector<Id> shallow_;  ///< Sorted; commits whose parents a shallow clone does not have.
  std::unique_ptr<PackedRefs> packed_;
};

}  // namespace expcore::git
