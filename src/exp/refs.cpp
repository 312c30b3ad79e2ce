#include "exp/refs.hpp"

#include <algorithm>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

namespace expcore::exp {
namespace {

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_valid_name(std::string_view name) {
  // A slash would make it two levels; ']' passes Git but not the pattern by which DVC reads names
  // back.
  return !name.empty() && name.find_first_of("/]") == std::string_view::npos &&
         git::is_valid_refname(fmt::format("refs/exps/{}", name));
}

}  // namespace

std::string refname_of(const git::Id& baseline, std::string_view name) {
  constexpr std::string_view root = "refs/exps/";
  std::string full;  // made by the ten thousand
  full.reserve(root.size() + baseline.size() + name.size() + 2);
  full.append(root).append(baseline, 0, 2).append("/").append(baseline, 2).append("/").append(name);
  return full;
}

std::string ExpRef::refname() const { return refname_of(baseline, name); }

std::optional<ExpRef> parse_ref(git::RefEntry entry) {
  constexpr std::string_view root = "refs/exps/";
  constexpr std::size_t id_size = 41;  // with the slash in it
  std::string_view rest = entry.name;
  if (!rest.starts_with(root) || entry.target.empty()) return std::nullopt;
  rest.remove_prefix(root.size());
  const bool shaped = rest.size() > id_size && rest[2] == '/' && rest[id_size] == '/' &&
                      is_hex(rest.substr(0, 2)) && is_hex(rest.substr(3, 38)) &&
                      rest.find('/', id_size + 1) == std::string_view::npos;
  if (!shaped) return std::nullopt;
  git::Id baseline(rest.substr(0, 2));
  baseline += rest.substr(3, 38);
  return ExpRef{std::move(baseline), std::string(rest.substr(id_size + 1)),
                std::move(entry.target)};
}

std::vector<ExpRef> list_refs(const git::Repo& repo, const std::string& baseline) {
  std::vector<ExpRef> refs;
  const std::string prefix = baseline.empty() ? "refs/exps/" : refname_of(baseline, "");
  auto entries = repo.refs(prefix);
  refs.reserve(entries.size());
  for (auto& entry : entries) {
    if (auto ref = parse_ref(std::move(entry))) refs.push_back(std::move(*ref));
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
