//! How Rust calls C.
use crate::error::{Error, ErrorKind, Result};
use expcore_sys as sys;
use std::ffi::{CStr, CString};
use std::mem::MaybeUninit;
use std::os::raw::c_char;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr::{self, NonNull};

/// Turns a status and its error object into a `Result`.
pub(crate) fn check(status: sys::exp_status, error: *mut sys::exp_error) -> Result<()> {
    if status == sys::EXP_OK {
        return Ok(());
    }
    if error.is_null() {
        return Err(Error::new(status, "out of memory".into(), String::new()));
    }
    // SAFETY: the error is owned by this call; its texts live until it is freed.
    unsafe {
        let message = text(sys::exp_error_message(error));
        let details = text(sys::exp_error_details(error));
        sys::exp_error_free(error);
        Err(Error::new(status, message, details))
    }
}

/// Calls a function that makes a handle: `f(out_handle, out_error)`.
pub(crate) fn made<T>(
    f: impl FnOnce(*mut *mut T, *mut *mut sys::exp_error) -> sys::exp_status,
) -> Result<NonNull<T>> {
    let mut out = ptr::null_mut();
    let mut error = ptr::null_mut();
    let status = f(&mut out, &mut error);
    check(status, error)?;
    NonNull::new(out).ok_or_else(|| Error::new(sys::EXP_ERR_INTERNAL, "no handle was made".into(), String::new()))
}

/// Calls a function that only can fail.
pub(crate) fn call(f: impl FnOnce(*mut *mut sys::exp_error) -> sys::exp_status) -> Result<()> {
    let mut error = ptr::null_mut();
    let status = f(&mut error);
    check(status, error)
}

/// `flag` when `on`, else no bit.
pub(crate) fn bit(on: bool, flag: u32) -> u32 {
    if on {
        flag
    } else {
        0
    }
}

/// Calls a function whose first parameter is `char **out_text` and takes the text; NULL is `None`.
pub(crate) fn owned_optional_text(
    f: impl FnOnce(*mut *mut c_char, *mut *mut sys::exp_error) -> sys::exp_status,
) -> Result<Option<String>> {
    let mut raw = ptr::null_mut();
    call(|error| f(&mut raw, error))?;
    // SAFETY: the text is ours, ends in NUL unless it is NULL, and is released once with exp_free().
    unsafe {
        let copy = optional_text(raw);
        sys::exp_free(raw.cast());
        Ok(copy)
    }
}

/// The same for a function that always gives a text.
pub(crate) fn owned_text(
    f: impl FnOnce(*mut *mut c_char, *mut *mut sys::exp_error) -> sys::exp_status,
) -> Result<String> {
    owned_optional_text(f).map(Option::unwrap_or_default)
}

/// Copies and frees the names a call made.
pub(crate) fn owned_names(
    f: impl FnOnce(*mut *mut sys::exp_names, *mut *mut sys::exp_error) -> sys::exp_status,
) -> Result<Vec<String>> {
    let raw = made(f)?.as_ptr();
    // SAFETY: the texts are borrowed from the list, which is freed once, after the copy.
    unsafe {
        let copies = names_of(raw);
        sys::exp_names_free(raw);
        Ok(copies)
    }
}

/// Copies a list of names.
///
/// # Safety
/// `raw` is a list of the library, alive during the call.
pub(crate) unsafe fn names_of(raw: *const sys::exp_names) -> Vec<String> {
    (0..sys::exp_names_count(raw)).map(|i| text(sys::exp_names_get(raw, i))).collect()
}

/// Copies a borrowed text; NULL is "".
///
/// # Safety
/// `raw` is NULL or ends in NUL and lives during the call.
pub(crate) unsafe fn text(raw: *const c_char) -> String {
    optional_text(raw).unwrap_or_default()
}

/// # Safety
/// As for `text`.
pub(crate) unsafe fn optional_text(raw: *const c_char) -> Option<String> {
    if raw.is_null() {
        return None;
    }
    Some(CStr::from_ptr(raw).to_string_lossy().into_owned())
}

