#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <expcore/plots.hpp>

#include "boundary.hpp"

namespace capi = expcore::capi;
using expcore::Errc;
using expcore::Error;
using expcore::Plots;
using expcore::PlotsOptions;
using expcore::PlotsResult;

struct exp_plots {
  PlotsResult result;
};

namespace {

void set(std::optional<std::string>& to, const char* text) {
  if (text != nullptr) to = text;
}

PlotsOptions to_plots_options(const exp_plots_options& options) {
  constexpr uint32_t known = EXP_PLOTS_SPLIT | EXP_PLOTS_NO_HEADER;
  if ((options.flags & ~known) != 0) {
    throw Error(Errc::invalid_argument, "flag not known to this version");
  }
  PlotsOptions plots;
  plots.targets = capi::to_strings(options.targets);
  set(plots.props.plot_template, options.template_name);
  set(plots.props.x, options.x);
  set(plots.props.y, options.y);
  set(plots.props.title, options.title);
  set(plots.props.x_label, options.x_label);
  set(plots.props.y_label, options.y_label);
  if ((options.flags & EXP_PLOTS_NO_HEADER) != 0) plots.props.header = false;
  if (options.out != nullptr) plots.out = options.out;
  plots.split = (options.flags & EXP_PLOTS_SPLIT) != 0;
  return plots;
}

expcore::PlotChange to_plot_change(const exp_plot_change& given) {
  capi::check_flags(given.flags, EXP_PLOT_HEADER | EXP_PLOT_NO_HEADER);
  if (given.flags == (EXP_PLOT_HEADER | EXP_PLOT_NO_HEADER)) {
    throw Error(Errc::invalid_argument, "EXP_PLOT_HEADER and EXP_PLOT_NO_HEADER at once");
  }
  expcore::PlotChange change;
  set(change.props.plot_template, given.template_name);
  set(change.props.x, given.x);
  set(change.props.y, given.y);
  set(change.props.title, given.title);
  set(change.props.x_label, given.x_label);
  set(change.props.y_label, given.y_label);
  if (given.flags != 0) change.props.header = given.flags == EXP_PLOT_HEADER;
  if (given.unset != nullptr) change.unset = capi::to_strings(given.unset);
  return change;
}

const expcore::Plot* plot_at(const exp_plots* plots, size_t index) {
  return plots != nullptr && index < plots->result.plots.size() ? &plots->result.plots[index]
                                                                : nullptr;
}

const expcore::PlotImage* image_at(const exp_plots* plots, size_t index, size_t image) {
  const auto* plot = plot_at(plots, index);
  return plot != nullptr && image < plot->images.size() ? &plot->images[image] : nullptr;
}

const expcore::PlotError* error_at(const exp_plots* plots, size_t error) {
  return plots != nullptr && error < plots->result.errors.size() ? &plots->result.errors[error]
                                                                 : nullptr;
}

Plots plots_of(const exp_project* project) {
  return capi::require(project, "project").project.plots();
}

}  // namespace

