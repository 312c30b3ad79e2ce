#include "exp/snapshot.hpp"

#include <algorithm>
#include <ctime>
#include <functional>
#include <map>
#include <set>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "params/file.hpp"
#include "pipeline/index.hpp"
#include "pipeline/schema.hpp"
#include "yaml/reader.hpp"
#include "yaml/writer.hpp"

namespace expcore::exp {

using pipeline::LockEntry;
using pipeline::LockItem;
using pipeline::Stage;
using pipeline::Workspace;

namespace {

/// A stage with what is recorded for it.
struct LoadedStage {
  Stage stage;
  std::optional<LockEntry> entry;

  const LockItem* dep(const std::string& def_path) const {
    return entry ? entry->dep(def_path) : nullptr;
  }
  const LockItem* out(const std::string& def_path) const {
    return entry ? entry->out(def_path) : nullptr;
  }
};

/// A project at one revision: its stages and a way to read its files.
struct Revision {
  std::string root;
  std::vector<LoadedStage> stages;
  std::vector<pipeline::PipelineFile> files;
  /// Bytes of an absolute path that Git (or the work tree) has.
  std::function<std::optional<std::string>(const std::string&)> read;
};

Revision load_workspace(Workspace& workspace) {
  Revision revision;
  revision.root = workspace.root;
  pipeline::Index index = pipeline::Index::collect(workspace);
  for (pipeline::StageId id = 0; id < index.stages().size(); ++id) {
    LoadedStage loaded{index.stage(id), std::nullopt};
    if (const auto* entry = index.recorded(id)) loaded.entry = *entry;
    revision.stages.push_back(std::move(loaded));
  }
  revision.files = index.files();
  revision.read = [](const std::string& path) { return fs::read_file_if_exists(path); };
  return revision;
}

/// The files of a commit below the project's root, by absolute path.
class CommitFiles {
 public:
  CommitFiles(Workspace& workspace, const git::Id& tree) : workspace_(workspace) {
    const std::string& workdir = workspace.repo.workdir();
    for (auto& entry : workspace.repo->list_tree(tree)) {
      std::string path = fs::join(workdir, entry.path);
      if (!fs::is_within(path, workspace.root)) continue;
      order_.push_back(path);
      blobs_.emplace(std::move(path), std::move(entry.id));
    }
  }

  const std::vector<std::string>& paths() const { return order_; }

  std::optional<std::string> read(const std::string& path) const {
    const auto found = blobs_.find(path);
    if (found == blobs_.end()) return std::nullopt;
    return workspace_.repo->read_blob(found->second);
  }

 private:
  Workspace& workspace_;
  std::vector<std::string> order_;
  std::map<std::string, git::Id> blobs_;
};

Revision load_commit(Workspace& workspace, const git::CommitInfo& commit) {
  Revision revision;
  revision.root = workspace.root;
  const auto files = std::make_shared<CommitFiles>(workspace, commit.tree);
  revision.read = [files](const std::string& path) { return files->read(path); };
  pipeline::LoadContext context;
  context.root = workspace.root;
  context.directory = workspace.root;
  context.revision = commit.id;
  context.read = revision.read;
  context.is_directory = [](const std::string&) { return false; };
  context.templating = pipeline::workspace_context(workspace).templating;
  for (const auto& path : files->paths()) {
    const std::string name = fs::filename(path);
    if (name == "dvc.yaml") {
      auto file = pipeline::parse_pipeline(*files->read(path), path, context);
      const std::string lock = fs::join(fs::parent(path), "dvc.lock");
      pipeline::LockEntries entries;
      if (const auto text = files->read(lock)) {
        entries =
            pipeline::parse_lock(*text, pipeline::shown_path(lock, workspace.root), commit.id);
      }
      for (auto& stage : file.stages) {
        LoadedStage loaded{std::move(stage), std::nullopt};
        const auto entry = entries.find(loaded.stage.name);
        if (entry != entries.end()) loaded.entry = std::move(entry->second);
        revision.stages.push_back(std::move(loaded));
      }
      file.stages.clear();
      revision.files.push_back(std::move(file));
    } else if (name.ends_with(".dvc") && name != ".dvc") {
      Stage stage = pipeline::parse_dvc_file(*files->read(path), path, context);
      auto entry = stage.recorded;
      revision.stages.push_back({std::move(stage), std::move(entry)});
    }
  }
  return revision;
}

Problem missing_file(const std::string& relative, bool is_cached_out) {
  return {fmt::format("[Errno 2] {}: '{}'",
                      is_cached_out ? "No storage files available" : "No such file or directory",
                      relative),
          "FileNotFoundError"};
}

Problem corrupted_file(const Error& error, params::Format format) {
  const char* type = format == params::Format::json     ? "JSONFileCorruptedError"
                     : format == params::Format::toml   ? "TOMLFileCorruptedError"
                     : format == params::Format::python ? "PythonFileCorruptedError"
                                                        : "YAMLFileCorruptedError";
  return {error.what(), type};
}

class SnapshotBuilder {
 public:
  SnapshotBuilder(Workspace& workspace, const Revision& revision)
      : workspace_(workspace), revision_(revision) {}

