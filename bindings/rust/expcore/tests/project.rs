//! The crate on a real project.
use expcore::{
    AddOptions, Cancel, ChangeKind, Commands, ComposeOptions, Composition, ConfigLevel, Configuration, DataDiffOptions,
    DiffOptions, LogLevel, StatusOptions,
    DataOptions, DataPart, DataStatusOptions, EngineOptions, ErrorKind, EventKind, Executor, GcOptions, Job, JobEngine, Listening, Outcome, Project,
    ParamOverrides, PlotProps, Plots, PlotsOptions, QueueEventKind, QueueRunOptions, Removal, RemoveOptions, RunOptions, SaveOptions, Selection, ShareOptions,
    StageKind, SyncOptions, TaskOptions, TaskState, WorkerOptions,
};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

struct Sandbox(PathBuf);

impl Sandbox {
    fn new(name: &str) -> (Self, Project) {
        let folder = std::env::temp_dir().join(format!("expcore-rust-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        git(&folder, &["init", "-q"]);
        git(&folder, &["config", "user.name", "t"]);
        git(&folder, &["config", "user.email", "t@example.org"]);
        let project = Project::init(&folder).unwrap();
        std::fs::write(folder.join("params.yaml"), "lr: 1\n").unwrap();
        let sandbox = Self(folder);
        sandbox.stage("cp params.yaml out.txt");
        (sandbox, project)
    }

    fn stage(&self, command: &str) {
        let text = format!("stages:\n  train:\n    cmd: {command}\n    params: [lr]\n    outs: [out.txt]\n");
        std::fs::write(self.0.join("dvc.yaml"), text).unwrap();
        git(&self.0, &["add", "-A"]);
        git(&self.0, &["commit", "-qm", "work"]);
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn git(folder: &Path, args: &[&str]) {
    assert!(Command::new("git").args(args).current_dir(folder).status().unwrap().success());
}

#[test]
fn stages_run_and_events_arrive() {
    let (_sandbox, project) = Sandbox::new("run");
    let pipeline = project.pipeline();
    assert_eq!(pipeline.stages().unwrap()[0].address, "train");
    assert_eq!(pipeline.status().unwrap().len(), 1);
    let mut events = Vec::new();
    let results = pipeline.run(&RunOptions::new().on_event(|event| events.push(event.clone()))).unwrap();
    assert_eq!(results[0].outcome, Outcome::Ran);
    let told = |kind| events.iter().find(|event| event.kind == kind).unwrap();
    assert_eq!(told(EventKind::StageFinished).stage, "train");
    assert_eq!(told(EventKind::StageFinished).stage_kind, StageKind::Pipeline);
    assert_eq!(told(EventKind::PlanMade).stages, ["train"]);
    assert!(told(EventKind::FilesToTrack).stages.contains(&"dvc.lock".to_string()));
    assert!(pipeline.status().unwrap().is_empty());
    assert!(pipeline.dag_dot(None).unwrap().contains("train"));
}

#[test]
fn experiments_are_recorded_and_shown() {
    let (_sandbox, project) = Sandbox::new("experiments");
    let mut commits = Vec::new();
    let options = RunOptions::new().name("first").set_param("lr=3").on_event(|event| commits.push(event.commit.clone()));
    let made = project.experiments().run(&options).unwrap();
    drop(options);
    assert_eq!(made.name, "first");
    assert_eq!(commits.last(), Some(&made.commit));
    let rows = project.experiments().show().unwrap();
    let row = rows.iter().find(|row| row.name() == "first").unwrap();
    assert_eq!(row.param("lr").as_deref(), Some("3"));
    assert_eq!(row.metric("absent"), None);
    let error = project.experiments().run(&RunOptions::new().name("first").set_param("lr=4")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Exists);
}

#[test]
fn a_listeners_panic_comes_back() {
    let (_sandbox, project) = Sandbox::new("panic");
    let options = RunOptions::new().on_event(|_| panic!("mine"));
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| project.pipeline().run(&options)));
    assert_eq!(caught.unwrap_err().downcast_ref::<&str>(), Some(&"mine"));
}

#[test]
fn cancel_from_another_thread() {
    let (sandbox, project) = Sandbox::new("cancel");
    sandbox.stage("sleep 30");
    let cancel = Cancel::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(300));
            cancel.request();
        });
        let error = project.pipeline().run(&RunOptions::new().cancel(&cancel)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled);
    });
}

