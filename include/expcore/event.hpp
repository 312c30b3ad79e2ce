#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <expcore/export.hpp>

namespace expcore {

/// What an Event tells. The values are those of `exp_event_kind` in exp.h: append only.
enum class EventKind : std::int32_t {
  warning = 1,               ///< `text`: something the user should know; nothing failed.
  plan_made = 2,             ///< `stages`: what will be gone through, in order.
  stage_started = 3,         ///< `stage` is stale; `text`: why, `outcome`: `ran` (its commands
                             ///< follow), `cached` (being restored) or `verified`.
  command_started = 4,       ///< `text`: the command.
  output = 5,                ///< `text`: bytes a command wrote; `stream` 1 or 2.
  stage_finished = 6,        ///< `stage`, `outcome`, `text`: the reason, `seconds`.
  lock_created = 7,          ///< `text`: path of a new dvc.lock.
  lock_updated = 8,          ///< `text`: path of a dvc.lock whose content changed.
  files_to_track = 9,        ///< `stages`: paths the user should `git add`.
  experiment_started = 10,   ///< `text`: the experiment's name.
  experiment_finished = 11,  ///< `text`: the name, `commit`: its commit.
  progress = 12,             ///< `text`: what is being done, "hashing", "storing", "checking out",
                             ///< "pushing", "fetching" or "collecting"; `done` of `total` files and
                             ///< `bytes_done` of `bytes_total`. Of one text counts never go down;
                             ///< totals may grow; the last one of a call that succeeds is complete.
                             ///< At most 20 a second.
  stage_shared = 13,         ///< `stage` is being run for another task or program right now, with
                             ///< the same inputs: its outputs are waited for. `text`: by whom,
                             ///< "'sweep-1' (process 123)", for people; may be "".
  stage_waiting = 14,        ///< `stage` waits until what it asks for is free: other stages of this
                             ///< project hold it. `text`: what, "gpus, mutex 'db'".
};

/// How a stage ended.
enum class StageOutcome : std::int32_t {
  none = 0,
  ran = 1,        ///< Its commands ran.
  cached = 2,     ///< Restored from the run-cache.
  unchanged = 3,  ///< Up to date: skipped.
  failed = 4,     ///< A command or a check failed.
  verified = 5,   ///< A data source or frozen stage was recorded anew.
  skipped = 6,    ///< Not looked at because something it needs failed.
  pulled = 7,     ///< Its outputs came from a remote.
};

/// What defines a stage.
enum class StageKind : std::int32_t {
  pipeline = 0,     ///< An entry of a dvc.yaml.
  data_source = 1,  ///< A `.dvc` file made by `dvc add`.
  import = 2,       ///< A `.dvc` file made by `dvc import` or `dvc import-url`.
};

/// Something that happened during a long call. Fields that a kind does not name are empty.
/// Thread safety: a value, valid for the duration of the callback.
struct EXPCORE_API Event {
  /// What it tells, and so which of the fields below it has.
  EventKind kind = EventKind::warning;
  std::string stage;  ///< Address, e.g. "train" or "sub/dvc.yaml:train"; "data.csv.dvc".
  std::string text;   ///< What it is depends on `kind`; bytes of an `output` need not be UTF-8.
  StageKind stage_kind = StageKind::pipeline;  ///< What defines `stage`.
  bool frozen = false;                         ///< Of the stage.
  /// How the stage ended or, when it starts, how it is gone about.
  StageOutcome outcome = StageOutcome::none;
  std::int32_t stream = 0;          ///< Of `output`: 1 is standard output, 2 standard error.
  double seconds = 0;               ///< Of `stage_finished`: how long it took.
  std::string commit;               ///< Of `experiment_finished`: 40 hex digits.
  std::int64_t done = 0;            ///< Of `progress`: files that are done.
  std::int64_t total = 0;           ///< Of `progress`: files there are, as far as is known.
  std::vector<std::string> stages;  ///< Addresses of stages or paths, as `kind` says.
  std::int64_t bytes_done = 0;      ///< Of `progress`: bytes that are done.
  /// Of `progress`: bytes there are, as far as is known; 0: not counted.
  std::int64_t bytes_total = 0;
};

/// Called from the thread that made the call or from one of its workers, never two at once. An
/// exception from it stops the operation and reaches the caller.
using EventCallback = std::function<void(const Event&)>;

}  // namespace expcore
