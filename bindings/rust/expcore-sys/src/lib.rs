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
pub const EXP_OUTCOME_NONE: i32 = 0;
pub const EXP_OUTCOME_RAN: i32 = 1;
pub const EXP_OUTCOME_CACHED: i32 = 2;
pub const EXP_OUTCOME_UNCHANGED: i32 = 3;
pub const EXP_OUTCOME_FAILED: i32 = 4;
pub const EXP_OUTCOME_VERIFIED: i32 = 5;
pub const EXP_OUTCOME_SKIPPED: i32 = 6;
pub const EXP_OUTCOME_PULLED: i32 = 7;
pub const EXP_ROW_WORKSPACE: i32 = 0;
pub const EXP_ROW_BASELINE: i32 = 1;
pub const EXP_ROW_EXPERIMENT: i32 = 2;
pub const EXP_INIT_NO_SCM: u32 = 1;
pub const EXP_INIT_SUBDIR: u32 = 2;
pub const EXP_INIT_FORCE: u32 = 4;
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
pub const EXP_JOBS_PER_PROCESSOR: u32 = 4294967295;
pub const EXP_SHOW_ALL_BRANCHES: u32 = 1;
pub const EXP_SHOW_ALL_TAGS: u32 = 2;
pub const EXP_SHOW_ALL_COMMITS: u32 = 4;
pub const EXP_SHOW_HIDE_WORKSPACE: u32 = 8;
pub const EXP_SHOW_SHA_ONLY: u32 = 16;
pub const EXP_SHOW_FORCE: u32 = 32;

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
pub struct exp_experiment {
    _private: [u8; 0],
}

#[repr(C)]
pub struct exp_rows {
    _private: [u8; 0],
}

pub type exp_event_cb = Option<unsafe extern "C" fn(event: *const exp_event, user_data: *mut c_void) -> i32>;

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
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_experiment_options {
    pub struct_size: usize,
    pub run: *const exp_run_options,
    pub name: *const c_char,
    pub message: *const c_char,
    pub set_params: *const *const c_char,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct exp_show_options {
    pub struct_size: usize,
    pub revs: *const *const c_char,
    pub num: i32,
    pub flags: u32,
}

extern "C" {
    pub fn exp_error_message(error: *const exp_error) -> *const c_char;
    pub fn exp_error_details(error: *const exp_error) -> *const c_char;
    pub fn exp_error_code(error: *const exp_error) -> exp_status;
    pub fn exp_error_free(error: *mut exp_error);
    pub fn exp_version() -> i32;
    pub fn exp_free(memory: *mut c_void);
    pub fn exp_cancel_new() -> *mut exp_cancel;
    pub fn exp_cancel_request(cancel: *mut exp_cancel);
    pub fn exp_cancel_free(cancel: *mut exp_cancel);
    pub fn exp_project_open(out_project: *mut *mut exp_project, directory: *const c_char, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_project_init(out_project: *mut *mut exp_project, directory: *const c_char, flags: u32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_project_free(project: *mut exp_project);
    pub fn exp_project_root(project: *const exp_project) -> *const c_char;
    pub fn exp_pipeline_stages(out_stages: *mut *mut exp_stages, project: *const exp_project, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_stages_free(stages: *mut exp_stages);
    pub fn exp_stages_count(stages: *const exp_stages) -> usize;
    pub fn exp_stages_address(stages: *const exp_stages, index: usize) -> *const c_char;
    pub fn exp_stages_command(stages: *const exp_stages, index: usize) -> *const c_char;
    pub fn exp_pipeline_status_get(out_status: *mut *mut exp_pipeline_status, project: *const exp_project, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_pipeline_status_free(status: *mut exp_pipeline_status);
    pub fn exp_pipeline_status_count(status: *const exp_pipeline_status) -> usize;
    pub fn exp_pipeline_status_address(status: *const exp_pipeline_status, index: usize) -> *const c_char;
    pub fn exp_pipeline_status_reason(status: *const exp_pipeline_status, index: usize) -> *const c_char;
    pub fn exp_pipeline_explain_json(out_text: *mut *mut c_char, project: *const exp_project, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_pipeline_dag(out_text: *mut *mut c_char, project: *const exp_project, format: i32, target: *const c_char, flags: u32, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_pipeline_run(out_summary: *mut *mut exp_run_summary, project: *const exp_project, options: *const exp_run_options, out_error: *mut *mut exp_error) -> exp_status;
    pub fn exp_run_summary_free(summary: *mut exp_run_summary);
    pub fn exp_run_summary_count(summary: *const exp_run_summary) -> usize;
    pub fn exp_run_summary_address(summary: *const exp_run_summary, index: usize) -> *const c_char;
    pub fn exp_run_summary_outcome(summary: *const exp_run_summary, index: usize) -> i32;
    pub fn exp_run_summary_reason(summary: *const exp_run_summary, index: usize) -> *const c_char;
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
}

// The ledger of the interface (capi/abi.txt), for 64-bit systems.
#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(std::mem::size_of::<exp_event>() == 72);
    assert!(std::mem::size_of::<exp_run_options>() == 48);
    assert!(std::mem::size_of::<exp_experiment_options>() == 40);
    assert!(std::mem::size_of::<exp_show_options>() == 24);
};
