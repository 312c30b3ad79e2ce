/* Data with events, remotes, garbage and what changed, through the C interface. */
#define _XOPEN_SOURCE 700
#include <expcore/exp.h>

#include "check.h"

/* What a call told, and what it is to be told. */
typedef struct listener {
  int progress;
  int questions;
  int32_t answer;
  int32_t result; /* of every callback */
} listener;

static int32_t on_event(const exp_event* event, void* user_data) {
  listener* heard = (listener*)user_data;
  if (event->kind == EXP_EVENT_PROGRESS) {
    ++heard->progress;
    CHECK(event->done <= event->total && event->bytes_done <= event->bytes_total);
  }
  return heard->result;
}

static int32_t on_confirm(const char* question, int32_t* out_answer, void* user_data) {
  listener* heard = (listener*)user_data;
  CHECK(strlen(question) > 0);
  CHECK(*out_answer == 0);
  ++heard->questions;
  *out_answer = heard->answer;
  return heard->result;
}

static exp_data_options listened(listener* heard) {
  exp_data_options options = EXP_DATA_OPTIONS_INIT;
  memset(heard, 0, sizeof *heard);
  options.on_event = on_event;
  options.on_confirm = on_confirm;
  options.user_data = heard;
  return options;
}

static exp_cancel* requested(void) {
  exp_cancel* cancel = exp_cancel_new();
  exp_cancel_request(cancel);
  return cancel;
}

