/* The queue through the C interface: add, look, run, stop, and every function's failure paths. */
#define _XOPEN_SOURCE 700
#include <expcore/exp.h>
#include <pthread.h>
#include <time.h>

#include "check.h"

#define BAD_FLAG (UINT32_C(1) << 30)

static const char* const nobody[] = {"nope", NULL};
static const char* const nothing[] = {NULL};

static void write_pipeline(const char* folder, const char* command) {
  char script[1024];
  snprintf(script, sizeof script,
           "printf 'stages:\\n  train:\\n    cmd: %s\\n    params: [lr]\\n    outs: [out.txt]\\n' "
           "> dvc.yaml && git add -A && git commit -qm work --allow-empty",
           command);
  run_shell(folder, script);
}

static exp_tasks* add(const exp_project* project, const char* name, const char* override) {
  exp_queue_add_options options = EXP_QUEUE_ADD_OPTIONS_INIT;
  const char* overrides[] = {NULL, NULL};
  exp_tasks* tasks = NULL;
  exp_error* error = NULL;
  overrides[0] = override;
  options.name = name;
  options.set_params = overrides;
  CHECK(exp_queue_add(&tasks, project, &options, &error) == EXP_OK);
  if (error != NULL) fprintf(stderr, "%s\n", exp_error_message(error));
  exp_error_free(error);
  return tasks;
}

static int32_t state_of(const exp_project* project, const char* task) {
  exp_tasks* found = NULL;
  int32_t state = 0;
  CHECK(exp_queue_find(&found, project, task, NULL) == EXP_OK);
  if (exp_tasks_count(found) == 1) state = exp_tasks_get(found, 0)->state;
  exp_tasks_free(found);
  return state;
}

