#include "exp/refs.hpp"

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"

namespace expcore::exp {
namespace {

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_valid_name(std::string_view name) {
  // A slash would make it two levels; ']' passes Git but not the pattern by which DVC reads names
  // back.
  return !name.empty() && name.find_first_of("/]") == std::string_view::npos &&
         git::is_valid_refname(fmt::format("refs/exps/{}", name));
}

}  // namespace

std::string refname_of(const git::Id& baseline, std::string_view name) {
  return fmt::format("refs/exps/{}/{}/{}", baseline.substr(0, 2), baseline.substr(2), name);
}

std::string ExpRef::refname() const { return refname_of(baseline, name); }

std::optional<ExpRef> parse_ref(const git::RefEntry& entry) {
  const auto parts = split(entry.name, '/');
  const bool shaped = parts.size() == 5 && parts[0] == "refs" && parts[1] == "exps" &&
                      parts[2].size() == 2 && parts[3].size() == 38 && is_hex(parts[2]) &&
                      is_hex(parts[3]) && !entry.target.empty();
  if (!shaped) return std::nullopt;
  return ExpRef{std::string(parts[2]) + std::string(parts[3]), std::string(parts[4]), entry.target};
}

std::vector<ExpRef> list_refs(const git::Repo& repo, const std::string& baseline) {
  std::vector<ExpRef> refs;
  const std::string prefix = baseline.empty() ? "refs/exps/" : refname_of(baseline, "");
  for (const auto& entry : repo.refs(prefix)) {
    if (auto ref = parse_ref(entry)) refs.push_back(std::move(*ref));
  }
  return refs;
}

void check_name(std::string_view name) {
  if (is_valid_name(name)) return;
  throw Error(Errc::invalid_argument,
              fmt::format("Invalid exp name {}, the exp name must follow rules in "
                          "https://git-scm.com/docs/git-check-ref-format",
                          name));
}

Error conflict_error(std::string_view name) {
  return Error(Errc::exists,
               fmt::format("Experiment conflicts with existing experiment '{}'. To overwrite the "
                           "existing experiment run:\n\n\tdvc exp run -f ...\n\n",
                           name));
}

}  // namespace expcore::exp