#[test]
fn errors_say_what_and_where() {
    let (sandbox, project) = Sandbox::new("errors");
    std::fs::write(sandbox.0.join("dvc.yaml"), "stages: [\n").unwrap();
    let error = project.pipeline().stages().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Parse);
    assert!(error.to_string().contains("dvc.yaml"));
    assert_eq!(Project::open("/").unwrap_err().kind(), ErrorKind::NotAProject);
}

#[test]
fn a_configuration_is_composed() {
    let (sandbox, project) = Sandbox::new("compose");
    let conf = sandbox.0.join("conf");
    std::fs::create_dir(&conf).unwrap();
    std::fs::write(conf.join("config.yaml"), "x: 1\n").unwrap();
    let options = ComposeOptions { overrides: vec!["x=2".into(), "+z=${x}".into()], ..Default::default() };
    let made = Composition::new(&conf, &options).unwrap();
    assert_eq!(made.yaml(), "x: 2\nz: 2\n");
    assert_eq!(made.json(), r#"{"x": 2, "z": 2}"#);
    assert!(made.warnings().is_empty());
    let unresolved = ComposeOptions { resolve: false, ..options.clone() };
    assert_eq!(Composition::new(&conf, &unresolved).unwrap().yaml(), "x: 2\nz: ${x}\n");
    assert_eq!(Composition::of(&project, &["x=3".into()]).unwrap().yaml(), "x: 3\n");
    assert!(Composition::new(sandbox.0.join("missing"), &options).is_err());
}

#[test]
fn data_goes_to_a_remote_and_comes_back() {
    let (sandbox, project) = Sandbox::new("data");
    let data = project.data();
    let quiet = Listening::new();
    std::fs::write(sandbox.0.join("big"), "one").unwrap();
    let mut progress = 0;
    let listening = Listening::new().on_event(|event| progress += usize::from(event.kind == EventKind::Progress));
    assert_eq!(data.add(&["big"], &AddOptions::default(), &listening).unwrap(), ["big.dvc"]);
    drop(listening);
    assert!(progress > 0);
    git(&sandbox.0, &["add", "-A"]);
    git(&sandbox.0, &["commit", "-qm", "data"]);
    assert_eq!(data.push(&SyncOptions::default(), &quiet).unwrap_err().kind(), ErrorKind::Config);
    let mut configuration = Configuration::open(&sandbox.0).unwrap();
    let store = sandbox.0.join("store").display().to_string();
    configuration.add_remote("store", &store, true, false, ConfigLevel::Local).unwrap();

    let project = Project::open(&sandbox.0).unwrap();
    let data = project.data();
    assert_eq!(data.cloud_status(&SyncOptions::default(), &quiet).unwrap().only_in_cache, ["big"]);
    assert_eq!(data.push(&SyncOptions::default(), &quiet).unwrap().transferred, 1);
    std::fs::remove_dir_all(sandbox.0.join(".dvc/cache")).unwrap();
    std::fs::remove_file(sandbox.0.join("big")).unwrap();
    assert_eq!(data.fetch(&SyncOptions { max_size: 1, ..Default::default() }, &quiet).unwrap().transferred, 0);
    let options = SyncOptions { targets: vec!["big".into()], ..Default::default() };
    let pulled = data.pull(&options, &quiet).unwrap();
    assert_eq!((pulled.transferred, pulled.checkout.added), (1, vec!["big".to_string()]));
    assert_eq!(pulled.checkout.files_added, 1);

    std::fs::remove_file(sandbox.0.join("big")).unwrap();
    std::fs::write(sandbox.0.join("big"), "three").unwrap();
    let wanted = DataDiffOptions { targets: vec!["big".into()], ..Default::default() };
    let change = &data.diff(&wanted, &quiet).unwrap()[0];
    assert_eq!((change.part, change.change, change.path.as_str()), (DataPart::Between, ChangeKind::Modified, "big"));
    assert!(data.diff_json(&wanted, &quiet).unwrap().contains("\"modified\""));
    let status = data.status(&DataStatusOptions::default(), &quiet).unwrap();
    assert_eq!((status.changes[0].part, status.changes[0].path.as_str()), (DataPart::Uncommitted, "big"));
    assert!(data.status_json(&DataStatusOptions::default(), &quiet).unwrap().contains("\"uncommitted\""));
    let refused = data.commit(Some("big.dvc"), &DataOptions::default(), &quiet).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::InvalidArgument);
    data.commit(Some("big.dvc"), &DataOptions::default(), &Listening::new().confirm(|_| true)).unwrap();
    let gc = GcOptions { workspace: true, ..Default::default() };
    assert_eq!(data.gc(&gc, &quiet).unwrap()[0].removed, 1);
    assert_eq!(data.gc(&GcOptions::default(), &quiet).unwrap_err().kind(), ErrorKind::InvalidArgument);
    assert_eq!(data.migrate_cache(true, true, &quiet).unwrap(), (0, vec![]));
    data.rename("big", "large", &quiet).unwrap();
    data.unprotect("large").unwrap();
    assert!(data.checkout(&["large"], &DataOptions::default(), &quiet).unwrap().added.is_empty());
    data.remove("large.dvc", true).unwrap();
    assert!(!sandbox.0.join("large").exists());
}

