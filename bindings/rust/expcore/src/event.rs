//! What a run tells while it goes on.
use crate::call::{text, texts, whole};
use expcore_sys as sys;
use std::any::Any;
use std::os::raw::c_void;
use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};

macro_rules! numbers {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $value:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name { $($variant,)* /** A number of a newer library. */ Other(i32) }

        impl $name {
            pub(crate) fn of(number: i32) -> Self {
                match number { $(sys::$value => Self::$variant,)* other => Self::Other(other) }
            }
        }
    };
}

pub(crate) use numbers;

numbers! {
    /// Kinds of events.
    EventKind {
        Warning = EXP_EVENT_WARNING,
        PlanMade = EXP_EVENT_PLAN_MADE,
        StageStarted = EXP_EVENT_STAGE_STARTED,
        CommandStarted = EXP_EVENT_COMMAND_STARTED,
        Output = EXP_EVENT_OUTPUT,
        StageFinished = EXP_EVENT_STAGE_FINISHED,
        LockCreated = EXP_EVENT_LOCK_CREATED,
        LockUpdated = EXP_EVENT_LOCK_UPDATED,
        FilesToTrack = EXP_EVENT_FILES_TO_TRACK,
        ExperimentStarted = EXP_EVENT_EXPERIMENT_STARTED,
        ExperimentFinished = EXP_EVENT_EXPERIMENT_FINISHED,
        Progress = EXP_EVENT_PROGRESS,
        StageShared = EXP_EVENT_STAGE_SHARED,
        StageWaiting = EXP_EVENT_STAGE_WAITING,
    }
}

numbers! {
    /// How a stage ended.
    Outcome {
        None = EXP_OUTCOME_NONE,
        Ran = EXP_OUTCOME_RAN,
        Cached = EXP_OUTCOME_CACHED,
        Unchanged = EXP_OUTCOME_UNCHANGED,
        Failed = EXP_OUTCOME_FAILED,
        Verified = EXP_OUTCOME_VERIFIED,
        Skipped = EXP_OUTCOME_SKIPPED,
        Pulled = EXP_OUTCOME_PULLED,
    }
}

numbers! {
    /// What defines a stage: an entry of a dvc.yaml, a `.dvc` file of `dvc add`, or one of `dvc import`.
    StageKind {
        Pipeline = EXP_STAGE_PIPELINE,
        DataSource = EXP_STAGE_DATA_SOURCE,
        Import = EXP_STAGE_IMPORT,
    }
}

/// One thing that happened. `data` are the bytes of `text`, which for output need not be UTF-8.
#[derive(Clone, Debug)]
pub struct Event {
    pub kind: EventKind,
    pub outcome: Outcome,
    pub stage: String,
    pub text: String,
    pub data: Vec<u8>,
    pub seconds: f64,
    pub done: i64,
    pub total: i64,
    pub stream: i32,
    pub bytes_done: i64,
    pub bytes_total: i64,
    /// Of `ExperimentFinished`.
    pub commit: String,
    /// The stages of `PlanMade`, the paths of `FilesToTrack`.
    pub stages: Vec<String>,
    /// What defines `stage`.
    pub stage_kind: StageKind,
    /// Whether `stage` is frozen.
    pub frozen: bool,
}

impl Event {
    /// # Safety
    /// `raw` is an event that the library passes to a callback.
    pub(crate) unsafe fn from_raw(raw: *const sys::exp_event) -> Self {
        let raw = whole(raw);
        let data = if raw.text.is_null() {
            Vec::new()
        } else {
            std::slice::from_raw_parts(raw.text.cast::<u8>(), raw.text_size).to_vec()
        };
        Self {
            kind: EventKind::of(raw.kind),
            outcome: Outcome::of(raw.outcome),
            stage: text(raw.stage),
            text: String::from_utf8_lossy(&data).into_owned(),
            data,
            seconds: raw.seconds,
            done: raw.done,
            total: raw.total,
            stream: raw.stream,
            bytes_done: raw.bytes_done,
            bytes_total: raw.bytes_total,
            commit: text(raw.commit),
            stages: texts(raw.stages),
            stage_kind: StageKind::of(raw.stage_kind),
            frozen: raw.frozen != 0,
        }
    }
}

pub(crate) type Listener<'a> = dyn FnMut(&Event) + Send + 'a;

/// Carries events to a listener and its panic back.
pub(crate) struct Relay<'a> {
    listener: Option<Box<Listener<'a>>>,
    panic: Option<Box<dyn Any + Send>>,
}

impl<'a> Relay<'a> {
    pub(crate) fn new(listener: Option<Box<Listener<'a>>>) -> Self {
        Self { listener, panic: None }
    }

    pub(crate) fn callback(&self) -> sys::exp_event_cb {
        self.listener.as_ref().map(|_| relay as unsafe extern "C" fn(*const sys::exp_event, *mut c_void) -> i32)
    }

    pub(crate) fn user_data(&mut self) -> *mut c_void {
        (self as *mut Relay<'a>).cast()
    }

    /// Tells the listener; 1 when it panicked.
    ///
    /// # Safety
    /// As for `Event::from_raw`.
    pub(crate) unsafe fn tell(&mut self, event: *const sys::exp_event) -> i32 {
        let listener = match self.listener.as_mut() {
            Some(listener) => listener,
            None => return 0,
        };
        let event = Event::from_raw(event);
        match catch_unwind(AssertUnwindSafe(|| listener(&event))) {
            Ok(()) => 0,
            Err(panic) => {
                self.panic = Some(panic);
                1
            }
        }
    }

    /// Goes on with the panic of the listener, if there was one.
    pub(crate) fn resume(&mut self) {
        if let Some(panic) = self.panic.take() {
            resume_unwind(panic);
        }
    }
}

unsafe extern "C" fn relay(event: *const sys::exp_event, user_data: *mut c_void) -> i32 {
    // SAFETY: user_data is the Relay of the call that runs now; exp.h: callbacks "are never called two at once
    // for one call", so this is the only reference.
    (*user_data.cast::<Relay<'_>>()).tell(event)
}
