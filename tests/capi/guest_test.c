/* A host that loads the library, uses it in every way a host may be set up, and looks at what is
 * left of itself. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <expcore/exp.h>
#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef EXPCORE_HOST_LIBRARIES
#include "host_libraries.h"
#define LOADS 3
#else
#define LOADS 20
#endif

extern char** environ;

static int failures = 0;
static char folder[4096];
static FILE* complaints; /* standard error as this test got it */

static void check(int holds, const char* what) {
  if (holds) return;
  fprintf(complaints, "guest_test: %s\n", what);
  ++failures;
}

/* The functions of the library, found at run time as a plug-in host does. */
static struct {
  exp_status (*project_open)(exp_project**, const char*, exp_error**);
  exp_status (*project_init)(exp_project**, const char*, uint32_t, exp_error**);
  void (*project_free)(exp_project*);
  exp_status (*run)(exp_run_summary**, const exp_project*, const exp_run_options*, exp_error**);
  size_t (*count)(const exp_run_summary*);
  int32_t (*outcome)(const exp_run_summary*, size_t);
  void (*summary_free)(exp_run_summary*);
  exp_status (*experiment)(exp_experiment**, const exp_project*, const exp_experiment_options*,
                           exp_error**);
  void (*experiment_free)(exp_experiment*);
  const char* (*message)(const exp_error*);
  void (*error_free)(exp_error*);
} lib;

static void* load(const char* path) {
  void* handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL) {
    fprintf(complaints, "guest_test: %s\n", dlerror());
    exit(2);
  }
  *(void**)&lib.project_open = dlsym(handle, "exp_project_open");
  *(void**)&lib.project_init = dlsym(handle, "exp_project_init");
  *(void**)&lib.project_free = dlsym(handle, "exp_project_free");
  *(void**)&lib.run = dlsym(handle, "exp_pipeline_run");
  *(void**)&lib.count = dlsym(handle, "exp_run_summary_count");
  *(void**)&lib.outcome = dlsym(handle, "exp_run_summary_outcome");
  *(void**)&lib.summary_free = dlsym(handle, "exp_run_summary_free");
  *(void**)&lib.experiment = dlsym(handle, "exp_experiments_run");
  *(void**)&lib.experiment_free = dlsym(handle, "exp_experiment_free");
  *(void**)&lib.message = dlsym(handle, "exp_error_message");
  *(void**)&lib.error_free = dlsym(handle, "exp_error_free");
  return handle;
}

/* Really: nothing keeps the library in memory. */
static void unload(void* handle, const char* path) {
  dlclose(handle);
  handle = dlopen(path, RTLD_NOW | RTLD_NOLOAD);
  check(handle == NULL, "the library stays in memory");
  if (handle != NULL) dlclose(handle);
}

static void require(exp_status status, exp_error* error, const char* what) {
  if (status == EXP_OK) return;
  fprintf(complaints, "guest_test: %s: %s\n", what, error == NULL ? "?" : lib.message(error));
  if (error != NULL) lib.error_free(error);
  ++failures;
}

/* What the library must leave as it was. */
typedef struct host_state {
  struct sigaction actions[65];
  sigset_t mask;
  char directory[4096];
  mode_t mask_of_files;
  char locale[512];
  char** environment;
  size_t variables;
} host_state;

static void take(host_state* state) {
  int i;
  memset(state, 0, sizeof *state);
  for (i = 1; i < 65; ++i)
    sigaction(i, NULL, &state->actions[i]);
  pthread_sigmask(SIG_SETMASK, NULL, &state->mask);
  check(getcwd(state->directory, sizeof state->directory) != NULL, "getcwd");
  state->mask_of_files = umask(0);
  umask(state->mask_of_files);
  snprintf(state->locale, sizeof state->locale, "%s", setlocale(LC_ALL, NULL));
  while (environ[state->variables] != NULL)
    ++state->variables;
  state->environment = malloc((state->variables + 1) * sizeof(char*));
  for (i = 0; environ[i] != NULL; ++i)
    state->environment[i] = strdup(environ[i]);
}