#[test]
fn work_on_data_is_stopped() {
    let (sandbox, project) = Sandbox::new("data-stop");
    let data = project.data();
    std::fs::write(sandbox.0.join("big"), "x").unwrap();
    let cancel = Cancel::new();
    cancel.request();
    let listening = Listening::new().cancel(&cancel);
    let stopped = data.add(&["big"], &AddOptions::default(), &listening).unwrap_err();
    assert_eq!(stopped.kind(), ErrorKind::Cancelled);
    let listening = Listening::new().on_event(|_| panic!("mine"));
    let add = || data.add(&["big"], &AddOptions::default(), &listening);
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(add));
    assert_eq!(caught.unwrap_err().downcast_ref::<&str>(), Some(&"mine"));
    assert!(!sandbox.0.join("big.dvc").exists());
    data.add(&["big"], &AddOptions::default(), &Listening::new()).unwrap();
    std::fs::remove_file(sandbox.0.join("big")).unwrap();
    std::fs::write(sandbox.0.join("big"), "y").unwrap();
    let listening = Listening::new().confirm(|_| panic!("asked"));
    let commit = || data.commit(Some("big.dvc"), &DataOptions::default(), &listening);
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(commit));
    assert_eq!(caught.unwrap_err().downcast_ref::<&str>(), Some(&"asked"));
}

#[test]
fn options_and_remotes_are_configured() {
    let (sandbox, _project) = Sandbox::new("config");
    let mut configuration = Configuration::open(&sandbox.0).unwrap();
    let level = ConfigLevel::Project;
    assert_eq!(configuration.get("core.autostage", ConfigLevel::Merged).unwrap(), None);
    configuration.set("core.autostage", Some("true"), level).unwrap();
    assert_eq!(configuration.get("core.autostage", level).unwrap().as_deref(), Some("true"));
    assert_eq!(configuration.list(level).unwrap()[0].origin, ".dvc/config");
    configuration.set("core.autostage", None, level).unwrap();
    let missing = configuration.set("core.autostage", None, level).unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::Config);
    assert!(configuration.cache_dir(ConfigLevel::Merged).unwrap().ends_with("/.dvc/cache"));
    configuration.add_remote("a", "/x", true, false, level).unwrap();
    configuration.modify_remote("a", "url", Some("/y"), level).unwrap();
    configuration.rename_remote("a", "b", level).unwrap();
    let remotes = configuration.remotes(level).unwrap();
    assert_eq!((remotes[0].name.as_str(), remotes[0].url.as_str(), remotes[0].is_default), ("b", "/y", true));
    configuration.set_default_remote(None, level).unwrap();
    assert_eq!(configuration.default_remote(ConfigLevel::Merged).unwrap(), None);
    configuration.remove_remote("b", level).unwrap();
    assert!(configuration.remotes(level).unwrap().is_empty());
}

