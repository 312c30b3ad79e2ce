#include <algorithm>

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "revision/names.hpp"
#include "revision/view.hpp"
#include "support/test_repo.hpp"

using namespace expcore;

namespace {

/// A project with two commits, a tag, a branch and an experiment of the first commit.
struct World {
  World() {
    repo.make_project();
    repo.write("dvc.yaml", "stages:\n  a: {cmd: 'true', outs: [data]}\n");
    repo.write("m.json", "{}");
    first = repo.commit("one");
    first = repo.git("rev-parse HEAD");
    repo.git("tag -a v1 -m v1");
    repo.git("branch side");
    repo.write("m.json", "{\"a\": 1}");
    repo.commit("two");
    second = repo.git("rev-parse HEAD");
    repo.git("update-ref refs/exps/" + first.substr(0, 2) + "/" + first.substr(2) + "/exp-a " +
             second);
  }

  std::unique_ptr<pipeline::Workspace> open() const {
    return pipeline::Workspace::open(repo.path(), repo.environment());
  }

  test::TestRepo repo;
  git::Id first;
  git::Id second;
};

}  // namespace

TEST_SUITE("revision/names") {
  TEST_CASE("a revision is what Git knows, then an experiment") {
    const World world;
    const auto repo = git::Repo::discover(world.repo.path());
    CHECK(revision::resolve(repo, "v1") == world.first);
    CHECK(revision::resolve(repo, "HEAD~1") == world.first);
    CHECK(revision::resolve(repo, world.second.substr(0, 7)) == world.second);
    CHECK(revision::resolve(repo, "exp-a") == world.second);
    CHECK_THROWS_WITH_AS(revision::resolve(repo, "nope"), "unknown Git revision 'nope'", Error);
    CHECK_THROWS_AS(revision::resolve(repo, "refs/nope"), Error);
  }
  TEST_CASE("inside an experiment HEAD is its baseline") {
    const World world;
    world.repo.git("update-ref refs/exps/exec/EXEC_BASELINE " + world.first);
    const auto repo = git::Repo::discover(world.repo.path());
    CHECK(revision::resolve(repo, "HEAD") == world.first);
    CHECK(revision::resolve(repo, "main") == world.second);
  }
  TEST_CASE("names of one commit are one revision") {
    const World world;
    const auto repo = git::Repo::discover(world.repo.path());
    revision::Selection selection;
    selection.all_branches = selection.all_tags = true;
    const auto found = revision::select(repo, selection);
    REQUIRE(found.size() == 2);
    CHECK(found[0].name == "main");
    CHECK(found[1].name == "side,v1");
  }
  TEST_CASE("all commits come once, newest first") {
    const World world;
    const auto repo = git::Repo::discover(world.repo.path());
    const auto ids = revision::all_commits(repo);
    CHECK(ids.size() == 2);
    CHECK(std::count(ids.begin(), ids.end(), world.first) == 1);
  }
}

TEST_SUITE("revision/view") {
  TEST_CASE("a commit has its own files, the work tree its own") {
    const World world;
    world.repo.write("m.json", "new");
    const auto workspace = world.open();
    const auto view = revision::View::commit(*workspace, world.first);
    REQUIRE(view);
    CHECK(std::get<std::string>(view->read(world.repo / "m.json")) == "{}");
    CHECK(view->exists(world.repo / "m.json"));
    CHECK_FALSE(view->exists(world.repo / "data"));
    CHECK(view->stages().stages.size() == 1);
    const auto work = revision::View::workspace(*workspace);
    CHECK(std::get<std::string>(work.read(world.repo / "m.json")) == "new");
  }
  TEST_CASE("a file that nobody has says so") {
    const World world;
    const auto workspace = world.open();
    const auto work = revision::View::workspace(*workspace);
    const auto unknown = work.read(world.repo / "none");
    CHECK(std::get<revision::Problem>(unknown).message ==
          "[Errno 2] No such file or directory: 'none'");
    const auto output = work.read(world.repo / "data");
    CHECK(std::get<revision::Problem>(output).message ==
          "[Errno 2] No storage files available: 'data'");
  }
}
