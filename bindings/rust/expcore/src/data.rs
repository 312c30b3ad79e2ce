//! Tracked data: files, the cache, `.dvc` files, remotes.
use crate::call::{
    bit, c_path, c_string, call, from_callback, made, names_of, owned_names, owned_text, text, whole, CStrings,
    Cancel,
};
use crate::error::Result;
use crate::event::{numbers, Event, Listener, Relay};
use crate::project::Project;
use expcore_sys as sys;
use std::any::Any;
use std::cell::RefCell;
use std::ffi::CStr;
use std::mem::size_of;
use std::os::raw::{c_char, c_void};
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::path::Path;
use std::ptr;

/// Who is told of a long call, asked, and may stop it.
///
/// ```no_run
/// use expcore::{Listening, Project};
///
/// let project = Project::open(".")?;
/// let listening = Listening::new().on_event(|event| println!("{}: {}/{}", event.text, event.done, event.total));
/// project.data().add(&["images"], &Default::default(), &listening)?;
/// # Ok::<(), expcore::Error>(())
/// ```
#[derive(Default)]
pub struct Listening<'a> {
    cancel: Option<&'a Cancel>,
    on_event: RefCell<Option<Box<Listener<'a>>>>,
    confirm: RefCell<Option<Box<Answerer<'a>>>>,
}

type Answerer<'a> = dyn FnMut(&str) -> bool + Send + 'a;

impl<'a> Listening<'a> {
    /// Nobody is told, questions are answered with no.
    pub fn new() -> Self {
        Self::default()
    }

    /// The token that stops the call.
    pub fn cancel(mut self, cancel: &'a Cancel) -> Self {
        self.cancel = Some(cancel);
        self
    }

    /// Listens to warnings and progress of the next call; its panic stops the call and goes on in the caller.
    pub fn on_event(self, listener: impl FnMut(&Event) + Send + 'a) -> Self {
        *self.on_event.borrow_mut() = Some(Box::new(listener));
        self
    }

    /// Answers questions of the next call: whether what changed may be committed, whether to collect although the
    /// list of a folder's files is lost.
    pub fn confirm(self, answer: impl FnMut(&str) -> bool + Send + 'a) -> Self {
        *self.confirm.borrow_mut() = Some(Box::new(answer));
        self
    }

    fn token(&self) -> *mut sys::exp_cancel {
        self.cancel.map_or(ptr::null_mut(), Cancel::as_ptr)
    }

    /// The relay of the next call.
    fn relay(&self) -> Caller<'a> {
        Caller {
            events: Relay::new(self.on_event.borrow_mut().take()),
            answerer: self.confirm.borrow_mut().take(),
            panic: None,
        }
    }
}

/// What both callbacks of a call get as user data.
struct Caller<'a> {
    events: Relay<'a>,
    answerer: Option<Box<Answerer<'a>>>,
    panic: Option<Box<dyn Any + Send>>,
}

impl<'a> Caller<'a> {
    fn on_event(&self) -> sys::exp_event_cb {
        self.events.callback().map(|_| on_event as unsafe extern "C" fn(*const sys::exp_event, *mut c_void) -> i32)
    }

    fn on_confirm(&self) -> sys::exp_confirm_cb {
        self.answerer
            .as_ref()
            .map(|_| on_confirm as unsafe extern "C" fn(*const c_char, *mut i32, *mut c_void) -> i32)
    }

    fn user_data(&mut self) -> *mut c_void {
        (self as *mut Caller<'a>).cast()
    }

    /// The result of the call; the panic of a callback goes on instead.
    fn finish<T>(&mut self, result: Result<T>) -> Result<T> {
        if matches!(&result, Err(error) if from_callback(error)) {
            self.events.resume();
            if let Some(panic) = self.panic.take() {
                resume_unwind(panic);
            }
        }
        result
    }
}

/// # Safety
/// `user_data` is the Caller of the call that runs now. exp.h: callbacks "are never called two at once for one call",
/// so this is the only reference.
unsafe fn caller_of<'r>(user_data: *mut c_void) -> &'r mut Caller<'r> {
    &mut *user_data.cast::<Caller<'_>>()
}

