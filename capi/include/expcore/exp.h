/**
 * @file exp.h
 * The C interface of expcore, an engine for machine-learning experiment runs (DVC projects).
 *
 * Conventions, without exception:
 * - Handles are opaque. What made one says which function releases it; releasing NULL is fine.
 * - A function that can fail returns an exp_status (0 or negative). Its results come through
 *   out-parameters, set to NULL or 0 on failure. The last parameter takes an error object, may be
 *   NULL, and must be released with exp_error_free().
 * - Strings that a function returns are borrowed from the handle and live as long as it does.
 *   Strings that come through a `char **` are the caller's: release them with exp_free().
 * - Text is UTF-8 and ends in NUL. Paths are the bytes the operating system uses.
 * - Option structs begin with struct_size, have an _INIT macro, and zero is every default.
 * - Callbacks return 0 to go on; anything else stops the call, which returns EXP_ERR_CALLBACK. They
 *   are never called two at once for one call, and must not call back into the same handle.
 * - Handles are thread-compatible: use one from one thread at a time; different handles are
 *   independent. exp_cancel and exp_error may be used from any thread.
 * - The library installs no signal handler, changes no directory, environment or locale, and prints
 *   nothing.
 */
#ifndef EXPCORE_EXP_H
#define EXPCORE_EXP_H

#include <stddef.h>
#include <stdint.h>

/** Of this header; libraries of one major number have one SOVERSION. */
#define EXP_VERSION_MAJOR 0
/** Of this header: grows when functions are added. */
#define EXP_VERSION_MINOR 1
/** Of this header. */
#define EXP_VERSION_PATCH 0
/** This header's version as one number that grows; exp_version() is the library's. */
#define EXP_VERSION_NUMBER \
  (EXP_VERSION_MAJOR * 1000000 + EXP_VERSION_MINOR * 1000 + EXP_VERSION_PATCH)

/** Marks what the library exports. */
#if defined(__GNUC__)
#define EXP_API __attribute__((visibility("default")))
#else
#define EXP_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------ errors */

/** Result of every function that can fail; 0 is success. Values are never renumbered. */
typedef int32_t exp_status;
enum {
  EXP_OK = 0,                    /**< Done. */
  EXP_ERR_INTERNAL = -1,         /**< A bug, or out of memory. */
  EXP_ERR_INVALID_ARGUMENT = -2, /**< The caller asked for something that makes no sense. */
  EXP_ERR_NOT_FOUND = -3,        /**< A file, stage or revision is not there. */
  EXP_ERR_PARSE = -4,            /**< A file is malformed. */
  EXP_ERR_IO = -5,               /**< The operating system refused a file operation. */
  EXP_ERR_GIT = -6,              /**< libgit2 refused. */
  EXP_ERR_STAGE_FAILED = -7,     /**< A stage's command failed. */
  EXP_ERR_CANCELLED = -8,        /**< The cancel token was requested. */
  EXP_ERR_CALLBACK = -9,         /**< A callback returned non-zero. */
  EXP_ERR_NOT_A_PROJECT = -10,   /**< No `.dvc` folder here or above. */
  EXP_ERR_CONFIG = -11,          /**< A DVC configuration file is malformed. */
  EXP_ERR_EXISTS = -12,          /**< The name is taken. */
  EXP_ERR_BUSY = -13             /**< Another process holds the lock. */
};

/** Why a call failed. Immutable: any thread may read it. */
typedef struct exp_error exp_error;

/** Message, outermost context first. Never NULL. @since 0.1 */
EXP_API const char* exp_error_message(const exp_error* error);
/** For malformed files the place and a code frame, several lines; "" otherwise. @since 0.1 */
EXP_API const char* exp_error_details(const exp_error* error);
/** The status the failing function returned. @since 0.1 */
EXP_API exp_status exp_error_code(const exp_error* error);
/** Releases an error. @since 0.1 */
EXP_API void exp_error_free(exp_error* error);

/* ---------------------------------------------------------------------------------- versions */

/** EXP_VERSION_NUMBER of the library that is loaded. @since 0.1 */
EXP_API int32_t exp_version(void);
/** The library's version as text, "0.1.0". @since 0.1 */
EXP_API const char* exp_version_text(void);
/** The release of DVC whose files, refs and words this library has, "3.64". @since 0.1 */
EXP_API const char* exp_dvc_version(void);
/**
 * Whether this library can do something that another version or build may not. Names, which are
 * never given another meaning: "executor.command", "executor.custom", "executor.local", "hydra",
 * "link.reflink", "remote.local", "sweep".
 *
 * @param name NULL and unknown names: it cannot.
 * @return 1 or 0.
 * @since 0.1
 */
EXP_API int32_t exp_has_capability(const char* name);
/** Releases text that came through a `char **`. @since 0.1 */
EXP_API void exp_free(void* memory);

/* ------------------------------------------------------------------------------ cancellation */

/** Asks long calls to stop. Any thread may use it. */
typedef struct exp_cancel exp_cancel;

/** A token to hand to long calls; NULL when out of memory. @since 0.1 */
EXP_API exp_cancel* exp_cancel_new(void);
/** Stops every call that holds the token. Idempotent; any thread; async-signal-safe. @since 0.1 */
EXP_API void exp_cancel_request(exp_cancel* cancel);
/** 1 once it has been requested, else 0; 0 for NULL. Any thread. @since 0.1 */
EXP_API int32_t exp_cancel_requested(const exp_cancel* cancel);
/** A descriptor that becomes readable, for ever, once the token is requested: for poll(). It lives
 *  as long as the token and is not to be read or closed; -1 for NULL. @since 0.1 */
EXP_API int32_t exp_cancel_poll_fd(const exp_cancel* cancel);
/** Not while a call holds the token. @since 0.1 */
EXP_API void exp_cancel_free(exp_cancel* cancel);

/* ------------------------------------------------------------------------------------ events */

/** What an exp_event tells; unknown kinds should be passed over. */
enum {
  EXP_EVENT_WARNING = 1,              /**< text: what the user should know; nothing failed. */
  EXP_EVENT_PLAN_MADE = 2,            /**< stages: what will be gone through, in order. */
  EXP_EVENT_STAGE_STARTED = 3,        /**< text: why; outcome: how. */
  EXP_EVENT_COMMAND_STARTED = 4,      /**< text: the command. */
  EXP_EVENT_OUTPUT = 5,               /**< text and text_size: bytes; stream: 1 or 2. */
  EXP_EVENT_STAGE_FINISHED = 6,       /**< text: the reason; outcome; seconds. */
  EXP_EVENT_LOCK_CREATED = 7,         /**< text: path. */
  EXP_EVENT_LOCK_UPDATED = 8,         /**< text: path. */
  EXP_EVENT_FILES_TO_TRACK = 9,       /**< stages: paths to `git add`. */
  EXP_EVENT_EXPERIMENT_STARTED = 10,  /**< text: name. */
  EXP_EVENT_EXPERIMENT_FINISHED = 11, /**< text: name; commit. */
  /** text: what is being done ("hashing", "pushing", …); done of total files, bytes_done of
      bytes_total. Of one text counts never go down; the last one of a call that succeeds is
      complete. At most 20 a second. */
  EXP_EVENT_PROGRESS = 12,
  /** The stage is being run for another task or program with the same inputs: its outputs are
      waited for. text: by whom, for people; may be "". */
  EXP_EVENT_STAGE_SHARED = 13,
  /** The stage waits until what it asks for is free: other stages of this project hold it. text:
      what, for people. */
  EXP_EVENT_STAGE_WAITING = 14
};

/** How a stage ended. */
enum {
  EXP_OUTCOME_NONE = 0,      /**< There is none. */
  EXP_OUTCOME_RAN = 1,       /**< Its commands ran. */
  EXP_OUTCOME_CACHED = 2,    /**< Restored from the run-cache. */
  EXP_OUTCOME_UNCHANGED = 3, /**< Up to date: passed by. */
  EXP_OUTCOME_FAILED = 4,    /**< A command or a check failed. */
  EXP_OUTCOME_VERIFIED = 5,  /**< A data source or a frozen stage was recorded anew. */
  EXP_OUTCOME_SKIPPED = 6,   /**< Something it needs failed. */
  EXP_OUTCOME_PULLED = 7     /**< Its outputs came from a remote. */
};

/** What defines a stage. */
enum {
  EXP_STAGE_PIPELINE = 0,    /**< An entry of a dvc.yaml. */
  EXP_STAGE_DATA_SOURCE = 1, /**< A `.dvc` file of exp_data_add(). */
  EXP_STAGE_IMPORT = 2       /**< A `.dvc` file made by `dvc import` or `dvc import-url`. */
};

/** Look only at fields that lie within struct_size. Everything is borrowed for the call. */
typedef struct exp_event {
  size_t struct_size;        /**< sizeof(exp_event) of this library. */
  int32_t kind;              /**< EXP_EVENT_*. */
  int32_t outcome;           /**< EXP_OUTCOME_*. */
  const char* stage;         /**< Address, or "". */
  const char* text;          /**< Never NULL; ends in NUL, may hold others (text_size). */
  size_t text_size;          /**< Bytes of text, without the NUL at the end. */
  double seconds;            /**< EXP_EVENT_STAGE_FINISHED: how long it took. */
  int64_t done;              /**< EXP_EVENT_PROGRESS: files that are done. */
  int64_t total;             /**< EXP_EVENT_PROGRESS: files there are, as far as is known. */
  int32_t stream;            /**< EXP_EVENT_OUTPUT: 1 is standard output, 2 standard error. */
  int32_t reserved;          /**< 0. */
  int64_t bytes_done;        /**< EXP_EVENT_PROGRESS: bytes that are done. */
  int64_t bytes_total;       /**< EXP_EVENT_PROGRESS: bytes there are; 0: not counted. */
  const char* commit;        /**< 40 hex digits, or "". */
  const char* const* stages; /**< Addresses or paths, ends in NULL; never NULL. */
  int32_t stage_kind;        /**< EXP_STAGE_* of `stage`. */
  int32_t frozen;            /**< 1 when `stage` is frozen. */
} exp_event;

/** Return 0 to go on. @since 0.1 */
typedef int32_t (*exp_event_cb)(const exp_event* event, void* user_data);

/** A question that only a person can answer. Set `*out_answer` to 1 for yes; return 0 to go on.
 *  @since 0.1 */
typedef int32_t (*exp_confirm_cb)(const char* question, int32_t* out_answer, void* user_data);

/* ----------------------------------------------------------------------------------- project */

/** A DVC project on disk. It holds no files open: every call looks at the disk anew. */
typedef struct exp_project exp_project;

/**
 * Opens the DVC project that contains `directory` (NULL: the current one). Paths in results are
 * relative to it.
 *
 * @param[out] out_project Free it with exp_project_free().
 * @return EXP_OK, EXP_ERR_NOT_A_PROJECT, EXP_ERR_CONFIG or EXP_ERR_IO.
 * @since 0.1
 */
EXP_API exp_status exp_project_open(exp_project** out_project, const char* directory,
                                    exp_error** out_error);

/** How exp_project_open_with() opens a project. */
typedef struct exp_open_options {
  size_t struct_size; /**< sizeof(exp_open_options) of the caller. */
  /** "NAME=value", ends in NULL: what decides where configuration is found, what `oc.env` sees and
      what commands inherit. NULL: a copy of this process's environment. */
  const char* const* environment;
} exp_open_options;
/** Every default. */
#define EXP_OPEN_OPTIONS_INIT \
  { sizeof(exp_open_options), NULL }

/**
 * As exp_project_open(), with options.
 *
 * @param[out] out_project Free it with exp_project_free().
 * @param      directory   NULL: the current one.
 * @param      options     NULL: all defaults.
 * @param[out] out_error   May be NULL.
 * @return As exp_project_open(); EXP_ERR_INVALID_ARGUMENT for a variable without '='.
 * @since 0.1
 */
EXP_API exp_status exp_project_open_with(exp_project** out_project, const char* directory,
                                         const exp_open_options* options, exp_error** out_error);

/** Flags of exp_project_init(). */
#define EXP_INIT_NO_SCM (UINT32_C(1) << 0) /**< Without Git. */
#define EXP_INIT_SUBDIR (UINT32_C(1) << 1) /**< Below the Git repository's root. */
#define EXP_INIT_FORCE (UINT32_C(1) << 2)  /**< Replace an existing `.dvc`. */

/**
 * Makes `directory` a DVC project and opens it.
 * @return EXP_OK, EXP_ERR_EXISTS, EXP_ERR_NOT_A_PROJECT (no Git) or EXP_ERR_IO.
 * @since 0.1
 */
EXP_API exp_status exp_project_init(exp_project** out_project, const char* directory,
                                    uint32_t flags, exp_error** out_error);
/** Closes it. Results of its calls stay valid. @since 0.1 */
EXP_API void exp_project_free(exp_project* project);
/** The folder that holds `.dvc`, absolute. @since 0.1 */
EXP_API const char* exp_project_root(const exp_project* project);
/** The folder that paths are relative to, absolute; "" for NULL. @since 0.1 */
EXP_API const char* exp_project_directory(const exp_project* project);

/** How much a line of the log matters. */
enum {
  EXP_LOG_DEBUG = 1,  /**< Commands that are run, files that are written. */
  EXP_LOG_INFO = 2,   /**< What happens to stages, tasks and experiments. */
  EXP_LOG_WARNING = 3 /**< Warnings, and stages and tasks that failed. */
};

/** One line of a project's log. Look only at fields that lie within struct_size. Everything is
    borrowed for the call. */
typedef struct exp_log_record {
  size_t struct_size; /**< sizeof(exp_log_record) of this library. */
  const char* text;   /**< Without a line feed at the end; never NULL. */
  const char* task;   /**< Name of the queued task it happened in; "" outside of one. */
  int32_t level;      /**< EXP_LOG_*. */
  int32_t reserved;   /**< 0. */
} exp_log_record;

/** Takes a line of a log. Return 0 to go on. @since 0.1 */
typedef int32_t (*exp_log_cb)(const exp_log_record* record, void* user_data);

/**
 * From now on every operation of `project` tells `on_log` what happens, line by line, whether or
 * not it has an exp_event_cb of its own.
 *
 * @param      project   Not while another thread uses it.
 * @param      on_log    NULL: nobody any more. Called from the thread that makes a call or from
 *                       one of its workers, never two at once for one call.
 * @param      user_data Passed to on_log untouched.
 * @param      least     EXP_LOG_*: what matters less is left out; 0: EXP_LOG_INFO.
 * @param[out] out_error May be NULL.
 * @return EXP_OK or EXP_ERR_INVALID_ARGUMENT.
 * @since 0.1
 */
EXP_API exp_status exp_project_log_to(exp_project* project, exp_log_cb on_log, void* user_data,
                                      int32_t least, exp_error** out_error);

/* ---------------------------------------------------------------------------------- pipeline */

/** Stages of a project. Immutable: any thread may read it. */
typedef struct exp_stages exp_stages;
/** Which stages are stale and why. Immutable: any thread may read it. */
typedef struct exp_pipeline_status exp_pipeline_status;
/** What a run did to each stage, in order. Immutable: any thread may read it. */
typedef struct exp_run_summary exp_run_summary;

/** Every stage of the project. Free with exp_stages_free(). @since 0.1 */
EXP_API exp_status exp_pipeline_stages(exp_stages** out_stages, const exp_project* project,
                                       exp_error** out_error);
/** Releases it with its texts. @since 0.1 */
EXP_API void exp_stages_free(exp_stages* stages);
/** How many stages there are. @since 0.1 */
EXP_API size_t exp_stages_count(const exp_stages* stages);
/** "train", "sub/dvc.yaml:train"; NULL when out of range. @since 0.1 */
EXP_API const char* exp_stages_address(const exp_stages* stages, size_t index);
/** The commands, one a line; NULL when out of range. @since 0.1 */
EXP_API const char* exp_stages_command(const exp_stages* stages, size_t index);

/** A stage of a dvc.yaml, or a `.dvc` file. Look only at fields that lie within struct_size. Texts
    and arrays are never NULL, arrays end in NULL, paths are relative to the project's directory. */
typedef struct exp_stage {
  size_t struct_size;         /**< sizeof(exp_stage) of this library. */
  const char* address;        /**< "train", "sub/dvc.yaml:train", "data.csv.dvc". */
  const char* file;           /**< Of the definition. */
  const char* description;    /**< First line of its `desc`, else what it writes or reads. */
  const char* const* command; /**< As written: one string, or the items of a list. */
  const char* const* deps;    /**< Files and folders. */
  const char* const* params;  /**< "params.yaml:train.lr"; "params.yaml" for a whole file. */
  const char* const* outs;    /**< Without metrics and plots. */
  const char* const* metrics; /**< Outputs that are metrics. */
  const char* const* plots;   /**< Outputs that are plots. */
  const char* const*
      upstream;           /**< Addresses of the stages it needs; empty from exp_pipeline_list(). */
  int32_t kind;           /**< EXP_STAGE_*. */
  int32_t frozen;         /**< 1 when it is. */
  int32_t always_changed; /**< 1 when it is. */
  int32_t reserved;       /**< 0. */
} exp_stage;

