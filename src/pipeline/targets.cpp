#include "pipeline/targets.hpp"

#include <algorithm>
#include <fnmatch.h>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"

namespace expcore::pipeline {
namespace {

bool is_dvc_file_target(std::string_view path) { return path.ends_with(".dvc"); }

/// "file:name" cut at the last ':' whose tail is a plain name.
Target split_group(std::string_view group) {
  const auto colon = group.rfind(':');
  if (colon == std::string_view::npos) return {std::string(group), ""};
  const auto name = group.substr(colon + 1);
  if (name.empty() || name.find_first_of("/\\") != std::string_view::npos) {
    return {std::string(group), ""};
  }
  return {std::string(group.substr(0, colon)), std::string(name)};
}

Target glob_target(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return {"", std::string(text)};
  return {std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

[[noreturn]] void fail_missing_file(const Target& target, const std::string& path) {
  const std::string shown = target.file.empty() ? "dvc.yaml" : path;
  throw Error(Errc::not_found, fmt::format("'{}' does not exist", shown));
}

void check_file(const Workspace& workspace, const Index& index, const Target& target,
                const std::string& path) {
  if (!fs::exists(path)) fail_missing_file(target, path);
  if (workspace.ignore.is_ignored(path, false)) {
    throw Error(Errc::invalid_argument, fmt::format("'{}' is dvc-ignored", path));
  }
  const std::string shown = fs::relative(path, workspace.directory);
  if (fs::filename(path) != "dvc.yaml" && !is_dvc_file_target(path)) {
    throw Error(Errc::invalid_argument,
                fmt::format("bad DVC file name '{0}'. DVC files should be named 'dvc.yaml' or have "
                            "a '.dvc' suffix (e.g. '{0}.dvc').",
                            shown));
  }
  if (workspace.is_git_ignored(path, false)) {
    throw Error(Errc::invalid_argument,
                fmt::format("bad DVC file name '{}' is git-ignored.", shown));
  }
  if (!fs::is_file(path)) {
    throw Error(Errc::invalid_argument, fmt::format("'{}' is not a .dvc file", path));
  }
  if (!index.has_file(path)) {
    throw Error(Errc::not_found, fmt::format("'{}' does not exist", path));
  }
}

std::vector<StageId> stages_named(const Index& index, const std::string& path,
                                  const std::string& name, bool glob,
                                  const std::string& shown_file) {
  std::vector<StageId> ids;
  const auto all = index.stages_of(path);
  if (is_dvc_file_target(path) || (name.empty() && !glob)) return all;
  for (const StageId id : all) {
    const std::string& candidate = index.stage(id).name;
    const bool hit = glob ? ::fnmatch(name.c_str(), candidate.c_str(), 0) == 0
                          : candidate == name || candidate.starts_with(name + "@");
    if (hit) ids.push_back(id);
  }
  if (ids.empty() && !glob) {
    throw Error(Errc::not_found,
                fmt::format("Stage '{}' not found inside '{}' file", name, shown_file));
  }
  return ids;
}

std::vector<StageId> stages_inside(const Index& index, const Graph& graph,
                                   const std::string& folder) {
  std::vector<StageId> ids;
  for (const StageId id : plan_order(index, graph, {}, {})) {
    if (fs::is_within(index.stage(id).file, folder)) ids.push_back(id);
  }
  return ids;
}

}  // namespace

Target parse_target(std::string_view text) {
  const auto at = text.find('@');
  Target target = split_group(text.substr(0, at));
  if (at != std::string_view::npos) {
    if (!target.name.empty()) {
      target.name += text.substr(at);
    } else {
      target.file += text.substr(at);
    }
  }
  if (fs::filename(target.file) == "dvc.lock") {
    std::string meant(text);
    meant.replace(meant.find(".lock"), 5, ".yaml");
    throw Error(Errc::invalid_argument, fmt::format("Did you mean: `{}`?", meant));
  }
  if (!target.name.empty()) return target;
  const bool is_file = fs::filename(target.file) == "dvc.yaml" || is_dvc_file_target(target.file);
  return is_file ? Target{std::move(target.file), ""} : Target{"", std::string(text)};
}

std::vector<std::string> files_of_targets(const Workspace& workspace, const Selection& selection) {
  std::vector<std::string> files;
  const auto add = [&](const std::string& file) {
    const std::string path = fs::absolute(workspace.directory, file.empty() ? "dvc.yaml" : file);
    if (fs::is_file(path)) files.push_back(path);
  };
  if (selection.targets.empty()) add("");
  for (const auto& text : selection.targets) {
    add(selection.glob ? glob_target(text).file : parse_target(text).file);
  }
  return files;
}

std::vector<StageId> resolve_targets(const Workspace& workspace, const Index& index,
                                     const Graph* graph, const Selection& selection) {
  std::vector<StageId> ids;
  std::vector<bool> known(index.stages().size());
  const auto add = [&](const std::vector<StageId>& more) {
    for (const StageId id : more) {
      if (!known[id]) ids.push_back(id);
      known[id] = true;
    }
  };
  std::vector<std::string> targets = selection.targets;
  if (targets.empty()) targets.emplace_back("dvc.yaml");
  for (const auto& text : targets) {
    const std::string folder = fs::absolute(workspace.directory, text);
    if (selection.recursive && graph != nullptr && fs::is_directory(folder)) {
      add(stages_inside(index, *graph, folder));
      continue;
    }
    const Target target = selection.glob ? glob_target(text) : parse_target(text);
    const std::string path =
        fs::absolute(workspace.directory, target.file.empty() ? "dvc.yaml" : target.file);
    check_file(workspace, index, target, path);
    add(stages_named(index, path, target.name, selection.glob,
                     fs::relative(path, workspace.directory)));
  }
  return ids;
}

std::vector<StageId> plan_order(const Index& index, const Graph& graph,
                                const std::vector<StageId>& sources, const Selection& selection) {
  const std::size_t count = index.stages().size();
  std::vector<bool> frozen(count);
  for (StageId id = 0; id < count; ++id)
    frozen[id] = index.stage(id).frozen;

  std::vector<bool> wanted(count, true);
  if (!sources.empty() && !selection.all_pipelines) {
    wanted = selection.pipeline     ? graph.component(sources)
             : selection.downstream ? graph.closure_downstream(sources)
                                    : graph.closure_upstream(sources, frozen);
  }

  std::vector<StageId> order;
  std::vector<bool> seen(count);
  std::vector<std::pair<StageId, std::size_t>> path;
  for (StageId root = 0; root < count; ++root) {
    if (!wanted[root] || seen[root]) continue;
    seen[root] = true;
    path.emplace_back(root, 0);
    while (!path.empty()) {
      auto& [id, edge] = path.back();
      const auto& edges = graph.upstream(id);
      if (frozen[id] || edge == edges.size()) {
        order.push_back(id);
        path.pop_back();
        continue;
      }
      const StageId next = edges[edge++];
      if (!wanted[next] || seen[next]) continue;
      seen[next] = true;
      path.emplace_back(next, 0);
    }
  }
  return order;
}

}  // namespace expcore::pipeline
