//! A project's log.
use crate::call::{text, whole};
use crate::event::numbers;
use expcore_sys as sys;
use std::os::raw::c_void;
use std::panic::{catch_unwind, AssertUnwindSafe};

numbers! {
    /// How much a line of the log matters.
    LogLevel {
        Debug = EXP_LOG_DEBUG,
        Info = EXP_LOG_INFO,
        Warning = EXP_LOG_WARNING,
    }
}

impl LogLevel {
    pub(crate) fn number(self) -> i32 {
        match self {
            Self::Debug => sys::EXP_LOG_DEBUG,
            Self::Info => sys::EXP_LOG_INFO,
            Self::Warning => sys::EXP_LOG_WARNING,
            Self::Other(number) => number,
        }
    }
}

/// One line of a project's log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogRecord {
    pub level: LogLevel,
    pub text: String,
    /// Name of the queued task it happened in; "" outside of one.
    pub task: String,
}

pub(crate) type LogListener = dyn FnMut(&LogRecord) + Send;

pub(crate) unsafe extern "C" fn relay(record: *const sys::exp_log_record, user_data: *mut c_void) -> i32 {
    // SAFETY: user_data is the listener that the project owns; exp.h: "never two at once for one call", and a project
    // is used from one thread at a time, so this is the only reference.
    let listener = &mut *user_data.cast::<Box<LogListener>>();
    let raw = whole(record);
    let record = LogRecord { level: LogLevel::of(raw.level), text: text(raw.text), task: text(raw.task) };
    i32::from(catch_unwind(AssertUnwindSafe(|| listener(&record))).is_err())
}
