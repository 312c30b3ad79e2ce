#include "exp/running.hpp"

#include <cerrno>
#include <csignal>
#include <utility>

#include <expcore/error.hpp>

#include "exp/executor_info.hpp"
#include "exp/slot.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "yaml/reader.hpp"

namespace expcore::exp {

using pipeline::Workspace;

namespace {

/// The process that a DVC process info file names, when it lives.
std::optional<std::int64_t> living_process(const std::string& path) {
  const auto text = fs::read_file_if_exists(path);
  if (!text) return std::nullopt;
  try {
    const yaml::Value process = yaml::parse_json(*text);
    const auto* pid = process.find("pid");
    if (pid == nullptr || !pid->is_integer() || pid->integer() <= 0) return std::nullopt;
    const bool lives = ::kill(static_cast<pid_t>(pid->integer()), 0) == 0 || errno == EPERM;
    return lives ? std::optional(pid->integer()) : std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
}

Range live_range(Workspace& workspace, const ExecutorInfo& info, const std::string& rev,
                 Executor executor, const SnapshotOptions& options) {
  Range range;
  if (!info.name.empty()) range.name = info.name;
  range.revs.push_back(SnapshotReader(workspace).workspace_state(options));
  range.revs.front().rev = rev;
  range.revs.front().name = range.name;
  range.executor = std::move(executor);
  return range;
}

void add_workspace_run(Workspace& workspace, const SnapshotOptions& options,
                       std::vector<ExecutedRange>& found) {
  const std::string folder = fs::join(workspace.tmp_dir, "exps/run/workspace");
  const auto info = ExecutorInfo::read(fs::join(folder, "workspace.run"));
  if (!info || !info->is_active()) return;
  const auto pid = living_process(fs::join(folder, "workspace.json"));
  if (!pid) return;
  yaml::Map local;
  local.append("root", info->root_dir);
  local.append("log", yaml::Null{});
  local.append("pid", *pid);
  local.append("returncode", yaml::Null{});
  local.append("task_id", yaml::Null{});
  Executor executor{"running", "workspace", std::move(local)};
  found.push_back(
      {info->baseline, live_range(workspace, *info, "workspace", std::move(executor), options)});
}

std::string standalone_folder(const Workspace& workspace) {
  return fs::join(workspace.tmp_dir, "exps/standalone/run");
}

std::vector<fs::Entry> entries_of(const std::string& folder) {
  return fs::is_directory(folder) ? fs::list_directory(folder) : std::vector<fs::Entry>();
}

void add_temp_runs(Workspace& workspace, const SnapshotOptions& options,
                   std::vector<ExecutedRange>& found) {
  const std::string folder = standalone_folder(workspace);
  for (const auto& entry : entries_of(folder)) {
    const auto info = ExecutorInfo::read(fs::join(folder, entry.name + "/" + entry.name + ".run"));
    if (!info || !info->is_active() || !fs::is_directory(info->root_dir)) continue;
    if (Slot::is_free(workspace, info->root_dir)) continue;
    auto live = live_experiment(workspace, *info, entry.name, {"running", "tempdir", yaml::Null{}},
                                options);
    if (live) found.push_back(std::move(*live));
  }
}

}  // namespace

std::optional<ExecutedRange> live_experiment(const Workspace& workspace, const ExecutorInfo& info,
                                             const std::string& rev, Executor executor,
                                             const SnapshotOptions& options) {
  const std::string project = fs::parent(fs::absolute(info.root_dir, info.dvc_dir));
  try {
    const auto there = Workspace::open(project, workspace.environment);
    return ExecutedRange{info.baseline,
                         live_range(*there, info, rev, std::move(executor), options)};
  } catch (const Error&) {
    return std::nullopt;  // gone while we looked
  }
}

std::vector<ExecutedRange> running_experiments(Workspace& workspace,
                                               const SnapshotOptions& options) {
  std::vector<ExecutedRange> found;
  add_workspace_run(workspace, options, found);
  add_temp_runs(workspace, options, found);
  return found;
}

void prune_finished_runs(const Workspace& workspace, std::size_t few) {
  const std::string folder = standalone_folder(workspace);
  const auto entries = entries_of(folder);
  if (entries.size() <= few) return;
  for (const auto& entry : entries) {
    const std::string run = fs::join(folder, entry.name);
    const auto info = ExecutorInfo::read(fs::join(run, entry.name + ".run"));
    if (info && !info->is_active()) fs::remove_tree(run);
  }
}

}  // namespace expcore::exp
