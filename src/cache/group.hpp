#pragma once
#include <cstdint>
#include <string>

namespace expcore::cache {

/// DVC's modes of what a group shares (`shared = group` of a cache or remote), whatever the umask.
constexpr std::uint32_t group_folder_mode = 02775;
constexpr std::uint32_t group_file_mode = 0664;

/// mkdir -p in a cache or remote: with `group_shared` every folder made has the group's mode.
void need_folder(const std::string& folder, bool group_shared);

}  // namespace expcore::cache
