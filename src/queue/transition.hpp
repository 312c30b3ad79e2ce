#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

/// What can happen to a task, as one table.
namespace expcore::queue {

/// The values are those in the database and in exp.h: append only.
enum class TaskState : std::int32_t {
  queued = 1,   ///< Waits for its turn.
  held = 2,     ///< Waits for the user to release it.
  running = 3,  ///< One attempt is being made.
  success = 4,  ///< Its experiment is published.
  failed = 5,   ///< See Task::reason.
};

enum class TaskEvent : std::uint8_t {
  hold,
  release,
  start,      ///< A worker claims it.
  succeed,    ///< Its result is published.
  fail,       ///< The attempt failed, for good.
  try_again,  ///< The attempt failed or was lost and another one is due.
  block,      ///< A task it has to come after failed.
  retry,      ///< The user wants a failed task to run once more.
  requeue,    ///< The user wants a finished task, failed or not, to run once more.
  remove,
};

/// From `from` on `event` to `to`.
struct Transition {
  TaskState from;
  TaskEvent event;
  std::optional<TaskState> to;  ///< nullopt: the task is gone.
};

/// Every transition there is; anything else is refused.
std::span<const Transition> transitions();

/// nullptr when `event` makes no sense in `from`.
const Transition* find_transition(TaskState from, TaskEvent event);

/// "queued", "held", "running", "success", "failed".
std::string_view to_text(TaskState state);
/// "hold", "release", … for messages: "cannot hold 'x': it is running".
std::string_view to_text(TaskEvent event);

}  // namespace expcore::queue
