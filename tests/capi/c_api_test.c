/* Runs the bundled example through the C interface, and every function's failure paths. */
#define _POSIX_C_SOURCE 200809L
#include <expcore/exp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;
static int checks = 0;

#define CHECK(condition)                                              \
  do {                                                                \
    ++checks;                                                         \
    if (!(condition)) {                                               \
      ++failures;                                                     \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
    }                                                                 \
  } while (0)

static void run_shell(const char* command) {
  if (system(command) != 0) {
    fprintf(stderr, "failed: %s\n", command);
    exit(2);
  }
}

typedef struct counts {
  int plans;
  int started;
  int finished;
  int output_bytes;
  int stop_at_output;
  char commit[41];
} counts;

/* How many texts an array holds that ends in NULL. */
static int length(const char* const* texts) {
  int count = 0;
  while (texts[count] != NULL)
    ++count;
  return count;
}

static int32_t on_event(const exp_event* event, void* user_data) {
  counts* seen = (counts*)user_data;
  CHECK(event->struct_size >= sizeof(exp_event));
  if (event->kind == EXP_EVENT_PLAN_MADE) {
    ++seen->plans;
    CHECK(length(event->stages) == 4);
    CHECK(strcmp(event->stages[0], "prepare") == 0);
  } else {
    CHECK(event->stages[0] == NULL);
  }
  if (event->kind == EXP_EVENT_EXPERIMENT_FINISHED) strcpy(seen->commit, event->commit);
  CHECK(event->stage_kind == EXP_STAGE_PIPELINE && event->frozen == 0);
  if (event->kind == EXP_EVENT_STAGE_STARTED) ++seen->started;
  if (event->kind == EXP_EVENT_STAGE_FINISHED) ++seen->finished;
  if (event->kind == EXP_EVENT_OUTPUT) {
    CHECK(event->stream == 1 || event->stream == 2);
    seen->output_bytes += (int)event->text_size;
    if (seen->stop_at_output) return 1;
  }
  return 0;
}

