/* Tables as they are printed, and what else is made for people: overrides as typed, templates of
 * plots. */
#define _POSIX_C_SOURCE 200809L
#include <expcore/exp.h>

#include "check.h"

/* The column of that name; -1 when there is none. */
static int column_of(const exp_table* table, const char* name) {
  size_t i;
  for (i = 0; i < exp_table_column_count(table); ++i)
    if (strcmp(exp_table_header(table, i), name) == 0) return (int)i;
  return -1;
}

static void test_show(const exp_project* project) {
  const char* drop[] = {"created", NULL};
  const char* broken[] = {"(", NULL};
  exp_table_options options = EXP_TABLE_OPTIONS_INIT;
  exp_table* table = NULL;
  int lr;
  int loss;
  CHECK(exp_experiments_show_table(&table, project, NULL, NULL, NULL) == EXP_OK);
  CHECK(exp_table_row_count(table) == 3);
  lr = column_of(table, "lr");
  loss = column_of(table, "loss");
  CHECK(lr > 0 && loss > 0 && column_of(table, "Created") > 0);
  if (lr < 0 || loss < 0) return;
  CHECK(exp_table_column_kind(table, (size_t)lr) == EXP_COLUMN_PARAM);
  CHECK(exp_table_column_kind(table, (size_t)loss) == EXP_COLUMN_METRIC);
  CHECK(exp_table_column_kind(table, 0) == 0);
  CHECK(strcmp(exp_table_cell(table, 0, (size_t)lr), "1") == 0);
  CHECK(strcmp(exp_table_cell(table, 2, (size_t)lr), "2") == 0);
  CHECK(strcmp(exp_table_cell(table, 2, (size_t)loss), "0.33333") == 0);
  CHECK(exp_table_cell(table, 3, 0) == NULL);
  CHECK(exp_table_cell(table, 0, 99) == NULL);
  CHECK(exp_table_header(table, 99) == NULL);
  exp_table_free(table);

  options.flags = EXP_TABLE_CSV;
  options.drop = drop;
  CHECK(exp_experiments_show_table(&table, project, NULL, &options, NULL) == EXP_OK);
  CHECK(column_of(table, "created") < 0);
  loss = column_of(table, "loss");
  CHECK(loss > 0 && strcmp(exp_table_cell(table, 2, (size_t)loss), "0.333333333333") == 0);
  exp_table_free(table);
  options.precision = 2;
  CHECK(exp_experiments_show_table(&table, project, NULL, &options, NULL) == EXP_OK);
  loss = column_of(table, "loss");
  CHECK(loss > 0 && strcmp(exp_table_cell(table, 2, (size_t)loss), "0.33") == 0);
  exp_table_free(table);

  options.drop = broken;
  CHECK(exp_experiments_show_table(&table, project, NULL, &options, NULL) ==
        EXP_ERR_INVALID_ARGUMENT);
  CHECK(table == NULL);
  options.drop = NULL;
  options.precision = -2;
  CHECK(exp_experiments_show_table(&table, project, NULL, &options, NULL) ==
        EXP_ERR_INVALID_ARGUMENT);
  options.precision = 0;
  options.flags = EXP_TABLE_NO_PATH;
  CHECK(exp_experiments_show_table(&table, project, NULL, &options, NULL) ==
        EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_experiments_show_table(NULL, project, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_experiments_show_table(&table, NULL, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
}

static void test_diff(const exp_project* project) {
  exp_diff_options sides = EXP_DIFF_OPTIONS_INIT;
  exp_table_options options = EXP_TABLE_OPTIONS_INIT;
  exp_table* metrics = NULL;
  exp_table* params = NULL;
  sides.b_rev = "better";
  CHECK(exp_experiments_diff_tables(&metrics, &params, project, &sides, NULL, NULL) == EXP_OK);
  CHECK(exp_table_row_count(metrics) == 1 && exp_table_row_count(params) == 1);
  CHECK(strcmp(exp_table_header(params, 0), "Path") == 0);
  CHECK(strcmp(exp_table_cell(params, 0, 0), "params.yaml") == 0);
  CHECK(strcmp(exp_table_cell(params, 0, 1), "lr") == 0);
  CHECK(exp_table_column_kind(params, 1) == 0);
  exp_table_free(metrics);
  exp_table_free(params);
  options.flags = EXP_TABLE_NO_PATH;
  CHECK(exp_experiments_diff_tables(NULL, &params, project, &sides, &options, NULL) == EXP_OK);
  CHECK(strcmp(exp_table_cell(params, 0, 0), "lr") == 0);
  exp_table_free(params);
  CHECK(exp_params_diff_table(&params, project, &sides, &options, NULL) == EXP_OK);
  CHECK(strcmp(exp_table_cell(params, 0, 0), "lr") == 0);
  exp_table_free(params);
  options.precision = EXP_PRECISION_ALL;
  CHECK(exp_metrics_diff_table(&metrics, project, &sides, &options, NULL) == EXP_OK);
  CHECK(strcmp(exp_table_cell(metrics, 0, 2), "0.333333333333") == 0);
  exp_table_free(metrics);
  CHECK(exp_metrics_show_table(&metrics, project, NULL, NULL, NULL) == EXP_OK);
  CHECK(exp_table_row_count(metrics) == 1);
  CHECK(strcmp(exp_table_cell(metrics, 0, 1), "0.5") == 0);
  exp_table_free(metrics);

  options.sort_by = "lr";
  CHECK(exp_metrics_diff_table(&metrics, project, &sides, &options, NULL) ==
        EXP_ERR_INVALID_ARGUMENT);
  CHECK(metrics == NULL);
  sides.b_rev = "nope";
  CHECK(exp_experiments_diff_tables(&metrics, &params, project, &sides, NULL, NULL) ==
        EXP_ERR_NOT_FOUND);
  CHECK(metrics == NULL && params == NULL);
  CHECK(exp_metrics_diff_table(&metrics, project, &sides, NULL, NULL) == EXP_ERR_NOT_FOUND);
  CHECK(exp_params_diff_table(&params, project, &sides, NULL, NULL) == EXP_ERR_NOT_FOUND);
  CHECK(exp_metrics_show_table(NULL, project, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_metrics_diff_table(NULL, project, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_params_diff_table(NULL, project, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_experiments_diff_tables(NULL, NULL, NULL, NULL, NULL, NULL) ==
        EXP_ERR_INVALID_ARGUMENT);
  exp_table_free(NULL);
  CHECK(exp_table_row_count(NULL) == 0 && exp_table_column_count(NULL) == 0);
  CHECK(exp_table_cell(NULL, 0, 0) == NULL && exp_table_header(NULL, 0) == NULL);
  CHECK(exp_table_column_kind(NULL, 0) == 0);
}

static void test_overrides(void) {
  const char* typed[] = {"lr=0.1,0.2", "other.yaml:+new=1", NULL};
  exp_overrides* overrides = NULL;
  CHECK(exp_overrides_parse(&overrides, typed, NULL) == EXP_OK);
  CHECK(exp_overrides_count(overrides) == 2);
  CHECK(strcmp(exp_overrides_file(overrides, 0), "params.yaml") == 0);
  CHECK(strcmp(exp_overrides_text(overrides, 0), "lr=0.1,0.2") == 0);
  CHECK(strcmp(exp_overrides_file(overrides, 1), "other.yaml") == 0);
  CHECK(strcmp(exp_overrides_text(overrides, 1), "+new=1") == 0);
  CHECK(exp_overrides_file(overrides, 2) == NULL && exp_overrides_text(overrides, 2) == NULL);
  exp_overrides_free(overrides);
  CHECK(exp_overrides_count(NULL) == 0 && exp_overrides_text(NULL, 0) == NULL);
}

static void test_composition(const char* folder) {
  char path[128];
  exp_composition* composition = NULL;
  exp_values* values = NULL;
  snprintf(path, sizeof path, "%s/conf", folder);
  CHECK(exp_composition_new(&composition, path, NULL, NULL) == EXP_OK);
  CHECK(exp_composition_values(&values, composition, NULL) == EXP_OK);
  CHECK(exp_values_count(values) == 2);
  CHECK(strcmp(exp_values_key(values, 0), "model.depth") == 0);
  CHECK(exp_values_kind(values, 0) == EXP_VALUE_NUMBER && exp_values_number(values, 0) == 3);
  CHECK(strcmp(exp_values_text(values, 1), "[1, 2]") == 0);
  exp_values_free(values);
  CHECK(exp_composition_values(&values, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(values == NULL);
  CHECK(exp_composition_values(NULL, composition, NULL) == EXP_ERR_INVALID_ARGUMENT);
  exp_composition_free(composition);
}

static void test_plots(const exp_project* project, const char* folder) {
  const char* gone[] = {"title", NULL};
  exp_plot_change change = EXP_PLOT_CHANGE_INIT;
  exp_names* names = NULL;
  exp_plots* plots = NULL;
  char* file = NULL;
  CHECK(exp_plots_template_names(&names, NULL) == EXP_OK);
  CHECK(exp_names_count(names) > 3);
  CHECK(exp_plots_check_template(project, exp_names_get(names, 0), NULL) == EXP_OK);
  exp_names_free(names);
  CHECK(exp_plots_template_names(NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_plots_check_template(project, "nope", NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_plots_check_template(project, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  change.title = "Steps";
  change.flags = EXP_PLOT_NO_HEADER;
  CHECK(exp_plots_modify(&file, project, "steps.csv", &change, NULL) == EXP_OK);
  CHECK(strcmp(file, "dvc.yaml") == 0);
  exp_free(file);
  run_shell(folder, "grep -q 'title: Steps' dvc.yaml && grep -q 'header: false' dvc.yaml");
  CHECK(exp_plots_load(&plots, project, NULL, NULL, NULL) == EXP_OK);
  CHECK(exp_plots_count(plots) == 1 && exp_plots_rev_count(plots, 0) == 1);
  CHECK(strcmp(exp_plots_rev(plots, 0, 0), "workspace") == 0);
  CHECK(exp_plots_rev(plots, 0, 1) == NULL && exp_plots_rev_count(plots, 1) == 0);
  exp_plots_free(plots);
  memset(&change, 0, sizeof change);
  change.struct_size = sizeof change;
  change.unset = gone;
  CHECK(exp_plots_modify(NULL, project, "steps.csv", &change, NULL) == EXP_OK);
  run_shell(folder, "! grep -q 'title: Steps' dvc.yaml");
  CHECK(exp_plots_modify(&file, project, "steps.csv", &change, NULL) == EXP_ERR_NOT_FOUND);
  CHECK(file == NULL);
  CHECK(exp_plots_modify(NULL, project, "nope", &change, NULL) == EXP_ERR_NOT_FOUND);
  change.flags = EXP_PLOT_HEADER | EXP_PLOT_NO_HEADER;
  CHECK(exp_plots_modify(NULL, project, "steps.csv", &change, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_plots_modify(NULL, project, "steps.csv", NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
}

int main(void) {
  char folder[] = "/tmp/expcore-tables-XXXXXX";
  const char* changes[] = {"lr=2", NULL};
  exp_experiment_options made = EXP_EXPERIMENT_OPTIONS_INIT;
  exp_project* project = NULL;
  if (mkdtemp(folder) == NULL) return 2;
  run_shell(folder,
            "git init -q -b main && echo 'lr: 1' > params.yaml && mkdir conf && "
            "printf 'model:\\n  depth: 3\\nsizes: [1, 2]\\n' > conf/config.yaml");
  run_shell(folder,
            "printf 'stages:\\n  train:\\n    cmd: >-\\n      grep -q 1 params.yaml && loss=0.5 || "
            "loss=0.333333333333; echo loss: $loss > m.yaml; printf \"1\\\\n2\\\\n\" > steps.csv\\n"
            "    params: [lr]\\n    metrics: [{m.yaml: {cache: false}}]\\n"
            "    plots: [{steps.csv: {cache: false}}]\\n' > dvc.yaml");
  CHECK(exp_project_init(&project, folder, 0, NULL) == EXP_OK);
  CHECK(exp_pipeline_run(NULL, project, NULL, NULL) == EXP_OK);
  run_shell(folder, "git add -A && git commit -qm one");
  made.name = "better";
  made.set_params = changes;
  made.flags = EXP_EXPERIMENT_TEMP;
  CHECK(exp_experiments_run(NULL, project, &made, NULL) == EXP_OK);
  test_show(project);
  test_diff(project);
  test_overrides();
  test_composition(folder);
  test_plots(project, folder);
  exp_project_free(project);
  if (failures == 0) run_shell(folder, "rm -rf \"$PWD\"");
  return finish();
}
