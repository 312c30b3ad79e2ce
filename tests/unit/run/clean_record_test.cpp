#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "fs/file.hpp"
#include "run/reproduce.hpp"
#include "support/test_repo.hpp"

using namespace expcore;
using test::TestRepo;

namespace {

/// A project of sixty stages, each a copy of src, whose clean run has been remembered.
struct World {
  World() {
    repo.make_project();
    repo.write("src", "1\n");
    repo.write("params.yaml", "a: 1\n");
    std::string text = "stages:\n";
    for (int i = 0; i < 60; ++i) {
      text += fmt::format("  s{0}: {{cmd: cp src o{0}, deps: [src], outs: [o{0}]}}\n", i);
    }
    repo.write("dvc.yaml", text);
    repo.commit();
    run();
    settle();
  }

  /// Until everything written is old enough to be relied on, then a run that remembers it.
  void settle() {
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
    run();
  }

  std::size_t stages_not(StageOutcome outcome, const run::ReproduceOptions& options = {}) {
    std::size_t count = 0;
    for (const auto& result : run(options).results)
      count += result.outcome == outcome ? 0 : 1;
    return count;
  }

  run::Reproduction run(const run::ReproduceOptions& options = {}) {
    const auto workspace = pipeline::Workspace::open(repo.path(), repo.environment());
    return run::reproduce(*workspace, options);
  }

  /// Whether the last run was answered from memory: then it loaded nothing.
  bool is_remembered() { return run().index.stages().empty(); }

  TestRepo repo;
};

}  // namespace

TEST_SUITE("run/clean_record") {
  TEST_CASE("a run that found nothing to do is told again from memory") {
    World world;
    const auto done = world.run();
    CHECK(done.index.stages().empty());
    REQUIRE(done.results.size() == 60);
    CHECK(done.results[59].address == "s59");
    CHECK(world.stages_not(StageOutcome::unchanged) == 0);
  }

  TEST_CASE("any change of what the answer followed from is seen") {
    World world;
    REQUIRE(world.is_remembered());
    SUBCASE("a dependency") { world.repo.write("src", "2\n"); }
    SUBCASE("an output") { world.repo.write("o7", "2\n"); }
    SUBCASE("a missing output") { fs::remove(world.repo.path() + "/o7"); }
    SUBCASE("a file that templates read") { world.repo.write("params.yaml", "a: 22\n"); }
    SUBCASE("the record of stages") { fs::remove(world.repo.path() + "/dvc.lock"); }
    SUBCASE("a new pipeline file in a new folder") {
      world.repo.write("sub/dvc.yaml", "stages: {x: {cmd: 'true'}}\n");
    }
    SUBCASE("ignore rules") { world.repo.write(".dvcignore", "*.log\n"); }
    SUBCASE("a missing object in the cache") {
      fs::remove_tree(world.repo.path() + "/.dvc/cache/files");
    }
    CHECK_FALSE(world.is_remembered());
  }

  TEST_CASE("it is asked for other stages, or to run them all the same") {
    World world;
    run::ReproduceOptions options;
    options.selection.targets = {"s3"};
    CHECK(world.run(options).results.size() == 1);
    CHECK(world.stages_not(StageOutcome::unchanged) == 0);
    options = {};
    options.force = true;
    CHECK(world.stages_not(StageOutcome::ran, options) == 0);
  }

  TEST_CASE("a damaged record is passed over") {
    World world;
    const std::string folder = world.repo.path() + "/.dvc/tmp/expcore/clean";
    const std::string file = folder + "/" + fs::list_directory(folder).at(0).name;
    const std::string bytes = fs::read_file(file);
    for (std::size_t size = 0; size < bytes.size(); size += 97) {
      fs::write_atomic(file, bytes.substr(0, size));
      CHECK_FALSE(world.is_remembered());
    }
    CHECK(world.stages_not(StageOutcome::unchanged) == 0);
  }
}