unsafe extern "C" fn on_event(event: *const sys::exp_event, user_data: *mut c_void) -> i32 {
    // SAFETY: see `caller_of`.
    caller_of(user_data).events.tell(event)
}

unsafe extern "C" fn on_confirm(question: *const c_char, out_answer: *mut i32, user_data: *mut c_void) -> i32 {
    // SAFETY: see `caller_of`; the question ends in NUL and the answer is the library's, both alive during the call.
    let caller = caller_of(user_data);
    let question = CStr::from_ptr(question).to_string_lossy();
    let Some(answerer) = caller.answerer.as_mut() else { return 0 };
    match catch_unwind(AssertUnwindSafe(|| answerer(&question))) {
        Ok(answer) => {
            *out_answer = i32::from(answer);
            0
        }
        Err(panic) => {
            caller.panic = Some(panic);
            1
        }
    }
}

/// How `Data::add` works.
#[derive(Clone, Debug, Default)]
pub struct AddOptions {
    /// Targets are patterns.
    pub glob: bool,
    /// Record the data without putting it into the cache.
    pub no_commit: bool,
    /// Leave the files as they are instead of making them links or copies.
    pub no_relink: bool,
    /// With `out`: replace what is there.
    pub force: bool,
    /// Copy the one target to this path and track that; "": track targets in place.
    pub out: String,
}

/// How `Data::commit` and `Data::checkout` work.
#[derive(Clone, Debug, Default)]
pub struct DataOptions {
    /// And everything that the targets need.
    pub with_deps: bool,
    /// Folders stand for the stages below them.
    pub recursive: bool,
    /// Also changed stages; also files that would be lost.
    pub force: bool,
    /// Checkout: apply the configured link types.
    pub relink: bool,
    /// Commit: leave the files as they are.
    pub no_relink: bool,
    /// Checkout: targets are patterns of paths.
    pub glob: bool,
}

impl DataOptions {
    fn flags(&self) -> u32 {
        bit(self.with_deps, sys::EXP_DATA_WITH_DEPS)
            | bit(self.recursive, sys::EXP_DATA_RECURSIVE)
            | bit(self.force, sys::EXP_DATA_FORCE)
            | bit(self.relink, sys::EXP_DATA_RELINK)
            | bit(self.no_relink, sys::EXP_DATA_NO_RELINK)
            | bit(self.glob, sys::EXP_DATA_GLOB)
    }
}

/// What a checkout did; folders end in '/'.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckoutResult {
    pub added: Vec<String>,
    pub modified: Vec<String>,
    pub deleted: Vec<String>,
    /// The cache lacks a part of them: they are as they were.
    pub failed: Vec<String>,
    /// Those in folders, too.
    pub files_added: i64,
    pub files_modified: i64,
    pub files_deleted: i64,
}

impl CheckoutResult {
    /// # Safety
    /// `raw` is a result of the library, alive during the call.
    unsafe fn from_raw(raw: *const sys::exp_checkout_result) -> Self {
        let paths = |kind| {
            (0..sys::exp_checkout_result_count(raw))
                .filter(|&i| sys::exp_checkout_result_kind(raw, i) == kind)
                .map(|i| text(sys::exp_checkout_result_path(raw, i)))
                .collect()
        };
        Self {
            added: paths(sys::EXP_CHECKOUT_ADDED),
            modified: paths(sys::EXP_CHECKOUT_MODIFIED),
            deleted: paths(sys::EXP_CHECKOUT_DELETED),
            failed: paths(sys::EXP_CHECKOUT_FAILED),
            files_added: sys::exp_checkout_result_files(raw, sys::EXP_CHECKOUT_ADDED),
            files_modified: sys::exp_checkout_result_files(raw, sys::EXP_CHECKOUT_MODIFIED),
            files_deleted: sys::exp_checkout_result_files(raw, sys::EXP_CHECKOUT_DELETED),
        }
    }
}

