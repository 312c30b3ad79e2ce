#pragma once
#include <string>
#include <vector>

#include <expcore/cancel.hpp>
#include <expcore/event.hpp>
#include <expcore/export.hpp>

namespace expcore {

/// What Data::status() looks at.
struct DataStatusOptions {
  std::vector<std::string> targets;  ///< Paths, relative to directory(); empty: everything.
  bool granular = false;             ///< Files in tracked folders, too.
  bool untracked_files = false;      ///< List what neither Git nor DVC tracks.
  bool not_in_remote = false;        ///< Ask the remote what it lacks.
  std::string remote;                ///< With `not_in_remote`: ""; the default one.
  EventCallback on_event;            ///< Warnings and EventKind::progress.
  CancelToken cancel;                ///< Stops between files; nothing has been changed.
};

/// Data that moved without changing.
struct RenamedPath {
  std::string old_path;  ///< Where it was; relative to the project's root.
  std::string new_path;  ///< Where it is.
};

/// Changed paths by what happened to them, each list in the order of paths. Paths are relative to
/// the project's root, folders end in '/'.
struct DataChanges {
  std::vector<std::string> added;     ///< Only on the new side.
  std::vector<std::string> modified;  ///< On both sides, with other content.
  std::vector<std::string> deleted;   ///< Only on the old side.
  std::vector<RenamedPath> renamed;   ///< Deleted and added with the same content.
  std::vector<std::string> unknown;   ///< In a folder whose list of files is lost.

  /// Whether all lists are empty.
  bool empty() const {
    return added.empty() && modified.empty() && deleted.empty() && renamed.empty() &&
           unknown.empty();
  }
};

/// The answer of Data::status().
struct EXPCORE_API DataStatus {
  /// Recorded, but not in the cache; relative to the project's root.
  std::vector<std::string> not_in_cache;
  /// Recorded, but not on the remote; empty unless asked for.
  std::vector<std::string> not_in_remote;
  DataChanges committed;    ///< From the last Git commit to the `.dvc` and dvc.lock files.
  DataChanges uncommitted;  ///< From these files to the work tree.
  std::vector<std::string> untracked;  ///< Relative to the project's directory().
  std::vector<std::string> unchanged;  ///< The same in all three places.
  bool git_is_empty = false;           ///< Git has no commit yet.
  bool git_is_dirty = false;           ///< Git sees changes of its own.

  /// `dvc data status --json`: empty parts left out. `with_unchanged`: as --unchanged.
  std::string json(bool with_unchanged = false) const;
};

/// What Data::diff() compares.
struct DataDiffOptions {
  std::string old_revision = "HEAD";  ///< A Git revision.
  std::string new_revision;           ///< "": the work tree.
  std::vector<std::string> targets;   ///< Outputs, files in them, stages; empty: everything.
  EventCallback on_event;             ///< Warnings and EventKind::progress.
  CancelToken cancel;                 ///< Stops between files; nothing has been changed.
};

/// A path that differs.
struct DataDifference {
  std::string path;      ///< On the new side; of deleted data on the old one.
  std::string old_path;  ///< Of renamed data; else the same.
  std::string hash;      ///< MD5 in hex, of folders followed by ".dir"; "" when none is recorded.
  std::string old_hash;  ///< What modified data had before; "" when none was recorded.
};

/// What DataDiff::json() holds.
struct DataDiffFormat {
  bool with_hashes = false;  ///< As `--show-hash`.
  bool with_missing = true;  ///< "not in cache", too.
};

/// The answer of Data::diff(). Lists are sorted by (old) path; paths are relative to the project's
/// root, folders end in '/'.
struct EXPCORE_API DataDiff {
  std::vector<DataDifference> added;     ///< Only on the new side.
  std::vector<DataDifference> deleted;   ///< Only on the old side.
  std::vector<DataDifference> modified;  ///< On both sides, with other content.
  std::vector<DataDifference> renamed;   ///< Deleted and added with the same content.
  /// What the old side records and the cache lacks, when the new side is the work tree.
  std::vector<DataDifference> not_in_cache;

  /// Whether all lists are empty.
  bool empty() const {
    return added.empty() && deleted.empty() && modified.empty() && renamed.empty() &&
           not_in_cache.empty();
  }
  /// `dvc diff --json`: "{}" when there is nothing.
  std::string json(const DataDiffFormat& format = {}) const;
};

}  // namespace expcore
