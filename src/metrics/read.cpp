#include "metrics/read.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/path.hpp"
#include "params/file.hpp"

namespace expcore::metrics {
namespace {

const char* corrupted_type(params::Format format) {
  switch (format) {
    case params::Format::json:
      return "JSONFileCorruptedError";
    case params::Format::toml:
      return "TOMLFileCorruptedError";
    case params::Format::python:
      return "PythonFileCorruptedError";
    case params::Format::yaml:
      break;
  }
  return "YAMLFileCorruptedError";
}

/// What Python's `value or {}` gives.
yaml::Value or_empty(yaml::Value value) {
  const bool is_false =
      value.is_null() || (value.is_boolean() && !value.boolean()) ||
      (value.is_integer() && value.integer() == 0) || (value.is_real() && value.real() == 0) ||
      (value.is_string() && value.string().empty()) || (value.is_list() && value.list().empty());
  return is_false ? yaml::Value(yaml::Map()) : std::move(value);
}

/// Fills `result` with the parsed content or the problem.
void load(const View& view, const std::string& path, FileResult& result) {
  auto bytes = view.read(path);
  if (auto* problem = std::get_if<Problem>(&bytes)) {
    result.error = std::move(*problem);
    return;
  }
  const auto& text = std::get<std::string>(bytes);
  if (!is_utf8(text)) {
    result.error = {fmt::format("unable to read: '{}', is not valid utf-8", result.path),
                    "EncodingError"};
    return;
  }
  const auto format = params::format_of(path);
  try {
    result.data = or_empty(params::parse(text, format, result.path));
  } catch (const Error& error) {
    result.error = {error.what(), corrupted_type(format)};
  }
}

/// Numbers, texts and maps of them; nullopt for what cannot be a metric.
std::optional<yaml::Value> extract_metrics(const yaml::Value& value) {
  using Kind = yaml::Value::Kind;
  switch (value.kind()) {
    case Kind::boolean:
    case Kind::integer:
    case Kind::big_integer:
    case Kind::real:
    case Kind::string:
      return value;
    case Kind::map:
      break;
    default:
      return std::nullopt;
  }
  yaml::Map kept;
  for (const auto& [key, member] : value.map()) {
    auto metric = extract_metrics(member);
    if (!metric || (metric->is_map() && metric->map().empty())) continue;
    kept.append(key, std::move(*metric));
  }
  return kept;
}

/// `path`, or the files below it when it is a folder.
std::vector<std::string> expanded(const View& view, const std::string& path) {
  return view.is_directory(path) ? view.find(path) : std::vector<std::string>{path};
}

std::vector<std::string> metric_paths(const View& view, const std::vector<std::string>& targets) {
  std::vector<std::string> paths = targets;
  if (targets.empty()) {
    const auto& project = view.stages();
    for (const auto& loaded : project.stages) {
      for (const auto& out : loaded.stage.outs) {
        if (out.kind == pipeline::OutKind::metric) paths.push_back(out.path);
      }
    }
    for (const auto& file : project.files) {
      for (const auto& path : file.metrics)
        paths.push_back(fs::absolute(fs::parent(file.path), path));
    }
  }
  std::vector<std::string> files;
  std::unordered_set<std::string> seen;
  for (const auto& path : paths) {
    for (auto& file : expanded(view, path)) {
      if (seen.insert(file).second) files.push_back(std::move(file));
    }
  }
  return files;
}

/// The params files of a revision with the keys to take from each.
class ParamFiles {
 public:
  using Entry = std::pair<std::string, std::vector<std::string>>;

  /// No keys: the whole file, whatever else is asked of it.
  void add(const std::string& path, const std::vector<std::string>& keys) {
    const auto [place, is_new] = places_.emplace(path, entries_.size());
    if (is_new) {
      entries_.emplace_back(path, keys);
      return;
    }
    auto& known = entries_[place->second].second;
    if (keys.empty() || known.empty()) {
      known.clear();
      return;
    }
    for (const auto& key : keys) {
      if (std::find(known.begin(), known.end(), key) == known.end()) known.push_back(key);
    }
  }

