#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <expcore/error.hpp>

#include "queue/lease.hpp"
#include "queue/task.hpp"

namespace expcore::queue {

/// A task that a worker has claimed: everything it needs to run it.
struct Claim {
  Task task;
  Snapshot snapshot;
  AttemptId attempt = 0;    ///< The fence token.
  std::int32_t number = 0;  ///< Which attempt of the task it is.
  std::string log;          ///< File name in the log folder.
};

/// What became of a task when its attempt ended.
struct Ended {
  TaskState state = TaskState::failed;
  bool again = false;  ///< Another attempt will be made.
};

/// An attempt that nobody makes any more.
struct LostAttempt {
  Task task;
  AttemptId attempt = 0;
};

struct AddedTask {
  TaskId id = 0;
  std::string key;
  std::int64_t created_ns = 0;
};

/// The tasks of one project, in `<folder>/queue.db`, shared by any number of processes.
///
/// Every function is one transaction: it happens or it does not. Formats: docs/formats/queue.md.
/// Thread safety: confined; open one per thread, and none across fork().
class Store {
 public:
  /// `folder` is `.dvc/tmp/exps/expcore`; it is made. Throws: Error{io} when the file is damaged or
  /// of a later version.
  static Store open(const std::string& folder);
  /// nullopt when there is no queue yet: readers make none.
  static std::optional<Store> open_existing(const std::string& folder);

  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  const std::string& folder() const { return folder_; }
  std::string lease_folder() const;
  std::string log_folder() const;

  // --- adding -----------------------------------------------------------------------------------
  /// All of them, in order, or none. Throws: Error{exists} in DVC's words when an open task of the
  /// same baseline has the name; Error{invalid_argument} for an `after` that failed or is not
  /// there.
  std::vector<AddedTask> add(const Snapshot& snapshot, std::span<const NewTask> tasks);
  /// Names that open tasks of `baseline` have.
  std::vector<std::string> open_names(const git::Id& baseline);

  // --- looking ----------------------------------------------------------------------------------
  enum class Detail : std::uint8_t {
    outline,  ///< What a list shows: all but what says how to run them, attempts and snapshot.
    brief,    ///< Without overrides and options.
    full
  };
  /// By id, of all states or one.
  std::vector<Task> tasks(Detail detail, std::optional<TaskState> state = std::nullopt);
  /// tasks() one after the other: not all of them are in memory at once.
  void each_task(Detail detail, const std::function<void(Task&& task)>& take,
                 std::optional<TaskState> state = std::nullopt);
  std::optional<Task> task(TaskId id);
  /// By name, else by a prefix of the key of at least four hex digits; of several with the name the
  /// open one, else the last.
  std::optional<Task> find(std::string_view name_or_key);
  Snapshot snapshot(std::int64_t id);
  /// Those of tasks that may run yet, again included: of all but successful ones.
  std::vector<Snapshot> needed_snapshots();
  std::vector<Attempt> attempts(TaskId id);
  /// The present or last attempt of every task that had one, by id.
  std::vector<Attempt> last_attempts();
  std::optional<Attempt> attempt(AttemptId id);
  /// Tasks that are queued and wait for no other.
  std::int64_t ready_count();
  /// Those and the running ones at one moment: two counts would miss a task claimed in between.
  std::int64_t active_count();
  std::int64_t count(TaskState state);
  std::int64_t count();  ///< Of all states.

  // --- changing ---------------------------------------------------------------------------------
  /// hold, release, retry, requeue or remove. All of them or none.
  /// Throws: Error{invalid_argument} "cannot hold 'x': it is running".
  void change(std::span<const TaskId> ids, TaskEvent event);
  void prioritize(std::span<const TaskId> ids, std::int32_t priority);
  /// Asks for the end of running tasks. Returns those that were running.
  std::vector<TaskId> kill(std::span<const TaskId> ids, bool at_once);

  // --- working ----------------------------------------------------------------------------------
  WorkerId add_worker(const Lease& lease);
  void remove_worker(WorkerId id);
  /// Removes the worker unless a task is waiting for one. False when it has to stay.
  bool leave(WorkerId id);
  bool is_stopped(WorkerId id);
  std::vector<Worker> workers();
  /// Whether its process still lives: the kernel knows.
  bool is_alive(const Worker& worker) const;
  /// Asks every worker there is to claim nothing more.
  void stop_workers();

  /// The task whose turn it is, now running; nullopt when there is none or the worker is to stop.
  std::optional<Claim> claim(WorkerId worker);
  /// Ends an attempt. nullopt when the attempt is not the task's any more: then nothing changes.
  std::optional<Ended> finish(AttemptId attempt, const AttemptEnd& end);
  /// finish() and claim() at once: half the waiting for the disk.
  std::pair<std::optional<Ended>, std::optional<Claim>> finish_and_claim(AttemptId attempt,
                                                                         const AttemptEnd& end,
                                                                         WorkerId worker);
  /// Whether the attempt is still its task's.
  bool is_current(AttemptId attempt);
  /// 0, or how urgently the attempt is to stop.
  int kill_wanted(AttemptId attempt);

  /// Running tasks whose worker is dead.
  std::vector<LostAttempt> lost();
  /// Forgets dead workers that run nothing.
  void forget_dead_workers();

 private:
  struct Impl;
  explicit Store(std::string folder, std::unique_ptr<Impl> impl);
  std::string folder_;
  std::unique_ptr<Impl> impl_;
};

/// How often the death of its worker is forgiven a task.
constexpr std::int32_t max_losses = 3;

}  // namespace expcore::queue
