#!/usr/bin/env python3
"""Faults with real causes: a full disk, a cache that may only be read, files that go meanwhile.

    tests/faults/causes.py build/dev/cli/expcore

What this machine or user cannot do is skipped, and said so.
"""
import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading

CLONE_NEWNS = 0x20000
MIB = 1 << 20


class Skip(Exception):
    pass


def run(program, directory, *arguments, user=None):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("EXPCORE_", "DVC_"))}
    environment.update(HOME=directory, GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_NOSYSTEM="1")
    return subprocess.run([program, *arguments], cwd=directory, env=environment, text=True,
                          capture_output=True, timeout=120, user=user, group=user)


def succeed(*arguments, **options):
    result = run(*arguments, **options)
    assert result.returncode == 0, result.stderr
    return result


def fail(*arguments, **options):
    result = run(*arguments, **options)
    assert result.returncode != 0, result.stdout
    assert "ERROR" in result.stderr and "unexpected" not in result.stderr, result.stderr
    return result


def project(program, root):
    subprocess.run(["git", "init", "-q", root], check=True)
    succeed(program, root, "init")


def write(path, size, seed=0):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(bytes([seed, 1, 2, 3]) * (size // 4))


def check_objects(cache):
    for folder, _, files in os.walk(os.path.join(cache, "files/md5")):
        for name in files:
            with open(os.path.join(folder, name), "rb") as file:
                hex = hashlib.md5(file.read()).hexdigest()
            assert hex == os.path.basename(folder) + name[:30], f"{folder}/{name} is damaged"


def full_disk(program, work):
    """The cache on a file system of its own with no room left."""
    if os.geteuid() != 0:
        raise Skip("only root can mount a small file system")
    cache = os.path.join(work, "small")
    os.mkdir(cache)
    # In a name space of its own, so that nothing stays mounted whatever happens.
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) != 0:
        raise Skip("no name space for a mount to be had")
    subprocess.run(["mount", "--make-rprivate", "/"], check=False, capture_output=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "none", cache],
                             capture_output=True, text=True)
    if mounted.returncode != 0:
        raise Skip("no tmpfs to be had: " + mounted.stderr.strip())
    try:
        root = os.path.join(work, "project")
        project(program, root)
        succeed(program, root, "cache", "dir", cache)
        for i in range(8):
            write(os.path.join(root, f"data/{i}"), MIB, i)
        result = fail(program, root, "add", "data")
        assert "No space left" in result.stderr, result.stderr
        assert not os.path.exists(os.path.join(root, "data.dvc"))
        assert len(os.listdir(os.path.join(root, "data"))) == 8
        check_objects(cache)
        left = [f for _, _, files in os.walk(os.path.join(cache, "expcore-tmp")) for f in files]
        assert not left, left
        subprocess.run(["mount", "-o", "remount,size=40m", cache], check=True)
        succeed(program, root, "add", "data")
        check_objects(cache)
        # The same for what is pushed and fetched.
        remote = os.path.join(work, "remote")
        succeed(program, root, "remote", "add", "-d", "store", remote)
        succeed(program, root, "push")
        shutil.rmtree(os.path.join(cache, "files"))
        shutil.rmtree(os.path.join(root, "data"))
        subprocess.run(["mount", "-o", "remount,size=3m", cache], check=True)
        result = fail(program, root, "pull")
        assert "No space left" in result.stderr, result.stderr
        check_objects(cache)
        subprocess.run(["mount", "-o", "remount,size=40m", cache], check=True)
        succeed(program, root, "pull")
        assert len(os.listdir(os.path.join(root, "data"))) == 8
    finally:
        subprocess.run(["umount", cache], check=False)


def read_only_cache(program, work):
    """A cache of somebody else's: it serves a checkout, and refuses an add."""
    nobody = 65534
    if os.geteuid() != 0:
        raise Skip("only root can work as another user")
    os.chmod(work, 0o755)
    root, cache = os.path.join(work, "project"), os.path.join(work, "cache")
    os.mkdir(root)  # without Git, which trusts no repository of others
    succeed(program, root, "init", "--no-scm")
    succeed(program, root, "cache", "dir", cache)
    write(os.path.join(root, "data/a"), 1000)
    succeed(program, root, "add", "data")
    shutil.rmtree(os.path.join(root, "data"))
    for folder, _, files in os.walk(root):
        for path in [folder, *(os.path.join(folder, f) for f in files)]:
            os.chown(path, nobody, nobody)
    succeed(program, root, "checkout", user=nobody)
    assert os.listdir(os.path.join(root, "data")) == ["a"]
    write(os.path.join(root, "more"), 1000, 7)
    result = fail(program, root, "add", "more", user=nobody)
    assert "Permission denied" in result.stderr, result.stderr
    assert not os.path.exists(os.path.join(root, "more.dvc"))
    succeed(program, root, "add", "more")


