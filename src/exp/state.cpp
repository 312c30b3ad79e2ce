#include "exp/state.hpp"

#include <algorithm>

#include "yaml/writer.hpp"

namespace expcore::exp {
namespace {

template <typename T>
yaml::Value or_null(const std::optional<T>& value) {
  if (value) return *value;
  return yaml::Null{};
}

yaml::Value problem_value(const Problem& problem) {
  yaml::Map map;
  map.append("msg", problem.message);
  map.append("type", problem.type);
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

yaml::Value executor_value(const Executor& executor) {
  yaml::Map map;
  map.append("state", executor.state);
  map.append("name", or_null(executor.name));
  map.append("local", executor.local);
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

std::optional<std::string_view> State::timestamp() const {
  if (kept) return kept->timestamp;
  if (data && data->timestamp) return *data->timestamp;
  return std::nullopt;
}

namespace {

void append_json(std::string& out, const State& state);

/// Names and ids rarely need more than quotes.
void append_json(std::string& out, const std::string& text) {
  const bool is_plain = std::all_of(text.begin(), text.end(), [](char c) {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
  });
  if (!is_plain) {
    out += yaml::dump_json(text);
    return;
  }
  out += '"';
  out += text;
  out += '"';
}

void append_json(std::string& out, const std::optional<std::string>& text) {
  if (text) {
    append_json(out, *text);
  } else {
    out += "null";
  }
}

void append_json(std::string& out, const Range& range) {
  out += "{\"revs\": [";
  for (const auto& state : range.revs) {
    if (&state != &range.revs.front()) out += ", ";
    append_json(out, state);
  }
  out += "], \"executor\": ";
  if (range.executor) {
    out += yaml::dump_json(executor_value(*range.executor));
  } else {
    out += "null";
  }
  out += ", \"name\": ";
  append_json(out, range.name);
  out += '}';
}

/// What a commit says is taken over as it is kept.
void append_json(std::string& out, const State& state) {
  out += "{\"rev\": ";
  append_json(out, state.rev);
  out += ", \"name\": ";
  append_json(out, state.name);
  out += ", \"data\": ";
  if (state.kept) {
    out += state.kept->text;
  } else if (state.data) {
    out += yaml::dump_json(state.data->to_value());
  } else {
    out += "null";
  }
  out += ", \"error\": ";
  if (state.error) {
    out += yaml::dump_json(problem_value(*state.error));
  } else {
    out += "null";
  }
  out += ", \"experiments\": ";
  if (state.experiments.empty()) out += "null";
  for (const auto& range : state.experiments) {
    out += &range == &state.experiments.front() ? "[" : ", ";
    append_json(out, range);
  }
  if (!state.experiments.empty()) out += ']';
  out += '}';
}

/// About; a mebibyte more is a mebibyte to copy again.
std::size_t size_of_json(const std::vector<State>& states) {
  constexpr std::size_t around = 200;
  std::size_t size = 0;
  for (const auto& state : states) {
    size += around + (state.kept ? state.kept->text.size() : 0);
    for (const auto& range : state.experiments)
      size += around + size_of_json(range.revs);
  }
  return size;
}

}  // namespace

std::string to_json(const std::vector<State>& states) {
  std::string out = "[";
  out.reserve(size_of_json(states) + 64);  // and a line feed behind
  for (const auto& state : states) {
    if (&state != &states.front()) out += ", ";
    append_json(out, state);
  }
  out += ']';
  return out;
}

}  // namespace expcore::exp
