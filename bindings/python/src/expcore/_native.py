"""Made by bindings/generate from exp.h; not to be edited."""

from ctypes import (CFUNCTYPE, POINTER, Structure, c_char_p, c_double, c_int32, c_int64, c_size_t, c_uint32,
                    c_uint64, c_void_p)
from typing import Any

EXP_OK = 0
EXP_ERR_INTERNAL = -1
EXP_ERR_INVALID_ARGUMENT = -2
EXP_ERR_NOT_FOUND = -3
EXP_ERR_PARSE = -4
EXP_ERR_IO = -5
EXP_ERR_GIT = -6
EXP_ERR_STAGE_FAILED = -7
EXP_ERR_CANCELLED = -8
EXP_ERR_CALLBACK = -9
EXP_ERR_NOT_A_PROJECT = -10
EXP_ERR_CONFIG = -11
EXP_ERR_EXISTS = -12
EXP_ERR_BUSY = -13
EXP_EVENT_WARNING = 1
EXP_EVENT_PLAN_MADE = 2
EXP_EVENT_STAGE_STARTED = 3
EXP_EVENT_COMMAND_STARTED = 4
EXP_EVENT_OUTPUT = 5
EXP_EVENT_STAGE_FINISHED = 6
EXP_EVENT_LOCK_CREATED = 7
EXP_EVENT_LOCK_UPDATED = 8
EXP_EVENT_FILES_TO_TRACK = 9
EXP_EVENT_EXPERIMENT_STARTED = 10
EXP_EVENT_EXPERIMENT_FINISHED = 11
EXP_EVENT_PROGRESS = 12
EXP_EVENT_STAGE_SHARED = 13
EXP_EVENT_STAGE_WAITING = 14
EXP_OUTCOME_NONE = 0
EXP_OUTCOME_RAN = 1
EXP_OUTCOME_CACHED = 2
EXP_OUTCOME_UNCHANGED = 3
EXP_OUTCOME_FAILED = 4
EXP_OUTCOME_VERIFIED = 5
EXP_OUTCOME_SKIPPED = 6
EXP_OUTCOME_PULLED = 7
EXP_STAGE_PIPELINE = 0
EXP_STAGE_DATA_SOURCE = 1
EXP_STAGE_IMPORT = 2
EXP_LOG_DEBUG = 1
EXP_LOG_INFO = 2
EXP_LOG_WARNING = 3
EXP_CHECKOUT_ADDED = 0
EXP_CHECKOUT_MODIFIED = 1
EXP_CHECKOUT_DELETED = 2
EXP_CHECKOUT_FAILED = 3
EXP_DATA_COMMITTED = 0
EXP_DATA_UNCOMMITTED = 1
EXP_DATA_NOT_IN_CACHE = 2
EXP_DATA_NOT_IN_REMOTE = 3
EXP_DATA_UNTRACKED = 4
EXP_DATA_UNCHANGED = 5
EXP_DATA_BETWEEN = 6
EXP_CHANGE_NONE = 0
EXP_CHANGE_ADDED = 1
EXP_CHANGE_MODIFIED = 2
EXP_CHANGE_DELETED = 3
EXP_CHANGE_RENAMED = 4
EXP_CHANGE_UNKNOWN = 5
EXP_CONFIG_MERGED = 0
EXP_CONFIG_SYSTEM = 1
EXP_CONFIG_GLOBAL = 2
EXP_CONFIG_PROJECT = 3
EXP_CONFIG_LOCAL = 4
EXP_ROW_WORKSPACE = 0
EXP_ROW_BASELINE = 1
EXP_ROW_EXPERIMENT = 2
EXP_TASK_QUEUED = 1
EXP_TASK_HELD = 2
EXP_TASK_RUNNING = 3
EXP_TASK_SUCCESS = 4
EXP_TASK_FAILED = 5
EXP_QUEUE_EVENT_TASK_STARTED = 1
EXP_QUEUE_EVENT_TASK_EVENT = 2
EXP_QUEUE_EVENT_TASK_FINISHED = 3
EXP_VALUE_MISSING = 0
EXP_VALUE_TEXT = 1
EXP_VALUE_NUMBER = 2
EXP_VALUE_BOOLEAN = 3
EXP_VALUE_ERROR = 4
EXP_VALUE_OTHER = 5
EXP_INIT_NO_SCM = 1
EXP_INIT_SUBDIR = 2
EXP_INIT_FORCE = 4
EXP_STAGE_LIST_ALL = 1
EXP_STAGE_LIST_RECURSIVE = 2
EXP_STAGE_LIST_FAIL = 4
EXP_STATUS_WITH_DEPS = 1
EXP_STATUS_RECURSIVE = 2
EXP_DAG_FULL = 1
EXP_DAG_OUTS = 2
EXP_DAG_TEXT = 0
EXP_DAG_DOT = 1
EXP_DAG_MERMAID = 2
EXP_RUN_FORCE = 1
EXP_RUN_FORCE_DOWNSTREAM = 2
EXP_RUN_SINGLE_ITEM = 4
EXP_RUN_DOWNSTREAM = 8
EXP_RUN_ALL_PIPELINES = 16
EXP_RUN_DRY = 32
EXP_RUN_NO_COMMIT = 64
EXP_RUN_NO_RUN_CACHE = 128
EXP_RUN_KEEP_GOING = 256
EXP_RUN_INHERIT_STREAMS = 512
EXP_RUN_ALLOW_MISSING = 1024
EXP_RUN_PIPELINE = 2048
EXP_RUN_RECURSIVE = 4096
EXP_RUN_GLOB = 8192
EXP_RUN_IGNORE_ERRORS = 16384
EXP_RUN_PULL = 32768
EXP_JOBS_PER_PROCESSOR = 4294967295
EXP_COMPOSE_UNRESOLVED = 1
EXP_ADD_GLOB = 1
EXP_ADD_NO_COMMIT = 2
EXP_ADD_NO_RELINK = 4
EXP_ADD_FORCE = 8
EXP_DATA_WITH_DEPS = 1
EXP_DATA_RECURSIVE = 2
EXP_DATA_FORCE = 4
EXP_DATA_RELINK = 8
EXP_DATA_NO_RELINK = 16
EXP_DATA_GLOB = 32
EXP_SYNC_WITH_DEPS = 1
EXP_SYNC_RECURSIVE = 2
EXP_SYNC_GLOB = 4
EXP_SYNC_ALL_BRANCHES = 8
EXP_SYNC_ALL_TAGS = 16
EXP_SYNC_ALL_COMMITS = 32
EXP_SYNC_RUN_CACHE = 64
EXP_SYNC_VERIFY = 128
EXP_SYNC_FORCE = 256
EXP_GC_WORKSPACE = 1
EXP_GC_ALL_BRANCHES = 2
EXP_GC_ALL_TAGS = 4
EXP_GC_ALL_COMMITS = 8
EXP_GC_ALL_EXPERIMENTS = 16
EXP_GC_NOT_IN_REMOTE = 32
EXP_GC_CLOUD = 64
EXP_GC_DRY = 128
EXP_GC_FORCE = 256
EXP_GC_SKIP_FAILED = 512
EXP_MIGRATE_RECORDS = 1
EXP_MIGRATE_DRY = 2
EXP_GIT_EMPTY = 1
EXP_GIT_DIRTY = 2
EXP_DATA_STATUS_GRANULAR = 1
EXP_DATA_STATUS_UNTRACKED = 2
EXP_DATA_STATUS_NOT_IN_REMOTE = 4
EXP_DATA_STATUS_UNCHANGED = 8
EXP_DATA_DIFF_HASHES = 1
EXP_DATA_DIFF_NO_MISSING = 2
EXP_REMOTE_DEFAULT = 1
EXP_REMOTE_FORCE = 2
EXP_EXPERIMENT_TEMP = 1
EXP_EXPERIMENT_NO_HYDRA = 2
EXP_SHOW_ALL_BRANCHES = 1
EXP_SHOW_ALL_TAGS = 2
EXP_SHOW_ALL_COMMITS = 4
EXP_SHOW_HIDE_WORKSPACE = 8
EXP_SHOW_SHA_ONLY = 16
EXP_SHOW_FORCE = 32
EXP_SHOW_HIDE_QUEUED = 64
EXP_SHOW_HIDE_FAILED = 128
EXP_SHOW_PARAM_DEPS = 256
EXP_COLUMN_METRIC = 1
EXP_COLUMN_PARAM = 2
EXP_COLUMN_DEP = 3
EXP_SAVE_FORCE = 1
EXP_SAVE_RECURSIVE = 2
EXP_RENAME_FORCE = 1
EXP_LIST_ALL_COMMITS = 1
EXP_REMOVE_ALL_COMMITS = 1
EXP_REMOVE_KEEP = 2
EXP_REMOVE_QUEUE = 4
EXP_SHARE_ALL_COMMITS = 1
EXP_SHARE_FORCE = 2
EXP_SHARE_NO_CACHE = 4
EXP_SHARE_RUN_CACHE = 8
EXP_ENGINE_SHARES_NOTHING_OUT = 1
EXP_ENGINE_JOBS_END_WITH_US = 2
EXP_QUEUE_ADD_HELD = 1
EXP_QUEUE_ADD_NO_HYDRA = 2
EXP_QUEUE_STATUS_BRIEF = 1
EXP_QUEUE_RUN_OWN_PROCESS = 1
EXP_QUEUE_KILL_FORCE = 1
EXP_QUEUE_REMOVE_QUEUED = 1
EXP_QUEUE_REMOVE_FAILED = 2
EXP_QUEUE_REMOVE_SUCCESS = 4
EXP_QUEUE_LOG_ALL = 1
EXP_QUEUE_DOCTOR_FIX = 1
EXP_METRICS_ALL_BRANCHES = 1
EXP_METRICS_ALL_TAGS = 2
EXP_METRICS_ALL_COMMITS = 4
EXP_DIFF_ALL = 1
EXP_DIFF_DEPS_ONLY = 2
EXP_TABLE_ONLY_CHANGED = 1
EXP_TABLE_DESCENDING = 2
EXP_TABLE_CSV = 4
EXP_TABLE_NO_PATH = 8
EXP_PRECISION_ALL = -1
EXP_PLOTS_SPLIT = 1
EXP_PLOTS_NO_HEADER = 2
EXP_PLOT_HEADER = 1
EXP_PLOT_NO_HEADER = 2


