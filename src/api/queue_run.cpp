#include <algorithm>
#include <array>
#include <exception>
#include <mutex>
#include <poll.h>
#include <thread>

#include <expcore/error.hpp>

#include "api/executor_impl.hpp"
#include "api/queue_impl.hpp"
#include "queue/runner.hpp"
#include "queue/slot_run.hpp"
#include "queue/snapshot.hpp"
#include "run/process_tree.hpp"
#include "run/resources.hpp"

namespace expcore {

namespace {

QueueTask task_of(const queue::RunnerEvent& event) {
  QueueTask task = api::to_public(*event.task);
  if (event.end == nullptr) return task;
  const bool success = event.end->outcome == queue::AttemptOutcome::success;
  task.state = event.again ? TaskState::queued : success ? TaskState::success : TaskState::failed;
  if (!success) task.reason = queue::to_text(event.end->outcome);
  task.exit_code = event.end->exit_code;
  task.message = event.end->message;
  task.commit = event.end->result;
  task.ref = event.end->result_ref;
  return task;
}

/// Requests `stop` when the user's token is.
class Forward {
 public:
  Forward(const CancelToken* from, const CancelToken& to) {
    if (from == nullptr) return;
    thread_ = std::jthread([from, &to, over = over_] {
      std::array<pollfd, 2> polled{{{from->poll_fd(), POLLIN, 0}, {over.poll_fd(), POLLIN, 0}}};
      ::poll(polled.data(), polled.size(), -1);
      if (from->requested()) to.request();
    });
  }
  ~Forward() { over_.request(); }
  Forward(const Forward&) = delete;
  Forward& operator=(const Forward&) = delete;

 private:
  CancelToken over_;
  std::jthread thread_;
};

/// The workers of one Queue::run().
class Workers {
 public:
  Workers(std::string directory, pipeline::Environment environment, std::string folder,
          const run::Engine* engine, const QueueRunOptions& options)
      : directory_(std::move(directory)),
        environment_(std::move(environment)),
        folder_(std::move(folder)),
        engine_(engine),
        options_(options) {}

  void run(std::uint32_t count) {
    count_ = count;
    {
      const Forward forward(options_.cancel ? &*options_.cancel : nullptr, stop_);
      std::vector<std::jthread> others;
      for (std::uint32_t i = 1; i < count; ++i)
        others.emplace_back([this] { guarded_work(); });
      guarded_work();
    }
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void guarded_work() {
    try {
      work();
    } catch (...) {
      fail(std::current_exception());
    }
  }

  /// The first failure is the one that is told.
  void fail(const std::exception_ptr& failure) {
    {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = failure;
    }
    stop_.request();
  }

  void work() {
    queue::SlotRuns runs(directory_, environment_, engine_);
    queue::RunnerOptions options;
    options.run = [&](const queue::Claim& claim, const queue::AttemptContext& context) {
      return runs.run(claim, context);
    };
    options.repo = [&]() -> git::Repo& { return runs.repo(); };
    options.own_process = options_.own_process && count_ == 1;
    options.measures = count_ == 1;
    options.linger = options_.linger;
    options.cancel = &stop_;
    if (options_.on_event) {
      options.on_event = [this](const queue::RunnerEvent& event) { tell(event); };
    }
    options.on_ready = [this] { ready(); };
    queue::Runner runner(folder_, std::move(options));
    runner.run();
    auto store = queue::Store::open(folder_);
    queue::release_snapshots(store, runs.repo());
  }

  void ready() {
    const std::lock_guard lock(ready_mutex_);
    if (++ready_ == count_ && options_.on_ready) options_.on_ready();
  }

  /// An exception must not look like the attempt's: it ends the whole run.
  void tell(const queue::RunnerEvent& event) {
    try {
      const std::lock_guard lock(event_mutex_);
      QueueEvent told;
      const QueueTask task = task_of(event);
      told.kind = event.kind == queue::RunnerEventKind::task_started ? QueueEventKind::task_started
                  : event.kind == queue::RunnerEventKind::task_event
                      ? QueueEventKind::task_event
                      : QueueEventKind::task_finished;
      told.task = &task;
      told.event = event.event;
      told.again = event.again;
      options_.on_event(told);
      if (options_.cancel && options_.cancel->requested()) stop_.request();
    } catch (...) {
      fail(std::current_exception());
    }
  }

  std::string directory_;
  pipeline::Environment environment_;
  std::string folder_;
  const run::Engine* engine_;
  const QueueRunOptions& options_;
  std::uint32_t count_ = 1;
  CancelToken stop_;
  std::mutex mutex_;
  std::exception_ptr failure_;
  std::mutex event_mutex_;
  std::mutex ready_mutex_;
  std::uint32_t ready_ = 0;
};

}  // namespace

void Queue::run(const Executor& executor, const QueueRunOptions& given) const {
  QueueRunOptions options = given;
  options.on_event = impl_->project->heard_queue(given.on_event);
  auto count = executor.impl_->jobs;
  if (count == 0) {
    count = static_cast<std::uint32_t>(
        std::max(1.0, run::Capacity::of_machine(impl_->project->environment).cpus));
  }
  if (options.own_process) run::adopt_orphans();
  const auto& project = *impl_->project;
  const auto& engine = executor.impl_->engine;
  Workers(project.directory, project.environment, impl_->folder(), engine ? &*engine : nullptr,
          options)
      .run(count);
}

}  // namespace expcore