static void test_null_and_nonsense(const exp_project* project) {
  exp_tasks* tasks = (exp_tasks*)&failures;
  exp_names* names = (exp_names*)&failures;
  exp_executor* executor = (exp_executor*)&failures;
  exp_error* error = NULL;
  uint32_t number = 7;
  int32_t truth = 7;
  size_t size = 7;
  char* text = (char*)&failures;
  exp_queue_add_options add_options = EXP_QUEUE_ADD_OPTIONS_INIT;
  exp_queue_run_options run_options = EXP_QUEUE_RUN_OPTIONS_INIT;
  exp_worker_options worker_options = EXP_WORKER_OPTIONS_INIT;
  exp_run_options dry = EXP_RUN_OPTIONS_INIT;

  CHECK(exp_queue_add(&tasks, NULL, NULL, &error) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(tasks == NULL);
  CHECK(strcmp(exp_error_message(error), "project must not be NULL") == 0);
  exp_error_free(error);
  CHECK(exp_queue_status(&tasks, NULL, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_status(NULL, project, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_status(&tasks, project, BAD_FLAG, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_status_json(&text, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(text == NULL);
  CHECK(exp_queue_status_json(NULL, project, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_find(&tasks, NULL, "x", NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_find(&tasks, project, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_find(NULL, project, "x", NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_run(NULL, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_start(&number, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(number == 0);
  CHECK(exp_queue_stop(NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_kill(&names, NULL, nobody, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(names == NULL);
  CHECK(exp_queue_kill(&names, project, NULL, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_kill(&names, project, nobody, BAD_FLAG, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_kill_all(&names, NULL, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_kill_all(&names, project, BAD_FLAG, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_remove(NULL, nobody, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_remove(project, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_remove_all(&tasks, NULL, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_remove_all(&tasks, project, BAD_FLAG, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_hold(NULL, nobody, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_hold(project, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_release(NULL, nobody, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_release(project, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_prioritize(NULL, nobody, 1, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_prioritize(project, NULL, 1, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_retry(NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_retry(NULL, nothing, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_requeue(NULL, nobody, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_requeue(project, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_wait(&truth, NULL, NULL, 0, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(truth == 0);
  CHECK(exp_queue_wait(&truth, project, NULL, -1, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_log(&text, &size, NULL, "x", 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(size == 0);
  CHECK(exp_queue_log(NULL, NULL, project, "x", 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_log(&text, NULL, project, NULL, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_log(&text, NULL, project, "x", BAD_FLAG, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_follow(project, "x", NULL, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_recover(&number, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_executor_local(NULL, 1, NULL) == EXP_ERR_INVALID_ARGUMENT);

  add_options.struct_size = 1;
  CHECK(exp_queue_add(NULL, project, &add_options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  add_options.struct_size = sizeof add_options;
  add_options.flags = BAD_FLAG;
  CHECK(exp_queue_add(NULL, project, &add_options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  add_options.flags = 0;
  add_options.timeout = -1;
  CHECK(exp_queue_add(NULL, project, &add_options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  add_options.timeout = 0;
  add_options.retries = -1;
  CHECK(exp_queue_add(NULL, project, &add_options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  add_options.retries = 0;
  dry.flags = EXP_RUN_DRY;
  add_options.run = &dry;
  CHECK(exp_queue_add(NULL, project, &add_options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  run_options.flags = BAD_FLAG;
  CHECK(exp_queue_run(project, NULL, &run_options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  run_options.flags = 0;
  run_options.linger = -1;
  CHECK(exp_queue_run(project, NULL, &run_options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  worker_options.struct_size = 0;
  CHECK(exp_queue_start(NULL, project, &worker_options, NULL) == EXP_ERR_INVALID_ARGUMENT);

  exp_tasks_free(NULL);
  exp_names_free(NULL);
  exp_executor_free(NULL);
  CHECK(exp_tasks_count(NULL) == 0 && exp_tasks_get(NULL, 0) == NULL);
  CHECK(exp_tasks_active_workers(NULL) == 0 && exp_tasks_idle_workers(NULL) == 0);
  CHECK(exp_names_count(NULL) == 0 && exp_names_get(NULL, 0) == NULL);
  CHECK(exp_executor_jobs(NULL) == 0);
  CHECK(exp_executor_local(&executor, 0, NULL) == EXP_OK);
  CHECK(exp_executor_jobs(executor) == 1);
  exp_executor_free(executor);
  CHECK(exp_executor_local(&executor, EXP_JOBS_PER_PROCESSOR, NULL) == EXP_OK);
  CHECK(exp_executor_jobs(executor) == EXP_JOBS_PER_PROCESSOR);
  exp_executor_free(executor);
}

static void test_doctor(const exp_project* project, const char* folder) {
  exp_findings* findings = (exp_findings*)&failures;
  exp_error* error = NULL;
  CHECK(exp_queue_doctor(&findings, NULL, 0, &error) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(findings == NULL);
  CHECK(strcmp(exp_error_message(error), "project must not be NULL") == 0);
  exp_error_free(error);
  CHECK(exp_queue_doctor(NULL, project, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_doctor(&findings, project, BAD_FLAG, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_findings_count(NULL) == 0);
  CHECK(exp_findings_get(NULL, 0) == NULL);
  exp_findings_free(NULL);

  CHECK(exp_queue_doctor(&findings, project, 0, NULL) == EXP_OK);
  CHECK(exp_findings_count(findings) == 0);
  exp_findings_free(findings);
  run_shell(folder,
            "mkdir -p .dvc/tmp/exps/expcore/logs && touch .dvc/tmp/exps/expcore/logs/x.log");
  CHECK(exp_queue_doctor(&findings, project, EXP_QUEUE_DOCTOR_FIX, NULL) == EXP_OK);
  CHECK(exp_findings_count(findings) == 1);
  CHECK(exp_findings_get(findings, 1) == NULL);
  if (exp_findings_count(findings) == 1) {
    const exp_finding* finding = exp_findings_get(findings, 0);
    CHECK(finding->struct_size == sizeof *finding);
    CHECK(strcmp(finding->kind, "stray_log") == 0);
    CHECK(strcmp(finding->task, "") == 0);
    CHECK(strcmp(finding->what, "'logs/x.log' is of no task") == 0);
    CHECK(strcmp(finding->remedy, "remove it") == 0);
    CHECK(finding->fixable == 1 && finding->fixed == 1);
  }
  exp_findings_free(findings);
  CHECK(exp_queue_doctor(&findings, project, 0, NULL) == EXP_OK);
  CHECK(exp_findings_count(findings) == 0);
  exp_findings_free(findings);
}

static void test_unknown_names(const exp_project* project) {
  exp_names* names = NULL;
  exp_tasks* tasks = NULL;
  exp_error* error = NULL;
  char* text = NULL;
  CHECK(exp_queue_remove(project, nobody, &error) == EXP_ERR_NOT_FOUND);
  CHECK(strcmp(exp_error_message(error), "'nope' is not a valid experiment name") == 0);
  exp_error_free(error);
  CHECK(exp_queue_hold(project, nobody, NULL) == EXP_ERR_NOT_FOUND);
  CHECK(exp_queue_release(project, nobody, NULL) == EXP_ERR_NOT_FOUND);
  CHECK(exp_queue_prioritize(project, nobody, 1, NULL) == EXP_ERR_NOT_FOUND);
  CHECK(exp_queue_retry(project, nobody, NULL) == EXP_ERR_NOT_FOUND);
  CHECK(exp_queue_requeue(project, nobody, NULL) == EXP_ERR_NOT_FOUND);
  CHECK(exp_queue_wait(NULL, project, nobody, 0, NULL, NULL) == EXP_ERR_NOT_FOUND);
  CHECK(exp_queue_log(&text, NULL, project, "nope", 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_kill(&names, project, nobody, 0, NULL) == EXP_OK);
  CHECK(exp_names_count(names) == 1);
  CHECK(strcmp(exp_names_get(names, 0), "nope") == 0);
  CHECK(exp_names_get(names, 1) == NULL);
  exp_names_free(names);
  CHECK(exp_queue_find(&tasks, project, "nope", NULL) == EXP_OK);
  CHECK(exp_tasks_count(tasks) == 0);
  exp_tasks_free(tasks);
}

static void test_add_and_look(const exp_project* project) {
  const char* const late[] = {"sweep-2", NULL};
  const char* const missing[] = {"nope", NULL};
  const char* const empty_sweep[] = {"lr=range(3,3)", NULL};
  const char* const twice[] = {"lr=2", NULL};
  exp_queue_add_options options = EXP_QUEUE_ADD_OPTIONS_INIT;
  const exp_task* task;
  exp_tasks* tasks = add(project, "sweep", "lr=2,3");
  char* text = NULL;
  CHECK(exp_tasks_count(tasks) == 2);
  task = exp_tasks_get(tasks, 1);
  CHECK(task->struct_size == sizeof(exp_task));
  CHECK(strlen(task->id) == 40 && strlen(task->baseline) == 40);
  CHECK(strcmp(task->name, "sweep-2") == 0);
  CHECK(task->state == EXP_TASK_QUEUED && task->attempts == 0 && task->created > 0);
  CHECK(task->override_count == 1);
  CHECK(strcmp(task->override_files[0], "params.yaml") == 0);
  CHECK(strcmp(task->overrides[0], "lr=3") == 0);
  CHECK(task->override_files[1] == NULL && task->overrides[1] == NULL);
  CHECK(strcmp(task->reason, "") == 0 && strcmp(task->commit, "") == 0);
  CHECK(exp_tasks_get(tasks, 2) == NULL);
  exp_tasks_free(tasks);

  options.name = "held";
  options.set_params = twice;
  options.after = late;
  options.flags = EXP_QUEUE_ADD_HELD;
  CHECK(exp_queue_add(&tasks, project, &options, NULL) == EXP_OK);
  CHECK(exp_tasks_get(tasks, 0)->state == EXP_TASK_HELD);
  CHECK(exp_tasks_get(tasks, 0)->waits_for_others == 1);
  exp_tasks_free(tasks);
  CHECK(exp_queue_add(NULL, project, &options, NULL) == EXP_ERR_EXISTS);
  options.name = NULL;
  options.after = missing;
  CHECK(exp_queue_add(&tasks, project, &options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(tasks == NULL);
  options.after = NULL;
  options.set_params = empty_sweep;
  CHECK(exp_queue_add(NULL, project, &options, NULL) == EXP_ERR_INVALID_ARGUMENT);

  CHECK(exp_queue_prioritize(project, late, 5, NULL) == EXP_OK);
  CHECK(exp_queue_status(&tasks, project, 0, NULL) == EXP_OK);
  CHECK(exp_tasks_count(tasks) == 3);
  CHECK(strcmp(exp_tasks_get(tasks, 0)->name, "sweep-2") == 0);
  CHECK(exp_tasks_get(tasks, 0)->priority == 5);
  CHECK(exp_tasks_active_workers(tasks) == 0 && exp_tasks_idle_workers(tasks) == 0);
  exp_tasks_free(tasks);
  CHECK(exp_queue_status(&tasks, project, EXP_QUEUE_STATUS_BRIEF, NULL) == EXP_OK);
  CHECK(exp_tasks_get(tasks, 0)->override_count == 0);
  exp_tasks_free(tasks);
  CHECK(exp_queue_status_json(&text, project, NULL) == EXP_OK);
  CHECK(strstr(text, "\"name\": \"sweep-2\", \"state\": \"queued\"") != NULL);
  exp_free(text);
  CHECK(exp_queue_log(&text, NULL, project, "held", 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
}

typedef struct watcher {
  int ready;
  int started;
  int finished;
  int inner;
  int again;
  int calls_after_stop;
  int stopped;
  int stop_at_start;
  exp_cancel* cancel_at_start;
  char last_commit[41];
} watcher;

static int32_t on_ready(void* user_data) {
  ((watcher*)user_data)->ready++;
  return 0;
}

static int32_t refuse_ready(void* user_data) {
  (void)user_data;
  return 1;
}

static int32_t on_event(const exp_queue_event* event, void* user_data) {
  watcher* seen = (watcher*)user_data;
  CHECK(event->struct_size >= sizeof(exp_queue_event));
  CHECK(event->task != NULL);
  if (seen->stopped) seen->calls_after_stop++;
  if (event->kind == EXP_QUEUE_EVENT_TASK_EVENT) {
    CHECK(event->event != NULL);
    CHECK(strlen(event->event->text) <= event->event->text_size);
    seen->inner++;
  }
  if (event->kind == EXP_QUEUE_EVENT_TASK_FINISHED) {
    CHECK(event->event == NULL);
    seen->finished++;
    if (event->again) seen->again++;
    snprintf(seen->last_commit, sizeof seen->last_commit, "%s", event->task->commit);
  }
  if (event->kind == EXP_QUEUE_EVENT_TASK_STARTED) {
    seen->started++;
    if (seen->cancel_at_start != NULL) exp_cancel_request(seen->cancel_at_start);
    if (seen->stop_at_start) {
      seen->stopped = 1;
      return 1;
    }
  }
  return 0;
}

static void test_stopping(const exp_project* project) {
  exp_queue_run_options options = EXP_QUEUE_RUN_OPTIONS_INIT;
  exp_executor* two = NULL;
  exp_error* error = NULL;
  watcher seen;
  memset(&seen, 0, sizeof seen);
  CHECK(exp_executor_local(&two, 2, NULL) == EXP_OK);
  options.on_event = on_event;
  options.user_data = &seen;
  seen.stop_at_start = 1;
  CHECK(exp_queue_run(project, two, &options, &error) == EXP_ERR_CALLBACK);
  CHECK(strcmp(exp_error_message(error), "stopped by the event callback") == 0);
  exp_error_free(error);
  CHECK(seen.started == 1 && seen.calls_after_stop == 0);
  CHECK(state_of(project, "sweep-1") == EXP_TASK_QUEUED);
  CHECK(state_of(project, "sweep-2") == EXP_TASK_QUEUED);

  memset(&seen, 0, sizeof seen);
  options.cancel = exp_cancel_new();
  seen.cancel_at_start = options.cancel;
  CHECK(exp_queue_run(project, NULL, &options, NULL) == EXP_ERR_CANCELLED);
  CHECK(seen.started == 1);
  CHECK(state_of(project, "sweep-1") == EXP_TASK_QUEUED);
  CHECK(state_of(project, "sweep-2") == EXP_TASK_QUEUED);
  CHECK(exp_queue_wait(NULL, project, NULL, 0, options.cancel, NULL) == EXP_ERR_CANCELLED);
  exp_cancel_free(options.cancel);
  options.cancel = NULL;
  options.on_event = NULL;
  options.on_ready = refuse_ready;
  CHECK(exp_queue_run(project, NULL, &options, NULL) == EXP_ERR_CALLBACK);
  CHECK(exp_queue_wait(NULL, project, NULL, 1, NULL, NULL) == EXP_ERR_BUSY);
  exp_executor_free(two);
}

static int32_t collect(const char* text, size_t text_size, void* user_data) {
  char* into = (char*)user_data;
  CHECK(text[text_size] == '\0');
  strncat(into, text, 2000 - strlen(into));
  return 0;
}

static int32_t refuse(const char* text, size_t text_size, void* user_data) {
  (void)text;
  (void)text_size;
  ++*(int*)user_data;
  return 1;
}

static void test_run(const exp_project* project) {
  const char* const held[] = {"held", NULL};
  exp_queue_run_options options = EXP_QUEUE_RUN_OPTIONS_INIT;
  exp_executor* two = NULL;
  exp_tasks* tasks = NULL;
  const exp_task* task;
  watcher seen;
  char collected[2048] = "";
  char* text = NULL;
  size_t size = 0;
  int calls = 0;
  int32_t succeeded = 0;
  memset(&seen, 0, sizeof seen);
  CHECK(exp_executor_local(&two, 2, NULL) == EXP_OK);
  options.on_event = on_event;
  options.on_ready = on_ready;
  options.user_data = &seen;
  CHECK(exp_queue_run(project, two, &options, NULL) == EXP_OK);
  CHECK(seen.ready == 1 && seen.started == 2 && seen.finished == 2 && seen.inner > 2);
  CHECK(seen.again == 0);
  CHECK(strlen(seen.last_commit) == 40);
  CHECK(state_of(project, "held") == EXP_TASK_HELD);
  CHECK(exp_queue_wait(&succeeded, project, NULL, 0, NULL, NULL) == EXP_OK);
  CHECK(exp_queue_release(project, held, NULL) == EXP_OK);
  CHECK(exp_queue_run(project, NULL, NULL, NULL) == EXP_OK);
  CHECK(exp_queue_wait(&succeeded, project, NULL, 0, NULL, NULL) == EXP_OK);
  CHECK(succeeded == 1);
  CHECK(exp_queue_hold(project, held, NULL) == EXP_ERR_INVALID_ARGUMENT);
  exp_executor_free(two);

  CHECK(exp_queue_find(&tasks, project, "sweep-1", NULL) == EXP_OK);
  task = exp_tasks_get(tasks, 0);
  CHECK(task->state == EXP_TASK_SUCCESS && task->attempts >= 1);
  CHECK(strlen(task->commit) == 40 && strncmp(task->ref, "refs/exps/", 10) == 0);
  CHECK(task->started > task->created && task->ended >= task->started);
  CHECK(strlen(task->log) > 0 && task->is_dvc == 0 && task->pid == 0);
  exp_tasks_free(tasks);

  CHECK(exp_queue_log(&text, &size, project, "sweep-1", 0, NULL) == EXP_OK);
  CHECK(strstr(text, "lr: 2") != NULL && strlen(text) == size);
  exp_free(text);
  CHECK(exp_queue_log(&text, NULL, project, "sweep-1", EXP_QUEUE_LOG_ALL, NULL) == EXP_OK);
  CHECK(strlen(text) > size);
  exp_free(text);
  CHECK(exp_queue_follow(project, "sweep-1", collect, collected, NULL, NULL) == EXP_OK);
  CHECK(strstr(collected, "lr: 2") != NULL);
  CHECK(exp_queue_follow(project, "sweep-1", refuse, &calls, NULL, NULL) == EXP_ERR_CALLBACK);
  CHECK(calls == 1);
  CHECK(exp_queue_follow(project, "nope", refuse, &calls, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_follow(project, NULL, refuse, &calls, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_follow(NULL, "x", refuse, &calls, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);

  CHECK(exp_queue_requeue(project, held, NULL) == EXP_OK);
  CHECK(state_of(project, "held") == EXP_TASK_QUEUED);
  CHECK(exp_queue_remove_all(&tasks, project, EXP_QUEUE_REMOVE_QUEUED, NULL) == EXP_OK);
  CHECK(exp_tasks_count(tasks) == 1);
  CHECK(strcmp(exp_tasks_get(tasks, 0)->name, "held") == 0);
  exp_tasks_free(tasks);
  CHECK(exp_queue_remove_all(NULL, project, EXP_QUEUE_REMOVE_SUCCESS, NULL) == EXP_OK);
  CHECK(state_of(project, "sweep-1") == 0);
}

static void test_failing(const exp_project* project, const char* folder) {
  const char* const bad[] = {"bad", NULL};
  exp_queue_run_options options = EXP_QUEUE_RUN_OPTIONS_INIT;
  exp_queue_add_options adding = EXP_QUEUE_ADD_OPTIONS_INIT;
  exp_tasks* tasks = NULL;
  const exp_task* task;
  watcher seen;
  int32_t succeeded = 1;
  memset(&seen, 0, sizeof seen);
  write_pipeline(folder, "exit 3");
  adding.name = "bad";
  adding.retries = 1;
  CHECK(exp_queue_add(NULL, project, &adding, NULL) == EXP_OK);
  options.on_event = on_event;
  options.user_data = &seen;
  CHECK(exp_queue_run(project, NULL, &options, NULL) == EXP_OK);
  CHECK(seen.started == 2 && seen.finished == 2 && seen.again == 1);
  CHECK(strcmp(seen.last_commit, "") == 0);
  CHECK(exp_queue_wait(&succeeded, project, bad, 0, NULL, NULL) == EXP_OK);
  CHECK(succeeded == 0);
  CHECK(exp_queue_find(&tasks, project, "bad", NULL) == EXP_OK);
  task = exp_tasks_get(tasks, 0);
  CHECK(task->state == EXP_TASK_FAILED && strcmp(task->reason, "failed") == 0);
  CHECK(task->exit_code == 3 && strlen(task->message) > 0);
  exp_tasks_free(tasks);

  CHECK(exp_queue_retry(project, nothing, NULL) == EXP_OK);
  CHECK(state_of(project, "bad") == EXP_TASK_FAILED);
  CHECK(exp_queue_retry(project, NULL, NULL) == EXP_OK);
  CHECK(state_of(project, "bad") == EXP_TASK_QUEUED);
  CHECK(exp_queue_wait(&succeeded, project, nothing, 0, NULL, NULL) == EXP_OK);
  CHECK(succeeded == 1);
  CHECK(exp_queue_remove(project, bad, NULL) == EXP_OK);
  CHECK(state_of(project, "bad") == 0);
}

/* NULL when something failed: the counters of CHECK are the main thread's. */
static void* run_queue(void* folder) {
  exp_project* project = NULL;
  void* result = NULL;
  if (exp_project_open(&project, (const char*)folder, NULL) != EXP_OK) return NULL;
  if (exp_queue_run(project, NULL, NULL, NULL) == EXP_OK) result = folder;
  exp_project_free(project);
  return result;
}

static void await_running(const exp_project* project, const char* task) {
  struct timespec pause = {0, 20 * 1000 * 1000};
  int i;
  for (i = 0; i < 1500 && state_of(project, task) != EXP_TASK_RUNNING; ++i)
    nanosleep(&pause, NULL);
}

static void test_kill(const exp_project* project, char* folder) {
  const char* const both[] = {"nope", "long-1", NULL};
  const char* const first[] = {"long-1", NULL};
  exp_names* names = NULL;
  pthread_t runner;
  void* ran = NULL;
  write_pipeline(folder, "sleep 100");
  exp_tasks_free(add(project, "long", "lr=7,8"));
  CHECK(pthread_create(&runner, NULL, run_queue, folder) == 0);
  await_running(project, "long-1");
  CHECK(exp_queue_remove(project, first, NULL) == EXP_ERR_NOT_FOUND);
  CHECK(exp_queue_hold(project, first, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_queue_kill(&names, project, both, EXP_QUEUE_KILL_FORCE, NULL) == EXP_OK);
  CHECK(exp_names_count(names) == 1);
  CHECK(strcmp(exp_names_get(names, 0), "nope") == 0);
  exp_names_free(names);
  CHECK(state_of(project, "long-1") == EXP_TASK_FAILED);
  await_running(project, "long-2");
  CHECK(exp_queue_kill_all(&names, project, 0, NULL) == EXP_OK);
  CHECK(exp_names_count(names) == 1);
  CHECK(strcmp(exp_names_get(names, 0), "long-2") == 0);
  exp_names_free(names);
  CHECK(pthread_join(runner, &ran) == 0);
  CHECK(ran == folder);
  CHECK(exp_queue_kill_all(NULL, project, 0, NULL) == EXP_OK);
  CHECK(exp_queue_remove_all(NULL, project, EXP_QUEUE_REMOVE_FAILED, NULL) == EXP_OK);
}

static void test_workers(const exp_project* project, const char* folder, const char* program) {
  exp_worker_options options = EXP_WORKER_OPTIONS_INIT;
  uint32_t number = 7;
  int32_t succeeded = 0;
  options.program = "/nonexistent/program";
  CHECK(exp_queue_start(&number, project, &options, NULL) == EXP_ERR_NOT_FOUND);
  options.program = "true"; /* ends without a worker */
  CHECK(exp_queue_start(&number, project, &options, NULL) == EXP_ERR_IO);
  CHECK(number == 0);
  CHECK(exp_queue_recover(&number, project, NULL) == EXP_OK);
  CHECK(number == 0);
  CHECK(exp_queue_stop(project, NULL) == EXP_OK);
  if (program == NULL || *program == '\0') return; /* built without the program */
  write_pipeline(folder, "cp params.yaml out.txt");
  exp_tasks_free(add(project, "detached", "lr=9"));
  options.program = program;
  options.linger = -1;
  CHECK(exp_queue_start(&number, project, &options, NULL) == EXP_OK);
  CHECK(number == 1);
  CHECK(exp_queue_wait(&succeeded, project, NULL, 60000, NULL, NULL) == EXP_OK);
  CHECK(succeeded == 1);
  CHECK(state_of(project, "detached") == EXP_TASK_SUCCESS);
}

int main(int argc, char** argv) {
  char folder[] = "/tmp/expcore-queue-test.XXXXXX";
  char command[128];
  exp_project* project = NULL;
  if (mkdtemp(folder) == NULL) return 2;
  run_shell(folder, "git init -q -b main . && git config user.name T && git config user.email t@x");
  CHECK(exp_project_init(&project, folder, 0, NULL) == EXP_OK);
  run_shell(folder, "echo 'lr: 1' > params.yaml");
  write_pipeline(folder, "cat params.yaml && cp params.yaml out.txt");
  test_null_and_nonsense(project);
  test_unknown_names(project);
  test_add_and_look(project);
  test_stopping(project);
  test_run(project);
  test_doctor(project, folder);
  test_failing(project, folder);
  test_kill(project, folder);
  test_workers(project, folder, argc > 1 ? argv[1] : NULL);
  exp_project_free(project);
  snprintf(command, sizeof command, "chmod -R u+w '%s' && rm -rf '%s'", folder, folder);
  if (failures == 0) CHECK(system(command) == 0);
  return finish();
}
