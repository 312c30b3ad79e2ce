#include "run/reproduce.hpp"

#include <algorithm>
#include <random>
#include <stdexcept>
#include <sys/file.h>

#include <doctest/doctest.h>
#include <expcore/error.hpp>
#include <fmt/format.h>

#include "fs/file.hpp"
#include "fs/lock.hpp"
#include "support/temp_dir.hpp"
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
    CHECK(world.repo.read(".dvc/tmp/rwlock").find_last_not_of(" {}") == std::string::npos);
  }
  TEST_CASE("outputs survive when a dependency is missing") {
    World world;
    world.run();
    fs::remove(world.repo / "src");
    run::ReproduceOptions options;
    CHECK_THROWS_AS(world.run(options), Error);
    CHECK(fs::exists(world.repo / "mid"));
  }
  TEST_CASE("what cannot be stored is refused before it is removed") {
    World world;
    test::TempDir outside;
    fs::write_atomic(outside / "o", "dear\n");
    world.repo.write("dvc.yaml",
                     "stages:\n  a:\n    cmd: touch ran\n    outs: [" + (outside / "o") + "]\n");
    try {
      world.run();
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.full_message().find("failed to reproduce 'a': Saving cached external output") ==
            0);
    }
    CHECK(fs::read_file(outside / "o") == "dear\n");
    CHECK_FALSE(fs::exists(world.repo / "ran"));
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

namespace {

/// A project of random stages, some of which are slow, and what one run leaves of it.
struct RandomRun {
  RandomRun(unsigned seed, unsigned jobs) {
    std::mt19937 random(seed);
    repo.make_project();
    std::string text = "stages:\n";
    for (int i = 0; i < 12; ++i) {
      std::string deps = "src";
      for (int other = 0; other < i; ++other) {
        if (random() % 4 == 0) deps += fmt::format(" d{}/o", other);
      }
      text += fmt::format(
          "  s{0}:\n    cmd: sleep 0.0{1}; cat {2} > d{0}/o\n"
          "    outs: [d{0}/o]\n    params: [p{0}]\n    deps: [{3}]\n",
          i, random() % 5, deps, commas(deps));
      repo.write(fmt::format("d{}/keep", i), "");
      params += fmt::format("p{}: {}\n", i, random() % 3);
    }
    repo.write("params.yaml", params);
    repo.write("src", "1\n");
    repo.write("dvc.yaml", text);
    repo.commit();
    run(jobs);
  }
  static std::string commas(std::string words) {
    std::replace(words.begin(), words.end(), ' ', ',');
    return words;
  }

  void run(unsigned jobs) {
    run::ReproduceOptions options;
    options.jobs = jobs;
    repo.write(".dvc/expcore.yaml", "resources: {cpus: 64}\n");
    const auto workspace = pipeline::Workspace::open(repo.path(), repo.environment());
    for (const auto& result : run::reproduce(*workspace, options).results)
      stages.push_back(result.id);
  }

  TestRepo repo;
  std::string params;
  std::vector<pipeline::StageId> stages;
};

}  // namespace

