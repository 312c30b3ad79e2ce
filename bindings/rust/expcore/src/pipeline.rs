//! The stages of a project.
use crate::call::{c_path, c_string, check, from_callback, made, owned_text, text, CStrings, Cancel};
use crate::error::Result;
use crate::event::{Event, Listener, Outcome, Relay};
use crate::project::Project;
use expcore_sys as sys;
use std::ffi::CString;
use std::mem::size_of;
use std::path::Path;
use std::ptr;

/// A stage: "train" or "sub/dvc.yaml:train", and its commands, one a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    pub address: String,
    pub command: String,
}

/// A stage that a run would not pass by, and its first reason in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaleStage {
    pub address: String,
    pub reason: String,
}

/// What a run did with a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageResult {
    pub address: String,
    pub outcome: Outcome,
    pub reason: String,
}

/// How to run; `new()` is DVC's defaults.
#[derive(Default)]
pub struct RunOptions<'a> {
    targets: Vec<String>,
    set_params: Vec<String>,
    copy_paths: Vec<String>,
    experiment_flags: u32,
    name: String,
    message: String,
    flags: u32,
    jobs: u32,
    cancel: Option<&'a Cancel>,
    on_event: std::cell::RefCell<Option<Box<Listener<'a>>>>,
}

impl<'a> RunOptions<'a> {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a stage, file or output to run; none means the dvc.yaml of the project's directory.
    pub fn target(mut self, target: impl Into<String>) -> Self {
        self.targets.push(target.into());
        self
    }

    /// Adds an override, "lr=0.1" or "file.yaml:lr=0.1" (experiments alone).
    pub fn set_param(mut self, param: impl Into<String>) -> Self {
        self.set_params.push(param.into());
        self
    }

    /// Runs the experiment in a folder of its own.
    pub fn temp(mut self) -> Self {
        self.experiment_flags |= sys::EXP_EXPERIMENT_TEMP;
        self
    }

    /// Composes no configuration (experiments alone).
    pub fn no_hydra(mut self) -> Self {
        self.experiment_flags |= sys::EXP_EXPERIMENT_NO_HYDRA;
        self
    }

    /// Adds an untracked path that `temp` copies.
    pub fn copy_path(mut self, path: impl Into<String>) -> Self {
        self.copy_paths.push(path.into());
        self
    }

    /// Names the experiment.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Message of the experiment's commit.
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// Sets EXP_RUN_* bits of `expcore_sys`.
    pub fn flags(mut self, flags: u32) -> Self {
        self.flags |= flags;
        self
    }

    /// Stages that may run at once; `sys::EXP_JOBS_PER_PROCESSOR` for as many as there are processors.
    pub fn jobs(mut self, jobs: u32) -> Self {
        self.jobs = jobs;
        self
    }

    /// The token that stops the run.
    pub fn cancel(mut self, cancel: &'a Cancel) -> Self {
        self.cancel = Some(cancel);
        self
    }

    /// Listens to events of the next run; its panic stops the run and goes on in the caller.
    pub fn on_event(self, listener: impl FnMut(&Event) + Send + 'a) -> Self {
        *self.on_event.borrow_mut() = Some(Box::new(listener));
        self
    }

    /// Calls `run(run_options, experiment_options)` with everything in C's form.
    pub(crate) fn with_native(
        &self,
        run: impl FnOnce(*const sys::exp_run_options, *const sys::exp_experiment_options) -> Result<()>,
    ) -> Result<()> {
        let targets = CStrings::new(&self.targets)?;
        let params = CStrings::new(&self.set_params)?;
        let paths = CStrings::new(&self.copy_paths)?;
        let name: CString = c_string(self.name.as_str())?;
        let message: CString = c_string(self.message.as_str())?;
        let mut relay = Relay::new(self.on_event.borrow_mut().take());
        let options = sys::exp_run_options {
            struct_size: size_of::<sys::exp_run_options>(),
            targets: targets.as_ptr(),
            on_event: relay.callback(),
            user_data: relay.user_data(),
            cancel: self.cancel.map_or(ptr::null_mut(), Cancel::as_ptr),
            flags: self.flags,
            jobs: self.jobs,
            on_confirm: None,
        };
        let experiment = sys::exp_experiment_options {
            struct_size: size_of::<sys::exp_experiment_options>(),
            run: &options,
            name: name.as_ptr(),
            message: message.as_ptr(),
            set_params: params.as_ptr(),
            copy_paths: paths.as_ptr(),
            flags: self.experiment_flags,
            reserved: 0,
        };
        let result = run(&options, &experiment);
        if matches!(&result, Err(error) if from_callback(error)) {
            relay.resume();
        }
        result
    }
}

