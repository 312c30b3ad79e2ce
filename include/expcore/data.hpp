#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <expcore/cancel.hpp>
#include <expcore/data_changes.hpp>
#include <expcore/event.hpp>
#include <expcore/export.hpp>

namespace expcore {

class Project;

/// How Data::add() works.
struct AddOptions {
  bool glob = false;       ///< Targets are patterns: `*`, `?`, `[…]`, `**`.
  bool no_commit = false;  ///< Record the data without putting it into the cache.
  bool no_relink = false;  ///< Leave the files as they are instead of making them links or copies.
  bool force = false;      ///< With `out`: replace what is there.
  std::string out;         ///< Copy the one target to this path and track that.
  EventCallback on_event;  ///< Warnings and EventKind::progress; may be empty.
  CancelToken cancel;      ///< Stops between files; targets that are done stay tracked.
};

/// How Data::commit() works.
struct CommitOptions {
  bool with_deps = false;  ///< And everything that the targets need.
  bool recursive = false;  ///< Folders stand for the stages below them.
  bool force = false;      ///< Also what changed, without asking.
  bool no_relink = false;  ///< Leave the files as they are instead of making them links or copies.
  /// Asked whether a changed stage may be recorded; unset means no.
  std::function<bool(const std::string& question)> confirm;
  EventCallback on_event;  ///< Warnings and EventKind::progress; may be empty.
  CancelToken cancel;      ///< Stops between files; stages that are done stay recorded.
};

/// How Data::checkout() works.
struct CheckoutOptions {
  bool with_deps = false;  ///< And everything that the targets need.
  bool recursive = false;  ///< Folders stand for the stages below them.
  bool force = false;      ///< Also replace files whose content is not in the cache.
  bool relink = false;     ///< Make every file satisfy the configured link types.
  bool glob = false;       ///< Targets are patterns of output paths.
  EventCallback on_event;  ///< Warnings and EventKind::progress; may be empty.
  CancelToken cancel;      ///< Stops between files; what was made before stays.
};

/// What Data::checkout() did. Paths are relative to the project's directory(), folders end in '/'.
struct CheckoutResult {
  std::vector<std::string> added;     ///< Outputs that were not there.
  std::vector<std::string> modified;  ///< Outputs that had other content.
  std::vector<std::string> deleted;   ///< Outputs that nothing records any more.
  std::vector<std::string> failed;    ///< The cache lacks a part of them; they are as they were.
  std::int64_t files_added = 0;       ///< Files, those in folders counted one by one.
  std::int64_t files_modified = 0;    ///< The same of those that had other content.
  std::int64_t files_deleted = 0;     ///< The same of those that went.
};

/// What Data::push(), fetch() and pull() work on.
struct SyncOptions {
  std::vector<std::string> targets;  ///< Empty: everything.
  std::string remote;                ///< "": the default one, for pinned outputs their own.
  bool with_deps = false;            ///< And everything that the targets need.
  bool recursive = false;            ///< Folders stand for the stages below them.
  bool glob = false;                 ///< Targets are patterns of paths.
  bool all_branches = false;         ///< And what the last commit of every branch records.
  bool all_tags = false;             ///< And what the commit of every tag records.
  bool all_commits = false;          ///< And what any commit of the repository records.
  bool run_cache = false;            ///< The whole run-cache, too.
  bool verify = false;               ///< Read what is there already and replace what is wrong.
  std::uint32_t jobs = 0;            ///< Files at once; 0: one per processor, at most 8.
  std::int64_t max_size = -1;        ///< fetch(), pull(): no larger outputs, bytes; -1: any.
  bool force = false;      ///< pull(): also replace files whose content is not in the cache.
  EventCallback on_event;  ///< Warnings and EventKind::progress.
  CancelToken cancel;      ///< Stops between files; objects already copied stay.
};

/// What a transfer did.
struct SyncResult {
  std::int64_t transferred = 0;      ///< Objects; with the run-cache its entries, too.
  std::vector<std::string> failed;   ///< "<hash>: <reason>" of objects that could not be copied.
  std::vector<std::string> missing;  ///< Hashes that neither side has.
};

/// What Data::pull() did.
struct PullResult {
  SyncResult fetched;       ///< What was copied into the cache.
  CheckoutResult checkout;  ///< Empty when something could not be copied.
};

/// How the cache and a remote differ in what is tracked; see Data::cloud_status(). Names are paths
/// of outputs and of files in folder outputs, relative to the project's directory(), sorted.
struct CloudStatus {
  std::vector<std::string> only_in_cache;   ///< push() would bring them; DVC's "new".
  std::vector<std::string> only_on_remote;  ///< fetch() would bring them; DVC's "deleted".
  std::vector<std::string> missing;         ///< In neither.
  std::string remote;                       ///< Its name.

