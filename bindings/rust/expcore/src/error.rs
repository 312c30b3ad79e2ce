//! What goes wrong.
use expcore_sys as sys;
use std::fmt;

/// The kind of a failure, EXP_ERR_* of `exp.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    Internal,
    InvalidArgument,
    NotFound,
    Parse,
    Io,
    Git,
    StageFailed,
    Cancelled,
    Callback,
    NotAProject,
    Config,
    Exists,
    Busy,
    /// A status of a newer library.
    Other(i32),
}

impl ErrorKind {
    fn of(code: sys::exp_status) -> Self {
        match code {
            sys::EXP_ERR_INTERNAL => Self::Internal,
            sys::EXP_ERR_INVALID_ARGUMENT => Self::InvalidArgument,
            sys::EXP_ERR_NOT_FOUND => Self::NotFound,
            sys::EXP_ERR_PARSE => Self::Parse,
            sys::EXP_ERR_IO => Self::Io,
            sys::EXP_ERR_GIT => Self::Git,
            sys::EXP_ERR_STAGE_FAILED => Self::StageFailed,
            sys::EXP_ERR_CANCELLED => Self::Cancelled,
            sys::EXP_ERR_CALLBACK => Self::Callback,
            sys::EXP_ERR_NOT_A_PROJECT => Self::NotAProject,
            sys::EXP_ERR_CONFIG => Self::Config,
            sys::EXP_ERR_EXISTS => Self::Exists,
            sys::EXP_ERR_BUSY => Self::Busy,
            other => Self::Other(other),
        }
    }
}

/// A failed call: its kind, message, and for malformed files the place with a code frame.
#[derive(Clone, Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    details: String,
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn new(code: sys::exp_status, message: String, details: String) -> Self {
        Self { kind: ErrorKind::of(code), message, details }
    }

    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Message, outermost context first.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// File, line, column and a code frame; "" when there is none.
    pub fn details(&self) -> &str {
        &self.details
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if !self.details.is_empty() {
            write!(f, "\n{}", self.details)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
