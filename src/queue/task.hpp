#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "git/repo.hpp"
#include "queue/transition.hpp"

namespace expcore::queue {

using TaskId = std::int64_t;
/// Of an attempt: grows with every claim, never used twice. The fence token.
using AttemptId = std::int64_t;
using WorkerId = std::int64_t;

/// The workspace at one instant, shared by all tasks of one `add`.
struct Snapshot {
  std::int64_t id = 0;
  git::Id commit;         ///< Keeps the objects; pinned by a ref of ours.
  git::Id head;           ///< HEAD then: the tasks' baseline.
  git::Id index_tree;     ///< What the index would have committed.
  git::Id tree;           ///< Tracked files with their edits, staged new files.
  std::string directory;  ///< Where the caller stood, relative to the Git work tree; "." its root.
};

/// The overrides of one file, as `-S` takes them.
struct FileOverride {
  std::string file;
  std::vector<std::string> overrides;
  friend bool operator==(const FileOverride&, const FileOverride&) = default;
};

/// How to run a task: the options of `exp run`.
struct TaskOptions {
  std::vector<std::string> targets;
  bool force = false;
  bool force_downstream = false;
  bool single_item = false;
  bool pipeline = false;
  bool all_pipelines = false;
  bool recursive = false;
  bool downstream = false;
  bool allow_missing = false;
  bool pull = false;
  std::int32_t on_error = 0;  ///< run::OnError
  std::uint32_t jobs = 1;
  std::string message;
  std::vector<std::string> copy_paths;       ///< As typed.
  std::map<std::string, std::string> files;  ///< Params files as they are to be, where overrides
                                             ///< alone do not say it (composition). Absolute of
                                             ///< the work tree's root: relative paths.
  friend bool operator==(const TaskOptions&, const TaskOptions&) = default;

  std::string to_json() const;
  static TaskOptions from_json(const std::string& text);
};

/// What to add.
struct NewTask {
  std::string name;
  std::vector<FileOverride> overrides;
  TaskOptions options;
  std::int32_t priority = 0;
  bool held = false;
  std::chrono::milliseconds timeout{0};  ///< Of one attempt; 0: none.
  std::int32_t retries = 0;              ///< Attempts after a first one that failed.
  std::vector<TaskId> after;             ///< Tasks that must have succeeded before.
};

struct Task {
  TaskId id = 0;
  std::string key;  ///< 40 hex digits, what people see the first seven of.
  std::string name;
  git::Id baseline;
  std::int64_t snapshot = 0;
  std::vector<FileOverride> overrides;
  TaskOptions options;
  TaskState state = TaskState::queued;
  std::string reason;  ///< Why it failed: an AttemptOutcome's word or a sentence.
  std::int32_t priority = 0;
  std::int64_t blockers = 0;  ///< Tasks it waits for.
  std::int64_t created_ns = 0;
  std::chrono::milliseconds timeout{0};
  std::int32_t retries = 0;
  std::int32_t tries = 0;   ///< Attempts that ended by themselves since the last (re)queueing.
  std::int32_t losses = 0;  ///< Attempts whose worker died since then.
  AttemptId attempt = 0;    ///< The present or last one; 0: none yet.
  std::int32_t kill = 0;    ///< 1: asked to stop, 2: to stop at once.
  git::Id result;           ///< The experiment's commit.
  std::string result_ref;
};

/// How an attempt ended. The values are those in the database and exp.h: append only.
enum class AttemptOutcome : std::int32_t {
  none = 0,  ///< It is being made.
  success = 1,
  failed = 2,  ///< A stage failed, or what it needs is not there.
  killed = 3,  ///< By the user.
  timed_out = 4,
  lost = 5,          ///< Its worker died.
  interrupted = 6,   ///< Its worker had to stop; does not count.
  setup_failed = 7,  ///< Before its pipeline was looked at.
};
std::string_view to_text(AttemptOutcome outcome);

struct Attempt {
  AttemptId id = 0;
  TaskId task = 0;
  std::int32_t number = 0;  ///< 1 for a task's first.
  WorkerId worker = 0;
  std::string log;  ///< File name in the log folder.
  std::int64_t started_ns = 0;
  std::int64_t ended_ns = 0;
  AttemptOutcome outcome = AttemptOutcome::none;
  std::int32_t exit_code = 0;
  std::string message;
  std::int64_t cpu_ns = 0;
  std::int64_t max_rss = 0;  ///< Bytes.
};

/// What finish() records.
struct AttemptEnd {
  AttemptOutcome outcome = AttemptOutcome::failed;
  std::int32_t exit_code = 0;
  std::string message;
  std::string details;  ///< Of the error, for the log only.
  std::int64_t cpu_ns = 0;
  std::int64_t max_rss = 0;
  git::Id result;
  std::string result_ref;
};

struct Worker {
  WorkerId id = 0;
  std::string lease;
  std::string boot;
  std::int64_t pid = 0;
  std::int64_t start_ticks = 0;  ///< Of the process, /proc/<pid>/stat.
  std::int64_t started_ns = 0;
  bool stop = false;           ///< Asked to claim nothing more.
  std::optional<TaskId> task;  ///< What it is running.
};

}  // namespace expcore::queue
