/* What the C tests share. Define _POSIX_C_SOURCE before including it. */
#ifndef EXPCORE_TESTS_CHECK_H
#define EXPCORE_TESTS_CHECK_H
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

/* Runs a script in a folder; ends the test when it fails. */
static void run_shell(const char* folder, const char* script) {
  char command[4096];
  snprintf(command, sizeof command,
           "cd '%s' && export GIT_AUTHOR_NAME=T GIT_AUTHOR_EMAIL=t@x GIT_COMMITTER_NAME=T "
           "GIT_COMMITTER_EMAIL=t@x && %s",
           folder, script);
  if (system(command) != 0) {
    fprintf(stderr, "failed: %s\n", command);
    exit(2);
  }
}

/* For the end of main(). */
static int finish(void) {
  printf("%d checks, %d failures\n", checks, failures);
  return failures == 0 ? 0 : 1;
}
#endif
