#include "exp/share.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "exp/git_remote.hpp"
#include "exp/manage.hpp"
#include "exp/record.hpp"
#include "fs/path.hpp"
#include "remote/sync.hpp"

namespace expcore::exp {

using pipeline::Workspace;

namespace {

using Refs = std::vector<ExpRef>;

Refs chosen(const git::Repo& repo, const Refs& all, const ShareRequest& request) {
  Refs refs = request.names.empty() ? select_refs(repo, all, request.revisions)
                                    : resolve_names(all, request.names, repo.head());
  std::set<std::string> seen;
  std::erase_if(refs, [&](const ExpRef& ref) { return !seen.insert(ref.refname()).second; });
  return refs;
}

std::map<std::string, git::Id> commits_of(const Refs& refs) {
  std::map<std::string, git::Id> commits;
  for (const auto& ref : refs)
    commits.emplace(ref.refname(), ref.commit);
  return commits;
}

/// Whether `commit` leads back to `ancestor` without a way through the baseline: experiments that
/// were continued have several commits.
bool continues(const git::Repo& repo, const ExpRef& ref, const git::Id& ancestor) {
  git::Id commit = ref.commit;
  while (commit != ref.baseline && repo.has_object(commit)) {
    if (commit == ancestor) return true;
    const auto parents = repo.commit_info(commit).parents;
    if (parents.empty()) return false;
    commit = parents.front();
  }
  return false;
}

/// From the tip to the baseline, which is not among them.
void add_commits(const git::Repo& repo, const ExpRef& ref, std::vector<std::string>& commits) {
  commits.push_back(ref.commit);
  git::Id commit = ref.commit;
  std::vector<std::string> more;
  while (repo.has_object(commit)) {
    const auto parents = repo.commit_info(commit).parents;
    if (parents.empty()) return;  // the baseline is none of its forebears
    commit = parents.front();
    if (commit == ref.baseline) break;
    more.push_back(commit);
  }
  commits.insert(commits.end(), more.begin(), more.end());
}

remote::SyncRequest data_request(const git::Repo& repo, const ShareRequest& request,
                                 const ShareResult& result) {
  remote::SyncRequest data;
  data.scope.workspace = false;
  for (const auto* refs : {&result.up_to_date, &result.done}) {
    for (const auto& ref : *refs)
      add_commits(repo, ref, data.scope.revisions.revs);
  }
  data.remote = request.remote;
  data.run_cache = request.run_cache;
  data.transfer = request.transfer;
  return data;
}

template <typename Transfer>
void share_data(Workspace& workspace, const ShareRequest& request, ShareResult& result,
                Transfer&& transfer) {
  const bool nothing = result.done.empty() && result.up_to_date.empty();
  if (!request.data || nothing) return;
  try {
    auto done = transfer(workspace, data_request(*workspace.repo, request, result));
    result.transferred = done.transferred;
    result.failed = std::move(done.failed);
  } catch (const Error& error) {
    if (error.code() == Errc::cancelled || error.code() == Errc::callback) throw;
    const std::string text = error.full_message();
    if (request.remote.empty() && text.find("no remote specified") != std::string::npos) {
      if (workspace.on_warning) {
        workspace.on_warning(
            "No DVC remote is configured: cached outputs were left where they are.");
      }
      return;
    }
    result.data_error = error;
  }
}

/// Moves refs of which another side was asked to `diverged`.
void take_out(Refs& done, Refs& diverged, const std::set<std::string>& refused) {
  const auto first = std::stable_partition(done.begin(), done.end(), [&](const ExpRef& ref) {
    return !refused.contains(ref.refname());
  });
  diverged.insert(diverged.end(), std::make_move_iterator(first),
                  std::make_move_iterator(done.end()));
  done.erase(first, done.end());
}

}  // namespace

namespace {

/// What is there before a push, or why there is no pushing, in DVC's words.
Refs before_push(const GitRemote& remote) {
  try {
    return remote.experiments();
  } catch (const Error& error) {
    if (error.code() != Errc::not_found) throw;
    throw Error(Errc::not_found,
                fmt::format("unexpected error - Git failed to push '[]' to '{0}': No git "
                            "repository was found at {0}",
                            remote.name()));
  }
}

}  // namespace

ShareResult push(Workspace& workspace, const ShareRequest& request) {
  require_head(workspace);
  const git::Repo& repo = *workspace.repo;
  const Refs refs = chosen(repo, list_refs(repo), request);
  const GitRemote remote(workspace, request.git_remote, &request.transfer.cancel);
  const auto there = commits_of(before_push(remote));

  ShareResult result;
  std::vector<GitRemote::Change> changes;
  for (const auto& ref : refs) {
    const auto found = there.find(ref.refname());
    const git::Id former = found == there.end() ? "" : found->second;
    if (former == ref.commit) {
      result.up_to_date.push_back(ref);
    } else if (former.empty() || request.force || continues(repo, ref, former)) {
      result.done.push_back(ref);
      changes.push_back({ref.refname(), ref.commit, former});
    } else {
      result.diverged.push_back(ref);
    }
  }
  if (!changes.empty()) {
    const auto refused = remote.change(changes);
    take_out(result.done, result.diverged, {refused.begin(), refused.end()});
  }
  share_data(workspace, request, result, remote::push);
  return result;
}

ShareResult pull(Workspace& workspace, const ShareRequest& request) {
  require_head(workspace);
  git::Repo& repo = *workspace.repo;
  const GitRemote remote(workspace, request.git_remote, &request.transfer.cancel);
  const Refs refs = chosen(repo, remote.experiments(), request);
  const auto here = commits_of(list_refs(repo));

  ShareResult result;
  Refs wanted;
  std::vector<std::string> names;
  for (const auto& ref : refs) {
    const auto found = here.find(ref.refname());
    if (found != here.end() && found->second == ref.commit) {
      result.up_to_date.push_back(ref);
    } else {
      wanted.push_back(ref);
      names.push_back(ref.refname());
    }
  }
  if (!names.empty()) remote.fetch(names);
  for (auto& ref : wanted) {
    if (!repo.has_object(ref.commit)) {
      throw Error(Errc::git, fmt::format("'{}' changed on '{}' meanwhile; pull again",
                                         ref.refname(), request.git_remote));
    }
    repo.commit_info(ref.commit);  // throws where it is no commit
    const auto found = here.find(ref.refname());
    const git::Id former = found == here.end() ? "" : found->second;
    const bool may_move = former.empty() || request.force || continues(repo, ref, former);
    if (may_move && repo.set_ref(ref.refname(), ref.commit, former)) {
      result.done.push_back(std::move(ref));
    } else {
      result.diverged.push_back(std::move(ref));
    }
  }
  share_data(workspace, request, result, remote::fetch);
  return result;
}

void delete_remote_experiments(const Workspace& workspace, const std::string& git_remote,
                               const Refs& refs) {
  std::vector<GitRemote::Change> changes;
  for (const auto& ref : refs)
    changes.push_back({ref.refname(), "", ref.commit});
  if (changes.empty()) return;
  const auto refused = GitRemote(workspace, git_remote).change(changes);
  if (refused.empty()) return;
  throw Error(Errc::git, fmt::format("'{}' changed on '{}' meanwhile and stays",
                                     fmt::join(refused, "; "), git_remote));
}

bool rename_remote_experiment(const Workspace& workspace, const std::string& git_remote,
                              const std::string& experiment, const std::string& name, bool force) {
  if (experiment == name) return false;
  check_name(name);
  const GitRemote remote(workspace, git_remote);
  const Refs refs = remote.experiments();
  ExpRef ref = resolve_names(refs, {experiment}, workspace.repo->head(), git_remote).front();
  if (ref.name == name) return false;
  const std::string former = ref.refname();
  ref.name = name;
  const auto there = commits_of(refs);
  const auto existing = there.find(ref.refname());
  if (existing != there.end() && !force) throw conflict_error(name);
  remote.fetch({former});
  const git::Id expected = existing == there.end() ? "" : existing->second;
  if (!remote.change({{ref.refname(), ref.commit, expected}}).empty()) throw conflict_error(name);
  ref.name = fs::filename(former);
  delete_remote_experiments(workspace, git_remote, {ref});
  return true;
}

}  // namespace expcore::exp
