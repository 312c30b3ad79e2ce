#include "run/reproduce.hpp"

#include <sys/file.h>

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "fs/file.hpp"
#include "fs/lock.hpp"
#include "support/test_repo.hpp"

using namespace expcore;
using test::TestRepo;

namespace {

/// A project of two stages: `a` copies src to mid, `b` copies mid to out.
struct World {
  World() {
    repo.make_project();
    repo.write("src", "1\n");
    repo.write("dvc.yaml",
               "stages:\n  a: {cmd: cp src mid, deps: [src], outs: [mid]}\n"
               "  b: {cmd: cp mid out, deps: [mid], outs: [out]}\n");
    repo.commit();
  }

  std::vector<StageOutcome> run(const run::ReproduceOptions& options = {}) {
    const auto workspace = pipeline::Workspace::open(repo.path(), repo.environment());
    std::vector<StageOutcome> outcomes;
    for (const auto& result : run::reproduce(*workspace, options).results) {
      outcomes.push_back(result.outcome);
    }
    return outcomes;
  }

  TestRepo repo;
};

using Outcomes = std::vector<StageOutcome>;
constexpr auto ran = StageOutcome::ran;
constexpr auto unchanged = StageOutcome::unchanged;
constexpr auto cached = StageOutcome::cached;

}  // namespace

TEST_SUITE("run/reproduce") {
  TEST_CASE("stages run once, then only what changed, then come back from the run-cache") {
    World world;
    CHECK(world.run() == Outcomes{ran, ran});
    CHECK(world.run() == Outcomes{unchanged, unchanged});
    world.repo.write("src", "2\n");
    CHECK(world.run() == Outcomes{ran, ran});
    world.repo.write("src", "1\n");
    CHECK(world.run() == Outcomes{cached, cached});
    CHECK(world.repo.read("out") == "1\n");
    CHECK(world.repo.read(".gitignore") == "/mid\n/out\n");
  }
  TEST_CASE("a failing stage keeps the lock of earlier ones and takes .gitignore back") {
    World world;
    world.repo.write("dvc.yaml",
                     "stages:\n  a: {cmd: cp src mid, deps: [src], outs: [mid]}\n"
                     "  b: {cmd: exit 4, deps: [mid], outs: [out]}\n");
    try {
      world.run();
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.code() == Errc::stage_failed);
      CHECK(error.full_message() ==
            "failed to reproduce 'b': failed to run: exit 4, exited with 4");
    }
    CHECK_FALSE(fs::exists(world.repo / ".gitignore"));
    CHECK(world.repo.read("dvc.lock").find("  a:") != std::string::npos);
    CHECK(world.repo.read("dvc.lock").find("  b:") == std::string::npos);
    CHECK(world.repo.read(".dvc/tmp/rwlock") == "{}");
  }
  TEST_CASE("outputs survive when a dependency is missing") {
    World world;
    world.run();
    fs::remove(world.repo / "src");
    run::ReproduceOptions options;
    CHECK_THROWS_AS(world.run(options), Error);
    CHECK(fs::exists(world.repo / "mid"));
  }
  TEST_CASE("keep going leaves out only what depends on the failure") {
    World world;
    world.repo.write("dvc.yaml",
                     "stages:\n  a: {cmd: exit 4, deps: [src], outs: [mid]}\n"
                     "  b: {cmd: cp mid out, deps: [mid], outs: [out]}\n  c: {cmd: cp src x, deps: "
                     "[src], outs: [x]}\n");
    run::ReproduceOptions options;
    options.on_error = run::OnError::keep_going;
    std::vector<std::string> told;
    options.on_event = [&](const Event& event) {
      if (event.kind == EventKind::stage_finished) {
        told.push_back(event.stage + std::to_string(static_cast<int>(event.outcome)));
      }
    };
    CHECK_THROWS_WITH_AS(world.run(options), "failed to reproduce 'a'", Error);
    CHECK(told == std::vector<std::string>{"a4", "b6", "c1"});
  }
  TEST_CASE("the repository lock is free while commands run and held otherwise") {
    World world;
    world.repo.write("dvc.yaml",
                     "stages:\n  a:\n    cmd: flock -n .dvc/tmp/lock cp src mid\n    deps: [src]\n "
                     "   outs: [mid]\n");
    CHECK(world.run() == Outcomes{ran});
    const auto held = fs::LockFile::try_acquire(world.repo / ".dvc/tmp/lock");
    REQUIRE(held);
    CHECK_THROWS_AS(world.run(), Error);
  }
  TEST_CASE("force runs everything, dry runs nothing") {
    World world;
    world.run();
    run::ReproduceOptions options;
    options.force = true;
    CHECK(world.run(options) == Outcomes{ran, ran});
    options.force = false;
    options.dry = true;
    world.repo.write("src", "9\n");
    world.run(options);
    CHECK(world.repo.read("mid") == "1\n");
  }
  TEST_CASE("an exception from the callback stops the run and reaches the caller") {
    World world;
    run::ReproduceOptions options;
    options.on_event = [](const Event& event) {
      if (event.kind == EventKind::command_started) throw Error(Errc::callback, "stop");
    };
    CHECK_THROWS_WITH_AS(world.run(options), "stop", Error);
    CHECK_FALSE(fs::exists(world.repo / "dvc.lock"));
    CHECK(world.run() == Outcomes{ran, ran});
  }
  TEST_CASE("an output that is in Git is refused with the way out") {
    World world;
    world.repo.write("mid", "tracked");
    world.repo.commit();
    try {
      world.run();
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.full_message().find("output 'mid' is already tracked by SCM (e.g. Git).") !=
            std::string::npos);
    }
  }
}
