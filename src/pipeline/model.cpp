#include "pipeline/model.hpp"

#include <algorithm>
#include <array>

#include <expcore/error.hpp>

#include "base/text.hpp"
#include "fs/path.hpp"

namespace expcore::pipeline {
namespace {

const LockItem* find_item(const std::vector<LockItem>& items, std::string_view path) {
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const LockItem& i) { return i.path == path; });
  return found == items.end() ? nullptr : &*found;
}

/// Keys of a lock item that have fields of their own.
bool is_plain_key(std::string_view key) {
  constexpr std::array known = {"path", "hash", "md5", "size", "nfiles", "isexec"};
  return std::find(known.begin(), known.end(), key) != known.end();
}

yaml::Value item_to_value(const LockItem& item) {
  yaml::Map map;
  map.append("path", item.path);
  const bool has_dataset = item.extra.find("dataset") != nullptr;
  const bool is_legacy = item.id.kind == hash::FileHash::md5_dos2unix && !item.id.empty();
  if (!is_legacy && !has_dataset) map.append("hash", "md5");
  if (!item.id.empty()) map.append("md5", item.id.hex);
  if (item.size) map.append("size", *item.size);
  if (item.file_count) map.append("nfiles", *item.file_count);
  if (item.is_executable) map.append("isexec", true);
  if (item.extra.is_map()) {
    for (const auto& [key, value] : item.extra.map())
      map.append(key, value);
  }
  return map;
}

LockItem item_from_value(const yaml::Value& value) {
  LockItem item;
  yaml::Map extra;
  bool has_hash_name = false;
  for (const auto& [key, entry] : value.map()) {
    const std::string& name = key.string();
    if (name == "path") item.path = entry.string();
    if (name == "hash") has_hash_name = true;
    if (name == "md5" && entry.is_string()) item.id.hex = entry.string();
    if (name == "size" && entry.is_integer()) item.size = entry.integer();
    if (name == "nfiles" && entry.is_integer()) item.file_count = entry.integer();
    if (name == "isexec" && entry.is_boolean()) item.is_executable = entry.boolean();
    if (!is_plain_key(name)) extra.append(key, entry);
  }
  if (!has_hash_name) item.id.kind = hash::FileHash::md5_dos2unix;
  if (!extra.empty()) item.extra = std::move(extra);
  return item;
}

yaml::Value items_to_value(std::vector<LockItem> items) {
  std::stable_sort(items.begin(), items.end(),
                   [](const LockItem& a, const LockItem& b) { return a.path < b.path; });
  yaml::List list;
  list.reserve(items.size());
  for (const auto& item : items)
    list.push_back(item_to_value(item));
  return list;
}

yaml::Value params_to_value(std::vector<std::pair<std::string, yaml::Map>> params) {
  std::stable_sort(params.begin(), params.end(), [](const auto& a, const auto& b) {
    const bool a_default = a.first == "params.yaml";
    const bool b_default = b.first == "params.yaml";
    return a_default != b_default ? a_default : a.first < b.first;
  });
  yaml::Map files;
  for (auto& [file, values] : params) {
    std::vector<yaml::Member> sorted(values.begin(), values.end());
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
      return python_str(a.key) < python_str(b.key);
    });
    yaml::Map map;
    map.reserve(sorted.size());
    for (auto& member : sorted)
      map.append(std::move(member.key), std::move(member.value));
    files.append(file, std::move(map));
  }
  return files;
}

}  // namespace

const LockItem* LockEntry::dep(std::string_view path) const { return find_item(deps, path); }
const LockItem* LockEntry::out(std::string_view path) const { return find_item(outs, path); }

const yaml::Map* LockEntry::params_of(std::string_view file) const {
  const auto found =
      std::find_if(params.begin(), params.end(), [&](const auto& p) { return p.first == file; });
  return found == params.end() ? nullptr : &found->second;
}

yaml::Value LockEntry::to_value() const {
  yaml::Map entry;
  entry.append("cmd", command);
  if (!deps.empty()) entry.append("deps", items_to_value(deps));
  if (!params.empty()) entry.append("params", params_to_value(params));
  if (!outs.empty()) entry.append("outs", items_to_value(outs));
  return entry;
}

LockEntry LockEntry::from_value(const yaml::Value& value) {
  LockEntry entry;
  if (const auto* command = value.find("cmd")) entry.command = *command;
  const auto read_items = [&](std::string_view key, std::vector<LockItem>& items) {
    const auto* list = value.find(key);
    if (list == nullptr || !list->is_list()) return;
    items.reserve(list->list().size());
    for (const auto& item : list->list())
      items.push_back(item_from_value(item));
  };
  read_items("deps", entry.deps);
  read_items("outs", entry.outs);
  if (const auto* params = value.find("params"); params != nullptr && params->is_map()) {
    for (const auto& [file, values] : params->map()) {
      entry.params.emplace_back(file.string(), values.is_map() ? values.map() : yaml::Map());
    }
  }
  return entry;
}

std::vector<std::string> Stage::command_lines() const {
  if (command.is_null()) return {};
  std::vector<std::string> lines;
  if (command.is_list()) {
    for (const auto& item : command.list()) {
      if (!item.is_string()) {
        throw Error(Errc::invalid_argument, "'" + std::string(python_type(item)) +
                                                "' object has no attribute 'splitlines'");
      }
      lines.push_back(item.string());
    }
    return lines;
  }
  if (!command.is_string()) {
    throw Error(Errc::invalid_argument,
                "'" + std::string(python_type(command)) + "' object has no attribute 'splitlines'");
  }
  for (const auto line : python_splitlines(command.string()))
    lines.emplace_back(line);
  return lines;
}

std::string Stage::lock_file() const { return fs::join(fs::parent(file), "dvc.lock"); }

std::string address(const Stage& stage, const std::string& directory) {
  const std::string file = fs::relative(stage.file, directory);
  if (stage.is_dvc_file()) return file;
  return file == "dvc.yaml" ? stage.name : file + ":" + stage.name;
}

}  // namespace expcore::pipeline
