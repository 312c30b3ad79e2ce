//! Runs an experiment of the project here and prints the table of experiments: rows.c, rows.cpp and rows.py do the
//! same.
use expcore::{Project, RowKind, RunOptions};

fn print(values: Vec<(String, String, String)>) {
    for (file, key, value) in values {
        println!("  {file}:{key}={value}");
    }
}

fn number(kind: RowKind) -> i32 {
    match kind {
        RowKind::Workspace => 0,
        RowKind::Baseline => 1,
        RowKind::Experiment => 2,
        RowKind::Other(other) => other,
        _ => -1,
    }
}

fn main() -> Result<(), expcore::Error> {
    let project = Project::open(".")?;
    let experiments = project.experiments();
    experiments.run(&RunOptions::new().name("same").set_param("train.epochs=1"))?;
    for row in &experiments.show()? {
        println!("{} {}", number(row.kind()), row.name());
        print(row.metrics());
        print(row.params());
    }
    Ok(())
}