class exp_event(Structure):
    """exp_event of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("kind", c_int32),
        ("outcome", c_int32),
        ("stage", c_char_p),
        ("text", c_void_p),
        ("text_size", c_size_t),
        ("seconds", c_double),
        ("done", c_int64),
        ("total", c_int64),
        ("stream", c_int32),
        ("reserved", c_int32),
        ("bytes_done", c_int64),
        ("bytes_total", c_int64),
        ("commit", c_char_p),
        ("stages", POINTER(c_char_p)),
        ("stage_kind", c_int32),
        ("frozen", c_int32),
    ]


class exp_open_options(Structure):
    """exp_open_options of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("environment", POINTER(c_char_p)),
    ]


class exp_log_record(Structure):
    """exp_log_record of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("text", c_char_p),
        ("task", c_char_p),
        ("level", c_int32),
        ("reserved", c_int32),
    ]


class exp_stage(Structure):
    """exp_stage of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("address", c_char_p),
        ("file", c_char_p),
        ("description", c_char_p),
        ("command", POINTER(c_char_p)),
        ("deps", POINTER(c_char_p)),
        ("params", POINTER(c_char_p)),
        ("outs", POINTER(c_char_p)),
        ("metrics", POINTER(c_char_p)),
        ("plots", POINTER(c_char_p)),
        ("upstream", POINTER(c_char_p)),
        ("kind", c_int32),
        ("frozen", c_int32),
        ("always_changed", c_int32),
        ("reserved", c_int32),
    ]


