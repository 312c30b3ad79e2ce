#include "exp/save.hpp"

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "exp/refs.hpp"
#include "fs/file.hpp"
#include "support/test_repo.hpp"

using namespace expcore;
using test::TestRepo;

namespace {

struct World {
  World() {
    repo.make_project();
    repo.write("src", "1\n");
    repo.write("dvc.yaml",
               "stages:\n  a:\n    cmd: cp src out\n    deps: [src]\n    outs: [out]\n");
    repo.write(".gitignore", "/out\n/ignored\n");
    baseline = repo.commit();
    repo.write("out", "made\n");
  }
  exp::SaveResult save(exp::SaveOptions options) const {
    const auto workspace = pipeline::Workspace::open(repo.path(), repo.environment());
    return exp::save(*workspace, options);
  }

  TestRepo repo;
  std::string baseline;
};

}  // namespace

TEST_SUITE("exp/save") {
  TEST_CASE("nothing of the user's moves, and a new dvc.lock is in the experiment") {
    World world;
    world.repo.write("staged", "s");
    world.repo.git("add staged");
    const auto index = fs::read_file(world.repo / ".git/index");
    const auto saved = world.save({.name = "one"});
    CHECK(world.repo.git("ls-tree -r --name-only " + saved.commit) ==
          ".dvc/.gitignore\n.dvc/config\n.dvcignore\n.gitignore\ndvc.lock\ndvc.yaml\nsrc\nstaged");
    CHECK(fs::read_file(world.repo / ".git/index") == index);
    CHECK(world.repo.git("rev-parse HEAD") == world.baseline);
    CHECK(world.repo.git("rev-parse " + saved.ref + "^") == world.baseline);
  }
  TEST_CASE("a taken name is refused before anything is touched") {
    World world;
    world.save({.name = "one"});
    fs::remove(world.repo / "dvc.lock");
    CHECK_THROWS_AS(world.save({.name = "one"}), Error);
    CHECK_FALSE(fs::exists(world.repo / "dvc.lock"));
    world.repo.write("src", "2\n");
    CHECK_NOTHROW(world.save({.name = "one", .force = true}));
  }
  TEST_CASE("included paths may be ignored, folders, or missing") {
    World world;
    world.repo.write("ignored", "i");
    world.repo.write("folder/a", "a");
    std::vector<std::string> warnings;
    const auto saved = world.save({.name = "one",
                                   .include_untracked = {"ignored", "folder", "nowhere"},
                                   .on_event = [&](const Event& event) {
                                     if (event.kind == EventKind::warning)
                                       warnings.push_back(event.text);
                                   }});
    CHECK(world.repo.git("show " + saved.commit + ":ignored") == "i");
    CHECK(world.repo.git("show " + saved.commit + ":folder/a") == "a");
    CHECK(warnings.empty());
  }
  TEST_CASE("untracked files that stay out are told") {
    World world;
    world.repo.write("left", "l");
    std::string warning;
    world.save({.name = "one", .on_event = [&](const Event& event) {
                  if (event.kind == EventKind::warning) warning = event.text;
                }});
    CHECK(warning.ends_with("in the experiment commit:\n\tleft"));
  }
  TEST_CASE("without its outputs there is no experiment") {
    World world;
    fs::remove(world.repo / "out");
    CHECK_THROWS_AS(world.save({.name = "one"}), Error);
    CHECK(world.repo.git("for-each-ref refs/exps") == "");
  }
}