  const std::vector<Entry>& entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
  std::map<std::string, std::size_t> places_;
};

ParamFiles collect_params(const View& view, const ParamsRequest& request) {
  ParamFiles files;
  for (const auto& target : request.targets)
    files.add(target, {});
  if (!request.targets.empty()) return files;
  const auto& project = view.stages();
  for (const auto& loaded : project.stages) {
    for (const auto& dep : loaded.stage.params)
      files.add(dep.path, dep.whole_file ? std::vector<std::string>() : dep.keys);
  }
  if (request.deps_only) return files;
  for (const auto& file : project.files) {
    for (const auto& path : file.params)
      files.add(fs::absolute(fs::parent(file.path), path), {});
  }
  const std::string usual = fs::join(view.root(), "params.yaml");
  if (view.exists(usual)) files.add(usual, {});
  return files;
}

/// Copies the value at a dotted key with the collections that lead to it; items of lists keep
/// their places.
void pick(yaml::Value& into, const yaml::Value& from, const std::vector<std::string_view>& parts,
          std::size_t at);

void pick_member(yaml::Value& into, const yaml::Value& value,
                 const std::vector<std::string_view>& parts, std::size_t at) {
  if (at + 1 == parts.size()) {
    into = value;
  } else {
    pick(into, value, parts, at + 1);
  }
}

void pick(yaml::Value& into, const yaml::Value& from, const std::vector<std::string_view>& parts,
          std::size_t at) {
  const auto* value = params::find(from, parts[at]);
  if (value == nullptr) return;
  if (at + 1 != parts.size()) {
    // Only what leads to a value is copied.
    const auto* below = value;
    for (std::size_t i = at + 1; below != nullptr && i < parts.size(); ++i)
      below = params::find(*below, parts[i]);
    if (below == nullptr) return;
  }
  if (from.is_list()) {
    const auto index = static_cast<std::size_t>(value - from.list().data());
    if (!into.is_list()) into = yaml::List();
    if (into.list().size() <= index) into.list().resize(index + 1);
    pick_member(into.list()[index], *value, parts, at);
    return;
  }
  if (!into.is_map()) into = yaml::Map();
  const std::string name(parts[at]);
  yaml::Value* member = into.map().find(name);
  if (member == nullptr) member = &into.map().set(name, yaml::Null{});
  pick_member(*member, *value, parts, at);
}

FileResult read_params_file(const View& view, const std::string& path,
                            const std::vector<std::string>& keys) {
  FileResult result{fs::relative(path, view.root()), {}, {}};
  load(view, path, result);
  if (result.error || keys.empty()) return result;
  yaml::Value picked = yaml::Map();
  for (const auto& key : keys)
    pick(picked, result.data, split(key, '.'), 0);
  result.data = std::move(picked);
  return result;
}

/// What templates took from files that are no parameter files of a stage.
void add_template_params(const View& view, std::vector<FileResult>& results) {
  std::set<std::string> shown;
  for (const auto& result : results)
    shown.insert(result.path);
  std::map<std::string, yaml::Map> used;
  std::vector<std::string> order;
  for (const auto& loaded : view.stages().stages) {
    for (const auto& [file, values] : loaded.stage.template_params) {
      if (shown.contains(file)) continue;
      if (!used.contains(file)) order.push_back(file);
      for (const auto& [key, value] : values)
        used[file].set(key, value);
    }
  }
  for (const auto& file : order)
    results.push_back({file, used[file], std::nullopt});
}

}  // namespace

std::vector<FileResult> read_metrics(const View& view, const std::vector<std::string>& targets) {
  std::vector<FileResult> results;
  for (const auto& path : metric_paths(view, targets)) {
    FileResult result{fs::relative(path, view.root()), {}, {}};
    load(view, path, result);
    if (!result.error) {
      result.data = or_empty(extract_metrics(result.data).value_or(yaml::Map()));
    }
    results.push_back(std::move(result));
  }
  return results;
}

std::vector<FileResult> read_params(const View& view, const ParamsRequest& request) {
  std::vector<FileResult> results;
  const auto files = collect_params(view, request);
  for (const auto& [path, keys] : files.entries()) {
    for (const auto& file : expanded(view, path))
      results.push_back(read_params_file(view, file, keys));
  }
  if (request.targets.empty()) add_template_params(view, results);
  return results;
}

}  // namespace expcore::metrics