extern "C" {

exp_status exp_plots_load(exp_plots** out_plots, const exp_project* project,
                          const char* const* revs, const exp_plots_options* options,
                          exp_error** out_error) {
  if (out_plots != nullptr) *out_plots = nullptr;
  return capi::guard(out_error, [&] {
    capi::require(out_plots, "out_plots");
    const PlotsOptions given = to_plots_options(capi::read_options(options));
    const Plots plots = plots_of(project);
    *out_plots = new exp_plots{revs == nullptr ? plots.show(given)
                                               : plots.diff(capi::to_strings(revs), given)};
  });
}

exp_status exp_plots_json(char** out_text, const exp_project* project, const char* const* revs,
                          const exp_plots_options* options, exp_error** out_error) {
  if (out_text != nullptr) *out_text = nullptr;
  return capi::guard(out_error, [&] {
    capi::require(out_text, "out_text");
    const PlotsOptions given = to_plots_options(capi::read_options(options));
    const Plots plots = plots_of(project);
    *out_text =
        capi::copy_text(revs == nullptr ? plots.show_json(given).text
                                        : plots.diff_json(capi::to_strings(revs), given).text);
  });
}

exp_status exp_plots_page(char** out_path, const exp_project* project, const char* const* revs,
                          const exp_plots_options* options, exp_error** out_error) {
  if (out_path != nullptr) *out_path = nullptr;
  return capi::guard(out_error, [&] {
    capi::require(out_path, "out_path");
    const exp_plots_options read = capi::read_options(options);
    const PlotsOptions given = to_plots_options(read);
    const std::string page = read.page == nullptr ? "" : read.page;
    const Plots plots = plots_of(project);
    *out_path = capi::copy_text(revs == nullptr
                                    ? plots.show_html(given, page).text
                                    : plots.diff_html(capi::to_strings(revs), given, page).text);
  });
}

void exp_plots_free(exp_plots* plots) { delete plots; }
size_t exp_plots_count(const exp_plots* plots) {
  return plots == nullptr ? 0 : plots->result.plots.size();
}
const char* exp_plots_id(const exp_plots* plots, size_t index) {
  const auto* plot = plot_at(plots, index);
  return plot == nullptr ? nullptr : plot->id.c_str();
}
const char* exp_plots_spec(const exp_plots* plots, size_t index) {
  const auto* plot = plot_at(plots, index);
  return plot == nullptr ? nullptr : plot->spec.c_str();
}
const char* exp_plots_anchors(const exp_plots* plots, size_t index) {
  const auto* plot = plot_at(plots, index);
  return plot == nullptr ? nullptr : plot->anchors.c_str();
}
size_t exp_plots_rev_count(const exp_plots* plots, size_t index) {
  const auto* plot = plot_at(plots, index);
  return plot == nullptr ? 0 : plot->revisions.size();
}
const char* exp_plots_rev(const exp_plots* plots, size_t index, size_t rev) {
  return rev < exp_plots_rev_count(plots, index) ? plots->result.plots[index].revisions[rev].c_str()
                                                 : nullptr;
}
size_t exp_plots_image_count(const exp_plots* plots, size_t index) {
  const auto* plot = plot_at(plots, index);
  return plot == nullptr ? 0 : plot->images.size();
}
const char* exp_plots_image_rev(const exp_plots* plots, size_t index, size_t image) {
  const auto* found = image_at(plots, index, image);
  return found == nullptr ? nullptr : found->rev.c_str();
}
const char* exp_plots_image_path(const exp_plots* plots, size_t index, size_t image) {
  const auto* found = image_at(plots, index, image);
  return found == nullptr ? nullptr : found->path.c_str();
}
size_t exp_plots_error_count(const exp_plots* plots) {
  return plots == nullptr ? 0 : plots->result.errors.size();
}
const char* exp_plots_error_plot(const exp_plots* plots, size_t error) {
  const auto* found = error_at(plots, error);
  return found == nullptr ? nullptr : found->plot.c_str();
}
const char* exp_plots_error_rev(const exp_plots* plots, size_t error) {
  const auto* found = error_at(plots, error);
  return found == nullptr ? nullptr : found->rev.c_str();
}
const char* exp_plots_error_message(const exp_plots* plots, size_t error) {
  const auto* found = error_at(plots, error);
  return found == nullptr ? nullptr : found->message.c_str();
}

exp_status exp_plots_template(char** out_text, const char* name, exp_error** out_error) {
  if (out_text != nullptr) *out_text = nullptr;
  return capi::guard(out_error, [&] {
    capi::require(out_text, "out_text");
    *out_text = capi::copy_text(Plots::template_content(&capi::require(name, "name")));
  });
}

exp_status exp_plots_template_names(exp_names** out_names, exp_error** out_error) {
  if (out_names != nullptr) *out_names = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_names, "out_names");
    out = new exp_names{Plots::template_names()};
  });
}

exp_status exp_plots_check_template(const exp_project* project, const char* name,
                                    exp_error** out_error) {
  return capi::guard(out_error,
                     [&] { plots_of(project).check_template(&capi::require(name, "name")); });
}

exp_status exp_plots_modify(char** out_file, const exp_project* project, const char* target,
                            const exp_plot_change* change, exp_error** out_error) {
  if (out_file != nullptr) *out_file = nullptr;
  return capi::guard(out_error, [&] {
    const auto wanted = to_plot_change(capi::read_options(&capi::require(change, "change")));
    const auto made = plots_of(project).modify(&capi::require(target, "target"), wanted);
    if (out_file != nullptr) *out_file = capi::copy_text(made.file);
  });
}

}  // extern "C"
