//! The durable queue: add, look, run.
use crate::call::{c_path, c_string, check, from_callback, made, owned_names, owned_text, text, whole, CStrings, Cancel};
use crate::error::Result;
use crate::event::{numbers, Event};
use crate::executor::Executor;
use crate::pipeline::RunOptions;
use crate::project::Project;
use expcore_sys as sys;
use std::any::Any;
use std::cell::RefCell;
use std::mem::size_of;
use std::ops::Deref;
use std::os::raw::{c_char, c_void};
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
use std::path::PathBuf;
use std::ptr;
use std::time::{Duration, SystemTime};

numbers! {
    /// What a task is doing.
    TaskState {
        Queued = EXP_TASK_QUEUED,
        Held = EXP_TASK_HELD,
        Running = EXP_TASK_RUNNING,
        Success = EXP_TASK_SUCCESS,
        Failed = EXP_TASK_FAILED,
    }
}

numbers! {
    /// Kinds of queue events.
    QueueEventKind {
        TaskStarted = EXP_QUEUE_EVENT_TASK_STARTED,
        TaskEvent = EXP_QUEUE_EVENT_TASK_EVENT,
        TaskFinished = EXP_QUEUE_EVENT_TASK_FINISHED,
    }
}

/// One experiment that was added to the queue, as it was when it was looked at.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Task {
    /// 40 hex digits; a prefix of at least four names the task, too.
    pub id: String,
    pub name: String,
    /// The commit it is an experiment of.
    pub baseline: String,
    pub state: TaskState,
    /// Of a failed task: "failed", "killed", "timed out", "lost", a sentence.
    pub reason: String,
    /// File and override, `("params.yaml", "lr=0.1")`.
    pub overrides: Vec<(String, String)>,
    /// Greater ones run first.
    pub priority: i32,
    /// Tasks it comes after have not succeeded yet.
    pub waits_for_others: bool,
    pub created: Option<SystemTime>,
    /// Of the last attempt; `None`: none yet.
    pub started: Option<SystemTime>,
    /// Of the last attempt; `None`: not yet.
    pub ended: Option<SystemTime>,
    /// Made or being made.
    pub attempts: i32,
    pub exit_code: i32,
    pub cpu_seconds: f64,
    /// Bytes; the greatest of the processes of the last attempt.
    pub max_rss: i64,
    /// What went wrong in the last attempt.
    pub message: String,
    /// Path of the last attempt's log; "" before the first.
    pub log: String,
    /// Of the experiment, once published.
    pub commit: String,
    pub reference: String,
    /// Of the worker that runs it; 0 when none does.
    pub pid: i64,
    /// A task of DVC's own queue, which only DVC changes.
    pub is_dvc: bool,
}

fn time(nanoseconds: i64) -> Option<SystemTime> {
    let since = u64::try_from(nanoseconds).ok().filter(|n| *n > 0)?;
    Some(SystemTime::UNIX_EPOCH + Duration::from_nanos(since))
}

impl Task {
    /// # Safety
    /// `raw` is a task of the library, alive during the call.
    unsafe fn from_raw(raw: *const sys::exp_task) -> Self {
        let raw = whole(raw);
        Self {
            id: text(raw.id),
            name: text(raw.name),
            baseline: text(raw.baseline),
            state: TaskState::of(raw.state),
            reason: text(raw.reason),
            overrides: (0..raw.override_count)
                .map(|i| (text(*raw.override_files.add(i)), text(*raw.overrides.add(i))))
                .collect(),
            priority: raw.priority,
            waits_for_others: raw.waits_for_others != 0,
            created: time(raw.created),
            started: time(raw.started),
            ended: time(raw.ended),
            attempts: raw.attempts,
            exit_code: raw.exit_code,
            cpu_seconds: raw.cpu_seconds,
            max_rss: raw.max_rss,
            message: text(raw.message),
            log: text(raw.log),
            commit: text(raw.commit),
            reference: text(raw.r#ref),
            pid: raw.pid,
            is_dvc: raw.is_dvc != 0,
        }
    }
}

/// Tasks, and the workers there were; a slice of [`Task`].
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    list: Vec<Task>,
    active_workers: i32,
    idle_workers: i32,
}

impl Tasks {
    /// Workers that were running a task (0 unless from `Queue::status`).
    pub fn active_workers(&self) -> i32 {
        self.active_workers
    }

    /// Workers that were waiting for tasks (0 unless from `Queue::status`).
    pub fn idle_workers(&self) -> i32 {
        self.idle_workers
    }