/** Everything about a stage. Lives as long as `stages`; NULL when out of range. @since 0.1 */
EXP_API const exp_stage* exp_stages_get(const exp_stages* stages, size_t index);

/** Flags of exp_stage_list_options. */
#define EXP_STAGE_LIST_ALL (UINT32_C(1) << 0)       /**< Every stage of the project instead. */
#define EXP_STAGE_LIST_RECURSIVE (UINT32_C(1) << 1) /**< Folders: what is below them. */
/** With the other two: a broken file is an error, it is not passed over. */
#define EXP_STAGE_LIST_FAIL (UINT32_C(1) << 2)

/** Which stages exp_pipeline_list() lists. */
typedef struct exp_stage_list_options {
  size_t struct_size;         /**< sizeof(exp_stage_list_options) of the caller. */
  const char* const* targets; /**< Stages, files, folders; ends in NULL; NULL: dvc.yaml. */
  uint32_t flags;             /**< EXP_STAGE_LIST_*, or'ed. */
  uint32_t reserved;          /**< 0. */
} exp_stage_list_options;
/** Every default. */
#define EXP_STAGE_LIST_OPTIONS_INIT \
  { sizeof(exp_stage_list_options), NULL, 0, 0 }

/**
 * Stages in the order of the targets, each once, without `upstream`; nothing but what is named is
 * looked at: `dvc stage list`.
 *
 * @param[out] out_stages Free it with exp_stages_free().
 * @param      project    Borrowed for the call.
 * @param      options    NULL: all defaults.
 * @param[out] out_error  May be NULL.
 * @return EXP_OK, EXP_ERR_PARSE for a broken file that is named, EXP_ERR_NOT_FOUND for a target,
 *         EXP_ERR_INVALID_ARGUMENT.
 * @since 0.1
 */
EXP_API exp_status exp_pipeline_list(exp_stages** out_stages, const exp_project* project,
                                     const exp_stage_list_options* options, exp_error** out_error);

/** What is stale and why. Free with exp_pipeline_status_free(). @since 0.1 */
EXP_API exp_status exp_pipeline_status_get(exp_pipeline_status** out_status,
                                           const exp_project* project, exp_error** out_error);
/** Releases it with its texts. @since 0.1 */
EXP_API void exp_pipeline_status_free(exp_pipeline_status* status);
/** Number of stale stages; 0 means up to date. @since 0.1 */
EXP_API size_t exp_pipeline_status_count(const exp_pipeline_status* status);
/** Address of a stale stage; NULL when out of range. @since 0.1 */
EXP_API const char* exp_pipeline_status_address(const exp_pipeline_status* status, size_t index);
/** Its first reason in words, "dependency 'x' modified"; NULL when out of range. @since 0.1 */
EXP_API const char* exp_pipeline_status_reason(const exp_pipeline_status* status, size_t index);
/** How many reasons a stage has; 0 when out of range. @since 0.1 */
EXP_API size_t exp_pipeline_status_reason_count(const exp_pipeline_status* status, size_t index);
/** The reason number `reason` of a stage, in words; NULL when out of range. @since 0.1 */
EXP_API const char* exp_pipeline_status_reason_at(const exp_pipeline_status* status, size_t index,
                                                  size_t reason);
/** How many stages were looked at. @since 0.1 */
EXP_API size_t exp_pipeline_status_stage_count(const exp_pipeline_status* status);

/** Flags of exp_status_options. */
#define EXP_STATUS_WITH_DEPS (UINT32_C(1) << 0) /**< The targets' upstream stages, too. */
#define EXP_STATUS_RECURSIVE (UINT32_C(1) << 1) /**< Folders as targets. */

/** What exp_pipeline_status_with() and exp_pipeline_explain_json_with() look at. */
typedef struct exp_status_options {
  size_t struct_size;         /**< sizeof(exp_status_options) of the caller. */
  const char* const* targets; /**< Ends in NULL; NULL: every stage of the project. */
  exp_event_cb on_event;      /**< Warnings; may be NULL. */
  void* user_data;            /**< Passed to on_event untouched. */
  uint32_t flags;             /**< EXP_STATUS_*, or'ed. */
  uint32_t reserved;          /**< 0. */
} exp_status_options;
/** Every default. */
#define EXP_STATUS_OPTIONS_INIT \
  { sizeof(exp_status_options), NULL, NULL, NULL, 0, 0 }

/**
 * What is stale and why, of some stages: `dvc status`.
 *
 * @param[out] out_status Free it with exp_pipeline_status_free().
 * @param      project    Borrowed for the call.
 * @param      options    NULL: all defaults.
 * @param[out] out_error  May be NULL.
 * @return EXP_OK, EXP_ERR_NOT_FOUND for a target, EXP_ERR_PARSE, EXP_ERR_INVALID_ARGUMENT,
 *         EXP_ERR_CALLBACK or EXP_ERR_IO.
 * @since 0.1
 */
EXP_API exp_status exp_pipeline_status_with(exp_pipeline_status** out_status,
                                            const exp_project* project,
                                            const exp_status_options* options,
                                            exp_error** out_error);

/**
 * Every stage that a run would not pass by, with the chain of reasons from what changed, as JSON:
 * `[{"stage": "train", "direct": ["param 'lr' in 'params.yaml' modified"], "inherited": []}, …]`;
 * an inherited reason is `{"path": "model.pkl", "stage": "train"}`.
 *
 * @param[out] out_text Free it with exp_free().
 * @since 0.1
 */
EXP_API exp_status exp_pipeline_explain_json(char** out_text, const exp_project* project,
                                             exp_error** out_error);
/**
 * As exp_pipeline_explain_json(), of some stages.
 *
 * @param[out] out_text  Free it with exp_free().
 * @param      project   Borrowed for the call.
 * @param      options   NULL: all defaults.
 * @param[out] out_error May be NULL.
 * @return As exp_pipeline_status_with().
 * @since 0.1
 */
EXP_API exp_status exp_pipeline_explain_json_with(char** out_text, const exp_project* project,
                                                  const exp_status_options* options,
                                                  exp_error** out_error);

/** Flags of exp_pipeline_dag(). */
#define EXP_DAG_FULL (UINT32_C(1) << 0) /**< The target's whole pipeline. */
#define EXP_DAG_OUTS (UINT32_C(1) << 1) /**< Outputs instead of stages. */

/** Formats of exp_pipeline_dag(). */
#define EXP_DAG_TEXT INT32_C(0)    /**< Boxes and lines. */
#define EXP_DAG_DOT INT32_C(1)     /**< Graphviz. */
#define EXP_DAG_MERMAID INT32_C(2) /**< Mermaid, without a Markdown fence. */

/**
 * The graph of stages or outputs, drawn.
 *
 * @param[out] out_text Free it with exp_free().
 * @param      target   A stage or an output, with what it needs; NULL or "": everything.
 * @return EXP_OK, EXP_ERR_NOT_FOUND for the target, EXP_ERR_INVALID_ARGUMENT for overlapping
 *         outputs, cycles, an unknown format or flag, EXP_ERR_PARSE or EXP_ERR_IO.
 * @since 0.1
 */
EXP_API exp_status exp_pipeline_dag(char** out_text, const exp_project* project, int32_t format,
                                    const char* target, uint32_t flags, exp_error** out_error);

/** Flags of exp_run_options. */
#define EXP_RUN_FORCE (UINT32_C(1) << 0)            /**< Run every planned stage. */
#define EXP_RUN_FORCE_DOWNSTREAM (UINT32_C(1) << 1) /**< Run everything below what ran. */
#define EXP_RUN_SINGLE_ITEM (UINT32_C(1) << 2)      /**< The targets alone. */
#define EXP_RUN_DOWNSTREAM (UINT32_C(1) << 3)       /**< The targets and what depends on them. */
#define EXP_RUN_ALL_PIPELINES (UINT32_C(1) << 4)    /**< The whole project. */
#define EXP_RUN_DRY (UINT32_C(1) << 5)              /**< Only tell what would run. */
#define EXP_RUN_NO_COMMIT (UINT32_C(1) << 6)        /**< Leave the cache alone. */
#define EXP_RUN_NO_RUN_CACHE (UINT32_C(1) << 7)     /**< Do not restore former results. */
#define EXP_RUN_KEEP_GOING (UINT32_C(1) << 8)       /**< Skip only what depends on a failure. */
#define EXP_RUN_INHERIT_STREAMS (UINT32_C(1) << 9)  /**< Commands use this process's streams. */
#define EXP_RUN_ALLOW_MISSING (UINT32_C(1) << 10)   /**< Missing data is no reason to run. */
#define EXP_RUN_PIPELINE (UINT32_C(1) << 11)        /**< The whole pipelines of the targets. */
#define EXP_RUN_RECURSIVE (UINT32_C(1) << 12)       /**< Folders as targets. */
#define EXP_RUN_GLOB (UINT32_C(1) << 13)            /**< Targets are patterns. */
#define EXP_RUN_IGNORE_ERRORS (UINT32_C(1) << 14)   /**< Failures are warnings. */
#define EXP_RUN_PULL (UINT32_C(1) << 15)            /**< Missing data comes from the remotes. */

/** For exp_run_options.jobs: as many stages at once as there are processors. */
#define EXP_JOBS_PER_PROCESSOR UINT32_MAX

/** How exp_pipeline_run() works. */
typedef struct exp_run_options {
  size_t struct_size;         /**< sizeof(exp_run_options) of the caller. */
  const char* const* targets; /**< Ends in NULL; NULL: the dvc.yaml of the project's directory. */
  exp_event_cb on_event;      /**< May be NULL. */
  void* user_data;            /**< Passed to on_event untouched. */
  exp_cancel* cancel;         /**< Borrowed for the call; may be NULL. */
  uint32_t flags;             /**< EXP_RUN_*, or'ed. */
  uint32_t jobs;              /**< Stages that may run at once; 0 and 1: one by one. */
  /** Asked, with a stage's address, before it runs; no: it fails. NULL: they all run. */
  exp_confirm_cb on_confirm;
} exp_run_options;
/** Every default. */
#define EXP_RUN_OPTIONS_INIT \
  { sizeof(exp_run_options), NULL, NULL, NULL, NULL, 0, 0, NULL }

/**
 * Brings stages up to date, as `dvc repro`. Blocks.
 *
 * @param[out] out_summary May be NULL. Free it with exp_run_summary_free().
 * @param      options     NULL means all defaults.
 * @return EXP_OK, EXP_ERR_STAGE_FAILED, EXP_ERR_CANCELLED, EXP_ERR_CALLBACK, EXP_ERR_BUSY,
 *         EXP_ERR_PARSE, EXP_ERR_NOT_FOUND, EXP_ERR_INVALID_ARGUMENT or EXP_ERR_IO.
 * @since 0.1
 */
EXP_API exp_status exp_pipeline_run(exp_run_summary** out_summary, const exp_project* project,
                                    const exp_run_options* options, exp_error** out_error);
/** Releases it with its texts. @since 0.1 */
EXP_API void exp_run_summary_free(exp_run_summary* summary);
/** Stages gone through. @since 0.1 */
EXP_API size_t exp_run_summary_count(const exp_run_summary* summary);
/** Address of a stage; NULL when out of range. @since 0.1 */
EXP_API const char* exp_run_summary_address(const exp_run_summary* summary, size_t index);
/** EXP_OUTCOME_* of a stage; EXP_OUTCOME_NONE when out of range. @since 0.1 */
EXP_API int32_t exp_run_summary_outcome(const exp_run_summary* summary, size_t index);
/** Why it ran; NULL when out of range. @since 0.1 */
EXP_API const char* exp_run_summary_reason(const exp_run_summary* summary, size_t index);
/** How long a stage took, in seconds; 0 when out of range. @since 0.1 */
EXP_API double exp_run_summary_seconds(const exp_run_summary* summary, size_t index);

/* --------------------------------------------------------------------------------------- names */

/** A list of names. Immutable: any thread may read it. */
typedef struct exp_names exp_names;

/** Releases it with its texts. @since 0.1 */
EXP_API void exp_names_free(exp_names* names);
/** How many names there are. @since 0.1 */
EXP_API size_t exp_names_count(const exp_names* names);
/** NULL when out of range. @since 0.1 */
EXP_API const char* exp_names_get(const exp_names* names, size_t index);

/* --------------------------------------------------------------------------------- overrides */

/** Parameter overrides as `-S [file:]override` takes them. Immutable: any thread may read it. */
typedef struct exp_overrides exp_overrides;
/** The combinations of a sweep, one at a time. */
typedef struct exp_points exp_points;

/**
 * Reads overrides in Hydra's grammar: "lr=0.1", "file.yaml:+new=1", "~old", sweeps "lr=0.1,0.2".
 *
 * @param[out] out_overrides Free it with exp_overrides_free().
 * @param      arguments     Ends in NULL; NULL: none.
 * @return EXP_OK or EXP_ERR_INVALID_ARGUMENT; the error's details show the place.
 * @since 0.1
 */
EXP_API exp_status exp_overrides_parse(exp_overrides** out_overrides, const char* const* arguments,
                                       exp_error** out_error);
/** Releases it with its texts. @since 0.1 */
EXP_API void exp_overrides_free(exp_overrides* overrides);
/** 1 when there may be other than one combination, else 0. @since 0.1 */
EXP_API int32_t exp_overrides_is_sweep(const exp_overrides* overrides);
/** How many overrides there are, as typed. @since 0.1 */
EXP_API size_t exp_overrides_count(const exp_overrides* overrides);
/** The file of an override, by file in order of first appearance; NULL when out of range.
 *  @since 0.1 */
EXP_API const char* exp_overrides_file(const exp_overrides* overrides, size_t index);
/** The override as typed, "lr=0.1,0.2"; NULL when out of range. @since 0.1 */
EXP_API const char* exp_overrides_text(const exp_overrides* overrides, size_t index);
/**
 * How many combinations there are; none is made for it.
 * @return EXP_OK or EXP_ERR_INVALID_ARGUMENT for sweeps that cannot be counted.
 * @since 0.1
 */
EXP_API exp_status exp_overrides_size(uint64_t* out_size, const exp_overrides* overrides,
                                      exp_error** out_error);
/**
 * The text of a params file with the overrides for `file` applied; all other bytes stay.
 *
 * @param[out] out_text Free it with exp_free().
 * @param      file     Its name: chooses the overrides and, by its suffix, the format.
 * @return EXP_OK, EXP_ERR_INVALID_ARGUMENT (also for sweeps) or EXP_ERR_PARSE.
 * @since 0.1
 */
EXP_API exp_status exp_overrides_apply(char** out_text, const exp_overrides* overrides,
                                       const char* text, const char* file, exp_error** out_error);
/**
 * Applies everything to the files of a project: all texts are made first, then each file is
 * replaced at once.
 * @return EXP_OK, EXP_ERR_INVALID_ARGUMENT, EXP_ERR_PARSE or EXP_ERR_IO.
 * @since 0.1
 */
EXP_API exp_status exp_overrides_apply_to(const exp_overrides* overrides,
                                          const exp_project* project, exp_error** out_error);
/**
 * As exp_overrides_apply_to(), and tells which files were written.
 *
 * @param[out] out_files Absolute paths, sorted; may be NULL. Free it with exp_names_free().
 * @param      overrides Borrowed for the call.
 * @param      project   Borrowed for the call.
 * @param[out] out_error May be NULL.
 * @return As exp_overrides_apply_to().
 * @since 0.1
 */
EXP_API exp_status exp_overrides_write(exp_names** out_files, const exp_overrides* overrides,
                                       const exp_project* project, exp_error** out_error);

/**
 * Begins going through the combinations, before the first one; each is made when it is come to.
 *
 * @param[out] out_points Independent of `overrides`. Free it with exp_points_free().
 * @return EXP_OK or EXP_ERR_INVALID_ARGUMENT for an empty sweep.
 * @since 0.1
 */
EXP_API exp_status exp_points_new(exp_points** out_points, const exp_overrides* overrides,
                                  exp_error** out_error);
/** Releases it with its texts. @since 0.1 */
EXP_API void exp_points_free(exp_points* points);
/** Goes to the next combination; 0 when there is none, -1 when out of memory. @since 0.1 */
EXP_API int32_t exp_points_next(exp_points* points);
/** How many overrides the present combination has. @since 0.1 */
EXP_API size_t exp_points_count(const exp_points* points);
/** The file of an override, valid until the next exp_points_next(); NULL when out of range.
 *  @since 0.1 */
EXP_API const char* exp_points_file(const exp_points* points, size_t index);
/** The override, "lr=0.1"; NULL when out of range. @since 0.1 */
EXP_API const char* exp_points_override(const exp_points* points, size_t index);

/* ------------------------------------------------------------------------------- composition */

