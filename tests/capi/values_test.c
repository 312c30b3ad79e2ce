/* Metrics, params and plots through the C interface. */
#define _POSIX_C_SOURCE 200809L
#include <expcore/exp.h>

#include "check.h"

static void test_metrics(const exp_project* project) {
  exp_metrics_options options = EXP_METRICS_OPTIONS_INIT;
  exp_values* values = NULL;
  char* text = NULL;
  CHECK(exp_metrics_show(&values, project, NULL, NULL) == EXP_OK);
  CHECK(exp_values_count(values) == 3);
  CHECK(strcmp(exp_values_rev(values, 0), "") == 0);
  CHECK(strcmp(exp_values_file(values, 0), "m.json") == 0);
  CHECK(strcmp(exp_values_key(values, 0), "a.b") == 0);
  CHECK(strcmp(exp_values_text(values, 0), "0.5") == 0);
  CHECK(exp_values_kind(values, 0) == EXP_VALUE_NUMBER);
  CHECK(exp_values_number(values, 0) == 0.5);
  CHECK(exp_values_kind(values, 2) == EXP_VALUE_ERROR);
  CHECK(strstr(exp_values_text(values, 2), "nothere.json") != NULL);
  CHECK(exp_values_rev(values, 3) == NULL);
  CHECK(exp_values_kind(values, 3) == -1);
  exp_values_free(values);

  options.flags = EXP_METRICS_ALL_BRANCHES;
  CHECK(exp_metrics_show_json(&text, project, &options, NULL) == EXP_OK);
  CHECK(strstr(text, "\"main\": {\"data\"") != NULL);
  exp_free(text);

  options.flags = UINT32_C(1) << 20;
  CHECK(exp_metrics_show(&values, project, &options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(values == NULL);
  CHECK(exp_metrics_show(NULL, project, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_metrics_show(&values, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  exp_values_free(NULL);
  CHECK(exp_values_count(NULL) == 0);
}

static void test_diff(const exp_project* project) {
  exp_diff_options options = EXP_DIFF_OPTIONS_INIT;
  exp_changes* changes = NULL;
  exp_error* error = NULL;
  char* text = NULL;
  double difference = 0;
  CHECK(exp_metrics_diff(&changes, project, NULL, NULL) == EXP_OK);
  CHECK(exp_changes_count(changes) == 1);
  CHECK(strcmp(exp_changes_file(changes, 0), "m.json") == 0);
  CHECK(strcmp(exp_changes_key(changes, 0), "a.b") == 0);
  CHECK(strcmp(exp_changes_old(changes, 0), "0.25") == 0);
  CHECK(strcmp(exp_changes_new(changes, 0), "0.5") == 0);
  CHECK(exp_changes_difference(changes, 0, &difference) == 1);
  CHECK(difference == 0.25);
  CHECK(exp_changes_difference(changes, 1, &difference) == 0);
  CHECK(exp_changes_old(changes, 1) == NULL);
  exp_changes_free(changes);

  CHECK(exp_params_diff(&changes, project, NULL, NULL) == EXP_OK);
  CHECK(exp_changes_count(changes) == 1);
  CHECK(exp_changes_old(changes, 0) == NULL);
  CHECK(strcmp(exp_changes_new(changes, 0), "2") == 0);
  exp_changes_free(changes);
  CHECK(exp_params_diff_json(&text, project, NULL, NULL) == EXP_OK);
  CHECK(strcmp(text, "{\"params.yaml\": {\"new\": {\"old\": null, \"new\": 2}}}") == 0);
  exp_free(text);
  CHECK(exp_metrics_diff_json(&text, project, NULL, NULL) == EXP_OK);
  exp_free(text);

  options.a_rev = "nope";
  CHECK(exp_metrics_diff(&changes, project, &options, &error) == EXP_ERR_NOT_FOUND);
  CHECK(changes == NULL);
  CHECK(strcmp(exp_error_message(error), "unknown Git revision 'nope'") == 0);
  exp_error_free(error);
  exp_changes_free(NULL);
}

static void test_plots(const exp_project* project) {
  const char* none[] = {NULL};
  const char* unknown[] = {"nope", NULL};
  exp_plots_options options = EXP_PLOTS_OPTIONS_INIT;
  exp_plots* plots = NULL;
  char* text = NULL;
  options.flags = EXP_PLOTS_SPLIT;
  options.template_name = "simple";
  options.out = "out";
  CHECK(exp_plots_load(&plots, project, none, &options, NULL) == EXP_OK);
  CHECK(exp_plots_count(plots) == 3);
  CHECK(strcmp(exp_plots_id(plots, 0), "p.csv") == 0);
  CHECK(strstr(exp_plots_spec(plots, 0), "<DVC_METRIC_DATA>") != NULL);
  CHECK(strstr(exp_plots_anchors(plots, 0), "\"rev\": \"workspace\"") != NULL);
  CHECK(strcmp(exp_plots_spec(plots, 1), "") == 0);
  CHECK(exp_plots_image_count(plots, 1) == 2);
  CHECK(strcmp(exp_plots_image_rev(plots, 1, 0), "workspace") == 0);
  CHECK(strstr(exp_plots_image_path(plots, 1, 1), "/out/HEAD_i.png") != NULL);
  CHECK(exp_plots_image_path(plots, 1, 2) == NULL);
  CHECK(exp_plots_error_count(plots) == 2);
  CHECK(strcmp(exp_plots_error_plot(plots, 0), "gone.csv") == 0);
  CHECK(strcmp(exp_plots_error_rev(plots, 0), "workspace") == 0);
  CHECK(strstr(exp_plots_error_message(plots, 0), "gone.csv") != NULL);
  CHECK(exp_plots_id(plots, 3) == NULL);
  exp_plots_free(plots);

  CHECK(exp_plots_json(&text, project, NULL, &options, NULL) == EXP_OK);
  CHECK(strstr(text, "\"anchor_definitions\"") != NULL);
  exp_free(text);
  CHECK(exp_plots_page(&text, project, NULL, &options, NULL) == EXP_OK);
  CHECK(strstr(text, "/out/index.html") != NULL);
  exp_free(text);
  options.page = "mine.html";
  run_shell(exp_project_directory(project),
            "printf 'mine {plot_divs}' > mine.html; printf 'no place' > wrong.html");
  CHECK(exp_plots_page(&text, project, NULL, &options, NULL) == EXP_OK);
  run_shell(exp_project_directory(project), "grep -q '^mine ' out/index.html");
  exp_free(text);
  options.page = "wrong.html";
  CHECK(exp_plots_page(&text, project, NULL, &options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(text == NULL);
  options.page = NULL;
  CHECK(exp_plots_load(&plots, project, unknown, NULL, NULL) == EXP_ERR_NOT_FOUND);
  CHECK(plots == NULL);
  options.template_name = "nope";
  CHECK(exp_plots_json(&text, project, NULL, &options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(text == NULL);
  CHECK(exp_plots_template(&text, "linear", NULL) == EXP_OK);
  CHECK(text != NULL && text[0] == '{');
  exp_free(text);
  CHECK(exp_plots_template(&text, "nope", NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_plots_template(&text, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  exp_plots_free(NULL);
}

int main(void) {
  char folder[] = "/tmp/expcore-values-XXXXXX";
  char command[128];
  exp_project* project = NULL;
  if (mkdtemp(folder) == NULL) return 2;
  run_shell(folder,
            "git init -q -b main && mkdir .dvc && touch .dvc/config && printf '/tmp\n' > "
            ".dvc/.gitignore && echo '{\"a\": {\"b\": 0.25}, \"s\": \"t\"}' > m.json && "
            "echo 'lr: 1' > params.yaml && printf 'x,y\n1,2\n' > p.csv && echo png > i.png && "
            "printf 'metrics: [m.json, nothere.json]\nplots: [p.csv, i.png, gone.csv]\n' > "
            "dvc.yaml && git add -A && git commit -qm 1 && "
            "echo '{\"a\": {\"b\": 0.5}, \"s\": \"t\"}' > m.json && echo 'new: 2' >> params.yaml");
  CHECK(exp_project_open(&project, folder, NULL) == EXP_OK);
  test_metrics(project);
  test_diff(project);
  test_plots(project);
  exp_project_free(project);
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  if (system(command) != 0) return 2;
  return finish();
}
