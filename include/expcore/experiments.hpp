#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <expcore/cancel.hpp>
#include <expcore/error.hpp>
#include <expcore/event.hpp>
#include <expcore/export.hpp>
#include <expcore/pipeline.hpp>
#include <expcore/table.hpp>
#include <expcore/value.hpp>

namespace expcore {

class Project;

/// How Experiments::run() works.
struct ExperimentRunOptions {
  RunOptions run;    ///< As for Pipeline::run(); `glob`, `no_commit`, `no_run_cache` do not apply.
  std::string name;  ///< "" makes one up.
  std::string message;  ///< Of the commit; "" is DVC's.
  /// "[file:]key=value" for scalars of YAML params files, applied before the run.
  std::vector<std::string> set_params;
  /// With `hydra.enabled` in the configuration params.yaml is composed from the configs of
  /// `hydra.config_dir` before each run (docs/guide/hydra.md); this leaves it alone.
  bool no_hydra = false;
  /// Run in a folder of its own (.dvc/tmp/exps/expcore/slots) instead of the workspace, which stays
  /// as it is: it starts from the tracked files with their edits and staged new files.
  bool temp = false;
  /// Further files and folders, untracked or ignored, that `temp` copies there. Relative to the
  /// project's directory().
  std::vector<std::string> copy_paths;
};

/// What Experiments::run() made.
struct ExperimentRun {
  std::string name;    ///< The experiment's, given or made up.
  std::string commit;  ///< 40 hex digits; "" for a dry run.
  std::string ref;     ///< "refs/exps/<2>/<38>/<name>".
  RunSummary summary;  ///< What became of the stages.
};

/// Which rows Experiments::show() has.
struct ShowOptions {
  std::vector<std::string> revs;  ///< Baselines; empty: HEAD.
  int num = 1;                    ///< Commits from each baseline on; negative: all first parents.
  bool all_branches = false;      ///< And the last commit of every branch.
  bool all_tags = false;          ///< And the commit of every tag.
  bool all_commits = false;       ///< And every commit of the repository.
  bool hide_workspace = false;    ///< No row for the workspace.
  bool hide_queued = false;       ///< No rows for tasks that wait.
  bool hide_failed = false;       ///< No rows for tasks that failed.
  bool sha_only = false;          ///< No branch and tag names.
  bool param_deps = false;        ///< Only parameters that stages depend on.
  bool force = false;             ///< Read the commits again.
};

/// What Experiments::save() records.
struct ExperimentSaveOptions {
  std::vector<std::string> targets;  ///< Record the data of these only; empty: of everything.
  bool recursive = false;            ///< Folders among the targets: what is below them.
  std::string name;                  ///< "" makes one up.
  bool force = false;                ///< Replace an experiment of that name.
  /// Untracked files and folders to include, ignored ones, too; relative to the project's
  /// directory().
  std::vector<std::string> include_untracked;
  std::string message;     ///< Of the commit; "" is DVC's.
  EventCallback on_event;  ///< Warnings and EventKind::progress; may be empty.
};

/// What a row of `exp show` is about.
enum class RowKind : std::int32_t { workspace = 0, baseline = 1, experiment = 2 };

/// A row of `exp show`: the workspace, a commit or an experiment.
struct ExperimentRow {
  RowKind kind = RowKind::experiment;  ///< What the row is about.
  std::string rev;                     ///< Commit id or "workspace".
  std::string name;                    ///< Branch, tag or experiment; "" when none.
  std::string baseline;                ///< Of experiments: the commit they belong to.
  std::string created;                 ///< "2026-11-24T12:02:14", local time; "" for the workspace.
  std::string state;                   ///< "Running", "Queued", "Failed", "Success" or "".
  std::string executor;                ///< "Workspace", "Tempdir", "Dvc-task" or "".
  std::string error;                   ///< Why the revision could not be read.
  /// File by file; one that cannot be read is one value of Type::error.
  std::vector<NamedValue> metrics;
  std::vector<NamedValue> params;  ///< As `metrics`.
  std::vector<NamedValue> deps;    ///< Values are hashes.
};

/// Which columns Experiments::show_table() has, and how.
struct TableOptions {
  bool only_changed = false;      ///< Leave out columns that are the same in all rows.
  std::vector<std::string> drop;  ///< Regular expressions of columns to leave out.
  std::vector<std::string> keep;  ///< Regular expressions of columns to keep all the same.
  std::string sort_by;            ///< A metric or param, "[file:]key".
  bool descending = false;        ///< With `sort_by`: greatest first.
  /// Significant digits of numbers of `csv`; nullopt: all. Otherwise there are five.
  std::optional<int> precision;
};

/// The columns of `exp show` and its cells as DVC prints them.
struct ExperimentTable {
  /// What a column shows; `fixed`: the columns that every table has.
  enum class Column : std::int32_t { fixed = 0, metric = 1, param = 2, dep = 3 };
  std::vector<std::string> headers;            ///< One for each column.
  std::vector<Column> kinds;                   ///< One for each column.
  std::vector<std::vector<std::string>> rows;  ///< Each with one cell for each column.
};

/// Experiments by the commits they belong to.
struct ExperimentSelection {
  std::vector<std::string> revs;  ///< Baselines; empty: HEAD, or none where names are given.
  int num = 1;                    ///< Commits from each baseline on; negative: all first parents.
  bool all_commits = false;       ///< Every experiment of the repository.
};

/// One experiment's ref.
struct ExperimentRef {
  std::string name;           ///< The last part of `ref`.
  std::string commit;         ///< "" of a Git remote's.
  std::string baseline;       ///< The commit it belongs to.
  std::string baseline_name;  ///< Its branch or tag; "" when it has none.
  std::string ref;            ///< "refs/exps/<2>/<38>/<name>".
};

/// Which experiments Experiments::list() lists.
struct ListOptions {
  ExperimentSelection selection;  ///< Whose experiments.
  std::string git_remote;         ///< Name or URL; "" lists the repository's own.
};

/// Which experiments Experiments::remove() removes.
struct RemoveOptions {
  /// Or full refs, or tasks of the queue that do not run: either goes. Exclude `selection`.
  std::vector<std::string> names;
  ExperimentSelection selection;  ///< Nothing is selected by default.
  bool keep = false;              ///< Remove all others of the repository instead.
  std::string git_remote;         ///< Remove there instead of here.
  bool queue = false;             ///< All tasks that are queued or held, too.
};

/// For Experiments::push() and pull().
struct ShareOptions {
  std::string git_remote;          ///< Name of a Git remote, URL, or path.
  std::vector<std::string> names;  ///< Or full refs. Empty: those of `selection`.
  ExperimentSelection selection;   ///< Whose experiments, where no names are given.
  bool force = false;              ///< Replace another experiment of the same name.
  bool no_cache = false;           ///< Leave the data where it is.
  std::string remote;              ///< DVC remote for the data; "": the configured ones.
  bool run_cache = false;          ///< The run-cache, too.
  unsigned jobs = 0;               ///< Files copied at once; 0: one per core, at most 8.
  EventCallback on_event;          ///< Warnings and EventKind::progress; may be empty.
  CancelToken cancel;              ///< Stops `git` and the copying; what went over stays.
};

/// What Experiments::push() or pull() did.
struct ShareResult {
  std::vector<ExperimentRef> done;        ///< Those that went over.
  std::vector<ExperimentRef> up_to_date;  ///< The other side had the same.
  std::vector<ExperimentRef> diverged;    ///< The other side has another one; left alone.
  std::int64_t transferred = 0;           ///< Files of data.
  std::vector<std::string> failed;        ///< Objects that could not be copied: "<hash>: <reason>".
  std::optional<Error> data_error;        ///< Why no data was transferred.
};

/// How Experiments::rename() works.
struct RenameOptions {
  bool force = false;      ///< Replace an experiment that has the new name.
  std::string git_remote;  ///< Rename there instead of here.
};

/// What Experiments::diff() compares.
struct ExperimentDiffOptions {
  std::string a_rev;        ///< "" is HEAD. Git revisions and experiments.
  std::string b_rev;        ///< "" is the workspace.
  bool all = false;         ///< Unchanged values, too.
  bool param_deps = false;  ///< Only parameters that stages depend on.
  int precision = 5;        ///< Significant digits in the table of metrics; 0: all.
  bool no_path = false;     ///< Tables without the column of files.
};

/// The tables of `exp diff`.
struct ExperimentDiff {
  Table metrics;            ///< Without headers when no metric differs.
  Table params;             ///< Without headers when no parameter differs.
  bool has_commits = true;  ///< False before the first commit.
};

/// The experiments of a project's repository.
///
/// Thread safety: thread-compatible.
class EXPCORE_API Experiments {
 public:
  /// What was moved from may only be assigned to or destroyed.
  Experiments(Experiments&&) noexcept;
  /// As above.
  Experiments& operator=(Experiments&&) noexcept;
  ~Experiments();