/** A configuration composed as Hydra 1.3 does. Immutable: any thread may read it. */
typedef struct exp_composition exp_composition;

/** Flags of exp_compose_options. */
#define EXP_COMPOSE_UNRESOLVED (UINT32_C(1) << 0) /**< Leave interpolations as text. */

/** What exp_composition_new() composes. */
typedef struct exp_compose_options {
  size_t struct_size;           /**< sizeof(exp_compose_options) of the caller. */
  const char* config_name;      /**< Below the folder, without ".yaml"; NULL: "config". */
  const char* const* overrides; /**< "group=option", "a.b=1", "+c=2"; ends in NULL; NULL: none. */
  const char* directory;        /**< Start of relative search paths; NULL: the current directory. */
  uint32_t flags;               /**< EXP_COMPOSE_*, or'ed. */
  uint32_t reserved;            /**< 0. */
} exp_compose_options;
/** Every default. */
#define EXP_COMPOSE_OPTIONS_INIT \
  { sizeof(exp_compose_options), NULL, NULL, NULL, 0, 0 }

/**
 * Composes a configuration from a folder of YAML files: defaults lists, packages, overrides,
 * interpolation. `oc.env` sees this process's environment.
 *
 * @param[out] out_composition Free it with exp_composition_free().
 * @param      options         NULL: all defaults.
 * @return EXP_OK, EXP_ERR_NOT_FOUND for a missing folder or config, EXP_ERR_PARSE or
 *         EXP_ERR_INVALID_ARGUMENT.
 * @since 0.1
 */
EXP_API exp_status exp_composition_new(exp_composition** out_composition, const char* config_dir,
                                       const exp_compose_options* options, exp_error** out_error);
/**
 * The same with the folder and name of the project's `hydra` configuration, enabled or not: what
 * an experiment's params.yaml is made from.
 *
 * @param overrides Ends in NULL; NULL: none.
 * @since 0.1
 */
EXP_API exp_status exp_composition_new_for_project(exp_composition** out_composition,
                                                   const exp_project* project,
                                                   const char* const* overrides,
                                                   exp_error** out_error);
/** Releases it with its texts. @since 0.1 */
EXP_API void exp_composition_free(exp_composition* composition);
/** The text of a params.yaml; valid as long as `composition`. @since 0.1 */
EXP_API const char* exp_composition_yaml(const exp_composition* composition);
/** The same as JSON on one line; valid as long as `composition`. @since 0.1 */
EXP_API const char* exp_composition_json(const exp_composition* composition);
/** How many warnings there are. @since 0.1 */
EXP_API size_t exp_composition_warning_count(const exp_composition* composition);
/** What Hydra would warn about; NULL when out of range. @since 0.1 */
EXP_API const char* exp_composition_warning(const exp_composition* composition, size_t index);

/* -------------------------------------------------------------------------------------- data */

/** What a checkout did. Immutable: any thread may read it. */
typedef struct exp_checkout_result exp_checkout_result;

/** Flags of exp_data_add(). */
#define EXP_ADD_GLOB (UINT32_C(1) << 0)      /**< Targets are patterns. */
#define EXP_ADD_NO_COMMIT (UINT32_C(1) << 1) /**< Without putting the data into the cache. */
#define EXP_ADD_NO_RELINK (UINT32_C(1) << 2) /**< Leave the files as they are. */
#define EXP_ADD_FORCE (UINT32_C(1) << 3)     /**< With `out`: replace what is there. */

/**
 * Tracks files and folders, as `dvc add`.
 *
 * @param targets Ends in NULL.
 * @param out     Copies the one target to this path and tracks that; NULL: tracks targets in place.
 * @return EXP_OK, EXP_ERR_NOT_FOUND, EXP_ERR_EXISTS (tracked by Git), EXP_ERR_INVALID_ARGUMENT
 *         (overlaps), EXP_ERR_BUSY or EXP_ERR_IO.
 * @since 0.1
 */
EXP_API exp_status exp_data_add(const exp_project* project, const char* const* targets,
                                const char* out, uint32_t flags, exp_error** out_error);

/** Flags of exp_data_commit() and exp_data_checkout(). */
#define EXP_DATA_WITH_DEPS (UINT32_C(1) << 0) /**< And everything that the targets need. */
#define EXP_DATA_RECURSIVE (UINT32_C(1) << 1) /**< Folders stand for the stages below them. */
#define EXP_DATA_FORCE (UINT32_C(1) << 2)     /**< Changed stages; files that would be lost. */
#define EXP_DATA_RELINK (UINT32_C(1) << 3)    /**< Checkout: apply the configured link types. */
#define EXP_DATA_NO_RELINK (UINT32_C(1) << 4) /**< Commit: leave the files as they are. */
#define EXP_DATA_GLOB (UINT32_C(1) << 5)      /**< Checkout: targets are patterns of paths. */

/**
 * Records what files are now, as if their stages had run: `dvc commit`.
 *
 * @param target A stage, `.dvc` file or output; NULL or "": everything.
 * @return EXP_OK, EXP_ERR_INVALID_ARGUMENT (changed, without EXP_DATA_FORCE), EXP_ERR_NOT_FOUND,
 *         EXP_ERR_BUSY or EXP_ERR_IO.
 * @since 0.1
 */
EXP_API exp_status exp_data_commit(const exp_project* project, const char* target, uint32_t flags,
                                   exp_error** out_error);
/**
 * Brings recorded data into the work tree: `dvc checkout`.
 *
 * @param[out] out_result May be NULL. Free it with exp_checkout_result_free().
 * @param      targets    Ends in NULL; NULL: everything.
 * @return EXP_OK, also when some outputs are not completely in the cache (EXP_CHECKOUT_FAILED),
 *         EXP_ERR_INVALID_ARGUMENT when files would be lost, EXP_ERR_NOT_FOUND or EXP_ERR_BUSY.
 * @since 0.1
 */
EXP_API exp_status exp_data_checkout(exp_checkout_result** out_result, const exp_project* project,
                                     const char* const* targets, uint32_t flags,
                                     exp_error** out_error);
/** Releases it with its texts. @since 0.1 */
EXP_API void exp_checkout_result_free(exp_checkout_result* result);
/** What happened to a path of a checkout. */
enum {
  EXP_CHECKOUT_ADDED = 0,    /**< It was not there. */
  EXP_CHECKOUT_MODIFIED = 1, /**< It had other content. */
  EXP_CHECKOUT_DELETED = 2,  /**< Nothing records it any more. */
  EXP_CHECKOUT_FAILED = 3    /**< The cache lacks a part of it: it is as it was. */
};
/** How many outputs were changed or failed. @since 0.1 */
EXP_API size_t exp_checkout_result_count(const exp_checkout_result* result);
/** Path of an output, folders end in '/'; NULL when out of range. @since 0.1 */
EXP_API const char* exp_checkout_result_path(const exp_checkout_result* result, size_t index);
/** EXP_CHECKOUT_*; -1 when out of range. @since 0.1 */
EXP_API int32_t exp_checkout_result_kind(const exp_checkout_result* result, size_t index);

/** Takes stages or a `.dvc` file away, with their outputs when `outs` is not 0. @since 0.1 */
EXP_API exp_status exp_data_remove(const exp_project* project, const char* target, int32_t outs,
                                   exp_error** out_error);
/** Moves tracked data with its `.dvc` file. @since 0.1 */
EXP_API exp_status exp_data_move(const exp_project* project, const char* from, const char* to,
                                 exp_error** out_error);
/** Makes files ordinary ones, no links into the cache. @since 0.1 */
EXP_API exp_status exp_data_unprotect(const exp_project* project, const char* target,
                                      exp_error** out_error);

/* ------------------------------------------- data: events, remotes, garbage and what changed */

/** How the functions of data that take a while work. */
typedef struct exp_data_options {
  size_t struct_size;        /**< sizeof(exp_data_options) of the caller. */
  exp_event_cb on_event;     /**< EXP_EVENT_WARNING, EXP_EVENT_PROGRESS, …; may be NULL. */
  exp_confirm_cb on_confirm; /**< Asked what to do; NULL: the answer is no. */
  void* user_data;           /**< Passed to both untouched. */
  exp_cancel* cancel;        /**< Borrowed for the call; may be NULL. */
  uint32_t flags;            /**< Those of the function, or'ed. */
  uint32_t reserved;         /**< 0. */
} exp_data_options;
/** Every default. */
#define EXP_DATA_OPTIONS_INIT \
  { sizeof(exp_data_options), NULL, NULL, NULL, NULL, 0, 0 }

/**
 * As exp_data_add(), whose flags are those of `options`.
 *
 * @param[out] out_records The `.dvc` files; may be NULL. Free them with exp_names_free().
 * @param      options     NULL: all defaults.
 * @return As exp_data_add(), EXP_ERR_CANCELLED or EXP_ERR_CALLBACK. Targets before the one that
 *         was stopped are done.
 * @since 0.1
 */
EXP_API exp_status exp_data_add_with(exp_names** out_records, const exp_project* project,
                                     const char* const* targets, const char* out,
                                     const exp_data_options* options, exp_error** out_error);
/**
 * As exp_data_commit(), with EXP_DATA_*. `on_confirm` is asked about changed stages.
 * @return As exp_data_commit(), EXP_ERR_CANCELLED or EXP_ERR_CALLBACK.
 * @since 0.1
 */
EXP_API exp_status exp_data_commit_with(const exp_project* project, const char* target,
                                        const exp_data_options* options, exp_error** out_error);
/**
 * As exp_data_checkout(), with EXP_DATA_*.
 * @return As exp_data_checkout(), EXP_ERR_CANCELLED or EXP_ERR_CALLBACK; what was made before
 * stays.
 * @since 0.1
 */
EXP_API exp_status exp_data_checkout_with(exp_checkout_result** out_result,
                                          const exp_project* project, const char* const* targets,
                                          const exp_data_options* options, exp_error** out_error);
/** Number of files, those in folders, too, of EXP_CHECKOUT_ADDED, _MODIFIED or _DELETED. @since 0.1
 */
EXP_API int64_t exp_checkout_result_files(const exp_checkout_result* result, int32_t kind);
/** As exp_data_move(); without flags. @since 0.1 */
EXP_API exp_status exp_data_move_with(const exp_project* project, const char* from, const char* to,
                                      const exp_data_options* options, exp_error** out_error);

/** Flags of exp_sync_options. */
#define EXP_SYNC_WITH_DEPS (UINT32_C(1) << 0)    /**< And everything that the targets need. */
#define EXP_SYNC_RECURSIVE (UINT32_C(1) << 1)    /**< Folders stand for the stages below them. */
#define EXP_SYNC_GLOB (UINT32_C(1) << 2)         /**< Targets are patterns of paths. */
#define EXP_SYNC_ALL_BRANCHES (UINT32_C(1) << 3) /**< And what tips of branches record. */
#define EXP_SYNC_ALL_TAGS (UINT32_C(1) << 4)     /**< And what tagged commits record. */
#define EXP_SYNC_ALL_COMMITS (UINT32_C(1) << 5)  /**< And what any commit records. */
#define EXP_SYNC_RUN_CACHE (UINT32_C(1) << 6)    /**< The whole run-cache, too. */
#define EXP_SYNC_VERIFY (UINT32_C(1) << 7) /**< Read what is there and replace what is wrong. */
#define EXP_SYNC_FORCE (UINT32_C(1) << 8)  /**< Pull: also replace files that would be lost. */

/** What exp_data_push(), _fetch(), _pull() and _cloud_status() work on. */
typedef struct exp_sync_options {
  size_t struct_size;         /**< sizeof(exp_sync_options) of the caller. */
  const char* const* targets; /**< Ends in NULL; NULL: everything. */
  const char* remote;         /**< NULL or "": the default one, for pinned outputs their own. */
  exp_event_cb on_event;      /**< Warnings and EXP_EVENT_PROGRESS; may be NULL. */
  void* user_data;            /**< Passed to on_event untouched. */
  exp_cancel* cancel;         /**< Borrowed for the call; may be NULL. */
  int64_t max_size;           /**< Fetch, pull: no larger outputs, bytes; 0: any. */
  uint32_t jobs;              /**< Files copied at once; 0: one per processor, at most 8. */
  uint32_t flags;             /**< EXP_SYNC_*, or'ed. */
} exp_sync_options;
/** Every default. */
#define EXP_SYNC_OPTIONS_INIT \
  { sizeof(exp_sync_options), NULL, NULL, NULL, NULL, NULL, 0, 0, 0 }

/** What a push, fetch or pull of data did. Immutable: any thread may read it. */
typedef struct exp_sync_result exp_sync_result;

/**
 * Copies data from the cache to a remote, which is a folder of this machine: `dvc push`. Objects
 * appear whole; those already sent stay after a failure. What cannot be copied is told in the
 * result.
 *
 * @param[out] out_result May be NULL. Free it with exp_sync_result_free().
 * @param      options    NULL: all defaults.
 * @return EXP_OK, EXP_ERR_CONFIG without a usable remote, EXP_ERR_NOT_FOUND for targets,
 *         EXP_ERR_INVALID_ARGUMENT, EXP_ERR_CANCELLED, EXP_ERR_CALLBACK, EXP_ERR_BUSY or
 * EXP_ERR_IO.
 * @since 0.1
 */
EXP_API exp_status exp_data_push(exp_sync_result** out_result, const exp_project* project,
                                 const exp_sync_options* options, exp_error** out_error);
/** The other way, `dvc fetch`; damaged objects of the cache are replaced. @since 0.1 */
EXP_API exp_status exp_data_fetch(exp_sync_result** out_result, const exp_project* project,
                                  const exp_sync_options* options, exp_error** out_error);
/**
 * exp_data_fetch(), then the targets into the work tree, which stays as it is when something could
 * not be copied: `dvc pull`.
 * @return As exp_data_fetch() and exp_data_checkout().
 * @since 0.1
 */
EXP_API exp_status exp_data_pull(exp_sync_result** out_result, const exp_project* project,
                                 const exp_sync_options* options, exp_error** out_error);
/** Releases it with what is borrowed from it. @since 0.1 */
EXP_API void exp_sync_result_free(exp_sync_result* result);
/** Objects copied, with EXP_SYNC_RUN_CACHE its entries, too. @since 0.1 */
EXP_API int64_t exp_sync_result_transferred(const exp_sync_result* result);
/** "<hash>: <reason>" of what could not be copied, borrowed from the result. @since 0.1 */
EXP_API const exp_names* exp_sync_result_failed(const exp_sync_result* result);
/** Hashes that neither side has, borrowed from the result. @since 0.1 */
EXP_API const exp_names* exp_sync_result_missing(const exp_sync_result* result);
/** What a pull did to the work tree, borrowed from the result; NULL for push and fetch. @since 0.1
 */
EXP_API const exp_checkout_result* exp_sync_result_checkout(const exp_sync_result* result);

/** How the cache and a remote differ. Immutable: any thread may read it. */
typedef struct exp_cloud_status exp_cloud_status;

/**
 * Compares the cache with a remote: `dvc status --cloud`. Names are paths of outputs and of files
 * in folders, sorted.
 *
 * @param[out] out_status Free it with exp_cloud_status_free().
 * @param      options    NULL: all defaults. EXP_SYNC_VERIFY, EXP_SYNC_FORCE and max_size do
 *                        nothing.
 * @return As exp_data_push().
 * @since 0.1
 */
EXP_API exp_status exp_data_cloud_status(exp_cloud_status** out_status, const exp_project* project,
                                         const exp_sync_options* options, exp_error** out_error);
/** Releases it with what is borrowed from it. @since 0.1 */
EXP_API void exp_cloud_status_free(exp_cloud_status* status);
/** The remote's name. @since 0.1 */
EXP_API const char* exp_cloud_status_remote(const exp_cloud_status* status);
/** A push would bring them; borrowed from the status. @since 0.1 */
EXP_API const exp_names* exp_cloud_status_only_in_cache(const exp_cloud_status* status);
/** A fetch would bring them; borrowed from the status. @since 0.1 */
EXP_API const exp_names* exp_cloud_status_only_on_remote(const exp_cloud_status* status);
/** In neither; borrowed from the status. @since 0.1 */
EXP_API const exp_names* exp_cloud_status_missing(const exp_cloud_status* status);

/** Flags of exp_gc_options. One of the first six, rev or commit_date has to be set. */
#define EXP_GC_WORKSPACE (UINT32_C(1) << 0)       /**< Keep what the work tree uses; always kept. */
#define EXP_GC_ALL_BRANCHES (UINT32_C(1) << 1)    /**< Keep what tips of branches use. */
#define EXP_GC_ALL_TAGS (UINT32_C(1) << 2)        /**< Keep what tagged commits use. */
#define EXP_GC_ALL_COMMITS (UINT32_C(1) << 3)     /**< Keep what any commit uses. */
#define EXP_GC_ALL_EXPERIMENTS (UINT32_C(1) << 4) /**< Keep what every experiment uses. */
#define EXP_GC_NOT_IN_REMOTE (UINT32_C(1) << 5)   /**< Keep only what the remote does not have. */
#define EXP_GC_CLOUD (UINT32_C(1) << 6)           /**< Collect on the remote, too. */
#define EXP_GC_DRY (UINT32_C(1) << 7)             /**< Only count. */
#define EXP_GC_FORCE (UINT32_C(1) << 8) /**< Go on when the list of a folder's files is lost. */
#define EXP_GC_SKIP_FAILED (UINT32_C(1) << 9) /**< Pass over revisions that cannot be read. */

