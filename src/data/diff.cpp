#include "data/diff.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "revision/names.hpp"
#include "revision/view.hpp"

namespace expcore::data {
namespace {

using pipeline::Workspace;
using revision::View;
using tracked::Out;

/// The outputs of one side that the targets name, and the targets that name none.
struct Selected {
  std::vector<Out> outs;
  std::set<std::string> unknown;
};

Selected select(const Workspace& workspace, const View& view,
                const std::vector<std::string>& targets) {
  if (targets.empty()) return {tracked::select(workspace, view.stages(), {}), {}};
  Selected selected;
  for (const auto& target : targets) {
    tracked::Scope scope;
    scope.targets = {target};
    try {
      for (auto& out : tracked::select(workspace, view.stages(), scope))
        selected.outs.push_back(std::move(out));
    } catch (const Error& error) {
      if (error.code() != Errc::not_found) throw;
      selected.unknown.insert(target);
    }
  }
  return selected;
}

/// The state of a commit; empty where it has no such project.
Selected select_commit(Workspace& workspace, const git::Id& commit,
                       const std::vector<std::string>& targets) {
  const auto view = View::commit(workspace, commit);
  if (view) return select(workspace, *view, targets);
  return {{}, {targets.begin(), targets.end()}};
}

void refuse_unknown(const Selected& old, const Selected& now) {
  for (const auto& target : old.unknown) {
    if (!now.unknown.contains(target)) continue;
    throw Error(
        Errc::not_found,
        fmt::format("unexpected error - [Errno 2] No such file or directory: '{}'", target));
  }
}

std::string hash_of(const Entry* entry) { return entry == nullptr ? "" : entry->id.hex; }

Difference difference_of(const Change& change) {
  Difference difference;
  difference.path = change.kind == ChangeKind::modified ? change.shown_old() : change.shown();
  difference.old_path = change.old == nullptr ? difference.path : change.shown_old();
  difference.hash = hash_of(change.now == nullptr ? change.old : change.now);
  difference.old_hash = hash_of(change.old);
  return difference;
}

std::vector<Difference>* list_for(Diff& diff, ChangeKind kind) {
  switch (kind) {
    case ChangeKind::added:
      return &diff.added;
    case ChangeKind::deleted:
      return &diff.deleted;
    case ChangeKind::modified:
      return &diff.modified;
    case ChangeKind::renamed:
      return &diff.renamed;
    default:
      return nullptr;
  }
}

void sort(Diff& diff) {
  for (auto* list :
       {&diff.added, &diff.deleted, &diff.modified, &diff.renamed, &diff.not_in_cache}) {
    std::stable_sort(list->begin(), list->end(), [](const Difference& a, const Difference& b) {
      return a.old_path < b.old_path;
    });
  }
}

}  // namespace

Diff diff(Workspace& workspace, const DiffRequest& request) {
  if (!workspace.repo) {
    throw Error(
        Errc::git,
        "Only supported for Git repositories. If you're seeing this error in a Git repo, try "
        "updating the DVC configuration with `dvc config core.no_scm false`.");
  }
  if (!workspace.repo->head()) return {};
  const bool is_work_tree = request.new_revision.empty();
  const git::Id from = revision::resolve(*workspace.repo, request.old_revision);
  std::optional<git::Id> to;
  if (!is_work_tree) to = revision::resolve(*workspace.repo, request.new_revision);

  const Selected old = select_commit(workspace, from, request.targets);
  const Selected now = to ? select_commit(workspace, *to, request.targets)
                          : select(workspace, View::workspace(workspace), request.targets);
  refuse_unknown(old, now);
  if (to && *to == from) return {};

  const Snapshot left = recorded(workspace, old.outs, Depth::files);
  const Snapshot right = is_work_tree ? present(workspace, now.outs, Depth::files)
                                      : recorded(workspace, now.outs, Depth::files);
  workspace.state.flush();
  Diff diff;
  for (const auto& change : compare(left, right, Compare::entries)) {
    if (auto* list = list_for(diff, change.kind)) list->push_back(difference_of(change));
    if (!is_work_tree || change.old == nullptr || change.old->id.empty()) continue;
    if (workspace.store.contains(change.old->id)) continue;
    const std::string path = change.shown_old();
    diff.not_in_cache.push_back({path, path, change.old->id.hex, change.old->id.hex});
  }
  sort(diff);
  return diff;
}

}  // namespace expcore::data
