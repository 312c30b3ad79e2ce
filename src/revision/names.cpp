#include "revision/names.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"

namespace expcore::revision {
namespace {

constexpr const char* exec_baseline = "refs/exps/exec/EXEC_BASELINE";

/// "HEAD~1" becomes "<EXEC_BASELINE>~1" while an experiment runs.
std::string without_experiment_head(const git::Repo& repo, const std::string& rev) {
  const auto end = rev.find_first_of("\x7F ~^:?*[\t");
  if (rev.substr(0, end) != "HEAD" || !repo.resolve_ref(exec_baseline)) return rev;
  return exec_baseline + (end == std::string::npos ? "" : rev.substr(end));
}

std::optional<git::Id> only_remote_branch(const git::Repo& repo, const std::string& rev) {
  constexpr std::string_view remotes = "refs/remotes/";
  std::set<git::Id> found;
  for (const auto& ref : repo.refs(remotes)) {
    const auto slash = ref.name.find('/', remotes.size());
    if (slash == std::string::npos || ref.name.substr(slash + 1) != rev) continue;
    if (const auto id = repo.resolve_ref(ref.name)) found.insert(*id);
  }
  return found.size() == 1 ? std::optional(*found.begin()) : std::nullopt;
}

/// The experiment called `name`; of several the one of the current commit.
std::optional<git::Id> experiment(const git::Repo& repo, const std::string& name) {
  const auto head = repo.head();
  std::vector<std::pair<git::Id, git::Id>> found;  // baseline and commit
  for (const auto& ref : repo.refs("refs/exps/")) {
    const auto parts = split(ref.name, '/');
    if (parts.size() != 5 || parts[4] != name || parts[2].size() != 2) continue;
    found.emplace_back(std::string(parts[2]) + std::string(parts[3]), ref.target);
  }
  if (found.size() == 1) return found.front().second;
  for (const auto& [baseline, commit] : found) {
    if (baseline == head) return commit;
  }
  if (found.empty()) return std::nullopt;
  throw Error(Errc::git, fmt::format("ambiguous Git revision '{}'", name));
}

}  // namespace

git::Id resolve(const git::Repo& repo, const std::string& rev) {
  if (const auto id = repo.resolve_revision(without_experiment_head(repo, rev))) return *id;
  if (const auto id = only_remote_branch(repo, rev)) return *id;
  if (rev != "HEAD" && !rev.starts_with("refs/")) {
    if (const auto id = experiment(repo, rev)) return *id;
  }
  throw Error(Errc::not_found, fmt::format("unknown Git revision '{}'", rev));
}

std::vector<git::Id> all_commits(const git::Repo& repo) {
  // The newest of the known ones is next; of one second the smallest id, as in dulwich's walker.
  using Known = std::pair<std::int64_t, git::Id>;
  std::set<Known> queue;
  std::set<git::Id> seen;
  std::unordered_map<git::Id, std::vector<git::Id>> parents;
  const auto add = [&](const git::Id& id) {
    if (!seen.insert(id).second) return;
    auto info = repo.commit_info(id);
    queue.emplace(-info.committer.seconds, id);
    parents.emplace(id, std::move(info.parents));
  };
  if (const auto head = repo.head()) add(*head);
  for (const char* prefix : {"refs/heads/", "refs/remotes/", "refs/tags/"}) {
    for (const auto& ref : repo.refs(prefix)) {
      if (const auto id = repo.resolve_revision(ref.name)) add(*id);
    }
  }
  std::vector<git::Id> ids;
  while (!queue.empty()) {
    ids.push_back(queue.extract(queue.begin()).value().second);
    for (const auto& parent : parents[ids.back()])
      add(parent);
  }
  return ids;
}

std::vector<NamedCommit> select(const git::Repo& repo, const Selection& selection) {
  std::vector<NamedCommit> found;
  std::unordered_map<git::Id, std::size_t> places;
  const auto add = [&](const git::Id& commit, std::string_view name) {
    const auto [place, is_new] = places.emplace(commit, found.size());
    if (is_new) {
      found.push_back({commit, std::string(name)});
    } else {
      found[place->second].name += fmt::format(",{}", name);
    }
  };
  const auto add_refs = [&](std::string_view prefix) {
    for (const auto& ref : repo.refs(prefix)) {
      if (const auto id = repo.resolve_revision(ref.name)) {
        add(*id, std::string_view(ref.name).substr(prefix.size()));
      }
    }
  };
  for (const auto& rev : selection.revs) {
    add(resolve(repo, rev), rev);
  }
  if (selection.all_commits) {
    for (const auto& id : all_commits(repo))
      add(id, id);
  } else {
    if (selection.all_branches) add_refs("refs/heads/");
    if (selection.all_tags) add_refs("refs/tags/");
  }
  return found;
}

}  // namespace expcore::revision