/// What `Data::push`, `fetch`, `pull` and `cloud_status` work on; by default everything and the default remote.
#[derive(Clone, Debug, Default)]
pub struct SyncOptions {
    /// Empty: everything.
    pub targets: Vec<String>,
    /// "": the default one, for pinned outputs their own.
    pub remote: String,
    /// And everything that the targets need.
    pub with_deps: bool,
    /// Folders stand for the stages below them.
    pub recursive: bool,
    /// Targets are patterns of paths.
    pub glob: bool,
    pub all_branches: bool,
    pub all_tags: bool,
    pub all_commits: bool,
    /// The whole run-cache, too.
    pub run_cache: bool,
    /// Read what is there already and replace what is wrong.
    pub verify: bool,
    /// Pull: also replace files that would be lost.
    pub force: bool,
    /// Fetch, pull: no larger outputs, bytes; 0: any.
    pub max_size: i64,
    /// Files at once; 0: one per processor, at most 8.
    pub jobs: u32,
}

/// What a transfer did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SyncResult {
    /// Objects; with the run-cache its entries, too.
    pub transferred: i64,
    /// "<hash>: <reason>" of what could not be copied.
    pub failed: Vec<String>,
    /// Hashes that neither side has.
    pub missing: Vec<String>,
    /// What a pull did to the work tree.
    pub checkout: CheckoutResult,
}

/// How the cache and a remote differ: paths of outputs and of files in folders, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CloudStatus {
    /// Its name.
    pub remote: String,
    /// A push would bring them.
    pub only_in_cache: Vec<String>,
    /// A fetch would bring them.
    pub only_on_remote: Vec<String>,
    /// In neither.
    pub missing: Vec<String>,
}

/// What `Data::gc` keeps. One of the scopes has to be set: what the work tree and queued and running experiments use
/// stays always.
#[derive(Clone, Debug, Default)]
pub struct GcOptions {
    /// Nothing but that.
    pub workspace: bool,
    pub all_branches: bool,
    pub all_tags: bool,
    pub all_commits: bool,
    pub all_experiments: bool,
    /// A commit and
    pub rev: String,
    /// with `rev`, so many from it on along first parents; 0 means 1.
    pub num: i32,
    /// "YYYY-MM-DD": commits of that day (local time) and later.
    pub commit_date: String,
    /// Of all that only what the remote does not have.
    pub not_in_remote: bool,
    /// Collect on the remote, too.
    pub cloud: bool,
    /// "": the default one.
    pub remote: String,
    /// Folders of other projects that share the cache.
    pub projects: Vec<String>,
    /// Only count.
    pub dry: bool,
    /// Go on when the list of a folder's files is lost.
    pub force: bool,
    /// Pass over revisions that cannot be read.
    pub skip_failed: bool,
}

/// What was removed from one store.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GcResult {
    /// "repo", "local" (the same again), "legacy" (objects of DVC 2) or "remote".
    pub store: String,
    pub removed: i64,
    pub bytes: i64,
}

numbers! {
    /// Which comparison a change belongs to.
    DataPart {
        Committed = EXP_DATA_COMMITTED,
        Uncommitted = EXP_DATA_UNCOMMITTED,
        NotInCache = EXP_DATA_NOT_IN_CACHE,
        NotInRemote = EXP_DATA_NOT_IN_REMOTE,
        Untracked = EXP_DATA_UNTRACKED,
        Unchanged = EXP_DATA_UNCHANGED,
        Between = EXP_DATA_BETWEEN,
    }
}

