#include <functional>
#include <utility>

#include <expcore/error.hpp>
#include <expcore/metrics.hpp>

#include "api/impl.hpp"
#include "fs/path.hpp"
#include "metrics/diff.hpp"
#include "metrics/show.hpp"
#include "yaml/writer.hpp"

namespace expcore {

namespace api {

CellValue to_cell(const yaml::Value& value) {
  CellValue cell;
  cell.text = python_str(value);
  switch (value.kind()) {
    case yaml::Value::Kind::null:
      cell.type = CellValue::Type::missing;
      break;
    case yaml::Value::Kind::boolean:
      cell.type = CellValue::Type::boolean;
      break;
    case yaml::Value::Kind::integer:
      cell.type = CellValue::Type::number;
      cell.number = static_cast<double>(value.integer());
      break;
    case yaml::Value::Kind::real:
      cell.type = CellValue::Type::number;
      cell.number = value.real();
      break;
    case yaml::Value::Kind::string:
      cell.type = CellValue::Type::text;
      break;
    default:
      cell.type = CellValue::Type::other;
      if (value.kind() != yaml::Value::Kind::timestamp) cell.text = yaml::dump_json(value);
      break;
  }
  return cell;
}

}  // namespace api

namespace {

using Workspace = pipeline::Workspace;

std::string to_json(const yaml::Value& value, int indent) {
  return indent > 0 ? yaml::dump_json_pretty(value, indent) : yaml::dump_json(value);
}

std::vector<std::string> absolute_paths(const Workspace& workspace,
                                        const std::vector<std::string>& targets) {
  std::vector<std::string> paths;
  for (const auto& target : targets)
    paths.push_back(fs::absolute(workspace.directory, target));
  return paths;
}

std::vector<NamedValue> to_values(const std::string& path, const yaml::Value& data) {
  if (!data.is_map()) return {{path, "", api::to_cell(data)}};
  std::vector<NamedValue> values;
  for (const auto& [key, value] : metrics::flatten(data))
    values.push_back({path, key, api::to_cell(value)});
  return values;
}

RevisionValues to_public(const Workspace& workspace, const metrics::RevisionResult& result) {
  RevisionValues values;
  values.name = result.name;
  if (result.error) {
    values.error = result.error->message;
    values.error_type = result.error->type;
  }
  for (const auto& file : result.files) {
    ValuesFile shown;
    shown.path = fs::relative(fs::absolute(workspace.root, file.path), workspace.directory);
    if (file.error) {
      shown.error = file.error->message;
      shown.error_type = file.error->type;
    } else {
      shown.values = to_values(shown.path, file.data);
    }
    values.files.push_back(std::move(shown));
  }
  return values;
}

/// A workspace with what was read from its revisions.
struct Shown {
  std::unique_ptr<Workspace> workspace;
  std::vector<metrics::RevisionResult> results;
};

Shown read(std::unique_ptr<Workspace> workspace, const MetricsOptions& options) {
  Shown shown;
  shown.workspace = std::move(workspace);
  shown.workspace->on_warning = api::warnings_to(options.on_event);
  metrics::ReadRequest request;
  request.targets = absolute_paths(*shown.workspace, options.targets);
  request.revisions.all_branches = options.all_branches;
  request.revisions.all_tags = options.all_tags;
  request.revisions.all_commits = options.all_commits;
  shown.results = metrics::read_revisions(*shown.workspace, request);
  metrics::hide_same_workspace(*shown.workspace, shown.results);
  return shown;
}

struct Compared {
  std::unique_ptr<Workspace> workspace;
  metrics::Comparison comparison;
};

Compared compare(std::unique_ptr<Workspace> workspace, metrics::What what,
                 const DiffOptions& options) {
  Compared compared;
  compared.workspace = std::move(workspace);
  compared.workspace->on_warning = api::warnings_to(options.on_event);
  metrics::DiffRequest request;
  request.read.what = what;
  request.read.targets = absolute_paths(*compared.workspace, options.targets);
  request.read.deps_only = options.deps;
  request.a_rev = options.a_rev;
  request.b_rev = options.b_rev;
  request.all = options.all;
  compared.comparison = metrics::compare(*compared.workspace, request);
  return compared;
}

ValuesDiff to_public(const Compared& compared) {
  ValuesDiff diff;
  diff.errored = compared.comparison.errored;
  for (const auto& file : compared.comparison.files) {
    const std::string path = fs::relative(fs::absolute(compared.workspace->root, file.path),
                                          compared.workspace->directory);
    for (const auto& change : file.changes) {
      ValueChange item{path, change.key, api::to_cell(change.old_value),
                       api::to_cell(change.new_value), std::nullopt};
      if (change.difference) item.difference = api::to_cell(*change.difference).number;
      diff.changes.push_back(std::move(item));
    }
  }
  return diff;
}

ValuesJson diff_json(const Compared& compared, int indent) {
  return {to_json(metrics::diff_value(*compared.workspace, compared.comparison), indent),
          compared.comparison.errored};
}

ValuesTable diff_table(const Compared& compared, const DiffOptions& options,
                       const ValuesTableOptions& table, metrics::What what) {
  const bool is_metrics = what == metrics::What::metrics;
  metrics::DiffTableOptions internal;
  internal.title = is_metrics ? "Metric" : "Param";
  internal.no_path = table.no_path;
  internal.show_changes = is_metrics;
  internal.precision = is_metrics ? table.precision : 0;
  internal.a_rev = options.a_rev;
  internal.b_rev = options.b_rev;
  auto made = metrics::diff_table(*compared.workspace, compared.comparison, internal);
  return {{std::move(made.headers), std::move(made.rows)}, compared.comparison.errored};
}

}  // namespace

struct Metrics::Impl {
  std::shared_ptr<const Project::Impl> project;
};

Metrics::Metrics(const Project& project) : impl_(new Impl{project.impl_}) {}
Metrics::Metrics(Metrics&&) noexcept = default;
Metrics& Metrics::operator=(Metrics&&) noexcept = default;
Metrics::~Metrics() = default;

std::vector<RevisionValues> Metrics::show(const MetricsOptions& given) const {
  const auto options = impl_->project->with_log_in(given);
  const auto shown = read(impl_->project->open(), options);
  std::vector<RevisionValues> values;
  for (const auto& result : shown.results)
    values.push_back(to_public(*shown.workspace, result));
  return values;
}

ValuesJson Metrics::show_json(const MetricsOptions& given, int indent) const {
  const auto options = impl_->project->with_log_in(given);
  const auto shown = read(impl_->project->open(), options);
  return {to_json(metrics::show_value(*shown.workspace, shown.results), indent),
          metrics::errored_revisions(shown.results)};
}

ValuesTable Metrics::show_table(const MetricsOptions& given,
                                const ValuesTableOptions& table) const {
  const auto options = impl_->project->with_log_in(given);
  const auto shown = read(impl_->project->open(), options);
  const bool with_revisions = options.all_branches || options.all_tags || options.all_commits;
  auto made = metrics::show_table(*shown.workspace, shown.results, with_revisions, table.precision);
  return {{std::move(made.headers), std::move(made.rows)},
          metrics::errored_revisions(shown.results)};
}

ValuesDiff Metrics::diff(const DiffOptions& given) const {
  const auto options = impl_->project->with_log_in(given);
  return to_public(compare(impl_->project->open(), metrics::What::metrics, options));
}

ValuesJson Metrics::diff_json(const DiffOptions& given, int indent) const {
  const auto options = impl_->project->with_log_in(given);
  return expcore::diff_json(compare(impl_->project->open(), metrics::What::metrics, options),
                            indent);
}

ValuesTable Metrics::diff_table(const DiffOptions& given, const ValuesTableOptions& table) const {
  const auto options = impl_->project->with_log_in(given);
  return expcore::diff_table(compare(impl_->project->open(), metrics::What::metrics, options),
                             options, table, metrics::What::metrics);
}

struct Params::Impl {
  std::shared_ptr<const Project::Impl> project;
};

Params::Params(const Project& project) : impl_(new Impl{project.impl_}) {}
Params::Params(Params&&) noexcept = default;
Params& Params::operator=(Params&&) noexcept = default;
Params::~Params() = default;

ValuesDiff Params::diff(const DiffOptions& given) const {
  const auto options = impl_->project->with_log_in(given);
  return to_public(compare(impl_->project->open(), metrics::What::params, options));
}

ValuesJson Params::diff_json(const DiffOptions& given, int indent) const {
  const auto options = impl_->project->with_log_in(given);
  return expcore::diff_json(compare(impl_->project->open(), metrics::What::params, options),
                            indent);
}

ValuesTable Params::diff_table(const DiffOptions& given, const ValuesTableOptions& table) const {
  const auto options = impl_->project->with_log_in(given);
  return expcore::diff_table(compare(impl_->project->open(), metrics::What::params, options),
                             options, table, metrics::What::params);
}

}  // namespace expcore
