#include <utility>

#include <expcore/error.hpp>
#include <expcore/plots.hpp>
#include <fmt/format.h>

#include "api/impl.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "plots/modify.hpp"
#include "plots/render.hpp"
#include "plots/template.hpp"
#include "yaml/writer.hpp"

namespace expcore {

struct Plots::Impl {
  std::shared_ptr<const Project::Impl> project;
};

Plots::Plots(const Project& project) : impl_(new Impl{project.impl_}) {}
Plots::Plots(Plots&&) noexcept = default;
Plots& Plots::operator=(Plots&&) noexcept = default;
Plots::~Plots() = default;

namespace {

using Workspace = pipeline::Workspace;

std::string to_json(const yaml::Value& value, int indent) {
  return indent > 0 ? yaml::dump_json_pretty(value, indent) : yaml::dump_json(value);
}

yaml::Map to_map(const PlotProps& props) {
  yaml::Map map;
  const auto add = [&](const char* name, const std::optional<std::string>& value) {
    if (value) map.set(name, *value);
  };
  add("template", props.plot_template);
  add("x", props.x);
  add("y", props.y);
  add("x_label", props.x_label);
  add("y_label", props.y_label);
  add("title", props.title);
  if (props.header) map.set("header", *props.header);
  return map;
}

/// Everything about one call.
struct Job {
  std::unique_ptr<Workspace> workspace;
  plots::RenderOptions render;
  std::string out;  ///< Absolute.
  std::vector<plots::Plot> plots;
  std::vector<std::pair<std::string, plots::Problem>> revision_errors;
  std::vector<std::string> errored;
  bool is_empty = true;  ///< No revision has a plot.
};

std::vector<std::string> compared_revisions(const Workspace& workspace,
                                            std::vector<std::string> revs) {
  if (revs.size() > 1) return revs;
  if (revs.empty() && workspace.repo->is_dirty()) revs.emplace_back("HEAD");
  revs.emplace_back("workspace");
  return revs;
}

/// `revs`: nullopt shows the workspace. `image_folder` is where images go below the out folder.
Job collect(std::unique_ptr<Workspace> workspace,
            const std::optional<std::vector<std::string>>& revs, const PlotsOptions& options,
            const std::string& image_folder) {
  Job job;
  job.workspace = std::move(workspace);
  Workspace& project = *job.workspace;
  const std::string out =
      options.out.empty() ? project.config.get("plots.out_dir").value_or("dvc_plots") : options.out;
  job.out = fs::absolute(project.directory, out);
  job.render = {project.directory, fs::join(project.dvc_dir, "plots"),
                fs::absolute(job.out, image_folder)};
  plots::CollectRequest request;
  request.targets = options.targets;
  request.props = to_map(options.props);
  request.revs = {"workspace"};
  if (revs) {
    if (!project.repo) {
      throw Error(Errc::git,
                  "Only supported for Git repositories. If you're seeing this error in a Git repo, "
                  "try updating the DVC configuration with `dvc config core.no_scm false`.");
    }
    if (!project.repo->head()) return job;
    request.revs = compared_revisions(project, *revs);
  }
  auto collected = plots::collect(project, request);
  job.is_empty = collected.empty();
  for (const auto& revision : collected) {
    if (revision.has_error()) job.errored.push_back(revision.rev);
    if (revision.error) job.revision_errors.emplace_back(revision.rev, *revision.error);
  }
  job.plots =
      plots::match_plots(std::move(collected), job.render, api::warnings_to(options.on_event));
  return job;
}

PlotsResult to_result(Job job, bool split) {
  PlotsResult result;
  result.errored = std::move(job.errored);
  for (auto& plot : job.plots) {
    for (auto& problem : plot.problems) {
      result.errors.push_back({plot.id, problem.rev, problem.source.value_or(""),
                               problem.problem.type, problem.problem.message});
    }
    Plot shown;
    shown.id = plot.id;
    shown.is_image = plot.is_image;
    shown.revisions = plot.revisions;
    for (const auto& image : plot.images)
      shown.images.push_back({image.rev, image.path});
    if (!plot.is_image && !plot.rows.empty()) {
      auto filled = plots::fill_template(plot, job.render, split);
      shown.spec = yaml::dump_json(filled.content);
      if (split) shown.anchors = yaml::dump_json(std::move(filled.anchors));
    }
    result.plots.push_back(std::move(shown));
  }
  for (auto& [rev, problem] : job.revision_errors)
    result.errors.push_back({"", rev, "", problem.type, problem.message});
  return result;
}

PlotsText to_json_text(Job job, bool split, int indent) {
  return {to_json(plots::json_value(job.plots, job.revision_errors, job.render, split), indent),
          std::move(job.errored), job.is_empty};
}

PlotsText to_vega_text(Job job, int indent) {
  PlotsText result{"", std::move(job.errored), job.is_empty};
  for (auto& plot : job.plots) {
    if (plot.is_image) continue;
    result.text = to_json(plots::fill_template(plot, job.render, false).content, indent);
    break;
  }
  return result;
}

/// The user's own page: an option, else the configuration's.
std::string page_text(const Workspace& workspace, const std::string& option) {
  std::string path = option;
  if (path.empty()) {
    const auto configured = workspace.config.get("plots.html_template");
    if (!configured) return "";
    path = fs::absolute(workspace.dvc_dir, *configured);
  } else {
    path = fs::absolute(workspace.directory, path);
  }
  return fs::is_file(path) ? fs::read_file(path) : option;
}

PlotsText to_page(Job job, const std::string& page) {
  PlotsText result{"", std::move(job.errored), job.is_empty};
  if (job.plots.empty()) return result;
  const std::string text =
      plots::html_page(job.plots, job.render, page_text(*job.workspace, page), job.out);
  fs::make_directories(job.out);
  result.text = fs::join(job.out, "index.html");
  fs::write_atomic(result.text, text);
  return result;
}

constexpr const char* page_images = "static";

}  // namespace

PlotsResult Plots::show(const PlotsOptions& given) const {
  const auto options = impl_->project->with_log_in(given);
  return to_result(collect(impl_->project->open(), std::nullopt, options, ""), options.split);
}

PlotsResult Plots::diff(const std::vector<std::string>& revs, const PlotsOptions& given) const {
  const auto options = impl_->project->with_log_in(given);
  return to_result(collect(impl_->project->open(), revs, options, ""), options.split);
}

PlotsText Plots::show_json(const PlotsOptions& given, int indent) const {
  const auto options = impl_->project->with_log_in(given);
  return to_json_text(collect(impl_->project->open(), std::nullopt, options, ""), options.split,
                      indent);
}

PlotsText Plots::diff_json(const std::vector<std::string>& revs, const PlotsOptions& given,
                           int indent) const {
  const auto options = impl_->project->with_log_in(given);
  return to_json_text(collect(impl_->project->open(), revs, options, ""), options.split, indent);
}

PlotsText Plots::show_vega(const PlotsOptions& given, int indent) const {
  const auto options = impl_->project->with_log_in(given);
  return to_vega_text(collect(impl_->project->open(), std::nullopt, options, page_images), indent);
}

PlotsText Plots::diff_vega(const std::vector<std::string>& revs, const PlotsOptions& given,
                           int indent) const {
  const auto options = impl_->project->with_log_in(given);
  return to_vega_text(collect(impl_->project->open(), revs, options, page_images), indent);
}

PlotsText Plots::show_html(const PlotsOptions& given, const std::string& page) const {
  const auto options = impl_->project->with_log_in(given);
  return to_page(collect(impl_->project->open(), std::nullopt, options, page_images), page);
}

PlotsText Plots::diff_html(const std::vector<std::string>& revs, const PlotsOptions& given,
                           const std::string& page) const {
  const auto options = impl_->project->with_log_in(given);
  return to_page(collect(impl_->project->open(), revs, options, page_images), page);
}

ModifiedStage Plots::modify(const std::string& target, const PlotChange& change) const {
  if (change.props.plot_template) check_template(*change.props.plot_template);
  const auto workspace = impl_->project->open();
  auto modified = plots::modify(*workspace, target, to_map(change.props), change.unset);
  return {std::move(modified.name), std::move(modified.file)};
}

void Plots::check_template(const std::string& name) const {
  const auto workspace = impl_->project->open();
  plots::Template::find(name, fs::join(workspace->dvc_dir, "plots"), workspace->directory);
}

std::vector<std::string> Plots::template_names() { return plots::builtin_names(); }

std::string Plots::template_content(const std::string& name, int indent) {
  const yaml::Value content = plots::builtin_template(name);
  if (content.is_null()) {
    throw Error(Errc::invalid_argument, fmt::format("Unexpected template: {}.", name));
  }
  return to_json(content, indent);
}

}  // namespace expcore
