"""The Python package on a real project. EXPCORE_LIBRARY names the library to test."""

import ctypes
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bindings/python/src"))
import expcore  # noqa: E402
from expcore import _native  # noqa: E402
from expcore.events import from_native  # noqa: E402


def git(folder: pathlib.Path, *args: str) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    return subprocess.run(["git", *identity, *args], cwd=folder, check=True, capture_output=True, text=True).stdout


class Sandbox(unittest.TestCase):
    """A project with one stage that reads `lr` and writes out.txt."""

    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name, "p")
        self.folder.mkdir()
        git(self.folder, "init", "-q")
        git(self.folder, "config", "user.name", "t")
        git(self.folder, "config", "user.email", "t@example.org")
        self.project = expcore.Project.init(self.folder)
        self.addCleanup(self.project.close)
        (self.folder / "params.yaml").write_text("lr: 1\n")
        self.write("cat params.yaml > out.txt; echo '{\"loss\": 2}' > metrics.json")

    def write(self, command: str) -> None:
        (self.folder / "dvc.yaml").write_text(
            "stages:\n  train:\n    cmd: |\n      " + command + "\n    params: [lr]\n    outs: [out.txt]\n"
            "metrics: [metrics.json]\n"
        )
        git(self.folder, "add", "-A")
        git(self.folder, "commit", "-qm", "work", "--allow-empty")


