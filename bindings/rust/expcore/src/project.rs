//! A DVC project.
use crate::call::{c_path, call, made, text, CStrings};
use crate::data::Data;
use crate::error::Result;
use crate::experiments::Experiments;
use crate::log::{relay, LogLevel, LogListener, LogRecord};
use crate::metrics::{Metrics, Params};
use crate::pipeline::Pipeline;
use crate::plots::Plots;
use crate::queue::Queue;
use expcore_sys as sys;
use std::mem::size_of;
use std::path::{Path, PathBuf};
use std::ptr::NonNull;

/// A DVC project. Use one from one thread at a time; different ones are independent.
pub struct Project {
    raw: NonNull<sys::exp_project>,
    /// What the log is told to: boxed twice, since C keeps a plain pointer. Goes after the handle.
    log: Option<Box<Box<LogListener>>>,
}

// SAFETY: exp.h: "Handles are thread-compatible: use one from one thread at a time".
unsafe impl Send for Project {}

impl Project {
    /// The project that contains `directory`.
    pub fn open(directory: impl AsRef<Path>) -> Result<Self> {
        let directory = c_path(directory.as_ref())?;
        // SAFETY: the out-parameters and the path live during the call.
        made(|out, error| unsafe { sys::exp_project_open(out, directory.as_ptr(), error) }).map(Self::owning)
    }

    /// Makes `directory`, the root of a Git repository, a DVC project and opens it.
    pub fn init(directory: impl AsRef<Path>) -> Result<Self> {
        Self::init_with(directory, 0)
    }

    /// As `init`, with EXP_INIT_* flags or'ed.
    pub fn init_with(directory: impl AsRef<Path>, flags: u32) -> Result<Self> {
        let directory = c_path(directory.as_ref())?;
        // SAFETY: as in `open`.
        made(|out, error| unsafe { sys::exp_project_init(out, directory.as_ptr(), flags, error) }).map(Self::owning)
    }

    /// As `open`, with other environment variables than this process's: what configuration, `oc.env` and commands see.
    pub fn open_with_environment<'a>(
        directory: impl AsRef<Path>,
        environment: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self> {
        let directory = c_path(directory.as_ref())?;
        let variables: Vec<String> = environment.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        let variables = CStrings::list(&variables)?;
        let options =
            sys::exp_open_options { struct_size: size_of::<sys::exp_open_options>(), environment: variables.as_ptr() };
        // SAFETY: everything lives during the call.
        made(|out, error| unsafe { sys::exp_project_open_with(out, directory.as_ptr(), &options, error) })
            .map(Self::owning)
    }

    fn owning(raw: NonNull<sys::exp_project>) -> Self {
        Self { raw, log: None }
    }

    /// From now on every operation of the project tells `listener` what happens, line by line, except what matters
    /// less than `least`. A panic in it ends the operation with `ErrorKind::Callback`.
    pub fn log_to(&mut self, least: LogLevel, listener: impl FnMut(&LogRecord) + Send + 'static) -> Result<()> {
        let mut next: Box<Box<LogListener>> = Box::new(Box::new(listener));
        let user_data: *mut Box<LogListener> = &mut *next;
        // SAFETY: no other call is made with the project (`&mut self`); the listener lives as long as it is set.
        call(|error| unsafe {
            sys::exp_project_log_to(self.raw.as_ptr(), Some(relay), user_data.cast(), least.number(), error)
        })?;
        self.log = Some(next);
        Ok(())
    }

    /// Ends `log_to`.
    pub fn stop_log(&mut self) {
        // SAFETY: as in `log_to`; without a callback nothing is left that could fail.
        let _ = call(|error| unsafe {
            sys::exp_project_log_to(self.raw.as_ptr(), None, std::ptr::null_mut(), 0, error)
        });
        self.log = None;
    }

    /// The folder that paths are relative to, absolute.
    pub fn directory(&self) -> PathBuf {
        // SAFETY: the text is borrowed from the handle, which lives.
        PathBuf::from(unsafe { text(sys::exp_project_directory(self.as_ptr())) })
    }

    /// The folder that holds `.dvc`, absolute.
    pub fn root(&self) -> PathBuf {
        // SAFETY: the text is borrowed from the handle, which lives.
        PathBuf::from(unsafe { text(sys::exp_project_root(self.as_ptr())) })
    }

    /// The stages, what is stale, and how to run them.
    pub fn pipeline(&self) -> Pipeline<'_> {
        Pipeline::new(self)
    }

    /// The metrics at any revision.
    pub fn metrics(&self) -> Metrics<'_> {
        Metrics::new(self)
    }

    /// The params at any revision.
    pub fn params(&self) -> Params<'_> {
        Params::new(self)
    }

    /// The plots at any revision.
    pub fn plots(&self) -> Plots<'_> {
        Plots::new(self)
    }

    /// The data: files, the cache, remotes.
    pub fn data(&self) -> Data<'_> {
        Data::new(self)
    }

    /// The experiments.
    pub fn experiments(&self) -> Experiments<'_> {
        Experiments::new(self)
    }

    /// The queue.
    pub fn queue(&self) -> Queue<'_> {
        Queue::new(self)
    }

    pub(crate) fn as_ptr(&self) -> *const sys::exp_project {
        self.raw.as_ptr()
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        // SAFETY: owned by `self`, freed once.
        unsafe { sys::exp_project_free(self.raw.as_ptr()) }
    }
}

impl std::fmt::Debug for Project {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Project").field(&self.root()).finish()
    }
}
