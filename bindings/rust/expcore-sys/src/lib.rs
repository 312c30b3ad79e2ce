//! Made by `bindings/generate` from `exp.h`; not to be edited. What each function does, owns and returns
//! is said there.
#![allow(non_camel_case_types)]

use std::os::raw::{c_char, c_void};

pub type exp_status = i32;

pub const EXP_OK: i32 = 0;
pub const EXP_ERR_INTERNAL: i32 = -1;
pub const EXP_ERR_INVALID_ARGUMENT: i32 = -2;
pub const EXP_ERR_NOT_FOUND: i32 = -3;
pub const EXP_ERR_PARSE: i32 = -4;
pub const EXP_ERR_IO: i32 = -5;
pub const EXP_ERR_GIT: i32 = -6;
pub const EXP_ERR_STAGE_FAILED: i32 = -7;
pub const EXP_ERR_CANCELLED: i32 = -8;
pub const EXP_ERR_CALLBACK: i32 = -9;
pub const EXP_ERR_NOT_A_PROJECT: i32 = -10;
pub const EXP_ERR_CONFIG: i32 = -11;
pub const EXP_ERR_EXISTS: i32 = -12;
pub const EXP_ERR_BUSY: i32 = -13;
pub const EXP_EVENT_WARNING: i32 = 1;
pub const EXP_EVENT_PLAN_MADE: i32 = 2;
pub const EXP_EVENT_STAGE_STARTED: i32 = 3;
pub const EXP_EVENT_COMMAND_STARTED: i32 = 4;
pub const EXP_EVENT_OUTPUT: i32 = 5;
pub const EXP_EVENT_STAGE_FINISHED: i32 = 6;
pub const EXP_EVENT_LOCK_CREATED: i32 = 7;
pub const EXP_EVENT_LOCK_UPDATED: i32 = 8;
pub const EXP_EVENT_FILES_TO_TRACK: i32 = 9;
pub const EXP_EVENT_EXPERIMENT_STARTED: i32 = 10;
pub const EXP_EVENT_EXPERIMENT_FINISHED: i32 = 11;
pub const EXP_EVENT_PROGRESS: i32 = 12;
pub const EXP_EVENT_STAGE_SHARED: i32 = 13;
pub const EXP_EVENT_STAGE_WAITING: i32 = 14;
pub const EXP_OUTCOME_NONE: i32 = 0;
pub const EXP_OUTCOME_RAN: i32 = 1;
pub const EXP_OUTCOME_CACHED: i32 = 2;
pub const EXP_OUTCOME_UNCHANGED: i32 = 3;
pub const EXP_OUTCOME_FAILED: i32 = 4;
pub const EXP_OUTCOME_VERIFIED: i32 = 5;
pub const EXP_OUTCOME_SKIPPED: i32 = 6;
pub const EXP_OUTCOME_PULLED: i32 = 7;
pub const EXP_STAGE_PIPELINE: i32 = 0;
pub const EXP_STAGE_DATA_SOURCE: i32 = 1;
pub const EXP_STAGE_IMPORT: i32 = 2;
pub const EXP_LOG_DEBUG: i32 = 1;
pub const EXP_LOG_INFO: i32 = 2;
pub const EXP_LOG_WARNING: i32 = 3;
pub const EXP_CHECKOUT_ADDED: i32 = 0;
pub const EXP_CHECKOUT_MODIFIED: i32 = 1;
pub const EXP_CHECKOUT_DELETED: i32 = 2;
pub const EXP_CHECKOUT_FAILED: i32 = 3;
pub const EXP_DATA_COMMITTED: i32 = 0;
pub const EXP_DATA_UNCOMMITTED: i32 = 1;
pub const EXP_DATA_NOT_IN_CACHE: i32 = 2;
pub const EXP_DATA_NOT_IN_REMOTE: i32 = 3;
pub const EXP_DATA_UNTRACKED: i32 = 4;
pub const EXP_DATA_UNCHANGED: i32 = 5;
pub const EXP_DATA_BETWEEN: i32 = 6;
pub const EXP_CHANGE_NONE: i32 = 0;
pub const EXP_CHANGE_ADDED: i32 = 1;
pub const EXP_CHANGE_MODIFIED: i32 = 2;
pub const EXP_CHANGE_DELETED: i32 = 3;
pub const EXP_CHANGE_RENAMED: i32 = 4;
pub const EXP_CHANGE_UNKNOWN: i32 = 5;
pub const EXP_CONFIG_MERGED: i32 = 0;
pub const EXP_CONFIG_SYSTEM: i32 = 1;
pub const EXP_CONFIG_GLOBAL: i32 = 2;
pub const EXP_CONFIG_PROJECT: i32 = 3;
pub const EXP_CONFIG_LOCAL: i32 = 4;
pub const EXP_ROW_WORKSPACE: i32 = 0;
pub const EXP_ROW_BASELINE: i32 = 1;
pub const EXP_ROW_EXPERIMENT: i32 = 2;
pub const EXP_TASK_QUEUED: i32 = 1;
pub const EXP_TASK_HELD: i32 = 2;
pub const EXP_TASK_RUNNING: i32 = 3;
pub const EXP_TASK_SUCCESS: i32 = 4;
pub const EXP_TASK_FAILED: i32 = 5;
pub const EXP_QUEUE_EVENT_TASK_STARTED: i32 = 1;
pub const EXP_QUEUE_EVENT_TASK_EVENT: i32 = 2;
pub const EXP_QUEUE_EVENT_TASK_FINISHED: i32 = 3;
pub const EXP_VALUE_MISSING: i32 = 0;
pub const EXP_VALUE_TEXT: i32 = 1;
pub const EXP_VALUE_NUMBER: i32 = 2;
pub const EXP_VALUE_BOOLEAN: i32 = 3;
pub const EXP_VALUE_ERROR: i32 = 4;
pub const EXP_VALUE_OTHER: i32 = 5;
pub const EXP_INIT_NO_SCM: u32 = 1;
pub const EXP_INIT_SUBDIR: u32 = 2;
pub const EXP_INIT_FORCE: u32 = 4;
pub const EXP_STAGE_LIST_ALL: u32 = 1;
pub const EXP_STAGE_LIST_RECURSIVE: u32 = 2;
pub const EXP_STAGE_LIST_FAIL: u32 = 4;
pub const EXP_STATUS_WITH_DEPS: u32 = 1;
pub const EXP_STATUS_RECURSIVE: u32 = 2;
pub const EXP_DAG_FULL: u32 = 1;
pub const EXP_DAG_OUTS: u32 = 2;
pub const EXP_DAG_TEXT: i32 = 0;
pub const EXP_DAG_DOT: i32 = 1;
pub const EXP_DAG_MERMAID: i32 = 2;
pub const EXP_RUN_FORCE: u32 = 1;
pub const EXP_RUN_FORCE_DOWNSTREAM: u32 = 2;
pub const EXP_RUN_SINGLE_ITEM: u32 = 4;
pub const EXP_RUN_DOWNSTREAM: u32 = 8;
pub const EXP_RUN_ALL_PIPELINES: u32 = 16;
pub const EXP_RUN_DRY: u32 = 32;
pub const EXP_RUN_NO_COMMIT: u32 = 64;
pub const EXP_RUN_NO_RUN_CACHE: u32 = 128;
pub const EXP_RUN_KEEP_GOING: u32 = 256;
pub const EXP_RUN_INHERIT_STREAMS: u32 = 512;
pub const EXP_RUN_ALLOW_MISSING: u32 = 1024;
pub const EXP_RUN_PIPELINE: u32 = 2048;
pub const EXP_RUN_RECURSIVE: u32 = 4096;
pub const EXP_RUN_GLOB: u32 = 8192;
pub const EXP_RUN_IGNORE_ERRORS: u32 = 16384;
pub const EXP_RUN_PULL: u32 = 32768;
pub const EXP_JOBS_PER_PROCESSOR: u32 = 4294967295;
pub const EXP_COMPOSE_UNRESOLVED: u32 = 1;
pub const EXP_ADD_GLOB: u32 = 1;
pub const EXP_ADD_NO_COMMIT: u32 = 2;
pub const EXP_ADD_NO_RELINK: u32 = 4;
pub const EXP_ADD_FORCE: u32 = 8;
pub const EXP_DATA_WITH_DEPS: u32 = 1;
pub const EXP_DATA_RECURSIVE: u32 = 2;
pub const EXP_DATA_FORCE: u32 = 4;
pub const EXP_DATA_RELINK: u32 = 8;
pub const EXP_DATA_NO_RELINK: u32 = 16;
pub const EXP_DATA_GLOB: u32 = 32;
pub const EXP_SYNC_WITH_DEPS: u32 = 1;
pub const EXP_SYNC_RECURSIVE: u32 = 2;
pub const EXP_SYNC_GLOB: u32 = 4;
pub const EXP_SYNC_ALL_BRANCHES: u32 = 8;
pub const EXP_SYNC_ALL_TAGS: u32 = 16;
pub const EXP_SYNC_ALL_COMMITS: u32 = 32;
pub const EXP_SYNC_RUN_CACHE: u32 = 64;
pub const EXP_SYNC_VERIFY: u32 = 128;
pub const EXP_SYNC_FORCE: u32 = 256;
pub const EXP_GC_WORKSPACE: u32 = 1;
pub const EXP_GC_ALL_BRANCHES: u32 = 2;
pub const EXP_GC_ALL_TAGS: u32 = 4;
pub const EXP_GC_ALL_COMMITS: u32 = 8;
pub const EXP_GC_ALL_EXPERIMENTS: u32 = 16;
pub const EXP_GC_NOT_IN_REMOTE: u32 = 32;
pub const EXP_GC_CLOUD: u32 = 64;
pub const EXP_GC_DRY: u32 = 128;
pub const EXP_GC_FORCE: u32 = 256;
pub const EXP_GC_SKIP_FAILED: u32 = 512;
pub const EXP_MIGRATE_RECORDS: u32 = 1;
pub const EXP_MIGRATE_DRY: u32 = 2;
pub const EXP_GIT_EMPTY: u32 = 1;
pub const EXP_GIT_DIRTY: u32 = 2;
pub const EXP_DATA_STATUS_GRANULAR: u32 = 1;
pub const EXP_DATA_STATUS_UNTRACKED: u32 = 2;
pub const EXP_DATA_STATUS_NOT_IN_REMOTE: u32 = 4;
pub const EXP_DATA_STATUS_UNCHANGED: u32 = 8;
pub const EXP_DATA_DIFF_HASHES: u32 = 1;
pub const EXP_DATA_DIFF_NO_MISSING: u32 = 2;
pub const EXP_REMOTE_DEFAULT: u32 = 1;
pub const EXP_REMOTE_FORCE: u32 = 2;
pub const EXP_EXPERIMENT_TEMP: u32 = 1;
pub const EXP_EXPERIMENT_NO_HYDRA: u32 = 2;
pub const EXP_SHOW_ALL_BRANCHES: u32 = 1;
pub const EXP_SHOW_ALL_TAGS: u32 = 2;
pub const EXP_SHOW_ALL_COMMITS: u32 = 4;
pub const EXP_SHOW_HIDE_WORKSPACE: u32 = 8;
pub const EXP_SHOW_SHA_ONLY: u32 = 16;
pub const EXP_SHOW_FORCE: u32 = 32;
pub const EXP_SHOW_HIDE_QUEUED: u32 = 64;
pub const EXP_SHOW_HIDE_FAILED: u32 = 128;
pub const EXP_SHOW_PARAM_DEPS: u32 = 256;
pub const EXP_COLUMN_METRIC: i32 = 1;
pub const EXP_COLUMN_PARAM: i32 = 2;
pub const EXP_COLUMN_DEP: i32 = 3;
pub const EXP_SAVE_FORCE: u32 = 1;
pub const EXP_SAVE_RECURSIVE: u32 = 2;
pub const EXP_RENAME_FORCE: u32 = 1;
pub const EXP_LIST_ALL_COMMITS: u32 = 1;
pub const EXP_REMOVE_ALL_COMMITS: u32 = 1;
pub const EXP_REMOVE_KEEP: u32 = 2;
pub const EXP_REMOVE_QUEUE: u32 = 4;
pub const EXP_SHARE_ALL_COMMITS: u32 = 1;
pub const EXP_SHARE_FORCE: u32 = 2;
pub const EXP_SHARE_NO_CACHE: u32 = 4;
pub const EXP_SHARE_RUN_CACHE: u32 = 8;
pub const EXP_ENGINE_SHARES_NOTHING_OUT: u32 = 1;
pub const EXP_ENGINE_JOBS_END_WITH_US: u32 = 2;
pub const EXP_QUEUE_ADD_HELD: u32 = 1;
pub const EXP_QUEUE_ADD_NO_HYDRA: u32 = 2;
pub const EXP_QUEUE_STATUS_BRIEF: u32 = 1;
pub const EXP_QUEUE_RUN_OWN_PROCESS: u32 = 1;
pub const EXP_QUEUE_KILL_FORCE: u32 = 1;
pub const EXP_QUEUE_REMOVE_QUEUED: u32 = 1;
pub const EXP_QUEUE_REMOVE_FAILED: u32 = 2;
pub const EXP_QUEUE_REMOVE_SUCCESS: u32 = 4;
pub const EXP_QUEUE_LOG_ALL: u32 = 1;
pub const EXP_QUEUE_DOCTOR_FIX: u32 = 1;
pub const EXP_METRICS_ALL_BRANCHES: u32 = 1;
pub const EXP_METRICS_ALL_TAGS: u32 = 2;
pub const EXP_METRICS_ALL_COMMITS: u32 = 4;
pub const EXP_DIFF_ALL: u32 = 1;
pub const EXP_DIFF_DEPS_ONLY: u32 = 2;
pub const EXP_TABLE_ONLY_CHANGED: u32 = 1;
pub const EXP_TABLE_DESCENDING: u32 = 2;
pub const EXP_TABLE_CSV: u32 = 4;
pub const EXP_TABLE_NO_PATH: u32 = 8;
pub const EXP_PRECISION_ALL: i32 = -1;
pub const EXP_PLOTS_SPLIT: u32 = 1;
pub const EXP_PLOTS_NO_HEADER: u32 = 2;
pub const EXP_PLOT_HEADER: u32 = 1;
pub const EXP_PLOT_NO_HEADER: u32 = 2;

