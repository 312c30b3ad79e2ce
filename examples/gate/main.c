/* A gate for changes: brings the pipeline here up to date and compares a metric with the one of the
 * last commit.
 *
 *   gate METRIC TOLERANCE     exit status 0: as good; 1: worse by more than TOLERANCE; 2: no answer
 */
#include <expcore/exp.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static exp_cancel* cancel;

static void on_signal(int number) {
  (void)number;
  exp_cancel_request(cancel); /* may be called from a handler */
}

static int32_t on_event(const exp_event* event, void* user_data) {
  (void)user_data;
  switch (event->kind) {
    case EXP_EVENT_WARNING:
      fprintf(stderr, "warning: %s\n", event->text);
      break;
    case EXP_EVENT_COMMAND_STARTED:
      fprintf(stderr, "%s: %s\n", event->stage, event->text);
      break;
    case EXP_EVENT_OUTPUT:
      fwrite(event->text, 1, event->text_size, stderr);
      break;
    case EXP_EVENT_STAGE_FINISHED:
      if (event->outcome == EXP_OUTCOME_CACHED)
        fprintf(stderr, "%s: seen before, its outputs are in the cache\n", event->stage);
      break;
    default:
      break;
  }
  return 0;
}

/* NaN when no row of the kind has a number there. */
static double metric_of(const exp_rows* rows, int32_t kind, const char* name) {
  size_t row;
  for (row = 0; row < exp_rows_count(rows); ++row) {
    const char* text = exp_rows_metric(rows, row, NULL, name);
    if (exp_rows_kind(rows, row) == kind && text != NULL) {
      char* end = NULL;
      const double value = strtod(text, &end);
      if (end != text && *end == '\0') return value;
    }
  }
  return NAN;
}

static int compare(const exp_rows* rows, const char* name, double tolerance) {
  const double here = metric_of(rows, EXP_ROW_WORKSPACE, name);
  const double before = metric_of(rows, EXP_ROW_BASELINE, name);
  if (isnan(here)) {
    fprintf(stderr, "gate: there is no number '%s' in the metrics\n", name);
    return 2;
  }
  if (isnan(before)) {
    printf("%s: %g, and nothing to compare it with\n", name, here);
    return 0;
  }
  printf("%s: %g, was %g\n", name, here, before);
  return here < before - tolerance ? 1 : 0;
}

int main(int argc, char** argv) {
  exp_run_options options = EXP_RUN_OPTIONS_INIT;
  exp_project* project = NULL;
  exp_rows* rows = NULL;
  exp_error* error = NULL;
  int result = 2;
  if (argc != 3) {
    fprintf(stderr, "usage: gate METRIC TOLERANCE\n");
    return 2;
  }
  cancel = exp_cancel_new();
  signal(SIGINT, on_signal);
  signal(SIGTERM, on_signal);
  options.on_event = on_event;
  options.cancel = cancel;
  options.jobs = EXP_JOBS_PER_PROCESSOR;
  if (exp_project_open(&project, NULL, &error) == EXP_OK &&
      exp_pipeline_run(NULL, project, &options, &error) == EXP_OK &&
      exp_experiments_show(&rows, project, NULL, &error) == EXP_OK) {
    result = compare(rows, argv[1], strtod(argv[2], NULL));
  } else {
    fprintf(stderr, "gate: %s\n", exp_error_message(error));
  }
  exp_error_free(error);
  exp_rows_free(rows);
  exp_project_free(project);
  exp_cancel_free(cancel);
  return result;
}
