#include "exp/snapshot.hpp"

#include <algorithm>
#include <ctime>
#include <exception>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/binary.hpp"
#include "base/parallel.hpp"
#include "exp/flat.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "metrics/read.hpp"
#include "revision/view.hpp"
#include "yaml/reader.hpp"
#include "yaml/writer.hpp"

namespace expcore::exp {

using pipeline::LockItem;
using pipeline::Workspace;
using revision::LoadedStage;
using revision::View;

namespace {

class SnapshotBuilder {
 public:
  explicit SnapshotBuilder(const View& view) : view_(view) {}

  Snapshot build(const SnapshotOptions& options) const {
    Snapshot snapshot;
    snapshot.params = metrics::read_params(view_, {{}, options.param_deps});
    snapshot.metrics = metrics::read_metrics(view_, {});
    collect_deps(snapshot.deps);
    collect_outs(snapshot.outs);
    return snapshot;
  }

 private:
  std::string relative(const std::string& path) const { return fs::relative(path, view_.root()); }

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
    for (const auto& loaded : view_.stages().stages) {
      for (const auto& dep : loaded.stage.deps) {
        if (dep.kind == pipeline::Dependency::Kind::dataset) continue;
        if (dep.kind == pipeline::Dependency::Kind::import) continue;
        put(deps, data_entry(relative(dep.path), loaded.dep(dep.def_path)));
      }
    }
  }

  void collect_outs(std::vector<DataEntry>& outs) const {
    for (const auto& loaded : view_.stages().stages) {
      for (const auto& out : loaded.stage.outs) {
        if (out.kind != pipeline::OutKind::out) continue;
        DataEntry entry = data_entry(relative(out.path), loaded.out(out.def_path));
        entry.use_cache = out.cache;
        entry.is_data_source = loaded.stage.is_data_source();
        put(outs, std::move(entry));
      }
    }
  }

  const View& view_;
};

std::string local_time(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm local{};
  ::localtime_r(&time, &local);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", local.tm_year + 1900, local.tm_mon + 1,
                     local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec);
}

/// What commit `info` says, as revision `key`. Throws: Error.
Snapshot snapshot_of(Workspace& workspace, const std::string& key, const git::CommitInfo& info,
                     const SnapshotOptions& options) {
  const auto view = View::commit(workspace, info.id);
  if (!view) {
    throw Error(Errc::not_a_project,
                fmt::format("Commit '{}' does not contain a DVC repo", info.id.substr(0, 7)));
  }
  Snapshot snapshot = SnapshotBuilder(*view).build(options);
  snapshot.rev = key;
  snapshot.timestamp = local_time(info.committer.seconds);
  return snapshot;
}

std::string dvc_cache(const Workspace& workspace) {
  return fs::join(workspace.tmp_dir, "exps/cache");
}

std::string dvc_file(const Workspace& workspace, const git::Id& commit) {
  return fmt::format("{}/{}/{}", dvc_cache(workspace), commit.substr(0, 2), commit.substr(2));
}

std::shared_ptr<KeptTexts> kept_texts(const Workspace& workspace, const char* kind) {
  return std::make_shared<KeptTexts>(fmt::format("{}/expcore/shown/{}", workspace.tmp_dir, kind),
                                     kind);
}

}  // namespace

SnapshotReader::SnapshotReader(Workspace& workspace, Form form)
    : workspace_(workspace),
      form_(form),
      has_dvc_cache_(fs::is_directory(dvc_cache(workspace))),
      json_(kept_texts(workspace, "json")),
      flat_(kept_texts(workspace, "flat")) {}

State SnapshotReader::workspace_state(const SnapshotOptions& options) {
  State state;
  state.rev = "workspace";
  try {
    state.data = SnapshotBuilder(View::workspace(workspace_)).build(options);
    state.data->rev = "workspace";
  } catch (const Error& error) {
    state.error = revision::problem_of(error);
  }
  return state;
}

State SnapshotReader::commit_state(const git::Id& commit, const SnapshotOptions& options) {
  return state_of(
      commit, [&] { return commit; }, options);
}

