#include "data/status.hpp"

#include <doctest/doctest.h>

#include "fs/file.hpp"
#include "support/test_repo.hpp"

using namespace expcore;
using test::TestRepo;

namespace {

using Paths = std::vector<std::string>;

/// A commit that tracks a folder {x, s/y} and a file with the content of s/y.
struct World {
  World() {
    repo.make_project();
    repo.write("d/x", "b\n");
    repo.write("d/s/y", "c\n");
    repo.write("f", "c\n");
    const auto project = open();
    for (const char* name : {"d", "f"}) {
      const auto scan =
          *cache::scan(repo / name, hash::FileHash::md5, project->state, project->ignore);
      project->store.add(repo / name, scan);
      repo.write(std::string(name) + ".dvc",
                 "outs:\n- md5: " + scan.content.id.hex + "\n  hash: md5\n  path: " + name + "\n");
      if (scan.manifest) folder = project->store.path_of(scan.content.id);
    }
    repo.write(".gitignore", "/d\n/f\n");
    repo.commit();
  }

  std::unique_ptr<pipeline::Workspace> open() const {
    return pipeline::Workspace::open(repo.path(), repo.environment());
  }
  data::Status status(const data::StatusRequest& request = {}) const {
    return data::status(*open(), request);
  }

  TestRepo repo;
  std::string folder;  ///< The folder's object.
};

data::StatusRequest granular() {
  data::StatusRequest request;
  request.granular = true;
  return request;
}

}  // namespace

TEST_SUITE("data/status") {
  TEST_CASE("nothing to tell") {
    const World world;
    const auto status = world.status(granular());
    CHECK(status.unchanged == Paths{"d/", "d/s/y", "d/x", "f"});
    CHECK(status.not_in_cache.empty());
    CHECK(!status.git_is_dirty);
    CHECK(!status.git_is_empty);
  }

  TEST_CASE("files of a folder whose list is lost are unknown, not added") {
    const World world;
    world.repo.write("d/s/z", "z\n");
    fs::remove(world.folder);
    const auto status = world.status(granular());
    CHECK(status.not_in_cache == Paths{"d/"});
    CHECK(status.uncommitted.modified == Paths{"d/"});
    CHECK(status.uncommitted.added.empty());
    CHECK(status.uncommitted.unknown == Paths{"d/s/", "d/s/y", "d/s/z", "d/x"});
  }

  TEST_CASE("a moved file is told once, wherever its content was twice") {
    const World world;
    fs::remove(world.repo / "f");
    world.repo.write("d/f2", "c\n");
    world.repo.write("d/f3", "c\n");
    const auto changes = world.status(granular()).uncommitted;
    REQUIRE(changes.renamed.size() == 1);
    CHECK(changes.renamed.front() == std::pair<std::string, std::string>("f", "d/f2"));
    CHECK(changes.added == Paths{"d/f3"});
    CHECK(changes.modified == Paths{"d/"});
    CHECK(changes.deleted.empty());
  }

  TEST_CASE("targets are taken from the caller's folder") {
    const World world;
    world.repo.write("d/s/y", "new\n");
    world.repo.write("d/x", "new\n");
    auto project = pipeline::Workspace::open(world.repo / "d", world.repo.environment());
    auto request = granular();
    request.targets = {"s"};
    CHECK(data::status(*project, request).uncommitted.modified == Paths{"d/s/y"});
    request.targets = {".."};
    CHECK(data::status(*project, request).uncommitted.modified == Paths{"d/", "d/s/y", "d/x"});
  }

  TEST_CASE("what the cache lacks is told for every name that needs it") {
    const World world;
    const auto project = world.open();
    const std::string object = project->store.path_of({"2cd6ee2c70b0bde53fbe6cac3c8b8bb1"});
    fs::remove(object);
    CHECK(world.status().not_in_cache == Paths{"f"});
    CHECK(world.status(granular()).not_in_cache == Paths{"d/s/y", "f"});
  }

  TEST_CASE("names beside a folder's do not come between its files") {
    data::ByParts less;
    CHECK(less("d", "d/a"));
    CHECK(less("d/a", "d-1"));
    CHECK(less("d/a/b", "d/a-b"));
    CHECK(!less("d-1", "d/z"));
  }
}