def unreadable_files(program, work):
    """Files of parameters, metrics and plots that the user may not read: named, and nothing is written."""
    nobody = 65534 if os.geteuid() == 0 else None
    os.chmod(work, 0o755)
    root = os.path.join(work, "project")
    project(program, root)
    files = {
        "params.yaml": "a: 1\n", "params.json": '{"b": 1}\n', "params.toml": "c = 1\n", "params.py": "d = 1\n",
        "metrics.json": '{"m": 1}\n', "plot.csv": "x,y\n1,2\n",
        "dvc.yaml": "stages:\n  s:\n    cmd: cat params.json\n    params:\n    - params.json:\n      - b\n"
                    "metrics:\n- metrics.json\nplots:\n- plot.csv\n",
    }
    for name, text in files.items():
        with open(os.path.join(root, name), "w") as file:
            file.write(text)
    who = ["-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run(["git", "add", "-A"], cwd=root, check=True)
    subprocess.run(["git", *who, "commit", "-qm", "all"], cwd=root, check=True)
    if nobody:
        for folder, _, names in os.walk(root):
            for path in [folder, *(os.path.join(folder, name) for name in names)]:
                os.chown(path, nobody, nobody)
    commands = {
        "params.yaml": (["exp", "run", "-S", "a=2"], ["exp", "run", "--queue", "-S", "a=2"]),
        "params.json": (["exp", "run", "-S", "params.json:b=2"], ["exp", "run", "--queue"], ["repro"], ["status"],
                        ["exp", "save"], ["exp", "run", "--temp"]),
        "params.toml": (["exp", "run", "-S", "params.toml:c=2"],),
        "params.py": (["exp", "run", "-S", "params.py:d=2"],),
        "metrics.json": (["metrics", "show", "--json"],),
        "plot.csv": (["plots", "show", "--json"], ["plots", "diff", "--json"]),
        "dvc.yaml": (["repro"], ["exp", "run"], ["status"], ["metrics", "show"]),
    }
    for name, lines in commands.items():
        path = os.path.join(root, name)
        os.chmod(path, 0)
        for words in lines:
            result = run(program, root, *words, user=nobody)
            said = result.stdout + result.stderr
            assert "Permission denied" in said and name in said, f"{words}: {said}"
            assert "locked" not in said and "unexpected" not in said, f"{words}: {said}"
        os.chmod(path, 0o644)
        with open(path) as file:
            assert file.read() == files[name], name
        assert not os.path.exists(os.path.join(root, "dvc.lock")), name
    queued = succeed(program, root, "queue", "status", user=nobody)
    assert "Queued" not in queued.stdout, queued.stdout


def files_that_go(program, work):
    """Another process makes and deletes files while a folder is added."""
    root = os.path.join(work, "project")
    project(program, root)
    for i in range(200):
        write(os.path.join(root, f"data/{i}"), 1000, i)
    done = threading.Event()

    def disturb():
        while not done.is_set():
            for i in range(0, 200, 7):
                path = os.path.join(root, f"data/{i}")
                os.unlink(path)
                write(path, 1000, i)

    thread = threading.Thread(target=disturb)
    thread.start()
    try:
        for _ in range(10):
            result = run(program, root, "add", "data")
            assert result.returncode == 0 or "ERROR" in result.stderr, result.stderr
            assert "unexpected" not in result.stderr, result.stderr
            check_objects(os.path.join(root, ".dvc/cache"))
    finally:
        done.set()
        thread.join()
    succeed(program, root, "add", "data")
    assert "up to date" in succeed(program, root, "status").stdout
    assert len(os.listdir(os.path.join(root, "data"))) == 200


def main():
    program = os.path.abspath(sys.argv[1])
    failed = 0
    # Last the one that leaves the name space.
    for cause in (read_only_cache, unreadable_files, files_that_go, full_disk):
        work = tempfile.mkdtemp(prefix="causes-")
        try:
            cause(program, work)
            print(f"{cause.__name__}: passed")
        except PermissionError as error:
            print(f"{cause.__name__}: SKIPPED: another user may not run the program: {error}")
        except Skip as reason:
            print(f"{cause.__name__}: SKIPPED: {reason}")
        except AssertionError as error:
            print(f"{cause.__name__}: FAILED: {error}")
            failed += 1
        shutil.rmtree(work, ignore_errors=True)
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