/** What exp_data_gc() keeps. Data of the work tree and of queued, failed and running experiments
    stays in any case. */
typedef struct exp_gc_options {
  size_t struct_size;          /**< sizeof(exp_gc_options) of the caller. */
  const char* rev;             /**< Keep what this commit and `num` - 1 before it use; or NULL. */
  const char* commit_date;     /**< "YYYY-MM-DD": keep commits of that day and later; or NULL. */
  const char* remote;          /**< NULL or "": the default one. */
  const char* const* projects; /**< Folders of projects that share the cache; ends in NULL. */
  exp_event_cb on_event;       /**< Warnings and EXP_EVENT_PROGRESS; may be NULL. */
  exp_confirm_cb on_confirm;   /**< Asked what EXP_GC_FORCE answers with yes; NULL: no. */
  void* user_data;             /**< Passed to both untouched. */
  exp_cancel* cancel;          /**< Borrowed for the call; may be NULL. */
  int32_t num;                 /**< With `rev`; 0 means 1. */
  uint32_t flags;              /**< EXP_GC_*, or'ed. */
} exp_gc_options;
/** Every default. */
#define EXP_GC_OPTIONS_INIT \
  { sizeof(exp_gc_options), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0 }

/** What was collected. Immutable: any thread may read it. */
typedef struct exp_gc_result exp_gc_result;

/**
 * Removes objects that nothing refers to: `dvc gc`. Queued and running experiments keep theirs.
 *
 * @param[out] out_result May be NULL. Free it with exp_gc_result_free().
 * @return EXP_OK, EXP_ERR_INVALID_ARGUMENT without a scope, for flags that exclude each other and
 *         for a folder whose list of files is lost, EXP_ERR_CONFIG without a usable remote,
 *         EXP_ERR_NOT_FOUND for revisions, EXP_ERR_CANCELLED, EXP_ERR_CALLBACK or EXP_ERR_BUSY.
 * @since 0.1
 */
EXP_API exp_status exp_data_gc(exp_gc_result** out_result, const exp_project* project,
                               const exp_gc_options* options, exp_error** out_error);
/** Releases it with its texts. @since 0.1 */
EXP_API void exp_gc_result_free(exp_gc_result* result);
/** How many stores were looked at. @since 0.1 */
EXP_API size_t exp_gc_result_count(const exp_gc_result* result);
/** "repo", "local" (the same again), "legacy" (objects of DVC 2) or "remote"; NULL when out of
 *  range. @since 0.1 */
EXP_API const char* exp_gc_result_store(const exp_gc_result* result, size_t index);
/** Objects; -1 when out of range. @since 0.1 */
EXP_API int64_t exp_gc_result_removed(const exp_gc_result* result, size_t index);
/** -1 when out of range. @since 0.1 */
EXP_API int64_t exp_gc_result_bytes(const exp_gc_result* result, size_t index);

/** Flags of exp_data_migrate_cache(). */
#define EXP_MIGRATE_RECORDS (UINT32_C(1) << 0) /**< `.dvc` and dvc.lock files, too. */
#define EXP_MIGRATE_DRY (UINT32_C(1) << 1)     /**< Only tell. */

/**
 * Brings a cache of DVC 2, which is read in place until then, over to DVC 3's layout:
 * `dvc cache migrate`.
 *
 * @param[out] out_objects Objects that were new, dry those to look at; may be NULL.
 * @param[out] out_records "f.dvc", "dvc.yaml (dvc.lock)"; may be NULL. Free with exp_names_free().
 * @param      options     NULL: all defaults.
 * @return EXP_OK, EXP_ERR_IO, EXP_ERR_CANCELLED, EXP_ERR_CALLBACK, and with EXP_MIGRATE_RECORDS
 * what exp_data_commit() returns.
 * @since 0.1
 */
EXP_API exp_status exp_data_migrate_cache(int64_t* out_objects, exp_names** out_records,
                                          const exp_project* project,
                                          const exp_data_options* options, exp_error** out_error);

/** Which comparison an exp_data_change belongs to. */
enum {
  EXP_DATA_COMMITTED = 0,     /**< From the last Git commit to what is recorded. */
  EXP_DATA_UNCOMMITTED = 1,   /**< From what is recorded to the work tree. */
  EXP_DATA_NOT_IN_CACHE = 2,  /**< Recorded, but not in the cache. */
  EXP_DATA_NOT_IN_REMOTE = 3, /**< Recorded, but not on the remote. */
  EXP_DATA_UNTRACKED = 4,     /**< Neither Git nor DVC tracks it. */
  EXP_DATA_UNCHANGED = 5,     /**< The same in all three places. */
  EXP_DATA_BETWEEN = 6        /**< Of exp_data_diff(): from the old side to the new one. */
};

/** What an exp_data_change is. */
enum {
  EXP_CHANGE_NONE = 0,     /**< `part` says it all. */
  EXP_CHANGE_ADDED = 1,    /**< Only on the new side. */
  EXP_CHANGE_MODIFIED = 2, /**< On both sides, with other content. */
  EXP_CHANGE_DELETED = 3,  /**< Only on the old side. */
  EXP_CHANGE_RENAMED = 4,  /**< Deleted and added with the same content. */
  EXP_CHANGE_UNKNOWN = 5   /**< In a folder whose list of files is lost. */
};

/** Look only at fields that lie within struct_size. Texts are never NULL. */
typedef struct exp_data_change {
  size_t struct_size;   /**< sizeof(exp_data_change) of this library. */
  const char* path;     /**< Relative to the project's root, folders end in '/'. Untracked ones are
                             relative to its directory. */
  const char* old_path; /**< Of what was renamed; else the same. */
  const char* hash;     /**< exp_data_diff(): MD5 in hex, of folders followed by ".dir"; or "". */
  const char* old_hash; /**< exp_data_diff(): of what was modified, what it was before; or "". */
  int32_t part;         /**< EXP_DATA_*. */
  int32_t change;       /**< EXP_CHANGE_*. */
} exp_data_change;

/** Changes by part and kind. Immutable: any thread may read it. */
typedef struct exp_data_changes exp_data_changes;

/** Releases it with its texts. @since 0.1 */
EXP_API void exp_data_changes_free(exp_data_changes* changes);
/** How many changes there are, of all parts. @since 0.1 */
EXP_API size_t exp_data_changes_count(const exp_data_changes* changes);
/** Lives as long as `changes`; NULL when out of range. @since 0.1 */
EXP_API const exp_data_change* exp_data_changes_get(const exp_data_changes* changes, size_t index);

/** What exp_data_changes_git() tells. */
#define EXP_GIT_EMPTY (UINT32_C(1) << 0) /**< Git has no commit yet. */
#define EXP_GIT_DIRTY (UINT32_C(1) << 1) /**< Git sees changes of its own. */

/** EXP_GIT_*, or'ed, of exp_data_status(). @since 0.1 */
EXP_API uint32_t exp_data_changes_git(const exp_data_changes* changes);

/** Flags of exp_data_status_options. */
#define EXP_DATA_STATUS_GRANULAR (UINT32_C(1) << 0)      /**< Files in tracked folders, too. */
#define EXP_DATA_STATUS_UNTRACKED (UINT32_C(1) << 1)     /**< What neither Git nor DVC tracks. */
#define EXP_DATA_STATUS_NOT_IN_REMOTE (UINT32_C(1) << 2) /**< Ask the remote what it lacks. */
#define EXP_DATA_STATUS_UNCHANGED (UINT32_C(1) << 3)     /**< What is as it was, too. */

/** What exp_data_status() looks at. */
typedef struct exp_data_status_options {
  size_t struct_size;         /**< sizeof(exp_data_status_options) of the caller. */
  const char* const* targets; /**< Paths, ends in NULL; NULL: everything. */
  const char* remote;    /**< With EXP_DATA_STATUS_NOT_IN_REMOTE; NULL or "": the default one. */
  exp_event_cb on_event; /**< Warnings and EXP_EVENT_PROGRESS; may be NULL. */
  void* user_data;       /**< Passed to on_event untouched. */
  exp_cancel* cancel;    /**< Borrowed for the call; may be NULL. */
  uint32_t flags;        /**< EXP_DATA_STATUS_*, or'ed. */
  uint32_t reserved;     /**< 0. */
} exp_data_status_options;
/** Every default. */
#define EXP_DATA_STATUS_OPTIONS_INIT \
  { sizeof(exp_data_status_options), NULL, NULL, NULL, NULL, NULL, 0, 0 }

/**
 * Compares the last commit, what is recorded and the work tree: `dvc data status`. Takes no lock.
 *
 * @param[out] out_changes Free it with exp_data_changes_free().
 * @param      options     NULL: all defaults.
 * @return EXP_OK, EXP_ERR_PARSE for unreadable files, EXP_ERR_CONFIG for an unknown remote,
 *         EXP_ERR_CANCELLED, EXP_ERR_CALLBACK or EXP_ERR_IO.
 * @since 0.1
 */
EXP_API exp_status exp_data_status(exp_data_changes** out_changes, const exp_project* project,
                                   const exp_data_status_options* options, exp_error** out_error);
/** The JSON of `data status --json`. Free the text with exp_free(). @since 0.1 */
EXP_API exp_status exp_data_status_json(char** out_text, const exp_project* project,
                                        const exp_data_status_options* options,
                                        exp_error** out_error);

/** Flags of exp_data_diff_options. */
#define EXP_DATA_DIFF_HASHES (UINT32_C(1) << 0)     /**< JSON: with hashes. */
#define EXP_DATA_DIFF_NO_MISSING (UINT32_C(1) << 1) /**< Without what the cache lacks. */

/** What exp_data_diff() compares. */
typedef struct exp_data_diff_options {
  size_t struct_size;         /**< sizeof(exp_data_diff_options) of the caller. */
  const char* old_rev;        /**< NULL: HEAD. */
  const char* new_rev;        /**< NULL or "": the work tree. */
  const char* const* targets; /**< Outputs, files in them, stages; ends in NULL; NULL: all. */
  exp_event_cb on_event;      /**< Warnings and EXP_EVENT_PROGRESS; may be NULL. */
  void* user_data;            /**< Passed to on_event untouched. */
  exp_cancel* cancel;         /**< Borrowed for the call; may be NULL. */
  uint32_t flags;             /**< EXP_DATA_DIFF_*, or'ed. */
  uint32_t reserved;          /**< 0. */
} exp_data_diff_options;
/** Every default. */
#define EXP_DATA_DIFF_OPTIONS_INIT \
  { sizeof(exp_data_diff_options), NULL, NULL, NULL, NULL, NULL, NULL, 0, 0 }

/**
 * What data changed between two commits or since one: `dvc diff`. Takes no lock. What the old side
 * records and the cache lacks has the part EXP_DATA_NOT_IN_CACHE.
 *
 * @param[out] out_changes Free it with exp_data_changes_free().
 * @param      options     NULL: all defaults.
 * @return EXP_OK, EXP_ERR_NOT_FOUND for revisions and targets, EXP_ERR_PARSE, EXP_ERR_CANCELLED,
 *         EXP_ERR_CALLBACK or EXP_ERR_IO.
 * @since 0.1
 */
EXP_API exp_status exp_data_diff(exp_data_changes** out_changes, const exp_project* project,
                                 const exp_data_diff_options* options, exp_error** out_error);
/** The JSON of `diff --json`. Free the text with exp_free(). @since 0.1 */
EXP_API exp_status exp_data_diff_json(char** out_text, const exp_project* project,
                                      const exp_data_diff_options* options, exp_error** out_error);

/* ----------------------------------------------------------------------------- configuration */

/** The options of a project, or outside of one those of user and machine. */
typedef struct exp_config exp_config;

/** Where an option is set, weakest first. */
enum {
  EXP_CONFIG_MERGED = 0,  /**< Reading: all levels. Writing: the project's. */
  EXP_CONFIG_SYSTEM = 1,  /**< $DVC_SYSTEM_CONFIG_DIR, $XDG_CONFIG_DIRS/dvc or /etc/xdg/dvc. */
  EXP_CONFIG_GLOBAL = 2,  /**< $DVC_GLOBAL_CONFIG_DIR, $XDG_CONFIG_HOME/dvc or ~/.config/dvc. */
  EXP_CONFIG_PROJECT = 3, /**< .dvc/config. */
  EXP_CONFIG_LOCAL = 4    /**< .dvc/config.local. */
};

/**
 * Opens the configuration that counts in `directory` (NULL: the current one). Every function below
 * returns EXP_ERR_CONFIG for what is not allowed and EXP_ERR_INVALID_ARGUMENT for a level that
 * there is not. Files are changed in place, checked as a whole before, and replaced at once.
 *
 * @param[out] out_config Free it with exp_config_free().
 * @return EXP_OK, EXP_ERR_NOT_FOUND or EXP_ERR_INVALID_ARGUMENT.
 * @since 0.1
 */
EXP_API exp_status exp_config_open(exp_config** out_config, const char* directory,
                                   exp_error** out_error);
/** Closes it; nothing is kept back that would have to be written. @since 0.1 */
EXP_API void exp_config_free(exp_config* config);

/** Look only at fields that lie within struct_size. Texts are never NULL. */
typedef struct exp_config_entry {
  size_t struct_size; /**< sizeof(exp_config_entry) of this library. */
  const char* key;    /**< "core.remote", "remote.store.url". */
  const char* value;  /**< Paths are absolute; a list as "['a', 'b']". */
  const char* origin; /**< The file, relative to the root for files of the project. */
} exp_config_entry;

/** Options with their values. Immutable: any thread may read it. */
typedef struct exp_config_entries exp_config_entries;

/** Every option that is set, level by level. Free with exp_config_entries_free(). @since 0.1 */
EXP_API exp_status exp_config_list(exp_config_entries** out_entries, const exp_config* config,
                                   int32_t level, exp_error** out_error);
/** Releases it with its texts. @since 0.1 */
EXP_API void exp_config_entries_free(exp_config_entries* entries);
/** How many options there are. @since 0.1 */
EXP_API size_t exp_config_entries_count(const exp_config_entries* entries);
/** Lives as long as `entries`; NULL when out of range. @since 0.1 */
EXP_API const exp_config_entry* exp_config_entries_get(const exp_config_entries* entries,
                                                       size_t index);

/**
 * The value of an option.
 *
 * @param[out] out_value NULL when it is not set, which at one level is EXP_ERR_CONFIG. Free it with
 *                       exp_free().
 * @param      key       "core.remote", "remote.store.url".
 * @since 0.1
 */
EXP_API exp_status exp_config_get(char** out_value, const exp_config* config, const char* key,
                                  int32_t level, exp_error** out_error);
/** Relative paths are taken from the directory. `value` NULL unsets the option. @since 0.1 */
EXP_API exp_status exp_config_set(exp_config* config, const char* key, const char* value,
                                  int32_t level, exp_error** out_error);
/** The folder of the cache, absolute; at one level only what is set there. Free the text with
 *  exp_free(). @since 0.1 */
EXP_API exp_status exp_config_cache_dir(char** out_path, const exp_config* config, int32_t level,
                                        exp_error** out_error);

/** Look only at fields that lie within struct_size. Texts are never NULL. */
typedef struct exp_remote {
  size_t struct_size; /**< sizeof(exp_remote) of this library. */
  const char* name;   /**< As commands and `core.remote` name it. */
  const char* url;    /**< As it is set; paths are absolute. */
  int32_t is_default; /**< 1 when `core.remote` names it. */
  int32_t reserved;   /**< 0. */
} exp_remote;

/** Remotes. Immutable: any thread may read it. */
typedef struct exp_remotes exp_remotes;

/** Free with exp_remotes_free(). @since 0.1 */
EXP_API exp_status exp_config_remotes(exp_remotes** out_remotes, const exp_config* config,
                                      int32_t level, exp_error** out_error);
/** Releases it with its texts. @since 0.1 */
EXP_API void exp_remotes_free(exp_remotes* remotes);
/** How many remotes there are. @since 0.1 */
EXP_API size_t exp_remotes_count(const exp_remotes* remotes);
/** Lives as long as `remotes`; NULL when out of range. @since 0.1 */
EXP_API const exp_remote* exp_remotes_get(const exp_remotes* remotes, size_t index);

/** Flags of exp_config_add_remote(). */
#define EXP_REMOTE_DEFAULT (UINT32_C(1) << 0) /**< Make it the default one. */
#define EXP_REMOTE_FORCE (UINT32_C(1) << 1)   /**< Replace a remote of that name. */

