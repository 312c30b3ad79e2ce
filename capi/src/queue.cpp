#include <array>
#include <chrono>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

#include <expcore/executor.hpp>
#include <expcore/queue.hpp>

#include "boundary.hpp"

namespace capi = expcore::capi;
using expcore::Errc;
using expcore::Error;
using expcore::Executor;
using expcore::Queue;
using expcore::QueueEvent;
using expcore::QueueTask;
using std::chrono::milliseconds;

struct exp_executor {
  Executor executor;
};

namespace {

/// A task in C's form, its texts borrowed.
class NativeTask {
 public:
  explicit NativeTask(const QueueTask& task) {
    for (const auto& [file, texts] : task.overrides) {
      for (const auto& text : texts) {
        files_.push_back(file.c_str());
        overrides_.push_back(text.c_str());
      }
    }
    native_.override_count = overrides_.size();
    files_.push_back(nullptr);
    overrides_.push_back(nullptr);
    native_.override_files = files_.data();
    native_.overrides = overrides_.data();
    set_texts(task);
    set_numbers(task);
  }

  const exp_task& get() const { return native_; }

 private:
  void set_texts(const QueueTask& task) {
    native_.id = task.id.c_str();
    native_.name = task.name.c_str();
    native_.baseline = task.baseline.c_str();
    native_.reason = task.reason.c_str();
    native_.message = task.message.c_str();
    native_.log = task.log.c_str();
    native_.commit = task.commit.c_str();
    native_.ref = task.ref.c_str();
  }

  void set_numbers(const QueueTask& task) {
    native_.struct_size = sizeof native_;
    native_.created = task.created;
    native_.started = task.started;
    native_.ended = task.ended;
    native_.max_rss = task.max_rss;
    native_.pid = task.pid;
    native_.cpu_seconds = task.cpu_seconds;
    native_.state = static_cast<int32_t>(task.state);
    native_.priority = task.priority;
    native_.attempts = task.attempts;
    native_.exit_code = task.exit_code;
    native_.waits_for_others = task.waits_for_others ? 1 : 0;
    native_.is_dvc = task.is_dvc ? 1 : 0;
  }

  // Moving a vector leaves its elements where they are, so `native_` may point to them.
  std::vector<const char*> files_;
  std::vector<const char*> overrides_;
  exp_task native_{};
};

}  // namespace

struct exp_tasks {
  explicit exp_tasks(std::vector<QueueTask> given) : tasks(std::move(given)) {
    natives.reserve(tasks.size());
    for (const auto& task : tasks)
      natives.emplace_back(task);
  }

  std::vector<QueueTask> tasks;  // own the texts
  std::vector<NativeTask> natives;
  int32_t active_workers = 0;
  int32_t idle_workers = 0;
};

struct exp_findings {
  explicit exp_findings(std::vector<expcore::QueueFinding> given) : findings(std::move(given)) {
    for (const auto& finding : findings) {
      natives.push_back({sizeof(exp_finding), finding.kind.c_str(), finding.task.c_str(),
                         finding.what.c_str(), finding.remedy.c_str(), finding.fixable ? 1 : 0,
                         finding.fixed ? 1 : 0});
    }
  }

  std::vector<expcore::QueueFinding> findings;  // own the texts
  std::vector<exp_finding> natives;
};

namespace {

Queue queue_of(const exp_project* project) {
  return capi::require(project, "project").project.queue();
}

std::vector<std::string> names_of(const char* const* tasks) {
  return capi::to_strings(&capi::require(tasks, "tasks"));
}

/// A list without names, which Queue would take for all tasks; NULL is that.
bool is_empty(const char* const* tasks) { return tasks != nullptr && *tasks == nullptr; }

milliseconds to_duration(int64_t given, const char* name) {
  if (given < 0) throw Error(Errc::invalid_argument, std::string(name) + " must not be negative");
  return milliseconds(given);
}

std::optional<expcore::CancelToken> to_token(const exp_cancel* cancel) {
  if (cancel == nullptr) return std::nullopt;
  return cancel->token;
}

expcore::QueueAddOptions to_add_options(const exp_queue_add_options* given) {
  const exp_queue_add_options options = capi::read_options(given);
  capi::check_flags(options.flags, EXP_QUEUE_ADD_HELD | EXP_QUEUE_ADD_NO_HYDRA);
  if (options.retries < 0) throw Error(Errc::invalid_argument, "retries must not be negative");
  expcore::QueueAddOptions add;
  add.run = capi::to_run_options(options.run);
  add.name = capi::text_or_empty(options.name);
  add.message = capi::text_or_empty(options.message);
  add.set_params = capi::to_strings(options.set_params);
  add.copy_paths = capi::to_strings(options.copy_paths);
  add.after = capi::to_strings(options.after);
  add.timeout = to_duration(options.timeout, "timeout");
  add.priority = options.priority;
  add.retries = options.retries;
  add.held = (options.flags & EXP_QUEUE_ADD_HELD) != 0;
  add.no_hydra = (options.flags & EXP_QUEUE_ADD_NO_HYDRA) != 0;
  return add;
}

/// Calls a host's callbacks from worker threads, never two at once and not again after one wanted
/// to stop.
class Callbacks {
 public:
  explicit Callbacks(const exp_queue_run_options& options) : options_(options) {}

