#include "exp/apply.hpp"

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "exp/refs.hpp"
#include "exp/run.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "support/test_repo.hpp"

using namespace expcore;
using test::TestRepo;

namespace {

struct World {
  World() {
    repo.make_project();
    repo.write("src", "1\n");
    repo.write("params.yaml", "lr: 0.1\n");
    repo.write("only_here", "x\n");
    repo.write("dvc.yaml",
               "stages:\n  a:\n    cmd: cp params.yaml out\n    deps: [src]\n    params: [lr]\n"
               "    outs: [out]\n");
    baseline = repo.commit();
    exp::RunOptions options;
    options.name = "one";
    options.overrides.push_back({"params.yaml", {params::parse_override("lr=0.5")}});
    const auto workspace = pipeline::Workspace::open(repo.path(), repo.environment());
    experiment = exp::run_in_workspace(*workspace, options).commit;
    repo.git("checkout -q -f HEAD");
  }
  void apply(const std::string& name) {
    const auto workspace = pipeline::Workspace::open(repo.path(), repo.environment());
    exp::apply(*workspace, name, [this](const Event& event) { warnings.push_back(event.text); });
  }
  /// An experiment of HEAD that has `name` otherwise; `entry` as in `git ls-tree` before the name.
  void publish(const std::string& experiment_name, const std::string& entry,
               const std::string& name) const {
    const auto tree =
        repo.git("ls-tree HEAD | awk -F'\\t' '$2 != \"" + name + "\"' | (cat; printf '" + entry +
                 "\\t" + name + "\\n') | git mktree");
    const auto commit = repo.git("commit-tree -p HEAD -m evil " + tree);
    repo.git("update-ref " + exp::refname_of(repo.git("rev-parse HEAD"), experiment_name) + " " +
             commit);
  }
  std::string blob(const std::string& content) const {
    return repo.git("--version >/dev/null; printf '" + content + "' | git hash-object -w --stdin");
  }

  TestRepo repo;
  std::string baseline;
  std::string experiment;
  std::vector<std::string> warnings;
};

}  // namespace