numbers! {
    /// What happened to a path; `None`: the part says it all.
    ChangeKind {
        None = EXP_CHANGE_NONE,
        Added = EXP_CHANGE_ADDED,
        Modified = EXP_CHANGE_MODIFIED,
        Deleted = EXP_CHANGE_DELETED,
        Renamed = EXP_CHANGE_RENAMED,
        Unknown = EXP_CHANGE_UNKNOWN,
    }
}

/// A path and what became of it. Paths are relative to the project's root, folders end in '/'; untracked ones are
/// relative to its directory.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DataChange {
    pub part: DataPart,
    pub change: ChangeKind,
    pub path: String,
    /// Of what was renamed; else the same.
    pub old_path: String,
    /// Of `Data::diff`: MD5 in hex, of folders followed by ".dir"; or "".
    pub hash: String,
    /// Of `Data::diff`: what modified data had before; or "".
    pub old_hash: String,
}

/// What `Data::status` looks at.
#[derive(Clone, Debug, Default)]
pub struct DataStatusOptions {
    /// Empty: everything.
    pub targets: Vec<String>,
    /// Files in tracked folders, too.
    pub granular: bool,
    /// What neither Git nor DVC tracks.
    pub untracked_files: bool,
    /// Ask the remote what it lacks.
    pub not_in_remote: bool,
    /// With `not_in_remote`; "": the default one.
    pub remote: String,
    /// What is as it was, too.
    pub unchanged: bool,
}

/// The answer of `Data::status`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DataStatus {
    pub changes: Vec<DataChange>,
    /// Git has no commit yet.
    pub git_is_empty: bool,
    /// Git sees changes of its own.
    pub git_is_dirty: bool,
}

/// What `Data::diff` compares; by default HEAD and the work tree.
#[derive(Clone, Debug, Default)]
pub struct DataDiffOptions {
    /// "": HEAD.
    pub old_rev: String,
    /// "": the work tree.
    pub new_rev: String,
    /// Empty: everything.
    pub targets: Vec<String>,
    /// Without what the cache lacks.
    pub hide_missing: bool,
    /// JSON: with hashes.
    pub hashes: bool,
}

type Sync<T> = unsafe extern "C" fn(
    *mut *mut T,
    *const sys::exp_project,
    *const sys::exp_sync_options,
    *mut *mut sys::exp_error,
) -> sys::exp_status;

/// The data that a project tracks, made by `Project::data`.
///
/// ```no_run
/// use expcore::{Listening, Project, SyncOptions};
///
/// let project = Project::open(".")?;
/// let data = project.data();
/// let pushed = data.push(&SyncOptions { remote: "store".into(), ..Default::default() }, &Listening::new())?;
/// println!("{} objects", pushed.transferred);
/// for change in data.status(&Default::default(), &Listening::new())?.changes {
///     println!("{:?} {:?} {}", change.part, change.change, change.path);
/// }
/// # Ok::<(), expcore::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Data<'p> {
    project: &'p Project,
}

impl<'p> Data<'p> {
    pub(crate) fn new(project: &'p Project) -> Self {
        Self { project }
    }

    /// Tracks files and folders and returns the `.dvc` files: `dvc add`.
    pub fn add<S: AsRef<str>>(
        &self,
        targets: &[S],
        options: &AddOptions,
        listening: &Listening<'_>,
    ) -> Result<Vec<String>> {
        let targets = CStrings::list(targets)?;
        let out = c_string(options.out.as_str())?;
        let out = if options.out.is_empty() { ptr::null() } else { out.as_ptr() };
        let flags = bit(options.glob, sys::EXP_ADD_GLOB)
            | bit(options.no_commit, sys::EXP_ADD_NO_COMMIT)
            | bit(options.no_relink, sys::EXP_ADD_NO_RELINK)
            | bit(options.force, sys::EXP_ADD_FORCE);
        // SAFETY: everything the call is given lives during it, after which no callback runs.
        self.with_options(listening, flags, |native| {
            owned_names(|made, error| unsafe {
                sys::exp_data_add_with(made, self.raw(), targets.as_ptr(), out, native, error)
            })
        })
    }

