#pragma once
#include <string>
#include <vector>

#include <expcore/event.hpp>

#include "pipeline/workspace.hpp"

namespace expcore::data {

struct AddOptions {
  bool glob = false;       ///< Targets are patterns.
  bool no_commit = false;  ///< Record the data without putting it into the cache.
  bool relink = true;      ///< Make the files links or copies of the cache's.
  bool force = false;      ///< With `out`: replace what is there.
  std::string out;  ///< Copy the one target, which may be outside, to this path and track that.
  EventCallback on_event;
};

/// Tracks files and folders by `.dvc` files beside them: hashes, stores, ignores them in Git,
/// writes the `.dvc` file last. A path inside a tracked folder updates that folder's record.
/// Returns the absolute paths of the `.dvc` files, in the order of the targets. Source: DVC
/// dvc/repo/add.py. Throws: Error{not_found} "output 'x' does not exist: …", Error{exists} for what
/// Git tracks, Error{invalid_argument} for overlaps and places that cannot be tracked; targets
/// before the failing one are done, the failing one is as before.
std::vector<std::string> add(pipeline::Workspace& workspace,
                             const std::vector<std::string>& targets, const AddOptions& options);

}  // namespace expcore::data