#[test]
fn a_sweep_is_queued_and_run() {
    let (_sandbox, project) = Sandbox::new("queue");
    let queue = project.queue();
    let run = RunOptions::new().name("x").set_param("lr=3,4");
    let added = queue.add(&run, &TaskOptions { priority: 2, ..Default::default() }).unwrap();
    assert_eq!(added.iter().map(|t| t.name.as_str()).collect::<Vec<_>>(), ["x-1", "x-2"]);
    assert_eq!(added[1].overrides, [("params.yaml".to_string(), "lr=4".to_string())]);
    assert_eq!((added[0].state, added[0].priority, added[0].started), (TaskState::Queued, 2, None));
    let mut events = Vec::new();
    let mut ready = 0;
    let executor = Executor::local(2).unwrap();
    let options = QueueRunOptions::new().on_event(|event| events.push(event.clone())).on_ready(|| ready += 1);
    queue.run(&executor, &options).unwrap();
    drop(options);
    assert_eq!((ready, executor.jobs()), (1, 2));
    assert_eq!(events.iter().filter(|e| e.kind == QueueEventKind::TaskFinished).count(), 2);
    assert!(events.iter().any(|e| e.event.as_ref().map(|inner| inner.kind) == Some(EventKind::StageFinished)));
    assert!(queue.wait_all(None, None).unwrap());
    let done = queue.find("x-2").unwrap().unwrap();
    assert_eq!((done.state, done.attempts, done.commit.len()), (TaskState::Success, 1, 40));
    assert!(done.created <= done.started && done.started <= done.ended);
    assert!(queue.log("x-2", false).unwrap().contains("train"));
    let mut followed = Vec::new();
    queue.follow("x-2", |text| followed.extend_from_slice(text), None).unwrap();
    assert_eq!(String::from_utf8(followed).unwrap(), queue.log("x-2", false).unwrap());
    assert!(queue.status_json().unwrap().contains("\"name\": \"x-1\""));
    queue.requeue(&["x-1"]).unwrap();
    assert_eq!(queue.remove_all(Removal { success: true, ..Default::default() }).unwrap().len(), 1);
    assert_eq!(queue.status().unwrap()[0].state, TaskState::Queued);
}

/// Runs jobs when they are submitted.
struct Prompt(Arc<Mutex<Vec<String>>>);

impl JobEngine for Prompt {
    fn submit(&self, job: &Job) -> Option<String> {
        assert_ne!(job.name, "broken.train", "the engine is broken");
        let log = std::fs::File::create(&job.log).ok()?;
        Command::new("sh").arg(&job.script).stdout(log).status().ok()?;
        let mut names = self.0.lock().unwrap();
        names.push(job.name.clone());
        Some(names.len().to_string())
    }
    fn is_alive(&self, _id: &str) -> Option<bool> {
        Some(false)
    }
    fn cancel(&self, _id: &str) {}
}

