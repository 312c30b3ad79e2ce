#include "exp/show.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "exp/manage.hpp"
#include "exp/refs.hpp"
#include "revision/names.hpp"

namespace expcore::exp {

using pipeline::Workspace;

namespace {

/// `rev` and its first-parent ancestors, `num` commits in all.
void add_with_parents(const git::Repo& repo, git::Id rev, int num, std::vector<git::Id>& ids) {
  for (int i = 0; num < 0 || i < num; ++i) {
    ids.push_back(rev);
    if (i + 1 == num) return;
    const auto parents = repo.commit_info(rev).parents;
    if (parents.empty()) return;
    rev = parents.front();
  }
}

/// Newest first, those without a date last.
void sort_by_age(std::vector<Range>& ranges) {
  using Age = std::pair<std::string_view, std::string_view>;
  std::vector<std::pair<Age, std::size_t>> order;
  order.reserve(ranges.size());
  for (const auto& range : ranges) {
    const State& head = range.revs.front();
    const auto timestamp = head.timestamp();
    order.emplace_back(timestamp ? Age(*timestamp, head.rev) : Age(), order.size());
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<Range> sorted;
  sorted.reserve(ranges.size());
  for (const auto& [age, at] : order)
    sorted.push_back(std::move(ranges[at]));
  ranges = std::move(sorted);
}

/// An experiment's commits from the tip down to the baseline; one, but for old checkpoints.
std::optional<Range> range_of(SnapshotReader& reader, const ExpRef& ref,
                              const SnapshotOptions& options) {
  constexpr int longest = 10'000;
  Range range;
  range.name = ref.name;
  git::Id commit = ref.commit;
  for (int i = 0; i < longest && commit != ref.baseline; ++i) {
    range.revs.push_back(reader.commit_state(commit, options));
    auto parent = reader.parent(range.revs.back());
    if (!parent) break;
    commit = std::move(*parent);
  }
  if (range.revs.empty()) return std::nullopt;
  range.revs.front().name = ref.name;
  return range;
}

/// Experiments of one baseline in DVC's order: running, done, queued, failed; each newest first.
std::vector<Range> ordered(std::vector<Range> done, std::vector<Range> executed,
                           const ShowOptions& options) {
  std::vector<Range> running;
  std::vector<Range> queued;
  std::vector<Range> failed;
  std::unordered_map<std::string, std::size_t> done_by_name;
  for (std::size_t i = 0; i < done.size(); ++i)
    done_by_name.emplace(*done[i].name, i);
  for (auto& range : executed) {
    const std::string& state = range.executor->state;
    if (state == "running") {
      running.push_back(std::move(range));
    } else if (state == "queued") {
      if (!options.hide_queued) queued.push_back(std::move(range));
    } else if (state == "failed") {
      if (!options.hide_failed) failed.push_back(std::move(range));
    } else if (const auto same = done_by_name.find(range.name.value_or(""));
               same != done_by_name.end()) {
      done[same->second].executor = std::move(range.executor);
    }
  }
  for (auto* group : {&done, &queued, &failed})
    sort_by_age(*group);
  std::vector<Range> all = std::move(running);
  all.reserve(all.size() + done.size() + queued.size() + failed.size());
  for (auto* group : {&done, &queued, &failed})
    std::move(group->begin(), group->end(), std::back_inserter(all));
  return all;
}

}  // namespace

std::vector<git::Id> expand_revisions(const git::Repo& repo, const RevisionOptions& options) {
  std::vector<git::Id> ids;
  const bool by_flag = options.all_branches || options.all_tags || options.all_commits;
  std::vector<std::string> revs = options.revs;
  if (revs.empty() && !by_flag) revs.emplace_back("HEAD");
  for (const auto& rev : revs) {
    add_with_parents(repo, revision::resolve(repo, rev), options.num, ids);
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
  SnapshotReader reader(workspace, options.form);
  const auto baselines = expand_revisions(repo, options.revisions);
  if (!options.hide_workspace) states.push_back(reader.workspace_state(options.snapshot));
  std::map<git::Id, std::vector<ExpRef>> refs;
  for (auto& ref : list_refs(repo))
    refs[ref.baseline].push_back(std::move(ref));
  std::map<git::Id, std::vector<Range>> executed;
  for (auto& entry : running_experiments(workspace, options.snapshot))
    executed[entry.baseline].push_back(std::move(entry.range));
  if (options.queue) {
    for (auto& entry : options.queue(baselines))
      executed[entry.baseline].push_back(std::move(entry.range));
  }
  std::vector<git::Id> tips;
  for (const auto& baseline : baselines) {
    for (const auto& ref : refs[baseline])
      tips.push_back(ref.commit);
  }
  reader.read_ahead(tips, options.snapshot);
  Describer describer(repo);
  for (const auto& baseline : baselines) {
    State state = reader.commit_state(baseline, {});
    if (!options.sha_only) state.name = describer.describe(baseline);
    std::vector<Range> done;
    done.reserve(refs[baseline].size());
    for (const auto& ref : refs[baseline]) {
      if (auto range = range_of(reader, ref, options.snapshot)) {
        done.push_back(std::move(*range));
      }
    }
    state.experiments = ordered(std::move(done), std::move(executed[baseline]), options);
    states.push_back(std::move(state));
  }
  return states;
}

}  // namespace expcore::exp
