"""Runs an experiment of the project here and prints the table of experiments: rows.c, rows.cpp and rust/ do the same."""

import expcore

with expcore.Project.open(".") as project:
    project.experiments.run(name="same", set_params=["train.epochs=1"])
    for row in project.experiments.show():
        print(int(row.kind), row.name)
        for file, key in row.metrics:
            print(f"  {file}:{key}={row.metric(key, file)}")
        for file, key in row.params:
            print(f"  {file}:{key}={row.param(key, file)}")
