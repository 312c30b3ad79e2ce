//! The stages of a project.
use crate::call::{
    bit, c_path, c_string, check, from_callback, made, owned_text, text, texts, whole, CStrings, Cancel,
};
use crate::error::Result;
use crate::event::{Event, Listener, Outcome, Relay, StageKind};
use crate::project::Project;
use expcore_sys as sys;
use std::ffi::CString;
use std::mem::size_of;
use std::path::Path;
use std::ptr;

/// A stage of a dvc.yaml, or a `.dvc` file. Paths are relative to the project's directory.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stage {
    /// "train", "sub/dvc.yaml:train", "data.csv.dvc".
    pub address: String,
    /// The commands, one a line.
    pub command: String,
    /// Of the definition.
    pub file: String,
    /// First line of its `desc`, else what it writes or reads.
    pub description: String,
    pub kind: StageKind,
    pub deps: Vec<String>,
    /// "params.yaml:train.lr"; "params.yaml" for a whole file.
    pub params: Vec<String>,
    /// Without metrics and plots.
    pub outs: Vec<String>,
    pub metrics: Vec<String>,
    pub plots: Vec<String>,
    /// Addresses of the stages it needs; empty from `Pipeline::list`.
    pub upstream: Vec<String>,
    pub frozen: bool,
    pub always_changed: bool,
}

/// A stage that a run would not pass by, its first reason in words, and all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StaleStage {
    pub address: String,
    pub reason: String,
    pub reasons: Vec<String>,
}

/// What a run did with a stage.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StageResult {
    pub address: String,
    pub outcome: Outcome,
    pub reason: String,
    pub seconds: f64,
}

/// What `Pipeline::status_of` looks at.
#[derive(Clone, Debug, Default)]
pub struct StatusOptions {
    /// Empty: every stage of the project.
    pub targets: Vec<String>,
    /// The targets' upstream stages, too.
    pub with_deps: bool,
    /// Folders as targets.
    pub recursive: bool,
}

/// Copies and frees a list of stages.
///
/// # Safety
/// `raw` is an exp_stages that is the caller's.
unsafe fn taken_stages(raw: *mut sys::exp_stages) -> Vec<Stage> {
    let stages = (0..sys::exp_stages_count(raw))
        .map(|i| {
            let stage = whole(sys::exp_stages_get(raw, i));
            Stage {
                address: text(stage.address),
                command: texts(stage.command).join("\n"),
                file: text(stage.file),
                description: text(stage.description),
                kind: StageKind::of(stage.kind),
                deps: texts(stage.deps),
                params: texts(stage.params),
                outs: texts(stage.outs),
                metrics: texts(stage.metrics),
                plots: texts(stage.plots),
                upstream: texts(stage.upstream),
                frozen: stage.frozen != 0,
                always_changed: stage.always_changed != 0,
            }
        })
        .collect();
    sys::exp_stages_free(raw);
    stages
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
            seconds: sys::exp_run_summary_seconds(raw, i),
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
            made(|out, error| sys::exp_pipeline_stages(out, self.project.as_ptr(), error))
                .map(|raw| taken_stages(raw.as_ptr()))
        }
    }

    /// Stages in the order of the targets (none: dvc.yaml), without `upstream`: nothing but what is named is looked
    /// at. `flags` are EXP_STAGE_LIST_* of `expcore_sys`.
    pub fn list(&self, targets: &[String], flags: u32) -> Result<Vec<Stage>> {
        let targets = CStrings::new(targets)?;
        let options = sys::exp_stage_list_options {
            struct_size: size_of::<sys::exp_stage_list_options>(),
            targets: targets.as_ptr(),
            flags,
            reserved: 0,
        };
        // SAFETY: as in `stages`.
        unsafe {
            made(|out, error| sys::exp_pipeline_list(out, self.project.as_ptr(), &options, error))
                .map(|raw| taken_stages(raw.as_ptr()))
        }
    }

    /// The stale stages; empty when everything is up to date.
    pub fn status(&self) -> Result<Vec<StaleStage>> {
        self.status_of(&StatusOptions::default())
    }

    /// The stale ones of some stages.
    pub fn status_of(&self, options: &StatusOptions) -> Result<Vec<StaleStage>> {
        let targets = CStrings::new(&options.targets)?;
        let options = sys::exp_status_options {
            struct_size: size_of::<sys::exp_status_options>(),
            targets: targets.as_ptr(),
            on_event: None,
            user_data: ptr::null_mut(),
            flags: bit(options.with_deps, sys::EXP_STATUS_WITH_DEPS)
                | bit(options.recursive, sys::EXP_STATUS_RECURSIVE),
            reserved: 0,
        };
        // SAFETY: as in `stages`.
        unsafe {
            let raw =
                made(|out, error| sys::exp_pipeline_status_with(out, self.project.as_ptr(), &options, error))?.as_ptr();
            let stale = (0..sys::exp_pipeline_status_count(raw))
                .map(|i| StaleStage {
                    address: text(sys::exp_pipeline_status_address(raw, i)),
                    reason: text(sys::exp_pipeline_status_reason(raw, i)),
                    reasons: (0..sys::exp_pipeline_status_reason_count(raw, i))
                        .map(|reason| text(sys::exp_pipeline_status_reason_at(raw, i, reason)))
                        .collect(),
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
