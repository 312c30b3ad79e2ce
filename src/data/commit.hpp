#pragma once
#include <functional>
#include <string>
#include <vector>

#include <expcore/event.hpp>

#include "pipeline/scopes.hpp"

namespace expcore::data {

struct CommitOptions {
  pipeline::CollectOptions collect;
  bool force = false;      ///< Also what changed, without asking.
  bool no_relink = false;  ///< Leave files as they are instead of making them links or copies.
  /// Asked about changed stages: "outputs ['x'] of stage: 'a' changed. Are you sure …?". Unset: no.
  std::function<bool(const std::string& question)> confirm;
  EventCallback on_event;
};

/// Records what stages' files are now (one target, or everything for ""), as if they had run, and
/// puts their outputs into the cache. Source: DVC dvc/repo/commit.py.
/// Throws: Error{invalid_argument} "unable to commit changed stage: 'a'. Use `-f|--force` to
/// force.", Error{not_found} for missing files. Stages before the failing one are recorded.
void commit(pipeline::Workspace& workspace, const std::string& target,
            const CommitOptions& options);

}  // namespace expcore::data
