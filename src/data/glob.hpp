#pragma once
#include <string>
#include <vector>

namespace expcore::data {

/// The files and folders that a shell-style pattern names (`*`, `?`, `[…]`, `**` for any folders),
/// as Python's glob does with recursive=True: names that begin with a dot only where the pattern
/// says so. Relative to `directory` as the pattern is; sorted.
std::vector<std::string> glob_paths(const std::string& pattern, const std::string& directory);

}  // namespace expcore::data
