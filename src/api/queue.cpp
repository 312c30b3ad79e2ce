#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <expcore/error.hpp>
#include <expcore/project.hpp>
#include <expcore/queue.hpp>
#include <fmt/format.h>

#include "api/impl.hpp"
#include "api/queue_impl.hpp"
#include "exp/manage.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "queue/add.hpp"
#include "queue/attempt_log.hpp"
#include "queue/dvc_queue.hpp"
#include "queue/follow.hpp"
#include "queue/launch.hpp"
#include "queue/recover.hpp"
#include "run/bell.hpp"
#include "yaml/writer.hpp"

namespace expcore {

using queue::Store;
using queue::Task;
using queue::TaskEvent;
using queue::TaskId;

Queue::Queue(const Project& project) : impl_(new Impl{project.impl_}) {}
Queue::Queue(Queue&&) noexcept = default;
Queue& Queue::operator=(Queue&&) noexcept = default;
Queue::~Queue() = default;

namespace api {

namespace {

/// From a task that nobody needs any more.
void fill(QueueTask& result, Task& task) {
  result.id = std::move(task.key);
  result.name = std::move(task.name);
  result.baseline = std::move(task.baseline);
  result.state = static_cast<TaskState>(task.state);
  result.reason = std::move(task.reason);
  for (auto& [file, overrides] : task.overrides)
    result.overrides.push_back({std::move(file), std::move(overrides)});
  result.priority = task.priority;
  result.waits_for_others = task.blockers > 0;
  result.created = task.created_ns;
  result.commit = std::move(task.result);
  result.ref = std::move(task.result_ref);
}

}  // namespace

QueueTask to_public(Task task) {
  QueueTask result;
  fill(result, task);
  return result;
}

}  // namespace api

namespace {

void describe_attempt(QueueTask& task, const queue::Attempt& attempt, const Store& store) {
  task.started = attempt.started_ns;
  task.ended = attempt.ended_ns;
  task.attempts = attempt.number;
  task.exit_code = attempt.exit_code;
  constexpr double nanoseconds = 1e9;
  task.cpu_seconds = static_cast<double>(attempt.cpu_ns) / nanoseconds;
  task.max_rss = attempt.max_rss;
  task.message = attempt.message;
  task.log = fs::join(store.log_folder(), attempt.log);
}

QueueTask full_task(Store& store, const Task& task) {
  QueueTask result = api::to_public(task);
  if (const auto attempt = store.attempt(task.attempt)) describe_attempt(result, *attempt, store);
  if (task.state == queue::TaskState::running) {
    for (const auto& worker : store.workers()) {
      if (worker.task == task.id) result.pid = worker.pid;
    }
  }
  return result;
}

/// DVC lists running tasks first.
int rank(TaskState state) {
  switch (state) {
    case TaskState::running:
      return 0;
    case TaskState::queued:
    case TaskState::held:
      return 1;
    case TaskState::failed:
      return 2;
    case TaskState::success:
      return 3;
  }
  return 3;
}

/// Waiting tasks stand in the order in which they will run.
bool comes_before(const QueueTask& a, const QueueTask& b) {
  if (rank(a.state) != rank(b.state)) return rank(a.state) < rank(b.state);
  return rank(a.state) == 1 && a.priority > b.priority;
}

queue::NewTask to_new_task(const QueueAddOptions& options) {
  const RunOptions& run = options.run;
  if (run.dry) throw Error(Errc::invalid_argument, "a dry run cannot be queued");
  queue::NewTask task;
  auto& kept = task.options;
  kept.targets = run.targets;
  kept.force = run.force;
  kept.force_downstream = run.force_downstream;
  kept.single_item = run.single_item;
  kept.pipeline = run.pipeline;
  kept.all_pipelines = run.all_pipelines;
  kept.recursive = run.recursive;
  kept.downstream = run.downstream;
  kept.allow_missing = run.allow_missing;
  kept.on_error = static_cast<std::int32_t>(run.on_error);
  kept.jobs = run.jobs;
  kept.message = options.message;
  kept.copy_paths = options.copy_paths;
  task.priority = options.priority;
  task.held = options.held;
  task.timeout = options.timeout;
  task.retries = options.retries;
  return task;
}

pipeline::Selection to_selection(const RunOptions& run) {
  return api::to_internal(run, "expcore exp run").selection;
}

yaml::Value to_value(const OverridePoint& overrides) {
  yaml::Map files;
  for (const auto& [file, texts] : overrides)
    files.append(file, yaml::List(texts.begin(), texts.end()));
  return files;
}

yaml::Value to_value(const QueueTask& task) {
  yaml::Map map;
  map.append("id", task.id);
  map.append("name", task.name);
  map.append("state", std::string(queue::to_text(static_cast<queue::TaskState>(task.state))));
  map.append("reason", task.reason);
  map.append("baseline", task.baseline);
  map.append("overrides", to_value(task.overrides));
  map.append("priority", std::int64_t{task.priority});
  map.append("waits_for_others", task.waits_for_others);
  map.append("created", task.created);
  map.append("started", task.started);
  map.append("ended", task.ended);
  map.append("attempts", std::int64_t{task.attempts});
  map.append("exit_code", std::int64_t{task.exit_code});
  map.append("cpu_seconds", task.cpu_seconds);
  map.append("max_rss", task.max_rss);
  map.append("message", task.message);
  map.append("log", task.log);
  map.append("commit", task.commit);
  map.append("ref", task.ref);
  map.append("pid", task.pid);
  map.append("queue", task.is_dvc ? "dvc" : "expcore");
  return map;
}

QueueTask to_public(const queue::DvcTask& task) {
  QueueTask result;
  result.is_dvc = true;
  result.id = task.rev;
  result.name = task.name;
  result.baseline = task.baseline;
  result.state = static_cast<TaskState>(task.state);
  result.attempts = task.log.empty() ? 0 : 1;
  result.exit_code = static_cast<std::int32_t>(task.exit_code.value_or(0));
  result.log = task.log;
  if (task.state == queue::TaskState::running) result.pid = task.pid.value_or(0);
  if (task.state == queue::TaskState::failed) result.reason = "failed";
  if (task.state == queue::TaskState::success) result.ref = task.info->result_ref;
  return result;
}

/// DVC's tasks are as old as their commits.
std::int64_t created_of(const git::Repo& repo, const git::Id& rev) {
  constexpr std::int64_t second = 1'000'000'000;
  return repo.has_object(rev) ? repo.commit_info(rev).committer.seconds * second : 0;
}

Error not_queued_error(const std::string& task) {
  return {Errc::invalid_argument, fmt::format("'{}' is not a valid queued experiment name", task)};
}

}  // namespace

std::string Queue::Impl::folder() const { return fs::join(project->root, ".dvc/tmp/exps/expcore"); }

std::function<git::Repo&()> Queue::Impl::repo() const {
  return [this, workspace = std::shared_ptr<pipeline::Workspace>()]() mutable -> git::Repo& {
    if (!workspace) workspace = project->open();
    return *workspace->repo;
  };
}

std::optional<Store> Queue::Impl::existing() const {
  return queue::open_recovered(folder(), repo());
}

std::string Queue::Impl::tmp_dir() const { return fs::join(project->root, ".dvc/tmp"); }

void Queue::Impl::refuse_dvc_tasks(const std::vector<std::string>& names) const {
  for (const auto& name : names) {
    if (!queue::find_dvc_task(tmp_dir(), name)) continue;
    throw Error(Errc::invalid_argument,
                fmt::format("'{}' is a task of DVC's queue: only DVC can change it", name));
  }
}

std::vector<Task> Queue::Impl::resolve(std::optional<Store>& store,
                                       const std::vector<std::string>& names) const {
  std::vector<Task> found;
  std::vector<std::string> unknown;
  std::set<TaskId> seen;
  for (const auto& name : names) {
    auto task = store ? store->find(name) : std::nullopt;
    if (!task) {
      unknown.push_back(name);
    } else if (seen.insert(task->id).second) {
      found.push_back(std::move(*task));
    }
  }
  refuse_dvc_tasks(unknown);
  if (!unknown.empty()) throw exp::unresolved_error(unknown);
  return found;
}

void Queue::Impl::change(const std::vector<std::string>& names, queue::TaskEvent event) const {
  auto store = existing();
  std::vector<TaskId> ids;
  for (const auto& task : resolve(store, names))
    ids.push_back(task.id);
  if (ids.empty()) return;
  store->change(ids, event);
  run::ring(store->folder());
}

std::vector<QueueTask> Queue::add(const QueueAddOptions& options) const {
  queue::AddRequest request;
  request.name = options.name;
  request.set_params = options.set_params;
  request.no_hydra = options.no_hydra;
  request.after = options.after;
  request.task = to_new_task(options);
  request.selection = to_selection(options.run);
  const auto workspace = impl_->project->open();
  const auto on_event = impl_->project->heard(options.run.on_event);
  workspace->on_warning = api::warnings_to(on_event);
  std::vector<QueueTask> result;
  for (const auto& task : queue::add(*workspace, request))
    result.push_back(api::to_public(task));
  return result;
}

namespace {

void add_tasks(QueueStatus& status, Store& store, bool brief) {
  std::map<TaskId, std::size_t> places;
  status.tasks.reserve(static_cast<std::size_t>(store.count()));
  store.each_task(brief ? Store::Detail::outline : Store::Detail::full, [&](Task&& task) {
    if (!brief) places.emplace_hint(places.end(), task.id, status.tasks.size());
    api::fill(status.tasks.emplace_back(), task);
  });
  for (const auto& worker : store.workers()) {
    if (!store.is_alive(worker)) continue;
    ++(worker.task ? status.active_workers : status.idle_workers);
    const auto place = worker.task ? places.find(*worker.task) : places.end();
    if (place != places.end()) status.tasks[place->second].pid = worker.pid;
  }
  if (brief) return;
  for (const auto& attempt : store.last_attempts()) {
    const auto place = places.find(attempt.task);
    if (place != places.end()) describe_attempt(status.tasks[place->second], attempt, store);
  }
}

}  // namespace

QueueStatus Queue::status(const QueueStatusOptions& options) const {
  QueueStatus status;
  if (auto store = impl_->existing()) add_tasks(status, *store, options.brief);
  const auto dvc = queue::dvc_tasks(impl_->tmp_dir());
  if (!dvc.empty()) {
    const auto repo = impl_->repo();
    for (const auto& task : dvc) {
      status.tasks.push_back(to_public(task));
      status.tasks.back().created = created_of(repo(), task.rev);
    }
  }
  if (!std::is_sorted(status.tasks.begin(), status.tasks.end(), comes_before)) {
    std::stable_sort(status.tasks.begin(), status.tasks.end(), comes_before);
  }
  return status;
}

std::string Queue::status_json(int indent) const {
  const QueueStatus status = this->status();
  yaml::List tasks;
  for (const auto& task : status.tasks)
    tasks.emplace_back(to_value(task));
  yaml::Map workers;
  workers.append("active", std::int64_t{status.active_workers});
  workers.append("idle", std::int64_t{status.idle_workers});
  yaml::Map result;
  result.append("tasks", std::move(tasks));
  result.append("workers", std::move(workers));
  return indent > 0 ? yaml::dump_json_pretty(std::move(result), indent)
                    : yaml::dump_json(std::move(result));
}

std::optional<QueueTask> Queue::find(const std::string& task) const {
  auto store = impl_->existing();
  const auto found = store ? store->find(task) : std::nullopt;
  if (found) return full_task(*store, *found);
  const auto dvc = queue::find_dvc_task(impl_->tmp_dir(), task);
  if (!dvc) return std::nullopt;
  auto result = to_public(*dvc);
  result.created = created_of(impl_->repo()(), dvc->rev);
  return result;
}

std::uint32_t Queue::start(const WorkerStart& options) const {
  if (options.executor != "local")
    Project(impl_->project).executor(options.executor);  // is it there?
  Store store = Store::open(impl_->folder());
  queue::recover(store, impl_->repo());
  return queue::launch_workers(
      store, {options.count, options.program, impl_->project->root, impl_->project->environment,
              options.linger, options.executor});
}

void Queue::stop() const {
  auto store = impl_->existing();
  if (!store) return;
  store->stop_workers();
  run::ring(store->folder());
}

void Queue::Impl::wait_for_end(Store& store, const std::vector<queue::AttemptId>& attempts) const {
  queue::WaitOptions waiting;
  waiting.repo = repo();
  queue::wait_until(store, waiting, [&] {
    return std::none_of(attempts.begin(), attempts.end(),
                        [&](queue::AttemptId attempt) { return store.is_current(attempt); });
  });
}

std::vector<std::string> Queue::kill(const std::vector<std::string>& tasks, bool force) const {
  auto store = impl_->existing();
  std::vector<std::string> unknown;
  std::vector<TaskId> ids;
  std::vector<queue::AttemptId> attempts;
  for (const auto& name : tasks) {
    const auto task = store ? store->find(name) : std::nullopt;
    if (!task || task->state != queue::TaskState::running) {
      unknown.push_back(name);
    } else {
      ids.push_back(task->id);
      attempts.push_back(task->attempt);
    }
  }
  impl_->refuse_dvc_tasks(unknown);
  if (ids.empty()) return unknown;
  store->kill(ids, force);
  run::ring(store->folder());
  impl_->wait_for_end(*store, attempts);
  return unknown;
}

std::vector<std::string> Queue::kill_all(bool force) const {
  auto store = impl_->existing();
  std::vector<std::string> names;
  if (!store) return names;
  std::vector<TaskId> ids;
  std::vector<queue::AttemptId> attempts;
  for (const auto& task : store->tasks(Store::Detail::brief, queue::TaskState::running)) {
    ids.push_back(task.id);
    attempts.push_back(task.attempt);
    names.push_back(task.name);
  }
  if (ids.empty()) return names;
  store->kill(ids, force);
  run::ring(store->folder());
  impl_->wait_for_end(*store, attempts);
  return names;
}

void Queue::remove(const std::vector<std::string>& tasks) const {
  auto store = impl_->existing();
  std::vector<std::string> running;
  const auto found = impl_->resolve(store, tasks);
  for (const auto& task : found) {
    if (task.state == queue::TaskState::running) running.push_back(task.name);
  }
  if (!running.empty()) throw exp::unresolved_error(running);
  if (store) queue::remove_tasks(*store, impl_->repo()(), found);
}

std::vector<QueueTask> Queue::remove_all(const QueueRemoval& which) const {
  auto store = impl_->existing();
  std::vector<QueueTask> removed;
  if (!store) return removed;
  std::vector<Task> tasks;
  const auto take = [&](bool wanted, queue::TaskState state) {
    if (!wanted) return;
    for (auto& task : store->tasks(Store::Detail::brief, state))
      tasks.push_back(std::move(task));
  };
  take(which.queued, queue::TaskState::queued);
  take(which.queued, queue::TaskState::held);
  take(which.failed, queue::TaskState::failed);
  take(which.success, queue::TaskState::success);
  queue::remove_tasks(*store, impl_->repo()(), tasks);
  for (const auto& task : tasks)
    removed.push_back(api::to_public(task));
  return removed;
}

void Queue::hold(const std::vector<std::string>& tasks) const {
  impl_->change(tasks, TaskEvent::hold);
}

void Queue::release(const std::vector<std::string>& tasks) const {
  impl_->change(tasks, TaskEvent::release);
}

void Queue::prioritize(const std::vector<std::string>& tasks, std::int32_t priority) const {
  auto store = impl_->existing();
  std::vector<TaskId> ids;
  for (const auto& task : impl_->resolve(store, tasks))
    ids.push_back(task.id);
  if (!ids.empty()) store->prioritize(ids, priority);
}

void Queue::retry(const std::vector<std::string>& tasks) const {
  std::vector<std::string> names = tasks;
  if (names.empty()) {
    auto store = impl_->existing();
    if (!store) return;
    for (const auto& task : store->tasks(Store::Detail::brief, queue::TaskState::failed))
      names.push_back(task.key);
  }
  impl_->change(names, TaskEvent::retry);
}

void Queue::requeue(const std::vector<std::string>& tasks) const {
  auto store = impl_->existing();
  const auto found = impl_->resolve(store, tasks);
  if (found.empty()) return;
  const auto workspace = impl_->project->open();
  const auto kept = queue::lock_snapshots(*store);
  std::vector<TaskId> ids;
  for (const auto& task : found) {
    ids.push_back(task.id);
    if (task.state != queue::TaskState::success) continue;
    const auto snapshot = store->snapshot(task.snapshot);
    if (!workspace->repo->has_object(snapshot.commit)) {
      throw Error(Errc::not_found,
                  fmt::format("cannot requeue '{}': what it started from is no longer in the Git "
                              "repository",
                              task.name));
    }
    queue::pin(*workspace, snapshot);
  }
  store->change(ids, TaskEvent::requeue);
  run::ring(store->folder());
}

bool Queue::wait(const std::vector<std::string>& tasks, std::chrono::milliseconds timeout,
                 const std::optional<CancelToken>& cancel) const {
  auto store = impl_->existing();
  std::vector<TaskId> ids;
  for (const auto& task : impl_->resolve(store, tasks))
    ids.push_back(task.id);
  if (!store) return true;
  queue::WaitOptions waiting{impl_->repo(), cancel ? &*cancel : nullptr, timeout};
  return queue::wait_for(*store, ids, waiting);
}

namespace {

Error not_started_error(const std::string& task) {
  return {Errc::invalid_argument,
          fmt::format("Experiment '{}' is in queue but has not been started", task)};
}

Error no_log_error(const std::string& task) {
  return {Errc::not_found, fmt::format("No output logs found for experiment '{}'", task)};
}

std::string dvc_log(const std::string& tmp_dir, const std::string& name) {
  const auto task = queue::find_dvc_task(tmp_dir, name);
  if (!task) throw not_queued_error(name);
  if (task->state == queue::TaskState::queued) throw not_started_error(name);
  const auto text = task->log.empty() ? std::nullopt : fs::read_file_if_exists(task->log);
  if (!text) throw no_log_error(name);
  return *text;
}

}  // namespace

std::string Queue::log(const std::string& task, bool all) const {
  auto store = impl_->existing();
  const auto found = store ? store->find(task) : std::nullopt;
  if (!found) return dvc_log(impl_->tmp_dir(), task);
  const auto attempt = store->attempt(found->attempt);
  if (!attempt && found->state != queue::TaskState::failed) throw not_started_error(task);
  const auto text =
      attempt ? fs::read_file_if_exists(fs::join(store->log_folder(), attempt->log)) : std::nullopt;
  if (!text) throw no_log_error(task);
  return all ? *text : queue::without_notes(*text);
}

void Queue::follow(const std::string& task, const std::function<void(std::string_view)>& on_text,
                   const std::optional<CancelToken>& cancel) const {
  auto store = impl_->existing();
  const auto found = store ? store->find(task) : std::nullopt;
  const CancelToken* stop = cancel ? &*cancel : nullptr;
  if (found) {
    queue::WaitOptions waiting;
    waiting.repo = impl_->repo();
    waiting.cancel = stop;
    queue::follow_log(*store, found->id, waiting, on_text);
  } else if (!queue::follow_dvc_log(impl_->tmp_dir(), task, stop, on_text)) {
    throw not_queued_error(task);
  }
}

std::uint32_t Queue::recover() const {
  auto store = Store::open_existing(impl_->folder());
  return store ? static_cast<std::uint32_t>(queue::recover(*store, impl_->repo())) : 0;
}

}  // namespace expcore
