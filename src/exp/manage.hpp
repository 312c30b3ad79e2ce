#pragma once
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "exp/refs.hpp"
#include "exp/show.hpp"
#include "pipeline/workspace.hpp"

/// Experiments as refs: which there are, and giving them other names, branches or an end.
namespace expcore::exp {

/// The experiments that `names` mean, in their order: a full ref ("refs/exps/…") or an exact name
/// among `refs`; of several the one of `head`. Source: DVC dvc/repo/experiments/utils.py
/// resolve_name().
/// Throws: Error{not_found} through unresolved_error(), Error{invalid_argument} "Ambiguous name …".
std::vector<ExpRef> resolve_names(const std::vector<ExpRef>& refs,
                                  const std::vector<std::string>& names,
                                  const std::optional<git::Id>& head,
                                  const std::string& git_remote = {});

/// "'a; b' are not valid experiment names", "Experiment 'a' does not exist in '<remote>'".
Error unresolved_error(const std::vector<std::string>& names, const std::string& git_remote = {});

/// Experiments by the commits they belong to: all of them, or those of the revisions.
/// Throws: Error{not_found} "unknown Git revision '<rev>'".
std::vector<ExpRef> select_refs(const git::Repo& repo, std::vector<ExpRef> refs,
                                const RevisionOptions& options);

/// Branch (the current one first) or tag of commits. Tags are read when they first matter, which
/// takes libgit2; branches at once, which frees those that a dead process of ours had locked.
/// Thread safety: confined, as `repo` is, which outlives it.
class Describer {
 public:
  explicit Describer(const git::Repo& repo);
  std::optional<std::string> describe(const git::Id& commit);

 private:
  using Names = std::vector<std::pair<git::Id, std::string>>;  ///< By id; of one id the best first.
  const Names& names();

  const git::Repo* repo_;
  std::optional<std::string> branch_;  ///< The current one.
  std::optional<git::Id> head_;
  std::vector<git::RefEntry> branches_;
  std::optional<Names> names_;
};

/// Deletes experiments and, where DVC recorded that one was applied, that record. Cached data
/// stays.
void delete_experiments(git::Repo& repo, const std::vector<ExpRef>& refs);

/// The experiment's new ref; it keeps commit and baseline. Both names lead to it for a moment,
/// never none. nullopt when it has that name already. Source: DVC
/// dvc/repo/experiments/rename.py.
/// Throws: Error{exists} for a name that its baseline has (without `force`), and what
/// resolve_names() and check_name() throw.
std::optional<ExpRef> rename(git::Repo& repo, const std::string& experiment,
                             const std::string& name, bool force);

/// A branch on an experiment's commit; "" names it `<experiment>-branch`. Returns its name and the
/// experiment's. Source: DVC dvc/repo/experiments/branch.py; unlike there, `experiment` must mean
/// the experiment itself, not any commit that some experiment contains.
/// Throws: Error{invalid_argument}, in DVC's words.
std::pair<std::string, std::string> make_branch(const pipeline::Workspace& workspace,
                                                const std::string& experiment,
                                                const std::string& branch);

}  // namespace expcore::exp
