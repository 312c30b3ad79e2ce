//! Parameter overrides in Hydra's grammar, and sweeps.
use crate::call::{c_string, call, made, owned_names, owned_text, text, CStrings};
use crate::error::{Error, Result};
use crate::project::Project;
use expcore_sys as sys;
use std::path::PathBuf;
use std::ptr::NonNull;

/// An override and the params file it is for: `file` "params.yaml", `text` "lr=0.1".
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Override {
    pub file: String,
    pub text: String,
}

/// Overrides as `-S [file:]override` takes them: "lr=0.1", "+new=1", "~old", sweeps "lr=0.1,0.2".
///
/// ```
/// let overrides = expcore::ParamOverrides::parse(&["lr=0.1,0.2", "layers=range(1,4)"])?;
/// assert_eq!(overrides.size()?, 6);
/// let first = overrides.points()?.next().unwrap()?;
/// assert_eq!(first[1].text, "layers=1");
/// # Ok::<(), expcore::Error>(())
/// ```
pub struct ParamOverrides(NonNull<sys::exp_overrides>);

// SAFETY: exp.h: "Immutable: any thread may read it".
unsafe impl Send for ParamOverrides {}
// SAFETY: as above.
unsafe impl Sync for ParamOverrides {}

impl ParamOverrides {
    /// # Errors
    /// Malformed overrides, in Hydra's words; the details show the place.
    pub fn parse<S: AsRef<str>>(arguments: &[S]) -> Result<Self> {
        let arguments = CStrings::list(arguments)?;
        // SAFETY: the texts live during the call.
        made(|out, error| unsafe { sys::exp_overrides_parse(out, arguments.as_ptr(), error) }).map(Self)
    }

    /// The overrides by file, in order of first appearance.
    pub fn as_typed(&self) -> Vec<Override> {
        let raw = self.0.as_ptr();
        // SAFETY: the handle lives; indices are below the count.
        unsafe {
            (0..sys::exp_overrides_count(raw))
                .map(|i| Override {
                    file: text(sys::exp_overrides_file(raw, i)),
                    text: text(sys::exp_overrides_text(raw, i)),
                })
                .collect()
        }
    }

    /// Whether there may be other than one combination.
    pub fn is_sweep(&self) -> bool {
        // SAFETY: the handle lives.
        unsafe { sys::exp_overrides_is_sweep(self.0.as_ptr()) != 0 }
    }

    /// How many combinations there are; none is made for it.
    ///
    /// # Errors
    /// A sweep that cannot be counted.
    pub fn size(&self) -> Result<u64> {
        let mut size = 0;
        // SAFETY: the handle and `size` live during the call.
        call(|error| unsafe { sys::exp_overrides_size(&mut size, self.0.as_ptr(), error) })?;
        Ok(size)
    }

    /// The combinations, each made when it is come to.
    ///
    /// # Errors
    /// An empty sweep, and as for `size`.
    pub fn points(&self) -> Result<Points> {
        // SAFETY: the handle lives during the call; the points are independent of it.
        made(|out, error| unsafe { sys::exp_points_new(out, self.0.as_ptr(), error) }).map(Points)
    }

    /// The text of the params file `file` with its overrides applied; all other bytes stay.
    ///
    /// # Errors
    /// Sweeps, overrides that do not fit, a text that cannot be read.
    pub fn apply(&self, content: &str, file: &str) -> Result<String> {
        let (content, file) = (c_string(content)?, c_string(file)?);
        // SAFETY: the handle and the texts live during the call.
        owned_text(|out, error| unsafe {
            sys::exp_overrides_apply(out, self.0.as_ptr(), content.as_ptr(), file.as_ptr(), error)
        })
    }

    /// Applies everything to the files of a project, each replaced at once; gives the files, sorted.
    ///
    /// # Errors
    /// As for `apply`, before any file is touched.
    pub fn apply_to(&self, project: &Project) -> Result<Vec<PathBuf>> {
        // SAFETY: the handle and the project live during the call.
        let files =
            owned_names(|out, error| unsafe { sys::exp_overrides_write(out, self.0.as_ptr(), project.as_ptr(), error) })?;
        Ok(files.into_iter().map(PathBuf::from).collect())
    }
}

impl Drop for ParamOverrides {
    fn drop(&mut self) {
        // SAFETY: the handle is ours and freed once.
        unsafe { sys::exp_overrides_free(self.0.as_ptr()) }
    }
}

/// The combinations of a sweep, made by `ParamOverrides::points`.
pub struct Points(NonNull<sys::exp_points>);

// SAFETY: exp.h: handles may be used from one thread after the other.
unsafe impl Send for Points {}

impl Iterator for Points {
    type Item = Result<Vec<Override>>;

    fn next(&mut self) -> Option<Self::Item> {
        let raw = self.0.as_ptr();
        // SAFETY: the handle lives and is ours alone; its texts are copied before it goes on.
        unsafe {
            match sys::exp_points_next(raw) {
                0 => None,
                1 => Some(Ok((0..sys::exp_points_count(raw))
                    .map(|i| Override {
                        file: text(sys::exp_points_file(raw, i)),
                        text: text(sys::exp_points_override(raw, i)),
                    })
                    .collect())),
                _ => Some(Err(Error::new(sys::EXP_ERR_INTERNAL, "out of memory".into(), String::new()))),
            }
        }
    }
}

impl Drop for Points {
    fn drop(&mut self) {
        // SAFETY: the handle is ours and freed once.
        unsafe { sys::exp_points_free(self.0.as_ptr()) }
    }
}