class ProjectTest(Sandbox):
    def test_stages_status_and_run(self) -> None:
        pipeline = self.project.pipeline
        self.assertEqual([s.address for s in pipeline.stages()], ["train"])
        self.assertEqual([s.address for s in pipeline.status()], ["train"])
        self.assertEqual(pipeline.explain()[0]["stage"], "train")
        self.assertIn("train", pipeline.dag(format="dot"))
        events: list[expcore.Event] = []
        results = pipeline.run(on_event=events.append)
        self.assertEqual([(r.address, r.outcome) for r in results], [("train", expcore.Outcome.RAN)])
        self.assertIn(expcore.EventKind.STAGE_FINISHED, [e.kind for e in events])
        told = {e.kind: e.stages for e in events}
        self.assertEqual(told[expcore.EventKind.PLAN_MADE], ("train",))
        self.assertIn("dvc.lock", told[expcore.EventKind.FILES_TO_TRACK])
        self.assertEqual(pipeline.status(), [])
        self.assertEqual(pipeline.run(jobs=None)[0].outcome, expcore.Outcome.UNCHANGED)

    def test_output_events_carry_bytes(self) -> None:
        self.write("printf 'a\\0b'; touch out.txt")
        seen: list[bytes] = []
        self.project.pipeline.run(on_event=lambda e: seen.append(e.data) if e.kind == expcore.EventKind.OUTPUT else None)
        self.assertEqual(b"".join(seen), b"a\0b")

    def test_data_sources_are_told_apart(self) -> None:
        (self.folder / "big").write_text("x")
        self.project.data.add(["big"])
        (self.folder / "big").write_text("y")
        events: list[expcore.Event] = []
        self.project.pipeline.run(["big.dvc"], on_event=events.append)
        self.assertIn(("big.dvc", expcore.StageKind.DATA_SOURCE), [(e.stage, e.stage_kind) for e in events])

    def test_experiments(self) -> None:
        events: list[expcore.Event] = []
        made = self.project.experiments.run(name="first", set_params=["lr=3"], on_event=events.append)
        self.assertEqual([e.commit for e in events if e.commit], [made.commit])
        self.assertEqual(made.name, "first")
        self.assertEqual(made.commit, git(self.folder, "rev-parse", made.ref).strip())
        rows = {row.name: row for row in self.project.experiments.show()}
        self.assertEqual(rows["first"].param("lr"), "3")
        self.assertEqual(rows["first"].metric("loss", "metrics.json"), "2")
        self.assertIsNone(rows["first"].metric("absent"))
        self.assertEqual(self.project.experiments.show_json()[0]["rev"], "workspace")
        with self.assertRaises(expcore.Exists) as caught:
            self.project.experiments.run(name="first", set_params=["lr=4"])
        self.assertIsInstance(caught.exception, FileExistsError)

    def test_experiments_are_kept_shared_and_removed(self) -> None:
        experiments = self.project.experiments
        experiments.run(name="beside", set_params=["lr=2"], temp=True)
        self.assertEqual((self.folder / "params.yaml").read_text(), "lr: 1\n")
        self.project.pipeline.run()
        (self.folder / "params.yaml").write_text("lr: 7\n")
        saved = experiments.save(name="kept")
        self.assertEqual((saved.name, len(saved.commit), saved.stages), ("kept", 40, []))
        git(self.folder, "checkout", "-q", "params.yaml")
        self.assertEqual(experiments.diff(b_rev="kept")["params"]["params.yaml"]["lr"]["new"], 7)
        experiments.apply("kept")
        self.assertEqual((self.folder / "params.yaml").read_text(), "lr: 7\n")
        self.assertEqual([ref.name for ref in experiments.list()], ["beside", "kept"])
        self.assertEqual(experiments.branch("kept"), "kept-branch")
        self.assertTrue(experiments.rename("kept", "better"))
        self.assertFalse(experiments.rename("better", "better"))

        git(self.folder, "init", "-q", "--bare", "../other.git")
        pushed = experiments.push("../other.git", ["better"], no_cache=True)
        self.assertEqual([ref.name for ref in pushed.done], ["better"])
        self.assertIsNone(pushed.data_error)
        self.assertEqual(len(experiments.push("../other.git", ["better"], remote="nope").up_to_date), 1)
        self.assertIsInstance(experiments.push("../other.git", remote="nope").data_error, expcore.ExpError)
        self.assertEqual(len(experiments.list(all_commits=True, git_remote="../other.git")), 2)
        self.assertEqual(experiments.remove(["better"]), ["better"])
        pulled = experiments.pull("../other.git", ["better"], no_cache=True)
        self.assertEqual(pulled.done[0].name, "better")
        self.assertEqual(sorted(experiments.remove(all_commits=True)), ["beside", "better"])
        experiments.clean()
        self.assertEqual(experiments.list(), [])
        with self.assertRaises(expcore.NotFound):
            experiments.apply("better")
        with self.assertRaises(TypeError):
            experiments.push("../other.git", nonsense=True)

    def test_rows_are_tables(self) -> None:
        self.project.experiments.run(name="first", set_params=["lr=3"])
        rows = self.project.experiments.show(hide_queued=True, hide_failed=True)
        row = list(rows)[-1]
        self.assertEqual((row.baseline, row.error, len(row.created)), (rows[1].rev, "", 19))
        self.assertEqual(row.params, {("params.yaml", "lr"): 3})
        self.assertEqual(row.metrics, {("metrics.json", "loss"): 2})
        self.assertEqual(rows.to_dicts()[-1]["params.yaml:lr"], 3)
        self.assertIn("<th>metrics.json:loss</th>", rows._repr_html_())

    def test_tables_are_those_of_the_program(self) -> None:
        self.project.pipeline.run()
        git(self.folder, "add", "-A")
        git(self.folder, "commit", "-qm", "ran")
        self.project.experiments.run(name="first", set_params=["lr=3"], temp=True)
        table = self.project.experiments.show_table()
        self.assertEqual([row["lr"] for row in table.to_dicts()], ["1", "1", "3"])
        self.assertIn("first", str(table))
        self.assertIn("<th>lr</th>", table._repr_html_())
        self.assertEqual(len(self.project.experiments.show_table(csv=True, drop=["lr"], hide_workspace=True)), 2)
        metrics, params = self.project.experiments.diff_tables(b_rev="first", no_path=True)
        self.assertEqual(params.rows, [["lr", "1", "3", "2"]])
        self.assertEqual(len(metrics), 0)

    def test_metrics_and_params(self) -> None:
        self.project.pipeline.run()
        git(self.folder, "add", "-A")
        git(self.folder, "commit", "-qm", "ran")
        (self.folder / "metrics.json").write_text('{"loss": 0.5}')
        (self.folder / "params.yaml").write_text("lr: 2\n")
        metrics, params = self.project.metrics, self.project.params
        self.assertEqual([(v.file, v.key, v.value) for v in metrics.show()], [("metrics.json", "loss", 0.5)])
        self.assertEqual(metrics.show_json()[""]["data"]["metrics.json"]["data"], {"loss": 0.5})
        self.assertEqual(metrics.show_table().rows, [["metrics.json", "0.5"]])
        change = metrics.diff()[0]
        self.assertEqual((change.key, change.old, change.new, change.difference), ("loss", "2", "0.5", -1.5))
        self.assertEqual(params.diff().to_dicts()[0]["new"], "2")
        self.assertIn("<td>lr</td>", params.diff()._repr_html_())
        self.assertEqual(params.diff_json(), {"params.yaml": {"lr": {"old": 1, "new": 2, "diff": 1}}})
        self.assertEqual(params.diff_table(no_path=True).rows, [["lr", "1", "2"]])
        self.assertEqual(metrics.diff_table(precision=0).rows[0][:4], ["metrics.json", "loss", "2", "0.5"])
        with self.assertRaises(FileNotFoundError):
            metrics.diff(b_rev="nope")

    def test_plots(self) -> None:
        self.write("printf '1\\n2\\n' > steps.csv; touch out.txt")
        with (self.folder / "dvc.yaml").open("a") as file:
            file.write("plots: [steps.csv]\n")
        self.project.pipeline.run()
        plots = self.project.plots
        shown = plots.show(header=False)
        self.assertEqual((len(shown), shown.errors), (1, []))
        self.assertEqual(shown[0].revisions, ["workspace"])
        self.assertIn("application/vnd.vegalite.v5+json", shown[0]._repr_mimebundle_())
        self.assertIn("steps.csv", str(plots.show_json(header=False)))
        self.assertTrue(pathlib.Path(plots.page(header=False)).exists())
        (self.folder / "mine.html").write_text("mine {plot_divs}")
        page = pathlib.Path(plots.page(header=False, html_template=self.folder / "mine.html"))
        self.assertTrue(page.read_text().startswith("mine <div"))
        self.assertEqual(plots.modify("out.txt", title="Mine", header=False), "dvc.yaml")
        self.assertIn("title: Mine", (self.folder / "dvc.yaml").read_text())
        with self.assertRaises(FileNotFoundError):
            plots.modify("nope", x="a")
        with self.assertRaises(TypeError):
            plots.show(colour="red")
        self.assertIn("linear", plots.template_names())
        self.assertIn("data", plots.template("linear"))
        with self.assertRaises(expcore.InvalidArgument):
            plots.check_template("nope")

    def test_the_log_hears_everything(self) -> None:
        lines: list[expcore.LogRecord] = []
        self.project.log_to(lines.append)
        self.project.pipeline.run()
        self.assertEqual([line.level for line in lines], [expcore.LogLevel.INFO] * 2)
        self.assertRegex(lines[1].text, r"^stage 'train' ran \(")
        self.project.log_to(lines.append, expcore.LogLevel.DEBUG)
        self.project.pipeline.run(force=True)
        self.assertTrue(any(line.text.startswith("> cat params.yaml") for line in lines))

        def broken(record: expcore.LogRecord) -> None:
            raise KeyError("mine")

        self.project.log_to(broken)
        with self.assertLogs("expcore", "ERROR"):
            self.project.pipeline.run(force=True)
        before = len(lines)
        self.project.log_to(None)
        self.project.pipeline.run(force=True)
        self.assertEqual(len(lines), before)

    def test_an_environment_of_ones_own(self) -> None:
        self.write("echo $COLOUR > out.txt")
        with expcore.Project.open(self.folder, environment={"PATH": os.environ["PATH"], "COLOUR": "blue"}) as project:
            self.assertEqual(project.directory, str(self.folder))
            project.pipeline.run()
        self.assertEqual((self.folder / "out.txt").read_text(), "blue\n")

    def test_stages_tell_all_about_themselves(self) -> None:
        stage = self.project.pipeline.stages()[0]
        self.assertEqual((stage.file, stage.params, stage.outs), ("dvc.yaml", ("params.yaml:lr",), ("out.txt",)))
        self.assertEqual(stage.kind, expcore.StageKind.PIPELINE)
        self.assertEqual([s.address for s in self.project.pipeline.list(["train"])], ["train"])
        self.assertEqual([s.address for s in self.project.pipeline.list(all=True)], ["train"])
        stale = self.project.pipeline.status(["train"], with_deps=True)[0]
        self.assertEqual(stale.reasons[0], stale.reason)
        self.assertEqual(self.project.pipeline.explain(["train"])[0]["stage"], "train")
        with self.assertRaises(FileNotFoundError):
            self.project.pipeline.status(["nope"])

    def test_stages_may_be_asked_about(self) -> None:
        asked: list[str] = []
        with self.assertRaises(expcore.StageFailed):
            self.project.pipeline.run(confirm=lambda stage: asked.append(stage) or False)
        results = self.project.pipeline.run(confirm=lambda stage: stage == "train")
        self.assertEqual((asked, results[0].outcome), (["train"], expcore.Outcome.RAN))
        self.assertGreater(results[0].seconds, 0)

    def test_data(self) -> None:
        (self.folder / "big.bin").write_text("data")
        (self.folder / "raw").mkdir()
        (self.folder / "raw/x").write_text("x")
        data = self.project.data
        data.add(["big.bin", "raw"])
        self.assertTrue((self.folder / "big.bin.dvc").exists())
        shutil.rmtree(self.folder / "raw")
        self.assertEqual(data.checkout(["raw"]).added, ["raw/"])
        self.assertEqual(data.checkout(["raw"]).added, [])
        (self.folder / "big.bin").write_text("changed")
        with self.assertRaises(expcore.InvalidArgument):
            data.commit("big.bin.dvc")
        data.commit("big.bin.dvc", force=True)
        data.move("big.bin", "large.bin")
        data.unprotect("large.bin")
        data.remove("large.bin.dvc", outs=True)
        self.assertFalse((self.folder / "large.bin").exists())

    def test_data_goes_to_a_remote_and_comes_back(self) -> None:
        data = self.project.data
        (self.folder / "raw").mkdir()
        (self.folder / "raw/x").write_text("x")
        events: list[expcore.Event] = []
        self.assertEqual(data.add(["raw"], on_event=events.append), ["raw.dvc"])
        self.assertIn(expcore.EventKind.PROGRESS, [e.kind for e in events])
        with self.assertRaises(expcore.ConfigError):
            data.push()
        with expcore.Configuration.open(self.folder) as configuration:
            configuration.add_remote("store", self.folder / "../store", default=True)
        self.project = expcore.Project.open(self.folder)
        self.addCleanup(self.project.close)
        data = self.project.data
        status = data.cloud_status()
        self.assertEqual((status.remote, status.in_sync, status.missing), ("store", False, []))
        self.assertEqual(status.only_in_cache, ["raw", "raw/x"])
        self.assertEqual(data.push(jobs=2), expcore.SyncResult(2, [], []))
        self.assertTrue(data.cloud_status().in_sync)
        shutil.rmtree(self.folder / "raw")
        shutil.rmtree(self.folder / ".dvc/cache")
        self.assertEqual(data.cloud_status(["raw"]).only_on_remote, ["raw/x"])
        pulled = data.pull(force=True)  # the list of files came with the comparison
        self.assertEqual((pulled.fetched.transferred, pulled.checkout.added), (1, ["raw/"]))
        self.assertEqual(pulled.checkout.files_added, 1)
        self.assertEqual(data.fetch(max_size=1, verify=True).transferred, 0)
        with self.assertRaises(TypeError):
            data.fetch(force=True)
        with self.assertRaises(expcore.NotFound):
            data.push(["nope"])

    def test_data_changes_are_told_and_garbage_goes(self) -> None:
        data = self.project.data
        (self.folder / "big").write_text("one")
        data.add(["big"])
        git(self.folder, "add", "-A")
        git(self.folder, "commit", "-qm", "data")
        (self.folder / "big").unlink()
        (self.folder / "big").write_text("three")
        part, kind = expcore.DataPart, expcore.ChangeKind
        status = data.status(granular=True)
        self.assertEqual(status.changes, [expcore.DataChange(part.UNCOMMITTED, kind.MODIFIED, "big", "big")])
        self.assertEqual((status.git_is_empty, status.git_is_dirty), (False, False))
        self.assertEqual(data.status_json(), {"uncommitted": {"modified": ["big"]}})
        (change,) = data.diff(targets=["big"])
        self.assertEqual((change.part, change.change, len(change.hash)), (part.BETWEEN, kind.MODIFIED, 32))
        self.assertEqual(data.diff_json(hashes=True)["modified"][0]["hash"]["new"], change.hash)
        self.assertEqual(data.diff("HEAD", "HEAD", hide_missing=True), [])

        asked: list[str] = []
        with self.assertRaises(expcore.InvalidArgument):
            data.commit("big.dvc", confirm=lambda question: bool(asked.append(question)))
        with self.assertRaises(KeyError):
            data.commit("big.dvc", confirm=lambda question: {}[question])
        data.commit("big.dvc", confirm=lambda question: True, no_relink=True)
        self.assertEqual(len(asked), 1)
        (dry, *_) = data.gc(workspace=True, dry=True)
        self.assertEqual((dry.store, dry.removed, dry.bytes), ("repo", 1, 3))
        self.assertEqual(data.gc(all_commits=True)[0].removed, 0)
        self.assertEqual(data.gc(workspace=True)[0].removed, 1)
        with self.assertRaises(expcore.InvalidArgument):
            data.gc()
        self.assertEqual(data.migrate_cache(records=True, dry=True), expcore.MigrateResult(0, []))

    def test_work_on_data_is_stopped(self) -> None:
        data = self.project.data
        (self.folder / "big").write_text("x")
        cancel = expcore.Cancel()
        cancel.request()
        for work in (lambda: data.add(["big"], cancel=cancel), lambda: data.checkout(cancel=cancel),
                     lambda: data.status(cancel=cancel), lambda: data.diff(cancel=cancel),
                     lambda: data.gc(workspace=True, cancel=cancel), lambda: data.migrate_cache(cancel=cancel),
                     lambda: data.move("big", "b", cancel=cancel), lambda: data.push(cancel=cancel)):
            with self.assertRaises(expcore.Cancelled):
                work()
        with self.assertRaises(ZeroDivisionError):
            data.add(["big"], on_event=lambda event: 1 / 0)
        self.assertFalse((self.folder / "big.dvc").exists())

    def test_configuration(self) -> None:
        level = expcore.ConfigLevel
        with expcore.Configuration.open(self.folder) as configuration:
            self.assertIsNone(configuration.get("core.autostage"))
            configuration.set("core.autostage", "true")
            configuration.set("cache.dir", "../shared", level.LOCAL)
            self.assertEqual(configuration.get("core.autostage", level.PROJECT), "true")
            self.assertEqual(
                configuration.list(level.LOCAL),
                [expcore.ConfigEntry("cache.dir", configuration.cache_dir(), ".dvc/config.local")],
            )
            configuration.unset("core.autostage")
            with self.assertRaises(expcore.ConfigError):
                configuration.unset("core.autostage")
            configuration.add_remote("a", "/x", default=True)
            with self.assertRaises(expcore.ConfigError):
                configuration.add_remote("a", "/y")
            configuration.add_remote("a", "/y", force=True)
            configuration.modify_remote("a", "verify", "true")
            configuration.modify_remote("a", "verify", None)
            configuration.rename_remote("a", "b")
            self.assertEqual(configuration.remotes(), [expcore.Remote("b", "/y", True)])
            self.assertEqual(configuration.default_remote(), "b")
            configuration.set_default_remote(None)
            self.assertIsNone(configuration.default_remote())
            configuration.remove_remote("b")
            self.assertEqual(configuration.remotes(), [])

    def test_overrides(self) -> None:
        with expcore.ParamOverrides.parse(["lr=2"]) as overrides:
            self.assertFalse(overrides.is_sweep)
            self.assertEqual(overrides.apply("lr: 1  # é\n"), "lr: 2  # é\n")
            self.assertEqual(overrides.as_typed, [("params.yaml", "lr=2")])
            self.assertEqual(overrides.apply_to(self.project), [self.folder.resolve() / "params.yaml"])
        self.assertEqual((self.folder / "params.yaml").read_text(), "lr: 2\n")
        sweep = expcore.ParamOverrides.parse(["lr=range(1000000)", "p.json:a=x,y"])
        self.assertTrue(sweep.is_sweep)
        self.assertEqual(len(sweep), 2000000)
        points = iter(sweep)
        self.assertEqual(next(points), [("params.yaml", "lr=0"), ("p.json", "a=x")])
        self.assertEqual(next(points), [("params.yaml", "lr=0"), ("p.json", "a=y")])
        with self.assertRaises(expcore.InvalidArgument) as caught:
            expcore.ParamOverrides.parse(["lr=[1,"])
        self.assertIn("^", str(caught.exception))

    def test_composition(self) -> None:
        conf = self.folder / "conf"
        conf.mkdir()
        (conf / "config.yaml").write_text("x: 1\nl: [a, {b: null}]\n")
        with expcore.compose(conf, overrides=["x=2", "+y=${x}"]) as made:
            self.assertEqual(made.config, {"x": 2, "l": ["a", {"b": None}], "y": 2})
            self.assertTrue(made.yaml.startswith("x: 2\nl:\n- a\n"))
            self.assertEqual(made.warnings, [])
        self.assertEqual(expcore.compose(conf, overrides=["x='${l}'"], resolve=False).config["x"], "${l}")
        self.assertEqual(expcore.Composition.of(self.project, ["x=3"]).config["x"], 3)
        with self.assertRaises(expcore.InvalidArgument):
            expcore.compose(conf, overrides=["nope=1"])
        with self.assertRaises(expcore.NotFound):
            expcore.compose(self.folder / "missing")

    def test_errors_are_pythons_own_too(self) -> None:
        with tempfile.TemporaryDirectory() as elsewhere:
            with self.assertRaises(FileNotFoundError) as caught:
                expcore.Project.open(elsewhere)
        self.assertEqual(caught.exception.code, _native.EXP_ERR_NOT_A_PROJECT)
        (self.folder / "dvc.yaml").write_text("stages: [\n")
        with self.assertRaises(expcore.ParseError) as parse:
            self.project.pipeline.stages()
        self.assertIn("dvc.yaml", str(parse.exception))
        with self.assertRaises(TypeError):
            self.project.pipeline.run(nonsense=True)
        with self.assertRaises(TypeError):
            self.project.pipeline.run("train")

    def test_a_failing_listener_stops_the_run(self) -> None:
        def listener(event: expcore.Event) -> None:
            raise KeyError("mine")

        with self.assertRaises(KeyError):
            self.project.pipeline.run(on_event=listener)

    def test_cancel_from_another_thread(self) -> None:
        self.write("sleep 30")
        cancel = expcore.Cancel()
        threading.Timer(0.3, cancel.request).start()
        began = time.monotonic()
        with self.assertRaises(expcore.Cancelled):
            self.project.pipeline.run(cancel=cancel)
        self.assertLess(time.monotonic() - began, 20)

    def test_control_c_stops_the_run(self) -> None:
        self.write("sleep 30")
        # A job in the background starts with the signal ignored.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        self.addCleanup(signal.signal, signal.SIGINT, before)
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        with self.assertRaises(KeyboardInterrupt):
            self.project.pipeline.run()

    def test_closed_projects_are_refused(self) -> None:
        self.project.close()
        self.project.close()
        with self.assertRaises(ValueError):
            self.project.pipeline.stages()


