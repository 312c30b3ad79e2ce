#include "exp/share.hpp"

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "exp/git_remote.hpp"
#include "exp/refs.hpp"
#include "support/test_repo.hpp"

using namespace expcore;
using test::TestRepo;

namespace {

struct World {
  World() {
    repo.make_project();
    baseline = repo.commit("first");
    hub.git("init -q --bare -b main " + hub_path());
    repo.git("push -q " + hub_path() + " main");
  }
  std::string hub_path() const { return hub / "hub.git"; }
  std::string at_hub(const std::string& arguments) const {
    return hub.git("--git-dir=" + hub_path() + " " + arguments);
  }
  std::string make(const std::string& name, const std::string& content) const {
    repo.write("x", content);
    repo.git("add x");
    const auto tree = repo.git("write-tree");
    repo.git("reset -q --hard");
    const auto commit = repo.git("commit-tree -m e -p " + baseline + " " + tree);
    repo.git("update-ref " + exp::refname_of(baseline, name) + " " + commit);
    return commit;
  }
  exp::ShareRequest request(std::vector<std::string> names = {}) const {
    exp::ShareRequest request;
    request.git_remote = hub_path();
    request.names = std::move(names);
    request.data = false;
    return request;
  }
  std::unique_ptr<pipeline::Workspace> open() const {
    return pipeline::Workspace::open(repo.path(), repo.environment());
  }

  TestRepo repo;
  TestRepo hub;
  std::string baseline;
};

}  // namespace