class exp_stage_list_options(Structure):
    """exp_stage_list_options of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("targets", POINTER(c_char_p)),
        ("flags", c_uint32),
        ("reserved", c_uint32),
    ]

exp_event_cb: Any = CFUNCTYPE(c_int32, POINTER(exp_event), c_void_p)


class exp_status_options(Structure):
    """exp_status_options of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("targets", POINTER(c_char_p)),
        ("on_event", exp_event_cb),
        ("user_data", c_void_p),
        ("flags", c_uint32),
        ("reserved", c_uint32),
    ]

exp_confirm_cb: Any = CFUNCTYPE(c_int32, c_char_p, POINTER(c_int32), c_void_p)


class exp_run_options(Structure):
    """exp_run_options of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("targets", POINTER(c_char_p)),
        ("on_event", exp_event_cb),
        ("user_data", c_void_p),
        ("cancel", c_void_p),
        ("flags", c_uint32),
        ("jobs", c_uint32),
        ("on_confirm", exp_confirm_cb),
    ]


class exp_compose_options(Structure):
    """exp_compose_options of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("config_name", c_char_p),
        ("overrides", POINTER(c_char_p)),
        ("directory", c_char_p),
        ("flags", c_uint32),
        ("reserved", c_uint32),
    ]


class exp_data_options(Structure):
    """exp_data_options of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("on_event", exp_event_cb),
        ("on_confirm", exp_confirm_cb),
        ("user_data", c_void_p),
        ("cancel", c_void_p),
        ("flags", c_uint32),
        ("reserved", c_uint32),
    ]


class exp_sync_options(Structure):
    """exp_sync_options of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("targets", POINTER(c_char_p)),
        ("remote", c_char_p),
        ("on_event", exp_event_cb),
        ("user_data", c_void_p),
        ("cancel", c_void_p),
        ("max_size", c_int64),
        ("jobs", c_uint32),
        ("flags", c_uint32),
    ]


class exp_gc_options(Structure):
    """exp_gc_options of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("rev", c_char_p),
        ("commit_date", c_char_p),
        ("remote", c_char_p),
        ("projects", POINTER(c_char_p)),
        ("on_event", exp_event_cb),
        ("on_confirm", exp_confirm_cb),
        ("user_data", c_void_p),
        ("cancel", c_void_p),
        ("num", c_int32),
        ("flags", c_uint32),
    ]


class exp_data_change(Structure):
    """exp_data_change of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("path", c_char_p),
        ("old_path", c_char_p),
        ("hash", c_char_p),
        ("old_hash", c_char_p),
        ("part", c_int32),
        ("change", c_int32),
    ]


class exp_data_status_options(Structure):
    """exp_data_status_options of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("targets", POINTER(c_char_p)),
        ("remote", c_char_p),
        ("on_event", exp_event_cb),
        ("user_data", c_void_p),
        ("cancel", c_void_p),
        ("flags", c_uint32),
        ("reserved", c_uint32),
    ]


class exp_data_diff_options(Structure):
    """exp_data_diff_options of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("old_rev", c_char_p),
        ("new_rev", c_char_p),
        ("targets", POINTER(c_char_p)),
        ("on_event", exp_event_cb),
        ("user_data", c_void_p),
        ("cancel", c_void_p),
        ("flags", c_uint32),
        ("reserved", c_uint32),
    ]


class exp_config_entry(Structure):
    """exp_config_entry of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("key", c_char_p),
        ("value", c_char_p),
        ("origin", c_char_p),
    ]


class exp_remote(Structure):
    """exp_remote of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("name", c_char_p),
        ("url", c_char_p),
        ("is_default", c_int32),
        ("reserved", c_int32),
    ]


class exp_experiment_options(Structure):
    """exp_experiment_options of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("run", POINTER(exp_run_options)),
        ("name", c_char_p),
        ("message", c_char_p),
        ("set_params", POINTER(c_char_p)),
        ("copy_paths", POINTER(c_char_p)),
        ("flags", c_uint32),
        ("reserved", c_uint32),
    ]


class exp_show_options(Structure):
    """exp_show_options of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("revs", POINTER(c_char_p)),
        ("num", c_int32),
        ("flags", c_uint32),
    ]


class exp_save_options(Structure):
    """exp_save_options of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("targets", POINTER(c_char_p)),
        ("name", c_char_p),
        ("message", c_char_p),
        ("include_untracked", POINTER(c_char_p)),
        ("on_event", exp_event_cb),
        ("user_data", c_void_p),
        ("flags", c_uint32),
        ("reserved", c_uint32),
    ]


class exp_ref(Structure):
    """exp_ref of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("name", c_char_p),
        ("commit", c_char_p),
        ("baseline", c_char_p),
        ("baseline_name", c_char_p),
        ("ref", c_char_p),
    ]


class exp_list_options(Structure):
    """exp_list_options of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("revs", POINTER(c_char_p)),
        ("git_remote", c_char_p),
        ("num", c_int32),
        ("flags", c_uint32),
    ]


class exp_remove_options(Structure):
    """exp_remove_options of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("names", POINTER(c_char_p)),
        ("revs", POINTER(c_char_p)),
        ("git_remote", c_char_p),
        ("num", c_int32),
        ("flags", c_uint32),
    ]


class exp_share_options(Structure):
    """exp_share_options of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("git_remote", c_char_p),
        ("names", POINTER(c_char_p)),
        ("revs", POINTER(c_char_p)),
        ("remote", c_char_p),
        ("on_event", exp_event_cb),
        ("user_data", c_void_p),
        ("cancel", c_void_p),
        ("num", c_int32),
        ("jobs", c_uint32),
        ("flags", c_uint32),
        ("reserved", c_uint32),
    ]


class exp_command_options(Structure):
    """exp_command_options of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("name", c_char_p),
        ("submit", c_char_p),
        ("poll", c_char_p),
        ("cancel", c_char_p),
        ("id_pattern", c_char_p),
        ("poll_interval", c_int64),
        ("jobs", c_uint32),
        ("flags", c_uint32),
    ]