  Snapshot build(const SnapshotOptions& options) {
    Snapshot snapshot;
    collect_params(options.param_deps);
    for (const auto& [path, keys] : params_)
      snapshot.params.push_back(read_params(path, keys));
    if (!options.param_deps) add_template_params(snapshot.params);
    for (const auto& path : metric_paths())
      snapshot.metrics.push_back(read_metrics(path));
    collect_deps(snapshot.deps);
    collect_outs(snapshot.outs);
    return snapshot;
  }

 private:
  std::string relative(const std::string& path) const { return fs::relative(path, revision_.root); }

  /// Adds keys of a params file; no keys means the whole file, whatever else is asked of it.
  void add_params(const std::string& path, const std::vector<std::string>& keys) {
    const auto found = std::find_if(params_.begin(), params_.end(),
                                    [&](const auto& known) { return known.first == path; });
    if (found == params_.end()) {
      params_.emplace_back(path, keys);
    } else if (keys.empty() || found->second.empty()) {
      found->second.clear();
    } else {
      for (const auto& key : keys) {
        if (std::find(found->second.begin(), found->second.end(), key) == found->second.end()) {
          found->second.push_back(key);
        }
      }
    }
  }

  void collect_params(bool deps_only) {
    for (const auto& loaded : revision_.stages) {
      for (const auto& dep : loaded.stage.params) {
        add_params(dep.path, dep.whole_file ? std::vector<std::string>() : dep.keys);
      }
    }
    if (deps_only) return;
    for (const auto& file : revision_.files) {
      for (const auto& path : file.params) {
        add_params(fs::absolute(fs::parent(file.path), path), {});
      }
    }
    const std::string fallback = fs::join(revision_.root, "params.yaml");
    if (read(fallback)) add_params(fallback, {});
  }

  /// From Git or the work tree, else from the cache when it is a recorded output.
  std::optional<std::string> read(const std::string& path) const {
    try {
      if (auto bytes = revision_.read(path)) return bytes;
    } catch (const Error& error) {
      if (error.code() != Errc::io) throw;  // a folder
    }
    for (const auto& loaded : revision_.stages) {
      for (const auto& out : loaded.stage.outs) {
        if (out.path != path) continue;
        const auto* item = loaded.out(out.def_path);
        if (item == nullptr || item->id.empty() || item->id.is_directory()) return std::nullopt;
        return fs::read_file_if_exists(workspace_.store.path_of(item->id));
      }
    }
    return std::nullopt;
  }

  /// What templates took from files that are no parameter files of a stage.
  void add_template_params(std::vector<FileResult>& results) const {
    std::map<std::string, yaml::Map> used;
    std::vector<std::string> order;
    for (const auto& loaded : revision_.stages) {
      for (const auto& entry : loaded.stage.template_params) {
        const std::string& file = entry.first;
        const bool shown = std::any_of(results.begin(), results.end(),
                                       [&](const FileResult& r) { return r.path == file; });
        if (shown) continue;
        if (!used.contains(file)) order.push_back(file);
        for (const auto& [key, value] : entry.second)
          used[file].set(key, value);
      }
    }
    for (const auto& file : order)
      results.push_back({file, used[file], std::nullopt});
  }

