#include "queue/show.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "fs/path.hpp"
#include "queue/slot_run.hpp"
#include "queue/snapshot.hpp"
#include "run/command_error.hpp"

namespace expcore::queue {
namespace {

constexpr const char* failed_words = "Experiment run failed";

yaml::Value text_or_null(const std::string& text) {
  return text.empty() ? yaml::Value(yaml::Null{}) : yaml::Value(text);
}

yaml::Value number_or_null(const std::optional<std::int64_t>& number) {
  return number ? yaml::Value(*number) : yaml::Value(yaml::Null{});
}

class Shown {
 public:
  Shown(Store& store, pipeline::Workspace& workspace, const exp::SnapshotOptions& options)
      : store_(store), workspace_(workspace), options_(options), reader_(workspace) {
    for (auto& attempt : store.last_attempts())
      attempts_.emplace(attempt.task, std::move(attempt));
    for (const auto& worker : store.workers()) {
      if (worker.task) pids_[*worker.task] = worker.pid;
    }
  }

  exp::ExecutedRange row(const Task& task) {
    switch (task.state) {
      case TaskState::running:
        return running(task);
      case TaskState::failed: {
        auto shown = waiting(task, {"failed", std::nullopt, to_value(process(task), task.key)});
        shown.range.revs.front().error = exp::Problem{failed_words, ""};
        return shown;
      }
      case TaskState::success:
        return shown_task(task.baseline, task.name, {},
                          {"success", "dvc-task", to_value(process(task), task.key)});
      case TaskState::queued:
      case TaskState::held:
        break;
    }
    return waiting(task, {"queued", "dvc-task", to_value({}, task.key)});
  }

 private:
  ShownProcess process(const Task& task) const {
    ShownProcess shown;
    const auto attempt = attempts_.find(task.id);
    if (attempt == attempts_.end()) return shown;
    shown.log = fs::join(store_.log_folder(), attempt->second.log);
    if (attempt->second.ended_ns != 0) {
      // Of the process that ran the experiment, in DVC's tables, and not of a command in it.
      shown.returncode = attempt->second.exit_code == 0 ? 0 : run::failed_exit_code;
    }
    const auto pid = pids_.find(task.id);
    if (pid != pids_.end()) shown.pid = pid->second;
    return shown;
  }

  /// With the files it starts from.
  exp::ExecutedRange waiting(const Task& task, exp::Executor executor) {
    auto state = reader_.state_of(
        task.key, [&] { return commit(task); }, options_);
    return shown_task(task.baseline, task.name, std::move(state), std::move(executor));
  }

  git::Id commit(const Task& brief) {
    const auto task = store_.task(brief.id);
    if (!task) throw Error(Errc::not_found, "the task was removed");
    const auto snapshot = store_.snapshot(task->snapshot);
    const auto before = std::exchange(workspace_.directory,
                                      fs::absolute(workspace_.repo.workdir(), snapshot.directory));
    try {
      auto id = task_commit(workspace_, snapshot, *task);
      workspace_.directory = before;
      return id;
    } catch (...) {
      workspace_.directory = before;
      throw;
    }
  }

  exp::ExecutedRange running(const Task& task) {
    ShownProcess shown = process(task);
    const auto info = running_info(store_, task);
    if (info) {
      shown.root = info->root_dir;
      auto live =
          exp::live_experiment(workspace_, *info, task.key,
                               {"running", "dvc-task", to_value(shown, task.key)}, options_);
      if (live) return std::move(*live);
    }
    return waiting(task, {"running", "dvc-task", to_value(shown, task.key)});
  }

  Store& store_;
  pipeline::Workspace& workspace_;
  exp::SnapshotOptions options_;
  exp::SnapshotReader reader_;
  std::map<TaskId, Attempt> attempts_;
  std::map<TaskId, std::int64_t> pids_;
};

}  // namespace

yaml::Value to_value(const ShownProcess& process, const std::string& task) {
  yaml::Map local;
  local.append("root", text_or_null(process.root));
  local.append("log", text_or_null(process.log));
  local.append("pid", number_or_null(process.pid));
  local.append("returncode", number_or_null(process.returncode));
  local.append("task_id", task);
  return local;
}

exp::ExecutedRange shown_task(const git::Id& baseline, const std::string& name, exp::State state,
                              exp::Executor executor) {
  exp::Range range;
  range.name = name;
  state.name = name;
  if (executor.state == "queued" && state.data) state.data->metrics.clear();  // of another run
  range.revs.push_back(std::move(state));
  range.executor = std::move(executor);
  return {baseline, std::move(range)};
}

std::vector<exp::ExecutedRange> shown_tasks(Store& store, pipeline::Workspace& workspace,
                                            const std::vector<git::Id>& baselines,
                                            const exp::SnapshotOptions& options) {
  Shown shown(store, workspace, options);
  std::vector<exp::ExecutedRange> rows;
  for (const auto& task : store.tasks(Store::Detail::brief)) {
    const bool wanted =
        std::find(baselines.begin(), baselines.end(), task.baseline) != baselines.end();
    if (wanted) rows.push_back(shown.row(task));
  }
  return rows;
}

}  // namespace expcore::queue
