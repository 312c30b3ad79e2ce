#include <utility>

#include <expcore/data_changes.hpp>

#include "api/data_impl.hpp"
#include "data/diff.hpp"
#include "data/status.hpp"
#include "yaml/writer.hpp"

namespace expcore {
namespace {

DataChanges to_public(data::ChangeLists&& lists) {
  DataChanges changes;
  changes.added = std::move(lists.added);
  changes.modified = std::move(lists.modified);
  changes.deleted = std::move(lists.deleted);
  changes.unknown = std::move(lists.unknown);
  for (auto& [from, to] : lists.renamed)
    changes.renamed.push_back({std::move(from), std::move(to)});
  return changes;
}

void append(yaml::Map& map, const char* key, const std::vector<std::string>& paths) {
  if (!paths.empty()) map.append(key, yaml::List(paths.begin(), paths.end()));
}

void append(yaml::Map& map, const char* key, const DataChanges& changes) {
  if (changes.empty()) return;
  yaml::Map lists;
  append(lists, "modified", changes.modified);
  append(lists, "unknown", changes.unknown);
  append(lists, "added", changes.added);
  yaml::List renamed;
  for (const auto& [from, to] : changes.renamed) {
    yaml::Map item;
    item.append("old", from);
    item.append("new", to);
    renamed.emplace_back(std::move(item));
  }
  if (!renamed.empty()) lists.append("renamed", std::move(renamed));
  append(lists, "deleted", changes.deleted);
  map.append(key, std::move(lists));
}

std::vector<DataDifference> to_public(std::vector<data::Difference>&& internal) {
  std::vector<DataDifference> list;
  for (auto& item : internal) {
    list.push_back({std::move(item.path), std::move(item.old_path), std::move(item.hash),
                    std::move(item.old_hash)});
  }
  return list;
}

yaml::Value hash_value(const std::string& hash) {
  return hash.empty() ? yaml::Value() : yaml::Value(hash);
}

enum class Sides : bool { one, both };

yaml::Map old_and_new(yaml::Value old, yaml::Value now) {
  yaml::Map map;
  map.append("old", std::move(old));
  map.append("new", std::move(now));
  return map;
}

yaml::List differences(const std::vector<DataDifference>& list, Sides paths, Sides hashes,
                       bool with_hashes) {
  yaml::List items;
  for (const auto& difference : list) {
    yaml::Map item;
    if (paths == Sides::both) {
      item.append("path", old_and_new(difference.old_path, difference.path));
    } else {
      item.append("path", difference.path);
    }
    if (with_hashes && hashes == Sides::both) {
      item.append("hash",
                  old_and_new(hash_value(difference.old_hash), hash_value(difference.hash)));
    } else if (with_hashes) {
      item.append("hash", hash_value(difference.hash));
    }
    items.emplace_back(std::move(item));
  }
  return items;
}

}  // namespace

DataStatus Data::status(const DataStatusOptions& given) const {
  const auto options = impl_->project->with_log_in(given);
  const auto workspace = impl_->open(options.on_event, options.cancel);
  data::StatusRequest request;
  request.targets = options.targets;
  request.granular = options.granular;
  request.untracked_files = options.untracked_files;
  request.not_in_remote = options.not_in_remote;
  request.remote = options.remote;
  auto found = data::status(*workspace, request);
  DataStatus status;
  status.not_in_cache = std::move(found.not_in_cache);
  status.not_in_remote = std::move(found.not_in_remote);
  status.committed = to_public(std::move(found.committed));
  status.uncommitted = to_public(std::move(found.uncommitted));
  status.untracked = std::move(found.untracked);
  status.unchanged = std::move(found.unchanged);
  status.git_is_empty = found.git_is_empty;
  status.git_is_dirty = found.git_is_dirty;
  return status;
}

std::string DataStatus::json(bool with_unchanged) const {
  yaml::Map map;
  append(map, "not_in_cache", not_in_cache);
  append(map, "not_in_remote", not_in_remote);
  append(map, "committed", committed);
  append(map, "uncommitted", uncommitted);
  append(map, "untracked", untracked);
  if (with_unchanged) append(map, "unchanged", unchanged);
  return yaml::dump_json(std::move(map));
}

DataDiff Data::diff(const DataDiffOptions& given) const {
  const auto options = impl_->project->with_log_in(given);
  const auto workspace = impl_->open(options.on_event, options.cancel);
  auto found =
      data::diff(*workspace, {options.old_revision, options.new_revision, options.targets});
  DataDiff diff;
  diff.added = to_public(std::move(found.added));
  diff.deleted = to_public(std::move(found.deleted));
  diff.modified = to_public(std::move(found.modified));
  diff.renamed = to_public(std::move(found.renamed));
  diff.not_in_cache = to_public(std::move(found.not_in_cache));
  return diff;
}

std::string DataDiff::json(const DataDiffFormat& format) const {
  yaml::Map map;
  if (empty()) return yaml::dump_json(std::move(map));
  const auto append_list = [&](const char* key, const std::vector<DataDifference>& list,
                               Sides paths, Sides hashes) {
    map.append(key, differences(list, paths, hashes, format.with_hashes));
  };
  append_list("added", added, Sides::one, Sides::one);
  append_list("deleted", deleted, Sides::one, Sides::one);
  append_list("modified", modified, Sides::one, Sides::both);
  append_list("renamed", renamed, Sides::both, Sides::one);
  if (format.with_missing) append_list("not in cache", not_in_cache, Sides::one, Sides::one);
  return yaml::dump_json(std::move(map));
}

}  // namespace expcore