/** Adds a remote. Without EXP_REMOTE_FORCE a name that is taken is EXP_ERR_CONFIG. @since 0.1 */
EXP_API exp_status exp_config_add_remote(exp_config* config, const char* name, const char* url,
                                         int32_t level, uint32_t flags, exp_error** out_error);
/** Sets an option of a remote; `value` NULL unsets it. @since 0.1 */
EXP_API exp_status exp_config_modify_remote(exp_config* config, const char* name,
                                            const char* option, const char* value, int32_t level,
                                            exp_error** out_error);
/** And what refers to it as the default, at this level and stronger ones. @since 0.1 */
EXP_API exp_status exp_config_remove_remote(exp_config* config, const char* name, int32_t level,
                                            exp_error** out_error);
/** Where it is the default it stays so. EXP_ERR_CONFIG without such a remote or for a name taken.
 *  @since 0.1 */
EXP_API exp_status exp_config_rename_remote(exp_config* config, const char* name,
                                            const char* new_name, int32_t level,
                                            exp_error** out_error);
/** NULL when there is none. Free the text with exp_free(). @since 0.1 */
EXP_API exp_status exp_config_default_remote(char** out_name, const exp_config* config,
                                             int32_t level, exp_error** out_error);
/** `name` NULL: there is none any more. @since 0.1 */
EXP_API exp_status exp_config_set_default_remote(exp_config* config, const char* name,
                                                 int32_t level, exp_error** out_error);

/* ------------------------------------------------------------------------------- experiments */

/** An experiment that was made. Immutable: any thread may read it. */
typedef struct exp_experiment exp_experiment;
/** Rows of `exp show`. Immutable: any thread may read it. */
typedef struct exp_rows exp_rows;

/** Flags of exp_experiment_options. */
#define EXP_EXPERIMENT_TEMP (UINT32_C(1) << 0)     /**< Run in a folder of its own. */
#define EXP_EXPERIMENT_NO_HYDRA (UINT32_C(1) << 1) /**< Compose no configuration. */

/** How exp_experiments_run() works. */
typedef struct exp_experiment_options {
  size_t struct_size;            /**< sizeof(exp_experiment_options) of the caller. */
  const exp_run_options* run;    /**< NULL means all defaults. */
  const char* name;              /**< NULL or "": one is made up. */
  const char* message;           /**< Of the commit; NULL or "": DVC's. */
  const char* const* set_params; /**< "[file:]key=value", ends in NULL; may be NULL. */
  const char* const*
      copy_paths;    /**< Untracked paths that EXP_EXPERIMENT_TEMP copies; ends in NULL. */
  uint32_t flags;    /**< EXP_EXPERIMENT_*, or'ed. */
  uint32_t reserved; /**< 0. */
} exp_experiment_options;
/** Every default. */
#define EXP_EXPERIMENT_OPTIONS_INIT \
  { sizeof(exp_experiment_options), NULL, NULL, NULL, NULL, NULL, 0, 0 }

/**
 * Runs the pipeline in the workspace and records the outcome as an experiment of HEAD. Blocks.
 *
 * @param[out] out_experiment May be NULL. Free it with exp_experiment_free().
 * @return EXP_OK, EXP_ERR_EXISTS when HEAD has an experiment of that name, EXP_ERR_GIT without a
 *         repository or a first commit, and what exp_pipeline_run() returns.
 * @since 0.1
 */
EXP_API exp_status exp_experiments_run(exp_experiment** out_experiment, const exp_project* project,
                                       const exp_experiment_options* options,
                                       exp_error** out_error);
/** Releases it with its summary; the experiment itself stays. @since 0.1 */
EXP_API void exp_experiment_free(exp_experiment* experiment);
/** Its name, given or made up. @since 0.1 */
EXP_API const char* exp_experiment_name(const exp_experiment* experiment);
/** 40 hex digits; "" after a dry run. @since 0.1 */
EXP_API const char* exp_experiment_commit(const exp_experiment* experiment);
/** "refs/exps/<2>/<38>/<name>". @since 0.1 */
EXP_API const char* exp_experiment_ref(const exp_experiment* experiment);
/** Its stages, borrowed from the experiment. @since 0.1 */
EXP_API const exp_run_summary* exp_experiment_summary(const exp_experiment* experiment);

/** Flags of exp_show_options. */
#define EXP_SHOW_ALL_BRANCHES (UINT32_C(1) << 0)   /**< And the last commit of every branch. */
#define EXP_SHOW_ALL_TAGS (UINT32_C(1) << 1)       /**< And the commit of every tag. */
#define EXP_SHOW_ALL_COMMITS (UINT32_C(1) << 2)    /**< And every commit. */
#define EXP_SHOW_HIDE_WORKSPACE (UINT32_C(1) << 3) /**< No row for the workspace. */
#define EXP_SHOW_SHA_ONLY (UINT32_C(1) << 4)       /**< No branch and tag names. */
#define EXP_SHOW_FORCE (UINT32_C(1) << 5)          /**< Read the commits again. */
#define EXP_SHOW_HIDE_QUEUED (UINT32_C(1) << 6)    /**< No rows for tasks that wait. */
#define EXP_SHOW_HIDE_FAILED (UINT32_C(1) << 7)    /**< No rows for tasks that failed. */
#define EXP_SHOW_PARAM_DEPS (UINT32_C(1) << 8)     /**< Only parameters that stages depend on. */

/** Which rows exp_experiments_show() has. */
typedef struct exp_show_options {
  size_t struct_size;      /**< sizeof(exp_show_options) of the caller. */
  const char* const* revs; /**< Baselines, ends in NULL; NULL: HEAD. */
  int32_t num;             /**< Commits from each baseline on; 0 means 1; negative: all. */
  uint32_t flags;          /**< EXP_SHOW_*, or'ed. */
} exp_show_options;
/** Every default. */
#define EXP_SHOW_OPTIONS_INIT \
  { sizeof(exp_show_options), NULL, 0, 0 }

/** What a row is about. */
enum { EXP_ROW_WORKSPACE = 0, EXP_ROW_BASELINE = 1, EXP_ROW_EXPERIMENT = 2 };

/** The workspace, baselines and experiments. Free with exp_rows_free(). @since 0.1 */
EXP_API exp_status exp_experiments_show(exp_rows** out_rows, const exp_project* project,
                                        const exp_show_options* options, exp_error** out_error);
/** The same as the JSON of `exp show --json`. Free the text with exp_free(). @since 0.1 */
EXP_API exp_status exp_experiments_show_json(char** out_text, const exp_project* project,
                                             const exp_show_options* options,
                                             exp_error** out_error);
/** Releases it with its texts. @since 0.1 */
EXP_API void exp_rows_free(exp_rows* rows);
/** How many rows there are. @since 0.1 */
EXP_API size_t exp_rows_count(const exp_rows* rows);
/** EXP_ROW_*; -1 when out of range. @since 0.1 */
EXP_API int32_t exp_rows_kind(const exp_rows* rows, size_t row);
/** Branch, tag or experiment, "" when none; NULL when out of range. @since 0.1 */
EXP_API const char* exp_rows_name(const exp_rows* rows, size_t row);
/** Commit id or "workspace"; NULL when out of range. @since 0.1 */
EXP_API const char* exp_rows_rev(const exp_rows* rows, size_t row);
/** Text of the metric or param `key` of `file` (NULL: any file); NULL when missing. @since 0.1 */
EXP_API const char* exp_rows_metric(const exp_rows* rows, size_t row, const char* file,
                                    const char* key);
/** The same of params. @since 0.1 */
EXP_API const char* exp_rows_param(const exp_rows* rows, size_t row, const char* file,
                                   const char* key);
/** Of experiments: the commit they belong to; NULL when out of range. @since 0.1 */
EXP_API const char* exp_rows_baseline(const exp_rows* rows, size_t row);
/** "2026-11-24T12:02:14", local time; "" for the workspace; NULL when out of range. @since 0.1 */
EXP_API const char* exp_rows_created(const exp_rows* rows, size_t row);
/** "Running", "Queued", "Failed", "Success" or ""; NULL when out of range. @since 0.1 */
EXP_API const char* exp_rows_state(const exp_rows* rows, size_t row);
/** "Workspace", "Tempdir", "Dvc-task" or ""; NULL when out of range. @since 0.1 */
EXP_API const char* exp_rows_executor(const exp_rows* rows, size_t row);
/** Why the revision could not be read, or ""; NULL when out of range. @since 0.1 */
EXP_API const char* exp_rows_error(const exp_rows* rows, size_t row);

/** Kinds of columns. */
#define EXP_COLUMN_METRIC INT32_C(1) /**< Values of metrics files. */
#define EXP_COLUMN_PARAM INT32_C(2)  /**< Values of params files. */
#define EXP_COLUMN_DEP INT32_C(3)    /**< Files by hash; without keys. */

/** How many values of a kind of column a row has. @since 0.1 */
EXP_API size_t exp_rows_value_count(const exp_rows* rows, size_t row, int32_t column);
/** NULL when out of range. @since 0.1 */
EXP_API const char* exp_rows_value_file(const exp_rows* rows, size_t row, int32_t column,
                                        size_t index);
/** Dotted; NULL when out of range. @since 0.1 */
EXP_API const char* exp_rows_value_key(const exp_rows* rows, size_t row, int32_t column,
                                       size_t index);
/** Without loss: the shortest spelling of a number. NULL when out of range. @since 0.1 */
EXP_API const char* exp_rows_value_text(const exp_rows* rows, size_t row, int32_t column,
                                        size_t index);
/** EXP_VALUE_*; -1 when out of range. @since 0.1 */
EXP_API int32_t exp_rows_value_kind(const exp_rows* rows, size_t row, int32_t column, size_t index);
/** 0 for what is no number. @since 0.1 */
EXP_API double exp_rows_value_number(const exp_rows* rows, size_t row, int32_t column,
                                     size_t index);

/** Flags of exp_save_options. */
#define EXP_SAVE_FORCE (UINT32_C(1) << 0)     /**< Replace an experiment of that name. */
#define EXP_SAVE_RECURSIVE (UINT32_C(1) << 1) /**< Folders among the targets. */

/** What exp_experiments_save() records. */
typedef struct exp_save_options {
  size_t struct_size;                   /**< sizeof(exp_save_options) of the caller. */
  const char* const* targets;           /**< Data to record, ends in NULL; NULL: everything. */
  const char* name;                     /**< NULL or "": one is made up. */
  const char* message;                  /**< Of the commit; NULL or "": DVC's. */
  const char* const* include_untracked; /**< Untracked paths to include; ends in NULL. */
  exp_event_cb on_event;                /**< May be NULL. */
  void* user_data;                      /**< Passed to on_event untouched. */
  uint32_t flags;                       /**< EXP_SAVE_*, or'ed. */
  uint32_t reserved;                    /**< 0. */
} exp_save_options;
/** Every default. */
#define EXP_SAVE_OPTIONS_INIT \
  { sizeof(exp_save_options), NULL, NULL, NULL, NULL, NULL, NULL, 0, 0 }

/**
 * Records the workspace as it is, its data included, as an experiment of HEAD; nothing is run.
 *
 * @param[out] out_experiment May be NULL; without stages. Free it with exp_experiment_free().
 * @return EXP_OK, EXP_ERR_EXISTS for a name that HEAD has (without EXP_SAVE_FORCE), EXP_ERR_GIT
 *         without a repository or a first commit, and what exp_data_commit() returns.
 * @since 0.1
 */
EXP_API exp_status exp_experiments_save(exp_experiment** out_experiment, const exp_project* project,
                                        const exp_save_options* options, exp_error** out_error);

/**
 * Brings the files of an experiment, of another commit or of a queued task of DVC's into the
 * workspace. HEAD stays and nothing is staged. What the workspace had is kept before:
 * `git reset --hard` and `git stash apply refs/exps/apply/stash` bring it back.
 *
 * @param on_event May be NULL.
 * @return EXP_OK, EXP_ERR_NOT_FOUND, EXP_ERR_CALLBACK, or EXP_ERR_IO when the cache lacks data,
 *         with everything else applied.
 * @since 0.1
 */
EXP_API exp_status exp_experiments_apply(const exp_project* project, const char* experiment,
                                         exp_event_cb on_event, void* user_data,
                                         exp_error** out_error);

/**
 * Makes a branch on an experiment's commit.
 *
 * @param[out] out_branch Its name; may be NULL. Free it with exp_free().
 * @param      branch     NULL or "": "<experiment>-branch".
 * @return EXP_OK, EXP_ERR_INVALID_ARGUMENT for names that are no experiment or taken, EXP_ERR_GIT.
 * @since 0.1
 */
EXP_API exp_status exp_experiments_branch(char** out_branch, const exp_project* project,
                                          const char* experiment, const char* branch,
                                          exp_error** out_error);

/** Flags of exp_experiments_rename(). */
#define EXP_RENAME_FORCE (UINT32_C(1) << 0) /**< Replace an experiment that has the new name. */

/**
 * Gives an experiment another name.
 *
 * @param[out] out_renamed 0 when it has that name already; may be NULL.
 * @param      git_remote  Rename there instead of here; NULL or "": here.
 * @return EXP_OK, EXP_ERR_NOT_FOUND, EXP_ERR_EXISTS, or EXP_ERR_INVALID_ARGUMENT for a name that
 *         Git would not take.
 * @since 0.1
 */
EXP_API exp_status exp_experiments_rename(int32_t* out_renamed, const exp_project* project,
                                          const char* experiment, const char* name,
                                          const char* git_remote, uint32_t flags,
                                          exp_error** out_error);

/** Removes slots that nobody uses and what finished runs in them left behind. @since 0.1 */
EXP_API exp_status exp_experiments_clean(const exp_project* project, exp_error** out_error);

/** Refs of experiments. Immutable: any thread may read it. */
typedef struct exp_refs exp_refs;

/** Look only at fields that lie within struct_size. Texts are never NULL. */
typedef struct exp_ref {
  size_t struct_size;        /**< sizeof(exp_ref) of this library. */
  const char* name;          /**< The last part of `ref`. */
  const char* commit;        /**< "" of a Git remote's. */
  const char* baseline;      /**< The commit it belongs to. */
  const char* baseline_name; /**< Its branch or tag; "" when it has none. */
  const char* ref;           /**< "refs/exps/<2>/<38>/<name>". */
} exp_ref;

/** Releases it with its texts. @since 0.1 */
EXP_API void exp_refs_free(exp_refs* refs);
/** How many experiments there are. @since 0.1 */
EXP_API size_t exp_refs_count(const exp_refs* refs);
/** Lives as long as `refs`; NULL when out of range. @since 0.1 */
EXP_API const exp_ref* exp_refs_get(const exp_refs* refs, size_t index);

/** Flags of exp_list_options. */
#define EXP_LIST_ALL_COMMITS (UINT32_C(1) << 0) /**< Every experiment of the repository. */

/** Which experiments exp_experiments_list() lists. */
typedef struct exp_list_options {
  size_t struct_size;      /**< sizeof(exp_list_options) of the caller. */
  const char* const* revs; /**< Baselines, ends in NULL; NULL: HEAD. */
  const char* git_remote;  /**< Name or URL; NULL or "": the repository's own. */
  int32_t num;             /**< Commits from each baseline on; 0 means 1; negative: all. */
  uint32_t flags;          /**< EXP_LIST_*, or'ed. */
} exp_list_options;
/** Every default. */
#define EXP_LIST_OPTIONS_INIT \
  { sizeof(exp_list_options), NULL, NULL, 0, 0 }

/** The experiments, sorted by baseline and name. Free with exp_refs_free(). @since 0.1 */
EXP_API exp_status exp_experiments_list(exp_refs** out_refs, const exp_project* project,
                                        const exp_list_options* options, exp_error** out_error);

/** Flags of exp_remove_options. */
#define EXP_REMOVE_ALL_COMMITS (UINT32_C(1) << 0) /**< Every experiment of the repository. */
#define EXP_REMOVE_KEEP (UINT32_C(1) << 1)        /**< All but what is selected. */
#define EXP_REMOVE_QUEUE (UINT32_C(1) << 2)       /**< Tasks that are queued or held, too. */

/** Nothing is selected by default. */
typedef struct exp_remove_options {
  size_t struct_size;       /**< sizeof(exp_remove_options) of the caller. */
  const char* const* names; /**< Experiments, refs, tasks that do not run; ends in NULL. */
  const char* const* revs;  /**< Baselines, ends in NULL; not with names. */
  const char* git_remote;   /**< Remove there instead of here; NULL or "": here. */
  int32_t num;              /**< Commits from each baseline on; 0 means 1; negative: all. */
  uint32_t flags;           /**< EXP_REMOVE_*, or'ed. */
} exp_remove_options;
/** Every default: nothing is selected. */
#define EXP_REMOVE_OPTIONS_INIT \
  { sizeof(exp_remove_options), NULL, NULL, NULL, 0, 0 }

