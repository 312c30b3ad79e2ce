#pragma once
#include <string>
#include <vector>

#include "git/repo.hpp"

/// One revision of a project: which commit the user means, its stages and its files.
namespace expcore::revision {

/// How the work tree is called beside commits.
inline constexpr const char* workspace_name = "workspace";

/// The commit that `rev` names: anything `git rev-parse` takes, a branch that exactly one remote
/// has, or an experiment's name. Inside a running experiment "HEAD" is its baseline.
/// Source: DVC dvc/scm.py resolve_rev().
/// Throws: Error{not_found} "unknown Git revision '<rev>'", Error{git} "ambiguous Git revision
/// '<rev>'".
git::Id resolve(const git::Repo& repo, const std::string& rev);

/// Every commit reachable from HEAD, branches, remote branches and tags, newest first.
std::vector<git::Id> all_commits(const git::Repo& repo);

/// Which revisions to look at. Source: DVC dvc/scm.py iter_revs().
struct Selection {
  std::vector<std::string> revs;
  bool all_branches = false;
  bool all_tags = false;
  bool all_commits = false;

  bool empty() const { return revs.empty() && !all_branches && !all_tags && !all_commits; }
};

/// A commit with every name under which it was asked for.
struct NamedCommit {
  git::Id commit;
  std::string name;  ///< The names, joined by ','.
};

/// The commits of a selection in the order in which they are first named: revs, then branches and
/// tags by name; all_commits replaces the latter two and names commits by their ids.
std::vector<NamedCommit> select(const git::Repo& repo, const Selection& selection);

}  // namespace expcore::revision
