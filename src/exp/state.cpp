#include "exp/state.hpp"

#include <algorithm>

namespace expcore::exp {
namespace {

template <typename T>
yaml::Value or_null(const std::optional<T>& value) {
  if (value) return *value;
  return yaml::Null{};
}

yaml::Value problem_value(const std::optional<Problem>& problem) {
  if (!problem) return yaml::Null{};
  yaml::Map map;
  map.append("msg", problem->message);
  map.append("type", problem->type);
  return map;
}

yaml::Value files_value(const std::vector<FileResult>& files) {
  yaml::Map map;
  for (const auto& file : files) {
    yaml::Map result;
    if (file.error) {
      yaml::Map error;
      error.append("type", file.error->type);
      error.append("msg", file.error->message);
      result.append("error", std::move(error));
    } else {
      result.append("data", file.data);
    }
    map.append(file.path, std::move(result));
  }
  return map;
}

yaml::Value entries_value(const std::vector<DataEntry>& entries, bool are_outs) {
  yaml::Map map;
  for (const auto& entry : entries) {
    yaml::Map item;
    item.append("hash", or_null(entry.hash));
    item.append("size", or_null(entry.size));
    item.append("nfiles", or_null(entry.file_count));
    if (are_outs) {
      item.append("use_cache", entry.use_cache);
      item.append("is_data_source", entry.is_data_source);
    }
    map.append(entry.path, std::move(item));
  }
  return map;
}

yaml::Value executor_value(const std::optional<Executor>& executor) {
  if (!executor) return yaml::Null{};
  yaml::Map map;
  map.append("state", executor->state);
  map.append("name", or_null(executor->name));
  map.append("local", executor->local);
  return map;
}

yaml::Value range_value(const Range& range) {
  yaml::List revs;
  for (const auto& state : range.revs)
    revs.push_back(state.to_value());
  yaml::Map map;
  map.append("revs", std::move(revs));
  map.append("executor", executor_value(range.executor));
  map.append("name", or_null(range.name));
  return map;
}

bool read_files(const yaml::Value* value, std::vector<FileResult>& files) {
  if (value == nullptr || !value->is_map()) return false;
  for (const auto& [path, result] : value->map()) {
    const auto* data = result.find("data");
    if (data == nullptr) return false;  // files with errors are not kept
    files.push_back({path.string(), *data, std::nullopt});
  }
  return true;
}

bool read_entries(const yaml::Value* value, bool are_outs, std::vector<DataEntry>& entries) {
  if (value == nullptr || !value->is_map()) return false;
  for (const auto& [path, item] : value->map()) {
    const auto* hash = item.find("hash");
    const auto* size = item.find("size");
    const auto* count = item.find("nfiles");
    if (hash == nullptr || size == nullptr || count == nullptr) return false;
    DataEntry entry;
    entry.path = path.string();
    if (hash->is_string()) entry.hash = hash->string();
    if (size->is_integer()) entry.size = size->integer();
    if (count->is_integer()) entry.file_count = count->integer();
    if (are_outs) {
      const auto* cache = item.find("use_cache");
      const auto* source = item.find("is_data_source");
      if (cache == nullptr || !cache->is_boolean() || source == nullptr || !source->is_boolean()) {
        return false;
      }
      entry.use_cache = cache->boolean();
      entry.is_data_source = source->boolean();
    }
    entries.push_back(std::move(entry));
  }
  return true;
}

}  // namespace

bool Snapshot::has_error() const {
  const auto failed = [](const FileResult& file) { return file.error.has_value(); };
  return std::any_of(params.begin(), params.end(), failed) ||
         std::any_of(metrics.begin(), metrics.end(), failed);
}

yaml::Value Snapshot::to_value() const {
  yaml::Map map;
  map.append("rev", rev);
  map.append("timestamp", or_null(timestamp));
  map.append("params", files_value(params));
  map.append("metrics", files_value(metrics));
  map.append("deps", entries_value(deps, false));
  map.append("outs", entries_value(outs, true));
  map.append("meta", yaml::Map());
  return map;
}

std::optional<Snapshot> Snapshot::from_value(const yaml::Value& value) {
  const auto* rev = value.find("rev");
  const auto* timestamp = value.find("timestamp");
  if (rev == nullptr || !rev->is_string() || timestamp == nullptr || !timestamp->is_string()) {
    return std::nullopt;
  }
  Snapshot snapshot;
  snapshot.rev = rev->string();
  snapshot.timestamp = timestamp->string();
  const bool whole = read_files(value.find("params"), snapshot.params) &&
                     read_files(value.find("metrics"), snapshot.metrics) &&
                     read_entries(value.find("deps"), false, snapshot.deps) &&
                     read_entries(value.find("outs"), true, snapshot.outs);
  if (!whole) return std::nullopt;
  return snapshot;
}

yaml::Value State::to_value() const {
  yaml::Map map;
  map.append("rev", rev);
  map.append("name", or_null(name));
  map.append("data", data ? data->to_value() : yaml::Value());
  map.append("error", problem_value(error));
  if (experiments.empty()) {
    map.append("experiments", yaml::Null{});
    return map;
  }
  yaml::List list;
  for (const auto& range : experiments)
    list.push_back(range_value(range));
  map.append("experiments", std::move(list));
  return map;
}

}  // namespace expcore::exp
