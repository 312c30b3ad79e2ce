#include "boundary.hpp"

namespace capi = expcore::capi;
using expcore::Errc;
using expcore::Error;
using expcore::ExperimentRow;
using expcore::ExperimentRun;
using expcore::ExperimentRunOptions;
using expcore::NamedValue;
using expcore::ShowOptions;

struct exp_experiment {
  ExperimentRun run;
  exp_run_summary summary;
};

struct exp_rows {
  std::vector<ExperimentRow> rows;
};

namespace {

ShowOptions to_show_options(const exp_show_options* given) {
  const exp_show_options options = capi::read_options(given);
  constexpr uint32_t known = (UINT32_C(1) << 6U) - 1;
  if ((options.flags & ~known) != 0) {
    throw Error(Errc::invalid_argument, "flag not known to this version");
  }
  const auto has = [&](uint32_t flag) { return (options.flags & flag) != 0; };
  ShowOptions show;
  show.revs = capi::to_strings(options.revs);
  show.num = options.num == 0 ? 1 : options.num;
  show.all_branches = has(EXP_SHOW_ALL_BRANCHES);
  show.all_tags = has(EXP_SHOW_ALL_TAGS);
  show.all_commits = has(EXP_SHOW_ALL_COMMITS);
  show.hide_workspace = has(EXP_SHOW_HIDE_WORKSPACE);
  show.sha_only = has(EXP_SHOW_SHA_ONLY);
  show.force = has(EXP_SHOW_FORCE);
  return show;
}

const ExperimentRow* row_at(const exp_rows* rows, size_t row) {
  return rows != nullptr && row < rows->rows.size() ? &rows->rows[row] : nullptr;
}

const char* find_value(const std::vector<NamedValue>& values, const char* file, const char* key) {
  if (key == nullptr) return nullptr;
  for (const auto& value : values) {
    if (value.key == key && (file == nullptr || value.file == file))
      return value.value.text.c_str();
  }
  return nullptr;
}

}  // namespace

extern "C" {

exp_status exp_experiments_run(exp_experiment** out_experiment, const exp_project* project,
                               const exp_experiment_options* options, exp_error** out_error) {
  if (out_experiment != nullptr) *out_experiment = nullptr;
  return capi::guard(out_error, [&] {
    const exp_experiment_options given = capi::read_options(options);
    ExperimentRunOptions run;
    run.run = capi::to_run_options(given.run);
    if (given.name != nullptr) run.name = given.name;
    if (given.message != nullptr) run.message = given.message;
    run.set_params = capi::to_strings(given.set_params);
    ExperimentRun made = capi::require(project, "project").project.experiments().run(run);
    if (out_experiment == nullptr) return;
    exp_run_summary summary{made.summary};
    *out_experiment = new exp_experiment{std::move(made), std::move(summary)};
  });
}

void exp_experiment_free(exp_experiment* experiment) { delete experiment; }
const char* exp_experiment_name(const exp_experiment* experiment) {
  return experiment == nullptr ? "" : experiment->run.name.c_str();
}
const char* exp_experiment_commit(const exp_experiment* experiment) {
  return experiment == nullptr ? "" : experiment->run.commit.c_str();
}
const char* exp_experiment_ref(const exp_experiment* experiment) {
  return experiment == nullptr ? "" : experiment->run.ref.c_str();
}
const exp_run_summary* exp_experiment_summary(const exp_experiment* experiment) {
  return experiment == nullptr ? nullptr : &experiment->summary;
}

exp_status exp_experiments_show(exp_rows** out_rows, const exp_project* project,
                                const exp_show_options* options, exp_error** out_error) {
  if (out_rows != nullptr) *out_rows = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_rows, "out_rows");
    const ShowOptions show = to_show_options(options);
    out = new exp_rows{capi::require(project, "project").project.experiments().show(show)};
  });
}

exp_status exp_experiments_show_json(char** out_text, const exp_project* project,
                                     const exp_show_options* options, exp_error** out_error) {
  if (out_text != nullptr) *out_text = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_text, "out_text");
    const ShowOptions show = to_show_options(options);
    out = capi::copy_text(capi::require(project, "project").project.experiments().show_json(show));
  });
}

void exp_rows_free(exp_rows* rows) { delete rows; }
size_t exp_rows_count(const exp_rows* rows) { return rows == nullptr ? 0 : rows->rows.size(); }
int32_t exp_rows_kind(const exp_rows* rows, size_t row) {
  const auto* found = row_at(rows, row);
  return found == nullptr ? -1 : static_cast<int32_t>(found->kind);
}
const char* exp_rows_name(const exp_rows* rows, size_t row) {
  const auto* found = row_at(rows, row);
  return found == nullptr ? nullptr : found->name.c_str();
}
const char* exp_rows_rev(const exp_rows* rows, size_t row) {
  const auto* found = row_at(rows, row);
  return found == nullptr ? nullptr : found->rev.c_str();
}
const char* exp_rows_metric(const exp_rows* rows, size_t row, const char* file, const char* key) {
  const auto* found = row_at(rows, row);
  return found == nullptr ? nullptr : find_value(found->metrics, file, key);
}
const char* exp_rows_param(const exp_rows* rows, size_t row, const char* file, const char* key) {
  const auto* found = row_at(rows, row);
  return found == nullptr ? nullptr : find_value(found->params, file, key);
}

}  // extern "C"
