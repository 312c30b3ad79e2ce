#include "cache/object.hpp"

#include <algorithm>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "yaml/reader.hpp"
#include "yaml/writer.hpp"

namespace expcore::cache {
namespace {

bool stays_inside(std::string_view path) {
  if (path.empty()) return false;
  const auto parts = split(path, '/');
  return std::none_of(parts.begin(), parts.end(), [](std::string_view part) {
    return part.empty() || part == "." || part == "..";
  });
}

}  // namespace

std::string Manifest::bytes() const {
  yaml::List list;
  list.reserve(entries.size());
  for (const auto& entry : entries) {
    yaml::Map item;
    item.append("md5", entry.hex);
    item.append("relpath", entry.path);
    list.push_back(std::move(item));
  }
  return yaml::dump_json(std::move(list));
}

std::string Manifest::hex() const { return hash::md5(bytes()) + ".dir"; }

Manifest Manifest::parse(std::string_view bytes) {
  const yaml::Value root = yaml::parse_json(bytes);
  if (!root.is_list()) throw Error(Errc::parse, "a folder object must be a list");
  Manifest manifest;
  for (const auto& item : root.list()) {
    const auto* hex = item.find("md5");
    const auto* path = item.find("relpath");
    if (hex == nullptr || !hex->is_string() || path == nullptr || !path->is_string()) {
      throw Error(Errc::parse, "a folder object's entry lacks md5 or relpath");
    }
    if (!stays_inside(path->string())) {
      throw Error(Errc::parse,
                  fmt::format("'{}' in a folder object leaves the folder", path->string()));
    }
    manifest.entries.push_back({path->string(), hex->string()});
  }
  std::sort(manifest.entries.begin(), manifest.entries.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  return manifest;
}

}  // namespace expcore::cache
