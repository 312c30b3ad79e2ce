#include "metrics/show.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/path.hpp"
#include "params/file.hpp"

namespace expcore::metrics {
namespace {

std::vector<FileResult> read_files(const View& view, const ReadRequest& request) {
  if (request.what == What::metrics) return read_metrics(view, request.targets);
  return read_params(view, {request.targets, request.deps_only});
}

RevisionResult read_one(pipeline::Workspace& workspace, const View& view, std::string name,
                        const ReadRequest& request) {
  RevisionResult result;
  result.name = std::move(name);
  try {
    result.files = read_files(view, request);
  } catch (const Error& error) {
    result.error = revision::problem_of(error);
    if (workspace.on_warning) {
      workspace.on_warning(fmt::format("failed to load {} in revision '{}', {}",
                                       request.what == What::metrics ? "metrics" : "params",
                                       result.name, result.error->message));
    }
  }
  return result;
}

/// Python's == of parsed files: the NaN of its JSON and YAML readers is one object, which equals
/// itself inside a dict.
bool same_data(const yaml::Value& a, const yaml::Value& b, bool one_nan) {
  if (one_nan && a.is_real() && b.is_real() && std::isnan(a.real()) && std::isnan(b.real())) {
    return true;
  }
  if (!a.is_map() || !b.is_map()) return python_equal(a, b);
  if (a.map().size() != b.map().size()) return false;
  return std::all_of(a.map().begin(), a.map().end(), [&](const yaml::Member& member) {
    const auto* other = b.map().find_key(member.key);
    return other != nullptr && same_data(member.value, *other, one_nan);
  });
}

bool same_result(const RevisionResult& a, const RevisionResult& b) {
  if (a.has_error() || b.has_error() || a.files.size() != b.files.size()) return false;
  return std::all_of(a.files.begin(), a.files.end(), [&](const FileResult& file) {
    const auto other = std::find_if(b.files.begin(), b.files.end(), [&](const FileResult& found) {
      return found.path == file.path;
    });
    const auto format = params::format_of(file.path);
    const bool one_nan = format == params::Format::json || format == params::Format::yaml;
    return other != b.files.end() && same_data(file.data, other->data, one_nan);
  });
}

yaml::Value problem_value(const Problem& problem) {
  yaml::Map map;
  map.append("type", problem.type);
  map.append("msg", problem.message);
  return map;
}

std::string shown_path(const pipeline::Workspace& workspace, const FileResult& file) {
  return fs::relative(fs::absolute(workspace.root, file.path), workspace.directory);
}

}  // namespace

bool RevisionResult::has_error() const {
  return error.has_value() || std::any_of(files.begin(), files.end(), [](const FileResult& file) {
           return file.error.has_value();
         });
}

std::vector<RevisionResult> read_revisions(pipeline::Workspace& workspace,
                                           const ReadRequest& request) {
  std::vector<RevisionResult> results;
  const View work_tree = View::workspace(workspace);
  if (request.revisions.empty()) {
    results.push_back(read_one(workspace, work_tree, "", request));
    return results;
  }
  revision::Selection selection = request.revisions;
  std::erase(selection.revs, revision::workspace_name);
  results.push_back(read_one(workspace, work_tree, revision::workspace_name, request));
  if (selection.empty() || (!workspace.repo && selection.revs.empty())) return results;
  if (!workspace.repo) {
    throw Error(Errc::git,
                "Only supported for Git repositories. If you're seeing this error in a Git repo, "
                "try updating the DVC configuration with `dvc config core.no_scm false`.");
  }
  for (const auto& [commit, name] : revision::select(*workspace.repo, selection)) {
    if (const auto view = View::commit(workspace, commit)) {
      results.push_back(read_one(workspace, *view, name, request));
    }
  }
  return results;
}

void hide_same_workspace(const pipeline::Workspace& workspace,
                         std::vector<RevisionResult>& results) {
  if (results.size() < 2 || !workspace.repo) return;
  const auto branch = workspace.repo->head_branch();
  if (!branch) return;
  const std::string name = branch->substr(std::string_view("refs/heads/").size());
  const auto active = std::find_if(results.begin(), results.end(),
                                   [&](const RevisionResult& r) { return r.name == name; });
  if (active != results.end() && results.front().name == revision::workspace_name &&
      active != results.begin() && same_result(results.front(), *active)) {
    results.erase(results.begin());
  }
}

std::vector<std::string> errored_revisions(const std::vector<RevisionResult>& results) {
  std::vector<std::string> names;
  for (const auto& result : results) {
    if (result.has_error()) names.push_back(result.name);
  }
  return names;
}

yaml::Value show_value(const pipeline::Workspace& workspace,
                       const std::vector<RevisionResult>& results) {
  yaml::Map revisions;
  for (const auto& result : results) {
    yaml::Map revision;
    if (result.error) {
      revision.append("error", problem_value(*result.error));
    } else {
      yaml::Map files;
      for (const auto& file : result.files) {
        yaml::Map content;
        if (file.error) {
          content.append("error", problem_value(*file.error));
        } else {
          content.append("data", file.data);
        }
        files.append(shown_path(workspace, file), std::move(content));
      }
      revision.append("data", std::move(files));
    }
    revisions.append(result.name, std::move(revision));
  }
  return revisions;
}

Table show_table(const pipeline::Workspace& workspace, const std::vector<RevisionResult>& results,
                 bool with_revisions, int precision) {
  constexpr const char* missing = "-";
  std::set<std::string> keys;
  struct Row {
    std::string revision;
    std::string path;
    std::map<std::string, std::string> cells;
  };
  std::vector<Row> rows;
  for (const auto& result : results) {
    for (const auto& file : result.files) {
      Row row{result.name, shown_path(workspace, file), {}};
      FlatValues values;
      if (!file.error) {
        if (file.data.is_map()) {
          values = flatten_checked(file.data);
        } else {
          values.emplace_back("", file.data);
        }
      }
      for (const auto& [key, value] : values) {
        keys.insert(key);
        row.cells[key] = format_field(value, precision, Digits::decimals);
      }
      rows.push_back(std::move(row));
    }
  }
  Table table;
  table.headers = {"Revision", "Path"};
  for (const auto& key : keys) {
    if (key != "Revision" && key != "Path") table.headers.push_back(key);
  }
  for (auto& row : rows) {
    std::vector<std::string> cells;
    // A metric of that name takes the place of the column's own value, as in DVC.
    row.cells.try_emplace("Revision", row.revision);
    row.cells.try_emplace("Path", row.path);
    for (const auto& header : table.headers) {
      const auto found = row.cells.find(header);
      cells.push_back(found == row.cells.end() ? missing : found->second);
    }
    table.rows.push_back(std::move(cells));
  }
  if (!with_revisions) table.drop("Revision");
  return table;
}

}  // namespace expcore::metrics
