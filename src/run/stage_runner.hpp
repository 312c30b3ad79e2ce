#pragma once
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/staleness.hpp"
#include "run/flight.hpp"
#include "run/ignore_file.hpp"
#include "run/ledger.hpp"
#include "run/lock_writer.hpp"
#include "run/pull.hpp"
#include "run/reproduce.hpp"
#include "run/request.hpp"
#include "run/rw_lock.hpp"
#include "run/turn.hpp"

namespace expcore::run {

/// Brings single stages up to date within one reproduce(), several at once when asked to.
///
/// Thread safety: called in a thread's Turn; it steps out of it while a command runs and aside
/// while data is hashed or copied.
class StageRunner {
 public:
  StageRunner(pipeline::Workspace& workspace, pipeline::Index& index,
              const ReproduceOptions& options, IgnoreFiles& ignores, Turn& turn)
      : workspace_(workspace),
        index_(index),
        options_(options),
        ignores_(ignores),
        turn_(turn),
        locks_(
            workspace.tmp_dir, options.command_line,
            [this](const std::string& text) { warn(text); },
            [this](const std::string& path) { return workspace_.shown(path); }),
        ledger_(ledger_options(workspace, options)),
        checker_(workspace, index),
        lock_writer_(index),
        puller_(workspace, [this](const std::string& text) { warn(text); }) {
    checker_.set_allow_missing(options.allow_missing);
  }

  /// The graph that the plan was made with; null for `--single-item`.
  void set_graph(const pipeline::Graph* graph) { checker_.set_graph(graph); }

  /// One stage to bring up to date.
  struct Task {
    pipeline::StageId id = 0;
    std::size_t position = 0;  ///< In the plan: where what it adds to files belongs.
    bool force = false;
    Request request;
    std::vector<std::string> gpus;         ///< That it was given of those of this run.
    const CancelToken* abandon = nullptr;  ///< Fires when the run is given up.
  };

  /// What became of the stage. Throws when it fails.
  StageResult reproduce(const Task& task);

  /// Stores and records the outputs of a `dvc add`ed file that changed; nothing when it is missing
  /// or as recorded.
  void record_data_source(pipeline::StageId id);

  /// Hashes and stores what a stage's files are now, whatever was recorded: `commit`.
  pipeline::LockEntry take(pipeline::StageId id);
  /// Records what take() found.
  void record(pipeline::StageId id, pipeline::LockEntry entry);

  /// To be called when no more stages follow, whatever became of them.
  void finish() { lock_writer_.finish(); }

  /// Brings the run-cache entries of the default remote.
  void pull_run_cache() { puller_.run_cache(); }

  /// Makes the cached outputs what is recorded for them. An output of which the cache lacks a part
  /// stays as it is; one without a recorded hash is reported.
  void bring_outs(pipeline::StageId id);

  /// Absolute paths of the files written that people track with Git: dvc.lock and `.dvc` files.
  const std::vector<std::string>& written_files() const { return written_files_; }

 private:
  /// What a stage's commands run with.
  struct Means {
    const Share* share = nullptr;  ///< May be null.
    std::string key;               ///< Of the run in the run-cache; "" when it is not to be there.
  };
  static Ledger::Options ledger_options(const pipeline::Workspace& workspace,
                                        const ReproduceOptions& options);
  StageOutcome bring_up_to_date(const Task& task, const std::string& reason);
  StageOutcome verify(const Task& task, const std::string& reason);
  StageOutcome run_stage(const Task& task, const std::string& reason);
  bool restore(pipeline::StageId id);
  bool is_run_cached(const pipeline::Stage& stage) const;
  std::optional<pipeline::LockEntry> find_in_run_cache(const pipeline::Stage& stage,
                                                       pipeline::LockEntry inputs);
  Flight take_flight(const Task& task, const std::string& key);
  bool restore_entry(const pipeline::Stage& stage, const pipeline::LockEntry& entry);
  bool is_restorable(const pipeline::Stage& stage, const pipeline::LockEntry& entry);
  Request request_here(const Request& request) const;
  bool takes_share(const Request& request) const;
  std::optional<Share> take_share(const Task& task);
  void run_attempts(const Task& task, const Means& means);
  pipeline::Environment settings_of(const Task& task, const Means& means) const;
  void run_commands(const Task& task, const Means& means);
  void run_elsewhere(const Task& task, const Means& means);
  void adopt_outs(const pipeline::Stage& stage, const std::string& root) const;
  void run_line(const Task& task, Command& command, const std::string& line);
  void remove_outs(const pipeline::Stage& stage) const;
  void check_deps_exist(const pipeline::Stage& stage) const;
  void check_outs_can_be_stored(const pipeline::Stage& stage) const;
  bool pull(pipeline::StageId id);
  void pull_missing_deps(const pipeline::Stage& stage);

  pipeline::LockEntry record_inputs(const pipeline::Stage& stage,
                                    const pipeline::LockEntry* former);
  std::optional<cache::Scan> scan(const std::string& path, const pipeline::LockItem* former,
                                  bool is_to_be_stored);
  std::optional<cache::Content> content(const std::string& path, const pipeline::LockItem* former);
  void save(pipeline::StageId id, std::size_t rank, pipeline::LockEntry entry);
  /// save() up to what is written: hashes of the outputs come into `entry`.
  void store(pipeline::StageId id, std::size_t rank, pipeline::LockEntry& entry);
  void write(pipeline::StageId id, std::size_t rank, pipeline::LockEntry entry);
  void save_outs(const pipeline::Stage& stage, std::size_t rank, const pipeline::LockEntry* former,
                 pipeline::LockEntry& entry);
  void store_outs(const pipeline::Stage& stage, const std::vector<cache::Scan>& scans);
  void write_lock(pipeline::StageId id, std::size_t rank, pipeline::LockEntry entry);
  void write_dvc_file(pipeline::StageId id, pipeline::LockEntry entry);
  std::string missing_params(const pipeline::ParamsDependency& params);

  void tell_output(const pipeline::Stage& stage, int stream, std::string_view bytes) const;
  void emit(const Event& event) const;
  void warn(const std::string& text) const;
  std::string address(const pipeline::Stage& stage) const;

  pipeline::Workspace& workspace_;
  pipeline::Index& index_;
  const ReproduceOptions& options_;
  IgnoreFiles& ignores_;
  Turn& turn_;
  RwLocks locks_;
  Ledger ledger_;
  pipeline::Checker checker_;
  LockWriter lock_writer_;
  Puller puller_;
  std::vector<std::string> written_files_;
  std::set<std::string> unknown_outs_;  ///< Reported as having no hash.
};

}  // namespace expcore::run