static void compare(const host_state* before, const char* after_what) {
  const int known_flags = ~0x04000000; /* SA_RESTORER, which the C library sets */
  host_state now;
  size_t i;
  take(&now);
  for (i = 1; i < 65; ++i) {
    check(
        before->actions[i].sa_handler == now.actions[i].sa_handler &&
            (before->actions[i].sa_flags & known_flags) == (now.actions[i].sa_flags & known_flags),
        "a signal handler changed");
  }
  for (i = 1; i < 65; ++i)
    check(sigismember(&before->mask, (int)i) == sigismember(&now.mask, (int)i),
          "the signal mask changed");
  check(strcmp(before->directory, now.directory) == 0, "the current directory changed");
  check(before->mask_of_files == now.mask_of_files, "umask changed");
  check(strcmp(before->locale, now.locale) == 0, "the locale changed");
  check(before->variables == now.variables, "the environment changed");
  for (i = 0; i < now.variables; ++i) {
    if (i < before->variables)
      check(strcmp(before->environment[i], now.environment[i]) == 0, "a variable changed");
    free(now.environment[i]);
  }
  free(now.environment);
  if (failures != 0) fprintf(complaints, "guest_test: after %s\n", after_what);
}

static void shell(const char* command) {
  struct sigaction plain;
  struct sigaction before;
  memset(&plain, 0, sizeof plain);
  plain.sa_handler = SIG_DFL;
  sigaction(SIGCHLD, &plain, &before);
  check(system(command) == 0, command);
  sigaction(SIGCHLD, &before, NULL);
}

/* Makes a project with one stage in folder/name; opens it. */
static void make_project(const char* name, char* path, size_t size) {
  char command[8192];
  exp_project* project = NULL;
  exp_error* error = NULL;
  snprintf(path, size, "%s/%s", folder, name);
  snprintf(command, sizeof command,
           "mkdir -p '%s' && cd '%s' && git init -q . && git config user.name t && git config "
           "user.email t@example.org",
           path, path);
  shell(command);
  require(lib.project_init(&project, path, 0, &error), error, "init");
  lib.project_free(project);
  snprintf(command, sizeof command,
           "cd '%s' && printf 'lr: 1\\n' > params.yaml && printf 'stages:\\n  train:\\n    cmd: "
           "echo spoken; echo muttered >&2; cp "
           "params.yaml out.txt\\n    params: [lr]\\n    outs: [out.txt]\\n' > dvc.yaml && git add "
           "-A && git commit -qm "
           "work",
           path);
  shell(command);
}

/* Opens, runs (by force), records an experiment, closes. */
static void use(const char* path) {
  exp_project* project = NULL;
  exp_run_summary* summary = NULL;
  exp_experiment* experiment = NULL;
  exp_error* error = NULL;
  exp_run_options options = EXP_RUN_OPTIONS_INIT;
  exp_experiment_options made = EXP_EXPERIMENT_OPTIONS_INIT;
  options.flags = EXP_RUN_FORCE;
  made.run = &options;
  require(lib.project_open(&project, path, &error), error, "open");
  require(lib.run(&summary, project, &options, &error), error, "run");
  check(summary != NULL && lib.count(summary) == 1 && lib.outcome(summary, 0) == EXP_OUTCOME_RAN,
        "the stage did not run");
  lib.summary_free(summary);
  require(lib.experiment(&experiment, project, &made, &error), error, "experiment");
  lib.experiment_free(experiment);
  lib.project_free(project);
}

static void* use_in_thread(void* path) {
  use(path);
  return NULL;
}

static void reap_everything(int number) {
  const int kept = errno;
  (void)number;
  while (waitpid(-1, NULL, WNOHANG) > 0) {
  }
  errno = kept;
}

