//! Tables as the program prints them.
use crate::call::text;
use expcore_sys as sys;
use std::mem::size_of;
use std::ptr;

/// Text cells below headers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub headers: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// Copies and frees a table.
///
/// # Safety
/// `raw` is an exp_table that is the caller's.
pub(crate) unsafe fn taken(raw: *mut sys::exp_table) -> Table {
    let columns = sys::exp_table_column_count(raw);
    let headers = (0..columns).map(|column| text(sys::exp_table_header(raw, column))).collect();
    let rows = (0..sys::exp_table_row_count(raw))
        .map(|row| (0..columns).map(|column| text(sys::exp_table_cell(raw, row, column))).collect())
        .collect();
    sys::exp_table_free(raw);
    Table { headers, rows }
}

/// Options of a table with all its columns.
pub(crate) fn plain_options(flags: u32) -> sys::exp_table_options {
    sys::exp_table_options {
        struct_size: size_of::<sys::exp_table_options>(),
        drop: ptr::null(),
        keep: ptr::null(),
        sort_by: ptr::null(),
        precision: 0,
        flags,
    }
}
