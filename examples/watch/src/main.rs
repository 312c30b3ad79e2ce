//! Prints what happens in the queue of a project, whoever runs it, until nothing waits or runs any more.
//!
//! ```text
//! queue-watch [--once] [PROJECT]     exit code 1 when tasks failed
//! ```
use expcore::{Project, Task, TaskState, Tasks};
use std::collections::HashMap;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

fn word(state: TaskState) -> String {
    format!("{state:?}").to_lowercase()
}

/// "12.3 s" from the last attempt's start to its end or to now.
fn lasted(task: &Task) -> String {
    let end = task.ended.unwrap_or_else(SystemTime::now);
    match task.started.and_then(|start| end.duration_since(start).ok()) {
        Some(time) => format!("{:.1} s", time.as_secs_f64()),
        None => String::new(),
    }
}

fn line(task: &Task) -> String {
    let overrides: Vec<_> = task.overrides.iter().map(|(_, text)| text.as_str()).collect();
    format!("{:<10} {:<20} {:>8}  {}  {}", word(task.state), task.name, lasted(task), overrides.join(" "), task.message)
}

fn summary(tasks: &Tasks) -> String {
    let states = [TaskState::Running, TaskState::Queued, TaskState::Held, TaskState::Failed, TaskState::Success];
    let counts = states.map(|state| (tasks.iter().filter(|task| task.state == state).count(), word(state)));
    let words: Vec<_> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, state)| format!("{n} {state}")).collect();
    if words.is_empty() {
        return "the queue is empty".into();
    }
    format!("{}; workers: {} busy, {} idle", words.join(", "), tasks.active_workers(), tasks.idle_workers())
}

fn is_open(task: &Task) -> bool {
    matches!(task.state, TaskState::Running | TaskState::Queued)
}

fn watch(project: &Project, once: bool) -> expcore::Result<bool> {
    let mut seen: HashMap<String, (TaskState, i32)> = HashMap::new();
    loop {
        let tasks = project.queue().status()?;
        for task in &tasks {
            let now = (task.state, task.attempts);
            if seen.insert(task.id.clone(), now) != Some(now) {
                println!("{}", line(task).trim_end());
            }
        }
        if once || !tasks.iter().any(is_open) {
            println!("{}", summary(&tasks));
            return Ok(tasks.iter().all(|task| task.state != TaskState::Failed));
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn main() -> ExitCode {
    let mut once = false;
    let mut folder = ".".to_string();
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--once" => once = true,
            option if option.starts_with('-') => {
                eprintln!("usage: queue-watch [--once] [PROJECT]");
                return ExitCode::from(2);
            }
            _ => folder = argument,
        }
    }
    match Project::open(&folder).and_then(|project| watch(&project, once)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("queue-watch: {error}");
            ExitCode::from(2)
        }
    }
}