static void set_child_handler(void (*handler)(int)) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  sigaction(SIGCHLD, &action, NULL);
}

/* Descriptor `number` writes to the file `name` from now on. */
static void redirect(int number, const char* name) {
  FILE* file = fopen(name, "w");
  check(file != NULL && dup2(fileno(file), number) == number, name);
  fclose(file);
}

/* Nobody has written to it, and it is still that file. */
static void check_silent(int number, const char* name, const char* what) {
  struct stat file;
  struct stat open_one;
  check(stat(name, &file) == 0 && fstat(number, &open_one) == 0 && file.st_ino == open_one.st_ino &&
            file.st_size == 0,
        what);
}

int main(int argc, char** argv) {
  host_state before;
  void* handle;
  char paths[4][4200];
  pthread_t threads[4];
  pid_t own;
  pid_t forked;
  int status;
  int i;
  complaints = fdopen(fcntl(2, F_DUPFD_CLOEXEC, 3), "w");
  if (argc != 2) return 2;
  setlocale(LC_ALL, "C.UTF-8");
  umask(027);
  snprintf(folder, sizeof folder, "%s/guest_test.XXXXXX",
           getenv("TMPDIR") == NULL ? "/tmp" : getenv("TMPDIR"));
  if (mkdtemp(folder) == NULL || chdir(folder) != 0) return 2;
  /* What the library would print ends in these files. */
  redirect(1, "spoken");
  redirect(2, "muttered");
  own = fork(); /* a child of the host, which nobody but the host may reap */
  if (own == 0) {
    pause();
    _exit(3);
  }
  take(&before);
  handle = load(argv[1]);
  for (i = 0; i < 4; ++i) {
    char name[2] = {(char)('a' + i), 0};
    make_project(name, paths[i], sizeof paths[i]);
  }
#ifdef EXPCORE_HOST_LIBRARIES
  check(host_begins(paths[0]), "libgit2 of the host");
#endif
  use(paths[0]);
  compare(&before, "plain use");

  for (i = 0; i < 4; ++i)
    pthread_create(&threads[i], NULL, use_in_thread, paths[i]);
  for (i = 0; i < 4; ++i)
    pthread_join(threads[i], NULL);
  compare(&before, "use from four threads");

  forked = fork();
  if (forked == 0) { /* used before fork and after it, in the child */
    use(paths[1]);
    _exit(failures == 0 ? 0 : 1);
  }
  check(waitpid(forked, &status, 0) == forked && WIFEXITED(status) && WEXITSTATUS(status) == 0,
        "use after fork");
  use(paths[1]);

  kill(own, SIGKILL);
  check(waitpid(own, &status, 0) == own, "a child of the host was reaped by somebody else");
  set_child_handler(SIG_IGN);
  use(paths[2]);
  set_child_handler(reap_everything);
  use(paths[2]);
  set_child_handler(SIG_DFL);
  compare(&before, "hosts that mind their children");

#ifdef EXPCORE_HOST_LIBRARIES
  check(host_still_works(), "the host's libgit2 or yaml-cpp is not as it was");
#endif
  for (i = 0; i < LOADS; ++i) {
    unload(handle, argv[1]);
    handle = load(argv[1]);
    use(paths[3]);
  }
  unload(handle, argv[1]);
  compare(&before, "loading and unloading");

#ifdef EXPCORE_HOST_LIBRARIES
  check(host_still_works(), "the host's libgit2 or yaml-cpp is not as it was");
  check(host_ends(), "somebody else still holds the host's libgit2");
#endif

  check_silent(1, "spoken", "the library or a command printed to the host's stdout");
  check_silent(2, "muttered", "the library or a command printed to the host's stderr");
  {
    char command[4200];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    check(chdir("/") == 0, "chdir");
    shell(command);
  }
  if (failures == 0) fprintf(complaints, "guest_test: passed\n");
  return failures == 0 ? 0 : 1;
}