  /// Whether all three lists are empty.
  bool in_sync() const {
    return only_in_cache.empty() && only_on_remote.empty() && missing.empty();
  }
};

/// What Data::gc() keeps. One of the scopes must be set; whatever is set, the work tree's data and
/// that of queued, failed and running experiments stays.
struct GcOptions {
  bool workspace = false;        ///< Nothing but that.
  bool all_branches = false;     ///< What the last commit of every branch uses.
  bool all_tags = false;         ///< What the commit of every tag uses.
  bool all_commits = false;      ///< What any commit of the repository uses.
  bool all_experiments = false;  ///< What every experiment uses.
  std::string rev;               ///< A commit and,
  std::int32_t num = 0;          ///< with `rev`, so many from it on along first parents; 0 means 1.
  std::string commit_date;       ///< "YYYY-MM-DD": commits of that day (local time) and later.
  bool not_in_remote = false;    ///< Of all that only what the remote does not have.
  bool cloud = false;            ///< Collect on the remote, too.
  std::string remote;            ///< "": the default one.
  std::vector<std::string> projects;  ///< Folders of other projects that share the cache.
  bool dry = false;                   ///< Only count.
  bool force = false;                 ///< Go on when the list of a folder's files is lost.
  bool skip_failed = false;           ///< Pass over revisions that cannot be read.
  /// Asked whether to go on when the list of a folder's files is lost; unset means no.
  std::function<bool(const std::string& question)> confirm;
  EventCallback on_event;  ///< Warnings and EventKind::progress.
  CancelToken cancel;      ///< Stops between files; what was removed is gone.
};

/// What Data::gc() removed from one store.
struct GcResult {
  std::string store;  ///< "repo", "local" (the same again), "legacy" (objects of DVC 2), "remote".
  std::int64_t removed = 0;  ///< Objects; with `dry` those that would go.
  std::int64_t bytes = 0;    ///< The sum of their sizes.
};

/// How Data::migrate_cache() works.
struct MigrateOptions {
  bool records = false;    ///< `.dvc` and dvc.lock files, too: `--dvc-files`.
  bool dry = false;        ///< Only tell.
  EventCallback on_event;  ///< Warnings and EventKind::progress; may be empty.
  CancelToken cancel;      ///< Stops between files; objects already brought over stay.
};

/// What Data::migrate_cache() did or, dry, would do.
struct MigrateResult {
  std::int64_t objects = 0;          ///< Dry: those to look at; else those that were new.
  std::vector<std::string> records;  ///< "f.dvc", "dvc.yaml (dvc.lock)".
};

/// Data that DVC tracks: files, the cache, and the `.dvc` files that name it.
///
/// Targets are paths, stage names and `.dvc` files, relative to the project's directory(). Each
/// call that changes something holds DVC's repository lock. Thread safety: as Project.
class EXPCORE_API Data {
 public:
  /// What was moved from may only be assigned to or destroyed.
  Data(Data&&) noexcept;
  /// As above.
  Data& operator=(Data&&) noexcept;
  ~Data();

