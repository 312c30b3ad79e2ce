/* Experiments through the C interface: save, apply, share, rename, remove, and what failures say.
 */
#define _XOPEN_SOURCE 700
#include <expcore/exp.h>

#include "check.h"

#define BAD_FLAG (UINT32_C(1) << 30)

static size_t count_experiments(const exp_project* project, const char* git_remote) {
  exp_list_options options = EXP_LIST_OPTIONS_INIT;
  exp_refs* refs = NULL;
  size_t count;
  options.git_remote = git_remote;
  CHECK(exp_experiments_list(&refs, project, &options, NULL) == EXP_OK);
  count = exp_refs_count(refs);
  exp_refs_free(refs);
  return count;
}

static void test_nonsense(const exp_project* project) {
  exp_experiment* experiment = (exp_experiment*)&failures;
  exp_refs* refs = (exp_refs*)&failures;
  exp_names* names = (exp_names*)&failures;
  exp_share_result* shared = (exp_share_result*)&failures;
  exp_save_options save = EXP_SAVE_OPTIONS_INIT;
  exp_list_options list = EXP_LIST_OPTIONS_INIT;
  exp_remove_options removal = EXP_REMOVE_OPTIONS_INIT;
  exp_share_options share = EXP_SHARE_OPTIONS_INIT;
  exp_diff_options diff = EXP_DIFF_OPTIONS_INIT;
  exp_experiment_options run = EXP_EXPERIMENT_OPTIONS_INIT;
  const char* some[] = {"x", NULL};
  char* text = (char*)&failures;
  int32_t renamed = 7;
  exp_error* error = NULL;

  CHECK(exp_experiments_save(&experiment, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(experiment == NULL);
  CHECK(exp_experiments_apply(NULL, "x", NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_experiments_apply(project, NULL, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_experiments_branch(&text, NULL, "x", NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(text == NULL);
  CHECK(exp_experiments_branch(&text, project, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_experiments_rename(&renamed, NULL, "x", "y", NULL, 0, NULL) ==
        EXP_ERR_INVALID_ARGUMENT);
  CHECK(renamed == 0);
  CHECK(exp_experiments_rename(NULL, project, NULL, "y", NULL, 0, NULL) ==
        EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_experiments_rename(NULL, project, "x", NULL, NULL, 0, NULL) ==
        EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_experiments_rename(NULL, project, "x", "y", NULL, BAD_FLAG, NULL) ==
        EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_experiments_clean(NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_experiments_list(&refs, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(refs == NULL);
  CHECK(exp_experiments_list(NULL, project, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_experiments_remove(&names, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(names == NULL);
  CHECK(exp_experiments_push(&shared, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(shared == NULL);
  CHECK(exp_experiments_push(&shared, project, &share, &error) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(strcmp(exp_error_message(error), "git_remote must not be NULL") == 0);
  exp_error_free(error);
  CHECK(exp_experiments_pull(&shared, project, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_experiments_diff_json(&text, NULL, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_experiments_diff_json(NULL, project, NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  diff.targets = some;
  CHECK(exp_experiments_diff_json(&text, project, &diff, NULL) == EXP_ERR_INVALID_ARGUMENT);

  save.flags = list.flags = removal.flags = share.flags = run.flags = BAD_FLAG;
  share.git_remote = "origin";
  CHECK(exp_experiments_save(NULL, project, &save, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_experiments_list(&refs, project, &list, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_experiments_remove(NULL, project, &removal, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_experiments_push(NULL, project, &share, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_experiments_pull(NULL, project, &share, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_experiments_run(NULL, project, &run, NULL) == EXP_ERR_INVALID_ARGUMENT);
  removal.flags = 0;
  removal.names = removal.revs = some;
  CHECK(exp_experiments_remove(NULL, project, &removal, NULL) == EXP_ERR_INVALID_ARGUMENT);

  exp_refs_free(NULL);
  exp_share_result_free(NULL);
  CHECK(exp_refs_count(NULL) == 0 && exp_refs_get(NULL, 0) == NULL);
  CHECK(exp_share_result_done(NULL) == NULL && exp_share_result_failed(NULL) == NULL);
  CHECK(exp_share_result_up_to_date(NULL) == NULL && exp_share_result_diverged(NULL) == NULL);
  CHECK(exp_share_result_transferred(NULL) == 0 && exp_share_result_data_error(NULL) == NULL);
  CHECK(exp_rows_baseline(NULL, 0) == NULL && exp_rows_created(NULL, 0) == NULL);
  CHECK(exp_rows_state(NULL, 0) == NULL && exp_rows_executor(NULL, 0) == NULL);
  CHECK(exp_rows_error(NULL, 0) == NULL && exp_rows_value_count(NULL, 0, 1) == 0);
}

static void run_temp(const exp_project* project, const char* name, const char* override) {
  exp_experiment_options options = EXP_EXPERIMENT_OPTIONS_INIT;
  const char* overrides[] = {NULL, NULL};
  const char* copied[] = {"extra.txt", NULL};
  overrides[0] = override;
  options.name = name;
  options.set_params = overrides;
  options.copy_paths = copied;
  options.flags = EXP_EXPERIMENT_TEMP;
  CHECK(exp_experiments_run(NULL, project, &options, NULL) == EXP_OK);
}

static void test_rows(const exp_project* project) {
  exp_show_options options = EXP_SHOW_OPTIONS_INIT;
  exp_rows* rows = NULL;
  size_t last;
  options.flags = EXP_SHOW_HIDE_QUEUED | EXP_SHOW_HIDE_FAILED | EXP_SHOW_PARAM_DEPS;
  CHECK(exp_experiments_show(&rows, project, &options, NULL) == EXP_OK);
  last = exp_rows_count(rows) - 1;
  CHECK(last == 3);
  CHECK(strcmp(exp_rows_baseline(rows, last), exp_rows_rev(rows, 1)) == 0);
  CHECK(strcmp(exp_rows_created(rows, 0), "") == 0 && strlen(exp_rows_created(rows, last)) == 19);
  CHECK(strcmp(exp_rows_error(rows, last), "") == 0 && strcmp(exp_rows_state(rows, 1), "") == 0);
  CHECK(exp_rows_executor(rows, last) != NULL);
  CHECK(exp_rows_value_count(rows, last, EXP_COLUMN_PARAM) == 1);
  CHECK(strcmp(exp_rows_value_file(rows, last, EXP_COLUMN_PARAM, 0), "params.yaml") == 0);
  CHECK(strcmp(exp_rows_value_key(rows, last, EXP_COLUMN_PARAM, 0), "lr") == 0);
  CHECK(strcmp(exp_rows_value_text(rows, 0, EXP_COLUMN_PARAM, 0), "1") == 0);
  CHECK(exp_rows_value_kind(rows, 0, EXP_COLUMN_PARAM, 0) == EXP_VALUE_NUMBER);
  CHECK(exp_rows_value_number(rows, 0, EXP_COLUMN_PARAM, 0) == 1.0);
  CHECK(exp_rows_value_count(rows, last, EXP_COLUMN_DEP) == 0);
  CHECK(exp_rows_value_count(rows, last, EXP_COLUMN_METRIC) == 0);
  CHECK(exp_rows_value_count(rows, last, 9) == 0);
  CHECK(exp_rows_value_text(rows, last, EXP_COLUMN_PARAM, 1) == NULL);
  CHECK(exp_rows_value_kind(rows, last, 9, 0) == -1);
  exp_rows_free(rows);
}

static int32_t refuse(const exp_event* event, void* user_data) {
  (void)event;
  ++*(int*)user_data;
  return 1;
}

static void test_save_and_apply(const exp_project* project, const char* folder) {
  exp_save_options save = EXP_SAVE_OPTIONS_INIT;
  exp_experiment* saved = NULL;
  exp_diff_options diff = EXP_DIFF_OPTIONS_INIT;
  char* text = NULL;
  save.name = "kept";
  run_shell(folder, "echo 'lr: 5' > params.yaml");
  CHECK(exp_experiments_save(&saved, project, &save, NULL) == EXP_OK);
  CHECK(strcmp(exp_experiment_name(saved), "kept") == 0);
  CHECK(strlen(exp_experiment_commit(saved)) == 40);
  CHECK(strncmp(exp_experiment_ref(saved), "refs/exps/", 10) == 0);
  CHECK(exp_run_summary_count(exp_experiment_summary(saved)) == 0);
  exp_experiment_free(saved);
  run_shell(folder, "echo 'lr: 6' > params.yaml");
  CHECK(exp_experiments_save(&saved, project, &save, NULL) == EXP_ERR_EXISTS);
  CHECK(saved == NULL);
  save.flags = EXP_SAVE_FORCE;
  CHECK(exp_experiments_save(NULL, project, &save, NULL) == EXP_OK);
  run_shell(folder, "git checkout -q params.yaml");
  diff.b_rev = "kept";
  CHECK(exp_experiments_diff_json(&text, project, &diff, NULL) == EXP_OK);
  CHECK(strstr(text, "\"lr\": {\"old\": 1, \"new\": 6, \"diff\": 5}") != NULL);
  exp_free(text);
  CHECK(exp_experiments_apply(project, "kept", NULL, NULL, NULL) == EXP_OK);
  run_shell(folder, "grep -qx 'lr: 6' params.yaml && git checkout -q params.yaml");
  CHECK(exp_experiments_apply(project, "nope", NULL, NULL, NULL) == EXP_ERR_NOT_FOUND);
}

static void test_names(const exp_project* project, const char* folder) {
  char* text = NULL;
  int32_t renamed = 0;
  CHECK(exp_experiments_branch(&text, project, "kept", NULL, NULL) == EXP_OK);
  CHECK(strcmp(text, "kept-branch") == 0);
  exp_free(text);
  run_shell(folder, "git rev-parse -q --verify kept-branch > /dev/null");
  CHECK(exp_experiments_branch(&text, project, "nope", "b", NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(text == NULL);
  CHECK(exp_experiments_branch(NULL, project, "kept", NULL, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_experiments_rename(&renamed, project, "kept", "better", NULL, 0, NULL) == EXP_OK);
  CHECK(renamed == 1);
  CHECK(exp_experiments_rename(&renamed, project, "better", "better", NULL, 0, NULL) == EXP_OK);
  CHECK(renamed == 0);
  CHECK(exp_experiments_rename(NULL, project, "better", "a", NULL, 0, NULL) == EXP_ERR_EXISTS);
  CHECK(exp_experiments_rename(NULL, project, "better", "a b", NULL, 0, NULL) ==
        EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_experiments_rename(NULL, project, "nope", "c", NULL, 0, NULL) == EXP_ERR_NOT_FOUND);
}

static void test_share(const exp_project* project, const char* folder) {
  const char* mine[] = {"a", "b", NULL};
  const char* unknown[] = {"nope", NULL};
  exp_share_options share = EXP_SHARE_OPTIONS_INIT;
  exp_share_result* result = NULL;
  exp_cancel* cancel = exp_cancel_new();
  int calls = 0;
  run_shell(folder,
            "git init -q --bare other.git && git remote add origin other.git && git push -q origin "
            "HEAD:refs/heads/main");
  share.git_remote = "origin";
  share.names = mine;
  share.remote = "nope";
  CHECK(exp_experiments_push(&result, project, &share, NULL) == EXP_OK);
  CHECK(exp_refs_count(exp_share_result_done(result)) == 2);
  CHECK(strcmp(exp_refs_get(exp_share_result_done(result), 0)->name, "a") == 0);
  CHECK(exp_refs_count(exp_share_result_diverged(result)) == 0);
  CHECK(exp_share_result_data_error(result) != NULL);
  CHECK(exp_error_code(exp_share_result_data_error(result)) != EXP_OK);
  CHECK(exp_share_result_transferred(result) == 0);
  exp_share_result_free(result);
  share.remote = NULL;
  share.flags = EXP_SHARE_NO_CACHE;
  CHECK(exp_experiments_push(&result, project, &share, NULL) == EXP_OK);
  CHECK(exp_refs_count(exp_share_result_up_to_date(result)) == 2);
  CHECK(exp_share_result_data_error(result) == NULL);
  CHECK(exp_names_count(exp_share_result_failed(result)) == 0);
  exp_share_result_free(result);
  CHECK(count_experiments(project, "origin") == 2);

  share.names = unknown;
  CHECK(exp_experiments_push(&result, project, &share, NULL) == EXP_ERR_NOT_FOUND);
  CHECK(result == NULL);
  CHECK(exp_experiments_pull(&result, project, &share, NULL) == EXP_ERR_NOT_FOUND);
  share.names = mine;
  share.git_remote = "/nonexistent/repository";
  CHECK(exp_experiments_push(NULL, project, &share, NULL) == EXP_ERR_NOT_FOUND);
  run_shell(folder,
            "dvc=$(git for-each-ref --format='delete %(refname)' refs/exps | grep -E "
            "'/[ab]$') && printf '%s\\n' \"$dvc\" | git update-ref --stdin");
  share.git_remote = "origin";
  CHECK(exp_experiments_pull(&result, project, &share, NULL) == EXP_OK);
  CHECK(exp_refs_count(exp_share_result_done(result)) == 2);
  exp_share_result_free(result);

  run_shell(folder,
            "mkdir store && printf '[core]\\n    remote = s\\n[\\047remote \"s\"\\047]\\n    "
            "url = ../store\\n' >> .dvc/config");
  share.flags = 0;
  share.on_event = refuse;
  share.user_data = &calls;
  CHECK(exp_experiments_push(NULL, project, &share, NULL) == EXP_ERR_CALLBACK);
  CHECK(calls == 1);
  share.on_event = NULL;
  exp_cancel_request(cancel);
  share.cancel = cancel;
  CHECK(exp_experiments_push(NULL, project, &share, NULL) == EXP_ERR_CANCELLED);
  share.cancel = NULL;
  CHECK(exp_experiments_push(&result, project, &share, NULL) == EXP_OK);
  CHECK(exp_share_result_transferred(result) > 0);
  exp_share_result_free(result);
  exp_cancel_free(cancel);
}

static void test_removal(const exp_project* project) {
  const char* unknown[] = {"nope", NULL};
  const char* some[] = {"a", NULL};
  exp_remove_options options = EXP_REMOVE_OPTIONS_INIT;
  exp_names* names = NULL;
  CHECK(exp_experiments_remove(&names, project, NULL, NULL) == EXP_OK);
  CHECK(exp_names_count(names) == 0);
  exp_names_free(names);
  options.names = unknown;
  CHECK(exp_experiments_remove(&names, project, &options, NULL) == EXP_ERR_NOT_FOUND);
  CHECK(names == NULL);
  options.names = some;
  options.git_remote = "origin";
  CHECK(exp_experiments_remove(&names, project, &options, NULL) == EXP_OK);
  exp_names_free(names);
  CHECK(count_experiments(project, "origin") == 1);
  CHECK(count_experiments(project, NULL) == 3);
  options.git_remote = NULL;
  options.flags = EXP_REMOVE_KEEP;
  CHECK(exp_experiments_remove(&names, project, &options, NULL) == EXP_OK);
  CHECK(exp_names_count(names) == 2);
  exp_names_free(names);
  options.names = NULL;
  options.flags = EXP_REMOVE_ALL_COMMITS | EXP_REMOVE_QUEUE;
  CHECK(exp_experiments_remove(&names, project, &options, NULL) == EXP_OK);
  CHECK(exp_names_count(names) == 1 && strcmp(exp_names_get(names, 0), "a") == 0);
  exp_names_free(names);
  CHECK(count_experiments(project, NULL) == 0);
  CHECK(exp_experiments_clean(project, NULL) == EXP_OK);
}

int main(void) {
  char folder[] = "/tmp/expcore-manage-test.XXXXXX";
  char command[128];
  exp_project* project = NULL;
  exp_refs* refs = NULL;
  if (mkdtemp(folder) == NULL) return 2;
  run_shell(folder, "git init -q -b main . && git config user.name T && git config user.email t@x");
  CHECK(exp_project_init(&project, folder, 0, NULL) == EXP_OK);
  run_shell(folder,
            "echo 'lr: 1' > params.yaml && printf 'stages:\\n  train:\\n    cmd: cat extra.txt "
            "params.yaml > out.txt\\n    params: [lr]\\n    outs: [out.txt]\\n' > dvc.yaml && "
            "printf '/extra.txt\\n/other.git\\n/store\\n' > .gitignore && echo e > extra.txt");
  CHECK(exp_pipeline_run(NULL, project, NULL, NULL) == EXP_OK);
  run_shell(folder, "git add -A && git commit -qm work");
  test_nonsense(project);
  run_temp(project, "a", "lr=2");
  run_temp(project, "b", "lr=3");
  test_rows(project);
  CHECK(exp_experiments_list(&refs, project, NULL, NULL) == EXP_OK);
  CHECK(exp_refs_count(refs) == 2);
  CHECK(exp_refs_get(refs, 0)->struct_size == sizeof(exp_ref));
  CHECK(strcmp(exp_refs_get(refs, 0)->baseline_name, "main") == 0);
  CHECK(strlen(exp_refs_get(refs, 1)->commit) == 40 &&
        strlen(exp_refs_get(refs, 1)->baseline) == 40);
  CHECK(exp_refs_get(refs, 2) == NULL);
  exp_refs_free(refs);
  test_save_and_apply(project, folder);
  test_names(project, folder);
  test_share(project, folder);
  test_removal(project);
  exp_project_free(project);
  snprintf(command, sizeof command, "chmod -R u+w '%s' && rm -rf '%s'", folder, folder);
  if (failures == 0) CHECK(system(command) == 0);
  return finish();
}