State SnapshotReader::state_of(const std::string& key, const std::function<git::Id()>& make,
                               const SnapshotOptions& options) {
  State state;
  state.rev = key;
  if (!options.force && !options.param_deps) {
    if (take_kept(state) || take_kept_by_dvc(state, make)) return state;
  }
  try {
    const auto info = workspace_.repo->commit_info(make());
    state.data = snapshot_of(workspace_, key, info, options);
    if (!options.param_deps && !state.data->has_error()) keep(key, record_of(*state.data, info));
  } catch (const Error& error) {
    state.error = revision::problem_of(error);
  }
  return state;
}

std::optional<git::Id> SnapshotReader::parent(const State& state) const {
  if (state.kept) {
    if (state.kept->parent.empty()) return std::nullopt;
    return git::Id(state.kept->parent);
  }
  auto parents = workspace_.repo->commit_info(state.rev).parents;
  if (parents.empty()) return std::nullopt;
  return std::move(parents.front());
}

bool SnapshotReader::take_kept(State& state) {
  const auto& texts = form_ == Form::flat ? flat_ : json_;
  const auto record = texts->find(state.rev);
  if (!record) return false;
  try {
    BinaryReader in(*record);
    const std::string_view parent = in.view();
    const std::string_view timestamp = in.view();
    if (form_ == Form::data) {
      state.data = Snapshot::from_value(yaml::parse_json(in.rest()));
      return state.data.has_value();
    }
    state.kept = {texts, parent, timestamp, in.rest()};
    return true;
  } catch (const std::exception&) {  // as if it were not there
    return false;
  }
}

bool SnapshotReader::take_kept_by_dvc(State& state, const std::function<git::Id()>& make) {
  if (!has_dvc_cache_) return false;
  const auto bytes = fs::read_file_if_exists(dvc_file(workspace_, state.rev));
  if (!bytes) return false;
  try {
    state.data = Snapshot::from_value(yaml::parse_json(*bytes));
    if (!state.data) return false;
    keep(state.rev, record_of(*state.data, workspace_.repo->commit_info(make())));
  } catch (const Error&) {  // as if it were not there
    state.data.reset();
  }
  return state.data.has_value();
}

SnapshotReader::Record SnapshotReader::record_of(const Snapshot& snapshot,
                                                 const git::CommitInfo& commit) {
  BinaryWriter head;
  head.text(commit.parents.empty() ? "" : commit.parents.front());
  head.text(snapshot.timestamp.value_or(""));
  return {head.bytes() + yaml::dump_json(snapshot.to_value()), head.bytes() + flat_text(snapshot)};
}

void SnapshotReader::keep(const std::string& key, Record record) {
  json_->keep(key, std::move(record.json));
  flat_->keep(key, std::move(record.flat));
}

bool SnapshotReader::is_kept(const git::Id& commit) const {
  const auto& texts = form_ == Form::flat ? flat_ : json_;
  return texts->find(commit) || (has_dvc_cache_ && fs::exists(dvc_file(workspace_, commit)));
}

void SnapshotReader::read_ahead(const std::vector<git::Id>& commits, const SnapshotOptions& options,
                                std::size_t part_size) {
  if (options.force || options.param_deps) return;
  std::vector<git::Id> missing;
  for (const auto& commit : commits) {
    if (!is_kept(commit)) missing.push_back(commit);
  }
  if (missing.size() < 2 * part_size) return;
  std::vector<std::optional<Record>> records(missing.size());
  parallel_for((missing.size() + part_size - 1) / part_size, 0, [&](std::size_t part) {
    const auto workspace = Workspace::open(workspace_.root, workspace_.environment);
    const std::size_t end = std::min((part + 1) * part_size, missing.size());
    for (std::size_t i = part * part_size; i < end; ++i) {
      try {
        const auto info = workspace->repo->commit_info(missing[i]);
        const Snapshot snapshot = snapshot_of(*workspace, missing[i], info, options);
        if (!snapshot.has_error()) records[i] = record_of(snapshot, info);
      } catch (const Error&) {  // NOLINT(bugprone-empty-catch): told when its turn comes
      }
    }
  });
  for (std::size_t i = 0; i < missing.size(); ++i) {
    if (records[i]) keep(missing[i], std::move(*records[i]));
  }
}

}  // namespace expcore::exp