class QueueTest(Sandbox):
    def setUp(self) -> None:
        super().setUp()
        self.queue = self.project.queue

    def states(self) -> dict[str, str]:
        return {row["name"]: row["state"] for row in self.queue.status().to_dicts()}

    def test_a_sweep_is_added_and_run(self) -> None:
        added = self.queue.add(name="sweep", set_params=["lr=3,4"], priority=2)
        self.assertEqual([t.name for t in added], ["sweep-1", "sweep-2"])
        self.assertEqual(added[0].overrides, [("params.yaml", "lr=3")])
        self.assertEqual((added[0].state, added[0].priority), (expcore.TaskState.QUEUED, 2))
        self.assertIsNone(added[0].started)
        self.assertEqual(repr(added), "<Tasks 2 queued>")
        events: list[expcore.QueueEvent] = []
        ready: list[bool] = []
        self.queue.run(jobs=2, on_event=events.append, on_ready=lambda: ready.append(True))
        self.assertEqual(ready, [True])
        kinds = [event.kind for event in events]
        self.assertEqual(kinds.count(expcore.QueueEventKind.TASK_STARTED), 2)
        self.assertEqual(kinds.count(expcore.QueueEventKind.TASK_FINISHED), 2)
        self.assertIn(expcore.EventKind.STAGE_FINISHED, [e.event.kind for e in events if e.event])
        self.assertEqual(self.states(), {"sweep-1": "success", "sweep-2": "success"})
        self.assertEqual((self.folder / "params.yaml").read_text(), "lr: 1\n")
        done = self.queue.find(added[1])
        assert done is not None and done.started and done.ended and done.created
        self.assertEqual(done.commit, git(self.folder, "rev-parse", done.ref).strip())
        self.assertTrue(done.created <= done.started <= done.ended)
        self.assertTrue(pathlib.Path(done.log).exists())
        row = self.queue.status().to_dicts()[1]
        self.assertEqual((row["params.yaml:lr"], row["attempts"]), ("4", 1))
        self.assertIn("<td>sweep-2</td>", self.queue.status()._repr_html_())
        self.assertEqual(self.queue.status_json()["tasks"][0]["name"], "sweep-1")
        self.assertTrue(self.queue.wait())

    def test_tasks_are_changed_by_name_and_by_object(self) -> None:
        first, second = self.queue.add(name="x", set_params=["lr=3,4"])
        self.queue.hold([first])
        self.assertEqual(self.states(), {"x-1": "held", "x-2": "queued"})
        self.queue.release(["x-1"])
        self.queue.prioritize([second.id[:8]], 5)
        self.assertEqual([t.name for t in self.queue.status(brief=True)], ["x-2", "x-1"])
        self.assertEqual(self.queue.kill(["x-1"], force=True), ["x-1"])
        self.assertEqual(self.queue.kill_all(), [])
        later = self.queue.add(name="later", after=[first], held=True, retries=1, timeout=60)
        self.assertTrue(later[0].waits_for_others)
        self.queue.remove([first])
        self.assertEqual([t.name for t in self.queue.remove_all(queued=True)], ["x-2"])
        self.assertEqual(self.queue.status()[0].reason, "it comes after 'x-1', which was removed")
        self.assertIsNone(self.queue.find("x-1"))
        self.assertEqual(self.queue.recover(), 0)
        self.assertEqual(self.queue.doctor(), [])
        leftover = self.folder / ".dvc/tmp/exps/expcore/logs/99.1.log"
        leftover.parent.mkdir(exist_ok=True)
        leftover.touch()
        (found,) = self.queue.doctor()
        self.assertEqual((found.kind, found.what), ("stray_log", "'logs/99.1.log' is of no task"))
        self.assertEqual((found.fixable, found.fixed), (True, False))
        self.assertTrue(self.queue.doctor(fix=True)[0].fixed)
        self.assertFalse(leftover.exists())
        with self.assertRaises(expcore.NotFound):
            self.queue.remove(["x-1"])
        with self.assertRaises(TypeError):
            self.queue.remove("x-1")
        with self.assertRaises(expcore.InvalidArgument):
            self.queue.add(set_params=["lr=range(1,1)"])
        with self.assertRaises(expcore.InvalidArgument):
            self.queue.log("x-1")

    def test_failing_tasks_are_told_and_retried(self) -> None:
        self.write("echo wrong é; exit 3")
        self.queue.add(name="bad", retries=1)
        again: list[bool] = []
        self.queue.run(
            on_event=lambda e: again.append(e.again) if e.kind == expcore.QueueEventKind.TASK_FINISHED else None
        )
        self.assertEqual(again, [True, False])
        self.assertFalse(self.queue.wait(["bad"]))
        bad = self.queue.find("bad")
        assert bad is not None
        self.assertEqual((bad.state, bad.reason, bad.exit_code), (expcore.TaskState.FAILED, "failed", 3))
        self.assertIn("wrong é\n", self.queue.log("bad"))
        self.assertGreater(len(self.queue.log("bad", all=True)), len(self.queue.log("bad")))
        seen: list[str] = []
        self.queue.follow("bad", seen.append)
        self.assertIn("wrong é\n", "".join(seen))
        self.queue.retry()
        self.assertEqual(self.states(), {"bad": "queued"})
        with self.assertRaises(expcore.Busy):
            self.queue.wait(timeout=0.01)
        self.write("cp params.yaml out.txt")

    def test_requeued_tasks_run_again(self) -> None:
        self.queue.add(name="x", set_params=["lr=3"])
        with expcore.Executor.local(jobs=None) as executor:
            self.assertIsNone(executor.jobs)
            self.queue.run(executor=executor)
            self.queue.requeue(["x"])
            self.queue.run(executor=executor)
            with self.assertRaises(TypeError):
                self.queue.run(executor=executor, jobs=3)
        found = self.queue.find("x")
        assert found is not None
        self.assertEqual(found.attempts, 2)

    def test_commands_run_where_the_executor_says(self) -> None:
        class Here:
            names: list[str] = []

            def submit(self, job: expcore.Job) -> str:
                if job.name == "refused.train":
                    raise KeyError("no machine is free")
                self.names.append(job.name)
                with open(job.log, "wb") as log:
                    subprocess.run(["sh", job.script], stdout=log, stderr=log, check=False)
                return "1"

            def is_alive(self, id: str) -> bool:
                return False

            def cancel(self, id: str) -> None: ...

        engine = Here()
        self.queue.add(name="a", set_params=["lr=3"])
        self.queue.add(name="refused", set_params=["lr=4"])
        with expcore.Executor.custom(engine, jobs=2) as executor:
            self.assertEqual((executor.name, executor.jobs), ("custom", 2))
            with self.assertLogs("expcore"):
                self.queue.run(executor=executor)
        self.assertEqual(self.states(), {"a": "success", "refused": "failed"})
        self.assertEqual(engine.names, ["a.train"])
        line = "sh {script} > {log} 2>&1; echo 1"
        self.queue.add(name="b", set_params=["lr=5"])
        with expcore.Executor.command(submit=line, poll="exit 1", cancel="true") as executor:
            self.queue.run(executor=executor)
        self.assertEqual(self.states()["b"], "success")
        with self.assertRaises(expcore.InvalidArgument):
            expcore.Executor.command(submit="{nmae}", poll="true", cancel="true")
        with self.assertRaises(expcore.NotFound):
            expcore.Executor.of_project(self.project, "nope")
        with expcore.Executor.of_project(self.project, "local", jobs=3) as executor:
            self.assertEqual((executor.name, executor.jobs), ("local", 3))
        with self.assertRaises(expcore.NotFound):
            self.queue.start(executor="nope")

    def test_a_listeners_exception_ends_the_run(self) -> None:
        self.queue.add(name="x", set_params=["lr=3,4"])

        def listener(event: expcore.QueueEvent) -> None:
            raise KeyError("mine")

        with self.assertRaises(KeyError):
            self.queue.run(on_event=listener)
        self.assertEqual(self.states(), {"x-1": "queued", "x-2": "queued"})
        self.queue.run()
        with self.assertRaises(ZeroDivisionError):
            self.queue.follow("x-1", lambda text: 1 / 0)

    def test_control_c_ends_the_run_and_queues_again(self) -> None:
        self.write("sleep 30")
        self.queue.add(name="long")
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        self.addCleanup(signal.signal, signal.SIGINT, before)

        def listener(event: expcore.QueueEvent) -> None:
            if event.event is not None and event.event.kind == expcore.EventKind.COMMAND_STARTED:
                os.kill(os.getpid(), signal.SIGINT)

        with self.assertRaises(KeyboardInterrupt):
            self.queue.run(on_event=listener)
        self.assertEqual(self.states(), {"long": "queued"})

    def test_cancel_from_a_listener(self) -> None:
        self.queue.add(name="x")
        cancel = expcore.Cancel()
        with self.assertRaises(expcore.Cancelled):
            self.queue.run(on_event=lambda _: cancel.request(), cancel=cancel)
        self.assertEqual(self.states(), {"x": "queued"})

    def test_workers_that_cannot_be_started(self) -> None:
        with self.assertRaises(expcore.NotFound):
            self.queue.start(program=self.folder / "missing")
        with self.assertRaises(expcore.IoError):
            self.queue.start(program="true")
        self.queue.stop()