/// Copies the strings of an array that ends in NULL; NULL has none.
///
/// # Safety
/// `array` is NULL or such an array, alive with its texts during the call.
pub(crate) unsafe fn texts(array: *const *const c_char) -> Vec<String> {
    if array.is_null() {
        return Vec::new();
    }
    (0..).map_while(|i| optional_text(*array.add(i))).collect()
}

/// Copies a struct that the library hands out. Fields that an older library does not have are zero: what lies beyond
/// `struct_size` is not read.
///
/// # Safety
/// `raw` is a struct of exp.h that begins with its `struct_size` and consists of numbers and pointers.
pub(crate) unsafe fn whole<T: Copy>(raw: *const T) -> T {
    let size = (*raw.cast::<usize>()).min(std::mem::size_of::<T>());
    let mut copy = MaybeUninit::<T>::zeroed();
    ptr::copy_nonoverlapping(raw.cast::<u8>(), copy.as_mut_ptr().cast::<u8>(), size);
    copy.assume_init()
}

/// A C string; a NUL inside is an error.
pub(crate) fn c_string(value: impl Into<Vec<u8>>) -> Result<CString> {
    CString::new(value)
        .map_err(|_| Error::new(sys::EXP_ERR_INVALID_ARGUMENT, "a text holds a NUL byte".into(), String::new()))
}

pub(crate) fn c_path(path: &Path) -> Result<CString> {
    c_string(path.as_os_str().as_bytes())
}

/// A NULL-terminated array of C strings; NULL when there is none.
pub(crate) struct CStrings {
    _texts: Vec<CString>,
    pointers: Vec<*const c_char>,
}

impl CStrings {
    /// NULL for an empty list: where that stands for a default.
    pub(crate) fn new(values: &[String]) -> Result<Self> {
        let mut list = Self::list(values)?;
        if values.is_empty() {
            list.pointers.clear();
        }
        Ok(list)
    }

    /// An array that may be empty.
    pub(crate) fn list<S: AsRef<str>>(values: &[S]) -> Result<Self> {
        let texts = values.iter().map(|v| c_string(v.as_ref())).collect::<Result<Vec<_>>>()?;
        let pointers = texts.iter().map(|t| t.as_ptr()).chain([ptr::null()]).collect();
        Ok(Self { _texts: texts, pointers })
    }

    pub(crate) fn as_ptr(&self) -> *const *const c_char {
        if self.pointers.is_empty() {
            ptr::null()
        } else {
            self.pointers.as_ptr()
        }
    }
}

/// Stops long calls from any thread.
pub struct Cancel(NonNull<sys::exp_cancel>);

// SAFETY: exp.h: "exp_cancel and exp_error may be used from any thread".
unsafe impl Send for Cancel {}
// SAFETY: as above; exp_cancel_request() may be called by many threads at once.
unsafe impl Sync for Cancel {}

impl Cancel {
    /// # Panics
    /// When memory is exhausted.
    pub fn new() -> Self {
        // SAFETY: takes nothing; NULL means out of memory.
        Self(NonNull::new(unsafe { sys::exp_cancel_new() }).expect("out of memory"))
    }

    /// Asks every call that holds the token to stop. Idempotent.
    pub fn request(&self) {
        // SAFETY: the token lives as long as `self`.
        unsafe { sys::exp_cancel_request(self.0.as_ptr()) }
    }

    pub(crate) fn as_ptr(&self) -> *mut sys::exp_cancel {
        self.0.as_ptr()
    }
}

impl Default for Cancel {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Cancel {
    fn drop(&mut self) {
        // SAFETY: calls borrow the token, so none holds it now.
        unsafe { sys::exp_cancel_free(self.0.as_ptr()) }
    }
}

/// Whether a failure came from a callback that returned non-zero.
pub(crate) fn from_callback(error: &Error) -> bool {
    error.kind() == ErrorKind::Callback
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_beyond_struct_size_are_not_read() {
        let words = [16_usize, 7, 99];
        // SAFETY: an array of numbers whose first one is the size of what is to be read.
        assert_eq!(unsafe { whole(words.as_ptr().cast::<[usize; 3]>()) }, [16, 7, 0]);
    }
}
