/* The configuration through the C interface. */
#define _XOPEN_SOURCE 700
#include <expcore/exp.h>

#include "check.h"

/* Whether a call gave this text (NULL: none); frees it. */
static int gave(char* text, const char* wanted) {
  const int same = wanted == NULL ? text == NULL : text != NULL && strcmp(text, wanted) == 0;
  exp_free(text);
  return same;
}

static void test_options(exp_config* config, const char* folder) {
  exp_config_entries* entries = NULL;
  exp_error* error = NULL;
  char* text = NULL;
  char cache[128];
  CHECK(exp_config_get(&text, config, "core.autostage", EXP_CONFIG_MERGED, NULL) == EXP_OK);
  CHECK(gave(text, NULL));
  CHECK(exp_config_set(config, "core.autostage", "true", EXP_CONFIG_PROJECT, NULL) == EXP_OK);
  CHECK(exp_config_set(config, "cache.dir", "../shared", EXP_CONFIG_LOCAL, NULL) == EXP_OK);
  CHECK(exp_config_get(&text, config, "core.autostage", EXP_CONFIG_MERGED, NULL) == EXP_OK);
  CHECK(gave(text, "true"));
  CHECK(exp_config_cache_dir(&text, config, EXP_CONFIG_MERGED, NULL) == EXP_OK);
  snprintf(cache, sizeof cache, "%s/shared", folder);
  CHECK(gave(text, cache));
  CHECK(exp_config_cache_dir(&text, config, EXP_CONFIG_PROJECT, &error) == EXP_ERR_CONFIG);
  CHECK(text == NULL && strstr(exp_error_message(error), "doesn't exist in section 'cache'"));
  exp_error_free(error);

  CHECK(exp_config_list(&entries, config, EXP_CONFIG_LOCAL, NULL) == EXP_OK);
  CHECK(exp_config_entries_count(entries) == 1);
  CHECK(exp_config_entries_get(entries, 0)->struct_size >= sizeof(exp_config_entry));
  CHECK(strcmp(exp_config_entries_get(entries, 0)->key, "cache.dir") == 0);
  CHECK(strcmp(exp_config_entries_get(entries, 0)->value, cache) == 0);
  CHECK(strcmp(exp_config_entries_get(entries, 0)->origin, ".dvc/config.local") == 0);
  CHECK(exp_config_entries_get(entries, 1) == NULL);
  exp_config_entries_free(entries);

  CHECK(exp_config_set(config, "core.autostage", NULL, EXP_CONFIG_PROJECT, NULL) == EXP_OK);
  CHECK(exp_config_set(config, "core.autostage", NULL, EXP_CONFIG_PROJECT, NULL) == EXP_ERR_CONFIG);
  CHECK(exp_config_get(&text, config, "core.autostage", EXP_CONFIG_PROJECT, NULL) ==
        EXP_ERR_CONFIG);
  CHECK(exp_config_set(config, "core.autostage", "maybe", EXP_CONFIG_PROJECT, NULL) ==
        EXP_ERR_CONFIG);
  CHECK(exp_config_set(config, "core.nonsense", "1", EXP_CONFIG_PROJECT, NULL) == EXP_ERR_CONFIG);
  CHECK(exp_config_set(config, "nonsense", "1", 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_config_set(config, "core.remote", "x", 5, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_config_set(config, "core.remote", "x", -1, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_config_set(config, NULL, "x", 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_config_set(NULL, "core.remote", "x", 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_config_get(NULL, config, "core.remote", 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_config_get(&text, NULL, "core.remote", 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_config_get(&text, config, NULL, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_config_list(NULL, config, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_config_list(&entries, config, 9, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_config_cache_dir(NULL, config, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_config_cache_dir(&text, NULL, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(entries == NULL && text == NULL);
  exp_config_entries_free(NULL);
  CHECK(exp_config_entries_count(NULL) == 0 && exp_config_entries_get(NULL, 0) == NULL);
}

static void test_remotes(exp_config* config, const char* folder) {
  exp_remotes* remotes = NULL;
  char* text = NULL;
  char url[128];
  const int32_t level = EXP_CONFIG_PROJECT;
  CHECK(exp_config_default_remote(&text, config, 0, NULL) == EXP_OK);
  CHECK(gave(text, NULL));
  CHECK(exp_config_add_remote(config, "store", "../remote", level, EXP_REMOTE_DEFAULT, NULL) ==
        EXP_OK);
  CHECK(exp_config_add_remote(config, "store", "/x", level, 0, NULL) == EXP_ERR_CONFIG);
  CHECK(exp_config_add_remote(config, "other", "/y", level, 0, NULL) == EXP_OK);
  CHECK(exp_config_add_remote(config, "other", "/x", level, EXP_REMOTE_FORCE, NULL) == EXP_OK);
  CHECK(exp_config_default_remote(&text, config, 0, NULL) == EXP_OK);
  CHECK(gave(text, "store"));
  CHECK(exp_config_remotes(&remotes, config, 0, NULL) == EXP_OK);
  CHECK(exp_remotes_count(remotes) == 2);
  CHECK(exp_remotes_get(remotes, 0)->struct_size >= sizeof(exp_remote));
  CHECK(strcmp(exp_remotes_get(remotes, 0)->name, "store") == 0);
  snprintf(url, sizeof url, "%s/remote", folder);
  CHECK(strcmp(exp_remotes_get(remotes, 0)->url, url) == 0);
  CHECK(exp_remotes_get(remotes, 0)->is_default == 1);
  CHECK(strcmp(exp_remotes_get(remotes, 1)->url, "/x") == 0);
  CHECK(exp_remotes_get(remotes, 1)->is_default == 0);
  CHECK(exp_remotes_get(remotes, 2) == NULL);
  exp_remotes_free(remotes);

  CHECK(exp_config_modify_remote(config, "other", "url", "/z", level, NULL) == EXP_OK);
  CHECK(exp_config_get(&text, config, "remote.other.url", 0, NULL) == EXP_OK);
  CHECK(gave(text, "/z"));
  CHECK(exp_config_modify_remote(config, "other", "verify", "true", level, NULL) == EXP_OK);
  CHECK(exp_config_modify_remote(config, "other", "verify", NULL, level, NULL) == EXP_OK);
  CHECK(exp_config_modify_remote(config, "nope", "url", "/z", level, NULL) == EXP_ERR_CONFIG);
  CHECK(exp_config_rename_remote(config, "store", "main", level, NULL) == EXP_OK);
  CHECK(exp_config_rename_remote(config, "nope", "x", level, NULL) == EXP_ERR_CONFIG);
  CHECK(exp_config_default_remote(&text, config, 0, NULL) == EXP_OK);
  CHECK(gave(text, "main"));
  CHECK(exp_config_set_default_remote(config, "other", level, NULL) == EXP_OK);
  CHECK(exp_config_set_default_remote(config, "nope", level, NULL) == EXP_ERR_CONFIG);
  CHECK(exp_config_set_default_remote(config, NULL, level, NULL) == EXP_OK);
  CHECK(exp_config_default_remote(&text, config, 0, NULL) == EXP_OK);
  CHECK(gave(text, NULL));
  CHECK(exp_config_remove_remote(config, "other", level, NULL) == EXP_OK);
  CHECK(exp_config_remove_remote(config, "other", level, NULL) == EXP_ERR_CONFIG);

  CHECK(exp_config_add_remote(config, "a", "/x", level, 1U << 9, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_config_add_remote(config, NULL, "/x", level, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_config_add_remote(config, "a", NULL, level, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_config_add_remote(NULL, "a", "/x", level, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_config_modify_remote(NULL, "a", "url", "/x", 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_config_modify_remote(config, "a", NULL, "/x", 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_config_rename_remote(config, "main", NULL, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_config_rename_remote(NULL, "main", "x", 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_config_remove_remote(config, NULL, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_config_remove_remote(NULL, "main", 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_config_default_remote(NULL, config, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_config_default_remote(&text, NULL, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_config_set_default_remote(NULL, "main", 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_config_remotes(NULL, config, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(exp_config_remotes(&remotes, NULL, 0, NULL) == EXP_ERR_INVALID_ARGUMENT);
  CHECK(remotes == NULL);
  exp_remotes_free(NULL);
  CHECK(exp_remotes_count(NULL) == 0 && exp_remotes_get(NULL, 0) == NULL);
}

int main(void) {
  char folder[] = "/tmp/expcore-config-test.XXXXXX";
  char inner[64];
  char command[128];
  exp_project* project = NULL;
  exp_config* config = NULL;
  if (mkdtemp(folder) == NULL) return 2;
  run_shell(folder, "mkdir p home && git init -q p");
  snprintf(inner, sizeof inner, "%s/p", folder);
  snprintf(command, sizeof command, "%s/home", folder);
  /* Nothing of the user's or the machine's counts. */
  setenv("DVC_GLOBAL_CONFIG_DIR", command, 1);
  setenv("DVC_SYSTEM_CONFIG_DIR", command, 1);
  CHECK(exp_project_init(&project, inner, 0, NULL) == EXP_OK);
  exp_project_free(project);
  CHECK(exp_config_open(&config, inner, NULL) == EXP_OK);
  test_options(config, folder);
  test_remotes(config, folder);
  exp_config_free(config);
  CHECK(exp_config_open(&config, folder, NULL) == EXP_OK); /* no project */
  CHECK(exp_config_set(config, "core.remote", "x", EXP_CONFIG_PROJECT, NULL) == EXP_ERR_CONFIG);
  exp_config_free(config);
  CHECK(exp_config_open(&config, "/no/such/folder", NULL) == EXP_ERR_NOT_FOUND);
  CHECK(config == NULL);
  CHECK(exp_config_open(NULL, inner, NULL) == EXP_ERR_INVALID_ARGUMENT);
  exp_config_free(NULL);
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  CHECK(system(command) == 0);
  return finish();
}
