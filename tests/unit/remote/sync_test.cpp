#include "remote/sync.hpp"

#include <algorithm>

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "fs/file.hpp"
#include "support/temp_dir.hpp"
#include "support/test_repo.hpp"

using namespace expcore;
using test::TempDir;
using test::TestRepo;

namespace {

constexpr const char* folder_hex =
    "8b3662b0d460701f7734cdf533c5aa85.dir";  // {a: "a\n", sub/b: "b\n"}
constexpr const char* a_hex = "60b725f10c9c85c70d97880dfe8191b3";
constexpr const char* f_hex = "9a8ad92c50cae39aa2c5604fd0ab6d8c";

/// A project with a folder `d` and a file `f` in its cache, and a remote beside it.
struct World {
  World() {
    repo.make_project();
    repo.write("d/a", "a\n");
    repo.write("d/sub/b", "b\n");
    repo.write("f", "f\n");
    repo.write("d.dvc", std::string("outs:\n- md5: ") + folder_hex +
                            "\n  size: 4\n  nfiles: 2\n  hash: md5\n  path: d\n");
    repo.write("f.dvc",
               std::string("outs:\n- md5: ") + f_hex + "\n  size: 2\n  hash: md5\n  path: f\n");
    repo.write(".dvc/config", "[core]\n    remote = store\n['remote \"store\"']\n    url = " +
                                  (store / "r") + "\n");
    const auto project = open();
    for (const char* name : {"d", "f"}) {
      const auto scan =
          *cache::scan(repo / name, hash::FileHash::md5, project->state, project->ignore);
      project->store.add(repo / name, scan);
    }
  }

  std::unique_ptr<pipeline::Workspace> open() {
    auto project = pipeline::Workspace::open(repo.path(), repo.environment());
    project->on_warning = [this](const std::string& text) { warnings.push_back(text); };
    return project;
  }
  remote::SyncResult push(remote::SyncRequest request = {}) {
    return remote::push(*open(), request);
  }
  remote::SyncResult fetch(remote::SyncRequest request = {}) {
    return remote::fetch(*open(), request);
  }
  std::string cached(const std::string& hex) const {
    return repo / (".dvc/cache/files/md5/" + hex.substr(0, 2) + "/" + hex.substr(2));
  }
  std::string stored(const std::string& hex) const {
    return store / ("r/files/md5/" + hex.substr(0, 2) + "/" + hex.substr(2));
  }
  void damage(const std::string& path, const std::string& bytes) const {
    fs::remove(path);
    fs::append(path, bytes);
    fs::chmod(path, 0444);
  }

  TestRepo repo;
  TempDir store;
  std::vector<std::string> warnings;
};

}  // namespace

