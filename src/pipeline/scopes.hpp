#pragma once
#include <string>
#include <vector>

#include "pipeline/index.hpp"

namespace expcore::pipeline {

/// A stage that a command is about, or the part of its outputs at and below `filter`.
struct Scope {
  StageId stage = 0;
  std::string filter;  ///< Absolute path; "" for everything.

  /// Whether the output at `path` is, holds or lies below what is asked for.
  bool covers(const std::string& path) const;
};

struct CollectOptions {
  bool with_deps = false;  ///< And everything upstream.
  bool recursive = false;  ///< Folders stand for the stages below them.
};

/// What targets (stage names, `.dvc` and dvc.yaml files, outputs and paths inside them, folders)
/// name; everything without targets. Source: DVC dvc/repo/stage.py collect_granular(). Throws:
/// Error{not_found} "'x' does not exist as an output or a stage name in 'dvc.yaml'".
std::vector<Scope> collect_scopes(Workspace& workspace, const Index& index,
                                  const std::vector<std::string>& targets,
                                  const CollectOptions& options);

/// The stage and output that is, or holds, `path` (absolute).
struct FoundOutput {
  StageId stage = 0;
  const Output* output = nullptr;
};
std::vector<FoundOutput> outputs_holding(const Index& index, const std::string& path);

}  // namespace expcore::pipeline