#[repr(C)]
pub struct exp_error {
    _private: [u8; 0],
}

#[repr(C)]
pub struct exp_cancel {
    _private: [u8; 0],
}

#[repr(C)]
pub struct exp_project {
    _private: [u8; 0],
}

#[repr(C)]
pub struct exp_stages {
    _private: [u8; 0],
}

#[repr(C)]
pub struct exp_pipeline_status {
    _private: [u8; 0],
}

#[repr(C)]
pub struct exp_run_summary {
    _private: [u8; 0],
}

#[repr(C)]
pub struct exp_names {
    _private: [u8; 0],
}

#[repr(C)]
pub struct exp_overrides {
    _private: [u8; 0],
}

#[repr(C)]
pub struct exp_points {
    _private: [u8; 0],
}

#[repr(C)]
pub struct exp_composition {
    _private: [u8; 0],
}

#[repr(C)]
pub struct exp_checkout_result {
    _private: [u8; 0],
}

#[repr(C)]
pub struct exp_sync_result {
    _private: [u8; 0],
}

#[repr(C)]
pub struct exp_cloud_status {
    _private: [u8; 0],
}

#[repr(C)]
pub struct exp_gc_result {
    _private: [u8; 0],
}

#[repr(C)]
pub struct exp_data_changes {
    _private: [u8; 0],
}

