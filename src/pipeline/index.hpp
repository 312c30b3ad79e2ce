#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "fs/file.hpp"
#include "pipeline/loader.hpp"
#include "pipeline/lock_file.hpp"
#include "pipeline/model.hpp"
#include "pipeline/path_tree.hpp"
#include "pipeline/workspace.hpp"

namespace expcore::pipeline {

using StageId = std::uint32_t;  ///< Position in Index::stages().

/// Every stage of a project, in DVC's index order, with their dvc.lock files.
///
/// Thread safety: confined.
class Index {
 public:
  /// Walks the project as DVC does (readdir order, `.dvcignore`, Git-ignored folders and the outs
  /// of stages already seen are not entered) and loads every dvc.yaml and `.dvc` file.
  /// Throws: the first load error, whichever file it is in. Whether outputs overlap is Graph's
  /// matter.
  static Index collect(Workspace& workspace);
  /// The same, where files that cannot be loaded are passed over.
  static Index collect_loadable(Workspace& workspace);

  /// Only the files named: for `--single-item`, which must not fail for another file's sake.
  static Index of_files(Workspace& workspace, const std::vector<std::string>& files);

  const std::vector<Stage>& stages() const { return stages_; }
  const Stage& stage(StageId id) const { return stages_[id]; }
  const std::vector<PipelineFile>& files() const { return files_; }  ///< Without their stages.

  std::optional<StageId> find(const std::string& file, const std::string& name) const;
  /// The stages that `file` defines, in definition order; empty when it was not loaded.
  std::vector<StageId> stages_of(const std::string& file) const;
  bool has_file(const std::string& file) const { return by_file_.contains(file); }

  /// Adds a stage whose file is not written yet. Throws: as collect() for that file.
  StageId add(Stage stage);

  /// The dvc.lock beside a dvc.yaml, read when first asked for and kept.
  LockFile& lock_of(const Stage& stage);
  /// The same, read again when another program changed the file since.
  LockFile& current_lock_of(const Stage& stage);
  /// The caller has written what lock_of() holds.
  void lock_written(const Stage& stage);
  /// What is recorded for a stage: its dvc.lock entry, or what the `.dvc` file says. nullptr: none.
  const LockEntry* recorded(StageId id);
  /// Records a new entry of a `.dvc` stage in memory.
  void set_recorded(StageId id, LockEntry entry);

  /// Every file read and folder listed to make this, dvc.lock files included, there or not.
  const std::set<std::string>& looked_at() const { return looked_at_; }

  /// Every output with its stage. Throws DVC's errors for outputs that are the same, overlap, or
  /// hold a pipeline file.
  PathTree<StageId> check_outputs() const;

 private:
  explicit Index(Workspace& workspace) : workspace_(&workspace) {}
  enum class Broken : bool { fails, passed_over };
  static Index collect(Workspace& workspace, Broken broken);
  void load_file(const std::string& path);
  void check_loaded(const Stage& stage) const;

  Workspace* workspace_;
  std::vector<Stage> stages_;
  std::vector<PipelineFile> files_;
  std::unordered_map<std::string, std::vector<StageId>> by_file_;
  struct Lock {
    LockFile file;
    std::optional<fs::Stat> stat;  ///< When it was read or written; nullopt: not there.
  };
  std::map<std::string, Lock> locks_;
  std::set<std::string> looked_at_;
};

/// How to read the work tree of `workspace` when loading pipeline files.
LoadContext workspace_context(const Workspace& workspace);

}  // namespace expcore::pipeline
