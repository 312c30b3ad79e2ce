#pragma once
#include <map>
#include <string>
#include <vector>

#include "pipeline/index.hpp"
#include "pipeline/workspace.hpp"

namespace expcore::data {

/// Removes data that belonged to an output which no stage has any more, if it is as it was left and
/// the cache has all of it: what `git checkout` of another commit leaves behind. Ignored files and
/// those of outputs that there are stay. `made`: what the state database
/// has. Returns the absolute paths, folders end in '/'.
/// Source: DVC dvc/repo/checkout.py _remove_unused_links, which does not look into the cache.
std::vector<std::string> remove_unused(pipeline::Workspace& workspace, const pipeline::Index& index,
                                       const std::map<std::string, hash::Made>& made);

}  // namespace expcore::data
