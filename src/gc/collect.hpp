#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "pipeline/workspace.hpp"

namespace expcore::gc {

/// What to keep. What the work tree and queued and running experiments need is kept always.
struct Request {
  bool all_branches = false;
  bool all_tags = false;
  bool all_commits = false;
  bool all_experiments = false;
  std::string rev;                    ///< This commit and `num` - 1 first parents before it.
  int num = 1;                        ///< Negative: all of them; 0: none.
  std::string commit_date;            ///< "YYYY-MM-DD": commits of that day (local time) and later.
  bool not_in_remote = false;         ///< Of what is used only what the remote lacks.
  bool cloud = false;                 ///< Collect on the remote, too.
  std::string remote;                 ///< "": the default one.
  std::vector<std::string> projects;  ///< Folders of other projects that use the same cache.
  bool dry = false;
  bool force = false;        ///< Go on when a folder's object is missing everywhere.
  bool skip_failed = false;  ///< Pass over revisions that cannot be read.
  /// Asked whether to go on without a folder's object, in DVC's words. Unset: no.
  std::function<bool(const std::string& question)> confirm;
};

/// What one store lost.
struct Collected {
  std::string store;  ///< DVC's names: "repo", "local", "legacy", "remote".
  std::size_t removed = 0;
  std::int64_t bytes = 0;
};

/// Removes objects that nothing refers to: folder objects first, so that one that is there has its
/// members. Holds the repository lock, those of `projects`, and cache::UseLock, so that no process
/// of ours is between storing and recording. Objects of the last quarter of an hour stay while
/// DVC runs something beside the work tree.
/// Throws: Error{invalid_argument} "unable to fully collect used cache without cache for directory
/// '<dir>'", Error{not_found} for unknown revisions, Error{config} without a remote, Error{busy}.
/// Behaviour: DVC dvc/repo/gc.py; docs/decisions/gc.md.
std::vector<Collected> collect_garbage(pipeline::Workspace& workspace, const Request& request);

}  // namespace expcore::gc
