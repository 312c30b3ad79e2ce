#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "exp/executor_info.hpp"
#include "exp/refs.hpp"
#include "exp/slot_run.hpp"
#include "exp/stash.hpp"
#include "fs/file.hpp"
#include "support/test_repo.hpp"

using namespace expcore;
using test::TestRepo;

namespace {

struct World {
  World() {
    repo.make_project();
    repo.write("src", "1\n");
    repo.write("sub/x", "x\n");
    repo.write("params.yaml", "lr: 0.1  # rate\n");
    pipeline("cp src out && cat params.yaml > m.yaml");
    repo.write(".gitignore", "/ignored\n");
    repo.write(".dvc/tmp/btime", "");
    repo.write(".dvc/cache/x", "");
    baseline = repo.commit();
  }
  void pipeline(const std::string& command) const {
    repo.write("dvc.yaml", "stages:\n  a:\n    cmd: " + command +
                               "\n    deps: [src]\n    params: [lr]\n    outs: [out]\n"
                               "    metrics:\n    - m.yaml: {cache: false}\n");
  }
  std::unique_ptr<pipeline::Workspace> open() const {
    return pipeline::Workspace::open(repo.path(), repo.environment());
  }
  exp::RunResult run(const std::string& name, const std::vector<std::string>& changes = {}) const {
    exp::RunOptions options;
    options.name = name;
    for (const auto& change : changes)
      options.overrides.push_back({"params.yaml", {params::parse_override(change)}});
    return exp::run_in_temp(*open(), options);
  }
  std::string slot() const { return repo / ".dvc/tmp/exps/expcore/slots/1"; }
  /// Everything of the user's.
  std::string state() const {
    return repo.git("status --porcelain --ignored") + repo.git("diff") + repo.git("diff --cached") +
           repo.git("rev-parse HEAD") + repo.git("symbolic-ref HEAD") +
           fs::read_file(repo / ".git/index");
  }

  TestRepo repo;
  std::string baseline;
};

}  // namespace

