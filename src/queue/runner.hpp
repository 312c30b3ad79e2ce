#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include <expcore/cancel.hpp>
#include <expcore/event.hpp>

#include "queue/attempt_log.hpp"
#include "queue/store.hpp"

namespace expcore::queue {

/// What a task's run may use.
struct AttemptContext {
  Store& store;
  const CancelToken& stop;  ///< The attempt is to end.
  EventCallback on_event;   ///< Writes the log and tells whoever listens.
  std::string mark;         ///< Goes into run::attempt_variable of every process.
};

/// Runs the pipeline of a claimed task and publishes what comes out: commit and ref in the result.
/// Throws Error when the attempt fails.
using TaskRun = std::function<AttemptEnd(const Claim&, const AttemptContext&)>;

enum class RunnerEventKind : std::uint8_t { task_started, task_event, task_finished };

struct RunnerEvent {
  RunnerEventKind kind = RunnerEventKind::task_started;
  const Task* task = nullptr;
  const Event* event = nullptr;     ///< Of task_event.
  const AttemptEnd* end = nullptr;  ///< Of task_finished.
  bool again = false;               ///< Another attempt will be made.
};

struct RunnerOptions {
  TaskRun run;
  /// In a program of our own: whatever an attempt leaves running is ended with it.
  bool own_process = false;
  /// Record the resources of attempts: those of all children that end meanwhile, so not with
  /// several runners in one process.
  bool measures = true;
  /// How long to wait for more when nothing is queued; 0: leave at once.
  std::chrono::milliseconds linger{0};
  const CancelToken* cancel = nullptr;
  std::function<void(const RunnerEvent&)> on_event;
  /// Called when this worker is known to the store.
  std::function<void()> on_ready;
  /// The repository, to see what crashed workers published.
  std::function<git::Repo&()> repo;
};

/// One worker: claims tasks and makes their attempts, one after the other, until nothing is left to
/// do. While others still run something it waits: should they die, it takes over.
///
/// Thread safety: confined; one per thread, and one thread of its own that watches for kills.
class Runner {
 public:
  Runner(const std::string& folder, RunnerOptions options);
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  /// Throws Error{cancelled} when told to stop: what was running is queued again.
  void run();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace expcore::queue
