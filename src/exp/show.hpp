#pragma once
#include <functional>
#include <string>
#include <vector>

#include "exp/running.hpp"
#include "exp/snapshot.hpp"

namespace expcore::exp {

/// Which revisions to look at. Source: DVC dvc/scm.py iter_revs().
struct RevisionOptions {
  std::vector<std::string> revs;  ///< Empty: HEAD (unless one of the flags is set).
  int num = 1;                    ///< Commits from each rev on, first parents; negative: all.
  bool all_branches = false;
  bool all_tags = false;
  bool all_commits = false;
};

struct ShowOptions {
  RevisionOptions revisions;
  SnapshotOptions snapshot;
  bool hide_workspace = false;
  bool hide_queued = false;
  bool hide_failed = false;
  bool sha_only = false;   ///< No branch and tag names.
  Form form = Form::data;  ///< Of commits whose data is kept.
  /// What queues know of these baselines: tasks that run, wait, failed or succeeded. May be empty.
  std::function<std::vector<ExecutedRange>(const std::vector<git::Id>& baselines)> queue;
};

/// The commits that `options` names, without repeats. Throws: Error{not_found} "unknown Git
/// revision
/// '<rev>'".
std::vector<git::Id> expand_revisions(const git::Repo& repo, const RevisionOptions& options);

/// The workspace and the baselines with their experiments, newest first. Empty before the first
/// commit.
std::vector<State> show(pipeline::Workspace& workspace, const ShowOptions& options);

}  // namespace expcore::exp