  void tell(const QueueEvent& event) {
    const NativeTask task(*event.task);
    std::optional<capi::NativeEvent> inner;
    exp_queue_event out{};
    out.struct_size = sizeof out;
    out.task = &task.get();
    if (event.event != nullptr) out.event = &inner.emplace(*event.event).get();
    out.kind = static_cast<int32_t>(event.kind);
    out.again = event.again ? 1 : 0;
    call([&] { return options_.on_event(&out, options_.user_data); });
  }

  void ready() {
    call([&] { return options_.on_ready(options_.user_data); });
  }

 private:
  template <typename Callback>
  void call(Callback&& callback) {
    const std::lock_guard lock(mutex_);
    if (!stopped_) stopped_ = callback() != 0;
    if (stopped_) throw Error(Errc::callback, "stopped by the event callback");
  }

  const exp_queue_run_options& options_;
  std::mutex mutex_;
  bool stopped_ = false;
};

/// Of C's form.
uint32_t to_jobs(uint32_t jobs) { return jobs == EXP_JOBS_PER_PROCESSOR ? 0 : std::max(jobs, 1U); }

Executor local_executor(uint32_t jobs) {
  expcore::LocalExecutorOptions options;
  options.jobs = to_jobs(jobs);
  return Executor::local(options);
}

expcore::ExecutorCapabilities to_capabilities(uint32_t flags, int64_t poll_interval) {
  capi::check_flags(flags, EXP_ENGINE_SHARES_NOTHING_OUT | EXP_ENGINE_JOBS_END_WITH_US);
  expcore::ExecutorCapabilities capabilities;
  capabilities.shares_out = (flags & EXP_ENGINE_SHARES_NOTHING_OUT) == 0;
  capabilities.jobs_outlive_us = (flags & EXP_ENGINE_JOBS_END_WITH_US) == 0;
  if (poll_interval != 0) {
    capabilities.poll_interval = to_duration(poll_interval, "poll_interval");
  }
  return capabilities;
}

Executor command_executor(const exp_command_options& given) {
  expcore::CommandExecutorOptions options;
  if (given.name != nullptr) options.name = given.name;
  options.submit = capi::text_or_empty(given.submit);
  options.poll = capi::text_or_empty(given.poll);
  options.cancel = capi::text_or_empty(given.cancel);
  options.id_pattern = capi::text_or_empty(given.id_pattern);
  options.jobs = to_jobs(given.jobs);
  options.capabilities = to_capabilities(given.flags, given.poll_interval);
  return Executor::command(options);
}

/// An engine of C callbacks.
class NativeEngine : public expcore::JobEngine {
 public:
  explicit NativeEngine(const exp_engine& engine)
      : submit_(&capi::require(engine.submit, "submit")),
        poll_(&capi::require(engine.poll, "poll")),
        cancel_(&capi::require(engine.cancel, "cancel")),
        user_data_(engine.user_data) {}

  std::string submit(const expcore::Job& job) override {
    exp_job native{};
    native.struct_size = sizeof native;
    native.name = job.name.c_str();
    native.script = job.script.c_str();
    native.log = job.log.c_str();
    native.directory = job.directory.c_str();
    native.cpus = job.cpus;
    native.memory = job.memory;
    native.gpus = job.gpus;
    native.timeout = job.timeout.count();
    std::array<char, 256> id{};
    if (submit_(&native, id.data(), id.size(), user_data_) != 0) {
      throw Error(Errc::stage_failed, "the executor did not take the job");
    }
    return {id.data(), strnlen(id.data(), id.size())};
  }

  bool is_alive(const std::string& id) override {
    int32_t alive = 1;
    if (poll_(id.c_str(), &alive, user_data_) != 0) {
      throw Error(Errc::stage_failed, "the executor does not tell");
    }
    return alive != 0;
  }

