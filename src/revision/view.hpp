#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "pipeline/index.hpp"
#include "pipeline/lock_file.hpp"
#include "pipeline/model.hpp"
#include "pipeline/workspace.hpp"
#include "revision/problem.hpp"

namespace expcore::revision {

/// A stage with what is recorded for it.
struct LoadedStage {
  pipeline::Stage stage;
  std::optional<pipeline::LockEntry> entry;

  /// nullptr when nothing is recorded.
  const pipeline::LockItem* dep(const std::string& def_path) const {
    return entry ? entry->dep(def_path) : nullptr;
  }
  const pipeline::LockItem* out(const std::string& def_path) const {
    return entry ? entry->out(def_path) : nullptr;
  }
};

/// The stages of a project at one revision.
struct Stages {
  std::vector<LoadedStage> stages;
  std::vector<pipeline::PipelineFile> files;  ///< Every dvc.yaml, without its stages.
};

/// A project as one revision has it: the work tree or a commit.
///
/// Files are those of Git (or of the work tree) and, where these have none, those that the cache
/// holds for a recorded output, also inside folders. Pipeline files are loaded when something first
/// needs them. Source: DVC dvc/fs/dvc.py, dvc/repo/brancher.py.
/// Thread safety: confined; the Workspace must outlive it.
class View {
 public:
  static View workspace(pipeline::Workspace& workspace);
  /// nullopt when the commit has no such project (its folder is missing).
  static std::optional<View> commit(pipeline::Workspace& workspace, const git::Id& commit);

  View(View&&) noexcept;
  View& operator=(View&&) noexcept;
  ~View();

  const std::string& root() const;  ///< Absolute; of the work tree for a commit, too.

  /// Throws: what loading dvc.yaml and `.dvc` files throws, every time it is called.
  const Stages& stages() const;

  /// The bytes at an absolute path, or why there are none.
  std::variant<std::string, Problem> read(const std::string& path) const;
  /// Whether there is anything that read() or find() would give. False instead of errors.
  bool exists(const std::string& path) const;
  /// Of Git, the work tree or a recorded output. False instead of errors.
  bool is_directory(const std::string& path) const;
  /// The files below a folder, sorted, absolute; pipeline files are left out as DVC does.
  std::vector<std::string> find(const std::string& path) const;

 private:
  struct Impl;
  explicit View(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace expcore::revision
