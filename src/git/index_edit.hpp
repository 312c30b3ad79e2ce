#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "git/repo.hpp"

namespace expcore::git {

/// Whether these are an index that edit_index() can deal with: of version 2, whole, no path
/// unmerged or exempt from comparing. Source: gitformat-index(5).
bool is_plain_index(std::string_view bytes);
/// Whether a plain index is, byte for byte, what somebody wrote. Takes 2 ms for a megabyte.
bool is_undamaged_index(std::string_view bytes);

/// The bytes of a plain index after `edits` (sorted by path; no submodules), which `workdir` holds
/// by now. All other entries stay as they are; what is there beside entries, which Git can do
/// without, goes.
///
/// Only where index and work tree are known to be alike: entries as young as the index are not
/// looked at, though they are older than the index that these bytes become.
std::string edit_index(std::string_view bytes, const std::vector<TreeEdit>& edits,
                       const std::string& workdir);

}  // namespace expcore::git
