#include "queue/snapshot.hpp"

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "fs/file.hpp"
#include "support/test_repo.hpp"

using namespace expcore;
using queue::Captured;
using test::TestRepo;

namespace {

/// A project whose files were not changed at the moment the index was written.
struct World {
  World() {
    repo.make_project();
    repo.write("params.yaml", "x: 1\n");
    repo.write("sub/params.yaml", "x: 1\n");
    repo.write(".gitignore", "/ignored\n");
    repo.write("dvc.yaml", "stages: {s: {cmd: echo, params: [x]}}\n");
    repo.commit();
    settle();
  }

  void settle() const {
    repo.git("--version && git ls-files -z | xargs -0 touch -h -d 2020-01-01");
    // Git compares whole seconds: it has to forget the files' times to take others in the same one.
    repo.git("ls-files --stage > .git/entries && git update-index --index-info < .git/entries");
    repo.git("update-index -q --refresh || true");
  }

  /// As by somebody who has just come, and keeps what is captured.
  Captured capture(const std::string& file = "params.yaml", const std::string& folder = "") const {
    const std::string inside = folder.empty() ? repo.path() : repo / folder;
    const auto workspace = pipeline::Workspace::open(inside, repo.environment());
    auto captured = queue::capture(*workspace, {}, {file});
    if (captured.is_former) {
      CHECK(queue::is_pinned(*workspace, captured.snapshot));
    } else {
      queue::pin(*workspace, captured.snapshot);
    }
    return captured;
  }

  std::string shown(const Captured& captured, const std::string& file) const {
    return repo.git("show " + captured.snapshot.tree + ":" + file);
  }

  TestRepo repo;
};

}  // namespace

TEST_SUITE("queue/snapshot") {
  TEST_CASE("where nothing changed the snapshot is the last one") {
    const World world;
    const auto first = world.capture();
    CHECK_FALSE(first.is_former);
    const auto second = world.capture();
    CHECK(second.is_former);
    CHECK(second.snapshot.commit == first.snapshot.commit);
    CHECK(second.snapshot.head == first.snapshot.head);
    CHECK(second.snapshot.tree == first.snapshot.tree);
    CHECK(second.snapshot.index_tree == first.snapshot.index_tree);
    CHECK(second.snapshot.directory == ".");
    world.repo.write("untracked", "");
    world.repo.write("ignored", "");
    CHECK(world.capture().is_former);
  }

  TEST_CASE("where something changed it is another one") {
    const World world;
    const auto first = world.capture();
    Captured second;
    SUBCASE("a file") {
      world.repo.write("params.yaml", "x: 2\n");
      second = world.capture();
      CHECK(world.shown(second, "params.yaml") == "x: 2");
      CHECK(second.snapshot.index_tree == first.snapshot.index_tree);
      CHECK_FALSE(world.capture().is_former);
    }
    SUBCASE("the index") {
      world.repo.write("new", "staged");
      world.repo.git("add new");
      world.settle();
      second = world.capture();
      CHECK(world.shown(second, "new") == "staged");
      const auto third = world.capture();
      CHECK(third.is_former);
      CHECK(third.snapshot.commit == second.snapshot.commit);
    }
    SUBCASE("HEAD") {
      world.repo.git("commit -q --allow-empty -m next");
      second = world.capture();
      CHECK(second.snapshot.head == world.repo.git("rev-parse HEAD"));
    }
    SUBCASE("the folder") {
      second = world.capture("params.yaml", "sub");
      CHECK(second.snapshot.directory == "sub");
    }
    SUBCASE("a file that Git does not know is asked for") {
      world.repo.write("ignored", "y: 1\n");
      second = world.capture("ignored");
      CHECK(world.shown(second, "ignored") == "y: 1");
    }
    SUBCASE("nothing keeps the last one any more") {
      world.repo.git("update-ref -d refs/expcore/queue/" + first.snapshot.commit);
      second = world.capture();
    }
    CHECK_FALSE(second.is_former);
  }

  TEST_CASE("what is damaged or of another version is as if it were not there") {
    const World world;
    world.capture();
    const std::string file = world.repo / ".dvc/tmp/exps/expcore/last_snapshot";
    REQUIRE(fs::exists(file));
    for (const auto* text :
         {"", "expcore last snapshot 2\n", "expcore last snapshot 1\n\n\n\n\n\n"}) {
      fs::write_atomic(file, text);
      CHECK_FALSE(world.capture().is_former);
      CHECK(world.capture().is_former);
    }
  }

  TEST_CASE("overrides are tried on what is in the work tree") {
    const World world;
    world.capture();
    const auto workspace = pipeline::Workspace::open(world.repo.path(), world.repo.environment());
    const auto captured = queue::capture(*workspace, {}, {"params.yaml"});
    REQUIRE(captured.is_former);
    queue::TaskFiles files(*workspace, captured.snapshot, captured.is_former);
    const auto edited = files.edited({{"params.yaml", {"x=7"}}}, {});
    CHECK(edited.at(world.repo / "params.yaml") == "x: 7\n");
    CHECK_THROWS_AS(files.edited({{"params.yaml", {"nope=7"}}}, {}), Error);
  }
}
