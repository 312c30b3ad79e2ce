#include "options.hpp"

namespace capi = expcore::capi;
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

namespace expcore::capi {

ShowOptions to_show_options(const exp_show_options* given) {
  const exp_show_options options = read_options(given);
  check_flags(options.flags, (EXP_SHOW_PARAM_DEPS << 1U) - 1);
  const auto has = [&](uint32_t flag) { return (options.flags & flag) != 0; };
  ShowOptions show;
  show.revs = to_strings(options.revs);
  show.num = options.num == 0 ? 1 : options.num;
  show.all_branches = has(EXP_SHOW_ALL_BRANCHES);
  show.all_tags = has(EXP_SHOW_ALL_TAGS);
  show.all_commits = has(EXP_SHOW_ALL_COMMITS);
  show.hide_workspace = has(EXP_SHOW_HIDE_WORKSPACE);
  show.sha_only = has(EXP_SHOW_SHA_ONLY);
  show.force = has(EXP_SHOW_FORCE);
  show.hide_queued = has(EXP_SHOW_HIDE_QUEUED);
  show.hide_failed = has(EXP_SHOW_HIDE_FAILED);
  show.param_deps = has(EXP_SHOW_PARAM_DEPS);
  return show;
}

}  // namespace expcore::capi

namespace {

const ExperimentRow* row_at(const exp_rows* rows, size_t row) {
  return rows != nullptr && row < rows->rows.size() ? &rows->rows[row] : nullptr;
}

/// Of a row and EXP_COLUMN_*; nullptr when out of range.
const NamedValue* value_at(const exp_rows* rows, size_t row, int32_t column, size_t index) {
  const auto* found = row_at(rows, row);
  const auto* values = found == nullptr              ? nullptr
                       : column == EXP_COLUMN_METRIC ? &found->metrics
                       : column == EXP_COLUMN_PARAM  ? &found->params
                       : column == EXP_COLUMN_DEP    ? &found->deps
                                                     : nullptr;
  return values != nullptr && index < values->size() ? &(*values)[index] : nullptr;
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
    capi::check_flags(given.flags, EXP_EXPERIMENT_TEMP | EXP_EXPERIMENT_NO_HYDRA);
    ExperimentRunOptions run;
    run.temp = (given.flags & EXP_EXPERIMENT_TEMP) != 0;
    run.no_hydra = (given.flags & EXP_EXPERIMENT_NO_HYDRA) != 0;
    run.copy_paths = capi::to_strings(given.copy_paths);
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

exp_status exp_experiments_save(exp_experiment** out_experiment, const exp_project* project,
                                const exp_save_options* options, exp_error** out_error) {
  if (out_experiment != nullptr) *out_experiment = nullptr;
  return capi::guard(out_error, [&] {
    const exp_save_options given = capi::read_options(options);
    capi::check_flags(given.flags, EXP_SAVE_FORCE | EXP_SAVE_RECURSIVE);
    expcore::ExperimentSaveOptions save;
    save.targets = capi::to_strings(given.targets);
    save.recursive = (given.flags & EXP_SAVE_RECURSIVE) != 0;
    save.name = capi::text_or_empty(given.name);
    save.force = (given.flags & EXP_SAVE_FORCE) != 0;
    save.include_untracked = capi::to_strings(given.include_untracked);
    save.message = capi::text_or_empty(given.message);
    save.on_event = capi::to_callback(given.on_event, given.user_data);
    const auto saved = capi::require(project, "project").project.experiments().save(save);
    if (out_experiment == nullptr) return;
    ExperimentRun made;
    made.name = saved.name;
    made.commit = saved.commit;
    made.ref = saved.ref;
    *out_experiment = new exp_experiment{std::move(made), {}};
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
    const ShowOptions show = capi::to_show_options(options);
    out = new exp_rows{capi::require(project, "project").project.experiments().show(show)};
  });
}

exp_status exp_experiments_show_json(char** out_text, const exp_project* project,
                                     const exp_show_options* options, exp_error** out_error) {
  if (out_text != nullptr) *out_text = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_text, "out_text");
    const ShowOptions show = capi::to_show_options(options);
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
const char* exp_rows_baseline(const exp_rows* rows, size_t row) {
  const auto* found = row_at(rows, row);
  return found == nullptr ? nullptr : found->baseline.c_str();
}
const char* exp_rows_created(const exp_rows* rows, size_t row) {
  const auto* found = row_at(rows, row);
  return found == nullptr ? nullptr : found->created.c_str();
}
const char* exp_rows_state(const exp_rows* rows, size_t row) {
  const auto* found = row_at(rows, row);
  return found == nullptr ? nullptr : found->state.c_str();
}
const char* exp_rows_executor(const exp_rows* rows, size_t row) {
  const auto* found = row_at(rows, row);
  return found == nullptr ? nullptr : found->executor.c_str();
}
const char* exp_rows_error(const exp_rows* rows, size_t row) {
  const auto* found = row_at(rows, row);
  return found == nullptr ? nullptr : found->error.c_str();
}
size_t exp_rows_value_count(const exp_rows* rows, size_t row, int32_t column) {
  const auto* found = row_at(rows, row);
  if (found == nullptr) return 0;
  return column == EXP_COLUMN_METRIC  ? found->metrics.size()
         : column == EXP_COLUMN_PARAM ? found->params.size()
         : column == EXP_COLUMN_DEP   ? found->deps.size()
                                      : 0;
}
const char* exp_rows_value_file(const exp_rows* rows, size_t row, int32_t column, size_t index) {
  const auto* found = value_at(rows, row, column, index);
  return found == nullptr ? nullptr : found->file.c_str();
}
const char* exp_rows_value_key(const exp_rows* rows, size_t row, int32_t column, size_t index) {
  const auto* found = value_at(rows, row, column, index);
  return found == nullptr ? nullptr : found->key.c_str();
}
const char* exp_rows_value_text(const exp_rows* rows, size_t row, int32_t column, size_t index) {
  const auto* found = value_at(rows, row, column, index);
  return found == nullptr ? nullptr : found->value.text.c_str();
}
int32_t exp_rows_value_kind(const exp_rows* rows, size_t row, int32_t column, size_t index) {
  const auto* found = value_at(rows, row, column, index);
  return found == nullptr ? -1 : static_cast<int32_t>(found->value.type);
}
double exp_rows_value_number(const exp_rows* rows, size_t row, int32_t column, size_t index) {
  const auto* found = value_at(rows, row, column, index);
  return found == nullptr ? 0 : found->value.number;
}

}  // extern "C"