#[test]
fn commands_run_where_the_executor_says() {
    let (_sandbox, project) = Sandbox::new("executor");
    let queue = project.queue();
    let names = Arc::new(Mutex::new(Vec::new()));
    for (name, override_) in [("a", "lr=3"), ("broken", "lr=4")] {
        queue.add(&RunOptions::new().name(name).set_param(override_), &TaskOptions::default()).unwrap();
    }
    let custom = Executor::custom(Prompt(names.clone()), &EngineOptions::default()).unwrap();
    queue.run(&custom, &QueueRunOptions::new()).unwrap();
    assert_eq!(custom.name(), "custom");
    assert_eq!(*names.lock().unwrap(), ["a.train"]);
    assert_eq!(queue.find("a").unwrap().unwrap().state, TaskState::Success);
    assert_eq!(queue.find("broken").unwrap().unwrap().state, TaskState::Failed);

    let mut commands = Commands {
        submit: "sh {script} > {log}; echo '<1>'".into(),
        poll: "exit 1".into(),
        cancel: "true".into(),
        id_pattern: Some("<(.)>".into()),
    };
    queue.add(&RunOptions::new().name("b").set_param("lr=5"), &TaskOptions::default()).unwrap();
    let cluster = Executor::command(&commands, &EngineOptions { jobs: 2, ..Default::default() }).unwrap();
    assert_eq!(cluster.jobs(), 2);
    queue.run(&cluster, &QueueRunOptions::new()).unwrap();
    assert_eq!(queue.find("b").unwrap().unwrap().state, TaskState::Success);
    commands.poll = "{nmae}".into();
    let wrong = Executor::command(&commands, &EngineOptions::default()).err().unwrap();
    assert_eq!(wrong.kind(), ErrorKind::InvalidArgument);
    let missing = Executor::of_project(&project, "nope", 1).err().unwrap();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    assert_eq!(Executor::of_project(&project, "local", 3).unwrap().jobs(), 3);
    let start = WorkerOptions { executor: "nope".into(), ..Default::default() };
    assert_eq!(queue.start(&start).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn queued_tasks_are_changed() {
    let (sandbox, project) = Sandbox::new("change");
    let queue = project.queue();
    queue.add(&RunOptions::new().name("x").set_param("lr=3,4"), &TaskOptions::default()).unwrap();
    queue.hold(&["x-1"]).unwrap();
    assert_eq!(queue.find("x-1").unwrap().unwrap().state, TaskState::Held);
    queue.release(&["x-1"]).unwrap();
    queue.prioritize(&["x-2"], 3).unwrap();
    assert_eq!(queue.status().unwrap()[0].name, "x-2");
    assert_eq!(queue.kill(&["x-1"], true).unwrap(), ["x-1"]);
    assert!(queue.kill_all(false).unwrap().is_empty());
    let none: [&str; 0] = [];
    assert!(queue.wait(&none, None, None).unwrap());
    let late = queue.wait_all(Some(Duration::from_millis(1)), None).unwrap_err();
    assert_eq!(late.kind(), ErrorKind::Busy);
    assert_eq!(queue.remove(&["nope"]).unwrap_err().kind(), ErrorKind::NotFound);
    queue.remove(&["x-1", "x-2"]).unwrap();
    assert!(queue.find("x-1").unwrap().is_none());
    let missing = WorkerOptions { program: "/nonexistent".into(), ..Default::default() };
    assert_eq!(queue.start(&missing).unwrap_err().kind(), ErrorKind::NotFound);
    queue.stop().unwrap();
    assert_eq!(queue.recover().unwrap(), 0);
    assert!(queue.doctor(false).unwrap().is_empty());
    let leftover = sandbox.0.join(".dvc/tmp/exps/expcore/logs/99.1.log");
    std::fs::create_dir_all(leftover.parent().unwrap()).unwrap();
    std::fs::write(&leftover, "").unwrap();
    let found = queue.doctor(true).unwrap();
    assert_eq!((found.len(), found[0].kind.as_str(), found[0].fixed), (1, "stray_log", true));
    assert_eq!(found[0].what, "'logs/99.1.log' is of no task");
    assert!(!leftover.exists());

    sandbox.stage("exit 3");
    queue.add(&RunOptions::new().name("bad"), &TaskOptions::default()).unwrap();
    queue.run(&Executor::local(1).unwrap(), &QueueRunOptions::new()).unwrap();
    assert!(!queue.wait(&["bad"], None, None).unwrap());
    assert_eq!(queue.find("bad").unwrap().unwrap().exit_code, 3);
    queue.retry(&none).unwrap();
    assert_eq!(queue.find("bad").unwrap().unwrap().state, TaskState::Failed);
    queue.retry_all().unwrap();
    assert_eq!(queue.find("bad").unwrap().unwrap().state, TaskState::Queued);
}

#[test]
fn panics_and_cancels_end_a_run_of_the_queue() {
    let (_sandbox, project) = Sandbox::new("queue-panic");
    let queue = project.queue();
    queue.add(&RunOptions::new().name("x").set_param("lr=3,4"), &TaskOptions::default()).unwrap();
    let executor = Executor::local(2).unwrap();
    let options = QueueRunOptions::new().on_event(|_| panic!("mine"));
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| queue.run(&executor, &options)));
    assert_eq!(caught.unwrap_err().downcast_ref::<&str>(), Some(&"mine"));
    assert!(queue.status().unwrap().iter().all(|task| task.state == TaskState::Queued));

    let cancel = Cancel::new();
    let options = QueueRunOptions::new().cancel(&cancel).on_event(|_| cancel.request());
    assert_eq!(queue.run(&executor, &options).unwrap_err().kind(), ErrorKind::Cancelled);
    assert!(queue.status().unwrap().iter().all(|task| task.state == TaskState::Queued));

    queue.run(&executor, &QueueRunOptions::new()).unwrap();
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        queue.follow("x-1", |_| panic!("too"), None)
    }));
    assert_eq!(caught.unwrap_err().downcast_ref::<&str>(), Some(&"too"));
}