TEST_SUITE("exp/slot") {
  TEST_CASE("a run beside the workspace leaves it alone and takes edits and staged files along") {
    World world;
    world.repo.write("src", "2\n");
    world.repo.write("staged", "in\n");
    world.repo.git("add staged");
    world.repo.write("untracked", "out\n");
    world.repo.write("ignored", "out\n");
    const auto before = world.state();
    const auto result = world.run("one", {"lr=0.5"});
    CHECK(world.state() == before);
    CHECK(world.repo.git("ls-tree -r --name-only " + result.ref) ==
          ".dvc/.gitignore\n.dvc/config\n.dvcignore\n.gitignore\ndvc.lock\ndvc.yaml\nm.yaml\n"
          "params.yaml\nsrc\nstaged\nsub/x");
    CHECK(world.repo.git("show " + result.commit + ":m.yaml") == "lr: 0.5  # rate");
    CHECK(world.repo.git("show " + result.commit + ":src") == "2");
    CHECK(world.repo.git("rev-parse " + result.ref + "^") == world.baseline);
    CHECK(world.repo.git("for-each-ref refs/expcore").empty());
    CHECK(fs::list_directory(world.slot()).size() == 9);
    CHECK_NOTHROW(world.repo.git("fsck --strict"));
  }
  TEST_CASE("a slot is used again and forgets what was in it") {
    World world;
    world.pipeline(
        "ls -a > out; cat params.yaml > m.yaml; echo mess > src; echo mess > mess; "
        "mkdir -p deep/er; echo mess > deep/er/x; echo mess > ignored; rm -rf sub");
    world.repo.git("commit -qam messy");
    world.run("one");
    CHECK(fs::read_file(world.slot() + "/src") == "1\n");
    CHECK(fs::exists(world.slot() + "/sub/x"));
    CHECK_FALSE(fs::exists(world.slot() + "/mess"));
    CHECK_FALSE(fs::exists(world.slot() + "/deep"));
    CHECK_FALSE(fs::exists(world.slot() + "/ignored"));
    world.repo.git("rm -q sub/x");
    world.repo.write("new/y", "y\n");
    world.repo.git("add new");
    const auto result = world.run("two", {"lr=0.7"});
    CHECK(world.repo.git("show " + result.ref + ":new/y") == "y");
    CHECK_THROWS_AS(world.repo.git("show " + result.ref + ":sub/x"), std::exception);
    CHECK_FALSE(fs::exists(world.slot() + "/sub"));
    CHECK_FALSE(fs::exists(world.repo / ".dvc/tmp/exps/expcore/slots/2"));
  }
  TEST_CASE("what a command commits or adds in the slot's repository is kept") {
    World world;
    world.pipeline("echo 1 > out; echo 2 > m.yaml; echo 3 > added; git add added");
    world.repo.git("commit -qam adds");
    const auto result = world.run("one");
    CHECK(world.repo.git("show " + result.ref + ":added") == "3");
    fs::remove_tree(world.slot());
    CHECK_NOTHROW(world.repo.git("fsck --strict"));
  }
  TEST_CASE("a failing run publishes nothing and says so in DVC's place") {
    World world;
    world.pipeline("exit 3");
    world.repo.git("commit -qam fails");
    const auto before = world.state();
    CHECK_THROWS_AS(world.run("one"), Error);
    CHECK(world.state() == before);
    CHECK(world.repo.git("for-each-ref refs/exps refs/expcore").empty());
    const std::string runs = world.repo / ".dvc/tmp/exps/standalone/run";
    const auto entries = fs::list_directory(runs);
    REQUIRE(entries.size() == 1);
    const auto info =
        exp::ExecutorInfo::read(runs + "/" + entries[0].name + "/" + entries[0].name + ".run");
    REQUIRE(info);
    CHECK(info->status == exp::ExecutorStatus::failed);
    CHECK(info->location == "tempdir");
  }
  TEST_CASE("a slot whose holder died is cleaned by the next") {
    World world;
    world.run("one");
    const auto workspace = world.open();
    const auto capture = exp::capture_workspace(*workspace);
    const auto stash = exp::write_stash_commit(*workspace, capture, "dead", {});
    const auto info_file = exp::temp_info_file(*workspace, stash);
    {
      auto slot = exp::Slot::acquire(*workspace);
      slot.prepare(capture.head, capture.tree, info_file);
      exp::ExecutorInfo info;
      info.baseline = capture.head;
      info.root_dir = slot.path();
      info.status = exp::ExecutorStatus::running;
      info.write(info_file);
      workspace->repo->set_ref("refs/expcore/running/" + stash, stash);
      fs::write_atomic(slot.path() + "/half", "done");
      fs::write_atomic(slot.path() + "/src", "half");
    }
    CHECK_NOTHROW(world.run("two"));
    CHECK(exp::ExecutorInfo::read(info_file)->status == exp::ExecutorStatus::failed);
    CHECK(world.repo.git("for-each-ref refs/expcore").empty());
    CHECK_FALSE(fs::exists(world.slot() + "/half"));
  }
  TEST_CASE(
      "a link that a command put in place of a folder is not followed when the slot is cleaned") {
    World world;
    const test::TempDir elsewhere;
    elsewhere.write("x", "precious");
    elsewhere.write("rwlock", "theirs");
    elsewhere.write("config.local", "");
    std::string folder;
    SUBCASE("of the user's") { folder = "sub"; }
    SUBCASE("of the project") { folder = ".dvc"; }
    SUBCASE("of the project's state") { folder = ".dvc/tmp"; }
    SUBCASE("of the repository") { folder = ".git"; }
    CAPTURE(folder);
    const std::string replace = "rm -rf " + folder + " && ln -s " + elsewhere.path() + " " + folder;
    world.pipeline("cp src out && cat params.yaml > m.yaml && " + replace + " && exit 1");
    world.repo.git("commit -qam links");
    CHECK_THROWS_AS(world.run("one"), Error);
    const auto left = fs::list_directory(elsewhere.path()).size();
    world.pipeline("cp src out && cat params.yaml > m.yaml");
    world.repo.git("commit -qam folders");
    const auto result = world.run("two");
    CHECK(world.repo.git("show " + result.commit + ":sub/x") == "x");
    CHECK(elsewhere.read("x") == "precious");
    CHECK(fs::list_directory(elsewhere.path()).size() == left);
  }
  TEST_CASE("a file that a command put in place of the slot's repository does not stay") {
    World world;
    const TestRepo elsewhere;
    elsewhere.write("x", "1");
    const std::string head = elsewhere.commit();
    world.pipeline("rm -rf .git && echo 'gitdir: " + elsewhere.path() + "/.git' > .git && exit 1");
    world.repo.git("commit -qam file");
    CHECK_THROWS_AS(world.run("one"), Error);
    world.pipeline("cp src out && cat params.yaml > m.yaml");
    world.repo.git("commit -qam none");
    CHECK(world.repo.git("show " + world.run("two").commit + ":sub/x") == "x");
    CHECK(elsewhere.git("rev-parse HEAD") == head);
    CHECK(elsewhere.git("status --porcelain").empty());
  }
  TEST_CASE("a project whose own folder would be a link out of the slot is refused") {
    World world;
    const test::TempDir elsewhere;
    elsewhere.write("config.local", "");
    std::string path;
    SUBCASE("settings") { path = "config.local"; }
    SUBCASE("state") { path = "tmp"; }
    fs::remove_tree(world.repo / (".dvc/" + path));
    fs::make_directories(elsewhere / "tmp");
    fs::symlink(elsewhere / path, world.repo / (".dvc/" + path));
    world.repo.git("add -f .dvc/" + path);
    world.repo.git("commit -qm links");
    CHECK_THROWS_WITH_AS(world.run("one"), doctest::Contains("leads out"), Error);
    CHECK_THROWS_WITH_AS(world.run("two"), doctest::Contains("leads out"), Error);
    CHECK(elsewhere.read("config.local").empty());
  }
  TEST_CASE("a slot whose index is damaged is made anew") {
    World world;
    world.run("one");
    const std::string path = world.slot() + "/.git/index";
    std::string index = fs::read_file(path);
    SUBCASE("a little") { index[45] ^= '\1'; }
    SUBCASE("beyond recognition") { index = "none"; }
    fs::write_atomic(path, index);
    world.repo.write("src", "2\n");
    const auto result = world.run("two");
    CHECK(world.repo.git("show " + result.commit + ":src") == "2");
    world.run("three");
    CHECK(world.repo.git("-C " + world.slot() + " status --porcelain") == "M  src");
  }
  TEST_CASE("two at once take two slots") {
    World world;
    const auto workspace = world.open();
    const auto first = exp::Slot::acquire(*workspace);
    const auto second = exp::Slot::acquire(*workspace);
    CHECK(first.path() != second.path());
  }
  TEST_CASE("local settings and copied paths are there") {
    World world;
    world.repo.write(".dvc/config.local",
                     "['remote \"r\"']\n    url = ../store\n    type = reflink,copy\n");
    world.repo.write("ignored", "copied\n");
    world.pipeline("cp ignored out; cp .dvc/config.local m.yaml; echo $DVC_ROOT >> m.yaml");
    world.repo.git("commit -qam copies");
    exp::RunOptions options;
    options.name = "one";
    options.copy_paths = {"ignored"};
    const auto result = exp::run_in_temp(*world.open(), options);
    const auto text = world.repo.git("show " + result.ref + ":m.yaml");
    CHECK(text.find("url = " + world.repo.path() + "/store\n") != std::string::npos);
    CHECK(text.find("dir = " + world.repo.path() + "/.dvc/cache\n") != std::string::npos);
    CHECK(text.ends_with("\n" + world.repo.path()));
    CHECK_THROWS_AS(world.repo.git("show " + result.ref + ":ignored"), std::exception);
    options.name = "two";
    options.copy_paths = {"nowhere"};
    CHECK_THROWS_AS(exp::run_in_temp(*world.open(), options), Error);
  }
}
