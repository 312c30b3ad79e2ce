/* Executors through the C interface: command lines, callbacks, those of a project. */
#define _XOPEN_SOURCE 700
#include <expcore/exp.h>

#include "check.h"

/* A machine room of one: jobs run when they are submitted. */
typedef struct room {
  int submitted;
  int polled;
  int refuses;
  exp_job last;
  char name[64];
} room;

static int32_t submit(const exp_job* job, char* id, size_t id_size, void* user_data) {
  room* self = (room*)user_data;
  char command[4096];
  if (self->refuses) return 1;
  ++self->submitted;
  self->last = *job;
  snprintf(self->name, sizeof self->name, "%s", job->name);
  snprintf(command, sizeof command, "sh '%s' > '%s' 2>&1", job->script, job->log);
  (void)system(command);
  snprintf(id, id_size, "room-%d", self->submitted);
  return 0;
}

static int32_t poll_job(const char* id, int32_t* out_alive, void* user_data) {
  ++((room*)user_data)->polled;
  *out_alive = strncmp(id, "room-", 5) != 0;
  return 0;
}

static int32_t cancel_job(const char* id, void* user_data) {
  (void)id;
  (void)user_data;
  return 0;
}

static int32_t run_one(const exp_project* project, const exp_executor* executor, const char* name,
                       const char* override) {
  exp_queue_add_options options = EXP_QUEUE_ADD_OPTIONS_INIT;
  const char* overrides[] = {NULL, NULL};
  exp_tasks* tasks = NULL;
  int32_t state = 0;
  overrides[0] = override;
  options.name = name;
  options.set_params = overrides;
  CHECK(exp_queue_add(NULL, project, &options, NULL) == EXP_OK);
  CHECK(exp_queue_run(project, executor, NULL, NULL) == EXP_OK);
  CHECK(exp_queue_find(&tasks, project, name, NULL) == EXP_OK);
  if (exp_tasks_count(tasks) == 1) state = exp_tasks_get(tasks, 0)->state;
  exp_tasks_free(tasks);
  return state;
}

