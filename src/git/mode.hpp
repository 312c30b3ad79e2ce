#pragma once
#include <cstdint>

#include "fs/file.hpp"

namespace expcore::git {

/// What an entry of a tree or index is.
inline constexpr std::uint32_t file_mode = 0100644;
inline constexpr std::uint32_t executable_mode = 0100755;
inline constexpr std::uint32_t link_mode = 0120000;
inline constexpr std::uint32_t submodule_mode = 0160000;

/// That of a file or link of the work tree.
inline std::uint32_t mode_of(const fs::Stat& stat) {
  if (stat.kind == fs::Kind::symlink) return link_mode;
  return stat.is_executable() ? executable_mode : file_mode;
}

/// The same as Git has it: what only others than the owner may run is no program.
inline std::uint32_t mode_in_git(const fs::Stat& stat) {
  if (stat.kind == fs::Kind::symlink) return link_mode;
  return (stat.mode & 0100U) != 0 ? executable_mode : file_mode;
}

}  // namespace expcore::git