    /// Records what files are now: `dvc commit`. `None`: everything.
    pub fn commit(&self, target: Option<&str>, options: &DataOptions, listening: &Listening<'_>) -> Result<()> {
        let target = c_string(target.unwrap_or_default())?;
        // SAFETY: as in `add`.
        self.with_options(listening, options.flags(), |native| {
            call(|error| unsafe { sys::exp_data_commit_with(self.raw(), target.as_ptr(), native, error) })
        })
    }

    /// Brings recorded data into the work tree: `dvc checkout`. No targets: everything.
    pub fn checkout<S: AsRef<str>>(
        &self,
        targets: &[S],
        options: &DataOptions,
        listening: &Listening<'_>,
    ) -> Result<CheckoutResult> {
        let list = CStrings::list(targets)?;
        let array = if targets.is_empty() { ptr::null() } else { list.as_ptr() };
        // SAFETY: as in `add`; the result is freed once, after the copy.
        self.with_options(listening, options.flags(), |native| unsafe {
            let raw = made(|out, error| sys::exp_data_checkout_with(out, self.raw(), array, native, error))?.as_ptr();
            let result = CheckoutResult::from_raw(raw);
            sys::exp_checkout_result_free(raw);
            Ok(result)
        })
    }

    /// Copies data from the cache to a remote, which is a folder of this machine: `dvc push`. What cannot be copied is
    /// told in the result.
    pub fn push(&self, options: &SyncOptions, listening: &Listening<'_>) -> Result<SyncResult> {
        self.transfer(sys::exp_data_push, options, listening)
    }

    /// The other way: `dvc fetch`. Damaged objects of the cache are replaced.
    pub fn fetch(&self, options: &SyncOptions, listening: &Listening<'_>) -> Result<SyncResult> {
        self.transfer(sys::exp_data_fetch, options, listening)
    }

    /// `fetch`, then `checkout` of the same targets: `dvc pull`. When something could not be copied the work tree stays
    /// as it is.
    pub fn pull(&self, options: &SyncOptions, listening: &Listening<'_>) -> Result<SyncResult> {
        self.transfer(sys::exp_data_pull, options, listening)
    }

    /// Compares the cache with a remote: `dvc status --cloud`.
    pub fn cloud_status(&self, options: &SyncOptions, listening: &Listening<'_>) -> Result<CloudStatus> {
        let raw = self.sync(sys::exp_data_cloud_status, options, listening)?;
        // SAFETY: what the status has is "borrowed from the status", which is freed once, after the copy.
        unsafe {
            let status = CloudStatus {
                remote: text(sys::exp_cloud_status_remote(raw)),
                only_in_cache: names_of(sys::exp_cloud_status_only_in_cache(raw)),
                only_on_remote: names_of(sys::exp_cloud_status_only_on_remote(raw)),
                missing: names_of(sys::exp_cloud_status_missing(raw)),
            };
            sys::exp_cloud_status_free(raw);
            Ok(status)
        }
    }

