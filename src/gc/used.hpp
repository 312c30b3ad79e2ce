#pragma once
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gc/collect.hpp"

namespace expcore::gc {

/// Objects by the root they are in and their names.
using ObjectSet = std::set<std::pair<hash::FileHash, std::string>>;

/// Objects that must stay.
struct UsedObjects {
  ObjectSet recorded;  ///< By the revisions asked for and the work tree.
  ObjectSet pending;   ///< By queued, failed and running experiments.
};

/// Folders beside the work tree in which experiments run now: ours and DVC's.
std::vector<std::string> running_folders(const pipeline::Workspace& workspace);

/// Another project, which shares the cache. Throws: Error{not_a_project}.
std::unique_ptr<pipeline::Workspace> open_project(const pipeline::Workspace& workspace,
                                                  const std::string& folder);

/// Reads what is referred to. `running` comes first: an experiment that ends meanwhile is found by
/// its ref. Throws: as collect_garbage().
UsedObjects used_objects(pipeline::Workspace& workspace, const Request& request,
                         const std::vector<std::string>& running);

}  // namespace expcore::gc