  /// Tracks files and folders: `dvc add`. Returns the `.dvc` files, relative to directory().
  /// Throws: Error{not_found} "output 'x' does not exist: …", Error{exists} for what Git tracks,
  /// Error{invalid_argument} for overlaps; what was added before the failing target stays.
  std::vector<std::string> add(const std::vector<std::string>& targets,
                               const AddOptions& options = {}) const;

  /// Records what files are now, as if their stages had run: `dvc commit`. "" is everything.
  /// Throws: Error{invalid_argument} for changed stages without `force`, Error{not_found}.
  void commit(const std::string& target = {}, const CommitOptions& options = {}) const;

  /// Brings recorded data into the work tree: `dvc checkout`. No targets: everything.
  /// Throws: Error{invalid_argument} when files would be lost (nothing was touched),
  /// Error{not_found}.
  CheckoutResult checkout(const std::vector<std::string>& targets = {},
                          const CheckoutOptions& options = {}) const;

  /// Copies data from the cache to a remote, which is a folder of this machine: `dvc push`.
  /// Folders' objects follow their members; objects appear whole. Objects already sent stay after a
  /// failure. Throws: Error{config} without a usable remote, Error{not_found}, Error{cancelled}.
  SyncResult push(const SyncOptions& options = {}) const;
  /// The other way: `dvc fetch`. Damaged objects of the cache are replaced. Throws: as push().
  SyncResult fetch(const SyncOptions& options = {}) const;

  /// fetch(), then checkout() of the same targets: `dvc pull`. When something could not be copied
  /// the work tree stays as it is. Throws: as these two.
  PullResult pull(const SyncOptions& options = {}) const;

  /// Compares the cache with a remote: `dvc status --cloud`. Throws: as push().
  CloudStatus cloud_status(const SyncOptions& options = {}) const;

  /// Compares the last commit, what is recorded and the work tree: `dvc data status`. Takes no
  /// lock. Throws: what Pipeline::stages() throws for unreadable files; Error{config} for an
  /// unknown remote.
  DataStatus status(const DataStatusOptions& options = {}) const;

  /// What data changed between two commits or since one: `dvc diff`. Takes no lock.
  /// Throws: Error{not_found} for unknown revisions, and for targets that neither side knows; what
  /// Pipeline::stages() throws for unreadable files.
  DataDiff diff(const DataDiffOptions& options = {}) const;

  /// Removes objects that nothing refers to: `dvc gc`. Processes of this library that store data
  /// meanwhile are waited for or wait. Throws: Error{invalid_argument} without a scope, for options
  /// that exclude each other and for a folder whose list of files is lost; Error{config} without a
  /// usable remote; Error{not_found} for unknown revisions; Error{busy}.
  std::vector<GcResult> gc(const GcOptions& options) const;
  /// Throws what gc() throws for the options that say what to keep.
  static void check(const GcOptions& options);

  /// Brings a cache of DVC 2 (read in place until then) over to DVC 3's layout: `dvc cache
  /// migrate`. Throws: Error{io}; with `records` what commit() throws.
  MigrateResult migrate_cache(const MigrateOptions& options = {}) const;

  /// Takes a `.dvc` file or stages away, with `outs` their outputs, too: `dvc remove`.
  /// Throws: Error{not_found}, Error{invalid_argument} for stages of `foreach` and `matrix`.
  void remove(const std::string& target, bool outs = false) const;

  /// Moves tracked data with its `.dvc` file: `dvc move`.
  /// Throws: Error{not_found}, Error{exists}, Error{invalid_argument} for outputs of stages.
  void move(const std::string& from, const std::string& to, const EventCallback& on_event = {},
            const CancelToken& cancel = {}) const;

  /// Makes files ordinary ones, no links into the cache: `dvc unprotect`.
  /// Throws: Error{not_found}.
  void unprotect(const std::string& target) const;

 private:
  friend class Project;
  struct Impl;
  explicit Data(const Project& project);
  std::unique_ptr<Impl> impl_;
};

}  // namespace expcore