static void test_custom(const exp_project* project) {
  room self;
  exp_engine engine = EXP_ENGINE_INIT;
  exp_executor* executor = NULL;
  exp_error* error = NULL;
  memset(&self, 0, sizeof self);
  engine.submit = submit;
  engine.poll = poll_job;
  engine.user_data = &self;
  CHECK(exp_executor_custom(&executor, &engine, &error) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(strcmp(exp_error_message(error), "cancel must not be NULL") == 0);
  exp_error_free(error);
  engine.cancel = cancel_job;
  engine.flags = UINT32_C(1) << 30;
  CHECK(exp_executor_custom(&executor, &engine, NULL) == EXP_ERR_INVALID_ARGUMENT);
  engine.flags = EXP_ENGINE_JOBS_END_WITH_US;
  engine.poll_interval = -1;
  CHECK(exp_executor_custom(&executor, &engine, NULL) == EXP_ERR_INVALID_ARGUMENT);
  engine.poll_interval = 10;
  engine.name = "";
  CHECK(exp_executor_custom(&executor, &engine, NULL) == EXP_ERR_INVALID_ARGUMENT);
  engine.name = "room";
  engine.jobs = 3;
  CHECK(exp_executor_custom(NULL, &engine, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_executor_custom(&executor, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_executor_custom(&executor, &engine, NULL) == EXP_OK);
  CHECK(exp_executor_jobs(executor) == 3);
  CHECK(exp_executor_flags(executor) == EXP_ENGINE_JOBS_END_WITH_US);
  CHECK(exp_executor_poll_interval(executor) == 10);
  CHECK(strcmp(exp_executor_name(executor), "room") == 0);

  CHECK(run_one(project, executor, "a", "lr=2") == EXP_TASK_SUCCESS);
  CHECK(self.submitted == 1);
  CHECK(strcmp(self.name, "a.train") == 0);
  CHECK(self.last.struct_size == sizeof(exp_job));
  CHECK(self.last.cpus == 2.0);
  CHECK(self.last.gpus == 1);
  CHECK(self.last.memory == 1024);
  CHECK(self.last.timeout == 60000);
  self.refuses = 1;
  CHECK(run_one(project, executor, "b", "lr=3") == EXP_TASK_FAILED);
  self.refuses = 0;
  exp_executor_free(executor);
}

static void test_command(const exp_project* project) {
  exp_command_options options = EXP_COMMAND_OPTIONS_INIT;
  exp_executor* executor = (exp_executor*)&failures;
  exp_error* error = NULL;
  CHECK(exp_executor_command(&executor, &options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(executor == NULL);
  CHECK(exp_executor_command(&executor, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  options.submit = "sh {script} > {log} 2>&1; echo {nmae}";
  options.poll = "exit 1";
  options.cancel = "true";
  CHECK(exp_executor_command(&executor, &options, &error) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(strstr(exp_error_message(error), "unknown '{nmae}'") != NULL);
  exp_error_free(error);
  options.submit = "sh {script} > {log} 2>&1; echo '<7>'";
  options.id_pattern = "<(";
  CHECK(exp_executor_command(&executor, &options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  options.id_pattern = "<([0-9]+)>";
  CHECK(exp_executor_command(NULL, &options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_executor_command(&executor, &options, NULL) == EXP_OK);
  CHECK(exp_executor_jobs(executor) == 1);
  CHECK(strcmp(exp_executor_name(executor), "command") == 0);
  CHECK(exp_executor_has_engine(executor) == 1);
  CHECK(run_one(project, executor, "c", "lr=4") == EXP_TASK_SUCCESS);
  exp_executor_free(executor);
}

static void test_of_project(const exp_project* project, const char* folder) {
  exp_executor* executor = (exp_executor*)&failures;
  exp_worker_options options = EXP_WORKER_OPTIONS_INIT;
  CHECK(exp_executor_of_project(&executor, project, "none", 1, NULL) == EXP_ERR_NOT_FOUND);
  CHECK(executor == NULL);
  CHECK(exp_executor_of_project(&executor, NULL, "local", 1, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_executor_of_project(&executor, project, NULL, 1, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_executor_of_project(NULL, project, "local", 1, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_executor_of_project(&executor, project, "local", 2, NULL) == EXP_OK);
  CHECK(strcmp(exp_executor_name(executor), "local") == 0);
  CHECK(exp_executor_has_engine(executor) == 0);
  CHECK(exp_executor_flags(executor) == 0 && exp_executor_poll_interval(executor) == 0);
  CHECK(exp_executor_jobs(executor) == 2);
  exp_executor_free(executor);
  run_shell(folder,
            "printf 'executors: {now: {submit: \"sh {script} > {log}; echo 1\", poll: exit 1, "
            "cancel: \"true\"}}' > .dvc/expcore.yaml");
  CHECK(exp_executor_of_project(&executor, project, "now", EXP_JOBS_PER_PROCESSOR, NULL) == EXP_OK);
  CHECK(exp_executor_jobs(executor) == EXP_JOBS_PER_PROCESSOR);
  exp_executor_free(executor);
  options.executor = "none";
  CHECK(exp_queue_start(NULL, project, &options, NULL) == EXP_ERR_NOT_FOUND);
  CHECK(exp_executor_name(NULL) == NULL);
  CHECK(exp_executor_has_engine(NULL) == 0 && exp_executor_flags(NULL) == 0);
  CHECK(exp_executor_poll_interval(NULL) == 0);
}

int main(void) {
  char folder[] = "/tmp/expcore-executor-test.XXXXXX";
  char command[128];
  exp_project* project = NULL;
  if (mkdtemp(folder) == NULL) return 2;
  run_shell(folder, "git init -q -b main . && git config user.name T && git config user.email t@x");
  CHECK(exp_project_init(&project, folder, 0, NULL) == EXP_OK);
  run_shell(folder,
            "echo 'lr: 1' > params.yaml && "
            "printf 'stages:\\n  train:\\n    cmd: cp params.yaml out.txt\\n    params: [lr]\\n"
            "    outs: [out.txt]\\n    meta: {expcore: {cpus: 2, gpus: 1, memory: 1024, "
            "timeout: 60}}\\n' > dvc.yaml && git add -A && git commit -qm work");
  test_custom(project);
  test_command(project);
  test_of_project(project, folder);
  exp_project_free(project);
  snprintf(command, sizeof command, "chmod -R u+w '%s' && rm -rf '%s'", folder, folder);
  if (failures == 0) CHECK(system(command) == 0);
  return finish();
}
