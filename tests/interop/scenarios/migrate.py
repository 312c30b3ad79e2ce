"""cache migrate: objects and records of DVC 2."""

from driver import scenario

T = "migrate"

DIRECTORY = '[{"md5": "1b5bb282b8f8792875e3c4203cfa9c57", "relpath": "f"}]'


def legacy(s):
    """A file, one with CR LF and a folder of it; a stage that reads the first."""
    s.project()
    s.write("f.txt", "a\n")
    s.write("crlf", "x\r\ny\r\n")
    s.write("d/f", "x\r\ny\r\n")
    s.write("o", "a\n")
    s.write("f.txt.dvc", "outs:\n- md5: 60b725f10c9c85c70d97880dfe8191b3\n  size: 2\n  path: f.txt\n")
    s.write("crlf.dvc", "outs:\n- md5: 1b5bb282b8f8792875e3c4203cfa9c57\n  size: 6\n  path: crlf\n")
    s.write("d.dvc", "outs:\n- md5: 45ddc384373c395690e2e34319c067e0.dir\n  size: 6\n  nfiles: 1\n  path: d\n")
    s.write(".gitignore", "/f.txt\n/crlf\n/d\n/o\n")
    s.write("dvc.yaml", "stages:\n  a:\n    cmd: cp f.txt o\n    deps: [f.txt]\n    outs: [o]\n")
    s.write(
        "dvc.lock",
        "schema: '2.0'\nstages:\n  a:\n    cmd: cp f.txt o\n    deps:\n    - path: f.txt\n"
        "      md5: 60b725f10c9c85c70d97880dfe8191b3\n      size: 2\n    outs:\n    - path: o\n"
        "      md5: 60b725f10c9c85c70d97880dfe8191b3\n      size: 2\n",
    )
    s.write(".dvc/cache/60/b725f10c9c85c70d97880dfe8191b3", "a\n")
    s.write(".dvc/cache/1b/5bb282b8f8792875e3c4203cfa9c57", "x\r\ny\r\n")
    s.write(".dvc/cache/45/ddc384373c395690e2e34319c067e0.dir", DIRECTORY)
    s.shell("chmod 444 .dvc/cache/*/*")
    s.commit()


@scenario(T)
def objects(s):
    legacy(s)
    s.run("status")
    s.run("cache", "migrate", "--dry")
    s.run("cache", "migrate")
    s.run("status")
    s.run("cache", "migrate", "--dry", "--dvc-files")


@scenario(T)
def records(s):
    legacy(s)
    s.run("cache", "migrate", "--dvc-files")
    s.run("status")
    s.run("cache", "migrate", "--dvc-files", "--dry")
    s.shell("rm -r f.txt crlf d o")
    s.run("checkout")


@scenario(T)
def nothing_to_do(s):
    s.cross = False
    s.project()
    s.run("cache", "migrate")
    s.run("cache", "migrate", "--dvc-files")
    s.run("cache", "migrate", "--dvc-files", "--dry")
