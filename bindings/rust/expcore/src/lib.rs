//! Machine-learning experiment runs: DVC projects without DVC.
//!
//! ```no_run
//! use expcore::{Project, RunOptions};
//!
//! let project = Project::open(".")?;
//! for stage in project.pipeline().status()? {
//!     println!("{}: {}", stage.address, stage.reason);
//! }
//! let made = project.experiments().run(&RunOptions::new().name("careful").set_param("lr=0.05"))?;
//! for row in &project.experiments().show()? {
//!     println!("{} {:?}", row.name(), row.metric("accuracy"));
//! }
//! # Ok::<(), expcore::Error>(())
//! ```

mod call;
mod composition;
mod configuration;
mod data;
mod error;
mod event;
mod executor;
mod experiments;
mod log;
mod metrics;
mod overrides;
mod pipeline;
mod plots;
mod project;
mod queue;
mod tables;

pub use call::Cancel;
pub use composition::{ComposeOptions, Composition};
pub use configuration::{ConfigEntry, ConfigLevel, Configuration, Remote};
pub use data::{
    AddOptions, ChangeKind, CheckoutResult, CloudStatus, Data, DataChange, DataDiffOptions, DataOptions, DataPart,
    DataStatus, DataStatusOptions, GcOptions, GcResult, Listening, SyncOptions, SyncResult,
};
pub use error::{Error, ErrorKind, Result};
pub use event::{Event, EventKind, Outcome, StageKind};
pub use executor::{Commands, EngineOptions, Executor, Job, JobEngine};
pub use experiments::{
    Experiment, ExperimentRef, Experiments, RemoveOptions, Row, RowKind, Rows, SaveOptions, Selection, ShareOptions,
    ShareResult,
};
pub use log::{LogLevel, LogRecord};
pub use metrics::{Change, DiffOptions, Metrics, Params, Value, ValueKind};
pub use overrides::{Override, ParamOverrides, Points};
pub use pipeline::{Pipeline, RunOptions, Stage, StageResult, StaleStage, StatusOptions};
pub use plots::{Plot, PlotError, PlotImage, PlotList, PlotProps, Plots, PlotsOptions};
pub use project::Project;
pub use queue::{
    Finding, Queue, QueueEvent, QueueEventKind, QueueRunOptions, Removal, Task, TaskOptions, TaskState, Tasks,
    WorkerOptions,
};
pub use tables::Table;

/// Version of the library that is loaded, for example `(0, 1, 0)`.
pub fn library_version() -> (u32, u32, u32) {
    // SAFETY: takes nothing and cannot fail.
    let number = unsafe { expcore_sys::exp_version() } as u32;
    (number / 1_000_000, number / 1000 % 1000, number % 1000)
}

/// The release of DVC whose files, refs and words the library has, "3.64".
pub fn dvc_version() -> String {
    // SAFETY: the text lives as long as the library.
    unsafe { call::text(expcore_sys::exp_dvc_version()) }
}

/// Whether the library can do what another version or build may not: "executor.command", "hydra", "remote.local", …
/// (see `exp_has_capability` in exp.h).
pub fn has_capability(name: &str) -> bool {
    // SAFETY: the text lives during the call.
    call::c_string(name).map_or(false, |name| unsafe { expcore_sys::exp_has_capability(name.as_ptr()) } != 0)
}