  /// Runs the pipeline in the workspace (or, with `temp`, beside it) and records the outcome as an
  /// experiment of HEAD. HEAD, index and stash stay as they are.
  /// Throws: Error{exists} for a name that HEAD has (without `run.force`), Error{git} without Git
  /// or before the first commit, and what Pipeline::run() throws.
  ExperimentRun run(const ExperimentRunOptions& options = {}) const;

  /// The workspace, baselines and experiments, one row each. Empty before the first commit.
  std::vector<ExperimentRow> show(const ShowOptions& options = {}) const;

  /// What `exp show --json` prints, on one line.
  std::string show_json(const ShowOptions& options = {}) const;

  /// The table of `exp show`. `csv`: the cells that `--csv` has (full numbers, ISO dates).
  ExperimentTable show_table(const ShowOptions& options, const TableOptions& table,
                             bool csv = false) const;

  /// The experiments, sorted by baseline and name.
  std::vector<ExperimentRef> list(const ListOptions& options = {}) const;

  /// Deletes experiments' refs and returns their names; cached data stays.
  /// Throws: Error{not_found} "'a; b' are not valid experiment names", before anything is deleted.
  std::vector<std::string> remove(const RemoveOptions& options) const;

  /// Gives an experiment another name. False when it has that one already.
  /// Throws: Error{not_found}, Error{exists} without `force`, Error{invalid_argument} for a name
  /// that Git would not take.
  bool rename(const std::string& experiment, const std::string& name,
              const RenameOptions& options = {}) const;

