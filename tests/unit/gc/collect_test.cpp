#include "gc/collect.hpp"

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "exp/slot.hpp"
#include "exp/stash.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "hash/md5.hpp"
#include "support/temp_dir.hpp"
#include "support/test_repo.hpp"

using namespace expcore;
using test::TempDir;
using test::TestRepo;

namespace {

/// A project that tracks `f` and `d`; its cache holds what tests put there.
struct World {
  World() {
    repo.make_project();
    track("f", "f1\n");
    repo.commit("one");
  }

  std::unique_ptr<pipeline::Workspace> open() {
    return pipeline::Workspace::open(repo.path(), repo.environment());
  }

  static std::string hex_of(const std::string& text) { return hash::md5(text); }
  std::string object(const std::string& text) const {
    const auto hex = hex_of(text);
    return repo / (".dvc/cache/files/md5/" + hex.substr(0, 2) + "/" + hex.substr(2));
  }
  bool is_stored(const std::string& text) const { return fs::exists(object(text)); }

  void store(const std::string& text) {
    const auto workspace = open();
    const TempDir folder;
    fs::append(folder / "x", text);
    const auto scan =
        *cache::scan(folder / "x", hash::FileHash::md5, workspace->state, workspace->ignore);
    workspace->store.add(folder / "x", scan);
  }
  /// Puts `name` with this content under DVC's control.
  void track(const std::string& name, const std::string& text) {
    store(text);
    repo.write(name + ".dvc", "outs:\n- md5: " + hex_of(text) + "\n  size: 3\n  hash: md5\n" +
                                  "  path: " + name + "\n");
  }

  std::size_t collect(const gc::Request& request = {}) {
    return gc::collect_garbage(*open(), request)[0].removed;
  }

  TestRepo repo;
};

}  // namespace

TEST_SUITE("gc/collect") {
  TEST_CASE("the work tree's data stays, other objects go") {
    World world;
    world.store("x\n");
    gc::Request dry;
    dry.dry = true;
    CHECK(world.collect(dry) == 1);
    CHECK(world.is_stored("x\n"));
    CHECK(world.collect() == 1);
    CHECK_FALSE(world.is_stored("x\n"));
    CHECK(world.is_stored("f1\n"));
  }

  TEST_CASE("what a stash of a queued experiment refers to stays") {
    World world;
    world.track("f", "f2\n");
    {
      const auto workspace = world.open();
      auto capture = exp::capture_workspace(*workspace);
      const auto stash = exp::write_stash_commit(*workspace, capture, "waits", {});
      SUBCASE("ours") { workspace->repo->set_ref("refs/expcore/queue/" + stash, stash); }
      SUBCASE("DVC's, under a newer one") {
        workspace->repo->set_ref("refs/exps/celery/stash", stash);
        fs::make_directories(world.repo / ".git/logs/refs/exps/celery");
        fs::append(world.repo / ".git/logs/refs/exps/celery/stash",
                   std::string(40, '0') + " " + stash + " A <a@b> 1 +0000\tone\n");
        workspace->repo->set_ref("refs/exps/celery/stash", capture.head);
      }
    }
    world.track("f", "f3\n");
    world.store("x\n");
    world.collect();
    CHECK_FALSE(world.is_stored("x\n"));
    CHECK(world.is_stored("f2\n"));
    CHECK(world.is_stored("f3\n"));
  }

  TEST_CASE("a running slot keeps what it recorded and all that is young") {
    World world;
    const auto workspace = world.open();
    auto slot = exp::Slot::acquire(*workspace);
    auto capture = exp::capture_workspace(*workspace);
    slot.prepare(capture.head, capture.tree);
    capture.use.reset();
    world.store("x\n");
    CHECK(world.collect() == 0);
  }

  TEST_CASE("whoever is between storing and recording keeps a collection away") {
    World world;
    const auto workspace = world.open();
    const auto use = workspace->store.use();
    CHECK(use.is_held());
    CHECK_FALSE(cache::UseLock::collect(workspace->store.options().root, false,
                                        std::chrono::milliseconds(1)));
  }

  TEST_CASE("a folder whose list is lost stops the collection") {
    World world;
    world.repo.write("d.dvc",
                     "outs:\n- md5: 8b3662b0d460701f7734cdf533c5aa85.dir\n  size: 4\n  nfiles: 2\n"
                     "  hash: md5\n  path: d\n");
    world.store("x\n");
    CHECK_THROWS_WITH_AS(world.collect(),
                         "unable to fully collect used cache without cache for directory 'd'",
                         Error);
    CHECK(world.is_stored("x\n"));
    gc::Request force;
    force.force = true;
    CHECK(world.collect(force) == 1);
  }

  TEST_CASE("half-made files of other programs are left alone for an hour") {
    World world;
    const std::string path = fs::join(fs::parent(world.object("f1\n")), ".abc.tmp");
    fs::append(path, "half");
    CHECK(world.collect() == 0);
    CHECK(fs::exists(path));
  }

  TEST_CASE("another project that shares the cache is asked, too") {
    World world;
    World other;
    other.repo.write(".dvc/config", "[cache]\n    dir = " + (world.repo / ".dvc/cache") + "\n");
    other.track("g", "g1\n");
    gc::Request request;
    request.projects = {other.repo.path()};
    CHECK(world.collect(request) == 0);
    CHECK(world.collect() == 1);
    request.projects = {"/nope"};
    CHECK_THROWS_WITH_AS(world.collect(request), "directory '/nope' does not exist", Error);
  }

  TEST_CASE("revisions: a number of commits, a date") {
    World world;
    for (const char* text : {"f2\n", "f3\n", "f4\n"}) {
      world.track("f", text);
      world.repo.commit(text);
    }
    gc::Request request;
    request.rev = "HEAD";
    request.num = 2;
    CHECK(world.collect(request) == 2);
    CHECK(world.is_stored("f3\n"));
    gc::Request date;
    date.commit_date = "1980-01-01";
    CHECK(world.collect(date) == 0);
    date.commit_date = "yesterday";
    CHECK_THROWS_AS(world.collect(date), Error);
  }
}
