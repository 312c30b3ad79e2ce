#pragma once
#include <optional>
#include <string>
#include <vector>

#include <expcore/cancel.hpp>
#include <expcore/event.hpp>

#include "pipeline/index.hpp"
#include "pipeline/staleness.hpp"
#include "pipeline/targets.hpp"
#include "run/job.hpp"
#include "run/process.hpp"

namespace expcore::run {

enum class OnError : unsigned char {
  fail,        ///< Stop at the first failing stage.
  keep_going,  ///< Leave out what depends on a failed stage; fail at the end.
  ignore,      ///< Report failures as warnings and go on with everything.
};

struct ReproduceOptions {
  pipeline::Selection selection;
  bool force = false;
  bool force_downstream = false;
  bool dry = false;
  bool no_commit = false;
  bool no_run_cache = false;
  bool upgrade_hashes = false;  ///< Record plain MD5 also where DVC 2 recorded its own kind.
  bool no_relink = false;       ///< Leave files as they are once they are in the cache.
  bool allow_missing = false;
  bool pull = false;  ///< Missing data comes from the remotes, where nothing else changed.
  /// As `exp run` does: changed data sources are recorded and recorded outputs brought into the
  /// workspace before the stages are looked at.
  bool as_experiment = false;
  /// Called once the pipeline files are loaded, before anything else happens.
  std::function<void()> on_loaded;
  OnError on_error = OnError::fail;
  /// How many stages may run at once. 0: as many as there are processors to use.
  unsigned jobs = 1;
  /// One of several tasks that run at once: its stages take their share of the machine even when
  /// they ask for nothing.
  bool is_queued = false;
  /// Where commands run; null: here.
  const Engine* engine = nullptr;
  Streams streams = Streams::capture;
  pipeline::Environment extra_environment;  ///< On top of the workspace's, e.g. DVC_EXP_NAME.
  std::string command_line;                 ///< What people blocked by our locks see.
  EventCallback on_event;
  const CancelToken* cancel = nullptr;
  /// Asked before a stage runs when set (--interactive); false: the stage fails.
  std::function<bool(const std::string& stage)> confirm;
};

struct StageResult {
  pipeline::StageId id = 0;
  std::string address;  ///< As messages name the stage.
  StageOutcome outcome = StageOutcome::none;
  std::string reason;
  double seconds = 0;
};

/// One `repro`: which stages were gone through and what became of them.
struct Reproduction {
  pipeline::Index index;  ///< Empty when the run before had found the same (CleanRecord).
  std::vector<StageResult> results;  ///< In plan order; stages skipped after a failure included.

  /// Whether the stage was executed, restored or verified: then its lock entry is new. Data that
  /// was merely pulled is as recorded.
  static bool is_reproduced(const StageResult& result) {
    return result.outcome == StageOutcome::ran || result.outcome == StageOutcome::cached ||
           result.outcome == StageOutcome::verified;
  }
};

/// Brings the selected stages up to date, as `dvc repro` does, holding DVC's locks.
///
/// Per stage: stale? else skip; restore from the lock or the run-cache, else run the commands; hash
/// and store the outputs; write the run-cache entry, then dvc.lock. A failing stage's dvc.lock
/// entry stays as it was, and `.gitignore` lines added by this call are taken back. Throws:
/// Error{stage_failed} "failed to reproduce 'train': failed to run: <cmd>, exited with N", and
/// load, target, graph and file errors before anything ran; Error{cancelled}; Error{busy}. Source:
/// DVC dvc/repo/reproduce.py, dvc/stage/run.py.
///
/// With several jobs, stages whose upstream stages are done run at once, as their requests
/// (Request) and the machine allow; files written are those of a run with one job, whatever ends
/// first. After a failure the running stages end and are recorded, nothing new starts; of several
/// errors the first in plan order is thrown.
Reproduction reproduce(pipeline::Workspace& workspace, const ReproduceOptions& options);

}  // namespace expcore::run
