//! How and where the commands of queued tasks run.

use std::ffi::{c_char, c_void, CStr};
use std::mem::size_of;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::path::PathBuf;
use std::ptr::{self, NonNull};
use std::time::Duration;

use expcore_sys as sys;

use crate::call::{c_string, made, text};
use crate::error::Result;
use crate::project::Project;
use crate::queue::milliseconds;

/// All commands of one stage, as a script that an engine is to run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Job {
    /// For people: letters, digits, '.', '_' and '-'.
    pub name: String,
    /// Absolute path of an executable file.
    pub script: PathBuf,
    /// What the script prints has to get there.
    pub log: PathBuf,
    /// The script goes there by itself.
    pub directory: PathBuf,
    /// What the stage asks for.
    pub cpus: f64,
    /// Bytes; 0: not said.
    pub memory: i64,
    pub gpus: i64,
    /// After which it is cancelled; zero: none.
    pub timeout: Duration,
}

/// One's own cluster, cloud or pool of machines. Called from several threads at once, one for each running task.
///
/// The script writes its own exit code next to itself when it ends; that is what counts. A panic is an error.
pub trait JobEngine: Send + Sync {
    /// Has the script run soon. Returns a name for it that the other two understand: not empty, at most 255 bytes.
    /// `None`: the job is not taken, the stage fails.
    fn submit(&self, job: &Job) -> Option<String>;
    /// Whether the job waits or runs; false once it is over or unknown. `None`: ask again later.
    fn is_alive(&self, id: &str) -> Option<bool>;
    /// Ends the job; nothing to do when it is over.
    fn cancel(&self, id: &str);
}

/// What all engines of jobs have.
#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// Jobs of other executors are left alone.
    pub name: String,
    /// Tasks run at once, `sys::EXP_JOBS_PER_PROCESSOR` for as many as there are processors.
    pub jobs: u32,
    pub poll_interval: Duration,
    /// It gives jobs their processors, memory and GPUs itself.
    pub shares_out: bool,
    /// After a crash jobs are waited for instead of running them again.
    pub jobs_outlive_us: bool,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            name: "custom".into(),
            jobs: 1,
            poll_interval: Duration::from_secs(10),
            shares_out: true,
            jobs_outlive_us: true,
        }
    }
}

impl EngineOptions {
    fn flags(&self) -> u32 {
        (if self.shares_out { 0 } else { sys::EXP_ENGINE_SHARES_NOTHING_OUT })
            | (if self.jobs_outlive_us { 0 } else { sys::EXP_ENGINE_JOBS_END_WITH_US })
    }
}

/// A cluster by its command lines; docs/guide/executors.md lists names and exit codes.
#[derive(Clone, Debug, Default)]
pub struct Commands {
    pub submit: String,
    pub poll: String,
    pub cancel: String,
    /// Regular expression whose group is the id in what `submit` prints; `None`: the last word.
    pub id_pattern: Option<String>,
}

/// How and where the commands of queued tasks run.
pub struct Executor {
    raw: NonNull<sys::exp_executor>,
    /// What the callbacks of `raw` point to; freed after it.
    _engine: Option<Box<Box<dyn JobEngine>>>,
}

// SAFETY: exp.h: an executor is "Immutable: any thread may read it"; the engine is Send.
unsafe impl Send for Executor {}
// SAFETY: as above; the engine is Sync.
unsafe impl Sync for Executor {}

impl Executor {
    /// Processes of this machine, each task in a folder of its own; `jobs` tasks at once,
    /// `sys::EXP_JOBS_PER_PROCESSOR` for as many as there are processors.
    pub fn local(jobs: u32) -> Result<Self> {
        // SAFETY: the out-parameters live during the call.
        let raw = made(|out, error| unsafe { sys::exp_executor_local(out, jobs, error) })?;
        Ok(Self { raw, _engine: None })
    }

    /// Commands run as jobs of a cluster.
    pub fn command(commands: &Commands, options: &EngineOptions) -> Result<Self> {
        let name = c_string(options.name.as_str())?;
        let submit = c_string(commands.submit.as_str())?;
        let poll = c_string(commands.poll.as_str())?;
        let cancel = c_string(commands.cancel.as_str())?;
        let id_pattern = commands.id_pattern.as_deref().map(c_string).transpose()?;
        let native = sys::exp_command_options {
            struct_size: size_of::<sys::exp_command_options>(),
            name: name.as_ptr(),
            submit: submit.as_ptr(),
            poll: poll.as_ptr(),
            cancel: cancel.as_ptr(),
            id_pattern: id_pattern.as_ref().map_or(ptr::null(), |pattern| pattern.as_ptr()),
            poll_interval: milliseconds(options.poll_interval),
            jobs: options.jobs,
            flags: options.flags(),
        };
        // SAFETY: the options live during the call.
        let raw = made(|out, error| unsafe { sys::exp_executor_command(out, &native, error) })?;
        Ok(Self { raw, _engine: None })
    }