#[test]
fn experiments_are_kept_shared_and_removed() {
    let (sandbox, project) = Sandbox::new("manage");
    let experiments = project.experiments();
    experiments.run(&RunOptions::new().name("beside").set_param("lr=2").temp()).unwrap();
    let params = sandbox.0.join("params.yaml");
    assert_eq!(std::fs::read_to_string(&params).unwrap(), "lr: 1\n");
    project.pipeline().run(&RunOptions::new()).unwrap();
    std::fs::write(&params, "lr: 7\n").unwrap();
    let saved = experiments.save(&SaveOptions { name: "kept".into(), ..Default::default() }).unwrap();
    assert_eq!((saved.name.as_str(), saved.commit.len(), saved.stages.len()), ("kept", 40, 0));
    std::fs::write(&params, "lr: 1\n").unwrap();
    assert!(experiments.diff_json(None, Some("kept")).unwrap().contains("\"new\": 7"));
    experiments.apply("kept").unwrap();
    assert_eq!(std::fs::read_to_string(&params).unwrap(), "lr: 7\n");
    assert_eq!(experiments.branch("kept", None).unwrap(), "kept-branch");
    assert!(experiments.rename("kept", "better", None, false).unwrap());
    assert!(!experiments.rename("better", "better", None, false).unwrap());
    let rows = experiments.show().unwrap();
    let row = rows.iter().find(|row| row.name() == "better").unwrap();
    assert_eq!(row.params(), [("params.yaml".to_string(), "lr".to_string(), "7".to_string())]);
    assert_eq!((row.baseline(), row.error()), (rows.get(1).unwrap().rev(), String::new()));

    let other = sandbox.0.join("other.git");
    git(&sandbox.0, &["init", "-q", "--bare", "other.git"]);
    let other = other.to_str().unwrap();
    let share = ShareOptions { names: vec!["better".into()], no_cache: true, ..Default::default() };
    assert_eq!(experiments.push(other, &share).unwrap().done[0].name, "better");
    assert_eq!(experiments.push(other, &share).unwrap().up_to_date.len(), 1);
    git(&sandbox.0, &["init", "-q", "--bare", "third.git"]);
    std::fs::create_dir(sandbox.0.join("store")).unwrap();
    std::fs::write(sandbox.0.join(".dvc/config.local"), "[core]\nremote = s\n['remote \"s\"']\nurl = ../store\n").unwrap();
    let third = sandbox.0.join("third.git");
    let with_data = ShareOptions { names: vec!["better".into()], ..Default::default() };
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        experiments.push_with(third.to_str().unwrap(), &with_data, |_| panic!("three"))
    }));
    assert_eq!(caught.unwrap_err().downcast_ref::<&str>(), Some(&"three"));
    let wrong = ShareOptions { remote: "nope".into(), ..Default::default() };
    assert!(experiments.push(other, &wrong).unwrap().data_error.is_some());
    let all = Selection { all_commits: true, ..Default::default() };
    assert_eq!(experiments.list(&all, Some(other)).unwrap().len(), 2);
    let named = RemoveOptions { names: vec!["better".into()], ..Default::default() };
    assert_eq!(experiments.remove(&named).unwrap(), ["better"]);
    assert_eq!(experiments.remove(&named).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(experiments.pull(other, &share).unwrap().done.len(), 1);
    let everything = RemoveOptions { selection: all, ..Default::default() };
    assert_eq!(experiments.remove(&everything).unwrap().len(), 2);
    experiments.clean().unwrap();
    assert!(experiments.list(&Selection::default(), None).unwrap().is_empty());
}