TEST_SUITE("run/parallel") {
  TEST_CASE("several jobs leave what one leaves, byte for byte") {
    for (unsigned seed = 0; seed < 4; ++seed) {
      CAPTURE(seed);
      RandomRun serial(seed, 1);
      RandomRun parallel(seed, 5);
      CHECK(serial.stages == parallel.stages);
      CHECK(serial.repo.read("dvc.lock") == parallel.repo.read("dvc.lock"));
      for (int i = 0; i < 12; ++i) {
        const std::string file = fmt::format("d{}/.gitignore", i);
        CHECK(serial.repo.read(file) == parallel.repo.read(file));
      }
    }
  }
  TEST_CASE("lines of one .gitignore stand in plan order whoever is done first") {
    TestRepo repo;
    repo.make_project();
    repo.write(".dvc/expcore.yaml", "resources: {cpus: 8}\n");
    repo.write("dvc.yaml",
               "stages:\n  a: {cmd: sleep 0.3; touch oa, outs: [oa]}\n"
               "  b: {cmd: sleep 0.1; touch ob, outs: [ob]}\n  c: {cmd: touch oc, outs: [oc]}\n");
    run::ReproduceOptions options;
    options.jobs = 3;
    const auto workspace = pipeline::Workspace::open(repo.path(), repo.environment());
    run::reproduce(*workspace, options);
    CHECK(repo.read(".gitignore") == "/oa\n/ob\n/oc\n");
    const std::string lock = repo.read("dvc.lock");
    CHECK(lock.find("  a:") < lock.find("  b:"));
    CHECK(lock.find("  b:") < lock.find("  c:"));
  }
  TEST_CASE("a failure lets the running stages end and be recorded, and starts nothing new") {
    TestRepo repo;
    repo.make_project();
    repo.write(".dvc/expcore.yaml", "resources: {cpus: 8}\n");
    repo.write("dvc.yaml",
               "stages:\n  slow: {cmd: 'until test -e failed; do sleep 0.01; done; echo 1 > s', "
               "outs: [s]}\n  bad: {cmd: touch failed; exit 3}\n"
               "  next: {cmd: touch n, deps: [s], outs: [n]}\n");
    run::ReproduceOptions options;
    options.jobs = 2;
    const auto workspace = pipeline::Workspace::open(repo.path(), repo.environment());
    CHECK_THROWS_WITH_AS(run::reproduce(*workspace, options),
                         "failed to run: touch failed; exit 3, exited with 3", Error);
    CHECK(repo.read("dvc.lock").find("  slow:") != std::string::npos);
    CHECK(repo.read("dvc.lock").find("  next:") == std::string::npos);
    CHECK_FALSE(fs::exists(repo.path() + "/n"));
    CHECK(repo.read(".dvc/tmp/rwlock").find_last_not_of(" {}") == std::string::npos);
  }
  TEST_CASE("keep going runs everything that does not need what failed") {
    TestRepo repo;
    repo.make_project();
    repo.write(".dvc/expcore.yaml", "resources: {cpus: 8}\n");
    repo.write("dvc.yaml",
               "stages:\n  bad: {cmd: exit 3, outs: [b]}\n"
               "  after: {cmd: touch a, deps: [b], outs: [a]}\n"
               "  other: {cmd: touch o, outs: [o]}\n");
    run::ReproduceOptions options;
    options.jobs = 3;
    options.on_error = run::OnError::keep_going;
    const auto workspace = pipeline::Workspace::open(repo.path(), repo.environment());
    CHECK_THROWS_WITH_AS(run::reproduce(*workspace, options), "failed to reproduce 'bad'", Error);
    CHECK(fs::exists(repo.path() + "/o"));
    CHECK_FALSE(fs::exists(repo.path() + "/a"));
  }
  TEST_CASE("a mutex keeps stages apart and each sees its own GPU") {
    TestRepo repo;
    repo.make_project();
    repo.write(".dvc/expcore.yaml", "resources: {cpus: 8, gpus: ['3', '5']}\n");
    std::string text = "stages:\n";
    for (int i = 0; i < 4; ++i) {
      text += fmt::format(
          "  m{0}:\n    cmd: mkdir busy && sleep 0.02 && rmdir busy\n"
          "    meta: {{expcore: {{mutex: one}}}}\n"
          "  g{0}:\n    cmd: mkdir gpu$CUDA_VISIBLE_DEVICES && sleep 0.02 && "
          "rmdir gpu$CUDA_VISIBLE_DEVICES && echo $CUDA_VISIBLE_DEVICES >> seen\n"
          "    meta: {{expcore: {{gpus: 1}}}}\n",
          i);
    }
    repo.write("dvc.yaml", text);
    run::ReproduceOptions options;
    options.jobs = 8;
    const auto workspace = pipeline::Workspace::open(repo.path(), repo.environment());
    CHECK_NOTHROW(run::reproduce(*workspace, options));
    CHECK(repo.read("seen").size() == 8);
    CHECK(repo.read("seen").find_first_not_of("35\n") == std::string::npos);
  }
  TEST_CASE("a request that cannot be met is refused before anything runs") {
    TestRepo repo;
    repo.make_project();
    repo.write(".dvc/expcore.yaml", "resources: {cpus: 2, gpus: []}\n");
    repo.write("dvc.yaml",
               "stages:\n  a: {cmd: touch x}\n"
               "  b: {cmd: touch x, meta: {expcore: {gpus: 1}}}\n");
    run::ReproduceOptions options;
    options.jobs = 2;
    const auto workspace = pipeline::Workspace::open(repo.path(), repo.environment());
    CHECK_THROWS_WITH_AS(run::reproduce(*workspace, options), "stage 'b' asks for 1 gpus, 0 there",
                         Error);
    CHECK_FALSE(fs::exists(repo.path() + "/x"));
    options.jobs = 1;  // alone it has the machine to itself
    CHECK_NOTHROW(run::reproduce(*workspace, options));
  }
  TEST_CASE("retries run a failing stage again, and a timeout ends it") {
    TestRepo repo;
    repo.make_project();
    repo.write("dvc.yaml",
               "stages:\n  a:\n    cmd: echo x >> tries; test $(wc -l < tries) = 3\n"
               "    meta: {expcore: {retries: 5}}\n");
    const auto workspace = pipeline::Workspace::open(repo.path(), repo.environment());
    CHECK_NOTHROW(run::reproduce(*workspace, {}));
    CHECK(repo.read("tries") == "x\nx\nx\n");
    repo.write("dvc.yaml", "stages:\n  a: {cmd: sleep 60, meta: {expcore: {timeout: 50ms}}}\n");
    CHECK_THROWS_WITH_AS(run::reproduce(*workspace, {}),
                         "failed to run: sleep 60, timed out after 0.05s", Error);
  }
  TEST_CASE("cancelling stops every running stage and keeps what was done") {
    TestRepo repo;
    repo.make_project();
    repo.write(".dvc/expcore.yaml", "resources: {cpus: 8}\n");
    repo.write("dvc.yaml",
               "stages:\n  done: {cmd: touch d, outs: [d]}\n"
               "  x: {cmd: sleep 60, deps: [d], outs: [x]}\n"
               "  y: {cmd: sleep 60, deps: [d], outs: [y]}\n");
    run::ReproduceOptions options;
    options.jobs = 4;
    const CancelToken cancel;
    options.cancel = &cancel;
    int commands = 0;
    options.on_event = [&](const Event& event) {
      if (event.kind == EventKind::command_started && ++commands == 3) cancel.request();
    };
    const auto workspace = pipeline::Workspace::open(repo.path(), repo.environment());
    CHECK_THROWS_WITH_AS(run::reproduce(*workspace, options), "interrupted by the user", Error);
    CHECK(repo.read("dvc.lock").find("  done:") != std::string::npos);
    CHECK(repo.read(".dvc/tmp/rwlock").find_last_not_of(" {}") == std::string::npos);
  }
  TEST_CASE("an exception of the callback stops the others and reaches the caller") {
    TestRepo repo;
    repo.make_project();
    repo.write(".dvc/expcore.yaml", "resources: {cpus: 8}\n");
    repo.write("dvc.yaml", "stages:\n  x: {cmd: sleep 60}\n  y: {cmd: sleep 60}\n");
    run::ReproduceOptions options;
    options.jobs = 2;
    int commands = 0;
    options.on_event = [&](const Event& event) {
      if (event.kind == EventKind::command_started && ++commands == 2) {
        throw std::runtime_error("enough");
      }
    };
    const auto workspace = pipeline::Workspace::open(repo.path(), repo.environment());
    CHECK_THROWS_WITH_AS(run::reproduce(*workspace, options), "enough", std::runtime_error);
  }
}
