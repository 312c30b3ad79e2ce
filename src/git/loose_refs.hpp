#pragma once
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "git/repo.hpp"

namespace expcore::git {

/// What the file of a loose ref says; nullopt when it is no ref.
std::optional<RefEntry> parse_loose(std::string name, std::string_view text);

struct LooseRefs {
  std::vector<RefEntry> refs;  ///< Sorted by name.
  std::size_t files_read = 0;  ///< Not all of them where there are many: see list_loose_refs().
};

/// The loose refs whose names start with `prefix`.
///
/// Where there are many of "refs/<kind>/", what their files say is kept in
/// `<common_dir>/expcore/loose/<kind>` together with what stat(2) says of each, and a file of which
/// that is the same is not read again (docs/decisions/git-refs.md). `now` tells which files are old
/// enough for it. Removes locks whose holders died.
LooseRefs list_loose_refs(const std::string& common_dir, std::string_view prefix,
                          std::chrono::system_clock::time_point now);

}  // namespace expcore::git
