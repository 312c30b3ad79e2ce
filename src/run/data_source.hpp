#pragma once
#include <map>
#include <string>
#include <string_view>

#include "pipeline/targets.hpp"
#include "pipeline/workspace.hpp"

namespace expcore::run {

/// The text of a `.dvc` file with what `entry` says of its outputs; everything else stays as
/// written.
std::string updated_dvc_file(std::string_view text, const pipeline::LockEntry& entry);

/// Puts changed data of data sources (`dvc add`) that the selection needs into the cache and
/// returns the `.dvc` files that would record it, by absolute path. No file of the workspace is
/// written. Missing data is passed over. Source: DVC dvc/repo/experiments/queue/base.py
/// _stash_commit_deps().
std::map<std::string, std::string> record_data_sources(pipeline::Workspace& workspace,
                                                       const pipeline::Selection& selection);

}  // namespace expcore::run