TEST_SUITE("exp/apply") {
  TEST_CASE("git brings back what the workspace had") {
    World world;
    world.repo.write("src", "edited\n");
    world.repo.write("staged", "s\n");
    world.repo.git("add staged");
    world.repo.write("untracked", "u\n");
    world.apply("one");
    CHECK(world.repo.read("src") == "1\n");
    CHECK(world.repo.read("out") == "lr: 0.5\n");
    CHECK(world.repo.git("rev-parse HEAD") == world.baseline);
    CHECK(world.repo.git("diff --cached --name-only") == "");
    CHECK(world.repo.git("rev-parse refs/exps/exec/EXEC_APPLY") == world.experiment);

    world.repo.git("reset -q --hard");
    world.repo.git("clean -q -f");
    world.repo.git("stash apply -q --index refs/exps/apply/stash");
    CHECK(world.repo.read("src") == "edited\n");
    CHECK(world.repo.read("staged") == "s\n");
    CHECK(world.repo.read("untracked") == "u\n");
    CHECK(world.repo.git("diff --cached --name-only") == "staged");
  }
  TEST_CASE("an ignored file that the experiment has is kept, too") {
    World world;
    world.repo.write("notes", "the experiment's\n");
    world.repo.git("add notes");
    world.repo.git("commit -q -m notes");
    world.repo.git("branch with-notes");
    world.repo.git("reset -q --hard HEAD~1");
    world.repo.write(".gitignore", "/notes\n/out\n");
    world.repo.write("notes", "the user's\n");
    world.apply("with-notes");
    CHECK(world.repo.read("notes") == "the experiment's\n");
    CHECK(world.repo.git("show refs/exps/apply/stash^3:notes") == "the user's");
  }
  TEST_CASE("earlier stashes stay in the reflog of a ref of ours") {
    World world;
    world.repo.write("src", "first\n");
    world.apply("one");
    world.repo.write("src", "second\n");
    world.apply("one");
    CHECK(world.repo.git("show refs/exps/apply/stash:src") == "second");
    CHECK(world.repo.git("show refs/expcore/apply/stash@{1}:src") == "first");
    CHECK(world.repo.git("reflog show refs/exps/apply/stash").find('\n') == std::string::npos);
  }
  TEST_CASE("a clean workspace leaves no stash and is left without files the commit lacks") {
    World world;
    world.repo.write("src", "edited\n");
    world.apply("one");
    world.repo.git("reset -q --hard");
    world.repo.git("rm -q only_here");
    world.repo.git("commit -q -m less");
    world.repo.git("branch less");
    world.repo.git("reset -q --hard HEAD~1");
    fs::remove(world.repo / ".gitignore");
    fs::remove(world.repo / "dvc.lock");
    fs::remove(world.repo / "out");
    // Nobody knows what `out` was there.
    CHECK_THROWS_WITH_AS(world.apply("less"),
                         doctest::Contains("Checkout failed for following targets:\nout\n"), Error);
    CHECK_FALSE(fs::exists(world.repo / "only_here"));
    CHECK_THROWS(world.repo.git("rev-parse --verify -q refs/exps/apply/stash"));
  }
  TEST_CASE("the next apply tells of one that was interrupted") {
    World world;
    world.repo.write("src", "edited\n");
    world.apply("one");
    world.repo.git("update-ref refs/expcore/apply/pending refs/exps/apply/stash");
    const auto stash = world.repo.git("rev-parse refs/exps/apply/stash");
    world.warnings.clear();
    world.apply("one");
    REQUIRE(world.warnings.size() == 1);
    CHECK(world.warnings[0].find("git stash apply " + stash) != std::string::npos);
    CHECK_THROWS(world.repo.git("rev-parse --verify -q refs/expcore/apply/pending"));
  }
  TEST_CASE("unmerged files and unknown names are refused before anything changes") {
    World world;
    CHECK_THROWS_WITH_AS(world.apply("nope"), "unknown Git revision 'nope'", Error);
    world.repo.git("checkout -q -b other");
    world.repo.write("src", "theirs\n");
    world.repo.commit("theirs");
    world.repo.git("checkout -q -f main");
    world.repo.write("src", "ours\n");
    world.repo.commit("ours");
    CHECK_THROWS(world.repo.git("merge -q other"));
    const auto text = world.repo.read("src");
    CHECK_THROWS_AS(world.apply("one"), Error);
    CHECK(world.repo.read("src") == text);
  }
  TEST_CASE("trees that lead out of the work tree are refused, and nothing of them is left") {
    World world;
    const std::string blob = world.repo.git("hash-object -w src");
    const std::string base = world.repo.git("rev-parse HEAD");
    const auto raw_tree = [&](const std::string& mode, const std::string& name,
                              const std::string& id) {
      return world.repo.git("rev-parse HEAD > tree.tmp; (printf '" + mode + " " + name +
                            "\\000'; printf " + id +
                            " | sed 's/../\\\\x&/g' | xargs -0 printf) > tree.tmp; git "
                            "hash-object -w -t tree --literally tree.tmp; rm tree.tmp");
    };
    const std::string inner = raw_tree("100644", "hooks", blob);
    for (const char* name :
         {".git", ".GIT", "..", "git~1", "GIT~1", ".git.", ".git :x", ".Git\\\\x"}) {
      CAPTURE(name);
      world.repo.write("untracked", "");  // there is something to keep
      const std::string commit =
          world.repo.git("commit-tree -p HEAD -m evil " + raw_tree("40000", name, inner));
      world.repo.git("update-ref " + exp::refname_of(base, "evil") + " " + commit);
      const auto index = fs::read_file(world.repo / ".git/index");
      CHECK_THROWS_WITH_AS(world.apply("evil"), doctest::Contains("invalid path"), Error);
      CHECK(fs::read_file(world.repo / ".git/index") == index);
      CHECK(world.repo.git("rev-parse HEAD") == base);
      CHECK(world.repo.read("src") == "1\n");
      CHECK(world.repo.git("for-each-ref refs/exps/apply refs/expcore").empty());
      CHECK(fs::is_directory(world.repo / ".git/hooks"));
      CHECK_FALSE(fs::exists(world.repo / "../hooks"));
    }
  }
  TEST_CASE("a folder with ignored files does not give way to a file or link") {
    World world;
    world.repo.write(".gitignore", "/data\n/out\n");
    world.repo.write("data/deep/precious", "1");
    world.repo.commit("ignore");
    const auto file = "100644 blob " + world.blob("x");
    const auto link = "120000 blob " + world.blob("../elsewhere");
    world.publish("file", file, "data");
    world.publish("link", link, "data");
    world.publish("own_file", file, ".dvc");
    world.publish("own_link", link, ".dvc");
    for (const char* name : {"file", "link", "own_file", "own_link"}) {
      CAPTURE(name);
      CHECK_THROWS_WITH_AS(world.apply(name), doctest::Contains("would be lost"), Error);
      CHECK(world.repo.read("data/deep/precious") == "1");
      CHECK(fs::is_directory(world.repo / ".dvc/cache"));
      CHECK(world.repo.git("status --porcelain").empty());
    }
  }
  TEST_CASE("an ignored file in place of a folder of the experiment is kept") {
    World world;
    world.repo.write(".gitignore", "/plain\n/out\n");
    world.repo.write("plain", "ignored\n");
    world.repo.commit("ignore");
    const auto inner = world.repo.git(
        "--version >/dev/null; printf '100644 blob %s\\tx\\n' $(git rev-parse HEAD:src) | git "
        "mktree");
    world.publish("folder", "040000 tree " + inner, "plain");
    world.apply("folder");
    CHECK(world.repo.read("plain/x") == "1\n");
    CHECK(world.repo.git("show refs/exps/apply/stash^3:plain") == "ignored");
  }
  TEST_CASE("data does not follow a link of the experiment's out of the repository") {
    World world;
    const test::TempDir elsewhere;
    elsewhere.write("out", "precious");
    world.repo.write("inside/kept", "");
    world.repo.write("dvc.yaml",
                     "stages:\n  a: {cmd: cp src sub/out, deps: [src], outs: [sub/out]}\n");
    world.repo.git("--version && ln -s " + elsewhere.path() + " second");
    world.repo.commit("links");
    world.repo.write("src", "edited\n");
    const auto status = world.repo.git("status --porcelain");
    for (const auto& target :
         {elsewhere.path(), std::string("second"), elsewhere / "new",
          "inside/../../" + fs::filename(elsewhere.path()), std::string("sub")}) {
      CAPTURE(target);
      world.publish("link", "120000 blob " + world.blob(target), "sub");
      CHECK_THROWS_WITH_AS(world.apply("link"), doctest::Contains("leads out of the repository"),
                           Error);
      // It is refused before anything changes.
      CHECK(world.repo.git("status --porcelain") == status);
      CHECK(world.repo.read("src") == "edited\n");
      CHECK(world.repo.git("for-each-ref refs/exps/apply refs/expcore").empty());
      CHECK_FALSE(fs::stat(world.repo / "sub", fs::Follow::no));
    }
    // The commit alone says where its links lead, also one behind the other.
    const auto two = world.repo.git("ls-tree HEAD | (cat; printf '120000 blob " +
                                    world.blob(elsewhere.path()) + "\\tother\\n120000 blob " +
                                    world.blob("./other") + "\\tsub\\n') | git mktree");
    world.repo.git("update-ref " + exp::refname_of(world.repo.git("rev-parse HEAD"), "two") +
                   " $(git commit-tree -p HEAD -m evil " + two + ")");
    CHECK_THROWS_WITH_AS(world.apply("two"), doctest::Contains("leads out of the repository"),
                         Error);
    CHECK_FALSE(fs::stat(world.repo / "other", fs::Follow::no));
    world.publish("link", "120000 blob " + world.blob("inside"), "sub");
    CHECK_THROWS_WITH_AS(world.apply("link"), doctest::Contains("Checkout failed"), Error);
    CHECK(fs::read_link(world.repo / "sub") == "inside");
    CHECK(elsewhere.read("out") == "precious");
    CHECK_FALSE(fs::exists(elsewhere / "new"));
  }
  TEST_CASE("a tree that has a link and a folder of one name is refused") {
    World world;
    const test::TempDir elsewhere;
    elsewhere.write("x", "precious");
    const auto inner = world.repo.git(
        "--version >/dev/null; printf '100644 blob %s\\tx\\n' $(git rev-parse HEAD:src) | git "
        "mktree");
    world.publish("both",
                  "120000 blob " + world.blob(elsewhere.path()) + "\\tboth\\n040000 tree " + inner,
                  "both");
    const std::string before = world.repo.git("status --porcelain");
    CHECK_THROWS_WITH_AS(world.apply("both"), doctest::Contains("two entries of the name 'both'"),
                         Error);
    CHECK(elsewhere.read("x") == "precious");
    CHECK(world.repo.git("status --porcelain") == before);
  }
  TEST_CASE("a link of the user's gives way to a folder and nothing is written behind it") {
    World world;
    const test::TempDir elsewhere;
    elsewhere.write("x", "precious");
    world.repo.write("sub/x", "theirs\n");
    const auto commit = world.repo.commit("folder");
    world.repo.git("reset -q --hard HEAD^");
    world.repo.git("update-ref " + exp::refname_of(world.repo.git("rev-parse HEAD"), "folder") +
                   " " + commit);
    SUBCASE("tracked") {
      fs::symlink(elsewhere.path(), world.repo / "sub");
      world.repo.git("add sub");
    }
    SUBCASE("untracked") { fs::symlink(elsewhere.path(), world.repo / "sub"); }
    world.apply("folder");
    CHECK(elsewhere.read("x") == "precious");
    CHECK(fs::stat(world.repo / "sub", fs::Follow::no)->kind == fs::Kind::directory);
    CHECK(world.repo.read("sub/x") == "theirs\n");
    CHECK(world.repo.git("for-each-ref refs/exps/apply/stash") != "");
  }
  TEST_CASE("a task of DVC's queue is found by name and by id") {
    World world;
    world.repo.write("src", "queued\n");
    const auto stash = world.repo.commit("dvc-exp");
    world.repo.git("reset -q --hard HEAD~1");
    world.repo.git("update-ref --create-reflog -m 'commit: dvc-exp:" + world.baseline + ":" +
                   world.baseline + ":later' refs/exps/celery/stash " + stash);
    world.apply("later");
    CHECK(world.repo.read("src") == "queued\n");
    world.apply(stash.substr(0, 8));
    CHECK_THROWS_AS(world.apply("late"), Error);
  }
  TEST_CASE("files packed by mistake are not brought back") {
    World world;
    world.repo.write(".dvc/tmp/repro.dat", "pickle");
    world.repo.git("add -f .dvc/tmp/repro.dat");
    world.repo.git("commit -q -m packed");
    world.repo.git("branch packed");
    world.repo.git("reset -q --hard HEAD~1");
    fs::remove(world.repo / ".dvc/tmp/repro.dat");
    world.apply("packed");
    CHECK_FALSE(fs::exists(world.repo / ".dvc/tmp/repro.dat"));
  }
}
