#include "plots/template.hpp"

#include <algorithm>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "yaml/reader.hpp"

namespace expcore::plots {
namespace {

/// Only members of maps and direct items of lists are looked at, as in dvc_render.
bool contains(const yaml::Value& value, const std::string& anchor) {
  if (value.is_string()) return value.string() == anchor;
  if (!value.is_map()) return false;
  return std::any_of(value.map().begin(), value.map().end(), [&](const yaml::Member& member) {
    if (!member.value.is_list()) return contains(member.value, anchor);
    const auto& items = member.value.list();
    return std::any_of(items.begin(), items.end(),
                       [&](const yaml::Value& item) { return contains(item, anchor); });
  });
}

enum class Inside : bool { list, map };

void replace(yaml::Value& at, const std::string& anchor, const yaml::Value& value, Inside inside) {
  if (at.is_map()) {
    for (auto& member : at.map())
      replace(member.value, anchor, value, Inside::map);
  } else if (at.is_list()) {
    for (auto& item : at.list())
      replace(item, anchor, value, Inside::list);
  } else if (at.is_string()) {
    if (at.string() == anchor) {
      at = value;
    } else if (inside == Inside::map && value.is_string() &&
               at.string().find(anchor) != std::string::npos) {
      at = replace_all(at.string(), anchor, value.string());
    }
  }
}

/// Where the anchor is.
void find_places(yaml::Value& at, const std::string& anchor, std::vector<yaml::Value*>& places) {
  if (at.is_map()) {
    for (auto& member : at.map())
      find_places(member.value, anchor, places);
  } else if (at.is_list()) {
    for (auto& item : at.list())
      find_places(item, anchor, places);
  } else if (at.is_string() && at.string() == anchor) {
    places.push_back(&at);
  }
}

/// Python's Path.with_suffix(".json").
std::string with_json_suffix(const std::string& name) {
  const std::string file = fs::filename(name);
  const auto dot = file.rfind('.');
  if (dot == std::string::npos || dot == 0 || dot + 1 == file.size()) return name + ".json";
  return name.substr(0, name.size() - (file.size() - dot)) + ".json";
}

std::string find_file(const std::string& name, const std::string& directory,
                      const std::string& working_directory) {
  for (const auto& path :
       {fs::absolute(directory, name), fs::absolute(directory, with_json_suffix(name)),
        fs::absolute(working_directory, name)}) {
    if (fs::is_file(path)) return path;
  }
  return "";
}

}  // namespace

Template Template::find(const std::string& name, const std::string& directory,
                        const std::string& working_directory) {
  const std::string path = find_file(name, directory, working_directory);
  if (!path.empty()) {
    yaml::Value content;
    try {
      content = yaml::parse_json(fs::read_file(path));
    } catch (Error& error) {
      error.add_context(fmt::format("template '{}' cannot be read", name));
      throw;
    }
    if (!content.is_map()) {
      throw Error(Errc::parse, fmt::format("template '{}' is not a JSON object", name));
    }
    return {name, std::move(content)};
  }
  yaml::Value content = builtin_template(name);
  if (content.is_null()) {
    throw Error(Errc::invalid_argument, fmt::format("Template '{}' not found.", name));
  }
  return {name, std::move(content)};
}

std::string Template::anchor(std::string_view name) {
  std::string upper(name);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return fmt::format("<DVC_METRIC_{}>", upper);
}

bool Template::has_anchor(std::string_view name) const { return contains(content_, anchor(name)); }

void Template::fill(std::string_view name, const yaml::Value& value) {
  replace(content_, anchor(name), value, Inside::map);
}

void Template::fill_large(std::string_view name, yaml::Value value) {
  std::vector<yaml::Value*> places;
  find_places(content_, anchor(name), places);
  if (places.empty()) return;
  for (std::size_t i = 0; i + 1 < places.size(); ++i)
    *places[i] = value;
  *places.back() = std::move(value);
}

}  // namespace expcore::plots
