/* A program of release 0.1: it knows that release's header alone, and has to link and run with
 * every later library. Neither it nor exp_0_1.h is changed any more. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exp_0_1.h"

static int failures = 0;

static void check(int holds, const char* what, exp_error** error) {
  if (!holds) {
    const char* why = error != NULL && *error != NULL ? exp_error_message(*error) : "";
    fprintf(stderr, "program_0_1: %s %s\n", what, why);
    ++failures;
  }
  if (error != NULL) {
    exp_error_free(*error);
    *error = NULL;
  }
}

typedef struct told {
  int finished;
  int outputs;
} told;

static int32_t on_event(const exp_event* event, void* user_data) {
  told* seen = (told*)user_data;
  check(event->struct_size >= sizeof(exp_event), "events are those of 0.1 or longer", NULL);
  if (event->kind == EXP_EVENT_STAGE_FINISHED && strcmp(event->stage, "train") == 0)
    ++seen->finished;
  if (event->kind == EXP_EVENT_OUTPUT && memcmp(event->text, "spoken", 6) == 0) ++seen->outputs;
  return 0;
}

static void run_stages(const exp_project* project) {
  exp_run_options options = EXP_RUN_OPTIONS_INIT;
  exp_run_summary* summary = NULL;
  exp_pipeline_status* status = NULL;
  exp_stages* stages = NULL;
  exp_error* error = NULL;
  told seen = {0, 0};
  check(exp_pipeline_stages(&stages, project, &error) == EXP_OK, "stages", &error);
  check(exp_stages_count(stages) == 1 && strcmp(exp_stages_address(stages, 0), "train") == 0,
        "one stage", NULL);
  exp_stages_free(stages);
  check(exp_pipeline_status_get(&status, project, &error) == EXP_OK, "status", &error);
  check(exp_pipeline_status_count(status) == 1, "it is stale", NULL);
  exp_pipeline_status_free(status);
  options.on_event = on_event;
  options.user_data = &seen;
  options.jobs = 2;
  check(exp_pipeline_run(&summary, project, &options, &error) == EXP_OK, "run", &error);
  check(
      exp_run_summary_count(summary) == 1 && exp_run_summary_outcome(summary, 0) == EXP_OUTCOME_RAN,
      "ran", NULL);
  check(seen.finished == 1 && seen.outputs == 1, "events", NULL);
  exp_run_summary_free(summary);
}

static void make_experiments(const exp_project* project) {
  const char* changes[] = {"lr=2", NULL};
  exp_experiment_options options = EXP_EXPERIMENT_OPTIONS_INIT;
  exp_diff_options sides = EXP_DIFF_OPTIONS_INIT;
  exp_experiment* experiment = NULL;
  exp_rows* rows = NULL;
  exp_changes* differences = NULL;
  exp_error* error = NULL;
  char* text = NULL;
  options.name = "old";
  options.set_params = changes;
  check(exp_experiments_run(&experiment, project, &options, &error) == EXP_OK, "experiment",
        &error);
  check(strcmp(exp_experiment_name(experiment), "old") == 0, "its name", NULL);
  exp_experiment_free(experiment);
  check(exp_experiments_run(&experiment, project, &options, &error) == EXP_ERR_EXISTS,
        "the name is taken", NULL);
  check(error != NULL && exp_error_code(error) == EXP_ERR_EXISTS, "an error of 0.1", &error);
  check(exp_experiments_show(&rows, project, NULL, &error) == EXP_OK, "show", &error);
  check(exp_rows_count(rows) == 3 && exp_rows_kind(rows, 2) == EXP_ROW_EXPERIMENT, "three rows",
        NULL);
  check(exp_rows_param(rows, 2, "params.yaml", "lr") != NULL &&
            strcmp(exp_rows_param(rows, 2, "params.yaml", "lr"), "2") == 0,
        "the experiment's lr", NULL);
  exp_rows_free(rows);
  check(exp_experiments_show_json(&text, project, NULL, &error) == EXP_OK && text[0] == '[', "JSON",
        &error);
  exp_free(text);
  sides.b_rev = "old";
  check(exp_params_diff(&differences, project, &sides, &error) == EXP_OK, "diff", &error);
  check(exp_changes_count(differences) == 1 && strcmp(exp_changes_new(differences, 0), "2") == 0,
        "lr differs", NULL);
  exp_changes_free(differences);
}

static int32_t on_task(const exp_queue_event* event, void* user_data) {
  if (event->kind == EXP_QUEUE_EVENT_TASK_FINISHED && event->task->state == EXP_TASK_SUCCESS)
    ++*(int*)user_data;
  return 0;
}

static void use_queue(const exp_project* project) {
  const char* sweep[] = {"lr=3,4", NULL};
  exp_queue_add_options options = EXP_QUEUE_ADD_OPTIONS_INIT;
  exp_queue_run_options run = EXP_QUEUE_RUN_OPTIONS_INIT;
  exp_executor* executor = NULL;
  exp_tasks* tasks = NULL;
  exp_error* error = NULL;
  int done = 0;
  options.name = "sweep";
  options.set_params = sweep;
  check(exp_queue_add(&tasks, project, &options, &error) == EXP_OK, "add", &error);
  check(exp_tasks_count(tasks) == 2 && exp_tasks_get(tasks, 0)->state == EXP_TASK_QUEUED,
        "two tasks", NULL);
  check(strcmp(exp_tasks_get(tasks, 1)->overrides[0], "lr=4") == 0, "overrides", NULL);
  exp_tasks_free(tasks);
  check(exp_executor_local(&executor, 1, &error) == EXP_OK, "executor", &error);
  run.on_event = on_task;
  run.user_data = &done;
  check(exp_queue_run(project, executor, &run, &error) == EXP_OK && done == 2, "both are run",
        &error);
  exp_executor_free(executor);
}

int main(void) {
  char folder[] = "/tmp/expcore-program-0-1-XXXXXX";
  char command[1024];
  exp_project* project = NULL;
  exp_error* error = NULL;
  check(exp_version() >= EXP_VERSION_NUMBER, "the library is as old as this program, or newer",
        NULL);
  if (mkdtemp(folder) == NULL) return 2;
  snprintf(
      command, sizeof command,
      "cd '%s' && git init -q && git config user.name t && git config user.email t@example.org && "
      "echo 'lr: 1' > params.yaml && printf 'stages:\\n  train:\\n    cmd: echo spoken; cp "
      "params.yaml o\\n"
      "    params: [lr]\\n    outs: [o]\\n' > dvc.yaml",
      folder);
  if (system(command) != 0) return 2;
  check(exp_project_init(&project, folder, 0, &error) == EXP_OK, "init", &error);
  exp_project_free(project);
  snprintf(command, sizeof command, "cd '%s' && git add -A && git commit -qm start", folder);
  if (system(command) != 0) return 2;
  check(exp_project_open(&project, folder, &error) == EXP_OK, "open", &error);
  run_stages(project);
  make_experiments(project);
  use_queue(project);
  exp_project_free(project);
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  if (failures == 0 && system(command) != 0) return 2;
  printf("%d failures\n", failures);
  return failures == 0 ? 0 : 1;
}
