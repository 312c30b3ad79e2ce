#include "exp/manage.hpp"

#include <algorithm>
#include <set>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "exp/record.hpp"
#include "revision/names.hpp"

namespace expcore::exp {

using pipeline::Workspace;

namespace {

constexpr std::string_view heads = "refs/heads/";
constexpr std::string_view tags = "refs/tags/";
constexpr const char* applied_ref = "refs/exps/exec/EXEC_APPLY";

Error ambiguous_error(const std::string& name, const std::vector<const ExpRef*>& found) {
  std::string text = fmt::format(
      "Ambiguous name '{}' refers to multiple experiments. Use one of the following full refnames "
      "instead:\n",
      name);
  for (const ExpRef* ref : found)
    text += "\n\t" + ref->refname();
  return {Errc::invalid_argument, text};
}

}  // namespace

Error unresolved_error(const std::vector<std::string>& names, const std::string& git_remote) {
  const std::string list = fmt::format("'{}'", fmt::join(names, "; "));
  if (git_remote.empty()) {
    return {Errc::not_found, names.size() > 1 ? list + " are not valid experiment names"
                                              : list + " is not a valid experiment name"};
  }
  return {Errc::not_found,
          names.size() > 1 ? fmt::format("Experiments {} do not exist in '{}'", list, git_remote)
                           : fmt::format("Experiment {} does not exist in '{}'", list, git_remote)};
}

std::vector<ExpRef> resolve_names(const std::vector<ExpRef>& refs,
                                  const std::vector<std::string>& names,
                                  const std::optional<git::Id>& head,
                                  const std::string& git_remote) {
  std::vector<ExpRef> resolved;
  std::vector<std::string> unknown;
  for (const auto& name : names) {
    std::vector<const ExpRef*> found;
    for (const auto& ref : refs) {
      if (name == ref.name || (name.starts_with("refs/") && name == ref.refname())) {
        found.push_back(&ref);
      }
    }
    if (found.empty()) {
      unknown.push_back(name);
      continue;
    }
    if (found.size() > 1) {
      const auto current = std::find_if(found.begin(), found.end(), [&](const ExpRef* ref) {
        return head && ref->baseline == *head;
      });
      if (current == found.end()) throw ambiguous_error(name, found);
      found = {*current};
    }
    resolved.push_back(*found.front());
  }
  if (!unknown.empty()) throw unresolved_error(unknown, git_remote);
  return resolved;
}

std::vector<ExpRef> select_refs(const git::Repo& repo, std::vector<ExpRef> refs,
                                const RevisionOptions& options) {
  if (options.all_commits) return refs;
  const auto ids = expand_revisions(repo, options);
  const std::set<git::Id> wanted(ids.begin(), ids.end());
  std::erase_if(refs, [&](const ExpRef& ref) { return !wanted.contains(ref.baseline); });
  return refs;
}

Describer::Describer(const git::Repo& repo)
    : repo_(&repo), branch_(repo.head_branch()), head_(repo.head()), branches_(repo.refs(heads)) {
  if (branch_) branch_ = branch_->substr(heads.size());
}

const Describer::Names& Describer::names() {
  if (names_) return *names_;
  names_.emplace();
  for (const auto& ref : repo_->refs(tags)) {
    // A tag may be an object of its own.
    const auto commit = repo_->resolve_revision(ref.name);
    if (commit) names_->emplace_back(*commit, ref.name.substr(tags.size()));
  }
  for (const auto& ref : branches_) {
    const auto commit = repo_->resolve_ref(ref.name);
    if (commit) names_->emplace_back(*commit, ref.name.substr(heads.size()));
  }
  std::stable_sort(names_->begin(), names_->end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  return *names_;
}

std::optional<std::string> Describer::describe(const git::Id& commit) {
  if (branch_ && head_ == commit) return branch_;
  const auto found =
      std::lower_bound(names().begin(), names().end(), commit,
                       [](const auto& named, const git::Id& id) { return named.first < id; });
  if (found == names().end() || found->first != commit) return std::nullopt;
  return found->second;
}

void delete_experiments(git::Repo& repo, const std::vector<ExpRef>& refs) {
  std::vector<std::string> names;
  const auto applied = repo.resolve_ref(applied_ref);
  for (const auto& ref : refs) {
    names.push_back(ref.refname());
    if (applied == ref.commit) names.emplace_back(applied_ref);
  }
  repo.delete_refs(names);
}

std::optional<ExpRef> rename(git::Repo& repo, const std::string& experiment,
                             const std::string& name, bool force) {
  if (experiment == name) return std::nullopt;
  check_name(name);
  ExpRef ref = resolve_names(list_refs(repo), {experiment}, repo.head()).front();
  if (ref.name == name) return std::nullopt;
  const std::string former = ref.refname();
  ref.name = name;
  const auto existing = repo.resolve_ref(ref.refname());
  if (existing && !force) throw conflict_error(name);
  if (!repo.set_ref(ref.refname(), ref.commit, existing.value_or(""))) throw conflict_error(name);
  repo.delete_refs({former});
  return ref;
}

namespace {

git::Id resolve_to_branch(const git::Repo& repo, const std::string& experiment) {
  try {
    return revision::resolve(repo, experiment);
  } catch (const Error& error) {
    if (error.code() != Errc::not_found && error.code() != Errc::git) throw;
    throw Error(Errc::invalid_argument, experiment);
  }
}

const ExpRef& only_experiment(const std::vector<ExpRef>& refs, const git::Id& head,
                              const std::string& experiment) {
  if (refs.size() == 1) return refs.front();
  for (const auto& ref : refs) {
    if (ref.baseline == head) return ref;
  }
  if (refs.empty()) {
    throw Error(Errc::invalid_argument,
                fmt::format("'{}' does not appear to be an experiment commit.", experiment));
  }
  std::string text = fmt::format(
      "Ambiguous experiment name '{}' can refer to multiple experiments. To create a branch use a "
      "full experiment ref:\n",
      experiment);
  for (const auto& ref : refs)
    text += "\n" + ref.refname();
  throw Error(Errc::invalid_argument, text);
}

}  // namespace

std::pair<std::string, std::string> make_branch(const Workspace& workspace,
                                                const std::string& experiment,
                                                const std::string& branch) {
  const git::Id head = require_head(workspace);
  git::Repo& repo = *workspace.repo;
  const git::Id commit = resolve_to_branch(repo, experiment);
  std::vector<ExpRef> refs = list_refs(repo);
  std::erase_if(refs, [&](const ExpRef& ref) { return ref.commit != commit; });
  const ExpRef& ref = only_experiment(refs, head, experiment);
  const std::string name = branch.empty() ? ref.name + "-branch" : branch;
  const std::string refname = "refs/heads/" + name;
  if (!git::is_valid_refname(refname)) {
    throw Error(Errc::invalid_argument, fmt::format("'{}' is not a valid branch name", name));
  }
  if (!repo.set_ref(refname, ref.commit, "",
                    fmt::format("dvc: Created from experiment '{}'", ref.name))) {
    throw Error(Errc::invalid_argument, fmt::format("Git branch '{}' already exists.", name));
  }
  return {name, ref.name};
}

}  // namespace expcore::exp