/**
 * Deletes experiments' refs; cached data stays.
 *
 * @param[out] out_removed Their names; may be NULL. Free it with exp_names_free().
 * @return EXP_OK, EXP_ERR_NOT_FOUND before anything is deleted, EXP_ERR_INVALID_ARGUMENT,
 *         EXP_ERR_GIT.
 * @since 0.1
 */
EXP_API exp_status exp_experiments_remove(exp_names** out_removed, const exp_project* project,
                                          const exp_remove_options* options, exp_error** out_error);

/** Flags of exp_share_options. */
#define EXP_SHARE_ALL_COMMITS (UINT32_C(1) << 0) /**< Every experiment of the repository. */
#define EXP_SHARE_FORCE (UINT32_C(1) << 1)     /**< Replace another experiment of the same name. */
#define EXP_SHARE_NO_CACHE (UINT32_C(1) << 2)  /**< Leave the data where it is. */
#define EXP_SHARE_RUN_CACHE (UINT32_C(1) << 3) /**< The run-cache, too. */

/** What exp_experiments_push() and exp_experiments_pull() transfer. */
typedef struct exp_share_options {
  size_t struct_size;       /**< sizeof(exp_share_options) of the caller. */
  const char* git_remote;   /**< Name of a Git remote, URL, or path; not NULL. */
  const char* const* names; /**< Or full refs, ends in NULL; NULL: those of the baselines. */
  const char* const* revs;  /**< Baselines, ends in NULL; NULL: HEAD, unless names are given. */
  const char* remote;       /**< DVC remote for the data; NULL or "": the configured ones. */
  exp_event_cb on_event;    /**< May be NULL. */
  void* user_data;          /**< Passed to on_event untouched. */
  exp_cancel* cancel;       /**< Borrowed for the call; may be NULL. */
  int32_t num;              /**< Commits from each baseline on; 0 means 1; negative: all. */
  uint32_t jobs;            /**< Files copied at once; 0: one per processor, at most 8. */
  uint32_t flags;           /**< EXP_SHARE_*, or'ed. */
  uint32_t reserved;        /**< 0. */
} exp_share_options;
/** Every default. */
#define EXP_SHARE_OPTIONS_INIT \
  { sizeof(exp_share_options), NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, 0 }

/** What a push or pull did. Immutable: any thread may read it. */
typedef struct exp_share_result exp_share_result;

/**
 * Pushes experiments to a Git repository in one transfer, then the data of those that are there
 * now. The `git` program does it, with its credentials. What goes wrong with data is told in the
 * result.
 *
 * @param[out] out_result May be NULL. Free it with exp_share_result_free().
 * @return EXP_OK, EXP_ERR_NOT_FOUND for unknown names and for what is no Git repository,
 *         EXP_ERR_GIT for what `git` refuses, EXP_ERR_CANCELLED, EXP_ERR_CALLBACK.
 * @since 0.1
 */
EXP_API exp_status exp_experiments_push(exp_share_result** out_result, const exp_project* project,
                                        const exp_share_options* options, exp_error** out_error);
/** The other way; nothing in the workspace changes. @since 0.1 */
EXP_API exp_status exp_experiments_pull(exp_share_result** out_result, const exp_project* project,
                                        const exp_share_options* options, exp_error** out_error);
/** Releases it with the lists that are borrowed from it. @since 0.1 */
EXP_API void exp_share_result_free(exp_share_result* result);
/** Experiments that went over, borrowed from the result. @since 0.1 */
EXP_API const exp_refs* exp_share_result_done(const exp_share_result* result);
/** The other side had the same. @since 0.1 */
EXP_API const exp_refs* exp_share_result_up_to_date(const exp_share_result* result);
/** The other side has another one; left alone. @since 0.1 */
EXP_API const exp_refs* exp_share_result_diverged(const exp_share_result* result);
/** Files of data. @since 0.1 */
EXP_API int64_t exp_share_result_transferred(const exp_share_result* result);
/** Objects that could not be copied: "<hash>: <reason>". @since 0.1 */
EXP_API const exp_names* exp_share_result_failed(const exp_share_result* result);
/** Why no data was transferred; NULL when it was or need not be. @since 0.1 */
EXP_API const exp_error* exp_share_result_data_error(const exp_share_result* result);

/* ----------------------------------------------------------------------------------- executors */

/** How and where the commands of queued tasks run. Immutable: any thread may read it. */
typedef struct exp_executor exp_executor;

/**
 * Processes of this machine, each task in a folder of its own.
 *
 * @param[out] out_executor Free it with exp_executor_free().
 * @param      jobs         Tasks run at once; 0 means 1, EXP_JOBS_PER_PROCESSOR as many as there
 *                          are processors.
 * @since 0.1
 */
EXP_API exp_status exp_executor_local(exp_executor** out_executor, uint32_t jobs,
                                      exp_error** out_error);

/** What an engine cannot do: flags of exp_command_options and exp_engine. */
/** It does not give jobs their processors, memory and GPUs: this machine's are shared out. */
#define EXP_ENGINE_SHARES_NOTHING_OUT (UINT32_C(1) << 0)
/** Jobs end, or are out of sight, when this program ends. Otherwise a later one waits for their end
    instead of running them again. */
#define EXP_ENGINE_JOBS_END_WITH_US (UINT32_C(1) << 1)

/** A cluster by its command lines, which a POSIX shell runs; names and exit codes:
    docs/guide/executors.md. */
typedef struct exp_command_options {
  size_t struct_size;     /**< sizeof(exp_command_options) of the caller. */
  const char* name;       /**< Jobs of other executors are left alone; NULL: "command". */
  const char* submit;     /**< Starts `{script}`, its output to `{log}`, and prints the job's id. */
  const char* poll;       /**< Exit code 0: the job `{id}` waits or runs; 1: it is over. */
  const char* cancel;     /**< Ends the job `{id}`. */
  const char* id_pattern; /**< Regular expression whose group is the id; NULL: the last word. */
  int64_t poll_interval;  /**< Milliseconds; 0: ten seconds. */
  uint32_t jobs;          /**< Tasks run at once, as for exp_executor_local(). */
  uint32_t flags;         /**< EXP_ENGINE_*, or'ed. */
} exp_command_options;
/** Every default; the three commands are to be set. */
#define EXP_COMMAND_OPTIONS_INIT \
  { sizeof(exp_command_options), NULL, NULL, NULL, NULL, NULL, 0, 0, 0 }

/**
 * Commands of stages run as jobs of a cluster.
 *
 * @param[out] out_executor Free it with exp_executor_free().
 * @return EXP_OK, EXP_ERR_INVALID_ARGUMENT for a missing or wrong template.
 * @since 0.1
 */
EXP_API exp_status exp_executor_command(exp_executor** out_executor,
                                        const exp_command_options* options, exp_error** out_error);

/** All commands of one stage, as a script that an engine is to run. */
typedef struct exp_job {
  size_t struct_size;    /**< sizeof(exp_job) of this library. */
  const char* name;      /**< For people: letters, digits, '.', '_' and '-'. */
  const char* script;    /**< Absolute path of an executable file. */
  const char* log;       /**< Absolute path: what the script prints has to get there. */
  const char* directory; /**< Absolute; the script goes there by itself. */
  double cpus;           /**< What the stage asks for. */
  int64_t memory;        /**< Bytes; 0: not said. */
  int64_t gpus;          /**< How many. */
  int64_t timeout;       /**< After which it is cancelled, in milliseconds; 0: none. */
} exp_job;

/** Has the script run soon and writes a name for it, not empty and NUL-terminated, into `id`, which
   has `id_size` bytes (at least 256). Non-zero: the job is not taken, the stage fails. */
typedef int32_t (*exp_job_submit_cb)(const exp_job* job, char* id, size_t id_size, void* user_data);
/** Stores 1 when the job waits or runs, 0 once it is over or unknown. Non-zero: ask again later. */
typedef int32_t (*exp_job_poll_cb)(const char* id, int32_t* out_alive, void* user_data);
/** Ends the job; nothing to do when it is over. Non-zero: it could not be asked for. */
typedef int32_t (*exp_job_cancel_cb)(const char* id, void* user_data);

/** One's own cluster, cloud or pool of machines. The callbacks are called from several threads at
    once, one for each running task; they do not call back into this library. */
typedef struct exp_engine {
  size_t struct_size;       /**< sizeof(exp_engine) of the caller. */
  const char* name;         /**< Jobs of other executors are left alone; NULL: "custom". */
  exp_job_submit_cb submit; /**< Not NULL. */
  exp_job_poll_cb poll;     /**< Not NULL. */
  exp_job_cancel_cb cancel; /**< Not NULL. */
  void* user_data;          /**< Passed to the callbacks; lives as long as the executor. */
  int64_t poll_interval;    /**< Milliseconds; 0: ten seconds. */
  uint32_t jobs;            /**< Tasks run at once, as for exp_executor_local(). */
  uint32_t flags;           /**< EXP_ENGINE_*, or'ed. */
} exp_engine;
/** Every default; the callbacks are to be set. */
#define EXP_ENGINE_INIT \
  { sizeof(exp_engine), NULL, NULL, NULL, NULL, NULL, 0, 0, 0 }

/**
 * Commands of stages run as jobs of an engine of one's own.
 *
 * @param[out] out_executor Free it with exp_executor_free().
 * @param      engine       Copied.
 * @return EXP_OK, EXP_ERR_INVALID_ARGUMENT for a missing callback.
 * @since 0.1
 */
EXP_API exp_status exp_executor_custom(exp_executor** out_executor, const exp_engine* engine,
                                       exp_error** out_error);

/**
 * The executor that `.dvc/expcore.yaml` has under `executors`; "local": this machine.
 *
 * @param[out] out_executor Free it with exp_executor_free().
 * @param      jobs         As for exp_executor_local().
 * @return EXP_OK, EXP_ERR_NOT_FOUND, EXP_ERR_PARSE or EXP_ERR_INVALID_ARGUMENT naming the member.
 * @since 0.1
 */
EXP_API exp_status exp_executor_of_project(exp_executor** out_executor, const exp_project* project,
                                           const char* name, uint32_t jobs, exp_error** out_error);
/** "local" for this machine; NULL for NULL. Lives as long as the executor. @since 0.1 */
EXP_API const char* exp_executor_name(const exp_executor* executor);
/** Releases it. Not while exp_queue_run() uses it. @since 0.1 */
EXP_API void exp_executor_free(exp_executor* executor);
/** Tasks run at once, or EXP_JOBS_PER_PROCESSOR; 0 for NULL. @since 0.1 */
EXP_API uint32_t exp_executor_jobs(const exp_executor* executor);
/** 1 when commands run as jobs of an engine, 0 when as processes of this machine. @since 0.1 */
EXP_API int32_t exp_executor_has_engine(const exp_executor* executor);
/** EXP_ENGINE_*, or'ed, of its engine; 0 without one. @since 0.1 */
EXP_API uint32_t exp_executor_flags(const exp_executor* executor);
/** How often its engine is asked about each job, in milliseconds; 0 without one. @since 0.1 */
EXP_API int64_t exp_executor_poll_interval(const exp_executor* executor);

/* --------------------------------------------------------------------------------------- queue */

/*
 * The durable queue of a project. Any number of programs may use it at once: workers that
 * exp_queue_start() leaves behind, exp_queue_run() in a host program, others that add and look.
 * Tasks are named by experiment name or by a prefix of their id, four digits or more. Tasks that
 * DVC queued are listed and their logs shown; what would change them is EXP_ERR_INVALID_ARGUMENT.
 * While a call blocks, other threads use the queue through an exp_project of their own.
 */

/** Tasks of the queue. Immutable: any thread may read it. */
typedef struct exp_tasks exp_tasks;

/** What a task is doing. */
enum {
  EXP_TASK_QUEUED = 1,  /**< Waits for its turn. */
  EXP_TASK_HELD = 2,    /**< Waits for exp_queue_release(). */
  EXP_TASK_RUNNING = 3, /**< One attempt is being made. */
  EXP_TASK_SUCCESS = 4, /**< Its experiment is published. */
  EXP_TASK_FAILED = 5   /**< See reason. */
};

/** Look only at fields that lie within struct_size. Texts are never NULL. */
typedef struct exp_task {
  size_t struct_size;                /**< sizeof(exp_task) of this library. */
  const char* id;                    /**< 40 hex digits. */
  const char* name;                  /**< Of its experiment. */
  const char* baseline;              /**< The commit it is an experiment of. */
  const char* reason;                /**< Failed: "failed", "killed", "timed out", "lost", … */
  const char* message;               /**< What went wrong in the last attempt. */
  const char* log;                   /**< Path of its last attempt's log; "" before the first. */
  const char* commit;                /**< Of the experiment, once published. */
  const char* ref;                   /**< "refs/exps/<2>/<38>/<name>", once published. */
  const char* const* override_files; /**< One for each override; ends in NULL. */
  const char* const* overrides;      /**< "lr=0.1"; ends in NULL. */
  size_t override_count;             /**< How many overrides there are. */
  int64_t created;                   /**< Nanoseconds since 1970. */
  int64_t started;                   /**< Of the last attempt; 0: none yet. */
  int64_t ended;                     /**< Of the last attempt; 0: not yet. */
  int64_t max_rss;          /**< Bytes; the greatest of the processes of the last attempt. */
  int64_t pid;              /**< Of the worker that runs it; 0 when none does. */
  double cpu_seconds;       /**< Of the commands of the last attempt. */
  int32_t state;            /**< EXP_TASK_*. */
  int32_t priority;         /**< Greater ones run first. */
  int32_t attempts;         /**< Made or being made. */
  int32_t exit_code;        /**< Of the last attempt: of the command that failed, -N for signal N;
                                 255 when it failed otherwise. */
  int32_t waits_for_others; /**< 1: tasks it comes after have not succeeded yet. */
  int32_t is_dvc;           /**< 1: a task of DVC's own queue; only DVC changes it. */
} exp_task;

/** Releases it with its texts. @since 0.1 */
EXP_API void exp_tasks_free(exp_tasks* tasks);
/** How many tasks there are. @since 0.1 */
EXP_API size_t exp_tasks_count(const exp_tasks* tasks);
/** Lives as long as `tasks`; NULL when out of range. @since 0.1 */
EXP_API const exp_task* exp_tasks_get(const exp_tasks* tasks, size_t index);
/** Workers that were running a task; 0 unless from exp_queue_status(). @since 0.1 */
EXP_API int32_t exp_tasks_active_workers(const exp_tasks* tasks);
/** Workers that were waiting for tasks; 0 unless from exp_queue_status(). @since 0.1 */
EXP_API int32_t exp_tasks_idle_workers(const exp_tasks* tasks);

/** Flags of exp_queue_add_options. */
#define EXP_QUEUE_ADD_HELD (UINT32_C(1) << 0)     /**< Not to run before exp_queue_release(). */
#define EXP_QUEUE_ADD_NO_HYDRA (UINT32_C(1) << 1) /**< Compose no configuration. */

/** What exp_queue_add() queues. */
typedef struct exp_queue_add_options {
  size_t struct_size;            /**< sizeof(exp_queue_add_options) of the caller. */
  const exp_run_options* run;    /**< As for exp_experiments_run(), not EXP_RUN_DRY; may be NULL. */
  const char* name;              /**< A sweep's are `<name>-1`, `<name>-2`, …; NULL: made up. */
  const char* message;           /**< Of the commits; NULL or "": DVC's. */
  const char* const* set_params; /**< Overrides in Hydra's grammar, sweeps too; ends in NULL. */
  const char* const* copy_paths; /**< Untracked paths the runs need; ends in NULL. */
  const char* const* after;      /**< Tasks that must have succeeded before; ends in NULL. */
  int64_t timeout;               /**< Of one attempt, in milliseconds; 0: none. */
  int32_t priority;              /**< Greater ones run first. */
  int32_t retries;               /**< Attempts after a first that failed. */
  uint32_t flags;                /**< EXP_QUEUE_ADD_*, or'ed. */
  uint32_t reserved;             /**< 0. */
} exp_queue_add_options;
/** Every default. */
#define EXP_QUEUE_ADD_OPTIONS_INIT \
  { sizeof(exp_queue_add_options), NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, 0, 0 }

/**
 * Adds one task for each combination of the overrides, all of them or none. They start from the
 * workspace as it is now; files, index and HEAD stay as they are.
 *
 * @param[out] out_tasks May be NULL. Free it with exp_tasks_free().
 * @return EXP_OK, EXP_ERR_EXISTS for a name that is taken (without EXP_RUN_FORCE),
 *         EXP_ERR_INVALID_ARGUMENT for overrides, an empty sweep, a dry run or tasks to come after
 *         that are not there, EXP_ERR_GIT without a repository or a first commit, EXP_ERR_IO.
 * @since 0.1
 */
