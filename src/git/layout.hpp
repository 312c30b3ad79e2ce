#pragma once
#include <optional>
#include <string>

namespace expcore::git {

/// Where the parts of a repository are. No final slashes, no symbolic links in them.
struct Layout {
  std::string workdir;
  std::string git_dir;     ///< Of this work tree.
  std::string common_dir;  ///< Shared by work trees.
};

/// The layout of a repository of the common kind, found without libgit2, which takes 10 ms to
/// start: `folder` has a `.git` folder that is the caller's own and whose configuration says
/// nothing about another layout, work tree or format. nullopt for every other, which may be one all
/// the same.
std::optional<Layout> plain_layout(const std::string& folder);

}  // namespace expcore::git
