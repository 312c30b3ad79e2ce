#include "data/status.hpp"

#include <algorithm>
#include <set>

#include <expcore/error.hpp>

#include "fs/path.hpp"
#include "remote/location.hpp"
#include "remote/sync.hpp"
#include "remote/transfer.hpp"
#include "revision/view.hpp"

namespace expcore::data {
namespace {

using pipeline::Workspace;
using tracked::Out;

std::vector<Out> outs_of(const Workspace& workspace, const revision::View& view) {
  return tracked::select(workspace, view.stages(), {});
}

class StatusOf {
 public:
  StatusOf(Workspace& workspace, const StatusRequest& request)
      : workspace_(workspace),
        request_(request),
        depth_(request.granular ? Depth::files : Depth::outputs) {
    for (const auto& target : request.targets)
      filters_.push_back(key_of(workspace, fs::absolute(workspace.directory, target)));
  }

  Status run() {
    const auto outs = outs_of(workspace_, revision::View::workspace(workspace_));
    const Snapshot index = recorded(workspace_, outs, depth_);
    compare_with_work_tree(outs, index);
    if (request_.not_in_remote) look_at_remotes(outs);
    if (workspace_.repo) {
      compare_with_head(index);
      look_at_git();
    }
    return std::move(status_);
  }

 private:
  void compare_with_work_tree(const std::vector<Out>& outs, const Snapshot& index) {
    const Snapshot work_tree = present(workspace_, outs, depth_);
    workspace_.state.flush();
    const auto changes = selected(compare(index, work_tree, Compare::hashes));
    status_.uncommitted = lists_of(changes);
    for (const auto& change : changes) {
      if (change.kind == ChangeKind::unchanged) status_.unchanged.push_back(change.shown());
      if (change.old == nullptr || change.old->id.empty()) continue;
      if (!workspace_.store.contains(change.old->id)) {
        status_.not_in_cache.push_back(change.old->is_directory ? change.old_path + "/"
                                                                : change.old_path);
      }
    }
  }

  void compare_with_head(const Snapshot& index) {
    const auto head = workspace_.repo->head();
    status_.git_is_empty = !head.has_value();
    Snapshot committed;
    std::optional<revision::View> view;
    if (head) view = revision::View::commit(workspace_, *head);
    if (view) committed = recorded(workspace_, outs_of(workspace_, *view), depth_);
    const auto changes = selected(compare(committed, index, Compare::hashes));
    status_.committed = lists_of(changes);
    std::set<std::string> same;
    for (const auto& change : changes) {
      if (change.kind == ChangeKind::unchanged) same.insert(change.shown());
    }
    std::erase_if(status_.unchanged, [&](const auto& path) { return !same.contains(path); });
  }

  void look_at_git() {
    status_.git_is_dirty = workspace_.repo->is_dirty();
    if (!request_.untracked_files) return;
    const auto files = workspace_.repo->untracked_files();
    status_.git_is_dirty = status_.git_is_dirty || !files.empty();
    for (const auto& file : files) {
      const std::string path = fs::join(workspace_.repo.workdir(), file);
      if (!fs::is_within(path, workspace_.root) || !is_wanted(key_of(workspace_, path))) continue;
      status_.untracked.push_back(fs::relative(path, workspace_.directory));
    }
  }

  void look_at_remotes(const std::vector<Out>& outs) {
    for (const auto& out : outs) {
      if (!out.can_push || out.is_import || out.id.empty()) continue;
      const auto depot = depot_of(out);
      if (!depot) continue;
      for (const auto& [path, entry] : recorded(workspace_, {out}, depth_).entries) {
        if (entry.id.empty() || !is_wanted(path)) continue;
        if (!remote::is_there(*depot, entry.id)) {
          status_.not_in_remote.push_back(entry.is_directory ? path + "/" : path);
        }
      }
    }
    std::sort(status_.not_in_remote.begin(), status_.not_in_remote.end(), ByParts());
  }

  /// Without a default remote there is nothing to ask.
  std::optional<remote::Depot> depot_of(const Out& out) const {
    const std::string& name = out.remote.empty() ? request_.remote : out.remote;
    if (name.empty() && !workspace_.config.get("core.remote")) return std::nullopt;
    return remote::depot_of(remote::locate(workspace_.config, workspace_.root, name));
  }

  bool is_wanted(const std::string& path) const {
    return filters_.empty() ||
           std::any_of(filters_.begin(), filters_.end(), [&](const std::string& filter) {
             return filter == "." || fs::is_within(path, filter);
           });
  }

  std::vector<Change> selected(std::vector<Change> changes) const {
    std::erase_if(changes, [&](const Change& change) {
      return !is_wanted(change.path) ||
             (change.kind == ChangeKind::unknown && change.now == nullptr);
    });
    return changes;
  }

  static ChangeLists lists_of(const std::vector<Change>& changes) {
    ChangeLists lists;
    for (const auto& change : changes) {
      switch (change.kind) {
        case ChangeKind::added:
          lists.added.push_back(change.shown());
          break;
        case ChangeKind::modified:
          lists.modified.push_back(change.shown());
          break;
        case ChangeKind::deleted:
          lists.deleted.push_back(change.shown());
          break;
        case ChangeKind::renamed:
          lists.renamed.emplace_back(change.shown_old(), change.shown());
          break;
        case ChangeKind::unknown:
          lists.unknown.push_back(change.shown());
          break;
        case ChangeKind::unchanged:
          break;
      }
    }
    return lists;
  }

  Workspace& workspace_;
  const StatusRequest& request_;
  Depth depth_;
  std::vector<std::string> filters_;
  Status status_;
};

}  // namespace

Status status(Workspace& workspace, const StatusRequest& request) {
  return StatusOf(workspace, request).run();
}

}  // namespace expcore::data
