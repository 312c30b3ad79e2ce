#include "cache/run_cache.hpp"

#include <algorithm>
#include <array>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "cache/group.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "hash/md5.hpp"
#include "yaml/reader.hpp"
#include "yaml/writer.hpp"

namespace expcore::cache {
namespace {

/// Without `size` and `nfiles` at any depth.
yaml::Value stripped(const yaml::Value& value) {
  if (value.is_list()) {
    yaml::List items;
    for (const auto& item : value.list())
      items.push_back(stripped(item));
    return items;
  }
  if (!value.is_map()) return value;
  yaml::Map map;
  for (const auto& [key, member] : value.map()) {
    const bool drop = key.is_string() && (key.string() == "size" || key.string() == "nfiles");
    if (!drop) map.append(key, stripped(member));
  }
  return map;
}

std::string digest(const yaml::Value& entry) {
  return hash::sha256(yaml::dump_json(stripped(entry), yaml::SortKeys::yes));
}

yaml::Value with_out_paths(const yaml::Value& entry) {
  yaml::Map map = entry.map();
  yaml::List paths;
  if (const auto* outs = entry.find("outs")) {
    for (const auto& out : outs->list()) {
      if (const auto* path = out.find("path")) paths.push_back(*path);
    }
  }
  map.set("outs", std::move(paths));
  return map;
}

bool has_only(const yaml::Value& value, std::initializer_list<std::string_view> keys) {
  if (!value.is_map()) return false;
  return std::all_of(value.map().begin(), value.map().end(), [&](const yaml::Member& member) {
    return member.key.is_string() &&
           std::find(keys.begin(), keys.end(), member.key.string()) != keys.end();
  });
}

bool are_items(const yaml::Value* items) {
  if (items == nullptr) return true;
  if (!items->is_list()) return false;
  return std::all_of(items->list().begin(), items->list().end(), [](const yaml::Value& item) {
    const auto* path = item.find("path");
    return path != nullptr && path->is_string() &&
           has_only(item, {"path", "hash", "md5", "checksum", "etag", "size", "nfiles", "isexec",
                           "version_id", "cloud", "files", "dataset"});
  });
}

/// The part of the lock schema that an entry must follow.
bool is_lock_entry(const yaml::Value& entry) {
  const auto* command = entry.find("cmd");
  return has_only(entry, {"cmd", "deps", "params", "outs"}) && command != nullptr &&
         (command->is_string() || command->is_list()) && are_items(entry.find("deps")) &&
         are_items(entry.find("outs"));
}

bool same_member(const yaml::Value& a, const yaml::Value& b, std::string_view key) {
  const auto* left = a.find(key);
  const auto* right = b.find(key);
  if (left == nullptr || right == nullptr) return left == right;
  return python_equal(*left, *right);
}

/// DVC's key leaves params called `size` or `nfiles` out; what it stands for does not.
bool same_inputs(const yaml::Value& stored, const yaml::Value& wanted) {
  return same_member(stored, wanted, "cmd") && same_member(stored, wanted, "params") &&
         same_member(stripped(stored), stripped(wanted), "deps");
}

}  // namespace

RunCache::RunCache(std::string cache_root, bool group_shared)
    : root_(fs::join(cache_root, "runs")), group_shared_(group_shared) {}

std::string RunCache::key(const yaml::Value& entry) { return digest(with_out_paths(entry)); }
std::string RunCache::value(const yaml::Value& entry) { return digest(entry); }

void RunCache::save(const yaml::Value& entry) {
  const std::string name = key(entry);
  const std::string folder = fmt::format("{}/{}/{}", root_, name.substr(0, 2), name);
  const std::string path = fs::join(folder, value(entry));
  if (fs::exists(path)) return;
  // A temporary file inside the folder could be taken for an entry: it is made elsewhere.
  const std::string staging = fs::join(fs::parent(root_), "expcore-tmp");
  need_folder(staging, group_shared_);
  need_folder(folder, group_shared_);
  fs::write_new(path, fs::join(staging, fs::filename(path)), yaml::dump_yaml(entry));
  if (group_shared_) fs::chmod(path, group_file_mode);
}

std::optional<yaml::Value> RunCache::find(
    const yaml::Value& entry, const std::function<bool(const yaml::Value&)>& usable,
    const std::function<void(const std::string&)>& corrupted) const {
  const std::string name = key(entry);
  const std::string folder = fmt::format("{}/{}/{}", root_, name.substr(0, 2), name);
  if (!fs::is_directory(folder)) return std::nullopt;
  std::vector<std::pair<std::int64_t, std::string>> files;
  for (const auto& file : fs::list_directory(folder)) {
    const std::string path = fs::join(folder, file.name);
    if (const auto stat = fs::stat(path)) files.emplace_back(stat->mtime_ns, path);
  }
  std::sort(files.rbegin(), files.rend());
  for (const auto& [mtime, path] : files) {
    yaml::Value stored;
    try {
      stored = yaml::parse_yaml(fs::read_file(path));
    } catch (const Error& error) {
      if (error.code() != Errc::parse) throw;
    }
    if (!is_lock_entry(stored)) {
      if (corrupted) corrupted(path);
      fs::remove(path);
      continue;
    }
    if (same_inputs(stored, entry) && usable(stored)) return stored;
  }
  return std::nullopt;
}

}  // namespace expcore::cache