TEST_SUITE("remote/sync") {
  TEST_CASE("what is stored after a transfer finds its place") {
    World world;
    world.push();
    fs::remove_tree(world.repo / ".dvc/cache");
    const auto workspace = world.open();
    remote::SyncRequest request;
    const auto add = [&](const char* text) {
      fs::append(world.repo / "more.txt", text);
      const auto scan = *cache::scan(world.repo / "more.txt", hash::FileHash::md5, workspace->state,
                                     workspace->ignore);
      workspace->store.add(world.repo / "more.txt", scan);
    };
    add("1");
    remote::fetch(*workspace, request);
    add("2");
    CHECK(remote::fetch(*workspace, request).transferred == 0);
  }

  TEST_CASE("what is pushed comes back, read-only and complete") {
    World world;
    CHECK(world.push().transferred == 4);
    CHECK(world.push().transferred == 0);
    CHECK(fs::stat(world.stored(folder_hex))->mode == 0444);
    CHECK(fs::list_directory(world.store / "r/expcore-tmp").empty());
    fs::remove_tree(world.repo / ".dvc/cache");
    CHECK(world.fetch().transferred == 4);
    CHECK(fs::read_file(world.cached(a_hex)) == "a\n");
    CHECK(fs::stat(world.cached(a_hex))->mode == 0444);
  }

  TEST_CASE("a corrupt object is not pushed, nor is the folder that holds it") {
    World world;
    world.damage(world.cached(a_hex), "x\n");
    const auto result = world.push();
    REQUIRE(result.failed.size() == 1);
    CHECK(result.failed[0].id.hex == a_hex);
    CHECK(result.failed[0].reason.find("corrupt") != std::string::npos);
    CHECK(result.transferred == 2);
    CHECK_FALSE(fs::exists(world.stored(a_hex)));
    CHECK_FALSE(fs::exists(world.stored(folder_hex)));
  }

  TEST_CASE("a corrupt object of the remote never reaches the cache") {
    World world;
    world.push();
    world.damage(world.stored(f_hex), "x\n");
    fs::remove_tree(world.repo / ".dvc/cache");
    const auto result = world.fetch();
    REQUIRE(result.failed.size() == 1);
    CHECK(result.transferred == 3);
    CHECK_FALSE(fs::exists(world.cached(f_hex)));
  }

  TEST_CASE("a truncated object of the cache is replaced, a garbled one with verify") {
    World world;
    world.push();
    world.damage(world.cached(f_hex), "");
    CHECK(world.fetch().transferred == 1);
    CHECK(fs::read_file(world.cached(f_hex)) == "f\n");

    world.damage(world.cached(a_hex), "x\n");
    CHECK(world.fetch().transferred == 0);
    remote::SyncRequest request;
    request.verify = true;
    CHECK(world.fetch(request).transferred == 1);
    CHECK(fs::read_file(world.cached(a_hex)) == "a\n");
  }

  TEST_CASE("a truncated object of the remote is replaced by a push") {
    World world;
    world.push();
    world.damage(world.stored(a_hex), "");
    CHECK(world.push().transferred == 1);
    CHECK(fs::read_file(world.stored(a_hex)) == "a\n");
  }

  TEST_CASE("a member that is nowhere keeps the folder's object away and is named") {
    World world;
    fs::remove(world.cached(a_hex));
    const auto result = world.push();
    CHECK(result.transferred == 2);
    CHECK(result.failed.empty());
    REQUIRE(world.warnings.size() == 1);
    CHECK(world.warnings[0].ends_with(std::string("Missing cache files:\nmd5: ") + a_hex));
    CHECK_FALSE(fs::exists(world.stored(folder_hex)));
  }

  TEST_CASE("a part of a folder can be fetched") {
    World world;
    world.push();
    fs::remove_tree(world.repo / ".dvc/cache");
    remote::SyncRequest request;
    request.scope.targets = {"d/sub"};
    CHECK(world.fetch(request).transferred == 2);
    CHECK_FALSE(fs::exists(world.cached(a_hex)));
  }

  TEST_CASE("objects and run-cache entries can be asked for by name") {
    World world;
    world.push();
    fs::remove_tree(world.repo / ".dvc/cache");
    world.store.write("r/runs/ab/abcd/1234", "cmd: x\n");
    const auto project = world.open();
    CHECK(remote::fetch_objects(*project, {{folder_hex, hash::FileHash::md5}}));
    CHECK(project->store.contains_all({folder_hex, hash::FileHash::md5}));
    CHECK_FALSE(remote::fetch_objects(*project,
                                      {{"00000000000000000000000000000000", hash::FileHash::md5}}));
    CHECK(remote::fetch_run_cache(*project, "", "abcd") == 1);
    CHECK(world.repo.read(".dvc/cache/runs/ab/abcd/1234") == "cmd: x\n");
  }

  TEST_CASE("cancelling keeps what is whole") {
    World world;
    remote::SyncRequest request;
    request.transfer.cancel.request();
    CHECK_THROWS_AS(world.push(request), Error);
    CHECK(world.push().transferred == 4);
  }

  TEST_CASE("a remote that is no folder is refused by name") {
    World world;
    world.repo.write(".dvc/config", "['remote \"cloud\"']\n    url = s3://bucket/x\n");
    remote::SyncRequest request;
    request.remote = "cloud";
    CHECK_THROWS_WITH_AS(
        world.push(request),
        "config file error: remote 'cloud' ('s3://bucket/x') is not supported: only folders of "
        "this machine (local paths and mounted file systems) can be remotes, not s3://",
        Error);
  }

  TEST_CASE("cloud status tells what is where") {
    World world;
    CHECK(remote::cloud_status(*world.open(), {}).fresh.size() == 4);
    world.push();
    CHECK(remote::cloud_status(*world.open(), {}).fresh.empty());
    fs::remove(world.cached(f_hex));
    const auto status = remote::cloud_status(*world.open(), {});
    REQUIRE(status.deleted.size() == 1);
    CHECK(status.deleted[0].name == "f");
  }
}
