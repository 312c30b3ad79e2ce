#pragma once
#include <optional>
#include <string>
#include <vector>

#include <expcore/error.hpp>

#include "exp/refs.hpp"
#include "exp/show.hpp"
#include "pipeline/workspace.hpp"
#include "remote/transfer.hpp"

/// Experiments to and from other Git repositories, with their data.
namespace expcore::exp {

struct ShareRequest {
  std::string git_remote;          ///< Name, URL or path.
  std::vector<std::string> names;  ///< Or full refs; empty: those of `revisions`.
  RevisionOptions revisions;       ///< Baselines; HEAD by default.
  bool force = false;              ///< Replace another experiment of the same name.
  bool data = true;                ///< Cached outputs, too.
  std::string remote;              ///< Where data goes or comes from; "": the configured ones.
  bool run_cache = false;          ///< All run-cache entries, too.
  remote::TransferOptions transfer;
};

struct ShareResult {
  std::vector<ExpRef> done;
  std::vector<ExpRef> up_to_date;  ///< The other side had the same.
  std::vector<ExpRef> diverged;    ///< The other side has another one; left alone.
  std::size_t transferred = 0;     ///< Files of data.
  std::vector<remote::Failure> failed;
  std::optional<Error> data_error;  ///< Why data was not transferred at all.
};

/// Pushes experiments in one transfer, then the data of those that are there now.
/// Source: DVC dvc/repo/experiments/push.py. Unlike there no data is pushed when no experiment is.
/// Throws: what resolve_names() and GitRemote throw; what goes wrong with data is in the result.
ShareResult push(pipeline::Workspace& workspace, const ShareRequest& request);

/// The other way. Refs move one by one once all objects are here, each only from the value that was
/// compared. Source: DVC dvc/repo/experiments/pull.py.
ShareResult pull(pipeline::Workspace& workspace, const ShareRequest& request);

/// Deletes experiments in another repository.
/// Throws: what GitRemote throws; Error{git} for refs that changed meanwhile.
void delete_remote_experiments(const pipeline::Workspace& workspace, const std::string& git_remote,
                               const std::vector<ExpRef>& refs);

/// As rename(), in another repository; nothing changes here. The new name is there before the old
/// one goes.
/// Throws: what GitRemote and rename() throw; Error{git} when the experiment changed meanwhile.
bool rename_remote_experiment(const pipeline::Workspace& workspace, const std::string& git_remote,
                              const std::string& experiment, const std::string& name, bool force);

}  // namespace expcore::exp
