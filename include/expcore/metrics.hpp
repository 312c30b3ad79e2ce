#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <expcore/event.hpp>
#include <expcore/export.hpp>
#include <expcore/table.hpp>
#include <expcore/value.hpp>

namespace expcore {

class Project;

/// What Metrics::show() looks at. Without a revision flag it is the workspace alone.
struct MetricsOptions {
  /// Metrics files, relative to the project's directory; folders stand for the files below them.
  /// Empty: the metrics of all stages and the top-level `metrics` of every dvc.yaml.
  std::vector<std::string> targets;
  bool all_branches = false;  ///< And the last commit of every branch.
  bool all_tags = false;      ///< And the commit of every tag.
  bool all_commits = false;   ///< And every commit of the repository.
  EventCallback on_event;     ///< Warnings; may be empty.
};

/// A metrics or params file at one revision.
struct ValuesFile {
  std::string path;                ///< Relative to the project's directory.
  std::vector<NamedValue> values;  ///< By dotted key; `file` is `path`.
  std::string error;               ///< Why it could not be read; "" when it could.
  std::string error_type;          ///< DVC's name of that kind of error.
};

/// The metrics of one revision.
struct RevisionValues {
  std::string name;  ///< "workspace", names of a commit joined by ','; "" for the workspace alone.
  std::vector<ValuesFile> files;  ///< Those of the targets, or all that it has.
  std::string error;              ///< Why the revision's pipeline files could not be read.
  std::string error_type;         ///< DVC's name of that kind of error; "" when there is none.
};

/// What Metrics::diff() and Params::diff() compare.
struct DiffOptions {
  std::string a_rev = "HEAD";        ///< A Git revision, an experiment, or "workspace".
  std::string b_rev = "workspace";   ///< As a_rev.
  std::vector<std::string> targets;  ///< Files; empty: all that are known.
  bool all = false;                  ///< Unchanged values, too.
  bool deps = false;                 ///< Params: only what stages depend on.
  EventCallback on_event;            ///< Warnings; may be empty.
};

/// A value that two revisions have differently.
struct ValueChange {
  std::string file;                  ///< Relative to the project's directory.
  std::string key;                   ///< Dotted.
  CellValue old_value;               ///< Of `a_rev`; Type::missing when it has none.
  CellValue new_value;               ///< Of `b_rev`; Type::missing when it has none.
  std::optional<double> difference;  ///< new - old of numbers.
};

/// Two revisions compared, in every form that DVC prints.
struct ValuesDiff {
  std::vector<ValueChange> changes;  ///< By file, then key.
  std::vector<std::string> errored;  ///< Revisions of which something could not be read.
};

/// How tables of metrics and params are made.
struct ValuesTableOptions {
  int precision = 5;     ///< Decimals of real numbers; 0: all.
  bool no_path = false;  ///< Without the column of files.
};

/// A table and what could not be read for it.
struct ValuesTable {
  Table table;                       ///< Without headers when there is nothing to show.
  std::vector<std::string> errored;  ///< Names of revisions.
};

/// The same as JSON, on one line (`indent` 0) or laid out as Python's json module does.
struct ValuesJson {
  std::string text;                  ///< Without a line feed at the end.
  std::vector<std::string> errored;  ///< Names of revisions.
};

/// The metrics of a project at any revision: files of `metrics` in dvc.yaml, in YAML, JSON, TOML or
/// Python, from the workspace, Git or the cache.
///
/// Thread safety: thread-compatible.
class EXPCORE_API Metrics {
 public:
  /// What was moved from may only be assigned to or destroyed.
  Metrics(Metrics&&) noexcept;
  /// As above.
  Metrics& operator=(Metrics&&) noexcept;
  ~Metrics();

  /// A file that cannot be read has an error and spoils nothing else.
  /// Throws: Error{not_found} for unknown revisions.
  std::vector<RevisionValues> show(const MetricsOptions& options = {}) const;
  /// What `metrics show --json` prints. NaN and infinities are bare words, as in DVC.
  ValuesJson show_json(const MetricsOptions& options = {}, int indent = 0) const;
  /// What `metrics show` prints.
  ValuesTable show_table(const MetricsOptions& options = {},
                         const ValuesTableOptions& table = {}) const;

  /// Throws: Error{not_found} "unknown Git revision '<rev>'", Error{git} without Git.
  ValuesDiff diff(const DiffOptions& options = {}) const;
  /// What `metrics diff --json` prints. Throws: as diff().
  ValuesJson diff_json(const DiffOptions& options = {}, int indent = 0) const;
  /// What `metrics diff` prints. Throws: as diff().
  ValuesTable diff_table(const DiffOptions& options = {},
                         const ValuesTableOptions& table = {}) const;

 private:
  friend class Project;
  explicit Metrics(const Project& project);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The parameters of a project at any revision.
///
/// Thread safety: thread-compatible.
class EXPCORE_API Params {
 public:
  /// What was moved from may only be assigned to or destroyed.
  Params(Params&&) noexcept;
  /// As above.
  Params& operator=(Params&&) noexcept;
  ~Params();

  /// As Metrics::diff().
  ValuesDiff diff(const DiffOptions& options = {}) const;
  /// What `params diff --json` prints. Throws: as diff().
  ValuesJson diff_json(const DiffOptions& options = {}, int indent = 0) const;
  /// `table.precision` does not apply: parameters are never rounded.
  ValuesTable diff_table(const DiffOptions& options = {},
                         const ValuesTableOptions& table = {}) const;

 private:
  friend class Project;
  explicit Params(const Project& project);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace expcore
