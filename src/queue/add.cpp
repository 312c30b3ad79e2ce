#include "queue/add.hpp"

#include <algorithm>
#include <random>
#include <set>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "exp/names.hpp"
#include "exp/record.hpp"
#include "exp/refs.hpp"
#include "fs/path.hpp"
#include "params/override.hpp"
#include "params/sweep.hpp"
#include "run/bell.hpp"

namespace expcore::queue {
namespace {

constexpr const char* composed_file = "params.yaml";
constexpr std::uint64_t most_tasks = 1'000'000;  ///< Of one call: some 2 GB of memory.

/// Gives names that neither experiments nor open tasks of the baseline have.
class Names {
 public:
  Names(const git::Repo& repo, const git::Id& baseline, std::vector<std::string> open, bool force)
      : open_(open.begin(), open.end()), force_(force) {
    for (const auto& ref : exp::list_refs(repo, baseline))
      experiments_.insert(ref.name);
  }

  std::string choose(const std::string& wanted) {
    if (!wanted.empty()) {
      exp::check_name(wanted);
      if ((!force_ && experiments_.contains(wanted)) || !open_.insert(wanted).second) {
        throw exp::conflict_error(wanted);
      }
      return wanted;
    }
    return exp::unused_name(random_, [&](const std::string& name) {
      return experiments_.contains(name) || !open_.insert(name).second;
    });
  }

 private:
  std::set<std::string> experiments_;
  std::set<std::string> open_;
  bool force_;
  std::mt19937_64 random_{(std::uint64_t{std::random_device{}()} << 32U) | std::random_device{}()};
};

using Point = std::vector<FileOverride>;

Point to_point(const OverridePoint& files) {
  Point point;
  for (const auto& [file, overrides] : files)
    point.push_back({file, overrides});
  return point;
}

params::Override parse(const std::string& text) {
  try {
    return params::parse_override(text);
  } catch (const Error& error) {
    throw Error(error.code(), "unexpected error - " + error.full_message())
        .with_details(error.details());
  }
}

/// What one task each sets.
struct Points {
  std::vector<Point> points;
  bool is_sweep = false;
};

Points expand(const std::vector<std::string>& set_params) {
  const OverridePoint typed = params::group_by_file(set_params);
  std::vector<params::FileOverrideSet> files;
  Points result;
  for (const auto& [file, overrides] : typed) {
    params::FileOverrideSet& set = files.emplace_back();
    set.file = file;
    for (const auto& text : overrides) {
      set.overrides.push_back(parse(text));
      result.is_sweep = result.is_sweep || set.overrides.back().is_sweep();
    }
  }
  if (!result.is_sweep) {
    result.points.push_back(to_point(typed));
    return result;
  }
  const params::Expansion expansion(files);
  const std::uint64_t size = expansion.size();
  if (size > most_tasks) {
    throw Error(
        Errc::invalid_argument,
        fmt::format("The sweep has {} points; at most {} can be queued at once", size, most_tasks));
  }
  if (size == 0) {
    throw Error(Errc::invalid_argument, "The sweep is empty: one of its ranges has no values");
  }
  params::Expansion::Cursor cursor(expansion);
  do {
    result.points.push_back(to_point(cursor.point()));
  } while (cursor.advance());
  return result;
}

/// With Hydra params.yaml is what is composed now, whatever becomes of the configs.
class Composer {
 public:
  Composer(const pipeline::Workspace& workspace, bool no_hydra)
      : workspace_(workspace),
        composes_(!no_hydra && workspace.config.get_bool("hydra.enabled", false)) {}

  void compose(NewTask& task) const {
    if (!composes_) return;
    auto file = std::find_if(task.overrides.begin(), task.overrides.end(),
                             [](const auto& set) { return set.file == composed_file; });
    if (file == task.overrides.end()) {
      file = task.overrides.insert(task.overrides.end(), {composed_file, {}});
    }
    params::FileOverrideSet set;
    set.file = composed_file;
    for (const auto& text : file->overrides)
      set.overrides.push_back(parse(text));
    for (const auto& [path, text] : exp::edited_params(workspace_, {set}, false))
      task.options.files[fs::relative(path, workspace_.repo.workdir())] = text;
  }

 private:
  const pipeline::Workspace& workspace_;
  bool composes_;
};

std::vector<std::string> files_of(const NewTask& task) {
  std::vector<std::string> files;
  for (const auto& [file, changes] : task.overrides)
    files.push_back(file);
  return files;
}

std::vector<TaskId> resolve(Store& store, const std::vector<std::string>& names) {
  std::vector<TaskId> ids;
  for (const auto& name : names) {
    const auto task = store.find(name);
    if (!task) {
      throw Error(Errc::invalid_argument,
                  fmt::format("'{}' is not a valid queued experiment name", name));
    }
    ids.push_back(task->id);
  }
  return ids;
}

Task to_task(const AddedTask& added, const NewTask& task, const git::Id& baseline) {
  Task made;
  made.id = added.id;
  made.key = added.key;
  made.name = task.name;
  made.baseline = baseline;
  made.overrides = task.overrides;
  made.state = task.held ? TaskState::held : TaskState::queued;
  made.priority = task.priority;
  made.blockers = static_cast<std::int64_t>(task.after.size());
  made.created_ns = added.created_ns;
  return made;
}

}  // namespace

std::vector<Task> add(pipeline::Workspace& workspace, const AddRequest& request) {
  const git::Id head = exp::require_head(workspace);
  const Points points = expand(request.set_params);
  Store store = Store::open(queue_folder(workspace));
  Names names(*workspace.repo, head, store.open_names(head), request.task.options.force);
  const Composer composer(workspace, request.no_hydra);
  const std::vector<TaskId> after = resolve(store, request.after);
  const bool numbered = points.is_sweep && !request.name.empty();
  std::vector<NewTask> tasks;
  tasks.reserve(points.points.size());
  for (const auto& point : points.points) {
    NewTask task = request.task;
    task.name = names.choose(numbered ? fmt::format("{}-{}", request.name, tasks.size() + 1)
                                      : request.name);
    task.overrides = point;
    task.after = after;
    composer.compose(task);
    tasks.push_back(std::move(task));
  }
  auto captured = capture(workspace, request.selection, files_of(tasks.front()));
  TaskFiles files(workspace, captured.snapshot, captured.is_workdir);
  for (const auto& task : tasks)
    files.edited(task.overrides, task.options);

  auto being_added = std::make_optional(lock_snapshots(store));
  while (captured.is_former && !is_pinned(workspace, captured.snapshot)) {  // released meanwhile
    being_added.reset();
    captured = capture(workspace, request.selection, files_of(tasks.front()));
    being_added = lock_snapshots(store);
  }
  const Snapshot& snapshot = captured.snapshot;
  if (!captured.is_former) pin(workspace, snapshot);
  const auto added = store.add(snapshot, tasks);
  run::ring(store.folder());
  std::vector<Task> result;
  result.reserve(added.size());
  for (std::size_t i = 0; i < added.size(); ++i)
    result.push_back(to_task(added[i], tasks[i], snapshot.head));
  return result;
}

}  // namespace expcore::queue
