use crate::call::{c_path, c_string, made, text, CStrings};
use crate::error::Result;
use crate::project::Project;
use expcore_sys as sys;
use std::mem::size_of;
use std::path::{Path, PathBuf};
use std::ptr::{self, NonNull};

/// How a configuration is composed.
#[derive(Debug, Clone)]
pub struct ComposeOptions {
    /// Below the folder, without ".yaml".
    pub config_name: String,
    /// "group=option", "a.b=1", "+c=2", "~d".
    pub overrides: Vec<String>,
    /// Where relative folders of `hydra.searchpath` start; the current directory when `None`.
    pub directory: Option<PathBuf>,
    /// Replace interpolations by what they give.
    pub resolve: bool,
}

impl Default for ComposeOptions {
    fn default() -> Self {
        Self { config_name: "config".into(), overrides: Vec::new(), directory: None, resolve: true }
    }
}

/// A configuration composed from a folder of YAML files as Hydra 1.3 does, without Python.
pub struct Composition(NonNull<sys::exp_composition>);

// SAFETY: exp.h: "Immutable: any thread may read it".
unsafe impl Send for Composition {}
// SAFETY: as above.
unsafe impl Sync for Composition {}

impl Composition {
    /// Composes `config_dir`.
    ///
    /// # Errors
    /// A missing folder or config, files that cannot be read, overrides that do not fit: in Hydra's words.
    pub fn new(config_dir: impl AsRef<Path>, options: &ComposeOptions) -> Result<Self> {
        let config_dir = c_path(config_dir.as_ref())?;
        let config_name = c_string(options.config_name.as_str())?;
        let overrides = CStrings::new(&options.overrides)?;
        let directory = options.directory.as_deref().map(c_path).transpose()?;
        let raw = sys::exp_compose_options {
            struct_size: size_of::<sys::exp_compose_options>(),
            config_name: config_name.as_ptr(),
            overrides: overrides.as_ptr(),
            directory: directory.as_ref().map_or(ptr::null(), |d| d.as_ptr()),
            flags: if options.resolve { 0 } else { sys::EXP_COMPOSE_UNRESOLVED as u32 },
            reserved: 0,
        };
        // SAFETY: all pointers live during the call.
        made(|out, error| unsafe { sys::exp_composition_new(out, config_dir.as_ptr(), &raw, error) }).map(Self)
    }

    /// With the folder and name of the project's `hydra` configuration, whether or not it is enabled.
    ///
    /// # Errors
    /// As for `new`.
    pub fn of(project: &Project, overrides: &[String]) -> Result<Self> {
        let overrides = CStrings::new(overrides)?;
        // SAFETY: the project and the texts live during the call.
        made(|out, error| unsafe {
            sys::exp_composition_new_for_project(out, project.as_ptr(), overrides.as_ptr(), error)
        })
        .map(Self)
    }

    /// The text of a params.yaml.
    pub fn yaml(&self) -> String {
        // SAFETY: the text lives as long as the handle.
        unsafe { text(sys::exp_composition_yaml(self.0.as_ptr())) }
    }

    /// The values as JSON on one line.
    pub fn json(&self) -> String {
        // SAFETY: the text lives as long as the handle.
        unsafe { text(sys::exp_composition_json(self.0.as_ptr())) }
    }

    /// What Hydra would warn about.
    pub fn warnings(&self) -> Vec<String> {
        // SAFETY: the handle lives; indices are below the count.
        unsafe {
            (0..sys::exp_composition_warning_count(self.0.as_ptr()))
                .map(|i| text(sys::exp_composition_warning(self.0.as_ptr(), i)))
                .collect()
        }
    }
}

impl Drop for Composition {
    fn drop(&mut self) {
        // SAFETY: the handle is ours and freed once.
        unsafe { sys::exp_composition_free(self.0.as_ptr()) }
    }
}