    /// Copies and frees what a call made.
    fn made(
        f: impl FnOnce(*mut *mut sys::exp_tasks, *mut *mut sys::exp_error) -> sys::exp_status,
    ) -> Result<Self> {
        let raw = made(f)?.as_ptr();
        // SAFETY: exp.h: a task "lives as long as `tasks`", which is freed once, after the copy.
        unsafe {
            let tasks = Self {
                list: (0..sys::exp_tasks_count(raw)).map(|i| Task::from_raw(sys::exp_tasks_get(raw, i))).collect(),
                active_workers: sys::exp_tasks_active_workers(raw),
                idle_workers: sys::exp_tasks_idle_workers(raw),
            };
            sys::exp_tasks_free(raw);
            Ok(tasks)
        }
    }
}

impl Deref for Tasks {
    type Target = [Task];
    fn deref(&self) -> &[Task] {
        &self.list
    }
}

impl IntoIterator for Tasks {
    type Item = Task;
    type IntoIter = std::vec::IntoIter<Task>;
    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl<'t> IntoIterator for &'t Tasks {
    type Item = &'t Task;
    type IntoIter = std::slice::Iter<'t, Task>;
    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

/// One thing that `Queue::doctor` found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// For programs: "lost_attempt"; listed in docs/formats/queue.md.
    pub kind: String,
    /// The name of the task that it is about; "" when it is about none.
    pub task: String,
    pub what: String,
    /// What fixes it: what `doctor(true)` does or, where it is not `fixable`, people can do.
    pub remedy: String,
    pub fixable: bool,
    pub fixed: bool,
}

/// What `Queue::add` wants to know beside how to run.
#[derive(Clone, Debug, Default)]
pub struct TaskOptions {
    /// Greater ones run first.
    pub priority: i32,
    /// Not to run before `Queue::release`.
    pub held: bool,
    /// Compose no configuration.
    pub no_hydra: bool,
    /// Of one attempt; zero: none.
    pub timeout: Duration,
    /// Attempts after a first that failed.
    pub retries: i32,
    /// Tasks that must have succeeded before.
    pub after: Vec<String>,
    /// Untracked or ignored paths that the runs need.
    pub copy_paths: Vec<String>,
}

/// Which tasks `Queue::remove_all` removes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removal {
    /// Held ones, too.
    pub queued: bool,
    pub failed: bool,
    pub success: bool,
}

/// Detached workers to be started.
#[derive(Clone, Debug)]
pub struct WorkerOptions {
    /// How many there shall be; those that are there count.
    pub count: u32,
    /// `expcore`, or one that knows `exp queue-worker`.
    pub program: PathBuf,
    /// How long they wait for more tasks.
    pub linger: Duration,
    /// Where commands run: an executor of `.dvc/expcore.yaml`, or "local".
    pub executor: String,
}

impl Default for WorkerOptions {
    fn default() -> Self {
        Self { count: 1, program: "expcore".into(), linger: Duration::from_secs(10), executor: "local".into() }
    }
}

/// One thing that happened in `Queue::run`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct QueueEvent {
    pub kind: QueueEventKind,
    /// Without what only `Queue::status` looks up: times, log, pid.
    pub task: Task,
    /// Of `TaskEvent`: something in its run.
    pub event: Option<Event>,
    /// Of `TaskFinished`: another attempt will be made.
    pub again: bool,
}

type Listener<'a> = dyn FnMut(&QueueEvent) + Send + 'a;
type Ready<'a> = dyn FnMut() + Send + 'a;
type Panic = Box<dyn Any + Send>;

/// How to run the queue.
#[derive(Default)]
pub struct QueueRunOptions<'a> {
    linger: Duration,
    flags: u32,
    cancel: Option<&'a Cancel>,
    on_event: RefCell<Option<Box<Listener<'a>>>>,
    on_ready: RefCell<Option<Box<Ready<'a>>>>,
}

impl<'a> QueueRunOptions<'a> {
    pub fn new() -> Self {
        Self::default()
    }

    /// How long to wait for more tasks.
    pub fn linger(mut self, linger: Duration) -> Self {
        self.linger = linger;
        self
    }

    /// For programs that do nothing else: processes that commands leave behind are ended, too.
    pub fn own_process(mut self) -> Self {
        self.flags |= sys::EXP_QUEUE_RUN_OWN_PROCESS;
        self
    }