  void cancel(const std::string& id) override {
    if (cancel_(id.c_str(), user_data_) != 0) {
      throw Error(Errc::stage_failed, "the executor did not take it");
    }
  }

 private:
  exp_job_submit_cb submit_;
  exp_job_poll_cb poll_;
  exp_job_cancel_cb cancel_;
  void* user_data_;
};

Executor custom_executor(const exp_engine& given) {
  expcore::CustomExecutorOptions options;
  if (given.name != nullptr) options.name = given.name;
  options.jobs = to_jobs(given.jobs);
  options.capabilities = to_capabilities(given.flags, given.poll_interval);
  return Executor::custom(std::make_shared<NativeEngine>(given), options);
}

expcore::WorkerStart to_worker_start(const exp_worker_options* given) {
  const exp_worker_options options = capi::read_options(given);
  expcore::WorkerStart start;
  start.count = std::max(options.count, 1U);
  if (options.program != nullptr) start.program = options.program;
  if (options.executor != nullptr) start.executor = options.executor;
  if (options.linger != 0) start.linger = milliseconds(std::max(options.linger, int64_t{0}));
  return start;
}

}  // namespace

extern "C" {

exp_status exp_executor_local(exp_executor** out_executor, uint32_t jobs, exp_error** out_error) {
  if (out_executor != nullptr) *out_executor = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_executor, "out_executor");
    out = new exp_executor{local_executor(jobs)};
  });
}
exp_status exp_executor_command(exp_executor** out_executor, const exp_command_options* options,
                                exp_error** out_error) {
  if (out_executor != nullptr) *out_executor = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_executor, "out_executor");
    out = new exp_executor{command_executor(capi::read_options(options))};
  });
}

exp_status exp_executor_custom(exp_executor** out_executor, const exp_engine* engine,
                               exp_error** out_error) {
  if (out_executor != nullptr) *out_executor = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_executor, "out_executor");
    out = new exp_executor{custom_executor(capi::read_options(engine))};
  });
}

exp_status exp_executor_of_project(exp_executor** out_executor, const exp_project* project,
                                   const char* name, uint32_t jobs, exp_error** out_error) {
  if (out_executor != nullptr) *out_executor = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_executor, "out_executor");
    const auto& from = capi::require(project, "project").project;
    out = new exp_executor{from.executor(&capi::require(name, "name"), to_jobs(jobs))};
  });
}

const char* exp_executor_name(const exp_executor* executor) {
  return executor == nullptr ? nullptr : executor->executor.name().c_str();
}
void exp_executor_free(exp_executor* executor) { delete executor; }
uint32_t exp_executor_jobs(const exp_executor* executor) {
  if (executor == nullptr) return 0;
  const uint32_t jobs = executor->executor.jobs();
  return jobs == 0 ? EXP_JOBS_PER_PROCESSOR : jobs;
}
int32_t exp_executor_has_engine(const exp_executor* executor) {
  return executor != nullptr && executor->executor.has_engine() ? 1 : 0;
}
uint32_t exp_executor_flags(const exp_executor* executor) {
  if (exp_executor_has_engine(executor) == 0) return 0;
  const auto& can = executor->executor.capabilities();
  return (can.shares_out ? 0 : EXP_ENGINE_SHARES_NOTHING_OUT) |
         (can.jobs_outlive_us ? 0 : EXP_ENGINE_JOBS_END_WITH_US);
}
int64_t exp_executor_poll_interval(const exp_executor* executor) {
  return exp_executor_has_engine(executor) == 0
             ? 0
             : executor->executor.capabilities().poll_interval.count();
}

void exp_tasks_free(exp_tasks* tasks) { delete tasks; }
size_t exp_tasks_count(const exp_tasks* tasks) {
  return tasks == nullptr ? 0 : tasks->tasks.size();
}
const exp_task* exp_tasks_get(const exp_tasks* tasks, size_t index) {
  return index < exp_tasks_count(tasks) ? &tasks->natives[index].get() : nullptr;
}
int32_t exp_tasks_active_workers(const exp_tasks* tasks) {
  return tasks == nullptr ? 0 : tasks->active_workers;
}
int32_t exp_tasks_idle_workers(const exp_tasks* tasks) {
  return tasks == nullptr ? 0 : tasks->idle_workers;
}

exp_status exp_queue_add(exp_tasks** out_tasks, const exp_project* project,
                         const exp_queue_add_options* options, exp_error** out_error) {
  if (out_tasks != nullptr) *out_tasks = nullptr;
  return capi::guard(out_error, [&] {
    auto added = queue_of(project).add(to_add_options(options));
    if (out_tasks != nullptr) *out_tasks = new exp_tasks(std::move(added));
  });
}

