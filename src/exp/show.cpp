#include "exp/show.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <set>
#include <unistd.h>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "exp/refs.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "revision/names.hpp"
#include "yaml/reader.hpp"

namespace expcore::exp {

using pipeline::Workspace;

namespace {

/// `rev` and its first-parent ancestors, `num` commits in all.
void add_with_parents(const git::Repo& repo, git::Id rev, int num, std::vector<git::Id>& ids) {
  for (int i = 0; num < 0 || i < num; ++i) {
    ids.push_back(rev);
    const auto parents = repo.commit_info(rev).parents;
    if (parents.empty()) return;
    rev = parents.front();
  }
}

std::string short_name(const std::string& ref, std::string_view prefix) {
  return ref.substr(prefix.size());
}

/// Branch (the current one first) or tag of a commit.
std::optional<std::string> describe(const git::Repo& repo, const git::Id& commit) {
  constexpr std::string_view heads = "refs/heads/";
  constexpr std::string_view tags = "refs/tags/";
  if (const auto branch = repo.head_branch(); branch && repo.resolve_ref(*branch) == commit) {
    return short_name(*branch, heads);
  }
  for (const auto& ref : repo.refs(tags)) {
    if (repo.resolve_revision(ref.name) == commit) return short_name(ref.name, tags);
  }
  for (const auto& ref : repo.refs(heads)) {
    if (ref.target == commit) return short_name(ref.name, heads);
  }
  return std::nullopt;
}

bool newer(const Range& a, const Range& b) {
  const auto stamp = [](const Range& range) {
    const State& head = range.revs.front();
    const bool dated = head.data && head.data->timestamp;
    return dated ? std::pair(*head.data->timestamp, head.rev)
                 : std::pair(std::string(), std::string());
  };
  return stamp(a) > stamp(b);
}

/// An experiment's commits from the tip down to the baseline; one, but for old checkpoints.
std::optional<Range> range_of(SnapshotReader& reader, const git::Repo& repo, const ExpRef& ref,
                              const SnapshotOptions& options) {
  constexpr int longest = 10'000;
  Range range;
  range.name = ref.name;
  git::Id commit = ref.commit;
  for (int i = 0; i < longest && commit != ref.baseline; ++i) {
    range.revs.push_back(reader.commit_state(commit, options));
    const auto parents = repo.commit_info(commit).parents;
    if (parents.empty()) break;
    commit = parents.front();
  }
  if (range.revs.empty()) return std::nullopt;
  range.revs.front().name = ref.name;
  return range;
}

/// The experiment that runs in the workspace right now, ours or DVC's.
std::optional<Range> running_in_workspace(Workspace& workspace, const git::Id& baseline,
                                          SnapshotReader& reader, const SnapshotOptions& options) {
  const std::string folder = fs::join(workspace.tmp_dir, "exps/run/workspace");
  const auto info_text = fs::read_file_if_exists(fs::join(folder, "workspace.run"));
  const auto process_text = fs::read_file_if_exists(fs::join(folder, "workspace.json"));
  if (!info_text || !process_text) return std::nullopt;
  yaml::Value info;
  yaml::Value process;
  try {
    info = yaml::parse_json(*info_text);
    process = yaml::parse_json(*process_text);
  } catch (const Error&) {
    return std::nullopt;
  }
  const auto* pid = process.find("pid");
  const auto* rev = info.find("baseline_rev");
  const auto* name = info.find("name");
  const auto* status = info.find("status");
  if (pid == nullptr || !pid->is_integer() || rev == nullptr || !rev->is_string() ||
      rev->string() != baseline || status == nullptr || !status->is_integer()) {
    return std::nullopt;
  }
  const bool alive = ::kill(static_cast<pid_t>(pid->integer()), 0) == 0 || errno == EPERM;
  if (!alive || status->integer() >= 3) return std::nullopt;
  Range range;
  if (name != nullptr && name->is_string()) range.name = name->string();
  range.revs.push_back(reader.workspace_state(options));
  range.revs.front().name = range.name;
  yaml::Map local;
  const auto* root = info.find("root_dir");
  local.append("root", root == nullptr ? yaml::Value() : *root);
  local.append("log", yaml::Null{});
  local.append("pid", *pid);
  local.append("returncode", yaml::Null{});
  local.append("task_id", yaml::Null{});
  range.executor = Executor{"running", "workspace", std::move(local)};
  return range;
}

}  // namespace

std::vector<git::Id> expand_revisions(const git::Repo& repo, const RevisionOptions& options) {
  std::vector<git::Id> ids;
  const bool by_flag = options.all_branches || options.all_tags || options.all_commits;
  std::vector<std::string> revs = options.revs;
  if (revs.empty() && !by_flag) revs.emplace_back("HEAD");
  for (const auto& rev : revs) {
    const auto id = repo.resolve_revision(rev);
    if (!id) throw Error(Errc::not_found, fmt::format("unknown Git revision '{}'", rev));
    add_with_parents(repo, *id, options.num, ids);
  }
  const auto add_refs = [&](const char* prefix) {
    for (const auto& ref : repo.refs(prefix)) {
      if (const auto id = repo.resolve_revision(ref.name)) ids.push_back(*id);
    }
  };
  if (options.all_commits) {
    const auto all = revision::all_commits(repo);
    ids.insert(ids.end(), all.begin(), all.end());
  } else {
    if (options.all_branches) add_refs("refs/heads/");
    if (options.all_tags) add_refs("refs/tags/");
  }
  std::set<git::Id> seen;
  std::erase_if(ids, [&](const git::Id& id) { return !seen.insert(id).second; });
  return ids;
}

std::vector<State> show(Workspace& workspace, const ShowOptions& options) {
  std::vector<State> states;
  if (!workspace.repo->head()) return states;
  const git::Repo& repo = *workspace.repo;
  SnapshotReader reader(workspace);
  const auto baselines = expand_revisions(repo, options.revisions);
  if (!options.hide_workspace) states.push_back(reader.workspace_state(options.snapshot));
  const auto refs = list_refs(repo);
  for (const auto& baseline : baselines) {
    State state = reader.commit_state(baseline, {});
    if (!options.sha_only) state.name = describe(repo, baseline);
    if (auto range = running_in_workspace(workspace, baseline, reader, options.snapshot)) {
      state.experiments.push_back(std::move(*range));
    }
    std::vector<Range> finished;
    for (const auto& ref : refs) {
      if (ref.baseline != baseline) continue;
      if (auto range = range_of(reader, repo, ref, options.snapshot)) {
        finished.push_back(std::move(*range));
      }
    }
    std::stable_sort(finished.begin(), finished.end(), newer);
    for (auto& range : finished)
      state.experiments.push_back(std::move(range));
    states.push_back(std::move(state));
  }
  return states;
}

}  // namespace expcore::exp