EXP_API exp_status exp_queue_add(exp_tasks** out_tasks, const exp_project* project,
                                 const exp_queue_add_options* options, exp_error** out_error);

/** Flags of exp_queue_status(). */
#define EXP_QUEUE_STATUS_BRIEF (UINT32_C(1) << 0) /**< Leave out overrides, attempts and pids. */

/** Running tasks, then queued and held, failed, successful ones, each in order. Free with
 *  exp_tasks_free(). @since 0.1 */
EXP_API exp_status exp_queue_status(exp_tasks** out_tasks, const exp_project* project,
                                    uint32_t flags, exp_error** out_error);
/** The JSON of `queue status --json`, on one line. Free the text with exp_free(). @since 0.1 */
EXP_API exp_status exp_queue_status_json(char** out_text, const exp_project* project,
                                         exp_error** out_error);
/** A list of the one task, empty when there is none of that name. Free with exp_tasks_free().
 *  @since 0.1 */
EXP_API exp_status exp_queue_find(exp_tasks** out_tasks, const exp_project* project,
                                  const char* task, exp_error** out_error);

/** Kinds of exp_queue_event; unknown ones should be passed over. */
enum {
  EXP_QUEUE_EVENT_TASK_STARTED = 1, /**< task: an attempt begins. */
  EXP_QUEUE_EVENT_TASK_EVENT = 2,   /**< event: something in its run. */
  EXP_QUEUE_EVENT_TASK_FINISHED = 3 /**< task as it is now; again: another attempt follows. */
};

/** Look only at fields that lie within struct_size. Everything is borrowed for the call. */
typedef struct exp_queue_event {
  size_t struct_size;     /**< sizeof(exp_queue_event) of this library. */
  const exp_task* task;   /**< Without what only exp_queue_status() looks up: times, log, pid. */
  const exp_event* event; /**< NULL unless EXP_QUEUE_EVENT_TASK_EVENT. */
  int32_t kind;           /**< EXP_QUEUE_EVENT_*. */
  int32_t again;          /**< EXP_QUEUE_EVENT_TASK_FINISHED: 1 when another attempt follows. */
} exp_queue_event;

/** Return 0 to go on. Comes from worker threads. @since 0.1 */
typedef int32_t (*exp_queue_event_cb)(const exp_queue_event* event, void* user_data);
/** Return 0 to go on. @since 0.1 */
typedef int32_t (*exp_ready_cb)(void* user_data);
/** Bytes, also followed by a NUL. Return 0 to go on. @since 0.1 */
typedef int32_t (*exp_text_cb)(const char* text, size_t text_size, void* user_data);

/** Flags of exp_queue_run_options. */
/** For programs that do nothing else: processes that commands leave behind are ended, too. */
#define EXP_QUEUE_RUN_OWN_PROCESS (UINT32_C(1) << 0)

/** How exp_queue_run() works. */
typedef struct exp_queue_run_options {
  size_t struct_size;          /**< sizeof(exp_queue_run_options) of the caller. */
  exp_queue_event_cb on_event; /**< May be NULL. */
  exp_ready_cb on_ready;       /**< The workers are known to everyone; may be NULL. */
  void* user_data;             /**< Passed to both untouched. */
  exp_cancel* cancel;          /**< Ends the run; what was running is queued again. May be NULL. */
  int64_t linger;              /**< How long to wait for more tasks, in milliseconds. */
  uint32_t flags;              /**< EXP_QUEUE_RUN_*, or'ed. */
  uint32_t reserved;           /**< 0. */
} exp_queue_run_options;
/** Every default. */
#define EXP_QUEUE_RUN_OPTIONS_INIT \
  { sizeof(exp_queue_run_options), NULL, NULL, NULL, NULL, 0, 0, 0 }

/**
 * Runs tasks in this process until none is left. A failing task is told, it is no failure of the
 * call. While workers elsewhere still run something it stays: should they die, it takes over.
 *
 * @param executor NULL: of this machine, one task at a time.
 * @param options  NULL means all defaults.
 * @return EXP_OK, EXP_ERR_CANCELLED, EXP_ERR_CALLBACK (what was running is queued again),
 *         EXP_ERR_GIT or EXP_ERR_IO.
 * @since 0.1
 */
EXP_API exp_status exp_queue_run(const exp_project* project, const exp_executor* executor,
                                 const exp_queue_run_options* options, exp_error** out_error);

/** Which workers exp_queue_start() starts. */
typedef struct exp_worker_options {
  size_t struct_size;  /**< sizeof(exp_worker_options) of the caller. */
  const char* program; /**< `expcore` or one that knows `exp queue-worker`; NULL: "expcore". */
  int64_t linger;      /**< Waits for more tasks, in milliseconds; 0: ten seconds; negative: not. */
  uint32_t count;      /**< Workers there shall be; those that are there count; 0 means 1. */
  uint32_t reserved;   /**< 0. */
  /** Where commands run, as exp_executor_of_project() has it; NULL: this machine. */
  const char* executor;
} exp_worker_options;
/** Every default. */
#define EXP_WORKER_OPTIONS_INIT \
  { sizeof(exp_worker_options), NULL, 0, 0, 0, NULL }

/**
 * Starts detached workers, which outlive this process.
 *
 * @param[out] out_started How many were started; may be NULL.
 * @return EXP_OK, EXP_ERR_NOT_FOUND without the program or the executor, EXP_ERR_IO when it does
 * not come up.
 * @since 0.1
 */
EXP_API exp_status exp_queue_start(uint32_t* out_started, const exp_project* project,
                                   const exp_worker_options* options, exp_error** out_error);
/** Workers end after what they are running now. @since 0.1 */
EXP_API exp_status exp_queue_stop(const exp_project* project, exp_error** out_error);

/** Flags of exp_queue_kill() and exp_queue_kill_all(). */
#define EXP_QUEUE_KILL_FORCE (UINT32_C(1) << 0) /**< SIGKILL at once. */

/**
 * Ends running tasks with all their processes: SIGTERM, ten seconds later SIGKILL. Waits for their
 * end.
 *
 * @param[out] out_not_running Names given that no running task has; may be NULL. Free it with
 *                             exp_names_free().
 * @param      tasks           Ends in NULL.
 * @since 0.1
 */
EXP_API exp_status exp_queue_kill(exp_names** out_not_running, const exp_project* project,
                                  const char* const* tasks, uint32_t flags, exp_error** out_error);
/** Every running task. `out_killed`, their names, may be NULL; free it with exp_names_free().
 *  @since 0.1 */
EXP_API exp_status exp_queue_kill_all(exp_names** out_killed, const exp_project* project,
                                      uint32_t flags, exp_error** out_error);

/**
 * Takes tasks away: all of them or, when a name is unknown or its task is running, none. Logs go,
 * experiments stay.
 *
 * @param tasks Ends in NULL.
 * @return EXP_OK or EXP_ERR_NOT_FOUND "'x' is not a valid experiment name".
 * @since 0.1
 */
EXP_API exp_status exp_queue_remove(const exp_project* project, const char* const* tasks,
                                    exp_error** out_error);

/** What exp_queue_remove_all() removes. */
#define EXP_QUEUE_REMOVE_QUEUED (UINT32_C(1) << 0)  /**< Held ones, too. */
#define EXP_QUEUE_REMOVE_FAILED (UINT32_C(1) << 1)  /**< Those that failed. */
#define EXP_QUEUE_REMOVE_SUCCESS (UINT32_C(1) << 2) /**< Those whose experiment was published. */

/** `out_removed` may be NULL; free it with exp_tasks_free(). @since 0.1 */
EXP_API exp_status exp_queue_remove_all(exp_tasks** out_removed, const exp_project* project,
                                        uint32_t flags, exp_error** out_error);

/** Queued tasks wait for exp_queue_release(). EXP_ERR_INVALID_ARGUMENT for others. @since 0.1 */
EXP_API exp_status exp_queue_hold(const exp_project* project, const char* const* tasks,
                                  exp_error** out_error);
/** Lets held tasks run. EXP_ERR_INVALID_ARGUMENT for others. @since 0.1 */
EXP_API exp_status exp_queue_release(const exp_project* project, const char* const* tasks,
                                     exp_error** out_error);
/** Greater priorities run first. EXP_ERR_NOT_FOUND for a name that no task has. @since 0.1 */
EXP_API exp_status exp_queue_prioritize(const exp_project* project, const char* const* tasks,
                                        int32_t priority, exp_error** out_error);
/** Queues failed tasks once more; NULL: all of them. @since 0.1 */
EXP_API exp_status exp_queue_retry(const exp_project* project, const char* const* tasks,
                                   exp_error** out_error);
/** Queues finished tasks, failed or not, once more. @since 0.1 */
EXP_API exp_status exp_queue_requeue(const exp_project* project, const char* const* tasks,
                                     exp_error** out_error);

/**
 * Waits until tasks neither run nor wait to; held ones count as over.
 *
 * @param[out] out_succeeded 1 when all of them succeeded; may be NULL.
 * @param      tasks         Ends in NULL; NULL: all tasks.
 * @param      timeout       Milliseconds; 0: none.
 * @param      cancel        May be NULL.
 * @return EXP_OK, EXP_ERR_BUSY after `timeout`, EXP_ERR_CANCELLED, EXP_ERR_NOT_FOUND.
 * @since 0.1
 */
EXP_API exp_status exp_queue_wait(int32_t* out_succeeded, const exp_project* project,
                                  const char* const* tasks, int64_t timeout, exp_cancel* cancel,
                                  exp_error** out_error);

/** Flags of exp_queue_log(). */
#define EXP_QUEUE_LOG_ALL (UINT32_C(1) << 0) /**< With the lines about attempts. */

/**
 * What the last attempt of a task wrote.
 *
 * @param[out] out_text Bytes that end in NUL; free them with exp_free().
 * @param[out] out_size Without the NUL; may be NULL.
 * @return EXP_OK, EXP_ERR_INVALID_ARGUMENT for a task that has not started or is not there,
 *         EXP_ERR_NOT_FOUND when it has no log.
 * @since 0.1
 */
EXP_API exp_status exp_queue_log(char** out_text, size_t* out_size, const exp_project* project,
                                 const char* task, uint32_t flags, exp_error** out_error);
/**
 * Hands the log over as it grows, until the task has ended.
 *
 * @param cancel May be NULL.
 * @return As exp_queue_log(), EXP_ERR_CANCELLED or EXP_ERR_CALLBACK.
 * @since 0.1
 */
EXP_API exp_status exp_queue_follow(const exp_project* project, const char* task,
                                    exp_text_cb on_text, void* user_data, exp_cancel* cancel,
                                    exp_error** out_error);
/** Finds tasks whose worker died; they are queued again, published or failed. Every other call that
 *  needs to know does this, too. `out_count`, how many there were, may be NULL. @since 0.1 */
EXP_API exp_status exp_queue_recover(uint32_t* out_count, const exp_project* project,
                                     exp_error** out_error);

/** What exp_queue_doctor() found. Immutable: any thread may read it. */
typedef struct exp_findings exp_findings;

/** Look only at fields that lie within struct_size. Texts are never NULL. */
typedef struct exp_finding {
  size_t struct_size; /**< sizeof(exp_finding) of this library. */
  const char* kind;   /**< For programs: "lost_attempt", … */
  const char* task;   /**< The name of the task that it is about; "" when it is about none. */
  const char* what;   /**< "the worker of 'a' died while it ran". */
  const char* remedy; /**< What fixes it: what EXP_QUEUE_DOCTOR_FIX does or people can do. */
  int32_t fixable;    /**< 1: safely, without a decision of the user's. */
  int32_t fixed;      /**< 1: it has been. */
} exp_finding;

/** Releases it with its texts. @since 0.1 */
EXP_API void exp_findings_free(exp_findings* findings);
/** How many findings there are; 0: nothing is wrong. @since 0.1 */
EXP_API size_t exp_findings_count(const exp_findings* findings);
/** Lives as long as `findings`; NULL when out of range. @since 0.1 */
EXP_API const exp_finding* exp_findings_get(const exp_findings* findings, size_t index);

/** Flags of exp_queue_doctor(). */
#define EXP_QUEUE_DOCTOR_FIX (UINT32_C(1) << 0) /**< Repair what is safe to. */

/**
 * Tells what crashes, deleted files and foreign hands have left of the queue: tasks of dead
 * workers, tasks that cannot run, a damaged store, files and refs that nobody needs. Workers may be
 * at work meanwhile.
 *
 * @param[out] out_findings Free it with exp_findings_free(). Empty when nothing is wrong.
 * @return EXP_OK, whatever was found; EXP_ERR_INVALID_ARGUMENT, EXP_ERR_GIT, EXP_ERR_BUSY when
 *         another program keeps the store locked.
 * @since 0.1
 */
EXP_API exp_status exp_queue_doctor(exp_findings** out_findings, const exp_project* project,
                                    uint32_t flags, exp_error** out_error);

/* ------------------------------------------------------------------------- metrics and params */

/** Values by revision, file and key. Immutable: any thread may read it. */
typedef struct exp_values exp_values;
/** Values that two revisions have differently. Immutable: any thread may read it. */
typedef struct exp_changes exp_changes;

/** What kind of thing a value is. */
enum {
  EXP_VALUE_MISSING = 0, /**< There is none. */
  EXP_VALUE_TEXT = 1,    /**< A text. */
  EXP_VALUE_NUMBER = 2,  /**< A number, with its value beside the text. */
  EXP_VALUE_BOOLEAN = 3, /**< The text is "True" or "False", as in the tables of DVC. */
  EXP_VALUE_ERROR = 4,   /**< The file or revision could not be read; the text says why. */
  EXP_VALUE_OTHER = 5    /**< A list as JSON, a date. */
};

/** Flags of exp_metrics_options. */
#define EXP_METRICS_ALL_BRANCHES (UINT32_C(1) << 0) /**< And the last commit of every branch. */
#define EXP_METRICS_ALL_TAGS (UINT32_C(1) << 1)     /**< And the commit of every tag. */
#define EXP_METRICS_ALL_COMMITS (UINT32_C(1) << 2)  /**< And every commit. */

/** What exp_metrics_show() looks at. */
typedef struct exp_metrics_options {
  size_t struct_size;         /**< sizeof(exp_metrics_options) of the caller. */
  const char* const* targets; /**< Metrics files, ends in NULL; NULL: all of the project. */
  uint32_t flags;             /**< EXP_METRICS_*, or'ed; 0: the workspace alone. */
  uint32_t reserved;          /**< 0. */
} exp_metrics_options;
/** Every default. */
#define EXP_METRICS_OPTIONS_INIT \
  { sizeof(exp_metrics_options), NULL, 0, 0 }

/**
 * The metrics of the workspace or of every branch, tag or commit. A file that cannot be read is one
 * value of kind EXP_VALUE_ERROR.
 *
 * @param[out] out_values Free it with exp_values_free().
 * @return EXP_OK, EXP_ERR_GIT, EXP_ERR_IO.
 * @since 0.1
 */
EXP_API exp_status exp_metrics_show(exp_values** out_values, const exp_project* project,
                                    const exp_metrics_options* options, exp_error** out_error);
/** The same as the JSON of `metrics show --json`. Free the text with exp_free(). @since 0.1 */
EXP_API exp_status exp_metrics_show_json(char** out_text, const exp_project* project,
                                         const exp_metrics_options* options, exp_error** out_error);
/** Releases it with its texts. @since 0.1 */
EXP_API void exp_values_free(exp_values* values);
/** How many values there are. @since 0.1 */
EXP_API size_t exp_values_count(const exp_values* values);
/** "workspace", names of a commit joined by ','; "" for the workspace asked for alone; NULL when
 *  out of range. @since 0.1 */
EXP_API const char* exp_values_rev(const exp_values* values, size_t index);
/** "" for the error of a revision; NULL when out of range. @since 0.1 */
EXP_API const char* exp_values_file(const exp_values* values, size_t index);
/** Dotted; "" for an error or a file that is one value; NULL when out of range. @since 0.1 */
EXP_API const char* exp_values_key(const exp_values* values, size_t index);
/** Without loss: the shortest spelling of a number. NULL when out of range. @since 0.1 */
EXP_API const char* exp_values_text(const exp_values* values, size_t index);
/** EXP_VALUE_*; -1 when out of range. @since 0.1 */
EXP_API int32_t exp_values_kind(const exp_values* values, size_t index);
/** 0 for what is no number. @since 0.1 */
EXP_API double exp_values_number(const exp_values* values, size_t index);

/** Flags of exp_diff_options. */
#define EXP_DIFF_ALL (UINT32_C(1) << 0)       /**< Unchanged values, too. */
#define EXP_DIFF_DEPS_ONLY (UINT32_C(1) << 1) /**< Params: only what stages depend on. */