    /// The token that ends the run; what was running is queued again.
    pub fn cancel(mut self, cancel: &'a Cancel) -> Self {
        self.cancel = Some(cancel);
        self
    }

    /// Listens to the next run, from threads of its own, never two at once. A panic ends the run, queues again what
    /// was running, and goes on in the caller.
    pub fn on_event(self, listener: impl FnMut(&QueueEvent) + Send + 'a) -> Self {
        *self.on_event.borrow_mut() = Some(Box::new(listener));
        self
    }

    /// Called when the workers are known to everyone; panics as in `on_event`.
    pub fn on_ready(self, ready: impl FnMut() + Send + 'a) -> Self {
        *self.on_ready.borrow_mut() = Some(Box::new(ready));
        self
    }
}

/// What callbacks of one call share.
#[derive(Default)]
struct Relay<'a> {
    on_event: Option<Box<Listener<'a>>>,
    on_ready: Option<Box<Ready<'a>>>,
    on_text: Option<&'a mut (dyn FnMut(&[u8]) + Send)>,
    panic: Option<Panic>,
}

impl Relay<'_> {
    /// Runs a listener; a panic is kept and stops the call.
    fn guard(&mut self, tell: impl FnOnce(&mut Self)) -> i32 {
        match catch_unwind(AssertUnwindSafe(|| tell(self))) {
            Ok(()) => 0,
            Err(panic) => {
                self.panic = Some(panic);
                1
            }
        }
    }

    /// Goes on with the panic of a listener, if that is why the call failed.
    fn resume(&mut self, result: Result<()>) -> Result<()> {
        if matches!(&result, Err(error) if from_callback(error)) {
            if let Some(panic) = self.panic.take() {
                resume_unwind(panic);
            }
        }
        result
    }
}

/// # Safety
/// `user_data` is the Relay of the call that runs now. exp.h: callbacks "are never called two at once for one call",
/// so this is the only reference.
unsafe fn relay_of<'r>(user_data: *mut c_void) -> &'r mut Relay<'r> {
    &mut *user_data.cast::<Relay<'_>>()
}

unsafe extern "C" fn on_event(event: *const sys::exp_queue_event, user_data: *mut c_void) -> i32 {
    // SAFETY: exp.h: "Everything is borrowed for the call"; for the relay see `relay_of`.
    let raw = whole(event);
    relay_of(user_data).guard(|relay| {
        let event = QueueEvent {
            kind: QueueEventKind::of(raw.kind),
            task: Task::from_raw(raw.task),
            event: if raw.event.is_null() { None } else { Some(Event::from_raw(raw.event)) },
            again: raw.again != 0,
        };
        if let Some(listener) = relay.on_event.as_mut() {
            listener(&event);
        }
    })
}

unsafe extern "C" fn on_ready(user_data: *mut c_void) -> i32 {
    // SAFETY: see `relay_of`.
    relay_of(user_data).guard(|relay| {
        if let Some(ready) = relay.on_ready.as_mut() {
            ready();
        }
    })
}

unsafe extern "C" fn on_text(text: *const c_char, size: usize, user_data: *mut c_void) -> i32 {
    // SAFETY: exp.h: `text` has `size` bytes; for the relay see `relay_of`.
    let bytes = std::slice::from_raw_parts(text.cast::<u8>(), size);
    relay_of(user_data).guard(|relay| {
        if let Some(tell) = relay.on_text.as_mut() {
            tell(bytes);
        }
    })
}

pub(crate) fn milliseconds(duration: Duration) -> i64 {
    let whole = duration.as_nanos().saturating_add(999_999) / 1_000_000;
    i64::try_from(whole).unwrap_or(i64::MAX)
}

fn token(cancel: Option<&Cancel>) -> *mut sys::exp_cancel {
    cancel.map_or(ptr::null_mut(), Cancel::as_ptr)
}

/// The durable queue of a project, made by `Project::queue`.
///
/// Tasks survive everything but the deletion of their folder, run first in, first out within a priority, and each
/// publishes its result once. They are named by experiment name or by a prefix of their id. Any number of programs
/// may use the queue; other threads open a project of their own.
///
/// ```no_run
/// use expcore::{Executor, Project, QueueRunOptions, RunOptions, TaskOptions};
///
/// let project = Project::open(".")?;
/// let queue = project.queue();
/// queue.add(&RunOptions::new().name("sweep").set_param("lr=0.1,0.2"), &TaskOptions::default())?;
/// let options = QueueRunOptions::new().on_event(|event| println!("{:?} {}", event.kind, event.task.name));
/// queue.run(&Executor::local(2)?, &options)?;
/// assert!(queue.wait_all(None, None)?);
/// # Ok::<(), expcore::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Queue<'p> {
    project: &'p Project,
}