exp_status exp_queue_status(exp_tasks** out_tasks, const exp_project* project, uint32_t flags,
                            exp_error** out_error) {
  if (out_tasks != nullptr) *out_tasks = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_tasks, "out_tasks");
    capi::check_flags(flags, EXP_QUEUE_STATUS_BRIEF);
    expcore::QueueStatusOptions options;
    options.brief = (flags & EXP_QUEUE_STATUS_BRIEF) != 0;
    auto status = queue_of(project).status(options);
    out = new exp_tasks(std::move(status.tasks));
    out->active_workers = status.active_workers;
    out->idle_workers = status.idle_workers;
  });
}

exp_status exp_queue_status_json(char** out_text, const exp_project* project,
                                 exp_error** out_error) {
  if (out_text != nullptr) *out_text = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_text, "out_text");
    out = capi::copy_text(queue_of(project).status_json());
  });
}

exp_status exp_queue_find(exp_tasks** out_tasks, const exp_project* project, const char* task,
                          exp_error** out_error) {
  if (out_tasks != nullptr) *out_tasks = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_tasks, "out_tasks");
    std::vector<QueueTask> found;
    if (auto one = queue_of(project).find(&capi::require(task, "task"))) {
      found.push_back(std::move(*one));
    }
    out = new exp_tasks(std::move(found));
  });
}

exp_status exp_queue_run(const exp_project* project, const exp_executor* executor,
                         const exp_queue_run_options* options, exp_error** out_error) {
  return capi::guard(out_error, [&] {
    const exp_queue_run_options given = capi::read_options(options);
    capi::check_flags(given.flags, EXP_QUEUE_RUN_OWN_PROCESS);
    Callbacks callbacks(given);
    expcore::QueueRunOptions run;
    if (given.on_event != nullptr) {
      run.on_event = [&](const QueueEvent& event) { callbacks.tell(event); };
    }
    if (given.on_ready != nullptr) run.on_ready = [&] { callbacks.ready(); };
    run.cancel = to_token(given.cancel);
    run.linger = to_duration(given.linger, "linger");
    run.own_process = (given.flags & EXP_QUEUE_RUN_OWN_PROCESS) != 0;
    queue_of(project).run(executor == nullptr ? local_executor(1) : executor->executor, run);
  });
}

exp_status exp_queue_start(uint32_t* out_started, const exp_project* project,
                           const exp_worker_options* options, exp_error** out_error) {
  if (out_started != nullptr) *out_started = 0;
  return capi::guard(out_error, [&] {
    const uint32_t started = queue_of(project).start(to_worker_start(options));
    if (out_started != nullptr) *out_started = started;
  });
}

exp_status exp_queue_stop(const exp_project* project, exp_error** out_error) {
  return capi::guard(out_error, [&] { queue_of(project).stop(); });
}

exp_status exp_queue_kill(exp_names** out_not_running, const exp_project* project,
                          const char* const* tasks, uint32_t flags, exp_error** out_error) {
  if (out_not_running != nullptr) *out_not_running = nullptr;
  return capi::guard(out_error, [&] {
    capi::check_flags(flags, EXP_QUEUE_KILL_FORCE);
    auto names = queue_of(project).kill(names_of(tasks), (flags & EXP_QUEUE_KILL_FORCE) != 0);
    if (out_not_running != nullptr) *out_not_running = new exp_names{std::move(names)};
  });
}

exp_status exp_queue_kill_all(exp_names** out_killed, const exp_project* project, uint32_t flags,
                              exp_error** out_error) {
  if (out_killed != nullptr) *out_killed = nullptr;
  return capi::guard(out_error, [&] {
    capi::check_flags(flags, EXP_QUEUE_KILL_FORCE);
    auto names = queue_of(project).kill_all((flags & EXP_QUEUE_KILL_FORCE) != 0);
    if (out_killed != nullptr) *out_killed = new exp_names{std::move(names)};
  });
}

exp_status exp_queue_remove(const exp_project* project, const char* const* tasks,
                            exp_error** out_error) {
  return capi::guard(out_error, [&] { queue_of(project).remove(names_of(tasks)); });
}