    /// Removes objects that nothing refers to: `dvc gc`.
    pub fn gc(&self, options: &GcOptions, listening: &Listening<'_>) -> Result<Vec<GcResult>> {
        let rev = c_string(options.rev.as_str())?;
        let date = c_string(options.commit_date.as_str())?;
        let remote = c_string(options.remote.as_str())?;
        let projects = CStrings::new(&options.projects)?;
        let mut caller = listening.relay();
        let native = sys::exp_gc_options {
            struct_size: size_of::<sys::exp_gc_options>(),
            rev: rev.as_ptr(),
            commit_date: date.as_ptr(),
            remote: remote.as_ptr(),
            projects: projects.as_ptr(),
            on_event: caller.on_event(),
            on_confirm: caller.on_confirm(),
            user_data: caller.user_data(),
            cancel: listening.token(),
            num: options.num,
            flags: bit(options.workspace, sys::EXP_GC_WORKSPACE)
                | bit(options.all_branches, sys::EXP_GC_ALL_BRANCHES)
                | bit(options.all_tags, sys::EXP_GC_ALL_TAGS)
                | bit(options.all_commits, sys::EXP_GC_ALL_COMMITS)
                | bit(options.all_experiments, sys::EXP_GC_ALL_EXPERIMENTS)
                | bit(options.not_in_remote, sys::EXP_GC_NOT_IN_REMOTE)
                | bit(options.cloud, sys::EXP_GC_CLOUD)
                | bit(options.dry, sys::EXP_GC_DRY)
                | bit(options.force, sys::EXP_GC_FORCE)
                | bit(options.skip_failed, sys::EXP_GC_SKIP_FAILED),
        };
        // SAFETY: as in `add`; the result is freed once, after the copy.
        unsafe {
            let result = made(|out, error| sys::exp_data_gc(out, self.raw(), &native, error));
            let raw = caller.finish(result)?.as_ptr();
            let results = (0..sys::exp_gc_result_count(raw))
                .map(|i| GcResult {
                    store: text(sys::exp_gc_result_store(raw, i)),
                    removed: sys::exp_gc_result_removed(raw, i),
                    bytes: sys::exp_gc_result_bytes(raw, i),
                })
                .collect();
            sys::exp_gc_result_free(raw);
            Ok(results)
        }
    }

    /// Compares the last commit, what is recorded and the work tree: `dvc data status`. Takes no lock.
    pub fn status(&self, options: &DataStatusOptions, listening: &Listening<'_>) -> Result<DataStatus> {
        self.with_status(options, listening, |native| unsafe {
            // SAFETY: as in `add`; the changes are freed once, after the copy.
            let raw = made(|out, error| sys::exp_data_status(out, self.raw(), native, error))?.as_ptr();
            let git = sys::exp_data_changes_git(raw);
            Ok(DataStatus {
                git_is_empty: git & sys::EXP_GIT_EMPTY != 0,
                git_is_dirty: git & sys::EXP_GIT_DIRTY != 0,
                changes: taken(raw),
            })
        })
    }

    /// The JSON of `data status --json`.
    pub fn status_json(&self, options: &DataStatusOptions, listening: &Listening<'_>) -> Result<String> {
        self.with_status(options, listening, |native| {
            // SAFETY: as in `add`.
            owned_text(|out, error| unsafe { sys::exp_data_status_json(out, self.raw(), native, error) })
        })
    }

    /// What data changed between two commits or since one: `dvc diff`. Takes no lock. What the old side records and
    /// the cache lacks has the part `NotInCache`.
    pub fn diff(&self, options: &DataDiffOptions, listening: &Listening<'_>) -> Result<Vec<DataChange>> {
        self.with_diff(options, listening, |native| unsafe {
            // SAFETY: as in `add`; the changes are freed once, after the copy.
            let raw = made(|out, error| sys::exp_data_diff(out, self.raw(), native, error))?.as_ptr();
            Ok(taken(raw))
        })
    }

    /// The JSON of `diff --json`.
    pub fn diff_json(&self, options: &DataDiffOptions, listening: &Listening<'_>) -> Result<String> {
        self.with_diff(options, listening, |native| {
            // SAFETY: as in `add`.
            owned_text(|out, error| unsafe { sys::exp_data_diff_json(out, self.raw(), native, error) })
        })
    }

