#include "exp/snapshot.hpp"

#include <algorithm>
#include <ctime>

#include <expcore/error.hpp>
#include <fmt/format.h>

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
    state.data = kept_snapshot(workspace_, key);
    if (state.data) return state;
  }
  try {
    const git::Id commit = make();
    const auto info = workspace_.repo->commit_info(commit);
    const auto view = View::commit(workspace_, commit);
    if (!view) {
      throw Error(Errc::not_a_project,
                  fmt::format("Commit '{}' does not contain a DVC repo", commit.substr(0, 7)));
    }
    state.data = SnapshotBuilder(*view).build(options);
    state.data->rev = key;
    state.data->timestamp = local_time(info.committer.seconds);
    if (!options.param_deps && !state.data->has_error()) keep_snapshot(workspace_, *state.data);
  } catch (const Error& error) {
    state.error = revision::problem_of(error);
  }
  return state;
}

}  // namespace expcore::exp
