//! Metrics and params at any revision.
use crate::call::{c_string, made, optional_text, owned_text, text, CStrings};
use crate::error::Result;
use crate::event::numbers;
use crate::project::Project;
use crate::tables::{plain_options, taken, Table};
use expcore_sys as sys;
use std::ffi::CString;
use std::mem::size_of;
use std::ptr;

numbers! {
    /// What kind of thing a value is.
    ValueKind {
        Missing = EXP_VALUE_MISSING,
        Text = EXP_VALUE_TEXT,
        Number = EXP_VALUE_NUMBER,
        Boolean = EXP_VALUE_BOOLEAN,
        Error = EXP_VALUE_ERROR,
        Structure = EXP_VALUE_OTHER,
    }
}

/// A value of a metrics file. Of `ValueKind::Error` the text says why a file or revision could not be read.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Value {
    /// "" for the workspace asked for alone, else "workspace" or names of a commit joined by ','.
    pub rev: String,
    /// "" for the error of a revision.
    pub file: String,
    /// Dotted; "" for an error or a file that is one value.
    pub key: String,
    pub kind: ValueKind,
    /// Without loss: the shortest spelling of a number; lists as JSON.
    pub text: String,
    /// 0 for what is no number.
    pub number: f64,
}

/// A value that two revisions have differently; `None` where it is missing.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Change {
    pub file: String,
    /// Dotted.
    pub key: String,
    pub old: Option<String>,
    pub new: Option<String>,
    /// New - old of two numbers.
    pub difference: Option<f64>,
}

/// What is compared: HEAD and the workspace by default.
#[derive(Clone, Debug, Default)]
pub struct DiffOptions {
    /// A revision, an experiment or "workspace"; `None`: HEAD.
    pub a_rev: Option<String>,
    /// The same; `None`: the workspace.
    pub b_rev: Option<String>,
    /// Files; empty: all of the project.
    pub targets: Vec<String>,
    /// Unchanged values, too.
    pub all: bool,
    /// Params: only what stages depend on.
    pub deps: bool,
}

/// DiffOptions in C's form, with what they point to.
pub(crate) struct NativeDiff {
    _revs: [Option<CString>; 2],
    _targets: CStrings,
    pub(crate) options: sys::exp_diff_options,
}

impl NativeDiff {
    pub(crate) fn new(given: &DiffOptions) -> Result<Self> {
        let rev = |text: &Option<String>| text.as_deref().map(c_string).transpose();
        let revs = [rev(&given.a_rev)?, rev(&given.b_rev)?];
        let targets = CStrings::new(&given.targets)?;
        let options = sys::exp_diff_options {
            struct_size: size_of::<sys::exp_diff_options>(),
            a_rev: revs[0].as_ref().map_or(ptr::null(), |r| r.as_ptr()),
            b_rev: revs[1].as_ref().map_or(ptr::null(), |r| r.as_ptr()),
            targets: targets.as_ptr(),
            flags: crate::call::bit(given.all, sys::EXP_DIFF_ALL)
                | crate::call::bit(given.deps, sys::EXP_DIFF_DEPS_ONLY),
            reserved: 0,
        };
        Ok(Self { _revs: revs, _targets: targets, options })
    }
}

/// Copies and frees differences.
///
/// # Safety
/// `raw` is an exp_changes that is the caller's.
unsafe fn taken_changes(raw: *mut sys::exp_changes) -> Vec<Change> {
    let changes = (0..sys::exp_changes_count(raw))
        .map(|i| {
            let mut difference = 0.0;
            let has_one = sys::exp_changes_difference(raw, i, &mut difference) != 0;
            Change {
                file: text(sys::exp_changes_file(raw, i)),
                key: text(sys::exp_changes_key(raw, i)),
                old: optional_text(sys::exp_changes_old(raw, i)),
                new: optional_text(sys::exp_changes_new(raw, i)),
                difference: has_one.then_some(difference),
            }
        })
        .collect();
    sys::exp_changes_free(raw);
    changes
}

/// The metrics of a project, made by `Project::metrics`.
#[derive(Clone, Copy)]
pub struct Metrics<'p> {
    project: &'p Project,
}

impl<'p> Metrics<'p> {
    pub(crate) fn new(project: &'p Project) -> Self {
        Self { project }
    }