    /// Brings a cache of DVC 2 over to DVC 3's layout, with `records` `.dvc` and dvc.lock files, too: `dvc cache
    /// migrate`. Returns how many objects were new (`dry`: there are) and the files with records.
    pub fn migrate_cache(&self, records: bool, dry: bool, listening: &Listening<'_>) -> Result<(i64, Vec<String>)> {
        let flags = bit(records, sys::EXP_MIGRATE_RECORDS) | bit(dry, sys::EXP_MIGRATE_DRY);
        let mut objects = 0;
        // SAFETY: as in `add`.
        let files = self.with_options(listening, flags, |native| {
            owned_names(|out, error| unsafe {
                sys::exp_data_migrate_cache(&mut objects, out, self.raw(), native, error)
            })
        })?;
        Ok((objects, files))
    }

    /// Takes stages or a `.dvc` file away, with `outs` their outputs, too.
    pub fn remove(&self, target: &str, outs: bool) -> Result<()> {
        let target = c_string(target)?;
        // SAFETY: the project and the target live during the call.
        call(|error| unsafe { sys::exp_data_remove(self.raw(), target.as_ptr(), i32::from(outs), error) })
    }

    /// Moves tracked data with its `.dvc` file: `dvc move`.
    pub fn rename(&self, from: impl AsRef<Path>, to: impl AsRef<Path>, listening: &Listening<'_>) -> Result<()> {
        let from = c_path(from.as_ref())?;
        let to = c_path(to.as_ref())?;
        // SAFETY: as in `add`.
        self.with_options(listening, 0, |native| {
            call(|error| unsafe { sys::exp_data_move_with(self.raw(), from.as_ptr(), to.as_ptr(), native, error) })
        })
    }

    /// Makes files ordinary ones, no links into the cache.
    pub fn unprotect(&self, target: impl AsRef<Path>) -> Result<()> {
        let target = c_path(target.as_ref())?;
        // SAFETY: the project and the target live during the call.
        call(|error| unsafe { sys::exp_data_unprotect(self.raw(), target.as_ptr(), error) })
    }

    fn raw(&self) -> *const sys::exp_project {
        self.project.as_ptr()
    }

    fn with_options<T>(
        &self,
        listening: &Listening<'_>,
        flags: u32,
        work: impl FnOnce(*const sys::exp_data_options) -> Result<T>,
    ) -> Result<T> {
        let mut caller = listening.relay();
        let native = sys::exp_data_options {
            struct_size: size_of::<sys::exp_data_options>(),
            on_event: caller.on_event(),
            on_confirm: caller.on_confirm(),
            user_data: caller.user_data(),
            cancel: listening.token(),
            flags,
            reserved: 0,
        };
        let result = work(&native);
        caller.finish(result)
    }

    fn with_status<T>(
        &self,
        options: &DataStatusOptions,
        listening: &Listening<'_>,
        work: impl FnOnce(*const sys::exp_data_status_options) -> Result<T>,
    ) -> Result<T> {
        let targets = CStrings::new(&options.targets)?;
        let remote = c_string(options.remote.as_str())?;
        let mut caller = listening.relay();
        let native = sys::exp_data_status_options {
            struct_size: size_of::<sys::exp_data_status_options>(),
            targets: targets.as_ptr(),
            remote: remote.as_ptr(),
            on_event: caller.on_event(),
            user_data: caller.user_data(),
            cancel: listening.token(),
            flags: bit(options.granular, sys::EXP_DATA_STATUS_GRANULAR)
                | bit(options.untracked_files, sys::EXP_DATA_STATUS_UNTRACKED)
                | bit(options.not_in_remote, sys::EXP_DATA_STATUS_NOT_IN_REMOTE)
                | bit(options.unchanged, sys::EXP_DATA_STATUS_UNCHANGED),
            reserved: 0,
        };
        let result = work(&native);
        caller.finish(result)
    }

