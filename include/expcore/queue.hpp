#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <expcore/cancel.hpp>
#include <expcore/event.hpp>
#include <expcore/executor.hpp>
#include <expcore/export.hpp>
#include <expcore/overrides.hpp>
#include <expcore/pipeline.hpp>

namespace expcore {

class Project;

/// What a queued task is doing. The values are those of `exp_task_state` in exp.h: append only.
enum class TaskState : std::int32_t {
  queued = 1,   ///< Waits for its turn.
  held = 2,     ///< Waits for release().
  running = 3,  ///< One attempt is being made.
  success = 4,  ///< Its experiment is published.
  failed = 5,   ///< See QueueTask::reason.
};

/// One experiment that was added to the queue.
struct QueueTask {
  std::string id;                       ///< 40 hex digits; a prefix of at least four names it, too.
  std::string name;                     ///< Of its experiment.
  std::string baseline;                 ///< The commit it is an experiment of.
  TaskState state = TaskState::queued;  ///< What it is doing.
  std::string reason;  ///< Of a failed task: "failed", "killed", "timed out", "lost", a sentence.
  OverridePoint overrides;        ///< The combination of `-S` that it sets; empty: none.
  std::int32_t priority = 0;      ///< Greater ones run first.
  bool waits_for_others = false;  ///< Tasks it comes after have not succeeded yet.
  std::int64_t created = 0;       ///< Nanoseconds since 1970.
  std::int64_t started = 0;       ///< Of the last attempt; 0: none yet.
  std::int64_t ended = 0;         ///< Of the last attempt; 0: not yet.
  std::int32_t attempts = 0;      ///< Made or being made.
  std::int32_t exit_code = 0;     ///< Of the last attempt: of the command that failed, -N for
                                  ///< signal N; 255 when it failed otherwise.
  double cpu_seconds = 0;         ///< Of the commands of the last attempt.
  std::int64_t max_rss = 0;       ///< Bytes; the greatest of its processes.
  std::string message;            ///< What went wrong in the last attempt.
  std::string log;                ///< Path of the last attempt's log; "" before the first.
  std::string commit;             ///< Of the experiment, once published.
  std::string ref;                ///< "refs/exps/<2>/<38>/<name>", once published.
  std::int64_t pid = 0;           ///< Of the worker that runs it; 0 when none does.
  /// A task of DVC's own queue, in `.dvc/tmp/exps/celery`: only its workers run it and only DVC
  /// changes it.
  bool is_dvc = false;
};

/// What Queue::add() queues.
struct QueueAddOptions {
  RunOptions run;    ///< As for Experiments::run(); callbacks, streams and `dry` do not apply.
  std::string name;  ///< Of the experiment; of a sweep's: `<name>-1`, `<name>-2`, …; "" makes up.
  std::string message;                   ///< Of the commits; "" is DVC's.
  std::vector<std::string> set_params;   ///< `-S`: overrides in Hydra's grammar, sweeps too.
  bool no_hydra = false;                 ///< As in ExperimentRunOptions.
  std::vector<std::string> copy_paths;   ///< Untracked or ignored paths the runs need.
  std::int32_t priority = 0;             ///< Greater ones run first.
  bool held = false;                     ///< Added, but not to run before release().
  std::chrono::milliseconds timeout{0};  ///< Of one attempt; 0: none.
  std::int32_t retries = 0;              ///< Attempts after a first that failed.
  std::vector<std::string> after;        ///< Tasks that must have succeeded before.
};

/// What Queue::status() looks up.
struct QueueStatusOptions {
  /// Leave out what takes longer to look up: `overrides` and all about attempts.
  bool brief = false;
};

/// The answer of Queue::status().
struct QueueStatus {
  std::vector<QueueTask> tasks;     ///< Running, queued and held, failed, success; each in order.
  std::int32_t active_workers = 0;  ///< Those that run a task.
  std::int32_t idle_workers = 0;    ///< Those that wait for tasks.
};

/// What Queue::run() tells. Values are those of exp.h: append only.
enum class QueueEventKind : std::int32_t {
  task_started = 1,   ///< `task`.
  task_event = 2,     ///< `task`, `event`: something in its run.
  task_finished = 3,  ///< `task` as it is now; `again`: another attempt will be made.
};

/// Thread safety: a value, valid for the duration of the callback.
struct QueueEvent {
  QueueEventKind kind = QueueEventKind::task_started;  ///< What happened.
  const QueueTask* task = nullptr;                     ///< The task as it is now; never null.
  const Event* event = nullptr;                        ///< Of `task_event`; else null.
  bool again = false;  ///< Of `task_finished`: another attempt will be made.
};
using QueueEventCallback = std::function<void(const QueueEvent&)>;

/// How Queue::run() works.
struct QueueRunOptions {
  QueueEventCallback on_event;        ///< From worker threads, never two at once.
  std::optional<CancelToken> cancel;  ///< Ends the run; what was running is queued again.
  /// How long to wait for more tasks when there are none; 0: return at once.
  std::chrono::milliseconds linger{0};
  /// For programs that do nothing else: processes that commands leave behind are ended, too.
  bool own_process = false;
  std::function<void()> on_ready;  ///< The workers are known to everyone.
};

/// Which workers Queue::start() starts.
struct WorkerStart {
  std::uint32_t count = 1;  ///< Of workers there shall be; those that are there count.
  /// The program `expcore`, or one that understands `exp queue-worker`.
  std::string program = "expcore";
  std::chrono::milliseconds linger = std::chrono::seconds(10);  ///< As in QueueRunOptions.
  std::string executor = "local";                               ///< As Project::executor() has it.
};

/// One thing that Queue::doctor() found.
struct QueueFinding {
  std::string kind;    ///< For programs: "lost_attempt"; they are listed in docs/formats/queue.md.
  std::string task;    ///< The name of the task that it is about; "" when it is about none.
  std::string what;    ///< "the worker of 'a' died while it ran"
  std::string remedy;  ///< What fixes it: what doctor() does or, without `fixable`, people can do.
  bool fixable = false;  ///< Safely, without a decision of the user's.
  bool fixed = false;    ///< It has been.
};

/// Which of the tasks Queue::remove_all() removes.
struct QueueRemoval {
  bool queued = false;   ///< Held ones, too.
  bool failed = false;   ///< Those that failed.
  bool success = false;  ///< Those whose experiment was published.
};

/// The durable queue of a project: tasks survive everything but the deletion of their folder, run
/// first in, first out within a priority, and each publishes its result once.
///
/// Any number of programs may use it at once: workers that start() leaves behind, run() in a host
/// program, others that add and look. Tasks are named by experiment name or by a prefix of their
/// id. Tasks that DVC queued are listed and their logs shown; what would change them throws
/// Error{invalid_argument}. Format: docs/formats/queue.md; guide: docs/guide/queue.md. Thread
/// safety: thread-compatible.
class EXPCORE_API Queue {
 public:
  /// What was moved from may only be assigned to or destroyed.
  Queue(Queue&&) noexcept;
  /// As above.
  Queue& operator=(Queue&&) noexcept;
  ~Queue();