impl<'p> Queue<'p> {
    pub(crate) fn new(project: &'p Project) -> Self {
        Self { project }
    }

    /// Adds one task for each combination of the overrides, all of them or none. They start from the workspace as it
    /// is now; files, index and HEAD stay as they are. Of a sweep named "x" the tasks are "x-1", "x-2", ….
    pub fn add(&self, run: &RunOptions<'_>, task: &TaskOptions) -> Result<Tasks> {
        let after = CStrings::new(&task.after)?;
        let paths = CStrings::new(&task.copy_paths)?;
        let mut tasks = Tasks::default();
        run.with_native(|run, experiment| {
            // SAFETY: `with_native` keeps both alive during the call.
            let experiment = unsafe { &*experiment };
            let options = sys::exp_queue_add_options {
                struct_size: size_of::<sys::exp_queue_add_options>(),
                run,
                name: experiment.name,
                message: experiment.message,
                set_params: experiment.set_params,
                copy_paths: paths.as_ptr(),
                after: after.as_ptr(),
                timeout: milliseconds(task.timeout),
                priority: task.priority,
                retries: task.retries,
                flags: (if task.held { sys::EXP_QUEUE_ADD_HELD } else { 0 })
                    | (if task.no_hydra { sys::EXP_QUEUE_ADD_NO_HYDRA } else { 0 }),
                reserved: 0,
            };
            // SAFETY: everything the options point to lives during the call.
            tasks = Tasks::made(|out, error| unsafe { sys::exp_queue_add(out, self.raw(), &options, error) })?;
            Ok(())
        })?;
        Ok(tasks)
    }

    /// Running tasks, then queued and held, failed, successful ones, each in order.
    pub fn status(&self) -> Result<Tasks> {
        // SAFETY: the project lives during the call.
        Tasks::made(|out, error| unsafe { sys::exp_queue_status(out, self.raw(), 0, error) })
    }

    /// The JSON of `queue status --json`.
    pub fn status_json(&self) -> Result<String> {
        // SAFETY: as in `status`.
        owned_text(|out, error| unsafe { sys::exp_queue_status_json(out, self.raw(), error) })
    }

    /// A task as it is now; `None` when there is none of that name.
    pub fn find(&self, task: &str) -> Result<Option<Task>> {
        let task = c_string(task)?;
        // SAFETY: the project and the name live during the call.
        let found = Tasks::made(|out, error| unsafe { sys::exp_queue_find(out, self.raw(), task.as_ptr(), error) })?;
        Ok(found.into_iter().next())
    }