    fn with_diff<T>(
        &self,
        options: &DataDiffOptions,
        listening: &Listening<'_>,
        work: impl FnOnce(*const sys::exp_data_diff_options) -> Result<T>,
    ) -> Result<T> {
        let old_rev = c_string(if options.old_rev.is_empty() { "HEAD" } else { &options.old_rev })?;
        let new_rev = c_string(options.new_rev.as_str())?;
        let targets = CStrings::new(&options.targets)?;
        let mut caller = listening.relay();
        let native = sys::exp_data_diff_options {
            struct_size: size_of::<sys::exp_data_diff_options>(),
            old_rev: old_rev.as_ptr(),
            new_rev: new_rev.as_ptr(),
            targets: targets.as_ptr(),
            on_event: caller.on_event(),
            user_data: caller.user_data(),
            cancel: listening.token(),
            flags: bit(options.hashes, sys::EXP_DATA_DIFF_HASHES)
                | bit(options.hide_missing, sys::EXP_DATA_DIFF_NO_MISSING),
            reserved: 0,
        };
        let result = work(&native);
        caller.finish(result)
    }

    fn transfer(
        &self,
        function: Sync<sys::exp_sync_result>,
        options: &SyncOptions,
        listening: &Listening<'_>,
    ) -> Result<SyncResult> {
        let raw = self.sync(function, options, listening)?;
        // SAFETY: what the result has is "borrowed from the result", which is freed once, after the copy.
        unsafe {
            let result = SyncResult {
                transferred: sys::exp_sync_result_transferred(raw),
                failed: names_of(sys::exp_sync_result_failed(raw)),
                missing: names_of(sys::exp_sync_result_missing(raw)),
                checkout: CheckoutResult::from_raw(sys::exp_sync_result_checkout(raw)),
            };
            sys::exp_sync_result_free(raw);
            Ok(result)
        }
    }

    /// Calls a function that works on a remote; the caller frees what it made.
    fn sync<T>(&self, function: Sync<T>, options: &SyncOptions, listening: &Listening<'_>) -> Result<*mut T> {
        let targets = CStrings::new(&options.targets)?;
        let remote = c_string(options.remote.as_str())?;
        let mut caller = listening.relay();
        let native = sys::exp_sync_options {
            struct_size: size_of::<sys::exp_sync_options>(),
            targets: targets.as_ptr(),
            remote: remote.as_ptr(),
            on_event: caller.on_event(),
            user_data: caller.user_data(),
            cancel: listening.token(),
            max_size: options.max_size,
            jobs: options.jobs,
            flags: bit(options.with_deps, sys::EXP_SYNC_WITH_DEPS)
                | bit(options.recursive, sys::EXP_SYNC_RECURSIVE)
                | bit(options.glob, sys::EXP_SYNC_GLOB)
                | bit(options.all_branches, sys::EXP_SYNC_ALL_BRANCHES)
                | bit(options.all_tags, sys::EXP_SYNC_ALL_TAGS)
                | bit(options.all_commits, sys::EXP_SYNC_ALL_COMMITS)
                | bit(options.run_cache, sys::EXP_SYNC_RUN_CACHE)
                | bit(options.verify, sys::EXP_SYNC_VERIFY)
                | bit(options.force, sys::EXP_SYNC_FORCE),
        };
        // SAFETY: everything the options point to lives during the call, after which no callback runs.
        let result = made(|out, error| unsafe { function(out, self.raw(), &native, error) });
        Ok(caller.finish(result)?.as_ptr())
    }
}

/// Copies and frees changes.
///
/// # Safety
/// `raw` was made by the library and is not used afterwards.
unsafe fn taken(raw: *mut sys::exp_data_changes) -> Vec<DataChange> {
    let changes = (0..sys::exp_data_changes_count(raw))
        .map(|i| {
            let change = whole(sys::exp_data_changes_get(raw, i));
            DataChange {
                part: DataPart::of(change.part),
                change: ChangeKind::of(change.change),
                path: text(change.path),
                old_path: text(change.old_path),
                hash: text(change.hash),
                old_hash: text(change.old_hash),
            }
        })
        .collect();
    sys::exp_data_changes_free(raw);
    changes
}
