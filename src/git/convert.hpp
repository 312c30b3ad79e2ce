#pragma once
#include <string>

#include <git2.h>

/// Between libgit2's object ids and ours.
namespace expcore::git {

std::string to_id(const git_oid& oid);
/// Throws: Error{git} when `id` is not 40 hex digits.
git_oid to_oid(const std::string& id);

}  // namespace expcore::git