#[test]
fn the_log_hears_everything() {
    let (_sandbox, mut project) = Sandbox::new("log");
    let lines = Arc::new(Mutex::new(Vec::new()));
    let heard = lines.clone();
    project.log_to(LogLevel::Info, move |record| heard.lock().unwrap().push(record.clone())).unwrap();
    project.pipeline().run(&RunOptions::new()).unwrap();
    assert!(lines.lock().unwrap().last().unwrap().text.starts_with("stage 'train' ran ("));
    assert_eq!(lines.lock().unwrap()[0].level, LogLevel::Info);
    project.log_to(LogLevel::Info, |_| panic!("mine")).unwrap();
    let force = RunOptions::new().flags(expcore_sys::EXP_RUN_FORCE);
    assert_eq!(project.pipeline().run(&force).unwrap_err().kind(), ErrorKind::Callback);
    project.stop_log();
    project.pipeline().run(&force).unwrap();
    assert_eq!(lines.lock().unwrap().len(), 2);
}

#[test]
fn stages_tables_and_values() {
    let (sandbox, project) = Sandbox::new("tables");
    let stage = &project.pipeline().stages().unwrap()[0];
    assert_eq!((&stage.params[..], &stage.outs[..]), (&["params.yaml:lr".to_string()][..], &["out.txt".to_string()][..]));
    assert_eq!(project.pipeline().list(&["train".into()], 0).unwrap().len(), 1);
    let options = StatusOptions { targets: vec!["train".into()], ..Default::default() };
    let stale = project.pipeline().status_of(&options).unwrap();
    assert_eq!(stale[0].reasons[0], stale[0].reason);
    std::fs::write(sandbox.0.join("params.yaml"), "lr: 2\n").unwrap();
    let changes = project.params().diff(&DiffOptions::default()).unwrap();
    assert_eq!((changes[0].key.as_str(), changes[0].difference), ("lr", Some(1.0)));
    assert_eq!(project.params().diff_table(&DiffOptions::default()).unwrap().rows[0][1], "lr");
    assert!(project.params().diff_json(&DiffOptions::default()).unwrap().contains("\"lr\""));
    assert!(project.metrics().show(&[], 0).unwrap().is_empty());
    assert!(project.metrics().diff(&DiffOptions::default()).unwrap().is_empty());
    assert_eq!(project.experiments().show_table().unwrap().rows.len(), 2);
    let (metrics, params) = project.experiments().diff_tables(&DiffOptions::default()).unwrap();
    assert_eq!((metrics.rows.len(), params.rows.len()), (0, 1));
    let unknown = DiffOptions { b_rev: Some("nope".into()), ..Default::default() };
    assert_eq!(project.params().diff(&unknown).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn plots_are_drawn_and_changed() {
    let (sandbox, project) = Sandbox::new("plots");
    sandbox.stage("printf 'step,loss\\n1,0.5\\n2,0.25\\n' > out.txt; cp out.txt steps.csv");
    std::fs::write(sandbox.0.join("steps.csv"), "step,loss\n1,0.5\n2,0.25\n").unwrap();
    let yaml = std::fs::read_to_string(sandbox.0.join("dvc.yaml")).unwrap();
    std::fs::write(sandbox.0.join("dvc.yaml"), yaml + "plots: [steps.csv, gone.csv]\n").unwrap();
    let plots = project.plots();
    let props = PlotProps { title: Some("Mine".into()), x: Some("step".into()), ..Default::default() };
    let options = PlotsOptions { props, ..Default::default() };
    let shown = plots.show(None, &options).unwrap();
    let steps = shown.plots.iter().find(|plot| plot.id.contains("steps.csv")).unwrap();
    assert_eq!(steps.revisions, ["workspace"]);
    assert!(steps.spec.contains("Mine") && steps.anchors.is_empty() && steps.images.is_empty());
    assert!(shown.errors.iter().any(|error| error.plot.contains("gone.csv") && error.rev == "workspace"));
    let split = PlotsOptions { split: true, ..options.clone() };
    assert!(plots.show(None, &split).unwrap().plots.iter().any(|plot| plot.anchors.contains("DVC_METRIC_DATA")));
    assert!(plots.show_json(Some(&[]), &options).unwrap().contains("steps.csv"));
    assert_eq!(plots.show(Some(&["nope".into()]), &options).unwrap_err().kind(), ErrorKind::NotFound);

    std::fs::write(sandbox.0.join("mine.html"), "mine {plot_divs}").unwrap();
    let page = plots.page(None, &PlotsOptions { html_template: Some("mine.html".into()), ..options }).unwrap().unwrap();
    assert!(std::fs::read_to_string(page).unwrap().starts_with("mine <div"));

    let changed = PlotProps { y: Some("loss".into()), header: Some(true), ..Default::default() };
    assert_eq!(plots.modify("out.txt", &changed, None).unwrap(), "dvc.yaml");
    assert_eq!(plots.modify("out.txt", &PlotProps::default(), Some(&["y".into()])).unwrap(), "dvc.yaml");
    assert_eq!(
        plots.modify("out.txt", &PlotProps::default(), Some(&["y".into()])).unwrap_err().kind(),
        ErrorKind::NotFound
    );
    assert!(Plots::template_names().unwrap().contains(&"linear".to_string()));
    assert!(Plots::template("linear").unwrap().contains("\"data\""));
    assert!(plots.check_template("linear").is_ok());
    assert_eq!(plots.check_template("nope").unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[test]
fn overrides_are_counted_and_applied() {
    let (sandbox, project) = Sandbox::new("overrides");
    let one = ParamOverrides::parse(&["lr=2"]).unwrap();
    assert!(!one.is_sweep());
    assert_eq!(one.as_typed()[0].file, "params.yaml");
    assert_eq!(one.apply("lr: 1  # rate\n", "params.yaml").unwrap(), "lr: 2  # rate\n");
    let written = one.apply_to(&project).unwrap();
    assert!(written.len() == 1 && written[0].ends_with("params.yaml"));
    assert_eq!(std::fs::read_to_string(sandbox.0.join("params.yaml")).unwrap(), "lr: 2\n");

    let sweep = ParamOverrides::parse(&["lr=range(1000000)", "p.json:a=x,y"]).unwrap();
    assert!(sweep.is_sweep());
    assert_eq!(sweep.size().unwrap(), 2_000_000);
    let mut points = sweep.points().unwrap();
    assert_eq!(points.nth(1).unwrap().unwrap()[1].text, "a=y");
    assert_eq!(ParamOverrides::parse(&["lr=1,2"]).unwrap().points().unwrap().count(), 2);
    assert_eq!(sweep.apply("lr: 1\n", "params.yaml").unwrap_err().kind(), ErrorKind::InvalidArgument);
    let wrong = ParamOverrides::parse(&["lr=[1,2"]).err().unwrap();
    assert!(wrong.details().contains('^'));
}

#[test]
fn an_environment_of_ones_own() {
    let (sandbox, _) = Sandbox::new("environment");
    sandbox.stage("echo $COLOUR > out.txt");
    let path = std::env::var("PATH").unwrap();
    let variables = [("PATH", path.as_str()), ("COLOUR", "blue")];
    let project = Project::open_with_environment(&sandbox.0, variables).unwrap();
    project.pipeline().run(&RunOptions::new()).unwrap();
    assert_eq!(std::fs::read_to_string(project.directory().join("out.txt")).unwrap(), "blue\n");
}

#[test]
fn versions_and_capabilities() {
    assert_eq!(expcore::dvc_version(), "3.64");
    assert!(expcore::has_capability("hydra"));
    assert!(!expcore::has_capability("time travel"));
}