/** What two revisions are compared, and of what. */
typedef struct exp_diff_options {
  size_t struct_size;         /**< sizeof(exp_diff_options) of the caller. */
  const char* a_rev;          /**< A revision, an experiment or "workspace"; NULL: HEAD. */
  const char* b_rev;          /**< As a_rev; NULL: "workspace". */
  const char* const* targets; /**< Files, ends in NULL; NULL: all of the project. */
  uint32_t flags;             /**< EXP_DIFF_*, or'ed. */
  uint32_t reserved;          /**< 0. */
} exp_diff_options;
/** Every default. */
#define EXP_DIFF_OPTIONS_INIT \
  { sizeof(exp_diff_options), NULL, NULL, NULL, 0, 0 }

/**
 * What two revisions have differently in their metrics. Nothing before the first commit.
 *
 * @param[out] out_changes Free it with exp_changes_free().
 * @return EXP_OK, EXP_ERR_NOT_FOUND for an unknown revision, EXP_ERR_GIT.
 * @since 0.1
 */
EXP_API exp_status exp_metrics_diff(exp_changes** out_changes, const exp_project* project,
                                    const exp_diff_options* options, exp_error** out_error);
/** The JSON of `metrics diff --json`. Free the text with exp_free(). @since 0.1 */
EXP_API exp_status exp_metrics_diff_json(char** out_text, const exp_project* project,
                                         const exp_diff_options* options, exp_error** out_error);
/** As exp_metrics_diff() for params. @since 0.1 */
EXP_API exp_status exp_params_diff(exp_changes** out_changes, const exp_project* project,
                                   const exp_diff_options* options, exp_error** out_error);
/** The JSON of `params diff --json`. Free the text with exp_free(). @since 0.1 */
EXP_API exp_status exp_params_diff_json(char** out_text, const exp_project* project,
                                        const exp_diff_options* options, exp_error** out_error);
/** Releases it with its texts. @since 0.1 */
EXP_API void exp_changes_free(exp_changes* changes);
/** How many values differ. @since 0.1 */
EXP_API size_t exp_changes_count(const exp_changes* changes);
/** NULL when out of range. @since 0.1 */
EXP_API const char* exp_changes_file(const exp_changes* changes, size_t index);
/** Dotted; NULL when out of range. @since 0.1 */
EXP_API const char* exp_changes_key(const exp_changes* changes, size_t index);
/** NULL when that side has no such value or out of range. @since 0.1 */
EXP_API const char* exp_changes_old(const exp_changes* changes, size_t index);
/** NULL when that side has no such value or out of range. @since 0.1 */
EXP_API const char* exp_changes_new(const exp_changes* changes, size_t index);
/** new - old in `*out_difference`. 1 for two numbers, else 0 and nothing written. @since 0.1 */
EXP_API int32_t exp_changes_difference(const exp_changes* changes, size_t index,
                                       double* out_difference);

/**
 * The JSON of `exp diff --json`: metrics and params of two revisions. Typed are exp_metrics_diff()
 * and exp_params_diff(), whose options these are, without targets. Free the text with exp_free().
 * @since 0.1
 */
EXP_API exp_status exp_experiments_diff_json(char** out_text, const exp_project* project,
                                             const exp_diff_options* options,
                                             exp_error** out_error);

/**
 * The values of a composition that are no mappings, by dotted key, in order; lists are JSON texts.
 * `rev` and `file` are "".
 *
 * @param[out] out_values  Free it with exp_values_free().
 * @param      composition Borrowed for the call.
 * @param[out] out_error   May be NULL.
 * @return EXP_OK or EXP_ERR_INVALID_ARGUMENT.
 * @since 0.1
 */
EXP_API exp_status exp_composition_values(exp_values** out_values,
                                          const exp_composition* composition,
                                          exp_error** out_error);

/* -------------------------------------------------------------------------------------- tables */

/** A table as it is printed: text cells below headers. Immutable: any thread may read it. */
typedef struct exp_table exp_table;

/** Releases a table. @since 0.1 */
EXP_API void exp_table_free(exp_table* table);
/** How many columns it has. @since 0.1 */
EXP_API size_t exp_table_column_count(const exp_table* table);
/** How many rows it has. @since 0.1 */
EXP_API size_t exp_table_row_count(const exp_table* table);
/** The name of a column; NULL when out of range. @since 0.1 */
EXP_API const char* exp_table_header(const exp_table* table, size_t column);
/** EXP_COLUMN_* of exp_experiments_show_table(); 0 for its first columns, which every such table
 *  has, for other tables and out of range. @since 0.1 */
EXP_API int32_t exp_table_column_kind(const exp_table* table, size_t column);
/** A cell; NULL when out of range. @since 0.1 */
EXP_API const char* exp_table_cell(const exp_table* table, size_t row, size_t column);

/** Flags of exp_table_options. */
#define EXP_TABLE_ONLY_CHANGED (UINT32_C(1) << 0) /**< Show: no columns that are all the same. */
#define EXP_TABLE_DESCENDING (UINT32_C(1) << 1)   /**< Show: with `sort_by`. */
#define EXP_TABLE_CSV (UINT32_C(1) << 2)          /**< Show: full numbers and ISO dates. */
#define EXP_TABLE_NO_PATH (UINT32_C(1) << 3)      /**< Others: without the column of files. */

/** For all digits of numbers; as exp_table_options.precision. */
#define EXP_PRECISION_ALL INT32_C(-1)

/** What a table holds and how. */
typedef struct exp_table_options {
  size_t struct_size;      /**< sizeof(exp_table_options) of the caller. */
  const char* const* drop; /**< Show: regular expressions of columns to leave out; ends in NULL. */
  const char* const* keep; /**< Show: and of columns to keep all the same; ends in NULL. */
  const char* sort_by;     /**< Show: a metric or param, "[file:]key"; NULL: as they come. */
  /** Digits of numbers; 0: DVC's; EXP_PRECISION_ALL. Show: with EXP_TABLE_CSV, significant ones.
      Params are never rounded. */
  int32_t precision;
  uint32_t flags; /**< EXP_TABLE_*, or'ed. */
} exp_table_options;
/** Every default. */
#define EXP_TABLE_OPTIONS_INIT \
  { sizeof(exp_table_options), NULL, NULL, NULL, 0, 0 }

/**
 * The table that `exp show` prints. Typed rows are those of exp_experiments_show().
 *
 * @param[out] out_table Free it with exp_table_free().
 * @param      project   Borrowed for the call.
 * @param      options   Which rows; NULL: all defaults.
 * @param      table     Which columns and how; NULL: all defaults.
 * @param[out] out_error May be NULL.
 * @return As exp_experiments_show(); EXP_ERR_INVALID_ARGUMENT for an unknown `sort_by` and what is
 *         no regular expression.
 * @since 0.1
 */
EXP_API exp_status exp_experiments_show_table(exp_table** out_table, const exp_project* project,
                                              const exp_show_options* options,
                                              const exp_table_options* table,
                                              exp_error** out_error);
/**
 * The two tables that `exp diff` prints; without headers when nothing differs. Typed rows are those
 * of exp_metrics_diff() and exp_params_diff().
 *
 * @param[out] out_metrics May be NULL. Free it with exp_table_free().
 * @param[out] out_params  May be NULL. Free it with exp_table_free().
 * @param      project     Borrowed for the call.
 * @param      options     Without targets; NULL: all defaults.
 * @param      table       NULL: all defaults.
 * @param[out] out_error   May be NULL.
 * @return As exp_experiments_diff_json().
 * @since 0.1
 */
EXP_API exp_status exp_experiments_diff_tables(exp_table** out_metrics, exp_table** out_params,
                                               const exp_project* project,
                                               const exp_diff_options* options,
                                               const exp_table_options* table,
                                               exp_error** out_error);
/**
 * The table that `metrics show` prints.
 *
 * @param[out] out_table Free it with exp_table_free().
 * @param      project   Borrowed for the call.
 * @param      options   NULL: all defaults.
 * @param      table     NULL: all defaults.
 * @param[out] out_error May be NULL.
 * @return As exp_metrics_show().
 * @since 0.1
 */
EXP_API exp_status exp_metrics_show_table(exp_table** out_table, const exp_project* project,
                                          const exp_metrics_options* options,
                                          const exp_table_options* table, exp_error** out_error);
/**
 * The table that `metrics diff` prints.
 *
 * @param[out] out_table Free it with exp_table_free().
 * @param      project   Borrowed for the call.
 * @param      options   NULL: all defaults.
 * @param      table     NULL: all defaults.
 * @param[out] out_error May be NULL.
 * @return As exp_metrics_diff().
 * @since 0.1
 */
EXP_API exp_status exp_metrics_diff_table(exp_table** out_table, const exp_project* project,
                                          const exp_diff_options* options,
                                          const exp_table_options* table, exp_error** out_error);
/**
 * The table that `params diff` prints.
 *
 * @param[out] out_table Free it with exp_table_free().
 * @param      project   Borrowed for the call.
 * @param      options   NULL: all defaults.
 * @param      table     NULL: all defaults.
 * @param[out] out_error May be NULL.
 * @return As exp_params_diff().
 * @since 0.1
 */
EXP_API exp_status exp_params_diff_table(exp_table** out_table, const exp_project* project,
                                         const exp_diff_options* options,
                                         const exp_table_options* table, exp_error** out_error);

/* --------------------------------------------------------------------------------------- plots */

/** Plots of some revisions. Immutable: any thread may read it. */
typedef struct exp_plots exp_plots;

/** Flags of exp_plots_options. */
#define EXP_PLOTS_SPLIT (UINT32_C(1) << 0)     /**< Values of a template's places apart from it. */
#define EXP_PLOTS_NO_HEADER (UINT32_C(1) << 1) /**< CSV and TSV files have no row of names. */

/** What is not NULL wins over the definitions in dvc.yaml. */
typedef struct exp_plots_options {
  size_t struct_size;         /**< sizeof(exp_plots_options) of the caller. */
  const char* const* targets; /**< Ids or files, ends in NULL; NULL: all plots. */
  const char* template_name;  /**< A built-in name, a file of .dvc/plots, or a path. */
  const char* x;              /**< Column of the x axis. */
  const char* y;              /**< Column of the y axis. */
  const char* title;          /**< Above the plot. */
  const char* x_label;        /**< Below the x axis; NULL: its column. */
  const char* y_label;        /**< Beside the y axis; NULL: its column. */
  const char* out;            /**< Folder for images; NULL: as configured, else "dvc_plots". */
  uint32_t flags;             /**< EXP_PLOTS_*, or'ed. */
  uint32_t reserved;          /**< 0. */
  /** exp_plots_page(): a page of one's own with "{plot_divs}" in it (docs/formats/plots.md); NULL:
      that of `plots.html_template`, else the built-in one. */
  const char* page;
} exp_plots_options;
/** Every default. */
#define EXP_PLOTS_OPTIONS_INIT \
  { sizeof(exp_plots_options), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, NULL }

/**
 * The plots of revisions side by side; images are copied to the folder `out`.
 *
 * @param[out] out_plots Free it with exp_plots_free().
 * @param      revs      Ends in NULL. NULL shows the workspace; an empty list compares HEAD and the
 *                       workspace, one revision is compared with the workspace.
 * @return EXP_OK, EXP_ERR_NOT_FOUND for an unknown revision, EXP_ERR_INVALID_ARGUMENT for a
 *         template that is missing or unfit, EXP_ERR_GIT, EXP_ERR_IO.
 * @since 0.1
 */
EXP_API exp_status exp_plots_load(exp_plots** out_plots, const exp_project* project,
                                  const char* const* revs, const exp_plots_options* options,
                                  exp_error** out_error);
/** The JSON of `plots show --json` or `plots diff --json`. Free the text with exp_free().
 *  @since 0.1 */
EXP_API exp_status exp_plots_json(char** out_text, const exp_project* project,
                                  const char* const* revs, const exp_plots_options* options,
                                  exp_error** out_error);
/** Writes a page that draws the plots and gives its path, "" when there are none. Free the text
 *  with exp_free(). @since 0.1 */
EXP_API exp_status exp_plots_page(char** out_path, const exp_project* project,
                                  const char* const* revs, const exp_plots_options* options,
                                  exp_error** out_error);
/** Releases it with its texts. @since 0.1 */
EXP_API void exp_plots_free(exp_plots* plots);
/** How many plots there are. @since 0.1 */
EXP_API size_t exp_plots_count(const exp_plots* plots);
/** NULL when out of range. @since 0.1 */
EXP_API const char* exp_plots_id(const exp_plots* plots, size_t index);
/** The Vega-Lite specification as JSON; "" for images and without data; NULL when out of range.
 *  @since 0.1 */
EXP_API const char* exp_plots_spec(const exp_plots* plots, size_t index);
/** With EXP_PLOTS_SPLIT the values of the places that were left, as JSON. @since 0.1 */
EXP_API const char* exp_plots_anchors(const exp_plots* plots, size_t index);
/** How many revisions have data for a plot. @since 0.1 */
EXP_API size_t exp_plots_rev_count(const exp_plots* plots, size_t index);
/** Revisions with data, in order; NULL when out of range. @since 0.1 */
EXP_API const char* exp_plots_rev(const exp_plots* plots, size_t index, size_t rev);
/** Copies of an image plot. @since 0.1 */
EXP_API size_t exp_plots_image_count(const exp_plots* plots, size_t index);
/** NULL when out of range. @since 0.1 */
EXP_API const char* exp_plots_image_rev(const exp_plots* plots, size_t index, size_t image);
/** Absolute; NULL when out of range. @since 0.1 */
EXP_API const char* exp_plots_image_path(const exp_plots* plots, size_t index, size_t image);
/** Why plots lack revisions or parts. @since 0.1 */
EXP_API size_t exp_plots_error_count(const exp_plots* plots);
/** Of a plot, or "" of a whole revision; NULL when out of range. @since 0.1 */
EXP_API const char* exp_plots_error_plot(const exp_plots* plots, size_t error);
/** NULL when out of range. @since 0.1 */
EXP_API const char* exp_plots_error_rev(const exp_plots* plots, size_t error);
/** NULL when out of range. @since 0.1 */
EXP_API const char* exp_plots_error_message(const exp_plots* plots, size_t error);
/** The JSON of a built-in template. Free the text with exp_free(). @since 0.1 */
EXP_API exp_status exp_plots_template(char** out_text, const char* name, exp_error** out_error);
/**
 * Names of the built-in templates.
 *
 * @param[out] out_names Free it with exp_names_free().
 * @param[out] out_error May be NULL.
 * @return EXP_OK.
 * @since 0.1
 */
EXP_API exp_status exp_plots_template_names(exp_names** out_names, exp_error** out_error);
/**
 * Whether a template can be used in a project.
 *
 * @param      project   Borrowed for the call.
 * @param      name      A built-in name, a file of .dvc/plots, or a path.
 * @param[out] out_error May be NULL.
 * @return EXP_OK, or EXP_ERR_INVALID_ARGUMENT with what is wrong with it.
 * @since 0.1
 */
EXP_API exp_status exp_plots_check_template(const exp_project* project, const char* name,
                                            exp_error** out_error);

/** Flags of exp_plot_change. */
#define EXP_PLOT_HEADER (UINT32_C(1) << 0)    /**< CSV and TSV files have a row of names. */
#define EXP_PLOT_NO_HEADER (UINT32_C(1) << 1) /**< They do not. */

/** What exp_plots_modify() changes; what is NULL stays. */
typedef struct exp_plot_change {
  size_t struct_size;        /**< sizeof(exp_plot_change) of the caller. */
  const char* template_name; /**< A built-in name, a file of .dvc/plots, or a path. */
  const char* x;             /**< Column of the x axis. */
  const char* y;             /**< Column of the y axis. */
  const char* title;         /**< Above the plot. */
  const char* x_label;       /**< Below the x axis. */
  const char* y_label;       /**< Beside the y axis. */
  /** Properties that go: "template", "x", "y", "x_label", "y_label", "title", "header"; ends in
      NULL. Not NULL, even without any, the output has to be a plot already. */
  const char* const* unset;
  uint32_t flags;    /**< EXP_PLOT_*, at most one. */
  uint32_t reserved; /**< 0. */
} exp_plot_change;
/** Changes nothing. */
#define EXP_PLOT_CHANGE_INIT \
  { sizeof(exp_plot_change), NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0 }

/**
 * Changes how the output of a stage is plotted, or makes it a plot: `dvc plots modify`. Comments
 * and other stages keep their bytes.
 *
 * @param[out] out_file  The dvc.yaml that was changed; may be NULL. Free it with exp_free().
 * @param      project   Borrowed for the call.
 * @param      target    An output.
 * @param      change    Not NULL.
 * @param[out] out_error May be NULL.
 * @return EXP_OK, EXP_ERR_NOT_FOUND when no stage has the output or a property to unset is not set,
 *         EXP_ERR_INVALID_ARGUMENT for a stage with templates and as exp_plots_check_template().
 * @since 0.1
 */
EXP_API exp_status exp_plots_modify(char** out_file, const exp_project* project, const char* target,
                                    const exp_plot_change* change, exp_error** out_error);

#ifdef __cplusplus
}
#endif
#endif
