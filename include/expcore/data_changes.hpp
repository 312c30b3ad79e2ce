#pragma once
#include <string>
#include <vector>

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
  EventCallback on_event;            ///< Warnings.
};

/// Data that moved without changing.
struct RenamedPath {
  std::string old_path;
  std::string new_path;
};

/// Changed paths by what happened to them, each list in the order of paths. Paths are relative to
/// the project's root, folders end in '/'.
struct DataChanges {
  std::vector<std::string> added;
  std::vector<std::string> modified;
  std::vector<std::string> deleted;
  std::vector<RenamedPath> renamed;
  std::vector<std::string> unknown;  ///< In a folder whose list of files is lost.

  bool empty() const {
    return added.empty() && modified.empty() && deleted.empty() && renamed.empty() &&
           unknown.empty();
  }
};

/// The answer of Data::status().
struct EXPCORE_API DataStatus {
  std::vector<std::string> not_in_cache;
  std::vector<std::string> not_in_remote;
  DataChanges committed;    ///< From the last Git commit to the `.dvc` and dvc.lock files.
  DataChanges uncommitted;  ///< From these files to the work tree.
  std::vector<std::string> untracked;  ///< Relative to the project's directory().
  std::vector<std::string> unchanged;
  bool git_is_empty = false;  ///< Git has no commit yet.
  bool git_is_dirty = false;  ///< Git sees changes of its own.

  /// `dvc data status --json`: empty parts left out. `with_unchanged`: as --unchanged.
  std::string json(bool with_unchanged = false) const;
};

}  // namespace expcore