class exp_job(Structure):
    """exp_job of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("name", c_char_p),
        ("script", c_char_p),
        ("log", c_char_p),
        ("directory", c_char_p),
        ("cpus", c_double),
        ("memory", c_int64),
        ("gpus", c_int64),
        ("timeout", c_int64),
    ]

exp_job_submit_cb: Any = CFUNCTYPE(c_int32, POINTER(exp_job), c_void_p, c_size_t, c_void_p)

exp_job_poll_cb: Any = CFUNCTYPE(c_int32, c_char_p, POINTER(c_int32), c_void_p)

exp_job_cancel_cb: Any = CFUNCTYPE(c_int32, c_char_p, c_void_p)


class exp_engine(Structure):
    """exp_engine of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("name", c_char_p),
        ("submit", exp_job_submit_cb),
        ("poll", exp_job_poll_cb),
        ("cancel", exp_job_cancel_cb),
        ("user_data", c_void_p),
        ("poll_interval", c_int64),
        ("jobs", c_uint32),
        ("flags", c_uint32),
    ]


class exp_task(Structure):
    """exp_task of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("id", c_char_p),
        ("name", c_char_p),
        ("baseline", c_char_p),
        ("reason", c_char_p),
        ("message", c_char_p),
        ("log", c_char_p),
        ("commit", c_char_p),
        ("ref", c_char_p),
        ("override_files", POINTER(c_char_p)),
        ("overrides", POINTER(c_char_p)),
        ("override_count", c_size_t),
        ("created", c_int64),
        ("started", c_int64),
        ("ended", c_int64),
        ("max_rss", c_int64),
        ("pid", c_int64),
        ("cpu_seconds", c_double),
        ("state", c_int32),
        ("priority", c_int32),
        ("attempts", c_int32),
        ("exit_code", c_int32),
        ("waits_for_others", c_int32),
        ("is_dvc", c_int32),
    ]


class exp_queue_add_options(Structure):
    """exp_queue_add_options of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("run", POINTER(exp_run_options)),
        ("name", c_char_p),
        ("message", c_char_p),
        ("set_params", POINTER(c_char_p)),
        ("copy_paths", POINTER(c_char_p)),
        ("after", POINTER(c_char_p)),
        ("timeout", c_int64),
        ("priority", c_int32),
        ("retries", c_int32),
        ("flags", c_uint32),
        ("reserved", c_uint32),
    ]


class exp_queue_event(Structure):
    """exp_queue_event of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("task", POINTER(exp_task)),
        ("event", POINTER(exp_event)),
        ("kind", c_int32),
        ("again", c_int32),
    ]

exp_queue_event_cb: Any = CFUNCTYPE(c_int32, POINTER(exp_queue_event), c_void_p)

exp_ready_cb: Any = CFUNCTYPE(c_int32, c_void_p)


class exp_queue_run_options(Structure):
    """exp_queue_run_options of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("on_event", exp_queue_event_cb),
        ("on_ready", exp_ready_cb),
        ("user_data", c_void_p),
        ("cancel", c_void_p),
        ("linger", c_int64),
        ("flags", c_uint32),
        ("reserved", c_uint32),
    ]


class exp_worker_options(Structure):
    """exp_worker_options of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("program", c_char_p),
        ("linger", c_int64),
        ("count", c_uint32),
        ("reserved", c_uint32),
        ("executor", c_char_p),
    ]


class exp_finding(Structure):
    """exp_finding of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("kind", c_char_p),
        ("task", c_char_p),
        ("what", c_char_p),
        ("remedy", c_char_p),
        ("fixable", c_int32),
        ("fixed", c_int32),
    ]


class exp_metrics_options(Structure):
    """exp_metrics_options of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("targets", POINTER(c_char_p)),
        ("flags", c_uint32),
        ("reserved", c_uint32),
    ]


class exp_diff_options(Structure):
    """exp_diff_options of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("a_rev", c_char_p),
        ("b_rev", c_char_p),
        ("targets", POINTER(c_char_p)),
        ("flags", c_uint32),
        ("reserved", c_uint32),
    ]


class exp_table_options(Structure):
    """exp_table_options of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("drop", POINTER(c_char_p)),
        ("keep", POINTER(c_char_p)),
        ("sort_by", c_char_p),
        ("precision", c_int32),
        ("flags", c_uint32),
    ]


class exp_plots_options(Structure):
    """exp_plots_options of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("targets", POINTER(c_char_p)),
        ("template_name", c_char_p),
        ("x", c_char_p),
        ("y", c_char_p),
        ("title", c_char_p),
        ("x_label", c_char_p),
        ("y_label", c_char_p),
        ("out", c_char_p),
        ("flags", c_uint32),
        ("reserved", c_uint32),
        ("page", c_char_p),
    ]


class exp_plot_change(Structure):
    """exp_plot_change of exp.h."""

    _fields_ = [
        ("struct_size", c_size_t),
        ("template_name", c_char_p),
        ("x", c_char_p),
        ("y", c_char_p),
        ("title", c_char_p),
        ("x_label", c_char_p),
        ("y_label", c_char_p),
        ("unset", POINTER(c_char_p)),
        ("flags", c_uint32),
        ("reserved", c_uint32),
    ]

exp_log_cb: Any = CFUNCTYPE(c_int32, POINTER(exp_log_record), c_void_p)

exp_text_cb: Any = CFUNCTYPE(c_int32, c_void_p, c_size_t, c_void_p)


