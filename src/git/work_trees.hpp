#pragma once
#include <optional>
#include <string>

#include "git/index_file.hpp"
#include "git/loose_objects.hpp"

namespace expcore::git {

/// Writes what `index` would commit and the same with its files as `workdir` has them, as
/// Repo::work_trees() does but without libgit2, and reads no object. Files are recorded byte for
/// byte. nullopt for what is left to libgit2: attributes that may apply to a changed file, a folder
/// in the place of a file, a link in that of a folder, very large changed files and many folders of
/// which Git has not noted what they hold; objects may have been written then.
std::optional<WorkTrees> write_work_trees(const IndexFile& index, const std::string& workdir,
                                          const LooseObjects& objects);

}  // namespace expcore::git
