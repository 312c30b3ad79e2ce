#include "exp/diff.hpp"

#include <map>
#include <set>

#include "exp/record.hpp"
#include "exp/snapshot.hpp"
#include "revision/names.hpp"

namespace expcore::exp {

using pipeline::Workspace;

namespace {

using Files = std::vector<FileResult>;

const yaml::Value& data_of(const Files& files, const std::string& path) {
  static const yaml::Value nothing{yaml::Map()};
  for (const auto& file : files) {
    if (file.path == path && !file.error) return file.data;
  }
  return nothing;
}

std::vector<metrics::FileChanges> compare(const Files& old_files, const Files& new_files,
                                          bool all) {
  std::set<std::string> paths;
  for (const auto* files : {&old_files, &new_files}) {
    for (const auto& file : *files)
      paths.insert(file.path);
  }
  std::vector<metrics::FileChanges> result;
  for (const auto& path : paths) {
    auto changes =
        metrics::compare_values(metrics::with_lists_as_text(data_of(old_files, path)),
                                metrics::with_lists_as_text(data_of(new_files, path)), all);
    if (!changes.empty()) result.push_back({path, std::move(changes)});
  }
  return result;
}

yaml::Value files_value(const std::vector<metrics::FileChanges>& files) {
  yaml::Map map;
  for (const auto& file : files) {
    yaml::Map changes;
    for (const auto& change : file.changes) {
      yaml::Map sides;
      sides.append("old", change.old_value);
      sides.append("new", change.new_value);
      if (change.difference) sides.append("diff", *change.difference);
      changes.append(change.key, std::move(sides));
    }
    map.append(file.path, std::move(changes));
  }
  return map;
}

}  // namespace

std::optional<Difference> diff(Workspace& workspace, const DiffRequest& request) {
  const git::Repo& repo = *workspace.repo;
  if (!repo.head()) return std::nullopt;
  SnapshotOptions options;
  options.param_deps = request.param_deps;
  SnapshotReader reader(workspace);
  const State before = reader.commit_state(
      revision::resolve(repo, request.a_rev.empty() ? "HEAD" : request.a_rev), options);
  const State after = request.b_rev.empty()
                          ? reader.workspace_state(options)
                          : reader.commit_state(revision::resolve(repo, request.b_rev), options);
  const Snapshot old_data = before.data.value_or(Snapshot());
  const Snapshot new_data = after.data.value_or(Snapshot());
  return Difference{compare(old_data.metrics, new_data.metrics, request.all),
                    compare(old_data.params, new_data.params, request.all)};
}

yaml::Value diff_value(const Difference& difference) {
  yaml::Map map;
  map.append("metrics", files_value(difference.metrics));
  map.append("params", files_value(difference.params));
  return map;
}

metrics::Table diff_table(const std::vector<metrics::FileChanges>& files, const std::string& title,
                          std::optional<int> precision, const DiffRequest& request) {
  const auto cell = [&](const yaml::Value& value) {
    return value.is_null() ? std::string("-")
                           : metrics::format_field(value, precision, metrics::Digits::significant);
  };
  metrics::Table table;
  table.headers = {"Path", title, request.a_rev.empty() ? "HEAD" : request.a_rev,
                   request.b_rev.empty() ? "workspace" : request.b_rev, "Change"};
  for (const auto& file : files) {
    for (const auto& change : file.changes) {
      table.rows.push_back({file.path, change.key, cell(change.old_value), cell(change.new_value),
                            change.difference ? cell(*change.difference) : "diff not supported"});
    }
  }
  return table;
}

}  // namespace expcore::exp
