"""Configuration and the commands that manage remotes."""

from driver import scenario

T = "remotes"


@scenario(T)
def configuration(s):
    s.cross = False
    s.project()
    for line in (
        "core.remote", "core.nope", "--local core.nope", "-l", "cache.type reflink,copy",
        "cache.type", "-u cache.type", "-u cache.type", "foo.bar x", "core.autostage maybe",
        "core.autostage true", "core.checksum_jobs 2", "-u core.autostage", "",
        "-l core.remote", "--show-origin core.remote x", "--show-origin core.checksum_jobs",
        "--local cache.dir ../c", "--global core.analytics false", "-l --show-origin", "--local -l",
        "cache.dir", "remote.nope.url", "--local -u cache.dir",
        "plots.out_dir a#b", "plots.html_template", "-l",
    ):
        s.run("config", *line.split())
    s.run("config", "core.site_cache_dir", " x, y ")
    s.run("config", "plots.html_template", "it's \"so\"")
    s.run("config", "-l")
    for line in ("", "../mycache", "", "-u", "-u", "--local"):
        s.run("cache", "dir", *line.split())


@scenario(T)
def commands_of_remote(s):
    s.cross = False
    s.project()
    for line in (
        "default", "list", "add -d store ../store", "add store ../store", "add Other /abs/other",
        "add s3r s3://bucket/x", "list", "default", "default nope", "default other",
        "modify store jobs 4", "modify nope jobs 4", "modify store foo 4", "modify store shared x",
        "modify --local store url ../elsewhere", "list", "list --project", "rename other other2",
        "rename store other2", "rename store main", "rename nope nope2", "add -f main ../else",
        "add x foo://bar/baz", "modify -u other2 url", "default", "remove main", "remove main",
        "remove --local store", "list", "default --unset", "default", "remove other2",
        "add -d Third ../third", "rename third Fourth", "list", "default",
    ):
        s.run("remote", *line.split())
    s.run("config", "-l")
