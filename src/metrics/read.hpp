#pragma once
#include <optional>
#include <string>
#include <vector>

#include "revision/problem.hpp"
#include "revision/view.hpp"
#include "yaml/value.hpp"

namespace expcore::metrics {

using revision::Problem;
using revision::View;

/// The content of a params or metrics file, or why it could not be read.
struct FileResult {
  std::string path;  ///< Relative to the project.
  yaml::Value data;
  std::optional<Problem> error;
};

/// The metrics of a revision: of `targets` (absolute paths; folders stand for the files below them)
/// or, when there are none, of the stages and then of the top-level `metrics` of every dvc.yaml.
/// Kept of a file are numbers, texts and maps of them. Source: DVC dvc/repo/metrics/show.py.
/// Throws: what View::stages() throws, without targets.
std::vector<FileResult> read_metrics(const View& view, const std::vector<std::string>& targets);

struct ParamsRequest {
  std::vector<std::string> targets;  ///< Absolute paths, whole files.
  bool deps_only = false;            ///< Only what stages depend on.
};

/// The parameters of a revision: of the targets or of the stages' dependencies, the top-level
/// `params` and params.yaml, and what templates took from other files.
/// Source: DVC dvc/repo/params/show.py. Throws: as read_metrics().
std::vector<FileResult> read_params(const View& view, const ParamsRequest& request);

}  // namespace expcore::metrics
