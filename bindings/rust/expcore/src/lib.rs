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
mod pipeline;
mod project;
mod queue;

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
pub use pipeline::{Pipeline, RunOptions, Stage, StageResult, StaleStage};
pub use project::Project;
pub use queue::{
    Finding, Queue, QueueEvent, QueueEventKind, QueueRunOptions, Removal, Task, TaskOptions, TaskState, Tasks,
    WorkerOptions,
};

/// Version of the library that is loaded, for example `(0, 1, 0)`.
pub fn library_version() -> (u32, u32, u32) {
    // SAFETY: takes nothing and cannot fail.
    let number = unsafe { expcore_sys::exp_version() } as u32;
    (number / 1_000_000, number / 1000 % 1000, number % 1000)
}