    /// Commands run as jobs of an engine of one's own.
    pub fn custom(engine: impl JobEngine + 'static, options: &EngineOptions) -> Result<Self> {
        let name = c_string(options.name.as_str())?;
        let engine: Box<Box<dyn JobEngine>> = Box::new(Box::new(engine));
        let native = sys::exp_engine {
            struct_size: size_of::<sys::exp_engine>(),
            name: name.as_ptr(),
            submit: Some(submit),
            poll: Some(poll),
            cancel: Some(cancel),
            user_data: (&*engine as *const Box<dyn JobEngine>).cast_mut().cast(),
            poll_interval: milliseconds(options.poll_interval),
            jobs: options.jobs,
            flags: options.flags(),
        };
        // SAFETY: the struct is copied; `user_data` lives as long as the executor.
        let raw = made(|out, error| unsafe { sys::exp_executor_custom(out, &native, error) })?;
        Ok(Self { raw, _engine: Some(engine) })
    }

    /// The executor that `.dvc/expcore.yaml` has under `executors`; "local": this machine.
    pub fn of_project(project: &Project, name: &str, jobs: u32) -> Result<Self> {
        let name = c_string(name)?;
        // SAFETY: the project and the name live during the call.
        let raw = made(|out, error| unsafe {
            sys::exp_executor_of_project(out, project.as_ptr(), name.as_ptr(), jobs, error)
        })?;
        Ok(Self { raw, _engine: None })
    }

    /// "local" for this machine.
    pub fn name(&self) -> String {
        // SAFETY: the text lives as long as the handle.
        unsafe { text(sys::exp_executor_name(self.as_ptr())) }
    }

    /// Tasks run at once.
    pub fn jobs(&self) -> u32 {
        // SAFETY: the handle lives.
        unsafe { sys::exp_executor_jobs(self.as_ptr()) }
    }

    pub(crate) fn as_ptr(&self) -> *mut sys::exp_executor {
        self.raw.as_ptr()
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        // SAFETY: owned by `self`, freed once.
        unsafe { sys::exp_executor_free(self.raw.as_ptr()) }
    }
}

/// What `body` says, or nothing when it panics: no panic enters C.
fn guarded<T>(body: impl FnOnce() -> Option<T>) -> Option<T> {
    catch_unwind(AssertUnwindSafe(body)).ok().flatten()
}

/// # Safety
/// `user_data` is that of `Executor::custom`.
unsafe fn engine<'a>(user_data: *mut c_void) -> &'a dyn JobEngine {
    // SAFETY: exp.h: user_data "lives as long as the executor", whose box it points to.
    unsafe { &**user_data.cast::<Box<dyn JobEngine>>() }
}

unsafe extern "C" fn submit(
    job: *const sys::exp_job,
    out: *mut c_char,
    size: usize,
    user_data: *mut c_void,
) -> i32 {
    // SAFETY: exp.h: the job lives during the call.
    let given = unsafe { &*job };
    let id = guarded(|| {
        // SAFETY: the texts live as long as the job.
        let (name, script, log, directory) =
            unsafe { (text(given.name), text(given.script), text(given.log), text(given.directory)) };
        let job = Job {
            name,
            script: script.into(),
            log: log.into(),
            directory: directory.into(),
            cpus: given.cpus,
            memory: given.memory,
            gpus: given.gpus,
            timeout: Duration::from_millis(given.timeout.max(0) as u64),
        };
        // SAFETY: set by `Executor::custom`.
        unsafe { engine(user_data) }.submit(&job)
    });
    match id {
        Some(id) if id.len() < size => {
            // SAFETY: exp.h: `out` has `size` bytes.
            unsafe {
                ptr::copy_nonoverlapping(id.as_ptr().cast(), out, id.len());
                *out.add(id.len()) = 0;
            }
            0
        }
        _ => 1,
    }
}

/// # Safety
/// `id` is a text of C's that lives during the call.
unsafe fn id_of(id: *const c_char) -> String {
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(id) }.to_string_lossy().into_owned()
}

unsafe extern "C" fn poll(id: *const c_char, out_alive: *mut i32, user_data: *mut c_void) -> i32 {
    // SAFETY: exp.h: id lives during the call; user_data was set by `Executor::custom`.
    match guarded(|| unsafe { engine(user_data).is_alive(&id_of(id)) }) {
        Some(alive) => {
            // SAFETY: exp.h: where the answer is to be stored.
            unsafe { *out_alive = i32::from(alive) };
            0
        }
        None => 1,
    }
}

unsafe extern "C" fn cancel(id: *const c_char, user_data: *mut c_void) -> i32 {
    // SAFETY: as in `poll`.
    let done = guarded(|| Some(unsafe { engine(user_data).cancel(&id_of(id)) }));
    i32::from(done.is_none())
}