/// # Safety
/// `raw` is a live exp_run_summary.
pub(crate) unsafe fn summary_of(raw: *const sys::exp_run_summary) -> Vec<StageResult> {
    (0..sys::exp_run_summary_count(raw))
        .map(|i| StageResult {
            address: text(sys::exp_run_summary_address(raw, i)),
            outcome: Outcome::of(sys::exp_run_summary_outcome(raw, i)),
            reason: text(sys::exp_run_summary_reason(raw, i)),
        })
        .collect()
}

/// The stages of a project, made by `Project::pipeline`.
#[derive(Clone, Copy)]
pub struct Pipeline<'p> {
    project: &'p Project,
}

impl<'p> Pipeline<'p> {
    pub(crate) fn new(project: &'p Project) -> Self {
        Self { project }
    }

    /// Every stage of the project.
    pub fn stages(&self) -> Result<Vec<Stage>> {
        // SAFETY: the project lives; the list is freed once, after its texts were copied.
        unsafe {
            let raw = made(|out, error| sys::exp_pipeline_stages(out, self.project.as_ptr(), error))?.as_ptr();
            let stages = (0..sys::exp_stages_count(raw))
                .map(|i| Stage {
                    address: text(sys::exp_stages_address(raw, i)),
                    command: text(sys::exp_stages_command(raw, i)),
                })
                .collect();
            sys::exp_stages_free(raw);
            Ok(stages)
        }
    }

    /// The stale stages; empty when everything is up to date.
    pub fn status(&self) -> Result<Vec<StaleStage>> {
        // SAFETY: as in `stages`.
        unsafe {
            let raw = made(|out, error| sys::exp_pipeline_status_get(out, self.project.as_ptr(), error))?.as_ptr();
            let stale = (0..sys::exp_pipeline_status_count(raw))
                .map(|i| StaleStage {
                    address: text(sys::exp_pipeline_status_address(raw, i)),
                    reason: text(sys::exp_pipeline_status_reason(raw, i)),
                })
                .collect();
            sys::exp_pipeline_status_free(raw);
            Ok(stale)
        }
    }

    /// Stale stages with their chains of reasons, as JSON text.
    pub fn explain_json(&self) -> Result<String> {
        // SAFETY: the project lives during the call.
        owned_text(|out, error| unsafe { sys::exp_pipeline_explain_json(out, self.project.as_ptr(), error) })
    }

    /// The graph of what `target` needs (`None`: of everything) in Graphviz' language.
    pub fn dag_dot(&self, target: Option<&Path>) -> Result<String> {
        let target = target.map(c_path).transpose()?;
        let name = target.as_ref().map_or(ptr::null(), |t| t.as_ptr());
        // SAFETY: the project and the target live during the call.
        owned_text(|out, error| unsafe {
            sys::exp_pipeline_dag(out, self.project.as_ptr(), sys::EXP_DAG_DOT, name, 0, error)
        })
    }

    /// Brings stages up to date, as `dvc repro`. Blocks.
    pub fn run(&self, options: &RunOptions<'_>) -> Result<Vec<StageResult>> {
        let mut results = Vec::new();
        options.with_native(|run, _| {
            let mut raw = ptr::null_mut();
            let mut error = ptr::null_mut();
            // SAFETY: everything the options point to lives during the call; the summary is freed once.
            unsafe {
                let status = sys::exp_pipeline_run(&mut raw, self.project.as_ptr(), run, &mut error);
                check(status, error)?;
                results = summary_of(raw);
                sys::exp_run_summary_free(raw);
            }
            Ok(())
        })?;
        Ok(results)
    }
}
