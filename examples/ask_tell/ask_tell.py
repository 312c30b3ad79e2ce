#!/usr/bin/env python3
"""Optuna asks, the queue runs, Optuna is told.

  ask_tell.py [--trials N] [--jobs N] [--epochs N] [PROJECT]     of examples/digits; Ctrl-C queues again what was running

Each trial becomes an experiment of HEAD; the best one is applied to the workspace. Wants optuna and expcore.
"""

import argparse

import expcore
import optuna


def ask(study: optuna.Study, queue: expcore.Queue, epochs: int) -> tuple[expcore.Task, optuna.Trial]:
    """One trial, queued."""
    trial = study.ask()
    rate = trial.suggest_float("learning_rate", 0.01, 1, log=True)
    decay = trial.suggest_float("decay", 0.8, 1)
    changes = [f"train.learning_rate={rate:.4g}", f"train.decay={decay:.4g}", f"train.epochs={epochs}"]
    (task,) = queue.add(set_params=changes, message=f"trial {trial.number}")
    trial.set_user_attr("experiment", task.name)
    return task, trial


def tell(study: optuna.Study, project: expcore.Project, asked: list[tuple[expcore.Task, optuna.Trial]]) -> None:
    """What came of the trials; failed ones are told, too, so that Optuna does not wait for them."""
    rows = {row.rev: row for row in project.experiments.show()}
    for task, trial in asked:
        now = project.queue.find(task)
        if now is None or now.state != expcore.TaskState.SUCCESS:
            study.tell(trial, state=optuna.trial.TrialState.FAIL)
            continue
        study.tell(trial, rows[now.commit].metrics["metrics.json", "accuracy"])


def show(event: expcore.QueueEvent) -> None:
    if event.kind == expcore.QueueEventKind.TASK_FINISHED:
        print(f"  {event.task.name}: {'done' if event.task.commit else event.task.message}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=8)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("project", nargs="?", default=".")
    arguments = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=1))
    with expcore.Project.open(arguments.project) as project:
        while len(study.trials) < arguments.trials:
            batch = min(arguments.jobs, arguments.trials - len(study.trials))
            asked = [ask(study, project.queue, arguments.epochs) for _ in range(batch)]
            print(f"trials {', '.join(str(trial.number) for _, trial in asked)}", flush=True)
            project.queue.run(jobs=arguments.jobs, on_event=show)
            tell(study, project, asked)
        best = study.best_trial
        print(f"best: {best.user_attrs['experiment']} with an accuracy of {best.value}")
        project.experiments.apply(best.user_attrs["experiment"])


if __name__ == "__main__":
    main()
