#pragma once
#include <string>
#include <utility>
#include <vector>

#include "data/changes.hpp"

namespace expcore::data {

struct StatusRequest {
  std::vector<std::string> targets;  ///< Paths, relative to the caller's directory; empty: all.
  bool granular = false;             ///< Files in folders, too.
  bool untracked_files = false;      ///< List what Git and DVC do not track.
  bool not_in_remote = false;        ///< Ask the remote.
  std::string remote;                ///< "": the default one.
};

/// Changes by their kinds, in the order of paths relative to the project's root.
struct ChangeLists {
  std::vector<std::string> added;
  std::vector<std::string> modified;
  std::vector<std::string> deleted;
  std::vector<std::pair<std::string, std::string>> renamed;  ///< From, to.
  std::vector<std::string> unknown;  ///< Below a folder whose list of files is lost.
};

struct Status {
  std::vector<std::string> not_in_cache;
  std::vector<std::string> not_in_remote;
  ChangeLists committed;    ///< From HEAD to the `.dvc` and dvc.lock files.
  ChangeLists uncommitted;  ///< From these to the work tree.
  std::vector<std::string> unchanged;
  std::vector<std::string> untracked;  ///< Relative to the caller's directory.
  bool git_is_empty = false;           ///< There is no commit.
  bool git_is_dirty = false;           ///< Git has changes of its own.
};

/// Compares the last commit, what is recorded now, and the work tree. Locks and writes nothing but
/// the state database. Source: DVC dvc/repo/data.py status(); other than there, targets are taken
/// from the caller's directory, wherever that is.
/// Throws: what loading pipeline files throws; Error{config} for an unknown `remote`.
Status status(pipeline::Workspace& workspace, const StatusRequest& request);

}  // namespace expcore::data
