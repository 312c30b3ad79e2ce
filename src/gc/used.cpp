#include "gc/used.hpp"

#include <ctime>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "exp/refs.hpp"
#include "exp/slot.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "remote/location.hpp"
#include "remote/sync.hpp"
#include "tracked/outs.hpp"

namespace expcore::gc {
namespace {

using pipeline::Workspace;

/// Local midnight, seconds since the epoch. Throws for what is no date.
std::int64_t seconds_of(const std::string& date) {
  std::tm parts{};
  const char* end = ::strptime(date.c_str(), "%Y-%m-%d", &parts);
  if (end == nullptr || *end != '\0') {
    throw Error(
        Errc::invalid_argument,
        fmt::format("unexpected error - time data '{}' does not match format '%Y-%m-%d'", date));
  }
  parts.tm_isdst = -1;
  return static_cast<std::int64_t>(::mktime(&parts));
}

/// The commits that a reflog names: the stashes of queued experiments.
std::vector<std::string> stashed(const git::Repo& repo, const std::string& ref) {
  std::vector<std::string> ids;
  const auto text = fs::read_file_if_exists(fs::join(repo.common_dir(), "logs/" + ref));
  if (!text) return ids;
  for (const auto line : split(*text, '\n')) {
    const auto parts = split(line, ' ');
    if (parts.size() > 2 && parts[1].size() == 40) ids.emplace_back(parts[1]);
  }
  return ids;
}

std::vector<std::string> folders_in(const std::string& path) {
  std::vector<std::string> found;
  if (!fs::is_directory(path)) return found;
  for (const auto& entry : fs::list_directory(path)) {
    if (entry.kind == fs::Kind::directory) found.push_back(fs::join(path, entry.name));
  }
  return found;
}

/// Each experiment's commits down to its baseline.
void add_experiments(const git::Repo& repo, std::vector<std::string>& revs) {
  for (const auto& experiment : exp::list_refs(repo)) {
    git::Id commit = experiment.commit;
    while (!commit.empty() && commit != experiment.baseline) {
      revs.push_back(commit);
      const auto parents = repo.commit_info(commit).parents;
      commit = parents.empty() ? git::Id() : parents.front();
    }
  }
}

/// Queued, failed and running experiments, DVC's and ours. DVC's gc forgets them.
std::vector<std::string> pending_commits(const git::Repo& repo) {
  std::vector<std::string> revs;
  for (const char* prefix : {"refs/expcore/", "refs/exps/celery/", "refs/exps/stash",
                             "refs/exps/apply/", "refs/exps/exec/"}) {
    for (const auto& ref : repo.refs(prefix)) {
      if (!ref.target.empty() && repo.has_object(ref.target)) revs.push_back(ref.target);
      for (auto& id : stashed(repo, ref.name)) {
        if (repo.has_object(id)) revs.push_back(std::move(id));
      }
    }
  }
  return revs;
}

/// Gathers what is used.
class Marker {
 public:
  Marker(Workspace& workspace, const Request& request) : workspace_(workspace), request_(request) {
    depots_.push_back(remote::cache_depot(workspace));
    try {
      depots_.push_back(
          remote::depot_of(remote::locate(workspace.config, workspace.root, request.remote)));
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): folder objects might be there
    }
  }

  /// A folder beside the work tree in which something runs. One that is being made cannot be read
  /// yet; its objects are young.
  void mark_running(const std::string& folder) {
    try {
      mark(*Workspace::open(folder, workspace_.environment), tracked::Scope(), used_.pending);
    } catch (const Error& error) {
      if (error.code() == Errc::invalid_argument) throw;
    }
  }

  void mark_pending() {
    if (!workspace_.repo) return;
    tracked::Scope scope;
    scope.workspace = false;
    scope.revisions.revs = pending_commits(*workspace_.repo);
    if (!scope.revisions.revs.empty()) mark(workspace_, scope, used_.pending);
  }

