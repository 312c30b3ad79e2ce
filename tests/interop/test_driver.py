"""The driver must see a single changed byte, wherever it is."""

import copy
import unittest
from pathlib import Path

import driver

STATE = {
    "commands": [{"argv": ["repro"], "code": 0, "stdout": "Running stage 'a':\n", "stderr": ""}],
    "files": {"dvc.lock": {"mode": "0o644", "text": "schema: '2.0'\n"}},
    "cache": {"files/md5/aa/bb": {"mode": "0o444", "text": "x"}},
    "refs": {"refs/exps/aa/bb/x": {"commit": "c", "tree": ["100644 blob 1\ta"], "message": "m"}},
    "status": {"code": 0, "stdout": "up to date", "stderr": ""},
}

BREAKS = {
    "a byte of dvc.lock": lambda s: s["files"]["dvc.lock"].update(text="schema: '2.1'\n"),
    "a byte of an object": lambda s: s["cache"]["files/md5/aa/bb"].update(text="y"),
    "a mode": lambda s: s["cache"]["files/md5/aa/bb"].update(mode="0o644"),
    "a missing object": lambda s: s["cache"].clear(),
    "a tree behind a ref": lambda s: s["refs"]["refs/exps/aa/bb/x"].update(tree=["100644 blob 2\ta"]),
    "a ref's name": lambda s: s["refs"].update({"refs/exps/aa/bb/y": s["refs"].pop("refs/exps/aa/bb/x")}),
    "an exit code": lambda s: s["commands"][0].update(code=1),
    "a message": lambda s: s["commands"][0].update(stdout="Running stage 'b':\n"),
    "a warning": lambda s: s["commands"][0].update(stderr="WARNING: x\n"),
}


class Differences(unittest.TestCase):
    def test_equal_states_have_none(self):
        self.assertEqual(driver.differences(STATE, copy.deepcopy(STATE)), [])

    def test_every_break_is_seen(self):
        for name, damage in BREAKS.items():
            with self.subTest(name):
                broken = copy.deepcopy(STATE)
                damage(broken)
                self.assertNotEqual(driver.differences(STATE, broken), [])


class Normalisations(unittest.TestCase):
    def test_set_orders_are_sorted(self):
        self.assertEqual(driver.sort_git_add("\tgit add b a\n"), "\tgit add a b\n")

    def test_words_of_validation_errors_stay(self):
        text = "'./dvc.yaml' validation failed.\n\nexpected str, in stages -> a, line 3, column 5\n  2 a\n"
        self.assertIn("expected str, in stages -> a", driver.drop_code_frames(text))
        self.assertNotIn("line 3", driver.drop_code_frames(text))

    def test_other_text_is_left_alone(self):
        text = "  2 apples, line 3, column 4\n"
        self.assertEqual(driver.drop_code_frames(text), text)

    def test_paths_are_hidden_only_below_the_base(self):
        world = driver.World(Path("/tmp/base"), "/bin")
        self.assertEqual(driver.hide_paths("/tmp/base/repo /tmp/other", world), "$BASE/repo /tmp/other")


if __name__ == "__main__":
    unittest.main()