  bool is_cached_out(const std::string& path) const {
    for (const auto& loaded : revision_.stages) {
      for (const auto& out : loaded.stage.outs) {
        if (out.path == path) return out.cache;
      }
    }
    return false;
  }

  FileResult read_params(const std::string& path, const std::vector<std::string>& keys) const {
    FileResult result{relative(path), {}, {}};
    const auto parsed = parse(path, result);
    if (!parsed) return result;
    if (keys.empty()) {
      result.data = *parsed;
      return result;
    }
    yaml::Map picked;
    for (const auto& key : keys)
      pick(picked, *parsed, split(key, '.'), 0);
    result.data = std::move(picked);
    return result;
  }

  /// Copies the value at a dotted key with the mappings that lead to it.
  static void pick(yaml::Map& into, const yaml::Value& from,
                   const std::vector<std::string_view>& parts, std::size_t at) {
    const auto* value = params::find(from, parts[at]);
    if (value == nullptr) return;
    const std::string name(parts[at]);
    if (at + 1 == parts.size() || !value->is_map()) {
      if (at + 1 == parts.size()) into.set(name, *value);
      return;
    }
    yaml::Value* below = into.find(name);
    if (below == nullptr || !below->is_map()) below = &into.set(name, yaml::Map());
    pick(below->map(), *value, parts, at + 1);
    if (below->map().empty()) into.erase(name);
  }

  std::optional<yaml::Value> parse(const std::string& path, FileResult& result) const {
    const auto bytes = read(path);
    if (!bytes) {
      result.error = missing_file(result.path, is_cached_out(path));
      return std::nullopt;
    }
    const auto format = params::format_of(path);
    try {
      return params::parse(*bytes, format, result.path);
    } catch (const Error& error) {
      result.error = corrupted_file(error, format);
      return std::nullopt;
    }
  }

  std::vector<std::string> metric_paths() const {
    std::vector<std::string> paths;
    const auto add = [&](const std::string& path) {
      if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
    };
    for (const auto& loaded : revision_.stages) {
      for (const auto& out : loaded.stage.outs) {
        if (out.kind == pipeline::OutKind::metric) add(out.path);
      }
    }
    for (const auto& file : revision_.files) {
      for (const auto& path : file.metrics)
        add(fs::absolute(fs::parent(file.path), path));
    }
    return paths;
  }

  /// Numbers, texts and mappings of them; nullopt for what cannot be a metric.
  static std::optional<yaml::Value> extract(const yaml::Value& value) {
    switch (value.kind()) {
      case yaml::Value::Kind::boolean:
      case yaml::Value::Kind::integer:
      case yaml::Value::Kind::big_integer:
      case yaml::Value::Kind::real:
      case yaml::Value::Kind::string:
        return value;
      case yaml::Value::Kind::map:
        break;
      default:
        return std::nullopt;
    }
    yaml::Map kept;
    for (const auto& [key, member] : value.map()) {
      const auto metric = extract(member);
      if (metric && !(metric->is_map() && metric->map().empty())) kept.append(key, *metric);
    }
    return kept;
  }

  FileResult read_metrics(const std::string& path) const {
    FileResult result{relative(path), {}, {}};
    const auto parsed = parse(path, result);
    if (!parsed) return result;
    result.data = extract(*parsed).value_or(yaml::Map());
    return result;
  }

  static DataEntry data_entry(std::string path, const LockItem* item) {
    DataEntry entry;
    entry.path = std::move(path);
    if (item == nullptr || item->id.empty()) return entry;
    entry.hash = item->id.hex;
    entry.size = item->size;
    entry.file_count = item->file_count;
    return entry;
  }

  static void put(std::vector<DataEntry>& entries, DataEntry entry) {
    const auto known = std::find_if(entries.begin(), entries.end(),
                                    [&](const DataEntry& e) { return e.path == entry.path; });
    if (known == entries.end()) {
      entries.push_back(std::move(entry));
    } else {
      *known = std::move(entry);
    }
  }

