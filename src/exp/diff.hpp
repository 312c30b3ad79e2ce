#pragma once
#include <optional>
#include <string>
#include <vector>

#include "metrics/diff.hpp"
#include "pipeline/workspace.hpp"

namespace expcore::exp {

struct DiffRequest {
  std::string a_rev;        ///< "" is HEAD.
  std::string b_rev;        ///< "" is the workspace.
  bool all = false;         ///< Unchanged values, too.
  bool param_deps = false;  ///< Only parameters that stages depend on.
};

struct Difference {
  std::vector<metrics::FileChanges> metrics;  ///< By path, relative to the project.
  std::vector<metrics::FileChanges> params;
};

/// Metrics and params of two revisions compared; nullopt before the first commit. What cannot be
/// read counts as missing. Source: DVC dvc/repo/experiments/diff.py.
/// Throws: Error{not_found} "unknown Git revision '<rev>'".
std::optional<Difference> diff(pipeline::Workspace& workspace, const DiffRequest& request);

/// The JSON of `exp diff`.
yaml::Value diff_value(const Difference& difference);

/// A table of `exp diff`. `precision`: significant digits; nullopt leaves numbers whole.
metrics::Table diff_table(const std::vector<metrics::FileChanges>& files, const std::string& title,
                          std::optional<int> precision, const DiffRequest& request);

}  // namespace expcore::exp