  /// Makes a branch on an experiment's commit and returns the branch's and the experiment's name.
  /// `branch`: "" is "<experiment>-branch".
  std::pair<std::string, std::string> branch(const std::string& experiment,
                                             const std::string& branch = {}) const;

  /// Records the workspace as it is, its data included, as an experiment of HEAD; nothing is run.
  /// HEAD, index and stash stay as they are.
  /// Throws: Error{exists} for a name that HEAD has (without `force`), before anything is touched;
  /// what Data::commit() throws.
  ExperimentRef save(const ExperimentSaveOptions& options = {}) const;

  /// Brings the files of an experiment, of another commit or of a task in DVC's queue into the
  /// workspace. HEAD stays and nothing is staged. What the workspace had is kept before:
  /// `git reset --hard` and `git stash apply refs/exps/apply/stash` bring it back.
  /// Throws: Error{not_found} "'<x>' does not appear to be an experiment commit.: …", Error{io}
  /// when the cache lacks data, with everything else applied.
  void apply(const std::string& experiment, const EventCallback& on_event = {}) const;

  /// Pushes experiments to a Git repository in one transfer, then the data of those that are there
  /// now. The `git` program does it, with its credentials.
  /// Throws: Error{not_found} for unknown names and for what is no Git repository, Error{git} for
  /// what `git` refuses. What goes wrong with data is told in the result.
  ShareResult push(const ShareOptions& options) const;
  /// The other way; nothing in the workspace changes.
  ShareResult pull(const ShareOptions& options) const;

  /// Removes slots that nobody uses and what finished runs in them left behind.
  void clean() const;

  /// Metrics and params of two revisions compared, as tables.
  ExperimentDiff diff(const ExperimentDiffOptions& options = {}) const;
  /// What `exp diff --json` prints, on one line (`indent` 0) or laid out.
  std::string diff_json(const ExperimentDiffOptions& options = {}, int indent = 0) const;

 private:
  friend class Project;
  explicit Experiments(const Project& project);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace expcore
