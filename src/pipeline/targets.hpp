#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/graph.hpp"
#include "pipeline/index.hpp"

namespace expcore::pipeline {

/// A target as typed: "train", "sub/dvc.yaml:train@x", "data.csv.dvc".
struct Target {
  std::string file;  ///< As typed; "" when only a stage name was given.
  std::string name;  ///< "" for a whole file.
};

/// Source: DVC dvc/utils/__init__.py parse_target().
/// Throws: Error{invalid_argument} "Did you mean: `dvc.yaml`?" for a dvc.lock.
Target parse_target(std::string_view text);

/// What to work on and how far to follow the graph.
struct Selection {
  std::vector<std::string> targets;  ///< Empty: the dvc.yaml of the directory.
  bool recursive = false;            ///< Folders as targets.
  bool glob = false;                 ///< Patterns for stage names.
  bool single_item = false;          ///< The targets alone.
  bool pipeline = false;             ///< The whole pipelines of the targets.
  bool all_pipelines = false;        ///< Everything.
  bool downstream = false;           ///< The targets and what depends on them.
};

/// Which files `--single-item` needs to load.
std::vector<std::string> files_of_targets(const Workspace& workspace, const Selection& selection);

/// The stages that the targets name, in their order and without repeats.
/// Throws: Error{not_found} "'<file>' does not exist", "Stage 'x' not found inside 'dvc.yaml' file"
/// and the rest of DVC's catalogue.
std::vector<StageId> resolve_targets(const Workspace& workspace, const Index& index,
                                     const Graph* graph, const Selection& selection);

/// The stages to go through, in order: depth-first post-order, roots in index order.
/// `sources` empty means the whole graph. Source: DVC dvc/repo/reproduce.py plan_repro().
std::vector<StageId> plan_order(const Index& index, const Graph& graph,
                                const std::vector<StageId>& sources, const Selection& selection);

}  // namespace expcore::pipeline
