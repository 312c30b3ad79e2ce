#include <utility>

#include <expcore/data_changes.hpp>

#include "api/data_impl.hpp"
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

}  // namespace

DataStatus Data::status(const DataStatusOptions& options) const {
  const auto workspace = impl_->open(options.on_event);
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

}  // namespace expcore
