//! The crate on a real project.
use expcore::{Cancel, ComposeOptions, Composition, ErrorKind, EventKind, Outcome, Project, RunOptions};
use std::path::{Path, PathBuf};
use std::process::Command;
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
    let mut kinds = Vec::new();
    let results = pipeline.run(&RunOptions::new().on_event(|event| kinds.push(event.kind))).unwrap();
    assert_eq!(results[0].outcome, Outcome::Ran);
    assert!(kinds.contains(&EventKind::StageFinished));
    assert!(pipeline.status().unwrap().is_empty());
    assert!(pipeline.dag_dot(None).unwrap().contains("train"));
}

#[test]
fn experiments_are_recorded_and_shown() {
    let (_sandbox, project) = Sandbox::new("experiments");
    let options = RunOptions::new().name("first").set_param("lr=3");
    let made = project.experiments().run(&options).unwrap();
    assert_eq!(made.name, "first");
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