exp_status exp_queue_remove_all(exp_tasks** out_removed, const exp_project* project, uint32_t flags,
                                exp_error** out_error) {
  if (out_removed != nullptr) *out_removed = nullptr;
  return capi::guard(out_error, [&] {
    capi::check_flags(flags,
                      EXP_QUEUE_REMOVE_QUEUED | EXP_QUEUE_REMOVE_FAILED | EXP_QUEUE_REMOVE_SUCCESS);
    expcore::QueueRemoval which;
    which.queued = (flags & EXP_QUEUE_REMOVE_QUEUED) != 0;
    which.failed = (flags & EXP_QUEUE_REMOVE_FAILED) != 0;
    which.success = (flags & EXP_QUEUE_REMOVE_SUCCESS) != 0;
    auto removed = queue_of(project).remove_all(which);
    if (out_removed != nullptr) *out_removed = new exp_tasks(std::move(removed));
  });
}

exp_status exp_queue_hold(const exp_project* project, const char* const* tasks,
                          exp_error** out_error) {
  return capi::guard(out_error, [&] { queue_of(project).hold(names_of(tasks)); });
}

exp_status exp_queue_release(const exp_project* project, const char* const* tasks,
                             exp_error** out_error) {
  return capi::guard(out_error, [&] { queue_of(project).release(names_of(tasks)); });
}

exp_status exp_queue_prioritize(const exp_project* project, const char* const* tasks,
                                int32_t priority, exp_error** out_error) {
  return capi::guard(out_error, [&] { queue_of(project).prioritize(names_of(tasks), priority); });
}

exp_status exp_queue_retry(const exp_project* project, const char* const* tasks,
                           exp_error** out_error) {
  return capi::guard(out_error, [&] {
    const Queue queue = queue_of(project);
    if (!is_empty(tasks)) queue.retry(capi::to_strings(tasks));
  });
}

exp_status exp_queue_requeue(const exp_project* project, const char* const* tasks,
                             exp_error** out_error) {
  return capi::guard(out_error, [&] { queue_of(project).requeue(names_of(tasks)); });
}

exp_status exp_queue_wait(int32_t* out_succeeded, const exp_project* project,
                          const char* const* tasks, int64_t timeout, exp_cancel* cancel,
                          exp_error** out_error) {
  if (out_succeeded != nullptr) *out_succeeded = 0;
  return capi::guard(out_error, [&] {
    const Queue queue = queue_of(project);
    const auto patience = to_duration(timeout, "timeout");
    const bool succeeded =
        is_empty(tasks) || queue.wait(capi::to_strings(tasks), patience, to_token(cancel));
    if (out_succeeded != nullptr) *out_succeeded = succeeded ? 1 : 0;
  });
}

exp_status exp_queue_log(char** out_text, size_t* out_size, const exp_project* project,
                         const char* task, uint32_t flags, exp_error** out_error) {
  if (out_text != nullptr) *out_text = nullptr;
  if (out_size != nullptr) *out_size = 0;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_text, "out_text");
    capi::check_flags(flags, EXP_QUEUE_LOG_ALL);
    const std::string text =
        queue_of(project).log(&capi::require(task, "task"), (flags & EXP_QUEUE_LOG_ALL) != 0);
    out = capi::copy_text(text);
    if (out_size != nullptr) *out_size = text.size();
  });
}

exp_status exp_queue_follow(const exp_project* project, const char* task, exp_text_cb on_text,
                            void* user_data, exp_cancel* cancel, exp_error** out_error) {
  return capi::guard(out_error, [&] {
    capi::require(on_text, "on_text");
    const auto tell = [&](std::string_view given) {
      const std::string text(given);
      if (on_text(text.c_str(), text.size(), user_data) != 0) {
        throw Error(Errc::callback, "stopped by the text callback");
      }
    };
    queue_of(project).follow(&capi::require(task, "task"), tell, to_token(cancel));
  });
}

exp_status exp_queue_recover(uint32_t* out_count, const exp_project* project,
                             exp_error** out_error) {
  if (out_count != nullptr) *out_count = 0;
  return capi::guard(out_error, [&] {
    const uint32_t count = queue_of(project).recover();
    if (out_count != nullptr) *out_count = count;
  });
}

void exp_findings_free(exp_findings* findings) { delete findings; }
size_t exp_findings_count(const exp_findings* findings) {
  return findings == nullptr ? 0 : findings->natives.size();
}
const exp_finding* exp_findings_get(const exp_findings* findings, size_t index) {
  return index < exp_findings_count(findings) ? &findings->natives[index] : nullptr;
}

exp_status exp_queue_doctor(exp_findings** out_findings, const exp_project* project, uint32_t flags,
                            exp_error** out_error) {
  if (out_findings != nullptr) *out_findings = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_findings, "out_findings");
    capi::check_flags(flags, EXP_QUEUE_DOCTOR_FIX);
    out = new exp_findings(queue_of(project).doctor((flags & EXP_QUEUE_DOCTOR_FIX) != 0));
  });
}

}  // extern "C"
