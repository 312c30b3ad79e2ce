#pragma once
#include <string>
#include <vector>

#include "git/index_file.hpp"
#include "git/repo.hpp"

namespace expcore::git {

/// Whether edit_index() can deal with it.
bool is_editable(const IndexFile& index);

/// The bytes of an editable index after `edits` (sorted by path; no submodules), which `workdir`
/// holds by now. All other entries stay as they are; what is there beside entries, which Git can do
/// without, goes.
///
/// Only where index and work tree are known to be alike: entries as young as the index are not
/// looked at, though they are older than the index that these bytes become.
std::string edit_index(const IndexFile& index, const std::vector<TreeEdit>& edits,
                       const std::string& workdir);

}  // namespace expcore::git
