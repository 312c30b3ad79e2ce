#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include <expcore/event.hpp>

#include "pipeline/workspace.hpp"

namespace expcore::data {

/// Gives every object of a DVC 2 cache a name in DVC 3's part, too: a hard link where that can be,
/// else a copy. Folder objects come last. Damaged objects are passed by with a warning. Returns how
/// many objects there are, with `dry` without touching anything, else how many were new.
/// Source: DVC dvc/cachemgr.py migrate_2_to_3().
std::size_t migrate_cache(pipeline::Workspace& workspace, bool dry);

/// Records plain MD5 for every stage that has DVC 2's hashes, puts the outputs into the cache under
/// it, and returns the files that hold the records: "f.dvc", "dvc.yaml (dvc.lock)", sorted. With
/// `dry` only the list is made. Stages with missing files stay as they are, with a warning.
/// Source: DVC dvc/repo/commit.py commit_2_to_3(). Throws: as commit().
std::vector<std::string> migrate_records(pipeline::Workspace& workspace, bool dry,
                                         const EventCallback& on_event);

}  // namespace expcore::data