static void test_errors(void) {
  exp_error* error = NULL;
  exp_project* project = (exp_project*)&failures;
  CHECK(exp_project_open(&project, "/proc", &error) == EXP_ERR_NOT_A_PROJECT);
  CHECK(project == NULL);
  CHECK(error != NULL);
  CHECK(exp_error_code(error) == EXP_ERR_NOT_A_PROJECT);
  CHECK(strstr(exp_error_message(error), "not inside of a DVC repository") != NULL);
  CHECK(strcmp(exp_error_details(error), "") == 0);
  exp_error_free(error);

  CHECK(exp_project_open(&project, "/no/such/folder", NULL) == EXP_ERR_NOT_FOUND);
  CHECK(exp_project_open(NULL, "/proc", &error) == EXP_ERR_INVALID_ARGUMENT);
  exp_error_free(error);
  CHECK(exp_pipeline_run(NULL, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_experiments_show(NULL, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_pipeline_stages(NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_pipeline_status_get(NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_experiments_show_json(NULL, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_pipeline_explain_json(NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_pipeline_dag(NULL, NULL, 0, NULL, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);

  exp_error_free(NULL);
  exp_project_free(NULL);
  exp_stages_free(NULL);
  exp_pipeline_status_free(NULL);
  exp_run_summary_free(NULL);
  exp_experiment_free(NULL);
  exp_rows_free(NULL);
  exp_cancel_free(NULL);
  exp_cancel_request(NULL);
  exp_free(NULL);
  CHECK(exp_stages_count(NULL) == 0);
  CHECK(exp_rows_kind(NULL, 0) == -1);
  CHECK(exp_rows_metric(NULL, 0, NULL, "x") == NULL);
  CHECK(exp_version() == EXP_VERSION_NUMBER);
}

static void test_options(const exp_project* project) {
  const char* first[] = {"prepare", NULL};
  exp_run_options options = EXP_RUN_OPTIONS_INIT;
  struct {
    exp_run_options known;
    int future;
  } newer;
  exp_error* error = NULL;
  options.struct_size = 1;
  CHECK(exp_pipeline_run(NULL, project, &options, &error) == EXP_ERR_INVALID_ARGUMENT);
  exp_error_free(error);
  memset(&newer, 0, sizeof newer);
  newer.known.struct_size = sizeof newer;
  newer.known.flags = EXP_RUN_DRY;
  newer.future = 1;
  CHECK(exp_pipeline_run(NULL, project, &newer.known, &error) == EXP_ERR_INVALID_ARGUMENT);
  exp_error_free(error);
  options.struct_size = sizeof options;
  options.flags = EXP_RUN_DRY | EXP_RUN_PULL;
  options.targets = first;
  CHECK(exp_pipeline_run(NULL, project, &options, NULL) == EXP_OK);
  options.targets = NULL;
  options.flags = UINT32_C(1) << 30;
  CHECK(exp_pipeline_run(NULL, project, &options, &error) == EXP_ERR_INVALID_ARGUMENT);
  exp_error_free(error);
}

static void test_stopping(const exp_project* project) {
  exp_run_options options = EXP_RUN_OPTIONS_INIT;
  exp_cancel* cancel = exp_cancel_new();
  exp_error* error = NULL;
  counts seen;
  exp_pipeline_status* status = NULL;
  memset(&seen, 0, sizeof seen);
  exp_cancel_request(cancel);
  exp_cancel_request(cancel);
  options.cancel = cancel;
  CHECK(exp_pipeline_run(NULL, project, &options, &error) == EXP_ERR_CANCELLED);
  exp_error_free(error);
  exp_cancel_free(cancel);

  options.cancel = NULL;
  options.on_event = on_event;
  options.user_data = &seen;
  seen.stop_at_output = 1;
  CHECK(exp_pipeline_run(NULL, project, &options, &error) == EXP_ERR_CALLBACK);
  exp_error_free(error);
  CHECK(seen.plans == 1);
  CHECK(exp_pipeline_status_get(&status, project, NULL) == EXP_OK);
  CHECK(exp_pipeline_status_count(status) == 4);
  CHECK(strcmp(exp_pipeline_status_address(status, 0), "prepare") == 0);
  CHECK(strlen(exp_pipeline_status_reason(status, 0)) > 0);
  CHECK(exp_pipeline_status_address(status, 99) == NULL);
  exp_pipeline_status_free(status);
}

static void test_graph(const exp_project* project) {
  char* text = NULL;
  exp_error* error = NULL;
  CHECK(exp_pipeline_explain_json(&text, project, NULL) == EXP_OK);
  CHECK(strstr(text, "{\"stage\": \"prepare\", \"direct\": [\"") != NULL);
  exp_free(text);
  CHECK(exp_pipeline_dag(&text, project, EXP_DAG_DOT, "train", 0, NULL) == EXP_OK);
  CHECK(strstr(text, "\"featurize\" -> \"train\";") != NULL);
  CHECK(strstr(text, "evaluate") == NULL);
  exp_free(text);
  CHECK(exp_pipeline_dag(&text, project, EXP_DAG_MERMAID, NULL, EXP_DAG_OUTS, NULL) == EXP_OK);
  CHECK(strncmp(text, "flowchart TD", 12) == 0);
  exp_free(text);
  CHECK(exp_pipeline_dag(&text, project, EXP_DAG_TEXT, "", EXP_DAG_FULL, NULL) == EXP_OK);
  CHECK(strstr(text, "| train |") != NULL);
  exp_free(text);
  CHECK(exp_pipeline_dag(&text, project, EXP_DAG_TEXT, "nope", 0, &error) == EXP_ERR_NOT_FOUND);
  CHECK(text == NULL);
  exp_error_free(error);
  CHECK(exp_pipeline_dag(&text, project, 9, NULL, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_pipeline_dag(&text, project, 0, NULL, 1U << 20, NULL) == EXP_ERR_INVALID_ARGUMENT);
}

static void test_experiments(const exp_project* project) {
  const char* changes[] = {"train.epochs=2", NULL};
  exp_run_options run = EXP_RUN_OPTIONS_INIT;
  exp_experiment_options options = EXP_EXPERIMENT_OPTIONS_INIT;
  exp_experiment* experiment = NULL;
  exp_error* error = NULL;
  exp_rows* rows = NULL;
  char* json = NULL;
  counts seen;
  memset(&seen, 0, sizeof seen);
  run.on_event = on_event;
  run.user_data = &seen;
  options.run = &run;
  options.name = "first";
  CHECK(exp_experiments_run(&experiment, project, &options, &error) == EXP_OK);
  if (error != NULL) fprintf(stderr, "%s\n", exp_error_message(error));
  CHECK(seen.started == 4);
  CHECK(seen.finished == 4);
  CHECK(seen.output_bytes > 0);
  CHECK(strcmp(exp_experiment_name(experiment), "first") == 0);
  CHECK(strlen(exp_experiment_commit(experiment)) == 40);
  CHECK(strcmp(exp_experiment_commit(experiment), seen.commit) == 0);
  CHECK(strncmp(exp_experiment_ref(experiment), "refs/exps/", 10) == 0);
  CHECK(exp_run_summary_count(exp_experiment_summary(experiment)) == 4);
  CHECK(exp_run_summary_outcome(exp_experiment_summary(experiment), 0) == EXP_OUTCOME_RAN);
  exp_experiment_free(experiment);

  CHECK(exp_experiments_run(&experiment, project, &options, &error) == EXP_ERR_EXISTS);
  CHECK(experiment == NULL);
  exp_error_free(error);

  options.name = "short";
  options.set_params = changes;
  CHECK(exp_experiments_run(&experiment, project, &options, NULL) == EXP_OK);
  CHECK(exp_run_summary_outcome(exp_experiment_summary(experiment), 0) == EXP_OUTCOME_UNCHANGED);
  CHECK(exp_run_summary_outcome(exp_experiment_summary(experiment), 2) == EXP_OUTCOME_RAN);
  CHECK(strstr(exp_run_summary_reason(exp_experiment_summary(experiment), 2), "train") != NULL);
  exp_experiment_free(experiment);

  CHECK(exp_experiments_show(&rows, project, NULL, NULL) == EXP_OK);
  CHECK(exp_rows_count(rows) == 4);
  CHECK(exp_rows_kind(rows, 0) == EXP_ROW_WORKSPACE);
  CHECK(exp_rows_kind(rows, 1) == EXP_ROW_BASELINE);
  CHECK(strcmp(exp_rows_name(rows, 1), "main") == 0);
  CHECK(exp_rows_kind(rows, 2) == EXP_ROW_EXPERIMENT);
  CHECK(strcmp(exp_rows_param(rows, 0, "params.yaml", "train.epochs"), "2") == 0);
  CHECK(atof(exp_rows_metric(rows, 2, NULL, "accuracy")) > 0.9);
  CHECK(exp_rows_metric(rows, 2, "other.json", "accuracy") == NULL);
  CHECK(exp_rows_rev(rows, 4) == NULL);
  exp_rows_free(rows);

  CHECK(exp_experiments_show_json(&json, project, NULL, NULL) == EXP_OK);
  CHECK(json[0] == '[');
  exp_free(json);
}

int main(int argc, char** argv) {
  char folder[] = "/tmp/expcore-capi-XXXXXX";
  char command[4096];
  exp_project* project = NULL;
  exp_stages* stages = NULL;
  exp_error* error = NULL;
  if (argc != 2 || mkdtemp(folder) == NULL) return 2;
  test_errors();
  snprintf(command, sizeof command,
           "cp -r '%s/.' '%s' && cd '%s' && git init -q -b main && git config user.name T && "
           "git config user.email t@example.com",
           argv[1], folder, folder);
  run_shell(command);
  CHECK(exp_project_init(&project, folder, 0, &error) == EXP_OK);
  if (error != NULL) fprintf(stderr, "%s\n", exp_error_message(error));
  exp_project_free(project);
  CHECK(exp_project_init(&project, folder, 0, NULL) == EXP_ERR_EXISTS);
  snprintf(command, sizeof command, "cd '%s' && git add -A && git commit -q -m init", folder);
  run_shell(command);
  CHECK(exp_project_open(&project, folder, NULL) == EXP_OK);
  CHECK(strcmp(exp_project_root(project), folder) == 0);
  CHECK(exp_pipeline_stages(&stages, project, NULL) == EXP_OK);
  CHECK(exp_stages_count(stages) == 4);
  CHECK(strcmp(exp_stages_address(stages, 2), "train") == 0);
  CHECK(strcmp(exp_stages_command(stages, 2), "python3 src/train.py") == 0);
  CHECK(exp_stages_address(stages, 4) == NULL);
  exp_stages_free(stages);
  test_options(project);
  test_stopping(project);
  test_graph(project);
  test_experiments(project);
  exp_project_free(project);
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  if (failures == 0) run_shell(command);
  printf("%d checks, %d failures\n", checks, failures);
  return failures == 0 ? 0 : 1;
}