  void mark_project(Workspace& workspace) {
    tracked::Scope scope;
    scope.skip_unreadable = request_.skip_failed;
    scope.failure = "Failed to collect";
    scope.revisions.all_branches = request_.all_branches;
    scope.revisions.all_tags = request_.all_tags;
    scope.revisions.all_commits = request_.all_commits;
    if (workspace.repo) add_commits(*workspace.repo, scope.revisions.revs);
    mark(workspace, scope, used_.recorded);
  }

  UsedObjects take() { return std::move(used_); }

 private:
  void mark(Workspace& workspace, const tracked::Scope& scope, ObjectSet& used) {
    ObjectSet seen;
    for (const auto& revision : tracked::collect(workspace, scope)) {
      for (const auto& out : revision.outs) {
        if (!out.is_cached || out.id.empty()) continue;
        if (seen.insert({out.id.kind, out.id.hex}).second) mark(workspace, out, used);
      }
    }
  }

  void mark(const Workspace& workspace, const tracked::Out& out, ObjectSet& used) {
    used.insert({out.id.kind, out.id.hex});
    const auto objects = remote::objects_of(workspace, out, depots_);
    if (objects) {
      for (const auto& object : *objects)
        used.insert({object.id.kind, object.id.hex});
      return;
    }
    if (request_.force) return;
    const auto question = fmt::format(
        "Missing cache for directory '{}'. Cache for files inside will be lost. Would you like to "
        "continue? Use '-f' to force.",
        out.path);
    if (request_.confirm && request_.confirm(question)) return;
    throw Error(Errc::invalid_argument,
                fmt::format("unable to fully collect used cache without cache for directory '{}'",
                            fs::relative(out.path, workspace.directory)));
  }

  void add_commits(const git::Repo& repo, std::vector<std::string>& revs) const {
    if (!request_.rev.empty()) {
      git::Id commit = revision::resolve(repo, request_.rev);
      for (int left = request_.num; left != 0 && !commit.empty(); --left) {
        revs.push_back(commit);
        const auto parents = repo.commit_info(commit).parents;
        commit = parents.empty() ? git::Id() : parents.front();
      }
    }
    if (!request_.commit_date.empty()) {
      const std::int64_t since = seconds_of(request_.commit_date);
      for (const auto& commit : revision::all_commits(repo)) {
        if (repo.commit_info(commit).committer.seconds >= since) revs.push_back(commit);
      }
    }
    if (request_.all_experiments) add_experiments(repo, revs);
  }

  Workspace& workspace_;
  const Request& request_;
  std::vector<remote::Depot> depots_;
  UsedObjects used_;
};

}  // namespace

std::vector<std::string> running_folders(const Workspace& workspace) {
  std::vector<std::string> found;
  const std::string exps = fs::join(workspace.tmp_dir, "exps");
  for (auto& slot : folders_in(fs::join(exps, "expcore/slots"))) {
    if (!exp::Slot::is_free(workspace, slot)) found.push_back(std::move(slot));
  }
  for (const auto& folder : folders_in(fs::join(exps, "standalone")))
    if (fs::filename(folder).starts_with("tmp")) found.push_back(folder);
  for (const auto& folder : folders_in(exps))
    if (fs::filename(folder).starts_with("tmp")) found.push_back(folder);
  return found;
}

std::unique_ptr<Workspace> open_project(const Workspace& workspace, const std::string& folder) {
  const std::string path = fs::absolute(workspace.directory, folder);
  if (!fs::is_directory(path)) {
    throw Error(Errc::not_a_project, fmt::format("directory '{}' does not exist", path));
  }
  return Workspace::open(path, workspace.environment);
}

UsedObjects used_objects(Workspace& workspace, const Request& request,
                         const std::vector<std::string>& running) {
  Marker marker(workspace, request);
  for (const auto& folder : running)
    marker.mark_running(folder);
  marker.mark_pending();
  marker.mark_project(workspace);
  for (const auto& folder : request.projects) {
    const auto other = open_project(workspace, folder);
    other->on_warning = workspace.on_warning;
    marker.mark_project(*other);
  }
  return marker.take();
}

}  // namespace expcore::gc