  void collect_deps(std::vector<DataEntry>& deps) const {
    for (const auto& loaded : revision_.stages) {
      for (const auto& dep : loaded.stage.deps) {
        if (dep.kind == pipeline::Dependency::Kind::dataset) continue;
        if (dep.kind == pipeline::Dependency::Kind::import) continue;
        put(deps, data_entry(relative(dep.path), loaded.dep(dep.def_path)));
      }
    }
  }

  void collect_outs(std::vector<DataEntry>& outs) const {
    for (const auto& loaded : revision_.stages) {
      for (const auto& out : loaded.stage.outs) {
        if (out.kind != pipeline::OutKind::out) continue;
        DataEntry entry = data_entry(relative(out.path), loaded.out(out.def_path));
        entry.use_cache = out.cache;
        entry.is_data_source = loaded.stage.is_data_source();
        put(outs, std::move(entry));
      }
    }
  }

  Workspace& workspace_;
  const Revision& revision_;
  std::vector<std::pair<std::string, std::vector<std::string>>> params_;
};

std::string local_time(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm local{};
  ::localtime_r(&time, &local);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", local.tm_year + 1900, local.tm_mon + 1,
                     local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec);
}

/// Names of DVC's exception classes by what their messages say.
Problem problem_of(const Error& error) {
  const std::string text = error.full_message();
  constexpr std::pair<std::string_view, const char*> types[] = {
      {" cannot be an output.", "OutputIsStageFileError"},
      {" is ignored by ", "OutputIsIgnoredError"},
      {"unable to read: ", "YAMLFileCorruptedError"},
  };
  for (const auto& [words, type] : types) {
    if (text.find(words) != std::string::npos) return {text, type};
  }
  if (error.code() != Errc::parse) return {text, "DvcException"};
  if (text.find(" validation failed") != std::string::npos) {
    return {text.substr(0, text.size() - 1), "YAMLValidationError"};
  }
  // Here DVC words a syntax error as for any other YAML file.
  const auto quote = text.find('\'', 1);
  std::string path = text.substr(1, quote == std::string::npos ? quote : quote - 1);
  if (path.starts_with("./")) path.erase(0, 2);
  return {fmt::format("unable to read: '{}', YAML file structure is corrupted", path),
          "YAMLSyntaxError"};
}

std::string cache_file(const Workspace& workspace, const git::Id& commit) {
  return fmt::format("{}/exps/cache/{}/{}", workspace.tmp_dir, commit.substr(0, 2),
                     commit.substr(2));
}

std::optional<Snapshot> kept_snapshot(const Workspace& workspace, const git::Id& commit) {
  const auto bytes = fs::read_file_if_exists(cache_file(workspace, commit));
  if (!bytes) return std::nullopt;
  try {
    return Snapshot::from_value(yaml::parse_json(*bytes));
  } catch (const Error&) {
    return std::nullopt;
  }
}

void keep_snapshot(const Workspace& workspace, const Snapshot& snapshot) {
  const std::string path = cache_file(workspace, snapshot.rev);
  try {
    fs::make_directories(fs::parent(path));
    fs::write_atomic(path, yaml::dump_json(snapshot.to_value()));
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): only a cache
  }
}

}  // namespace

State SnapshotReader::workspace_state(const SnapshotOptions& options) {
  State state;
  state.rev = "workspace";
  try {
    const Revision revision = load_workspace(workspace_);
    state.data = SnapshotBuilder(workspace_, revision).build(options);
    state.data->rev = "workspace";
  } catch (const Error& error) {
    state.error = problem_of(error);
  }
  return state;
}

State SnapshotReader::commit_state(const git::Id& commit, const SnapshotOptions& options) {
  State state;
  state.rev = commit;
  if (!options.force && !options.param_deps) {
    state.data = kept_snapshot(workspace_, commit);
    if (state.data) return state;
  }
  try {
    const auto info = workspace_.repo->commit_info(commit);
    const Revision revision = load_commit(workspace_, info);
    state.data = SnapshotBuilder(workspace_, revision).build(options);
    state.data->rev = commit;
    state.data->timestamp = local_time(info.committer.seconds);
    if (!options.param_deps && !state.data->has_error()) keep_snapshot(workspace_, *state.data);
  } catch (const Error& error) {
    state.error = problem_of(error);
  }
  return state;
}

}  // namespace expcore::exp
