//! Options of projects, and their remotes.
use crate::call::{bit, c_path, c_string, call, made, owned_optional_text, owned_text, text, whole};
use crate::error::Result;
use expcore_sys as sys;
use std::ffi::CString;
use std::path::Path;
use std::ptr::{self, NonNull};

/// Where an option is set, weakest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConfigLevel {
    /// Reading: all levels. Writing: the project's.
    #[default]
    Merged,
    System,
    Global,
    /// .dvc/config.
    Project,
    /// .dvc/config.local.
    Local,
}

impl ConfigLevel {
    fn number(self) -> i32 {
        match self {
            Self::Merged => sys::EXP_CONFIG_MERGED,
            Self::System => sys::EXP_CONFIG_SYSTEM,
            Self::Global => sys::EXP_CONFIG_GLOBAL,
            Self::Project => sys::EXP_CONFIG_PROJECT,
            Self::Local => sys::EXP_CONFIG_LOCAL,
        }
    }
}

/// An option that is set.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigEntry {
    /// "core.remote", "remote.store.url".
    pub key: String,
    /// Paths are absolute; a list as "['a', 'b']".
    pub value: String,
    /// The file, relative to the root for files of the project.
    pub origin: String,
}

/// Where data is pushed to and fetched from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Remote {
    pub name: String,
    /// As it is set; paths are absolute.
    pub url: String,
    pub is_default: bool,
}

/// The options that count in a folder: those of its project, the user and the machine.
///
/// Files are changed in place (comments and order stay), checked as a whole before, and replaced at once. What is not
/// allowed is an error of kind `Config`.
///
/// ```no_run
/// use expcore::{ConfigLevel, Configuration};
///
/// let mut configuration = Configuration::open(".")?;
/// configuration.add_remote("store", "/mnt/store", true, false, ConfigLevel::Project)?;
/// assert_eq!(configuration.default_remote(ConfigLevel::Merged)?.as_deref(), Some("store"));
/// # Ok::<(), expcore::Error>(())
/// ```
pub struct Configuration(NonNull<sys::exp_config>);

// SAFETY: exp.h: "Handles are thread-compatible: use one from one thread at a time".
unsafe impl Send for Configuration {}

impl Configuration {
    /// What counts in `directory`, which need not be a project.
    pub fn open(directory: impl AsRef<Path>) -> Result<Self> {
        let directory = c_path(directory.as_ref())?;
        // SAFETY: the out-parameters and the path live during the call.
        made(|out, error| unsafe { sys::exp_config_open(out, directory.as_ptr(), error) }).map(Self)
    }

    /// Every option that is set, level by level.
    pub fn list(&self, level: ConfigLevel) -> Result<Vec<ConfigEntry>> {
        // SAFETY: the entries are freed once, after the copy.
        unsafe {
            let raw = made(|out, error| sys::exp_config_list(out, self.raw(), level.number(), error))?.as_ptr();
            let entries = (0..sys::exp_config_entries_count(raw))
                .map(|i| {
                    let entry = whole(sys::exp_config_entries_get(raw, i));
                    ConfigEntry { key: text(entry.key), value: text(entry.value), origin: text(entry.origin) }
                })
                .collect();
            sys::exp_config_entries_free(raw);
            Ok(entries)
        }
    }

    /// The value of an option; `None` when it is not set, which at one level is an error.
    pub fn get(&self, key: &str, level: ConfigLevel) -> Result<Option<String>> {
        let key = c_string(key)?;
        // SAFETY: the handle and the key live during the call.
        owned_optional_text(|out, error| unsafe {
            sys::exp_config_get(out, self.raw(), key.as_ptr(), level.number(), error)
        })
    }

    /// Sets an option; relative paths are taken from the folder. `None` unsets it.
    pub fn set(&mut self, key: &str, value: Option<&str>, level: ConfigLevel) -> Result<()> {
        let key = c_string(key)?;
        let value = optional(value)?;
        // SAFETY: the handle and the texts live during the call.
        call(|error| unsafe {
            sys::exp_config_set(self.0.as_ptr(), key.as_ptr(), pointer(&value), level.number(), error)
        })
    }

