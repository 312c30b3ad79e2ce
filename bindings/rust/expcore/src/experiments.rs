//! Experiments: run, keep, compare, share.
use crate::call::{
    bit, c_string, call, from_callback, made, names_of, optional_text, owned_names, owned_text, text, whole, CStrings,
    Cancel,
};
use crate::error::{Error, Result};
use crate::event::{Event, Listener, Relay};
use crate::pipeline::{summary_of, RunOptions, StageResult};
use crate::metrics::{DiffOptions, NativeDiff};
use crate::project::Project;
use crate::tables::{plain_options, taken, Table};
use expcore_sys as sys;
use std::mem::size_of;
use std::ptr::{self, NonNull};

/// Where an experiment is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExperimentRef {
    pub name: String,
    /// "" of a Git remote's.
    pub commit: String,
    /// The commit it belongs to.
    pub baseline: String,
    /// Its branch or tag; "" when it has none.
    pub baseline_name: String,
    pub reference: String,
}

/// # Safety
/// `raw` is a list of the library, alive during the call.
unsafe fn refs_of(raw: *const sys::exp_refs) -> Vec<ExperimentRef> {
    (0..sys::exp_refs_count(raw))
        .map(|i| {
            let found = whole(sys::exp_refs_get(raw, i));
            ExperimentRef {
                name: text(found.name),
                commit: text(found.commit),
                baseline: text(found.baseline),
                baseline_name: text(found.baseline_name),
                reference: text(found.r#ref),
            }
        })
        .collect()
}

/// Experiments by the commits they belong to; by default those of HEAD.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Baselines; empty: HEAD, or none where names are given.
    pub revs: Vec<String>,
    /// Commits from each baseline on; 0 means 1; negative: all.
    pub num: i32,
    /// Every experiment of the repository.
    pub all_commits: bool,
}

/// What `Experiments::remove` removes: nothing by default.
#[derive(Clone, Debug, Default)]
pub struct RemoveOptions {
    /// Experiments, refs, or tasks that do not run; exclude `selection`.
    pub names: Vec<String>,
    pub selection: Selection,
    /// All others of the repository instead.
    pub keep: bool,
    /// All tasks that are queued or held, too.
    pub queue: bool,
    /// Remove there instead of here.
    pub git_remote: Option<String>,
}

/// How to save the workspace as an experiment.
#[derive(Clone, Debug, Default)]
pub struct SaveOptions {
    /// Data to record; empty: everything.
    pub targets: Vec<String>,
    /// Folders among the targets.
    pub recursive: bool,
    /// "" makes one up.
    pub name: String,
    /// Replace an experiment of that name.
    pub force: bool,
    /// "" is DVC's.
    pub message: String,
    /// Untracked paths to include.
    pub include_untracked: Vec<String>,
}

/// What to push or pull, and how.
#[derive(Clone, Default)]
pub struct ShareOptions<'a> {
    /// Experiments or full refs; empty: those of `selection`.
    pub names: Vec<String>,
    pub selection: Selection,
    /// Replace another experiment of the same name.
    pub force: bool,
    /// Leave the data where it is.
    pub no_cache: bool,
    /// The run-cache, too.
    pub run_cache: bool,
    /// DVC remote for the data; "": the configured ones.
    pub remote: String,
    /// Files copied at once; 0: one per processor, at most 8.
    pub jobs: u32,
    /// Stops the transfer.
    pub cancel: Option<&'a Cancel>,
}

/// What a push or pull did.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ShareResult {
    pub done: Vec<ExperimentRef>,
    /// The other side had the same.
    pub up_to_date: Vec<ExperimentRef>,
    /// The other side has another one; left alone.
    pub diverged: Vec<ExperimentRef>,
    /// Files of data.
    pub transferred: i64,
    /// Objects that could not be copied: "<hash>: <reason>".
    pub failed: Vec<String>,
    /// Why no data was transferred.
    pub data_error: Option<Error>,
}

/// A finished experiment. `commit` is "" after a dry run.
#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    pub name: String,
    pub commit: String,
    pub reference: String,
    pub stages: Vec<StageResult>,
}

impl Experiment {
    /// Copies and frees what a call made.
    fn made(
        f: impl FnOnce(*mut *mut sys::exp_experiment, *mut *mut sys::exp_error) -> sys::exp_status,
    ) -> Result<Self> {
        let raw = made(f)?.as_ptr();
        // SAFETY: the texts are borrowed from the experiment, which is freed once, after the copy.
        unsafe {
            let copy = Self {
                name: text(sys::exp_experiment_name(raw)),
                commit: text(sys::exp_experiment_commit(raw)),
                reference: text(sys::exp_experiment_ref(raw)),
                stages: summary_of(sys::exp_experiment_summary(raw)),
            };
            sys::exp_experiment_free(raw);
            Ok(copy)
        }
    }
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

