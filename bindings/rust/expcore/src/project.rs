//! A DVC project.
use crate::call::{c_path, made, text};
use crate::data::Data;
use crate::error::Result;
use crate::experiments::Experiments;
use crate::pipeline::Pipeline;
use crate::queue::Queue;
use expcore_sys as sys;
use std::path::{Path, PathBuf};
use std::ptr::NonNull;

/// A DVC project. Use one from one thread at a time; different ones are independent.
pub struct Project(NonNull<sys::exp_project>);

// SAFETY: exp.h: "Handles are thread-compatible: use one from one thread at a time".
unsafe impl Send for Project {}

impl Project {
    /// The project that contains `directory`.
    pub fn open(directory: impl AsRef<Path>) -> Result<Self> {
        let directory = c_path(directory.as_ref())?;
        // SAFETY: the out-parameters and the path live during the call.
        made(|out, error| unsafe { sys::exp_project_open(out, directory.as_ptr(), error) }).map(Self)
    }

    /// Makes `directory`, the root of a Git repository, a DVC project and opens it.
    pub fn init(directory: impl AsRef<Path>) -> Result<Self> {
        Self::init_with(directory, 0)
    }

    /// As `init`, with EXP_INIT_* flags or'ed.
    pub fn init_with(directory: impl AsRef<Path>, flags: u32) -> Result<Self> {
        let directory = c_path(directory.as_ref())?;
        // SAFETY: as in `open`.
        made(|out, error| unsafe { sys::exp_project_init(out, directory.as_ptr(), flags, error) }).map(Self)
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
        self.0.as_ptr()
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        // SAFETY: owned by `self`, freed once.
        unsafe { sys::exp_project_free(self.0.as_ptr()) }
    }
}

impl std::fmt::Debug for Project {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Project").field(&self.root()).finish()
    }
}