#[repr(C)]
pub struct exp_config {
    _private: [u8; 0],
}

#[repr(C)]
pub struct exp_config_entries {
    _private: [u8; 0],
}

#[repr(C)]
pub struct exp_remotes {
    _private: [u8; 0],
}

#[repr(C)]
pub struct exp_experiment {
    _private: [u8; 0],
}

#[repr(C)]
pub struct exp_rows {
    _private: [u8; 0],
}

#[repr(C)]
pub struct exp_refs {
    _private: [u8; 0],
}

#[repr(C)]
pub struct exp_share_result {
    _private: [u8; 0],
}

#[repr(C)]
pub struct exp_executor {
    _private: [u8; 0],
}

#[repr(C)]
pub struct exp_tasks {
    _private: [u8; 0],
}

#[repr(C)]
pub struct exp_findings {
    _private: [u8; 0],
}

#[repr(C)]
pub struct exp_values {
    _private: [u8; 0],
}

#[repr(C)]
pub struct exp_changes {
    _private: [u8; 0],
}

#[repr(C)]
pub struct exp_table {
    _private: [u8; 0],
}

#[repr(C)]
pub struct exp_plots {
    _private: [u8; 0],
}

pub type exp_event_cb = Option<unsafe extern "C" fn(event: *const exp_event, user_data: *mut c_void) -> i32>;

pub type exp_confirm_cb = Option<unsafe extern "C" fn(question: *const c_char, out_answer: *mut i32, user_data: *mut c_void) -> i32>;

pub type exp_log_cb = Option<unsafe extern "C" fn(record: *const exp_log_record, user_data: *mut c_void) -> i32>;

pub type exp_job_submit_cb = Option<unsafe extern "C" fn(job: *const exp_job, id: *mut c_char, id_size: usize, user_data: *mut c_void) -> i32>;

pub type exp_job_poll_cb = Option<unsafe extern "C" fn(id: *const c_char, out_alive: *mut i32, user_data: *mut c_void) -> i32>;

pub type exp_job_cancel_cb = Option<unsafe extern "C" fn(id: *const c_char, user_data: *mut c_void) -> i32>;

pub type exp_queue_event_cb = Option<unsafe extern "C" fn(event: *const exp_queue_event, user_data: *mut c_void) -> i32>;

pub type exp_ready_cb = Option<unsafe extern "C" fn(user_data: *mut c_void) -> i32>;

