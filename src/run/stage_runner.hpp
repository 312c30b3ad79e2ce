#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fs/lock.hpp"
#include "pipeline/staleness.hpp"
#include "run/ignore_file.hpp"
#include "run/reproduce.hpp"

namespace expcore::run {

/// Brings single stages up to date within one reproduce().
/// Thread safety: confined.
class StageRunner {
 public:
  StageRunner(pipeline::Workspace& workspace, pipeline::Index& index,
              const ReproduceOptions& options, IgnoreFiles& ignores,
              std::optional<fs::LockFile>& repo_lock)
      : workspace_(workspace),
        index_(index),
        options_(options),
        ignores_(ignores),
        repo_lock_(repo_lock),
        checker_(workspace, index) {}

  /// What became of the stage. Throws when it fails.
  StageResult reproduce(pipeline::StageId id, bool force);

  /// Stores and records the outputs of a `dvc add`ed file that changed; nothing when it is missing
  /// or as recorded.
  void record_data_source(pipeline::StageId id);

  /// Makes the cached outputs what is recorded for them. An output of which the cache lacks a part
  /// stays as it is; one without a recorded hash is reported.
  void bring_outs(pipeline::StageId id);

  /// Absolute paths of the files written that people track with Git: dvc.lock and `.dvc` files.
  const std::vector<std::string>& written_files() const { return written_files_; }

 private:
  StageOutcome bring_up_to_date(pipeline::StageId id, bool force, const std::string& reason);
  StageOutcome verify(pipeline::StageId id, const std::string& reason);
  StageOutcome run_stage(pipeline::StageId id, bool force, const std::string& reason);
  bool restore(pipeline::StageId id);
  bool restore_entry(const pipeline::Stage& stage, const pipeline::LockEntry& entry);
  bool is_restorable(const pipeline::Stage& stage, const pipeline::LockEntry& entry) const;
  void run_commands(const pipeline::Stage& stage);
  void remove_outs(const pipeline::Stage& stage) const;
  void check_deps_exist(const pipeline::Stage& stage) const;

  pipeline::LockEntry record_inputs(const pipeline::Stage& stage,
                                    const pipeline::LockEntry* former);
  void save(pipeline::StageId id, pipeline::LockEntry entry);
  void save_outs(const pipeline::Stage& stage, const pipeline::LockEntry* former,
                 pipeline::LockEntry& entry);
  void write_lock(pipeline::StageId id, pipeline::LockEntry entry);
  void write_dvc_file(pipeline::StageId id, pipeline::LockEntry entry);
  std::string missing_params(const pipeline::ParamsDependency& params);

  void emit(Event event) const;
  void warn(const std::string& text) const;
  std::string address(const pipeline::Stage& stage) const;

  pipeline::Workspace& workspace_;
  pipeline::Index& index_;
  const ReproduceOptions& options_;
  IgnoreFiles& ignores_;
  std::optional<fs::LockFile>& repo_lock_;
  pipeline::Checker checker_;
  std::vector<std::string> written_files_;
  std::set<std::string> unknown_outs_;  ///< Reported as having no hash.
};

}  // namespace expcore::run
