/* Tracked data and parameter overrides through the C interface. */
#define _XOPEN_SOURCE 700
#include <expcore/exp.h>

#include "check.h"

static void test_data(const exp_project* project, const char* folder) {
  const char* targets[] = {"f.txt", "d", NULL};
  const char* missing[] = {"nope", NULL};
  exp_checkout_result* result = NULL;
  exp_error* error = NULL;
  CHECK(exp_data_add(project, targets, NULL, 0, NULL) == EXP_OK);
  run_shell(folder, "test -f f.txt.dvc && test -f d.dvc && rm -r d f.txt");
  CHECK(exp_data_checkout(&result, project, NULL, 0, NULL) == EXP_OK);
  CHECK(exp_checkout_result_count(result) == 2);
  CHECK(strcmp(exp_checkout_result_path(result, 0), "d/") == 0);
  CHECK(exp_checkout_result_kind(result, 1) == EXP_CHECKOUT_ADDED);
  CHECK(exp_checkout_result_path(result, 2) == NULL);
  CHECK(exp_checkout_result_kind(result, 2) == -1);
  exp_checkout_result_free(result);

  run_shell(folder, "echo changed > f.txt");
  CHECK(exp_data_commit(project, "f.txt.dvc", 0, &error) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(strstr(exp_error_message(error), "unable to commit changed stage") != NULL);
  exp_error_free(error);
  CHECK(exp_data_checkout(NULL, project, NULL, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_data_commit(project, NULL, EXP_DATA_FORCE, NULL) == EXP_OK);
  CHECK(exp_data_move(project, "f.txt", "g.txt", NULL) == EXP_OK);
  CHECK(exp_data_unprotect(project, "g.txt", NULL) == EXP_OK);
  CHECK(exp_data_remove(project, "g.txt.dvc", 1, NULL) == EXP_OK);
  run_shell(folder, "test ! -e g.txt && test ! -e g.txt.dvc && test ! -e f.txt.dvc");

  CHECK(exp_data_add(project, missing, NULL, 0, NULL) == EXP_ERR_NOT_FOUND);
  CHECK(exp_data_add(project, NULL, NULL, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_data_add(NULL, targets, NULL, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_data_add(project, targets, NULL, UINT32_C(1) << 9, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_data_commit(NULL, NULL, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_data_checkout(&result, NULL, NULL, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(result == NULL);
  CHECK(exp_data_remove(project, NULL, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_data_remove(project, "nope.dvc", 0, NULL) == EXP_ERR_NOT_FOUND);
  CHECK(exp_data_move(project, "nope", NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_data_unprotect(project, "nope", NULL) == EXP_ERR_NOT_FOUND);
  exp_checkout_result_free(NULL);
  CHECK(exp_checkout_result_count(NULL) == 0);
}

static void test_overrides(const exp_project* project, const char* folder) {
  const char* plain[] = {"lr=0.5", NULL};
  const char* sweep[] = {"lr=0.1,0.2", "p.json:n=range(3)", NULL};
  const char* wrong[] = {"lr=[1,", NULL};
  exp_overrides* overrides = NULL;
  exp_points* points = NULL;
  exp_names* files = NULL;
  exp_error* error = NULL;
  uint64_t size = 0;
  char* text = NULL;
  int seen = 0;
  CHECK(exp_overrides_parse(&overrides, plain, NULL) == EXP_OK);
  CHECK(exp_overrides_is_sweep(overrides) == 0);
  CHECK(exp_overrides_apply(&text, overrides, "lr: 0.1  # rate\n", "params.yaml", NULL) == EXP_OK);
  CHECK(strcmp(text, "lr: 0.5  # rate\n") == 0);
  exp_free(text);
  run_shell(folder, "printf 'a: 1\\nlr: 1 # keep\\n' > params.yaml");
  CHECK(exp_overrides_apply_to(overrides, project, NULL) == EXP_OK);
  run_shell(folder, "grep -qx 'lr: 0.5 # keep' params.yaml");
  CHECK(exp_overrides_write(&files, overrides, project, NULL) == EXP_OK);
  CHECK(exp_names_count(files) == 1);
  CHECK(strstr(exp_names_get(files, 0), "/params.yaml") != NULL);
  exp_names_free(files);
  exp_overrides_free(overrides);

  CHECK(exp_overrides_parse(&overrides, sweep, NULL) == EXP_OK);
  CHECK(exp_overrides_is_sweep(overrides) == 1);
  CHECK(exp_overrides_size(&size, overrides, NULL) == EXP_OK);
  CHECK(size == 6);
  CHECK(exp_overrides_apply_to(overrides, project, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_overrides_write(&files, overrides, project, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(files == NULL);
  CHECK(exp_points_new(&points, overrides, NULL) == EXP_OK);
  exp_overrides_free(overrides); /* points live on */
  CHECK(exp_points_count(points) == 0);
  while (exp_points_next(points) == 1) {
    CHECK(exp_points_count(points) == 2);
    if (seen++ == 1) {
      CHECK(strcmp(exp_points_override(points, 0), "lr=0.1") == 0);
      CHECK(strcmp(exp_points_file(points, 1), "p.json") == 0);
      CHECK(strcmp(exp_points_override(points, 1), "n=1") == 0);
    }
  }
  CHECK(seen == 6);
  CHECK(exp_points_next(points) == 0);
  CHECK(exp_points_override(points, 0) == NULL);
  exp_points_free(points);

  CHECK(exp_overrides_parse(&overrides, wrong, &error) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(overrides == NULL);
  CHECK(strchr(exp_error_details(error), '^') != NULL);
  exp_error_free(error);
  CHECK(exp_overrides_parse(NULL, plain, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_overrides_size(&size, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_overrides_apply(&text, NULL, "", "", NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_points_new(&points, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  exp_overrides_free(NULL);
  exp_points_free(NULL);
  CHECK(exp_points_next(NULL) == 0);
}

static void test_composition(const exp_project* project, const char* folder) {
  const char* overrides[] = {"x=2", "+z=${x}", NULL};
  const char* wrong[] = {"nope=2", NULL};
  char config[128];
  exp_composition* made = NULL;
  exp_error* error = NULL;
  exp_compose_options options = EXP_COMPOSE_OPTIONS_INIT;
  run_shell(folder, "mkdir conf && printf 'x: 1\n' > conf/config.yaml");
  snprintf(config, sizeof config, "%s/conf", folder);
  options.overrides = overrides;
  CHECK(exp_composition_new(&made, config, &options, NULL) == EXP_OK);
  CHECK(strcmp(exp_composition_yaml(made), "x: 2\nz: 2\n") == 0);
  CHECK(strcmp(exp_composition_json(made), "{\"x\": 2, \"z\": 2}") == 0);
  CHECK(exp_composition_warning_count(made) == 0);
  CHECK(exp_composition_warning(made, 0) == NULL);
  exp_composition_free(made);
  options.flags = EXP_COMPOSE_UNRESOLVED;
  CHECK(exp_composition_new(&made, config, &options, NULL) == EXP_OK);
  CHECK(strcmp(exp_composition_yaml(made), "x: 2\nz: ${x}\n") == 0);
  exp_composition_free(made);
  CHECK(exp_composition_new_for_project(&made, project, NULL, NULL) == EXP_OK);
  CHECK(strcmp(exp_composition_yaml(made), "x: 1\n") == 0);
  exp_composition_free(made);

  CHECK(exp_composition_new_for_project(&made, project, wrong, &error) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(made == NULL);
  CHECK(strstr(exp_error_message(error), "Could not override 'nope'.") != NULL);
  exp_error_free(error);
  options.config_name = "other";
  CHECK(exp_composition_new(&made, config, &options, NULL) != EXP_OK);
  CHECK(exp_composition_new(&made, "/nonexistent", NULL, NULL) == EXP_ERR_NOT_FOUND);
  CHECK(exp_composition_new(NULL, config, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_composition_new(&made, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_composition_new_for_project(&made, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_composition_yaml(NULL) == NULL && exp_composition_json(NULL) == NULL);
  exp_composition_free(NULL);
}

int main(void) {
  char folder[] = "/tmp/expcore-data-test.XXXXXX";
  char command[128];
  exp_project* project = NULL;
  if (mkdtemp(folder) == NULL) return 2;
  run_shell(folder, "git init -q . && mkdir d && echo a > f.txt && echo b > d/x");
  CHECK(exp_project_init(&project, folder, 0, NULL) == EXP_OK);
  test_data(project, folder);
  test_overrides(project, folder);
  test_composition(project, folder);
  exp_project_free(project);
  snprintf(command, sizeof command, "chmod -R u+w '%s' && rm -rf '%s'", folder, folder);
  CHECK(system(command) == 0);
  return finish();
}
