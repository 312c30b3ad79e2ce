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

namespace {

/// "refs/exps/ab/cdef…/".
constexpr std::size_t folder_size = 10 + 42;

bool is_folder_of_refs(std::string_view name) {
  return name.size() == folder_size && name.starts_with("refs/exps/") && name[12] == '/' &&
         name.back() == '/' && is_hex(name.substr(10, 2)) && is_hex(name.substr(13, 38));
}

/// A ref in such a folder.
std::optional<ExpRef> ref_in_folder(git::RefEntry entry) {
  const std::string_view name = entry.name;
  const std::string_view rest = name.substr(folder_size);
  if (rest.empty() || rest.find('/') != std::string_view::npos || entry.target.empty()) {
    return std::nullopt;
  }
  git::Id baseline;
  baseline.reserve(40);
  baseline.append(name, 10, 2).append(name, 13, 38);
  return ExpRef{std::move(baseline), std::string(rest), std::move(entry.target)};
}

}  // namespace

std::optional<ExpRef> parse_ref(git::RefEntry entry) {
  if (!is_folder_of_refs(std::string_view(entry.name).substr(0, folder_size))) return std::nullopt;
  return ref_in_folder(std::move(entry));
}

std::vector<ExpRef> list_refs(const git::Repo& repo, const std::string& baseline) {
  std::vector<ExpRef> refs;
  const std::string prefix = baseline.empty() ? "refs/exps/" : refname_of(baseline, "");
  auto entries = repo.refs(prefix);
  refs.reserve(entries.size());
  std::string folder;  // that of thousands
  for (auto& entry : entries) {
    const auto of_entry = std::string_view(entry.name).substr(0, folder_size);
    if (of_entry != folder) {
      if (!is_folder_of_refs(of_entry)) continue;
      folder = of_entry;
    }
    if (auto ref = ref_in_folder(std::move(entry))) refs.push_back(std::move(*ref));
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