    /// The metrics of the workspace, or of `flags`: EXP_METRICS_* of `expcore_sys`. Of `targets`, or all files.
    pub fn show(&self, targets: &[String], flags: u32) -> Result<Vec<Value>> {
        let targets = CStrings::new(targets)?;
        let options = metrics_options(&targets, flags);
        // SAFETY: the project and the options live during the call; the list is freed once, after the copy.
        unsafe {
            let raw = made(|out, error| sys::exp_metrics_show(out, self.project.as_ptr(), &options, error))?.as_ptr();
            let values = (0..sys::exp_values_count(raw))
                .map(|i| Value {
                    rev: text(sys::exp_values_rev(raw, i)),
                    file: text(sys::exp_values_file(raw, i)),
                    key: text(sys::exp_values_key(raw, i)),
                    kind: ValueKind::of(sys::exp_values_kind(raw, i)),
                    text: text(sys::exp_values_text(raw, i)),
                    number: sys::exp_values_number(raw, i),
                })
                .collect();
            sys::exp_values_free(raw);
            Ok(values)
        }
    }

    /// The table that `metrics show` prints.
    pub fn show_table(&self, targets: &[String], flags: u32) -> Result<Table> {
        let targets = CStrings::new(targets)?;
        let options = metrics_options(&targets, flags);
        let table = plain_options(0);
        // SAFETY: as in `show`.
        unsafe {
            made(|out, error| sys::exp_metrics_show_table(out, self.project.as_ptr(), &options, &table, error))
                .map(|raw| taken(raw.as_ptr()))
        }
    }

    /// What two revisions have differently.
    pub fn diff(&self, options: &DiffOptions) -> Result<Vec<Change>> {
        let native = NativeDiff::new(options)?;
        // SAFETY: as in `show`.
        unsafe {
            made(|out, error| sys::exp_metrics_diff(out, self.project.as_ptr(), &native.options, error))
                .map(|raw| taken_changes(raw.as_ptr()))
        }
    }

    /// The JSON of `metrics diff --json`.
    pub fn diff_json(&self, options: &DiffOptions) -> Result<String> {
        let native = NativeDiff::new(options)?;
        // SAFETY: the project and the options live during the call.
        owned_text(|out, error| unsafe {
            sys::exp_metrics_diff_json(out, self.project.as_ptr(), &native.options, error)
        })
    }

    /// The table that `metrics diff` prints.
    pub fn diff_table(&self, options: &DiffOptions) -> Result<Table> {
        let native = NativeDiff::new(options)?;
        let table = plain_options(0);
        // SAFETY: as in `show`.
        unsafe {
            made(|out, error| sys::exp_metrics_diff_table(out, self.project.as_ptr(), &native.options, &table, error))
                .map(|raw| taken(raw.as_ptr()))
        }
    }
}

fn metrics_options(targets: &CStrings, flags: u32) -> sys::exp_metrics_options {
    sys::exp_metrics_options {
        struct_size: size_of::<sys::exp_metrics_options>(),
        targets: targets.as_ptr(),
        flags,
        reserved: 0,
    }
}

/// The params of a project, made by `Project::params`.
#[derive(Clone, Copy)]
pub struct Params<'p> {
    project: &'p Project,
}

impl<'p> Params<'p> {
    pub(crate) fn new(project: &'p Project) -> Self {
        Self { project }
    }

    /// What two revisions have differently.
    pub fn diff(&self, options: &DiffOptions) -> Result<Vec<Change>> {
        let native = NativeDiff::new(options)?;
        // SAFETY: the project and the options live during the call; the list is freed once, after the copy.
        unsafe {
            made(|out, error| sys::exp_params_diff(out, self.project.as_ptr(), &native.options, error))
                .map(|raw| taken_changes(raw.as_ptr()))
        }
    }

    /// The JSON of `params diff --json`.
    pub fn diff_json(&self, options: &DiffOptions) -> Result<String> {
        let native = NativeDiff::new(options)?;
        // SAFETY: the project and the options live during the call.
        owned_text(|out, error| unsafe {
            sys::exp_params_diff_json(out, self.project.as_ptr(), &native.options, error)
        })
    }

    /// The table that `params diff` prints.
    pub fn diff_table(&self, options: &DiffOptions) -> Result<Table> {
        let native = NativeDiff::new(options)?;
        let table = plain_options(0);
        // SAFETY: as in `diff`.
        unsafe {
            made(|out, error| sys::exp_params_diff_table(out, self.project.as_ptr(), &native.options, &table, error))
                .map(|raw| taken(raw.as_ptr()))
        }
    }
}