    /// Of experiments: the commit they belong to.
    pub fn baseline(&self) -> String {
        // SAFETY: as in `name`.
        unsafe { text(sys::exp_rows_baseline(self.raw(), self.index)) }
    }

    /// "2026-11-24T12:02:14", local time; "" for the workspace.
    pub fn created(&self) -> String {
        // SAFETY: as in `name`.
        unsafe { text(sys::exp_rows_created(self.raw(), self.index)) }
    }

    /// "Running", "Queued", "Failed", "Success" or "".
    pub fn state(&self) -> String {
        // SAFETY: as in `name`.
        unsafe { text(sys::exp_rows_state(self.raw(), self.index)) }
    }

    /// Why the revision could not be read, or "".
    pub fn error(&self) -> String {
        // SAFETY: as in `name`.
        unsafe { text(sys::exp_rows_error(self.raw(), self.index)) }
    }

    /// Metrics: file, dotted key and text.
    pub fn metrics(&self) -> Vec<(String, String, String)> {
        self.values(sys::EXP_COLUMN_METRIC)
    }

    /// Params: file, dotted key and text.
    pub fn params(&self) -> Vec<(String, String, String)> {
        self.values(sys::EXP_COLUMN_PARAM)
    }

    fn values(&self, column: i32) -> Vec<(String, String, String)> {
        // SAFETY: as in `name`.
        unsafe {
            (0..sys::exp_rows_value_count(self.raw(), self.index, column))
                .map(|i| {
                    (
                        text(sys::exp_rows_value_file(self.raw(), self.index, column, i)),
                        text(sys::exp_rows_value_key(self.raw(), self.index, column, i)),
                        text(sys::exp_rows_value_text(self.raw(), self.index, column, i)),
                    )
                })
                .collect()
        }
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
            // SAFETY: everything the options point to lives during the call.
            found = Some(Experiment::made(|out, error| unsafe {
                sys::exp_experiments_run(out, self.raw(), experiment, error)
            })?);
            Ok(())
        })?;
        Ok(found.expect("a successful run makes an experiment"))
    }

    /// Records the workspace as it is, its data included, as an experiment of HEAD; nothing is run.
    pub fn save(&self, options: &SaveOptions) -> Result<Experiment> {
        let targets = CStrings::new(&options.targets)?;
        let untracked = CStrings::new(&options.include_untracked)?;
        let name = c_string(options.name.as_str())?;
        let message = c_string(options.message.as_str())?;
        let native = sys::exp_save_options {
            struct_size: size_of::<sys::exp_save_options>(),
            targets: targets.as_ptr(),
            name: name.as_ptr(),
            message: message.as_ptr(),
            include_untracked: untracked.as_ptr(),
            on_event: None,
            user_data: ptr::null_mut(),
            flags: bit(options.force, sys::EXP_SAVE_FORCE) | bit(options.recursive, sys::EXP_SAVE_RECURSIVE),
            reserved: 0,
        };
        // SAFETY: everything the options point to lives during the call.
        Experiment::made(|out, error| unsafe { sys::exp_experiments_save(out, self.raw(), &native, error) })
    }

    /// Brings the files of an experiment or of another commit into the workspace. HEAD stays and nothing is staged;
    /// `git reset --hard` and `git stash apply refs/exps/apply/stash` bring back what was there.
    pub fn apply(&self, experiment: &str) -> Result<()> {
        let experiment = c_string(experiment)?;
        // SAFETY: the project and the name live during the call.
        call(|error| unsafe {
            sys::exp_experiments_apply(self.raw(), experiment.as_ptr(), None, ptr::null_mut(), error)
        })
    }

    /// Makes a branch on an experiment's commit (`None`: "<experiment>-branch") and returns its name.
    pub fn branch(&self, experiment: &str, branch: Option<&str>) -> Result<String> {
        let experiment = c_string(experiment)?;
        let branch = c_string(branch.unwrap_or_default())?;
        // SAFETY: the project and the names live during the call.
        owned_text(|out, error| unsafe {
            sys::exp_experiments_branch(out, self.raw(), experiment.as_ptr(), branch.as_ptr(), error)
        })
    }

    /// Gives an experiment another name, here or in a Git remote; `false` when it has that one already.
    pub fn rename(&self, experiment: &str, name: &str, git_remote: Option<&str>, force: bool) -> Result<bool> {
        let experiment = c_string(experiment)?;
        let name = c_string(name)?;
        let remote = c_string(git_remote.unwrap_or_default())?;
        let flags = bit(force, sys::EXP_RENAME_FORCE);
        let mut renamed = 0;
        // SAFETY: the project and the names live during the call.
        call(|error| unsafe {
            sys::exp_experiments_rename(
                &mut renamed,
                self.raw(),
                experiment.as_ptr(),
                name.as_ptr(),
                remote.as_ptr(),
                flags,
                error,
            )
        })?;
        Ok(renamed != 0)
    }

    /// Removes slots that nobody uses and what finished runs in them left behind.
    pub fn clean(&self) -> Result<()> {
        // SAFETY: the project lives during the call.
        call(|error| unsafe { sys::exp_experiments_clean(self.raw(), error) })
    }

    /// The experiments here or in a Git remote, sorted by baseline and name.
    pub fn list(&self, selection: &Selection, git_remote: Option<&str>) -> Result<Vec<ExperimentRef>> {
        let revs = CStrings::new(&selection.revs)?;
        let remote = c_string(git_remote.unwrap_or_default())?;
        let native = sys::exp_list_options {
            struct_size: size_of::<sys::exp_list_options>(),
            revs: revs.as_ptr(),
            git_remote: remote.as_ptr(),
            num: selection.num,
            flags: bit(selection.all_commits, sys::EXP_LIST_ALL_COMMITS),
        };
        // SAFETY: everything the options point to lives during the call; the list is freed once, after the copy.
        unsafe {
            let raw = made(|out, error| sys::exp_experiments_list(out, self.raw(), &native, error))?.as_ptr();
            let refs = refs_of(raw);
            sys::exp_refs_free(raw);
            Ok(refs)
        }
    }

    /// Deletes experiments and returns their names; cached data stays.
    pub fn remove(&self, options: &RemoveOptions) -> Result<Vec<String>> {
        let names = CStrings::new(&options.names)?;
        let revs = CStrings::new(&options.selection.revs)?;
        let remote = c_string(options.git_remote.as_deref().unwrap_or_default())?;
        let native = sys::exp_remove_options {
            struct_size: size_of::<sys::exp_remove_options>(),
            names: names.as_ptr(),
            revs: revs.as_ptr(),
            git_remote: remote.as_ptr(),
            num: options.selection.num,
            flags: bit(options.selection.all_commits, sys::EXP_REMOVE_ALL_COMMITS)
                | bit(options.keep, sys::EXP_REMOVE_KEEP)
                | bit(options.queue, sys::EXP_REMOVE_QUEUE),
        };
        // SAFETY: everything the options point to lives during the call.
        owned_names(|out, error| unsafe { sys::exp_experiments_remove(out, self.raw(), &native, error) })
    }

    /// Pushes experiments to a Git repository (name of a remote, URL, path), then their data. What goes wrong with
    /// data is told in the result.
    pub fn push(&self, git_remote: &str, options: &ShareOptions<'_>) -> Result<ShareResult> {
        self.share(git_remote, options, None, sys::exp_experiments_push)
    }

    /// As `push`; a panic of the listener ends the transfer and goes on in the caller.
    pub fn push_with(
        &self,
        git_remote: &str,
        options: &ShareOptions<'_>,
        on_event: impl FnMut(&Event) + Send,
    ) -> Result<ShareResult> {
        self.share(git_remote, options, Some(Box::new(on_event)), sys::exp_experiments_push)
    }

    /// The other way; nothing in the workspace changes.
    pub fn pull(&self, git_remote: &str, options: &ShareOptions<'_>) -> Result<ShareResult> {
        self.share(git_remote, options, None, sys::exp_experiments_pull)
    }

    /// As `pull`, with a listener as in `push_with`.
    pub fn pull_with(
        &self,
        git_remote: &str,
        options: &ShareOptions<'_>,
        on_event: impl FnMut(&Event) + Send,
    ) -> Result<ShareResult> {
        self.share(git_remote, options, Some(Box::new(on_event)), sys::exp_experiments_pull)
    }

    /// Metrics and params of two revisions (`None`: HEAD, the workspace): the JSON of `exp diff --json`.
    pub fn diff_json(&self, a_rev: Option<&str>, b_rev: Option<&str>) -> Result<String> {
        let a_rev = c_string(a_rev.unwrap_or_default())?;
        let b_rev = c_string(b_rev.unwrap_or_default())?;
        let native = sys::exp_diff_options {
            struct_size: size_of::<sys::exp_diff_options>(),
            a_rev: a_rev.as_ptr(),
            b_rev: b_rev.as_ptr(),
            targets: ptr::null(),
            flags: 0,
            reserved: 0,
        };
        // SAFETY: everything the options point to lives during the call.
        owned_text(|out, error| unsafe { sys::exp_experiments_diff_json(out, self.raw(), &native, error) })
    }

    fn share(
        &self,
        git_remote: &str,
        options: &ShareOptions<'_>,
        on_event: Option<Box<Listener<'_>>>,
        f: unsafe extern "C" fn(
            *mut *mut sys::exp_share_result,
            *const sys::exp_project,
            *const sys::exp_share_options,
            *mut *mut sys::exp_error,
        ) -> sys::exp_status,
    ) -> Result<ShareResult> {
        let git_remote = c_string(git_remote)?;
        let names = CStrings::new(&options.names)?;
        let revs = CStrings::new(&options.selection.revs)?;
        let remote = c_string(options.remote.as_str())?;
        let mut relay = Relay::new(on_event);
        let native = sys::exp_share_options {
            struct_size: size_of::<sys::exp_share_options>(),
            git_remote: git_remote.as_ptr(),
            names: names.as_ptr(),
            revs: revs.as_ptr(),
            remote: remote.as_ptr(),
            on_event: relay.callback(),
            user_data: relay.user_data(),
            cancel: options.cancel.map_or(ptr::null_mut(), Cancel::as_ptr),
            num: options.selection.num,
            jobs: options.jobs,
            flags: bit(options.selection.all_commits, sys::EXP_SHARE_ALL_COMMITS)
                | bit(options.force, sys::EXP_SHARE_FORCE)
                | bit(options.no_cache, sys::EXP_SHARE_NO_CACHE)
                | bit(options.run_cache, sys::EXP_SHARE_RUN_CACHE),
            reserved: 0,
        };
        // SAFETY: everything the options point to lives during the call, after which no callback runs.
        let made = made(|out, error| unsafe { f(out, self.raw(), &native, error) });
        if matches!(&made, Err(error) if from_callback(error)) {
            relay.resume();
        }
        let raw = made?.as_ptr();
        // SAFETY: exp.h: what the result has is "borrowed from the result", which is freed once, after the copy.
        unsafe {
            let error = sys::exp_share_result_data_error(raw);
            let result = ShareResult {
                done: refs_of(sys::exp_share_result_done(raw)),
                up_to_date: refs_of(sys::exp_share_result_up_to_date(raw)),
                diverged: refs_of(sys::exp_share_result_diverged(raw)),
                transferred: sys::exp_share_result_transferred(raw),
                failed: names_of(sys::exp_share_result_failed(raw)),
                data_error: (!error.is_null()).then(|| {
                    Error::new(
                        sys::exp_error_code(error),
                        text(sys::exp_error_message(error)),
                        text(sys::exp_error_details(error)),
                    )
                }),
            };
            sys::exp_share_result_free(raw);
            Ok(result)
        }
    }

    fn raw(&self) -> *const sys::exp_project {
        self.project.as_ptr()
    }

    /// The workspace, HEAD and its experiments.
    pub fn show(&self) -> Result<Rows> {
        // SAFETY: the project lives; NULL options are all defaults.
        made(|out, error| unsafe { sys::exp_experiments_show(out, self.project.as_ptr(), ptr::null(), error) })
            .map(Rows)
    }

    /// The table that `exp show` prints, of the workspace, HEAD and its experiments.
    pub fn show_table(&self) -> Result<Table> {
        let table = plain_options(0);
        // SAFETY: the project and the options live during the call; the table is ours.
        unsafe {
            made(|out, error| {
                sys::exp_experiments_show_table(out, self.project.as_ptr(), ptr::null(), &table, error)
            })
            .map(|raw| taken(raw.as_ptr()))
        }
    }

    /// The two tables that `exp diff` prints, metrics and params; `targets` do not apply.
    pub fn diff_tables(&self, options: &DiffOptions) -> Result<(Table, Table)> {
        let native = NativeDiff::new(options)?;
        let table = plain_options(0);
        let (mut metrics, mut params) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: as in `show_table`.
        unsafe {
            call(|error| {
                sys::exp_experiments_diff_tables(
                    &mut metrics,
                    &mut params,
                    self.project.as_ptr(),
                    &native.options,
                    &table,
                    error,
                )
            })?;
            Ok((taken(metrics), taken(params)))
        }
    }

    /// The JSON of `exp show --json`.
    pub fn show_json(&self) -> Result<String> {
        // SAFETY: as in `show`.
        owned_text(|out, error| unsafe {
            sys::exp_experiments_show_json(out, self.project.as_ptr(), ptr::null(), error)
        })
    }
}