    /// The folder of the cache, absolute; at one level only what is set there.
    pub fn cache_dir(&self, level: ConfigLevel) -> Result<String> {
        // SAFETY: the handle lives during the call.
        owned_text(|out, error| unsafe { sys::exp_config_cache_dir(out, self.raw(), level.number(), error) })
    }

    pub fn remotes(&self, level: ConfigLevel) -> Result<Vec<Remote>> {
        // SAFETY: the remotes are freed once, after the copy.
        unsafe {
            let raw = made(|out, error| sys::exp_config_remotes(out, self.raw(), level.number(), error))?.as_ptr();
            let remotes = (0..sys::exp_remotes_count(raw))
                .map(|i| {
                    let remote = whole(sys::exp_remotes_get(raw, i));
                    Remote { name: text(remote.name), url: text(remote.url), is_default: remote.is_default != 0 }
                })
                .collect();
            sys::exp_remotes_free(raw);
            Ok(remotes)
        }
    }

    /// Adds a remote, which is a folder. `default`: makes it the default one. `force`: replaces one of that name.
    pub fn add_remote(
        &mut self,
        name: &str,
        url: &str,
        default: bool,
        force: bool,
        level: ConfigLevel,
    ) -> Result<()> {
        let name = c_string(name)?;
        let url = c_string(url)?;
        let flags = bit(default, sys::EXP_REMOTE_DEFAULT) | bit(force, sys::EXP_REMOTE_FORCE);
        // SAFETY: as in `set`.
        call(|error| unsafe {
            sys::exp_config_add_remote(self.0.as_ptr(), name.as_ptr(), url.as_ptr(), level.number(), flags, error)
        })
    }

    /// Sets an option of a remote; `None` unsets it.
    pub fn modify_remote(&mut self, name: &str, option: &str, value: Option<&str>, level: ConfigLevel) -> Result<()> {
        let name = c_string(name)?;
        let option = c_string(option)?;
        let value = optional(value)?;
        // SAFETY: as in `set`.
        call(|error| unsafe {
            sys::exp_config_modify_remote(
                self.0.as_ptr(),
                name.as_ptr(),
                option.as_ptr(),
                pointer(&value),
                level.number(),
                error,
            )
        })
    }

    /// And what refers to it as the default, at this level and stronger ones.
    pub fn remove_remote(&mut self, name: &str, level: ConfigLevel) -> Result<()> {
        let name = c_string(name)?;
        // SAFETY: as in `set`.
        call(|error| unsafe { sys::exp_config_remove_remote(self.0.as_ptr(), name.as_ptr(), level.number(), error) })
    }

    pub fn rename_remote(&mut self, name: &str, new_name: &str, level: ConfigLevel) -> Result<()> {
        let name = c_string(name)?;
        let new_name = c_string(new_name)?;
        // SAFETY: as in `set`.
        call(|error| unsafe {
            sys::exp_config_rename_remote(self.0.as_ptr(), name.as_ptr(), new_name.as_ptr(), level.number(), error)
        })
    }

    /// The name of the default remote.
    pub fn default_remote(&self, level: ConfigLevel) -> Result<Option<String>> {
        // SAFETY: the handle lives during the call.
        owned_optional_text(|out, error| unsafe {
            sys::exp_config_default_remote(out, self.raw(), level.number(), error)
        })
    }

    /// `None`: there is no default remote any more.
    pub fn set_default_remote(&mut self, name: Option<&str>, level: ConfigLevel) -> Result<()> {
        let name = optional(name)?;
        // SAFETY: as in `set`.
        call(|error| unsafe {
            sys::exp_config_set_default_remote(self.0.as_ptr(), pointer(&name), level.number(), error)
        })
    }

    fn raw(&self) -> *const sys::exp_config {
        self.0.as_ptr()
    }
}

impl Drop for Configuration {
    fn drop(&mut self) {
        // SAFETY: owned by `self`, freed once.
        unsafe { sys::exp_config_free(self.0.as_ptr()) }
    }
}

fn optional(value: Option<&str>) -> Result<Option<CString>> {
    value.map(c_string).transpose()
}

fn pointer(value: &Option<CString>) -> *const std::os::raw::c_char {
    value.as_ref().map_or(ptr::null(), |text| text.as_ptr())
}
