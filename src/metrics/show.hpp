#pragma once
#include <optional>
#include <string>
#include <vector>

#include "metrics/format.hpp"
#include "metrics/read.hpp"
#include "pipeline/workspace.hpp"
#include "revision/names.hpp"

namespace expcore::metrics {

/// What files say at one revision, or why the project could not be loaded there.
struct RevisionResult {
  std::string name;  ///< "workspace", names joined by ','; "" for the workspace asked for alone.
  std::vector<FileResult> files;
  std::optional<Problem> error;

  bool has_error() const;
};

enum class What : unsigned char { metrics, params };

/// What to read where.
struct ReadRequest {
  What what = What::metrics;
  std::vector<std::string> targets;  ///< Absolute paths.
  bool deps_only = false;            ///< Of params.
  revision::Selection revisions;     ///< Empty: the workspace alone.
};

/// The workspace first, then the commits; those without the project are left out. A revision that
/// cannot be loaded is told to workspace.on_warning and has an error.
/// Throws: Error{not_found} for unknown revisions, Error{git} for revisions without Git.
std::vector<RevisionResult> read_revisions(pipeline::Workspace& workspace,
                                           const ReadRequest& request);

/// Takes the workspace away when it says the same as the current branch.
void hide_same_workspace(const pipeline::Workspace& workspace,
                         std::vector<RevisionResult>& results);

/// Names of the revisions of which something could not be read.
std::vector<std::string> errored_revisions(const std::vector<RevisionResult>& results);

/// `metrics show --json`; paths relative to `directory`.
yaml::Value show_value(const pipeline::Workspace& workspace,
                       const std::vector<RevisionResult>& results);

/// `metrics show`: a row a file, a column a metric.
Table show_table(const pipeline::Workspace& workspace, const std::vector<RevisionResult>& results,
                 bool with_revisions, int precision);

}  // namespace expcore::metrics