    /// Runs tasks in this process until none is left. Blocks. A failing task is told, not an error.
    pub fn run(&self, executor: &Executor, options: &QueueRunOptions<'_>) -> Result<()> {
        let mut relay = Relay {
            on_event: options.on_event.borrow_mut().take(),
            on_ready: options.on_ready.borrow_mut().take(),
            ..Relay::default()
        };
        let native = sys::exp_queue_run_options {
            struct_size: size_of::<sys::exp_queue_run_options>(),
            on_event: relay.on_event.as_ref().map(|_| on_event as unsafe extern "C" fn(_, _) -> i32),
            on_ready: relay.on_ready.as_ref().map(|_| on_ready as unsafe extern "C" fn(_) -> i32),
            user_data: (&mut relay as *mut Relay<'_>).cast(),
            cancel: token(options.cancel),
            linger: milliseconds(options.linger),
            flags: options.flags,
            reserved: 0,
        };
        // SAFETY: everything the options point to lives during the call, after which no callback runs.
        let result =
            self.call(|error| unsafe { sys::exp_queue_run(self.raw(), executor.as_ptr(), &native, error) });
        relay.resume(result)
    }

    /// Starts detached workers, which outlive this process, and returns how many it started.
    pub fn start(&self, options: &WorkerOptions) -> Result<u32> {
        let program = c_path(&options.program)?;
        let executor = c_string(options.executor.as_str())?;
        let linger = milliseconds(options.linger);
        let native = sys::exp_worker_options {
            struct_size: size_of::<sys::exp_worker_options>(),
            program: program.as_ptr(),
            linger: if linger == 0 { -1 } else { linger },
            count: options.count,
            reserved: 0,
            executor: executor.as_ptr(),
        };
        let mut started = 0;
        // SAFETY: the project and the options live during the call.
        self.call(|error| unsafe { sys::exp_queue_start(&mut started, self.raw(), &native, error) })?;
        Ok(started)
    }

    /// Workers end after what they are running now.
    pub fn stop(&self) -> Result<()> {
        // SAFETY: the project lives during the call.
        self.call(|error| unsafe { sys::exp_queue_stop(self.raw(), error) })
    }

    /// Ends running tasks with all their processes and waits for their end: SIGTERM, ten seconds later SIGKILL;
    /// `force`: SIGKILL at once. Returns the names given that no running task has.
    pub fn kill<S: AsRef<str>>(&self, tasks: &[S], force: bool) -> Result<Vec<String>> {
        let tasks = CStrings::list(tasks)?;
        // SAFETY: the project and the names live during the call.
        owned_names(|out, error| unsafe { sys::exp_queue_kill(out, self.raw(), tasks.as_ptr(), kill_flags(force), error) })
    }

    /// Every running one. Returns their names.
    pub fn kill_all(&self, force: bool) -> Result<Vec<String>> {
        // SAFETY: the project lives during the call.
        owned_names(|out, error| unsafe { sys::exp_queue_kill_all(out, self.raw(), kill_flags(force), error) })
    }

    /// Takes tasks away: all of them or, when one is unknown or running, none. Logs go, experiments stay.
    pub fn remove<S: AsRef<str>>(&self, tasks: &[S]) -> Result<()> {
        self.change(tasks, sys::exp_queue_remove)
    }

    /// Takes all tasks of some kinds away and returns them.
    pub fn remove_all(&self, which: Removal) -> Result<Tasks> {
        let flags = (if which.queued { sys::EXP_QUEUE_REMOVE_QUEUED } else { 0 })
            | (if which.failed { sys::EXP_QUEUE_REMOVE_FAILED } else { 0 })
            | (if which.success { sys::EXP_QUEUE_REMOVE_SUCCESS } else { 0 });
        // SAFETY: the project lives during the call.
        Tasks::made(|out, error| unsafe { sys::exp_queue_remove_all(out, self.raw(), flags, error) })
    }

    /// Queued tasks wait for `release`.
    pub fn hold<S: AsRef<str>>(&self, tasks: &[S]) -> Result<()> {
        self.change(tasks, sys::exp_queue_hold)
    }

    /// Held tasks may run.
    pub fn release<S: AsRef<str>>(&self, tasks: &[S]) -> Result<()> {
        self.change(tasks, sys::exp_queue_release)
    }

    /// Greater ones run first; 0 is what tasks have.
    pub fn prioritize<S: AsRef<str>>(&self, tasks: &[S], priority: i32) -> Result<()> {
        let tasks = CStrings::list(tasks)?;
        // SAFETY: the project and the names live during the call.
        self.call(|error| unsafe { sys::exp_queue_prioritize(self.raw(), tasks.as_ptr(), priority, error) })
    }

    /// Queues failed tasks once more.
    pub fn retry<S: AsRef<str>>(&self, tasks: &[S]) -> Result<()> {
        self.change(tasks, sys::exp_queue_retry)
    }

    /// Queues every failed task once more.
    pub fn retry_all(&self) -> Result<()> {
        // SAFETY: the project lives during the call; NULL stands for all tasks.
        self.call(|error| unsafe { sys::exp_queue_retry(self.raw(), ptr::null(), error) })
    }

    /// Queues finished tasks, failed or not, once more.
    pub fn requeue<S: AsRef<str>>(&self, tasks: &[S]) -> Result<()> {
        self.change(tasks, sys::exp_queue_requeue)
    }

    /// Waits until the tasks neither run nor wait to; held ones count as over. Returns whether all succeeded.
    /// `ErrorKind::Busy` after `timeout`.
    pub fn wait<S: AsRef<str>>(
        &self,
        tasks: &[S],
        timeout: Option<Duration>,
        cancel: Option<&Cancel>,
    ) -> Result<bool> {
        let tasks = CStrings::list(tasks)?;
        self.wait_for(tasks.as_ptr(), timeout, cancel)
    }

    /// As `wait`, for all tasks.
    pub fn wait_all(&self, timeout: Option<Duration>, cancel: Option<&Cancel>) -> Result<bool> {
        self.wait_for(ptr::null(), timeout, cancel)
    }

    /// What the last attempt wrote; `all`: with the lines about attempts.
    pub fn log(&self, task: &str, all: bool) -> Result<String> {
        let task = c_string(task)?;
        let flags = if all { sys::EXP_QUEUE_LOG_ALL } else { 0 };
        let mut size = 0;
        // SAFETY: the project and the name live during the call; the text has `size` bytes and is freed once.
        unsafe {
            let raw = made(|out, error| sys::exp_queue_log(out, &mut size, self.raw(), task.as_ptr(), flags, error))?;
            let bytes = std::slice::from_raw_parts(raw.as_ptr().cast::<u8>(), size);
            let log = String::from_utf8_lossy(bytes).into_owned();
            sys::exp_free(raw.as_ptr().cast());
            Ok(log)
        }
    }

    /// Hands the log over as it grows, until the task has ended. A panic of `tell` stops it and goes on in the caller.
    pub fn follow(
        &self,
        task: &str,
        mut tell: impl FnMut(&[u8]) + Send,
        cancel: Option<&Cancel>,
    ) -> Result<()> {
        let task = c_string(task)?;
        let mut relay = Relay { on_text: Some(&mut tell), ..Relay::default() };
        let user_data = (&mut relay as *mut Relay<'_>).cast();
        // SAFETY: the project, the name and the relay live during the call, after which no callback runs.
        let result = self.call(|error| unsafe {
            sys::exp_queue_follow(self.raw(), task.as_ptr(), Some(on_text), user_data, token(cancel), error)
        });
        relay.resume(result)
    }

    /// Finds tasks whose worker died and returns how many there were. Every call that needs to know does this, too.
    pub fn recover(&self) -> Result<u32> {
        let mut count = 0;
        // SAFETY: the project lives during the call.
        self.call(|error| unsafe { sys::exp_queue_recover(&mut count, self.raw(), error) })?;
        Ok(count)
    }

    /// Tells what crashes, deleted files and foreign hands have left: tasks of dead workers, tasks that cannot run, a
    /// damaged store, files and refs that nobody needs; `fix` repairs what is safe to. Empty: nothing is wrong.
    pub fn doctor(&self, fix: bool) -> Result<Vec<Finding>> {
        let flags = if fix { sys::EXP_QUEUE_DOCTOR_FIX } else { 0 };
        // SAFETY: the project lives during the call.
        let raw = made(|out, error| unsafe { sys::exp_queue_doctor(out, self.raw(), flags, error) })?.as_ptr();
        // SAFETY: exp.h: a finding "lives as long as `findings`", which is freed once, after the copy.
        unsafe {
            let findings = (0..sys::exp_findings_count(raw))
                .map(|i| {
                    let finding = &*sys::exp_findings_get(raw, i);
                    Finding {
                        kind: text(finding.kind),
                        task: text(finding.task),
                        what: text(finding.what),
                        remedy: text(finding.remedy),
                        fixable: finding.fixable != 0,
                        fixed: finding.fixed != 0,
                    }
                })
                .collect();
            sys::exp_findings_free(raw);
            Ok(findings)
        }
    }

    fn wait_for(
        &self,
        tasks: *const *const c_char,
        timeout: Option<Duration>,
        cancel: Option<&Cancel>,
    ) -> Result<bool> {
        let timeout = timeout.map_or(0, |t| milliseconds(t).max(1));
        let mut succeeded = 0;
        // SAFETY: the project and the names live during the call.
        self.call(|error| unsafe {
            sys::exp_queue_wait(&mut succeeded, self.raw(), tasks, timeout, token(cancel), error)
        })?;
        Ok(succeeded != 0)
    }

    /// Calls a function that takes tasks and nothing else.
    fn change<S: AsRef<str>>(
        &self,
        tasks: &[S],
        f: unsafe extern "C" fn(
            *const sys::exp_project,
            *const *const c_char,
            *mut *mut sys::exp_error,
        ) -> sys::exp_status,
    ) -> Result<()> {
        let tasks = CStrings::list(tasks)?;
        // SAFETY: the project and the names live during the call.
        self.call(|error| unsafe { f(self.raw(), tasks.as_ptr(), error) })
    }

    fn call(&self, f: impl FnOnce(*mut *mut sys::exp_error) -> sys::exp_status) -> Result<()> {
        let mut error = ptr::null_mut();
        let status = f(&mut error);
        check(status, error)
    }

    fn raw(&self) -> *const sys::exp_project {
        self.project.as_ptr()
    }
}

fn kill_flags(force: bool) -> u32 {
    if force {
        sys::EXP_QUEUE_KILL_FORCE
    } else {
        0
    }
}
