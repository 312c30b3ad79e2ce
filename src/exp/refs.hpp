#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <expcore/error.hpp>

#include "git/repo.hpp"

namespace expcore::exp {

/// One experiment: a ref `refs/exps/<2>/<38>/<name>` on a commit whose parent is the baseline.
struct ExpRef {
  git::Id baseline;
  std::string name;
  git::Id commit;

  std::string refname() const;
};

std::string refname_of(const git::Id& baseline, std::string_view name);

/// nullopt for refs under refs/exps that are no experiments (stash, exec, celery, apply, temp) and
/// for malformed ones.
std::optional<ExpRef> parse_ref(git::RefEntry entry);

/// Every experiment, sorted by ref name; of one baseline when given.
std::vector<ExpRef> list_refs(const git::Repo& repo, const std::string& baseline = {});

/// Throws: Error{invalid_argument} "Invalid exp name <name>, the exp name must follow rules in
/// https://git-scm.com/docs/git-check-ref-format".
void check_name(std::string_view name);

/// "Experiment conflicts with existing experiment '<name>'. …" in DVC's words.
Error conflict_error(std::string_view name);

}  // namespace expcore::exp
