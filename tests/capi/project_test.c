/* What belongs to a project or to none: versions, environment, log, cancel tokens, stages and their
 * status. */
#define _POSIX_C_SOURCE 200809L
#include <dirent.h>
#include <expcore/exp.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "check.h"

static void test_versions(void) {
  char text[32];
  CHECK(exp_version() == EXP_VERSION_NUMBER);
  snprintf(text, sizeof text, "%d.%d.%d", EXP_VERSION_MAJOR, EXP_VERSION_MINOR, EXP_VERSION_PATCH);
  CHECK(strcmp(exp_version_text(), text) == 0);
  CHECK(strcmp(exp_dvc_version(), "3.64") == 0);
  CHECK(exp_has_capability("hydra") == 1);
  CHECK(exp_has_capability("executor.custom") == 1);
  CHECK(exp_has_capability("time travel") == 0);
  CHECK(exp_has_capability("") == 0);
  CHECK(exp_has_capability(NULL) == 0);
}

static void test_cancel(void) {
  exp_cancel* cancel = exp_cancel_new();
  struct pollfd readable;
  readable.fd = exp_cancel_poll_fd(cancel);
  readable.events = POLLIN;
  CHECK(exp_cancel_requested(cancel) == 0);
  CHECK(poll(&readable, 1, 0) == 0);
  exp_cancel_request(cancel);
  CHECK(exp_cancel_requested(cancel) == 1);
  CHECK(poll(&readable, 1, 0) == 1);
  exp_cancel_free(cancel);
  CHECK(exp_cancel_requested(NULL) == 0);
  CHECK(exp_cancel_poll_fd(NULL) == -1);
}