class InterfaceTest(unittest.TestCase):
    """The declarations are those of the library."""

    def test_structures_are_those_of_the_ledger(self) -> None:
        ledger = (ROOT / "capi/abi.txt").read_text()
        for name, size in re.findall(r"^sizeof\((\w+)\) = (\d+)$", ledger, flags=re.M):
            self.assertEqual(ctypes.sizeof(getattr(_native, name)), int(size), name)
        for name, field, offset in re.findall(r"^(\w+)\.(\w+) at (\d+)$", ledger, flags=re.M):
            self.assertEqual(getattr(getattr(_native, name), field).offset, int(offset), f"{name}.{field}")

    def test_the_declarations_are_made_from_todays_header(self) -> None:
        subprocess.run([sys.executable, "-B", ROOT / "bindings/generate", "--check"], check=True)

    def test_fields_of_a_newer_interface_are_not_read(self) -> None:
        event = _native.exp_event(struct_size=_native.exp_event.commit.offset, kind=1, stage=b"s")
        event.commit = b"beyond"
        event.frozen = 1
        seen = from_native(event)
        self.assertEqual((seen.stage, seen.commit, seen.stages, seen.frozen), ("s", "", (), False))

    def test_version(self) -> None:
        self.assertRegex(expcore.library_version(), r"^\d+\.\d+\.\d+$")
        self.assertEqual(expcore.dvc_version(), "3.64")
        self.assertTrue(expcore.has_capability("hydra"))
        self.assertFalse(expcore.has_capability("time travel"))


if __name__ == "__main__":
    unittest.main()
