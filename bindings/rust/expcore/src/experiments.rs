//! Experiments: run, compare.
use crate::call::{c_string, made, optional_text, owned_text, text};
use crate::error::Result;
use crate::pipeline::{summary_of, RunOptions, StageResult};
use crate::project::Project;
use expcore_sys as sys;
use std::ptr::{self, NonNull};

/// A finished experiment. `commit` is "" after a dry run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Experiment {
    pub name: String,
    pub commit: String,
    pub reference: String,
    pub stages: Vec<StageResult>,
}

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RowKind {
    Workspace,
    Baseline,
    Experiment,
    /// A kind of a newer library.
    Other(i32),
}

/// The workspace, baselines and experiments.
pub struct Rows(NonNull<sys::exp_rows>);

// SAFETY: exp.h: handles may be used from one thread at a time; a table never changes.
unsafe impl Send for Rows {}
// SAFETY: reading an unchanging table from several threads is what exp_rows_* do.
unsafe impl Sync for Rows {}

impl Rows {
    pub fn len(&self) -> usize {
        // SAFETY: the table lives.
        unsafe { sys::exp_rows_count(self.0.as_ptr()) }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn get(&self, index: usize) -> Option<Row<'_>> {
        (index < self.len()).then(|| Row { table: self, index })
    }

    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.len()).map(move |index| Row { table: self, index })
    }
}

impl<'r> IntoIterator for &'r Rows {
    type Item = Row<'r>;
    type IntoIter = Box<dyn Iterator<Item = Row<'r>> + 'r>;
    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        // SAFETY: owned by `self`, freed once.
        unsafe { sys::exp_rows_free(self.0.as_ptr()) }
    }
}

/// One row of a table.
#[derive(Clone, Copy)]
pub struct Row<'r> {
    table: &'r Rows,
    index: usize,
}

impl Row<'_> {
    pub fn kind(&self) -> RowKind {
        // SAFETY: the table lives.
        match unsafe { sys::exp_rows_kind(self.raw(), self.index) } {
            sys::EXP_ROW_WORKSPACE => RowKind::Workspace,
            sys::EXP_ROW_BASELINE => RowKind::Baseline,
            sys::EXP_ROW_EXPERIMENT => RowKind::Experiment,
            other => RowKind::Other(other),
        }
    }

    /// Branch, tag or experiment; "" when none.
    pub fn name(&self) -> String {
        // SAFETY: the text is borrowed from the table, which lives.
        unsafe { text(sys::exp_rows_name(self.raw(), self.index)) }
    }

    /// Commit id or "workspace".
    pub fn rev(&self) -> String {
        // SAFETY: as in `name`.
        unsafe { text(sys::exp_rows_rev(self.raw(), self.index)) }
    }

    /// A metric of any file, as text.
    pub fn metric(&self, key: &str) -> Option<String> {
        let key = c_string(key).ok()?;
        // SAFETY: as in `name`; NULL as file means any.
        unsafe { optional_text(sys::exp_rows_metric(self.raw(), self.index, ptr::null(), key.as_ptr())) }
    }

    /// A param of any file, as text.
    pub fn param(&self, key: &str) -> Option<String> {
        let key = c_string(key).ok()?;
        // SAFETY: as in `metric`.
        unsafe { optional_text(sys::exp_rows_param(self.raw(), self.index, ptr::null(), key.as_ptr())) }
    }

    fn raw(&self) -> *const sys::exp_rows {
        self.table.0.as_ptr()
    }
}

/// The experiments of a project, made by `Project::experiments`.
#[derive(Clone, Copy)]
pub struct Experiments<'p> {
    project: &'p Project,
}

impl<'p> Experiments<'p> {
    pub(crate) fn new(project: &'p Project) -> Self {
        Self { project }
    }

    /// Runs the pipeline in the workspace and records the outcome as an experiment of HEAD. Blocks.
    pub fn run(&self, options: &RunOptions<'_>) -> Result<Experiment> {
        let mut found = None;
        options.with_native(|_, experiment| {
            // SAFETY: everything the options point to lives during the call; the result is freed once.
            unsafe {
                let raw = made(|out, error| {
                    sys::exp_experiments_run(out, self.project.as_ptr(), experiment, error)
                })?
                .as_ptr();
                found = Some(Experiment {
                    name: text(sys::exp_experiment_name(raw)),
                    commit: text(sys::exp_experiment_commit(raw)),
                    reference: text(sys::exp_experiment_ref(raw)),
                    stages: summary_of(sys::exp_experiment_summary(raw)),
                });
                sys::exp_experiment_free(raw);
            }
            Ok(())
        })?;
        Ok(found.expect("a successful run makes an experiment"))
    }

    /// The workspace, HEAD and its experiments.
    pub fn show(&self) -> Result<Rows> {
        // SAFETY: the project lives; NULL options are all defaults.
        made(|out, error| unsafe { sys::exp_experiments_show(out, self.project.as_ptr(), ptr::null(), error) })
            .map(Rows)
    }

    /// The JSON of `exp show --json`.
    pub fn show_json(&self) -> Result<String> {
        // SAFETY: as in `show`.
        owned_text(|out, error| unsafe {
            sys::exp_experiments_show_json(out, self.project.as_ptr(), ptr::null(), error)
        })
    }
}