  /// Adds one task for each combination of the overrides, all of them or none. They start from the
  /// workspace as it is now; files, index and HEAD stay as they are.
  /// Throws: Error{exists} for a name that an experiment of HEAD (without `run.force`) or another
  /// queued task has, Error{invalid_argument} for overrides and an empty sweep, before anything is
  /// written.
  std::vector<QueueTask> add(const QueueAddOptions& options = {}) const;

  /// All tasks, DVC's too, and how many workers there are.
  QueueStatus status(const QueueStatusOptions& options = {}) const;
  /// What `queue status --json` prints, on one line (`indent` 0) or laid out.
  /// Format: docs/formats/program.md.
  std::string status_json(int indent = 0) const;
  /// nullopt when there is no such task.
  std::optional<QueueTask> find(const std::string& task) const;

  /// Runs tasks in this process until none is left, `executor` telling how and how many at once.
  /// While workers elsewhere still run something it stays: should they die, it takes over.
  /// Throws: Error{cancelled}; what `on_event` throws. A failing task is told, not thrown.
  void run(const Executor& executor, const QueueRunOptions& options = {}) const;

  /// Starts detached workers. Returns how many. Throws: Error{not_found} without the program or the
  /// executor, Error{io} when it does not come up.
  std::uint32_t start(const WorkerStart& options = {}) const;
  /// Workers end after what they are running now.
  void stop() const;

  /// Ends running tasks with all their processes: SIGTERM, ten seconds later SIGKILL; `force`:
  /// SIGKILL at once. Waits for their end. Returns the names given that no running task has.
  std::vector<std::string> kill(const std::vector<std::string>& tasks, bool force = false) const;
  /// Every running one. Returns their names.
  std::vector<std::string> kill_all(bool force = false) const;

  /// All of them or, when a name is unknown or its task is running, none. Logs go, experiments
  /// stay.
  /// Throws: Error{not_found} "'x' is not a valid experiment name".
  void remove(const std::vector<std::string>& tasks) const;
  /// Returns the removed tasks.
  std::vector<QueueTask> remove_all(const QueueRemoval& which) const;

  /// Queued tasks wait for release(). Throws: Error{invalid_argument} "cannot hold 'x': it is
  /// running".
  void hold(const std::vector<std::string>& tasks) const;
  /// Lets held tasks run. Throws: Error{invalid_argument} for others.
  void release(const std::vector<std::string>& tasks) const;
  /// Greater ones run first. Throws: Error{not_found} for a name that no task has.
  void prioritize(const std::vector<std::string>& tasks, std::int32_t priority) const;
  /// Queues failed tasks once more; empty: all of them.
  void retry(const std::vector<std::string>& tasks) const;
  /// Queues finished tasks, failed or not, once more. The experiment of a success is replaced when
  /// the new run has another result and `force` was given, else kept.
  void requeue(const std::vector<std::string>& tasks) const;

  /// Waits until the tasks (empty: all) neither run nor wait to; held ones count as over. Returns
  /// whether all succeeded.
  /// Throws: Error{cancelled}, Error{busy} after `timeout` (0: none).
  bool wait(const std::vector<std::string>& tasks = {},
            std::chrono::milliseconds timeout = std::chrono::milliseconds(0),
            const std::optional<CancelToken>& cancel = std::nullopt) const;

  /// What the last attempt of a task wrote, without our own lines unless `all`.
  /// Throws: Error{invalid_argument} in DVC's words for tasks that have not started or are not
  /// there.
  std::string log(const std::string& task, bool all = false) const;
  /// Hands the log over as it grows, until the task has ended. Throws: as log(), Error{cancelled}.
  void follow(const std::string& task, const std::function<void(std::string_view)>& on_text,
              const std::optional<CancelToken>& cancel = std::nullopt) const;

  /// Finds tasks whose worker died; they are queued again, published or failed. Every other call
  /// that needs to know does this, too. Returns how many there were.
  std::uint32_t recover() const;

  /// Tells what crashes, deleted files and foreign hands have left: tasks of dead workers, tasks
  /// that cannot run, a damaged store, files and refs that nobody needs; and, if `fix`, repairs
  /// what is safe to. Workers may be at work meanwhile. Empty when nothing is wrong.
  std::vector<QueueFinding> doctor(bool fix = false) const;

 private:
  friend class Project;
  explicit Queue(const Project& project);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace expcore