pub type exp_text_cb = Option<unsafe extern "C" fn(text: *const c_char, text_size: usize, user_data: *mut c_void) -> i32>;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_event {
    pub struct_size: usize,
    pub kind: i32,
    pub outcome: i32,
    pub stage: *const c_char,
    pub text: *const c_char,
    pub text_size: usize,
    pub seconds: f64,
    pub done: i64,
    pub total: i64,
    pub stream: i32,
    pub reserved: i32,
    pub bytes_done: i64,
    pub bytes_total: i64,
    pub commit: *const c_char,
    pub stages: *const *const c_char,
    pub stage_kind: i32,
    pub frozen: i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_open_options {
    pub struct_size: usize,
    pub environment: *const *const c_char,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_log_record {
    pub struct_size: usize,
    pub text: *const c_char,
    pub task: *const c_char,
    pub level: i32,
    pub reserved: i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_stage {
    pub struct_size: usize,
    pub address: *const c_char,
    pub file: *const c_char,
    pub description: *const c_char,
    pub command: *const *const c_char,
    pub deps: *const *const c_char,
    pub params: *const *const c_char,
    pub outs: *const *const c_char,
    pub metrics: *const *const c_char,
    pub plots: *const *const c_char,
    pub upstream: *const *const c_char,
    pub kind: i32,
    pub frozen: i32,
    pub always_changed: i32,
    pub reserved: i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_stage_list_options {
    pub struct_size: usize,
    pub targets: *const *const c_char,
    pub flags: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_status_options {
    pub struct_size: usize,
    pub targets: *const *const c_char,
    pub on_event: exp_event_cb,
    pub user_data: *mut c_void,
    pub flags: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_run_options {
    pub struct_size: usize,
    pub targets: *const *const c_char,
    pub on_event: exp_event_cb,
    pub user_data: *mut c_void,
    pub cancel: *mut exp_cancel,
    pub flags: u32,
    pub jobs: u32,
    pub on_confirm: exp_confirm_cb,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_compose_options {
    pub struct_size: usize,
    pub config_name: *const c_char,
    pub overrides: *const *const c_char,
    pub directory: *const c_char,
    pub flags: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_data_options {
    pub struct_size: usize,
    pub on_event: exp_event_cb,
    pub on_confirm: exp_confirm_cb,
    pub user_data: *mut c_void,
    pub cancel: *mut exp_cancel,
    pub flags: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_sync_options {
    pub struct_size: usize,
    pub targets: *const *const c_char,
    pub remote: *const c_char,
    pub on_event: exp_event_cb,
    pub user_data: *mut c_void,
    pub cancel: *mut exp_cancel,
    pub max_size: i64,
    pub jobs: u32,
    pub flags: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_gc_options {
    pub struct_size: usize,
    pub rev: *const c_char,
    pub commit_date: *const c_char,
    pub remote: *const c_char,
    pub projects: *const *const c_char,
    pub on_event: exp_event_cb,
    pub on_confirm: exp_confirm_cb,
    pub user_data: *mut c_void,
    pub cancel: *mut exp_cancel,
    pub num: i32,
    pub flags: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_data_change {
    pub struct_size: usize,
    pub path: *const c_char,
    pub old_path: *const c_char,
    pub hash: *const c_char,
    pub old_hash: *const c_char,
    pub part: i32,
    pub change: i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_data_status_options {
    pub struct_size: usize,
    pub targets: *const *const c_char,
    pub remote: *const c_char,
    pub on_event: exp_event_cb,
    pub user_data: *mut c_void,
    pub cancel: *mut exp_cancel,
    pub flags: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_data_diff_options {
    pub struct_size: usize,
    pub old_rev: *const c_char,
    pub new_rev: *const c_char,
    pub targets: *const *const c_char,
    pub on_event: exp_event_cb,
    pub user_data: *mut c_void,
    pub cancel: *mut exp_cancel,
    pub flags: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_config_entry {
    pub struct_size: usize,
    pub key: *const c_char,
    pub value: *const c_char,
    pub origin: *const c_char,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_remote {
    pub struct_size: usize,
    pub name: *const c_char,
    pub url: *const c_char,
    pub is_default: i32,
    pub reserved: i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_experiment_options {
    pub struct_size: usize,
    pub run: *const exp_run_options,
    pub name: *const c_char,
    pub message: *const c_char,
    pub set_params: *const *const c_char,
    pub copy_paths: *const *const c_char,
    pub flags: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_show_options {
    pub struct_size: usize,
    pub revs: *const *const c_char,
    pub num: i32,
    pub flags: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_save_options {
    pub struct_size: usize,
    pub targets: *const *const c_char,
    pub name: *const c_char,
    pub message: *const c_char,
    pub include_untracked: *const *const c_char,
    pub on_event: exp_event_cb,
    pub user_data: *mut c_void,
    pub flags: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_ref {
    pub struct_size: usize,
    pub name: *const c_char,
    pub commit: *const c_char,
    pub baseline: *const c_char,
    pub baseline_name: *const c_char,
    pub r#ref: *const c_char,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_list_options {
    pub struct_size: usize,
    pub revs: *const *const c_char,
    pub git_remote: *const c_char,
    pub num: i32,
    pub flags: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_remove_options {
    pub struct_size: usize,
    pub names: *const *const c_char,
    pub revs: *const *const c_char,
    pub git_remote: *const c_char,
    pub num: i32,
    pub flags: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_share_options {
    pub struct_size: usize,
    pub git_remote: *const c_char,
    pub names: *const *const c_char,
    pub revs: *const *const c_char,
    pub remote: *const c_char,
    pub on_event: exp_event_cb,
    pub user_data: *mut c_void,
    pub cancel: *mut exp_cancel,
    pub num: i32,
    pub jobs: u32,
    pub flags: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_command_options {
    pub struct_size: usize,
    pub name: *const c_char,
    pub submit: *const c_char,
    pub poll: *const c_char,
    pub cancel: *const c_char,
    pub id_pattern: *const c_char,
    pub poll_interval: i64,
    pub jobs: u32,
    pub flags: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_job {
    pub struct_size: usize,
    pub name: *const c_char,
    pub script: *const c_char,
    pub log: *const c_char,
    pub directory: *const c_char,
    pub cpus: f64,
    pub memory: i64,
    pub gpus: i64,
    pub timeout: i64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_engine {
    pub struct_size: usize,
    pub name: *const c_char,
    pub submit: exp_job_submit_cb,
    pub poll: exp_job_poll_cb,
    pub cancel: exp_job_cancel_cb,
    pub user_data: *mut c_void,
    pub poll_interval: i64,
    pub jobs: u32,
    pub flags: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_task {
    pub struct_size: usize,
    pub id: *const c_char,
    pub name: *const c_char,
    pub baseline: *const c_char,
    pub reason: *const c_char,
    pub message: *const c_char,
    pub log: *const c_char,
    pub commit: *const c_char,
    pub r#ref: *const c_char,
    pub override_files: *const *const c_char,
    pub overrides: *const *const c_char,
    pub override_count: usize,
    pub created: i64,
    pub started: i64,
    pub ended: i64,
    pub max_rss: i64,
    pub pid: i64,
    pub cpu_seconds: f64,
    pub state: i32,
    pub priority: i32,
    pub attempts: i32,
    pub exit_code: i32,
    pub waits_for_others: i32,
    pub is_dvc: i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_queue_add_options {
    pub struct_size: usize,
    pub run: *const exp_run_options,
    pub name: *const c_char,
    pub message: *const c_char,
    pub set_params: *const *const c_char,
    pub copy_paths: *const *const c_char,
    pub after: *const *const c_char,
    pub timeout: i64,
    pub priority: i32,
    pub retries: i32,
    pub flags: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_queue_event {
    pub struct_size: usize,
    pub task: *const exp_task,
    pub event: *const exp_event,
    pub kind: i32,
    pub again: i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_queue_run_options {
    pub struct_size: usize,
    pub on_event: exp_queue_event_cb,
    pub on_ready: exp_ready_cb,
    pub user_data: *mut c_void,
    pub cancel: *mut exp_cancel,
    pub linger: i64,
    pub flags: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_worker_options {
    pub struct_size: usize,
    pub program: *const c_char,
    pub linger: i64,
    pub count: u32,
    pub reserved: u32,
    pub executor: *const c_char,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_finding {
    pub struct_size: usize,
    pub kind: *const c_char,
    pub task: *const c_char,
    pub what: *const c_char,
    pub remedy: *const c_char,
    pub fixable: i32,
    pub fixed: i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_metrics_options {
    pub struct_size: usize,
    pub targets: *const *const c_char,
    pub flags: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_diff_options {
    pub struct_size: usize,
    pub a_rev: *const c_char,
    pub b_rev: *const c_char,
    pub targets: *const *const c_char,
    pub flags: u32,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_table_options {
    pub struct_size: usize,
    pub drop: *const *const c_char,
    pub keep: *const *const c_char,
    pub sort_by: *const c_char,
    pub precision: i32,
    pub flags: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_plots_options {
    pub struct_size: usize,
    pub targets: *const *const c_char,
    pub template_name: *const c_char,
    pub x: *const c_char,
    pub y: *const c_char,
    pub title: *const c_char,
    pub x_label: *const c_char,
    pub y_label: *const c_char,
    pub out: *const c_char,
    pub flags: u32,
    pub reserved: u32,
    pub page: *const c_char,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_plot_change {
    pub struct_size: usize,
    pub template_name: *const c_char,
    pub x: *const c_char,
    pub y: *const c_char,
    pub title: *const c_char,
    pub x_label: *const c_char,
    pub y_label: *const c_char,
    pub unset: *const *const c_char,
    pub flags: u32,
    pub reserved: u32,
}

extern "C" {
    pub fn exp_error_message(error: *const exp_error) -> *const c_char;
    pub fn exp_error_details(error: *const exp_error) -> *const c_char;
    pub fn exp_error_code(error: *const exp_error) -> exp_status;
    pub fn exp_error_free(error: *mut exp_error);
    pub fn exp_version() -> i32;
    pub fn exp_version_text() -> *const c_char;
    pub fn exp_dvc_version() -> *const c_char;
    pub fn exp_has_capability(name: *const c_char) -> i32;
    pub fn exp_free(memory: *mut c_void);
    pub fn exp_cancel_new() -> *mut exp_cancel;
    pub fn exp_cancel_request(cancel: *mut exp_cancel);
    pub fn exp_cancel_requested(cancel: *const exp_cancel) -> i32;
    pub fn exp_cancel_poll_fd(cancel: *const exp_cancel) -> i32;
    pub fn exp_cancel_free(cancel: *mut exp_cancel);
    pub fn exp_project_open(out_project: *mut *mut exp_project, directory: *const c_char, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_project_open_with(out_project: *mut *mut exp_project, directory: *const c_char, options: *const exp_open_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_project_init(out_project: *mut *mut exp_project, directory: *const c_char, flags: u32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_project_free(project: *mut exp_project);
    pub fn exp_project_root(project: *const exp_project) -> *const c_char;
    pub fn exp_project_directory(project: *const exp_project) -> *const c_char;
    pub fn exp_project_log_to(project: *mut exp_project, on_log: exp_log_cb, user_data: *mut c_void, least: i32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_pipeline_stages(out_stages: *mut *mut exp_stages, project: *const exp_project, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_stages_free(stages: *mut exp_stages);
    pub fn exp_stages_count(stages: *const exp_stages) -> usize;
    pub fn exp_stages_address(stages: *const exp_stages, index: usize) -> *const c_char;
    pub fn exp_stages_command(stages: *const exp_stages, index: usize) -> *const c_char;
    pub fn exp_stages_get(stages: *const exp_stages, index: usize) -> *const exp_stage;
    pub fn exp_pipeline_list(out_stages: *mut *mut exp_stages, project: *const exp_project, options: *const exp_stage_list_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_pipeline_status_get(out_status: *mut *mut exp_pipeline_status, project: *const exp_project, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_pipeline_status_free(status: *mut exp_pipeline_status);
    pub fn exp_pipeline_status_count(status: *const exp_pipeline_status) -> usize;
    pub fn exp_pipeline_status_address(status: *const exp_pipeline_status, index: usize) -> *const c_char;
    pub fn exp_pipeline_status_reason(status: *const exp_pipeline_status, index: usize) -> *const c_char;
    pub fn exp_pipeline_status_reason_count(status: *const exp_pipeline_status, index: usize) -> usize;
    pub fn exp_pipeline_status_reason_at(status: *const exp_pipeline_status, index: usize, reason: usize) -> *const c_char;
    pub fn exp_pipeline_status_stage_count(status: *const exp_pipeline_status) -> usize;
    pub fn exp_pipeline_status_with(out_status: *mut *mut exp_pipeline_status, project: *const exp_project, options: *const exp_status_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_pipeline_explain_json(out_text: *mut *mut c_char, project: *const exp_project, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_pipeline_explain_json_with(out_text: *mut *mut c_char, project: *const exp_project, options: *const exp_status_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_pipeline_dag(out_text: *mut *mut c_char, project: *const exp_project, format: i32, target: *const c_char, flags: u32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_pipeline_run(out_summary: *mut *mut exp_run_summary, project: *const exp_project, options: *const exp_run_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_run_summary_free(summary: *mut exp_run_summary);
    pub fn exp_run_summary_count(summary: *const exp_run_summary) -> usize;
    pub fn exp_run_summary_address(summary: *const exp_run_summary, index: usize) -> *const c_char;
    pub fn exp_run_summary_outcome(summary: *const exp_run_summary, index: usize) -> i32;
    pub fn exp_run_summary_reason(summary: *const exp_run_summary, index: usize) -> *const c_char;
    pub fn exp_run_summary_seconds(summary: *const exp_run_summary, index: usize) -> f64;
    pub fn exp_names_free(names: *mut exp_names);
    pub fn exp_names_count(names: *const exp_names) -> usize;
    pub fn exp_names_get(names: *const exp_names, index: usize) -> *const c_char;
    pub fn exp_overrides_parse(out_overrides: *mut *mut exp_overrides, arguments: *const *const c_char, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_overrides_free(overrides: *mut exp_overrides);
    pub fn exp_overrides_is_sweep(overrides: *const exp_overrides) -> i32;
    pub fn exp_overrides_count(overrides: *const exp_overrides) -> usize;
    pub fn exp_overrides_file(overrides: *const exp_overrides, index: usize) -> *const c_char;
    pub fn exp_overrides_text(overrides: *const exp_overrides, index: usize) -> *const c_char;
    pub fn exp_overrides_size(out_size: *mut u64, overrides: *const exp_overrides, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_overrides_apply(out_text: *mut *mut c_char, overrides: *const exp_overrides, text: *const c_char, file: *const c_char, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_overrides_apply_to(overrides: *const exp_overrides, project: *const exp_project, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_overrides_write(out_files: *mut *mut exp_names, overrides: *const exp_overrides, project: *const exp_project, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_points_new(out_points: *mut *mut exp_points, overrides: *const exp_overrides, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_points_free(points: *mut exp_points);
    pub fn exp_points_next(points: *mut exp_points) -> i32;
    pub fn exp_points_count(points: *const exp_points) -> usize;
    pub fn exp_points_file(points: *const exp_points, index: usize) -> *const c_char;
    pub fn exp_points_override(points: *const exp_points, index: usize) -> *const c_char;
    pub fn exp_composition_new(out_composition: *mut *mut exp_composition, config_dir: *const c_char, options: *const exp_compose_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_composition_new_for_project(out_composition: *mut *mut exp_composition, project: *const exp_project, overrides: *const *const c_char, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_composition_free(composition: *mut exp_composition);
    pub fn exp_composition_yaml(composition: *const exp_composition) -> *const c_char;
    pub fn exp_composition_json(composition: *const exp_composition) -> *const c_char;
    pub fn exp_composition_warning_count(composition: *const exp_composition) -> usize;
    pub fn exp_composition_warning(composition: *const exp_composition, index: usize) -> *const c_char;
    pub fn exp_data_add(project: *const exp_project, targets: *const *const c_char, out: *const c_char, flags: u32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_data_commit(project: *const exp_project, target: *const c_char, flags: u32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_data_checkout(out_result: *mut *mut exp_checkout_result, project: *const exp_project, targets: *const *const c_char, flags: u32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_checkout_result_free(result: *mut exp_checkout_result);
    pub fn exp_checkout_result_count(result: *const exp_checkout_result) -> usize;
    pub fn exp_checkout_result_path(result: *const exp_checkout_result, index: usize) -> *const c_char;
    pub fn exp_checkout_result_kind(result: *const exp_checkout_result, index: usize) -> i32;
    pub fn exp_data_remove(project: *const exp_project, target: *const c_char, outs: i32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_data_move(project: *const exp_project, from: *const c_char, to: *const c_char, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_data_unprotect(project: *const exp_project, target: *const c_char, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_data_add_with(out_records: *mut *mut exp_names, project: *const exp_project, targets: *const *const c_char, out: *const c_char, options: *const exp_data_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_data_commit_with(project: *const exp_project, target: *const c_char, options: *const exp_data_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_data_checkout_with(out_result: *mut *mut exp_checkout_result, project: *const exp_project, targets: *const *const c_char, options: *const exp_data_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_checkout_result_files(result: *const exp_checkout_result, kind: i32) -> i64;
    pub fn exp_data_move_with(project: *const exp_project, from: *const c_char, to: *const c_char, options: *const exp_data_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_data_push(out_result: *mut *mut exp_sync_result, project: *const exp_project, options: *const exp_sync_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_data_fetch(out_result: *mut *mut exp_sync_result, project: *const exp_project, options: *const exp_sync_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_data_pull(out_result: *mut *mut exp_sync_result, project: *const exp_project, options: *const exp_sync_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_sync_result_free(result: *mut exp_sync_result);
    pub fn exp_sync_result_transferred(result: *const exp_sync_result) -> i64;
    pub fn exp_sync_result_failed(result: *const exp_sync_result) -> *const exp_names;
    pub fn exp_sync_result_missing(result: *const exp_sync_result) -> *const exp_names;
    pub fn exp_sync_result_checkout(result: *const exp_sync_result) -> *const exp_checkout_result;
    pub fn exp_data_cloud_status(out_status: *mut *mut exp_cloud_status, project: *const exp_project, options: *const exp_sync_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_cloud_status_free(status: *mut exp_cloud_status);
    pub fn exp_cloud_status_remote(status: *const exp_cloud_status) -> *const c_char;
    pub fn exp_cloud_status_only_in_cache(status: *const exp_cloud_status) -> *const exp_names;
    pub fn exp_cloud_status_only_on_remote(status: *const exp_cloud_status) -> *const exp_names;
    pub fn exp_cloud_status_missing(status: *const exp_cloud_status) -> *const exp_names;
    pub fn exp_data_gc(out_result: *mut *mut exp_gc_result, project: *const exp_project, options: *const exp_gc_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_gc_result_free(result: *mut exp_gc_result);
    pub fn exp_gc_result_count(result: *const exp_gc_result) -> usize;
    pub fn exp_gc_result_store(result: *const exp_gc_result, index: usize) -> *const c_char;
    pub fn exp_gc_result_removed(result: *const exp_gc_result, index: usize) -> i64;
    pub fn exp_gc_result_bytes(result: *const exp_gc_result, index: usize) -> i64;
    pub fn exp_data_migrate_cache(out_objects: *mut i64, out_records: *mut *mut exp_names, project: *const exp_project, options: *const exp_data_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_data_changes_free(changes: *mut exp_data_changes);
    pub fn exp_data_changes_count(changes: *const exp_data_changes) -> usize;
    pub fn exp_data_changes_get(changes: *const exp_data_changes, index: usize) -> *const exp_data_change;
    pub fn exp_data_changes_git(changes: *const exp_data_changes) -> u32;
    pub fn exp_data_status(out_changes: *mut *mut exp_data_changes, project: *const exp_project, options: *const exp_data_status_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_data_status_json(out_text: *mut *mut c_char, project: *const exp_project, options: *const exp_data_status_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_data_diff(out_changes: *mut *mut exp_data_changes, project: *const exp_project, options: *const exp_data_diff_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_data_diff_json(out_text: *mut *mut c_char, project: *const exp_project, options: *const exp_data_diff_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_config_open(out_config: *mut *mut exp_config, directory: *const c_char, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_config_free(config: *mut exp_config);
    pub fn exp_config_list(out_entries: *mut *mut exp_config_entries, config: *const exp_config, level: i32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_config_entries_free(entries: *mut exp_config_entries);
    pub fn exp_config_entries_count(entries: *const exp_config_entries) -> usize;
    pub fn exp_config_entries_get(entries: *const exp_config_entries, index: usize) -> *const exp_config_entry;
    pub fn exp_config_get(out_value: *mut *mut c_char, config: *const exp_config, key: *const c_char, level: i32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_config_set(config: *mut exp_config, key: *const c_char, value: *const c_char, level: i32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_config_cache_dir(out_path: *mut *mut c_char, config: *const exp_config, level: i32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_config_remotes(out_remotes: *mut *mut exp_remotes, config: *const exp_config, level: i32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_remotes_free(remotes: *mut exp_remotes);
    pub fn exp_remotes_count(remotes: *const exp_remotes) -> usize;
    pub fn exp_remotes_get(remotes: *const exp_remotes, index: usize) -> *const exp_remote;
    pub fn exp_config_add_remote(config: *mut exp_config, name: *const c_char, url: *const c_char, level: i32, flags: u32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_config_modify_remote(config: *mut exp_config, name: *const c_char, option: *const c_char, value: *const c_char, level: i32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_config_remove_remote(config: *mut exp_config, name: *const c_char, level: i32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_config_rename_remote(config: *mut exp_config, name: *const c_char, new_name: *const c_char, level: i32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_config_default_remote(out_name: *mut *mut c_char, config: *const exp_config, level: i32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_config_set_default_remote(config: *mut exp_config, name: *const c_char, level: i32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_experiments_run(out_experiment: *mut *mut exp_experiment, project: *const exp_project, options: *const exp_experiment_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_experiment_free(experiment: *mut exp_experiment);
    pub fn exp_experiment_name(experiment: *const exp_experiment) -> *const c_char;
    pub fn exp_experiment_commit(experiment: *const exp_experiment) -> *const c_char;
    pub fn exp_experiment_ref(experiment: *const exp_experiment) -> *const c_char;
    pub fn exp_experiment_summary(experiment: *const exp_experiment) -> *const exp_run_summary;
    pub fn exp_experiments_show(out_rows: *mut *mut exp_rows, project: *const exp_project, options: *const exp_show_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_experiments_show_json(out_text: *mut *mut c_char, project: *const exp_project, options: *const exp_show_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_rows_free(rows: *mut exp_rows);
    pub fn exp_rows_count(rows: *const exp_rows) -> usize;
    pub fn exp_rows_kind(rows: *const exp_rows, row: usize) -> i32;
    pub fn exp_rows_name(rows: *const exp_rows, row: usize) -> *const c_char;
    pub fn exp_rows_rev(rows: *const exp_rows, row: usize) -> *const c_char;
    pub fn exp_rows_metric(rows: *const exp_rows, row: usize, file: *const c_char, key: *const c_char) -> *const c_char;
    pub fn exp_rows_param(rows: *const exp_rows, row: usize, file: *const c_char, key: *const c_char) -> *const c_char;
    pub fn exp_rows_baseline(rows: *const exp_rows, row: usize) -> *const c_char;
    pub fn exp_rows_created(rows: *const exp_rows, row: usize) -> *const c_char;
    pub fn exp_rows_state(rows: *const exp_rows, row: usize) -> *const c_char;
    pub fn exp_rows_executor(rows: *const exp_rows, row: usize) -> *const c_char;
    pub fn exp_rows_error(rows: *const exp_rows, row: usize) -> *const c_char;
    pub fn exp_rows_value_count(rows: *const exp_rows, row: usize, column: i32) -> usize;
    pub fn exp_rows_value_file(rows: *const exp_rows, row: usize, column: i32, index: usize) -> *const c_char;
    pub fn exp_rows_value_key(rows: *const exp_rows, row: usize, column: i32, index: usize) -> *const c_char;
    pub fn exp_rows_value_text(rows: *const exp_rows, row: usize, column: i32, index: usize) -> *const c_char;
    pub fn exp_rows_value_kind(rows: *const exp_rows, row: usize, column: i32, index: usize) -> i32;
    pub fn exp_rows_value_number(rows: *const exp_rows, row: usize, column: i32, index: usize) -> f64;
    pub fn exp_experiments_save(out_experiment: *mut *mut exp_experiment, project: *const exp_project, options: *const exp_save_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_experiments_apply(project: *const exp_project, experiment: *const c_char, on_event: exp_event_cb, user_data: *mut c_void, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_experiments_branch(out_branch: *mut *mut c_char, project: *const exp_project, experiment: *const c_char, branch: *const c_char, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_experiments_rename(out_renamed: *mut i32, project: *const exp_project, experiment: *const c_char, name: *const c_char, git_remote: *const c_char, flags: u32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_experiments_clean(project: *const exp_project, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_refs_free(refs: *mut exp_refs);
    pub fn exp_refs_count(refs: *const exp_refs) -> usize;
    pub fn exp_refs_get(refs: *const exp_refs, index: usize) -> *const exp_ref;
    pub fn exp_experiments_list(out_refs: *mut *mut exp_refs, project: *const exp_project, options: *const exp_list_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_experiments_remove(out_removed: *mut *mut exp_names, project: *const exp_project, options: *const exp_remove_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_experiments_push(out_result: *mut *mut exp_share_result, project: *const exp_project, options: *const exp_share_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_experiments_pull(out_result: *mut *mut exp_share_result, project: *const exp_project, options: *const exp_share_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_share_result_free(result: *mut exp_share_result);
    pub fn exp_share_result_done(result: *const exp_share_result) -> *const exp_refs;
    pub fn exp_share_result_up_to_date(result: *const exp_share_result) -> *const exp_refs;
    pub fn exp_share_result_diverged(result: *const exp_share_result) -> *const exp_refs;
    pub fn exp_share_result_transferred(result: *const exp_share_result) -> i64;
    pub fn exp_share_result_failed(result: *const exp_share_result) -> *const exp_names;
    pub fn exp_share_result_data_error(result: *const exp_share_result) -> *const exp_error;
    pub fn exp_executor_local(out_executor: *mut *mut exp_executor, jobs: u32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_executor_command(out_executor: *mut *mut exp_executor, options: *const exp_command_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_executor_custom(out_executor: *mut *mut exp_executor, engine: *const exp_engine, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_executor_of_project(out_executor: *mut *mut exp_executor, project: *const exp_project, name: *const c_char, jobs: u32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_executor_name(executor: *const exp_executor) -> *const c_char;
    pub fn exp_executor_free(executor: *mut exp_executor);
    pub fn exp_executor_jobs(executor: *const exp_executor) -> u32;
    pub fn exp_executor_has_engine(executor: *const exp_executor) -> i32;
    pub fn exp_executor_flags(executor: *const exp_executor) -> u32;
    pub fn exp_executor_poll_interval(executor: *const exp_executor) -> i64;
    pub fn exp_tasks_free(tasks: *mut exp_tasks);
    pub fn exp_tasks_count(tasks: *const exp_tasks) -> usize;
    pub fn exp_tasks_get(tasks: *const exp_tasks, index: usize) -> *const exp_task;
    pub fn exp_tasks_active_workers(tasks: *const exp_tasks) -> i32;
    pub fn exp_tasks_idle_workers(tasks: *const exp_tasks) -> i32;
    pub fn exp_queue_add(out_tasks: *mut *mut exp_tasks, project: *const exp_project, options: *const exp_queue_add_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_queue_status(out_tasks: *mut *mut exp_tasks, project: *const exp_project, flags: u32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_queue_status_json(out_text: *mut *mut c_char, project: *const exp_project, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_queue_find(out_tasks: *mut *mut exp_tasks, project: *const exp_project, task: *const c_char, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_queue_run(project: *const exp_project, executor: *const exp_executor, options: *const exp_queue_run_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_queue_start(out_started: *mut u32, project: *const exp_project, options: *const exp_worker_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_queue_stop(project: *const exp_project, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_queue_kill(out_not_running: *mut *mut exp_names, project: *const exp_project, tasks: *const *const c_char, flags: u32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_queue_kill_all(out_killed: *mut *mut exp_names, project: *const exp_project, flags: u32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_queue_remove(project: *const exp_project, tasks: *const *const c_char, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_queue_remove_all(out_removed: *mut *mut exp_tasks, project: *const exp_project, flags: u32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_queue_hold(project: *const exp_project, tasks: *const *const c_char, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_queue_release(project: *const exp_project, tasks: *const *const c_char, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_queue_prioritize(project: *const exp_project, tasks: *const *const c_char, priority: i32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_queue_retry(project: *const exp_project, tasks: *const *const c_char, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_queue_requeue(project: *const exp_project, tasks: *const *const c_char, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_queue_wait(out_succeeded: *mut i32, project: *const exp_project, tasks: *const *const c_char, timeout: i64, cancel: *mut exp_cancel, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_queue_log(out_text: *mut *mut c_char, out_size: *mut usize, project: *const exp_project, task: *const c_char, flags: u32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_queue_follow(project: *const exp_project, task: *const c_char, on_text: exp_text_cb, user_data: *mut c_void, cancel: *mut exp_cancel, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_queue_recover(out_count: *mut u32, project: *const exp_project, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_findings_free(findings: *mut exp_findings);
    pub fn exp_findings_count(findings: *const exp_findings) -> usize;
    pub fn exp_findings_get(findings: *const exp_findings, index: usize) -> *const exp_finding;
    pub fn exp_queue_doctor(out_findings: *mut *mut exp_findings, project: *const exp_project, flags: u32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_metrics_show(out_values: *mut *mut exp_values, project: *const exp_project, options: *const exp_metrics_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_metrics_show_json(out_text: *mut *mut c_char, project: *const exp_project, options: *const exp_metrics_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_values_free(values: *mut exp_values);
    pub fn exp_values_count(values: *const exp_values) -> usize;
    pub fn exp_values_rev(values: *const exp_values, index: usize) -> *const c_char;
    pub fn exp_values_file(values: *const exp_values, index: usize) -> *const c_char;
    pub fn exp_values_key(values: *const exp_values, index: usize) -> *const c_char;
    pub fn exp_values_text(values: *const exp_values, index: usize) -> *const c_char;
    pub fn exp_values_kind(values: *const exp_values, index: usize) -> i32;
    pub fn exp_values_number(values: *const exp_values, index: usize) -> f64;
    pub fn exp_metrics_diff(out_changes: *mut *mut exp_changes, project: *const exp_project, options: *const exp_diff_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_metrics_diff_json(out_text: *mut *mut c_char, project: *const exp_project, options: *const exp_diff_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_params_diff(out_changes: *mut *mut exp_changes, project: *const exp_project, options: *const exp_diff_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_params_diff_json(out_text: *mut *mut c_char, project: *const exp_project, options: *const exp_diff_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_changes_free(changes: *mut exp_changes);
    pub fn exp_changes_count(changes: *const exp_changes) -> usize;
    pub fn exp_changes_file(changes: *const exp_changes, index: usize) -> *const c_char;
    pub fn exp_changes_key(changes: *const exp_changes, index: usize) -> *const c_char;
    pub fn exp_changes_old(changes: *const exp_changes, index: usize) -> *const c_char;
    pub fn exp_changes_new(changes: *const exp_changes, index: usize) -> *const c_char;
    pub fn exp_changes_difference(changes: *const exp_changes, index: usize, out_difference: *mut f64) -> i32;
    pub fn exp_experiments_diff_json(out_text: *mut *mut c_char, project: *const exp_project, options: *const exp_diff_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_composition_values(out_values: *mut *mut exp_values, composition: *const exp_composition, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_table_free(table: *mut exp_table);
    pub fn exp_table_column_count(table: *const exp_table) -> usize;
    pub fn exp_table_row_count(table: *const exp_table) -> usize;
    pub fn exp_table_header(table: *const exp_table, column: usize) -> *const c_char;
    pub fn exp_table_column_kind(table: *const exp_table, column: usize) -> i32;
    pub fn exp_table_cell(table: *const exp_table, row: usize, column: usize) -> *const c_char;
    pub fn exp_experiments_show_table(out_table: *mut *mut exp_table, project: *const exp_project, options: *const exp_show_options, table: *const exp_table_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_experiments_diff_tables(out_metrics: *mut *mut exp_table, out_params: *mut *mut exp_table, project: *const exp_project, options: *const exp_diff_options, table: *const exp_table_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_metrics_show_table(out_table: *mut *mut exp_table, project: *const exp_project, options: *const exp_metrics_options, table: *const exp_table_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_metrics_diff_table(out_table: *mut *mut exp_table, project: *const exp_project, options: *const exp_diff_options, table: *const exp_table_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_params_diff_table(out_table: *mut *mut exp_table, project: *const exp_project, options: *const exp_diff_options, table: *const exp_table_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_plots_load(out_plots: *mut *mut exp_plots, project: *const exp_project, revs: *const *const c_char, options: *const exp_plots_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_plots_json(out_text: *mut *mut c_char, project: *const exp_project, revs: *const *const c_char, options: *const exp_plots_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_plots_page(out_path: *mut *mut c_char, project: *const exp_project, revs: *const *const c_char, options: *const exp_plots_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_plots_free(plots: *mut exp_plots);
    pub fn exp_plots_count(plots: *const exp_plots) -> usize;
    pub fn exp_plots_id(plots: *const exp_plots, index: usize) -> *const c_char;
    pub fn exp_plots_spec(plots: *const exp_plots, index: usize) -> *const c_char;
    pub fn exp_plots_anchors(plots: *const exp_plots, index: usize) -> *const c_char;
    pub fn exp_plots_rev_count(plots: *const exp_plots, index: usize) -> usize;
    pub fn exp_plots_rev(plots: *const exp_plots, index: usize, rev: usize) -> *const c_char;
    pub fn exp_plots_image_count(plots: *const exp_plots, index: usize) -> usize;
    pub fn exp_plots_image_rev(plots: *const exp_plots, index: usize, image: usize) -> *const c_char;
    pub fn exp_plots_image_path(plots: *const exp_plots, index: usize, image: usize) -> *const c_char;
    pub fn exp_plots_error_count(plots: *const exp_plots) -> usize;
    pub fn exp_plots_error_plot(plots: *const exp_plots, error: usize) -> *const c_char;
    pub fn exp_plots_error_rev(plots: *const exp_plots, error: usize) -> *const c_char;
    pub fn exp_plots_error_message(plots: *const exp_plots, error: usize) -> *const c_char;
    pub fn exp_plots_template(out_text: *mut *mut c_char, name: *const c_char, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_plots_template_names(out_names: *mut *mut exp_names, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_plots_check_template(project: *const exp_project, name: *const c_char, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_plots_modify(out_file: *mut *mut c_char, project: *const exp_project, target: *const c_char, change: *const exp_plot_change, out_error: *mut *mut exp_error) -> exp_status;
}

// The ledger of the interface (capi/abi.txt), for 64-bit systems.
#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(std::mem::size_of::<exp_event>() == 112);
    assert!(std::mem::size_of::<exp_open_options>() == 16);
    assert!(std::mem::size_of::<exp_log_record>() == 32);
    assert!(std::mem::size_of::<exp_stage>() == 104);
    assert!(std::mem::size_of::<exp_stage_list_options>() == 24);
    assert!(std::mem::size_of::<exp_status_options>() == 40);
    assert!(std::mem::size_of::<exp_run_options>() == 56);
    assert!(std::mem::size_of::<exp_compose_options>() == 40);
    assert!(std::mem::size_of::<exp_data_options>() == 48);
    assert!(std::mem::size_of::<exp_sync_options>() == 64);
    assert!(std::mem::size_of::<exp_gc_options>() == 80);
    assert!(std::mem::size_of::<exp_data_change>() == 48);
    assert!(std::mem::size_of::<exp_data_status_options>() == 56);
    assert!(std::mem::size_of::<exp_data_diff_options>() == 64);
    assert!(std::mem::size_of::<exp_config_entry>() == 32);
    assert!(std::mem::size_of::<exp_remote>() == 32);
    assert!(std::mem::size_of::<exp_experiment_options>() == 56);
    assert!(std::mem::size_of::<exp_show_options>() == 24);
    assert!(std::mem::size_of::<exp_save_options>() == 64);
    assert!(std::mem::size_of::<exp_ref>() == 48);
    assert!(std::mem::size_of::<exp_list_options>() == 32);
    assert!(std::mem::size_of::<exp_remove_options>() == 40);
    assert!(std::mem::size_of::<exp_share_options>() == 80);
    assert!(std::mem::size_of::<exp_command_options>() == 64);
    assert!(std::mem::size_of::<exp_job>() == 72);
    assert!(std::mem::size_of::<exp_engine>() == 64);
    assert!(std::mem::size_of::<exp_task>() == 168);
    assert!(std::mem::size_of::<exp_queue_add_options>() == 80);
    assert!(std::mem::size_of::<exp_queue_event>() == 32);
    assert!(std::mem::size_of::<exp_queue_run_options>() == 56);
    assert!(std::mem::size_of::<exp_worker_options>() == 40);
    assert!(std::mem::size_of::<exp_finding>() == 48);
    assert!(std::mem::size_of::<exp_metrics_options>() == 24);
    assert!(std::mem::size_of::<exp_diff_options>() == 40);
    assert!(std::mem::size_of::<exp_table_options>() == 40);
    assert!(std::mem::size_of::<exp_plots_options>() == 88);
    assert!(std::mem::size_of::<exp_plot_change>() == 72);
};