TEST_SUITE("exp/share") {
  TEST_CASE("experiments go there and come back") {
    World world;
    const auto a = world.make("a", "a");
    const auto b = world.make("b", "b");
    const auto workspace = world.open();
    CHECK(exp::push(*workspace, world.request()).done.size() == 2);
    CHECK(world.at_hub("rev-parse " + exp::refname_of(world.baseline, "a")) == a);
    world.repo.git("update-ref -d " + exp::refname_of(world.baseline, "a"));
    world.repo.git("update-ref -d " + exp::refname_of(world.baseline, "b"));
    world.repo.git("gc -q --prune=now");
    const auto pulled = exp::pull(*world.open(), world.request({"b"}));
    REQUIRE(pulled.done.size() == 1);
    CHECK(world.repo.git("rev-parse " + exp::refname_of(world.baseline, "b")) == b);
    CHECK_THROWS(world.repo.git("rev-parse -q --verify " + exp::refname_of(world.baseline, "a")));
  }
  TEST_CASE("an experiment gets another name over there, and here keeps its own") {
    World world;
    const auto a = world.make("a", "1");
    const auto b = world.make("b", "2");
    const auto workspace = world.open();
    exp::push(*workspace, world.request());
    const std::string here = exp::refname_of(world.baseline, "a");
    world.repo.git("update-ref -d " + here);
    world.repo.git("gc -q --prune=now");
    CHECK(exp::rename_remote_experiment(*workspace, world.hub_path(), "a", "c", false));
    CHECK(world.at_hub("rev-parse " + exp::refname_of(world.baseline, "c")) == a);
    CHECK_THROWS(world.at_hub("rev-parse -q --verify " + here));
    CHECK_THROWS(world.repo.git("rev-parse -q --verify " + exp::refname_of(world.baseline, "c")));
    CHECK_THROWS_AS(exp::rename_remote_experiment(*workspace, world.hub_path(), "b", "c", false),
                    Error);
    CHECK(exp::rename_remote_experiment(*workspace, world.hub_path(), "b", "c", true));
    CHECK(world.at_hub("rev-parse " + exp::refname_of(world.baseline, "c")) == b);
  }
  TEST_CASE("another experiment of that name is replaced by force only, both ways") {
    World world;
    world.make("a", "1");
    const auto workspace = world.open();
    exp::push(*workspace, world.request());
    const auto theirs = world.at_hub("rev-parse " + exp::refname_of(world.baseline, "a"));
    const auto ours = world.make("a", "2");
    auto request = world.request({"a"});
    CHECK(exp::push(*workspace, request).diverged.size() == 1);
    CHECK(exp::pull(*workspace, request).diverged.size() == 1);
    CHECK(world.repo.git("rev-parse " + exp::refname_of(world.baseline, "a")) == ours);
    request.force = true;
    CHECK(exp::pull(*workspace, request).done.size() == 1);
    CHECK(world.repo.git("rev-parse " + exp::refname_of(world.baseline, "a")) == theirs);
    world.make("a", "2");
    CHECK(exp::push(*workspace, request).done.size() == 1);
    CHECK(exp::push(*workspace, request).up_to_date.size() == 1);
  }
  TEST_CASE("what was continued moves on without force") {
    World world;
    const auto first = world.make("a", "1");
    const auto workspace = world.open();
    exp::push(*workspace, world.request());
    const auto tree = world.repo.git("rev-parse " + first + "^{tree}");
    const auto next = world.repo.git("commit-tree -m more -p " + first + " " + tree);
    world.repo.git("update-ref " + exp::refname_of(world.baseline, "a") + " " + next);
    CHECK(exp::push(*workspace, world.request()).done.size() == 1);
    CHECK(world.at_hub("rev-parse " + exp::refname_of(world.baseline, "a")) == next);
  }
  TEST_CASE("odd refs of the other side are passed over") {
    World world;
    const auto commit = world.make("a", "1");
    const auto workspace = world.open();
    exp::push(*workspace, world.request());
    for (const char* ref : {"refs/exps/exec/EXEC_HEAD", "refs/exps/stash", "refs/exps/aa/bb/cc/dd",
                            "refs/exps/aa/b"}) {
      world.at_hub(std::string("update-ref ") + ref + " " + commit);
    }
    const auto found = exp::GitRemote(*workspace, world.hub_path()).experiments();
    REQUIRE(found.size() == 1);
    CHECK(found[0].name == "a");
    CHECK(found[0].commit == commit);
  }
  TEST_CASE("a blob under an experiment's name is refused") {
    World world;
    const auto blob = world.repo.git("hash-object -w --stdin < .dvc/config");
    world.repo.git("push -q " + world.hub_path() + " " + blob + ":" +
                   exp::refname_of(world.baseline, "a"));
    CHECK_THROWS_AS(exp::pull(*world.open(), world.request({"a"})), Error);
    CHECK_THROWS(world.repo.git("rev-parse -q --verify " + exp::refname_of(world.baseline, "a")));
  }
  TEST_CASE("what is no repository is told, and options are no remotes") {
    World world;
    world.make("a", "1");
    const auto workspace = world.open();
    CHECK_THROWS_WITH_AS(exp::GitRemote(*workspace, "nowhere").experiments(),
                         "'nowhere' is not a valid Git remote or URL", Error);
    CHECK_THROWS_AS(exp::GitRemote(*workspace, "--upload-pack=touch x").experiments(), Error);
  }
  TEST_CASE("experiments of the other side are deleted unless they changed") {
    World world;
    world.make("a", "1");
    world.make("b", "2");
    const auto workspace = world.open();
    exp::push(*workspace, world.request());
    auto refs = exp::GitRemote(*workspace, world.hub_path()).experiments();
    const auto stale = refs[1].commit;
    refs[1].commit = world.baseline;
    CHECK_THROWS_AS(exp::delete_remote_experiments(*workspace, world.hub_path(), refs), Error);
    const auto left = exp::GitRemote(*workspace, world.hub_path()).experiments();
    REQUIRE(left.size() == 1);
    CHECK(left[0].commit == stale);
  }
  TEST_CASE("among many, one that somebody made meanwhile is left alone and told") {
    World world;
    const auto theirs = world.make("n7", "theirs");
    const auto workspace = world.open();
    exp::push(*workspace, world.request());
    const auto ours = world.make("n7", "ours");
    std::vector<exp::GitRemote::Change> changes;
    for (int i = 0; i < 100; ++i)
      changes.push_back({exp::refname_of(world.baseline, "n" + std::to_string(i)), ours, ""});
    const exp::GitRemote hub(*workspace, world.hub_path());
    CHECK(hub.change(changes) == std::vector{exp::refname_of(world.baseline, "n7")});
    CHECK(world.at_hub("rev-parse " + exp::refname_of(world.baseline, "n7")) == theirs);
    CHECK(world.at_hub("rev-parse " + exp::refname_of(world.baseline, "n99")) == ours);
    CHECK(hub.experiments().size() == 100);
  }
  TEST_CASE("names that are none are passed over, and one too long for the disk is refused") {
    World world;
    const auto commit = world.make("a", "1");
    const auto workspace = world.open();
    exp::push(*workspace, world.request());
    const std::string folder = exp::refname_of(world.baseline, "");
    const std::string longest(300, 'n');
    std::string packed = "# pack-refs with: \n";
    for (const auto& name : {"a\x1b[2J", "b.lock", ".hidden", "d/e", "-f", longest.c_str()})
      packed += commit + " " + folder + name + "\n";
    world.hub.write("hub.git/packed-refs", packed);
    const auto heads = world.repo.git("for-each-ref refs/heads");
    const auto found = exp::GitRemote(*workspace, world.hub_path()).experiments();
    REQUIRE(found.size() == 3);
    CHECK(found[0].name == "-f");
    CHECK(found[2].name == longest);
    CHECK(exp::pull(*world.open(), world.request({"-f"})).done.size() == 1);
    CHECK_THROWS_WITH_AS(exp::pull(*world.open(), world.request({longest})),
                         doctest::Contains("File name too long"), Error);
    world.hub.write("hub.git/packed-refs", packed + commit + " refs/exps/../heads/y\n");
    CHECK_THROWS_AS(exp::pull(*world.open(), world.request({"-f"})), Error);
    CHECK(world.repo.git("for-each-ref refs/heads") == heads);
    CHECK(world.repo.git("for-each-ref --format='%(refname:lstrip=4)' refs/exps") == "-f\na");
  }
  TEST_CASE("two thousand experiments go in one transfer") {
    World world;
    const auto commit = world.make("a", "1");
    std::string lines;
    for (int i = 0; i < 2000; ++i)
      lines += "create " + exp::refname_of(world.baseline, "n" + std::to_string(i)) + " " + commit +
               "\n";
    world.repo.write("refs.txt", lines);
    world.repo.git("update-ref --stdin < refs.txt");
    CHECK(exp::push(*world.open(), world.request()).done.size() == 2001);
    CHECK(exp::push(*world.open(), world.request()).up_to_date.size() == 2001);
  }
}