# name: (result, parameters)
FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "exp_error_message": (c_char_p, [c_void_p]),
    "exp_error_details": (c_char_p, [c_void_p]),
    "exp_error_code": (c_int32, [c_void_p]),
    "exp_error_free": (None, [c_void_p]),
    "exp_version": (c_int32, []),
    "exp_version_text": (c_char_p, []),
    "exp_dvc_version": (c_char_p, []),
    "exp_has_capability": (c_int32, [c_char_p]),
    "exp_free": (None, [c_void_p]),
    "exp_cancel_new": (c_void_p, []),
    "exp_cancel_request": (None, [c_void_p]),
    "exp_cancel_requested": (c_int32, [c_void_p]),
    "exp_cancel_poll_fd": (c_int32, [c_void_p]),
    "exp_cancel_free": (None, [c_void_p]),
    "exp_project_open": (c_int32, [POINTER(c_void_p), c_char_p, POINTER(c_void_p)]),
    "exp_project_open_with": (c_int32, [POINTER(c_void_p), c_char_p, POINTER(exp_open_options), POINTER(c_void_p)]),
    "exp_project_init": (c_int32, [POINTER(c_void_p), c_char_p, c_uint32, POINTER(c_void_p)]),
    "exp_project_free": (None, [c_void_p]),
    "exp_project_root": (c_char_p, [c_void_p]),
    "exp_project_directory": (c_char_p, [c_void_p]),
    "exp_project_log_to": (c_int32, [c_void_p, exp_log_cb, c_void_p, c_int32, POINTER(c_void_p)]),
    "exp_pipeline_stages": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_void_p)]),
    "exp_stages_free": (None, [c_void_p]),
    "exp_stages_count": (c_size_t, [c_void_p]),
    "exp_stages_address": (c_char_p, [c_void_p, c_size_t]),
    "exp_stages_command": (c_char_p, [c_void_p, c_size_t]),
    "exp_stages_get": (POINTER(exp_stage), [c_void_p, c_size_t]),
    "exp_pipeline_list": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_stage_list_options), POINTER(c_void_p)]),
    "exp_pipeline_status_get": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_void_p)]),
    "exp_pipeline_status_free": (None, [c_void_p]),
    "exp_pipeline_status_count": (c_size_t, [c_void_p]),
    "exp_pipeline_status_address": (c_char_p, [c_void_p, c_size_t]),
    "exp_pipeline_status_reason": (c_char_p, [c_void_p, c_size_t]),
    "exp_pipeline_status_reason_count": (c_size_t, [c_void_p, c_size_t]),
    "exp_pipeline_status_reason_at": (c_char_p, [c_void_p, c_size_t, c_size_t]),
    "exp_pipeline_status_stage_count": (c_size_t, [c_void_p]),
    "exp_pipeline_status_with": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_status_options), POINTER(c_void_p)]),
    "exp_pipeline_explain_json": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_void_p)]),
    "exp_pipeline_explain_json_with": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_status_options), POINTER(c_void_p)]),
    "exp_pipeline_dag": (c_int32, [POINTER(c_void_p), c_void_p, c_int32, c_char_p, c_uint32, POINTER(c_void_p)]),
    "exp_pipeline_run": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_run_options), POINTER(c_void_p)]),
    "exp_run_summary_free": (None, [c_void_p]),
    "exp_run_summary_count": (c_size_t, [c_void_p]),
    "exp_run_summary_address": (c_char_p, [c_void_p, c_size_t]),
    "exp_run_summary_outcome": (c_int32, [c_void_p, c_size_t]),
    "exp_run_summary_reason": (c_char_p, [c_void_p, c_size_t]),
    "exp_run_summary_seconds": (c_double, [c_void_p, c_size_t]),
    "exp_names_free": (None, [c_void_p]),
    "exp_names_count": (c_size_t, [c_void_p]),
    "exp_names_get": (c_char_p, [c_void_p, c_size_t]),
    "exp_overrides_parse": (c_int32, [POINTER(c_void_p), POINTER(c_char_p), POINTER(c_void_p)]),
    "exp_overrides_free": (None, [c_void_p]),
    "exp_overrides_is_sweep": (c_int32, [c_void_p]),
    "exp_overrides_count": (c_size_t, [c_void_p]),
    "exp_overrides_file": (c_char_p, [c_void_p, c_size_t]),
    "exp_overrides_text": (c_char_p, [c_void_p, c_size_t]),
    "exp_overrides_size": (c_int32, [POINTER(c_uint64), c_void_p, POINTER(c_void_p)]),
    "exp_overrides_apply": (c_int32, [POINTER(c_void_p), c_void_p, c_char_p, c_char_p, POINTER(c_void_p)]),
    "exp_overrides_apply_to": (c_int32, [c_void_p, c_void_p, POINTER(c_void_p)]),
    "exp_overrides_write": (c_int32, [POINTER(c_void_p), c_void_p, c_void_p, POINTER(c_void_p)]),
    "exp_points_new": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_void_p)]),
    "exp_points_free": (None, [c_void_p]),
    "exp_points_next": (c_int32, [c_void_p]),
    "exp_points_count": (c_size_t, [c_void_p]),
    "exp_points_file": (c_char_p, [c_void_p, c_size_t]),
    "exp_points_override": (c_char_p, [c_void_p, c_size_t]),
    "exp_composition_new": (c_int32, [POINTER(c_void_p), c_char_p, POINTER(exp_compose_options), POINTER(c_void_p)]),
    "exp_composition_new_for_project": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_char_p), POINTER(c_void_p)]),
    "exp_composition_free": (None, [c_void_p]),
    "exp_composition_yaml": (c_char_p, [c_void_p]),
    "exp_composition_json": (c_char_p, [c_void_p]),
    "exp_composition_warning_count": (c_size_t, [c_void_p]),
    "exp_composition_warning": (c_char_p, [c_void_p, c_size_t]),
    "exp_data_add": (c_int32, [c_void_p, POINTER(c_char_p), c_char_p, c_uint32, POINTER(c_void_p)]),
    "exp_data_commit": (c_int32, [c_void_p, c_char_p, c_uint32, POINTER(c_void_p)]),
    "exp_data_checkout": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_char_p), c_uint32, POINTER(c_void_p)]),
    "exp_checkout_result_free": (None, [c_void_p]),
    "exp_checkout_result_count": (c_size_t, [c_void_p]),
    "exp_checkout_result_path": (c_char_p, [c_void_p, c_size_t]),
    "exp_checkout_result_kind": (c_int32, [c_void_p, c_size_t]),
    "exp_data_remove": (c_int32, [c_void_p, c_char_p, c_int32, POINTER(c_void_p)]),
    "exp_data_move": (c_int32, [c_void_p, c_char_p, c_char_p, POINTER(c_void_p)]),
    "exp_data_unprotect": (c_int32, [c_void_p, c_char_p, POINTER(c_void_p)]),
    "exp_data_add_with": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_char_p), c_char_p, POINTER(exp_data_options), POINTER(c_void_p)]),
    "exp_data_commit_with": (c_int32, [c_void_p, c_char_p, POINTER(exp_data_options), POINTER(c_void_p)]),
    "exp_data_checkout_with": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_char_p), POINTER(exp_data_options), POINTER(c_void_p)]),
    "exp_checkout_result_files": (c_int64, [c_void_p, c_int32]),
    "exp_data_move_with": (c_int32, [c_void_p, c_char_p, c_char_p, POINTER(exp_data_options), POINTER(c_void_p)]),
    "exp_data_push": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_sync_options), POINTER(c_void_p)]),
    "exp_data_fetch": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_sync_options), POINTER(c_void_p)]),
    "exp_data_pull": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_sync_options), POINTER(c_void_p)]),
    "exp_sync_result_free": (None, [c_void_p]),
    "exp_sync_result_transferred": (c_int64, [c_void_p]),
    "exp_sync_result_failed": (c_void_p, [c_void_p]),
    "exp_sync_result_missing": (c_void_p, [c_void_p]),
    "exp_sync_result_checkout": (c_void_p, [c_void_p]),
    "exp_data_cloud_status": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_sync_options), POINTER(c_void_p)]),
    "exp_cloud_status_free": (None, [c_void_p]),
    "exp_cloud_status_remote": (c_char_p, [c_void_p]),
    "exp_cloud_status_only_in_cache": (c_void_p, [c_void_p]),
    "exp_cloud_status_only_on_remote": (c_void_p, [c_void_p]),
    "exp_cloud_status_missing": (c_void_p, [c_void_p]),
    "exp_data_gc": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_gc_options), POINTER(c_void_p)]),
    "exp_gc_result_free": (None, [c_void_p]),
    "exp_gc_result_count": (c_size_t, [c_void_p]),
    "exp_gc_result_store": (c_char_p, [c_void_p, c_size_t]),
    "exp_gc_result_removed": (c_int64, [c_void_p, c_size_t]),
    "exp_gc_result_bytes": (c_int64, [c_void_p, c_size_t]),
    "exp_data_migrate_cache": (c_int32, [POINTER(c_int64), POINTER(c_void_p), c_void_p, POINTER(exp_data_options), POINTER(c_void_p)]),
    "exp_data_changes_free": (None, [c_void_p]),
    "exp_data_changes_count": (c_size_t, [c_void_p]),
    "exp_data_changes_get": (POINTER(exp_data_change), [c_void_p, c_size_t]),
    "exp_data_changes_git": (c_uint32, [c_void_p]),
    "exp_data_status": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_data_status_options), POINTER(c_void_p)]),
    "exp_data_status_json": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_data_status_options), POINTER(c_void_p)]),
    "exp_data_diff": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_data_diff_options), POINTER(c_void_p)]),
    "exp_data_diff_json": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_data_diff_options), POINTER(c_void_p)]),
    "exp_config_open": (c_int32, [POINTER(c_void_p), c_char_p, POINTER(c_void_p)]),
    "exp_config_free": (None, [c_void_p]),
    "exp_config_list": (c_int32, [POINTER(c_void_p), c_void_p, c_int32, POINTER(c_void_p)]),
    "exp_config_entries_free": (None, [c_void_p]),
    "exp_config_entries_count": (c_size_t, [c_void_p]),
    "exp_config_entries_get": (POINTER(exp_config_entry), [c_void_p, c_size_t]),
    "exp_config_get": (c_int32, [POINTER(c_void_p), c_void_p, c_char_p, c_int32, POINTER(c_void_p)]),
    "exp_config_set": (c_int32, [c_void_p, c_char_p, c_char_p, c_int32, POINTER(c_void_p)]),
    "exp_config_cache_dir": (c_int32, [POINTER(c_void_p), c_void_p, c_int32, POINTER(c_void_p)]),
    "exp_config_remotes": (c_int32, [POINTER(c_void_p), c_void_p, c_int32, POINTER(c_void_p)]),
    "exp_remotes_free": (None, [c_void_p]),
    "exp_remotes_count": (c_size_t, [c_void_p]),
    "exp_remotes_get": (POINTER(exp_remote), [c_void_p, c_size_t]),
    "exp_config_add_remote": (c_int32, [c_void_p, c_char_p, c_char_p, c_int32, c_uint32, POINTER(c_void_p)]),
    "exp_config_modify_remote": (c_int32, [c_void_p, c_char_p, c_char_p, c_char_p, c_int32, POINTER(c_void_p)]),
    "exp_config_remove_remote": (c_int32, [c_void_p, c_char_p, c_int32, POINTER(c_void_p)]),
    "exp_config_rename_remote": (c_int32, [c_void_p, c_char_p, c_char_p, c_int32, POINTER(c_void_p)]),
    "exp_config_default_remote": (c_int32, [POINTER(c_void_p), c_void_p, c_int32, POINTER(c_void_p)]),
    "exp_config_set_default_remote": (c_int32, [c_void_p, c_char_p, c_int32, POINTER(c_void_p)]),
    "exp_experiments_run": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_experiment_options), POINTER(c_void_p)]),
    "exp_experiment_free": (None, [c_void_p]),
    "exp_experiment_name": (c_char_p, [c_void_p]),
    "exp_experiment_commit": (c_char_p, [c_void_p]),
    "exp_experiment_ref": (c_char_p, [c_void_p]),
    "exp_experiment_summary": (c_void_p, [c_void_p]),
    "exp_experiments_show": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_show_options), POINTER(c_void_p)]),
    "exp_experiments_show_json": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_show_options), POINTER(c_void_p)]),
    "exp_rows_free": (None, [c_void_p]),
    "exp_rows_count": (c_size_t, [c_void_p]),
    "exp_rows_kind": (c_int32, [c_void_p, c_size_t]),
    "exp_rows_name": (c_char_p, [c_void_p, c_size_t]),
    "exp_rows_rev": (c_char_p, [c_void_p, c_size_t]),
    "exp_rows_metric": (c_char_p, [c_void_p, c_size_t, c_char_p, c_char_p]),
    "exp_rows_param": (c_char_p, [c_void_p, c_size_t, c_char_p, c_char_p]),
    "exp_rows_baseline": (c_char_p, [c_void_p, c_size_t]),
    "exp_rows_created": (c_char_p, [c_void_p, c_size_t]),
    "exp_rows_state": (c_char_p, [c_void_p, c_size_t]),
    "exp_rows_executor": (c_char_p, [c_void_p, c_size_t]),
    "exp_rows_error": (c_char_p, [c_void_p, c_size_t]),
    "exp_rows_value_count": (c_size_t, [c_void_p, c_size_t, c_int32]),
    "exp_rows_value_file": (c_char_p, [c_void_p, c_size_t, c_int32, c_size_t]),
    "exp_rows_value_key": (c_char_p, [c_void_p, c_size_t, c_int32, c_size_t]),
    "exp_rows_value_text": (c_char_p, [c_void_p, c_size_t, c_int32, c_size_t]),
    "exp_rows_value_kind": (c_int32, [c_void_p, c_size_t, c_int32, c_size_t]),
    "exp_rows_value_number": (c_double, [c_void_p, c_size_t, c_int32, c_size_t]),
    "exp_experiments_save": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_save_options), POINTER(c_void_p)]),
    "exp_experiments_apply": (c_int32, [c_void_p, c_char_p, exp_event_cb, c_void_p, POINTER(c_void_p)]),
    "exp_experiments_branch": (c_int32, [POINTER(c_void_p), c_void_p, c_char_p, c_char_p, POINTER(c_void_p)]),
    "exp_experiments_rename": (c_int32, [POINTER(c_int32), c_void_p, c_char_p, c_char_p, c_char_p, c_uint32, POINTER(c_void_p)]),
    "exp_experiments_clean": (c_int32, [c_void_p, POINTER(c_void_p)]),
    "exp_refs_free": (None, [c_void_p]),
    "exp_refs_count": (c_size_t, [c_void_p]),
    "exp_refs_get": (POINTER(exp_ref), [c_void_p, c_size_t]),
    "exp_experiments_list": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_list_options), POINTER(c_void_p)]),
    "exp_experiments_remove": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_remove_options), POINTER(c_void_p)]),
    "exp_experiments_push": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_share_options), POINTER(c_void_p)]),
    "exp_experiments_pull": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_share_options), POINTER(c_void_p)]),
    "exp_share_result_free": (None, [c_void_p]),
    "exp_share_result_done": (c_void_p, [c_void_p]),
    "exp_share_result_up_to_date": (c_void_p, [c_void_p]),
    "exp_share_result_diverged": (c_void_p, [c_void_p]),
    "exp_share_result_transferred": (c_int64, [c_void_p]),
    "exp_share_result_failed": (c_void_p, [c_void_p]),
    "exp_share_result_data_error": (c_void_p, [c_void_p]),
    "exp_executor_local": (c_int32, [POINTER(c_void_p), c_uint32, POINTER(c_void_p)]),
    "exp_executor_command": (c_int32, [POINTER(c_void_p), POINTER(exp_command_options), POINTER(c_void_p)]),
    "exp_executor_custom": (c_int32, [POINTER(c_void_p), POINTER(exp_engine), POINTER(c_void_p)]),
    "exp_executor_of_project": (c_int32, [POINTER(c_void_p), c_void_p, c_char_p, c_uint32, POINTER(c_void_p)]),
    "exp_executor_name": (c_char_p, [c_void_p]),
    "exp_executor_free": (None, [c_void_p]),
    "exp_executor_jobs": (c_uint32, [c_void_p]),
    "exp_executor_has_engine": (c_int32, [c_void_p]),
    "exp_executor_flags": (c_uint32, [c_void_p]),
    "exp_executor_poll_interval": (c_int64, [c_void_p]),
    "exp_tasks_free": (None, [c_void_p]),
    "exp_tasks_count": (c_size_t, [c_void_p]),
    "exp_tasks_get": (POINTER(exp_task), [c_void_p, c_size_t]),
    "exp_tasks_active_workers": (c_int32, [c_void_p]),
    "exp_tasks_idle_workers": (c_int32, [c_void_p]),
    "exp_queue_add": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_queue_add_options), POINTER(c_void_p)]),
    "exp_queue_status": (c_int32, [POINTER(c_void_p), c_void_p, c_uint32, POINTER(c_void_p)]),
    "exp_queue_status_json": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_void_p)]),
    "exp_queue_find": (c_int32, [POINTER(c_void_p), c_void_p, c_char_p, POINTER(c_void_p)]),
    "exp_queue_run": (c_int32, [c_void_p, c_void_p, POINTER(exp_queue_run_options), POINTER(c_void_p)]),
    "exp_queue_start": (c_int32, [POINTER(c_uint32), c_void_p, POINTER(exp_worker_options), POINTER(c_void_p)]),
    "exp_queue_stop": (c_int32, [c_void_p, POINTER(c_void_p)]),
    "exp_queue_kill": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_char_p), c_uint32, POINTER(c_void_p)]),
    "exp_queue_kill_all": (c_int32, [POINTER(c_void_p), c_void_p, c_uint32, POINTER(c_void_p)]),
    "exp_queue_remove": (c_int32, [c_void_p, POINTER(c_char_p), POINTER(c_void_p)]),
    "exp_queue_remove_all": (c_int32, [POINTER(c_void_p), c_void_p, c_uint32, POINTER(c_void_p)]),
    "exp_queue_hold": (c_int32, [c_void_p, POINTER(c_char_p), POINTER(c_void_p)]),
    "exp_queue_release": (c_int32, [c_void_p, POINTER(c_char_p), POINTER(c_void_p)]),
    "exp_queue_prioritize": (c_int32, [c_void_p, POINTER(c_char_p), c_int32, POINTER(c_void_p)]),
    "exp_queue_retry": (c_int32, [c_void_p, POINTER(c_char_p), POINTER(c_void_p)]),
    "exp_queue_requeue": (c_int32, [c_void_p, POINTER(c_char_p), POINTER(c_void_p)]),
    "exp_queue_wait": (c_int32, [POINTER(c_int32), c_void_p, POINTER(c_char_p), c_int64, c_void_p, POINTER(c_void_p)]),
    "exp_queue_log": (c_int32, [POINTER(c_void_p), POINTER(c_size_t), c_void_p, c_char_p, c_uint32, POINTER(c_void_p)]),
    "exp_queue_follow": (c_int32, [c_void_p, c_char_p, exp_text_cb, c_void_p, c_void_p, POINTER(c_void_p)]),
    "exp_queue_recover": (c_int32, [POINTER(c_uint32), c_void_p, POINTER(c_void_p)]),
    "exp_findings_free": (None, [c_void_p]),
    "exp_findings_count": (c_size_t, [c_void_p]),
    "exp_findings_get": (POINTER(exp_finding), [c_void_p, c_size_t]),
    "exp_queue_doctor": (c_int32, [POINTER(c_void_p), c_void_p, c_uint32, POINTER(c_void_p)]),
    "exp_metrics_show": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_metrics_options), POINTER(c_void_p)]),
    "exp_metrics_show_json": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_metrics_options), POINTER(c_void_p)]),
    "exp_values_free": (None, [c_void_p]),
    "exp_values_count": (c_size_t, [c_void_p]),
    "exp_values_rev": (c_char_p, [c_void_p, c_size_t]),
    "exp_values_file": (c_char_p, [c_void_p, c_size_t]),
    "exp_values_key": (c_char_p, [c_void_p, c_size_t]),
    "exp_values_text": (c_char_p, [c_void_p, c_size_t]),
    "exp_values_kind": (c_int32, [c_void_p, c_size_t]),
    "exp_values_number": (c_double, [c_void_p, c_size_t]),
    "exp_metrics_diff": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_diff_options), POINTER(c_void_p)]),
    "exp_metrics_diff_json": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_diff_options), POINTER(c_void_p)]),
    "exp_params_diff": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_diff_options), POINTER(c_void_p)]),
    "exp_params_diff_json": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_diff_options), POINTER(c_void_p)]),
    "exp_changes_free": (None, [c_void_p]),
    "exp_changes_count": (c_size_t, [c_void_p]),
    "exp_changes_file": (c_char_p, [c_void_p, c_size_t]),
    "exp_changes_key": (c_char_p, [c_void_p, c_size_t]),
    "exp_changes_old": (c_char_p, [c_void_p, c_size_t]),
    "exp_changes_new": (c_char_p, [c_void_p, c_size_t]),
    "exp_changes_difference": (c_int32, [c_void_p, c_size_t, POINTER(c_double)]),
    "exp_experiments_diff_json": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_diff_options), POINTER(c_void_p)]),
    "exp_composition_values": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_void_p)]),
    "exp_table_free": (None, [c_void_p]),
    "exp_table_column_count": (c_size_t, [c_void_p]),
    "exp_table_row_count": (c_size_t, [c_void_p]),
    "exp_table_header": (c_char_p, [c_void_p, c_size_t]),
    "exp_table_column_kind": (c_int32, [c_void_p, c_size_t]),
    "exp_table_cell": (c_char_p, [c_void_p, c_size_t, c_size_t]),
    "exp_experiments_show_table": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_show_options), POINTER(exp_table_options), POINTER(c_void_p)]),
    "exp_experiments_diff_tables": (c_int32, [POINTER(c_void_p), POINTER(c_void_p), c_void_p, POINTER(exp_diff_options), POINTER(exp_table_options), POINTER(c_void_p)]),
    "exp_metrics_show_table": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_metrics_options), POINTER(exp_table_options), POINTER(c_void_p)]),
    "exp_metrics_diff_table": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_diff_options), POINTER(exp_table_options), POINTER(c_void_p)]),
    "exp_params_diff_table": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(exp_diff_options), POINTER(exp_table_options), POINTER(c_void_p)]),
    "exp_plots_load": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_char_p), POINTER(exp_plots_options), POINTER(c_void_p)]),
    "exp_plots_json": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_char_p), POINTER(exp_plots_options), POINTER(c_void_p)]),
    "exp_plots_page": (c_int32, [POINTER(c_void_p), c_void_p, POINTER(c_char_p), POINTER(exp_plots_options), POINTER(c_void_p)]),
    "exp_plots_free": (None, [c_void_p]),
    "exp_plots_count": (c_size_t, [c_void_p]),
    "exp_plots_id": (c_char_p, [c_void_p, c_size_t]),
    "exp_plots_spec": (c_char_p, [c_void_p, c_size_t]),
    "exp_plots_anchors": (c_char_p, [c_void_p, c_size_t]),
    "exp_plots_rev_count": (c_size_t, [c_void_p, c_size_t]),
    "exp_plots_rev": (c_char_p, [c_void_p, c_size_t, c_size_t]),
    "exp_plots_image_count": (c_size_t, [c_void_p, c_size_t]),
    "exp_plots_image_rev": (c_char_p, [c_void_p, c_size_t, c_size_t]),
    "exp_plots_image_path": (c_char_p, [c_void_p, c_size_t, c_size_t]),
    "exp_plots_error_count": (c_size_t, [c_void_p]),
    "exp_plots_error_plot": (c_char_p, [c_void_p, c_size_t]),
    "exp_plots_error_rev": (c_char_p, [c_void_p, c_size_t]),
    "exp_plots_error_message": (c_char_p, [c_void_p, c_size_t]),
    "exp_plots_template": (c_int32, [POINTER(c_void_p), c_char_p, POINTER(c_void_p)]),
    "exp_plots_template_names": (c_int32, [POINTER(c_void_p), POINTER(c_void_p)]),
    "exp_plots_check_template": (c_int32, [c_void_p, c_char_p, POINTER(c_void_p)]),
    "exp_plots_modify": (c_int32, [POINTER(c_void_p), c_void_p, c_char_p, POINTER(exp_plot_change), POINTER(c_void_p)]),
}