static void test_environment(const char* folder) {
  const char* good[] = {"PATH=/usr/bin:/bin", "COLOUR=blue", NULL};
  const char* bad[] = {"COLOUR", NULL};
  exp_open_options options = EXP_OPEN_OPTIONS_INIT;
  exp_project* project = NULL;
  exp_error* error = NULL;
  exp_run_options run = EXP_RUN_OPTIONS_INIT;
  const char* said[] = {"say", NULL};
  options.environment = good;
  CHECK(exp_project_open_with(&project, folder, &options, NULL) == EXP_OK);
  CHECK(strcmp(exp_project_directory(project), folder) == 0);
  run.targets = said;
  CHECK(exp_pipeline_run(NULL, project, &run, NULL) == EXP_OK);
  run_shell(folder, "test \"$(cat said)\" = blue");
  exp_project_free(project);
  options.environment = bad;
  CHECK(exp_project_open_with(&project, folder, &options, &error) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(project == NULL);
  CHECK(strcmp(exp_error_message(error), "'COLOUR' is not of the form NAME=value") == 0);
  exp_error_free(error);
  CHECK(exp_project_open_with(&project, folder, NULL, NULL) == EXP_OK);
  exp_project_free(project);
  CHECK(exp_project_open_with(&project, "/proc", NULL, NULL) == EXP_ERR_NOT_A_PROJECT);
  CHECK(exp_project_open_with(NULL, folder, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  options.struct_size = 1;
  CHECK(exp_project_open_with(&project, folder, &options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(strcmp(exp_project_directory(NULL), "") == 0);
}

typedef struct heard {
  int lines;
  int warnings;
  int stop;
  char last[256];
} heard;

static int32_t on_log(const exp_log_record* record, void* user_data) {
  heard* log = (heard*)user_data;
  CHECK(record->struct_size >= sizeof(exp_log_record));
  CHECK(strcmp(record->task, "") == 0);
  ++log->lines;
  if (record->level == EXP_LOG_WARNING) ++log->warnings;
  snprintf(log->last, sizeof log->last, "%s", record->text);
  return log->stop;
}

static void test_log(exp_project* project) {
  const char* first[] = {"first", NULL};
  exp_run_options run = EXP_RUN_OPTIONS_INIT;
  exp_error* error = NULL;
  heard log;
  memset(&log, 0, sizeof log);
  run.targets = first;
  run.flags = EXP_RUN_FORCE;
  CHECK(exp_project_log_to(project, on_log, &log, 0, NULL) == EXP_OK);
  CHECK(exp_pipeline_run(NULL, project, &run, NULL) == EXP_OK);
  CHECK(log.lines == 2 && log.warnings == 0);
  CHECK(strncmp(log.last, "stage 'first' ran (", 19) == 0);
  CHECK(exp_project_log_to(project, on_log, &log, EXP_LOG_WARNING, NULL) == EXP_OK);
  CHECK(exp_pipeline_run(NULL, project, &run, NULL) == EXP_OK);
  CHECK(log.lines == 2);
  log.stop = 1;
  CHECK(exp_project_log_to(project, on_log, &log, EXP_LOG_DEBUG, NULL) == EXP_OK);
  CHECK(exp_pipeline_run(NULL, project, &run, &error) == EXP_ERR_CALLBACK);
  CHECK(strcmp(exp_error_message(error), "stopped by the log callback") == 0);
  exp_error_free(error);
  CHECK(exp_project_log_to(project, NULL, NULL, 0, NULL) == EXP_OK);
  CHECK(exp_pipeline_run(NULL, project, &run, NULL) == EXP_OK);
  CHECK(log.lines == 3);
  CHECK(exp_project_log_to(project, on_log, &log, 4, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_project_log_to(project, on_log, &log, -1, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_project_log_to(NULL, on_log, &log, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
}

static void test_stages(const exp_project* project) {
  const char* second[] = {"second", NULL};
  const char* unknown[] = {"nope", NULL};
  exp_stage_list_options options = EXP_STAGE_LIST_OPTIONS_INIT;
  exp_stages* stages = NULL;
  const exp_stage* stage;
  CHECK(exp_pipeline_stages(&stages, project, NULL) == EXP_OK);
  CHECK(exp_stages_count(stages) == 4);
  stage = exp_stages_get(stages, 1);
  CHECK(stage->struct_size >= sizeof(exp_stage));
  CHECK(strcmp(stage->address, "second") == 0);
  CHECK(strcmp(stage->file, "dvc.yaml") == 0);
  CHECK(strcmp(stage->description, "the second one") == 0);
  CHECK(strcmp(stage->command[0], "cat one > two") == 0 && stage->command[1] == NULL);
  CHECK(strcmp(stage->deps[0], "one") == 0 && stage->deps[1] == NULL);
  CHECK(strcmp(stage->params[0], "params.yaml:lr") == 0 && stage->params[1] == NULL);
  CHECK(strcmp(stage->outs[0], "two") == 0 && stage->outs[1] == NULL);
  CHECK(stage->metrics[0] == NULL && stage->plots[0] == NULL);
  CHECK(strcmp(stage->upstream[0], "first") == 0 && stage->upstream[1] == NULL);
  CHECK(stage->kind == EXP_STAGE_PIPELINE && stage->frozen == 0 && stage->always_changed == 0);
  CHECK(exp_stages_get(stages, 4) == NULL);
  CHECK(exp_stages_get(NULL, 0) == NULL);
  exp_stages_free(stages);

  options.targets = second;
  CHECK(exp_pipeline_list(&stages, project, &options, NULL) == EXP_OK);
  CHECK(exp_stages_count(stages) == 1 && strcmp(exp_stages_address(stages, 0), "second") == 0);
  exp_stages_free(stages);
  options.targets = NULL;
  options.flags = EXP_STAGE_LIST_ALL | EXP_STAGE_LIST_FAIL;
  CHECK(exp_pipeline_list(&stages, project, &options, NULL) == EXP_OK);
  CHECK(exp_stages_count(stages) == 4);
  exp_stages_free(stages);
  options.flags = 0;
  options.targets = unknown;
  CHECK(exp_pipeline_list(&stages, project, &options, NULL) == EXP_ERR_NOT_FOUND);
  CHECK(stages == NULL);
  options.flags = UINT32_C(1) << 9;
  CHECK(exp_pipeline_list(&stages, project, &options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_pipeline_list(NULL, project, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_pipeline_list(&stages, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
}

static void test_status(const exp_project* project) {
  const char* second[] = {"second", NULL};
  const char* unknown[] = {"nope", NULL};
  exp_status_options options = EXP_STATUS_OPTIONS_INIT;
  exp_pipeline_status* status = NULL;
  char* text = NULL;
  options.targets = second;
  CHECK(exp_pipeline_status_with(&status, project, &options, NULL) == EXP_OK);
  CHECK(exp_pipeline_status_stage_count(status) >= 1);
  CHECK(exp_pipeline_status_count(status) == 1);
  CHECK(strcmp(exp_pipeline_status_address(status, 0), "second") == 0);
  CHECK(exp_pipeline_status_reason_count(status, 0) >= 2);
  CHECK(strcmp(exp_pipeline_status_reason(status, 0),
               exp_pipeline_status_reason_at(status, 0, 0)) == 0);
  CHECK(strlen(exp_pipeline_status_reason_at(status, 0, 1)) > 0);
  CHECK(exp_pipeline_status_reason_at(status, 0, 99) == NULL);
  CHECK(exp_pipeline_status_reason_at(status, 1, 0) == NULL);
  CHECK(exp_pipeline_status_reason_count(status, 1) == 0);
  exp_pipeline_status_free(status);
  CHECK(exp_pipeline_explain_json_with(&text, project, &options, NULL) == EXP_OK);
  CHECK(strstr(text, "\"stage\": \"second\"") != NULL);
  CHECK(strstr(text, "\"stage\": \"say\"") == NULL);
  exp_free(text);
  options.targets = unknown;
  CHECK(exp_pipeline_status_with(&status, project, &options, NULL) == EXP_ERR_NOT_FOUND);
  CHECK(status == NULL);
  CHECK(exp_pipeline_explain_json_with(&text, project, &options, NULL) == EXP_ERR_NOT_FOUND);
  CHECK(text == NULL);
  options.flags = UINT32_C(1) << 9;
  CHECK(exp_pipeline_status_with(&status, project, &options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_pipeline_status_with(NULL, project, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_pipeline_explain_json_with(NULL, project, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_pipeline_status_stage_count(NULL) == 0);
}

typedef struct answers {
  int asked;
  int32_t answer;
  int32_t result;
} answers;

static int32_t on_confirm(const char* question, int32_t* out_answer, void* user_data) {
  answers* given = (answers*)user_data;
  CHECK(strcmp(question, "first") == 0);
  ++given->asked;
  *out_answer = given->answer;
  return given->result;
}

static void test_confirm(const exp_project* project) {
  const char* first[] = {"first", NULL};
  exp_run_options run = EXP_RUN_OPTIONS_INIT;
  exp_run_summary* summary = NULL;
  exp_error* error = NULL;
  answers given = {0, 0, 0};
  run.targets = first;
  run.flags = EXP_RUN_FORCE;
  run.on_confirm = on_confirm;
  run.user_data = &given;
  CHECK(exp_pipeline_run(NULL, project, &run, &error) == EXP_ERR_STAGE_FAILED);
  CHECK(error != NULL && strstr(exp_error_message(error), "aborted by the user") != NULL);
  exp_error_free(error);
  given.answer = 1;
  CHECK(exp_pipeline_run(&summary, project, &run, NULL) == EXP_OK);
  CHECK(given.asked == 2);
  CHECK(exp_run_summary_seconds(summary, 0) > 0);
  CHECK(exp_run_summary_seconds(summary, 1) == 0);
  CHECK(exp_run_summary_seconds(NULL, 0) == 0);
  exp_run_summary_free(summary);
  given.result = 1;
  CHECK(exp_pipeline_run(NULL, project, &run, NULL) != EXP_OK);
  /* A program of 0.1 has no such field. */
  run.struct_size = offsetof(exp_run_options, on_confirm);
  CHECK(exp_pipeline_run(NULL, project, &run, NULL) == EXP_OK);
  CHECK(given.asked == 3);
}

static exp_cancel* wanted = NULL;

static void on_alarm(int number) {
  (void)number;
  exp_cancel_request(wanted);
}

static void test_cancel_from_a_signal_handler(const exp_project* project) {
  const char* slow[] = {"slow", NULL};
  exp_run_options run = EXP_RUN_OPTIONS_INIT;
  struct sigaction action;
  struct sigaction before;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_alarm;
  action.sa_flags = SA_RESTART;
  sigaction(SIGALRM, &action, &before);
  wanted = exp_cancel_new();
  run.targets = slow;
  run.cancel = wanted;
  alarm(1);
  CHECK(exp_pipeline_run(NULL, project, &run, NULL) == EXP_ERR_CANCELLED);
  exp_cancel_free(wanted);
  sigaction(SIGALRM, &before, NULL);
}

/* How many descriptors are open. */
static int descriptors(void) {
  DIR* folder = opendir("/proc/self/fd");
  int count = 0;
  if (folder == NULL) return -1;
  while (readdir(folder) != NULL)
    ++count;
  closedir(folder);
  return count;
}

/* Memory is the sanitizers' business. */
static void test_a_thousand_cycles(const char* folder) {
  exp_project* project = NULL;
  exp_error* error = NULL;
  const int before = descriptors();
  int i;
  for (i = 0; i < 1000; ++i) {
    CHECK(exp_project_open(&project, folder, NULL) == EXP_OK);
    exp_project_free(project);
    CHECK(exp_project_open(&project, "/proc", &error) == EXP_ERR_NOT_A_PROJECT);
    exp_error_free(error);
  }
  CHECK(descriptors() == before);
}

int main(void) {
  char folder[] = "/tmp/expcore-project-XXXXXX";
  exp_project* project = NULL;
  if (mkdtemp(folder) == NULL) return 2;
  run_shell(folder, "git init -q -b main && echo 'lr: 1' > params.yaml");
  run_shell(folder,
            "printf 'stages:\\n  first:\\n    cmd: cp params.yaml one\\n    outs: [one]\\n"
            "  second:\\n    desc: the second one\\n    cmd: cat one > two\\n    deps: [one]\\n"
            "    params: [lr]\\n    outs: [two]\\n"
            "  say:\\n    cmd: echo $COLOUR > said\\n    outs: [said]\\n"
            "  slow:\\n    cmd: sleep 30\\n' > dvc.yaml");
  CHECK(exp_project_init(&project, folder, 0, NULL) == EXP_OK);
  run_shell(folder, "git add -A && git commit -qm one");
  test_versions();
  test_cancel();
  test_stages(project);
  test_status(project);
  test_environment(folder);
  test_log(project);
  test_confirm(project);
  test_cancel_from_a_signal_handler(project);
  test_a_thousand_cycles(folder);
  exp_project_free(project);
  if (failures == 0) run_shell(folder, "rm -rf \"$PWD\"");
  return finish();
}
