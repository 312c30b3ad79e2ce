/* Runs an experiment of the project here and prints the table of experiments: rows.cpp, rows.py and
 * rust/ do the same. */
#include <expcore/exp.h>
#include <stdio.h>

static void print(const exp_rows* rows, size_t row, int32_t column) {
  const size_t count = exp_rows_value_count(rows, row, column);
  size_t i;
  for (i = 0; i < count; ++i) {
    printf("  %s:%s=%s\n", exp_rows_value_file(rows, row, column, i),
           exp_rows_value_key(rows, row, column, i), exp_rows_value_text(rows, row, column, i));
  }
}

int main(void) {
  const char* const set_params[] = {"train.epochs=1", NULL};
  exp_experiment_options options = EXP_EXPERIMENT_OPTIONS_INIT;
  exp_project* project = NULL;
  exp_rows* rows = NULL;
  exp_error* error = NULL;
  size_t row;
  options.name = "same";
  options.set_params = set_params;
  if (exp_project_open(&project, ".", &error) != EXP_OK ||
      exp_experiments_run(NULL, project, &options, &error) != EXP_OK ||
      exp_experiments_show(&rows, project, NULL, &error) != EXP_OK) {
    fprintf(stderr, "%s\n", exp_error_message(error));
    exp_error_free(error);
    exp_project_free(project);
    return 1;
  }
  for (row = 0; row < exp_rows_count(rows); ++row) {
    printf("%d %s\n", (int)exp_rows_kind(rows, row), exp_rows_name(rows, row));
    print(rows, row, EXP_COLUMN_METRIC);
    print(rows, row, EXP_COLUMN_PARAM);
  }
  exp_rows_free(rows);
  exp_project_free(project);
  return 0;
}