static void test_events(const exp_project* project, const char* folder) {
  const char* targets[] = {"f.txt", "d", NULL};
  const char* pattern[] = {"*.txt", NULL};
  listener heard;
  exp_data_options options = listened(&heard);
  exp_names* records = NULL;
  exp_checkout_result* result = NULL;
  exp_error* error = NULL;

  options.cancel = requested();
  CHECK(exp_data_add_with(&records, project, targets, NULL, &options, &error) == EXP_ERR_CANCELLED);
  CHECK(records == NULL && error != NULL);
  exp_error_free(error);
  CHECK(exp_data_commit_with(project, NULL, &options, NULL) == EXP_ERR_CANCELLED);
  CHECK(exp_data_checkout_with(NULL, project, NULL, &options, NULL) == EXP_ERR_CANCELLED);
  CHECK(exp_data_move_with(project, "f.txt", "g.txt", &options, NULL) == EXP_ERR_CANCELLED);
  CHECK(exp_data_migrate_cache(NULL, NULL, project, &options, NULL) == EXP_ERR_CANCELLED);
  exp_cancel_free(options.cancel);
  options.cancel = NULL;
  run_shell(folder, "test ! -e f.txt.dvc && test ! -e g.txt");

  heard.result = 1;
  CHECK(exp_data_add_with(NULL, project, targets, NULL, &options, NULL) == EXP_ERR_CALLBACK);
  run_shell(folder, "test ! -e f.txt.dvc");
  heard.result = 0;
  CHECK(exp_data_add_with(&records, project, targets, NULL, &options, NULL) == EXP_OK);
  CHECK(exp_names_count(records) == 2);
  CHECK(strcmp(exp_names_get(records, 0), "f.txt.dvc") == 0);
  exp_names_free(records);
  CHECK(heard.progress > 0);

  run_shell(folder, "rm -r d f.txt");
  options = listened(&heard);
  options.flags = EXP_DATA_GLOB;
  CHECK(exp_data_checkout_with(&result, project, pattern, &options, NULL) == EXP_OK);
  CHECK(exp_checkout_result_count(result) == 1);
  CHECK(exp_checkout_result_files(result, EXP_CHECKOUT_ADDED) == 1);
  CHECK(exp_checkout_result_files(result, EXP_CHECKOUT_FAILED) == 0);
  CHECK(exp_checkout_result_files(result, 9) == 0);
  exp_checkout_result_free(result);
  CHECK(heard.progress > 0);
  CHECK(exp_data_checkout(&result, project, NULL, 0, NULL) == EXP_OK);
  CHECK(exp_checkout_result_files(result, EXP_CHECKOUT_ADDED) == 2);
  exp_checkout_result_free(result);

  run_shell(folder, "chmod u+w f.txt && echo changed > f.txt");
  options = listened(&heard);
  CHECK(exp_data_commit_with(project, "f.txt.dvc", &options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(heard.questions == 1);
  heard.answer = 1;
  heard.result = 1;
  CHECK(exp_data_commit_with(project, "f.txt.dvc", &options, NULL) == EXP_ERR_CALLBACK);
  heard.result = 0;
  options.flags = EXP_DATA_NO_RELINK;
  CHECK(exp_data_commit_with(project, "f.txt.dvc", &options, NULL) == EXP_OK);
  options.flags = 0;
  CHECK(exp_data_move_with(project, "f.txt", "g.txt", &options, NULL) == EXP_OK);
  CHECK(exp_data_move_with(project, "g.txt", "f.txt", NULL, NULL) == EXP_OK);
  run_shell(folder, "git add -A && git commit -q -m data");

  options.flags = EXP_DATA_RELINK; /* a flag of another function */
  CHECK(exp_data_commit_with(project, NULL, &options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_data_move_with(project, "a", "b", &options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_data_migrate_cache(NULL, NULL, project, &options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  options.flags = EXP_DATA_NO_RELINK;
  CHECK(exp_data_checkout_with(NULL, project, NULL, &options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  options.flags = UINT32_C(1) << 9;
  CHECK(exp_data_add_with(NULL, project, targets, NULL, &options, NULL) ==
        EXP_ERR_INVALID_ARGUMENT);
  options.struct_size = 1;
  CHECK(exp_data_commit_with(project, NULL, &options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_data_add_with(NULL, project, NULL, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_data_add_with(NULL, NULL, targets, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_data_commit_with(NULL, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_data_checkout_with(NULL, NULL, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_data_move_with(NULL, "a", "b", NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_data_move_with(project, NULL, "b", NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_checkout_result_files(NULL, EXP_CHECKOUT_ADDED) == 0);
}

static void test_sync(const exp_project* project, const char* folder) {
  const char* unknown[] = {"nope", NULL};
  exp_sync_options options = EXP_SYNC_OPTIONS_INIT;
  exp_sync_result* result = NULL;
  exp_cloud_status* status = NULL;
  exp_error* error = NULL;
  listener heard;
  memset(&heard, 0, sizeof heard);
  CHECK(exp_data_push(&result, project, NULL, &error) == EXP_ERR_CONFIG);
  CHECK(result == NULL && strstr(exp_error_message(error), "no remote") != NULL);
  exp_error_free(error);
  CHECK(exp_data_cloud_status(&status, project, NULL, NULL) == EXP_ERR_CONFIG);
  run_shell(folder,
            "printf '[core]\\n    remote = store\\n[\\047remote \"store\"\\047]\\n    url = "
            "../../remote\\n' > .dvc/config && mkdir -p ../remote");

  CHECK(exp_data_cloud_status(&status, project, NULL, NULL) == EXP_OK);
  CHECK(strcmp(exp_cloud_status_remote(status), "store") == 0);
  CHECK(exp_names_count(exp_cloud_status_only_in_cache(status)) > 0);
  CHECK(exp_names_count(exp_cloud_status_only_on_remote(status)) == 0);
  CHECK(exp_names_count(exp_cloud_status_missing(status)) == 0);
  exp_cloud_status_free(status);

  options.on_event = on_event;
  options.user_data = &heard;
  options.cancel = requested();
  CHECK(exp_data_push(&result, project, &options, NULL) == EXP_ERR_CANCELLED);
  CHECK(exp_data_fetch(&result, project, &options, NULL) == EXP_ERR_CANCELLED);
  CHECK(exp_data_pull(&result, project, &options, NULL) == EXP_ERR_CANCELLED);
  CHECK(exp_data_cloud_status(&status, project, &options, NULL) == EXP_ERR_CANCELLED);
  exp_cancel_free(options.cancel);
  options.cancel = NULL;
  heard.result = 1;
  CHECK(exp_data_push(&result, project, &options, NULL) == EXP_ERR_CALLBACK);
  CHECK(result == NULL);
  heard.result = 0;
  CHECK(exp_data_push(&result, project, &options, NULL) == EXP_OK);
  CHECK(exp_sync_result_transferred(result) == 4); /* f.txt, d, and its two files */
  CHECK(exp_names_count(exp_sync_result_failed(result)) == 0);
  CHECK(exp_names_count(exp_sync_result_missing(result)) == 0);
  CHECK(exp_sync_result_checkout(result) == NULL);
  exp_sync_result_free(result);
  CHECK(heard.progress > 0);

  run_shell(folder, "chmod -R u+w .dvc/cache && rm -rf .dvc/cache d");
  CHECK(exp_data_cloud_status(&status, project, NULL, NULL) == EXP_OK);
  CHECK(exp_names_count(exp_cloud_status_only_on_remote(status)) > 0);
  exp_cloud_status_free(status);
  options.max_size = 1;
  CHECK(exp_data_fetch(&result, project, &options, NULL) == EXP_OK);
  CHECK(exp_sync_result_transferred(result) == 0);
  exp_sync_result_free(result);
  options.max_size = 0;
  CHECK(exp_data_fetch(NULL, project, &options, NULL) == EXP_OK);
  run_shell(folder, "test ! -e d && chmod -R u+w .dvc/cache && rm -rf .dvc/cache");
  options.flags = EXP_SYNC_FORCE;
  CHECK(exp_data_pull(&result, project, &options, NULL) == EXP_OK);
  CHECK(exp_sync_result_transferred(result) == 4);
  CHECK(exp_checkout_result_files(exp_sync_result_checkout(result), EXP_CHECKOUT_ADDED) == 2);
  exp_sync_result_free(result);
  run_shell(folder, "grep -q x d/x");

  CHECK(exp_data_push(&result, project, &options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  options.flags = EXP_SYNC_VERIFY;
  CHECK(exp_data_push(NULL, project, &options, NULL) == EXP_OK);
  options.max_size = -1;
  CHECK(exp_data_fetch(&result, project, &options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  options.max_size = 0;
  options.flags = UINT32_C(1) << 20;
  CHECK(exp_data_pull(&result, project, &options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  options.flags = 0;
  options.remote = "unknown";
  CHECK(exp_data_push(&result, project, &options, NULL) == EXP_ERR_CONFIG);
  options.remote = NULL;
  options.targets = unknown;
  CHECK(exp_data_push(&result, project, &options, NULL) == EXP_ERR_NOT_FOUND);
  CHECK(exp_data_pull(&result, project, &options, NULL) == EXP_ERR_NOT_FOUND);
  CHECK(result == NULL);
  CHECK(exp_data_push(&result, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_data_fetch(&result, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_data_pull(&result, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_data_cloud_status(NULL, project, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_data_cloud_status(&status, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(status == NULL);
  exp_sync_result_free(NULL);
  exp_cloud_status_free(NULL);
  CHECK(exp_sync_result_transferred(NULL) == 0);
  CHECK(exp_sync_result_failed(NULL) == NULL && exp_sync_result_missing(NULL) == NULL);
  CHECK(exp_sync_result_checkout(NULL) == NULL);
  CHECK(exp_cloud_status_remote(NULL) == NULL && exp_cloud_status_missing(NULL) == NULL);
  CHECK(exp_cloud_status_only_in_cache(NULL) == NULL);
  CHECK(exp_cloud_status_only_on_remote(NULL) == NULL);
}

static void test_changes(const exp_project* project, const char* folder) {
  exp_data_status_options options = EXP_DATA_STATUS_OPTIONS_INIT;
  exp_data_diff_options diff = EXP_DATA_DIFF_OPTIONS_INIT;
  exp_data_changes* changes = NULL;
  const exp_data_change* change = NULL;
  char* text = NULL;
  run_shell(folder, "chmod u+w f.txt && echo more > f.txt && echo new > untracked");
  options.flags = EXP_DATA_STATUS_UNTRACKED | EXP_DATA_STATUS_UNCHANGED;
  CHECK(exp_data_status(&changes, project, &options, NULL) == EXP_OK);
  CHECK(exp_data_changes_count(changes) == 3);
  change = exp_data_changes_get(changes, 0);
  CHECK(change->struct_size >= sizeof *change);
  CHECK(change->part == EXP_DATA_UNCOMMITTED && change->change == EXP_CHANGE_MODIFIED);
  CHECK(strcmp(change->path, "f.txt") == 0 && strcmp(change->old_path, "f.txt") == 0);
  CHECK(strcmp(change->hash, "") == 0 && strcmp(change->old_hash, "") == 0);
  CHECK(exp_data_changes_get(changes, 1)->part == EXP_DATA_UNTRACKED);
  CHECK(strcmp(exp_data_changes_get(changes, 2)->path, "d/") == 0);
  CHECK(exp_data_changes_get(changes, 3) == NULL);
  CHECK(exp_data_changes_git(changes) == EXP_GIT_DIRTY);
  exp_data_changes_free(changes);
  options.flags = EXP_DATA_STATUS_GRANULAR | EXP_DATA_STATUS_NOT_IN_REMOTE;
  CHECK(exp_data_status_json(&text, project, &options, NULL) == EXP_OK);
  CHECK(strstr(text, "\"uncommitted\": {\"modified\": [\"f.txt\"]}") != NULL);
  exp_free(text);

  CHECK(exp_data_diff(&changes, project, NULL, NULL) == EXP_OK);
  CHECK(exp_data_changes_count(changes) == 1);
  change = exp_data_changes_get(changes, 0);
  CHECK(change->part == EXP_DATA_BETWEEN && change->change == EXP_CHANGE_MODIFIED);
  CHECK(strlen(change->hash) == 32 && strcmp(change->hash, change->old_hash) != 0);
  CHECK(exp_data_changes_git(changes) == 0);
  exp_data_changes_free(changes);
  diff.flags = EXP_DATA_DIFF_HASHES | EXP_DATA_DIFF_NO_MISSING;
  CHECK(exp_data_diff_json(&text, project, &diff, NULL) == EXP_OK);
  CHECK(strstr(text, "\"hash\"") != NULL && strstr(text, "not in cache") == NULL);
  exp_free(text);

  options.cancel = diff.cancel = requested();
  CHECK(exp_data_status(&changes, project, &options, NULL) == EXP_ERR_CANCELLED);
  CHECK(exp_data_diff(&changes, project, &diff, NULL) == EXP_ERR_CANCELLED);
  exp_cancel_free(options.cancel);
  options.cancel = diff.cancel = NULL;
  diff.old_rev = "nope";
  CHECK(exp_data_diff(&changes, project, &diff, NULL) == EXP_ERR_NOT_FOUND);
  CHECK(exp_data_diff_json(&text, project, &diff, NULL) == EXP_ERR_NOT_FOUND);
  diff.flags = options.flags = UINT32_C(1) << 9;
  CHECK(exp_data_diff(&changes, project, &diff, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_data_status(&changes, project, &options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(changes == NULL && text == NULL);
  options.flags = EXP_DATA_STATUS_NOT_IN_REMOTE;
  options.remote = "unknown";
  CHECK(exp_data_status(&changes, project, &options, NULL) == EXP_ERR_CONFIG);
  CHECK(exp_data_status(NULL, project, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_data_status(&changes, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_data_status_json(NULL, project, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_data_diff(NULL, project, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_data_diff_json(NULL, project, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  exp_data_changes_free(NULL);
  CHECK(exp_data_changes_count(NULL) == 0 && exp_data_changes_get(NULL, 0) == NULL);
  CHECK(exp_data_changes_git(NULL) == 0);
}

static void test_garbage(const exp_project* project, const char* folder) {
  exp_gc_options options = EXP_GC_OPTIONS_INIT;
  exp_gc_result* result = NULL;
  exp_error* error = NULL;
  run_shell(folder, "chmod u+w f.txt && echo garbage > f.txt");
  CHECK(exp_data_commit(project, "f.txt.dvc", EXP_DATA_FORCE, NULL) == EXP_OK);
  run_shell(folder, "chmod u+w f.txt && echo kept > f.txt");
  CHECK(exp_data_commit(project, "f.txt.dvc", EXP_DATA_FORCE, NULL) == EXP_OK);
  CHECK(exp_data_gc(&result, project, NULL, &error) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(result == NULL && strstr(exp_error_message(error), "needs to be set") != NULL);
  exp_error_free(error);
  options.flags = EXP_GC_WORKSPACE;
  options.cancel = requested();
  CHECK(exp_data_gc(&result, project, &options, NULL) == EXP_ERR_CANCELLED);
  exp_cancel_free(options.cancel);
  options.cancel = NULL;
  options.flags = EXP_GC_WORKSPACE | EXP_GC_DRY;
  CHECK(exp_data_gc(&result, project, &options, NULL) == EXP_OK);
  CHECK(exp_gc_result_count(result) > 0);
  CHECK(strcmp(exp_gc_result_store(result, 0), "repo") == 0);
  CHECK(exp_gc_result_removed(result, 0) == 2); /* what HEAD has of f.txt, and "garbage" */
  CHECK(exp_gc_result_bytes(result, 0) == 16);
  CHECK(exp_gc_result_store(result, 99) == NULL);
  CHECK(exp_gc_result_removed(result, 99) == -1 && exp_gc_result_bytes(result, 99) == -1);
  exp_gc_result_free(result);
  options.flags = EXP_GC_ALL_COMMITS;
  CHECK(exp_data_gc(&result, project, &options, NULL) == EXP_OK);
  CHECK(exp_gc_result_removed(result, 0) == 1);
  exp_gc_result_free(result);

  options.flags = EXP_GC_WORKSPACE | EXP_GC_CLOUD | EXP_GC_NOT_IN_REMOTE;
  CHECK(exp_data_gc(&result, project, &options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  options.flags = EXP_GC_WORKSPACE | EXP_GC_CLOUD;
  options.remote = "unknown";
  CHECK(exp_data_gc(&result, project, &options, NULL) == EXP_ERR_CONFIG);
  options.flags = 0;
  options.remote = NULL;
  options.rev = "nope";
  CHECK(exp_data_gc(&result, project, &options, NULL) == EXP_ERR_NOT_FOUND);
  options.flags = UINT32_C(1) << 20;
  CHECK(exp_data_gc(&result, project, &options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_data_gc(&result, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  exp_gc_result_free(NULL);
  CHECK(exp_gc_result_count(NULL) == 0 && exp_gc_result_store(NULL, 0) == NULL);
  CHECK(exp_gc_result_removed(NULL, 0) == -1);
}

/* A listener that says no ends the collection when it is asked. */
static void test_question(const exp_project* project, const char* folder) {
  exp_gc_options options = EXP_GC_OPTIONS_INIT;
  listener heard;
  memset(&heard, 0, sizeof heard);
  options.on_confirm = on_confirm;
  options.user_data = &heard;
  options.flags = EXP_GC_WORKSPACE;
  run_shell(folder,
            "chmod -R u+w .dvc/cache ../remote && rm -f .dvc/cache/files/md5/*/*.dir "
            "../remote/files/md5/*/*.dir && rm -rf d .dvc/tmp");
  CHECK(exp_data_gc(NULL, project, &options, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(heard.questions == 1);
  heard.answer = 1;
  CHECK(exp_data_gc(NULL, project, &options, NULL) == EXP_OK);
}

static void test_migration(const exp_project* project, const char* folder) {
  exp_data_options options = EXP_DATA_OPTIONS_INIT;
  exp_names* records = NULL;
  int64_t objects = -1;
  run_shell(folder,
            "mkdir -p .dvc/cache/5d && "
            "printf hello > .dvc/cache/5d/41402abc4b2a76b9719d911017c592");
  options.flags = EXP_MIGRATE_DRY;
  CHECK(exp_data_migrate_cache(&objects, NULL, project, &options, NULL) == EXP_OK);
  CHECK(objects == 1);
  options.flags = EXP_MIGRATE_RECORDS;
  CHECK(exp_data_migrate_cache(&objects, &records, project, &options, NULL) == EXP_OK);
  CHECK(objects == 1 && exp_names_count(records) == 0);
  exp_names_free(records);
  run_shell(folder, "test -f .dvc/cache/files/md5/5d/41402abc4b2a76b9719d911017c592");
  CHECK(exp_data_migrate_cache(&objects, &records, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(objects == 0 && records == NULL);
}

int main(void) {
  char folder[] = "/tmp/expcore-remote-test.XXXXXX";
  char inner[64];
  char command[128];
  exp_project* project = NULL;
  if (mkdtemp(folder) == NULL) return 2;
  run_shell(folder,
            "mkdir p && cd p && git init -q . && mkdir d && echo a > f.txt && echo x > d/x "
            "&& echo y > d/y");
  snprintf(inner, sizeof inner, "%s/p", folder);
  CHECK(exp_project_init(&project, inner, 0, NULL) == EXP_OK);
  test_events(project, inner);
  test_sync(project, inner);
  test_changes(project, inner);
  test_garbage(project, inner);
  test_question(project, inner);
  test_migration(project, inner);
  exp_project_free(project);
  snprintf(command, sizeof command, "chmod -R u+w '%s' && rm -rf '%s'", folder, folder);
  CHECK(system(command) == 0);
  return finish();
}
