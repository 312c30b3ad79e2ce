#include "run/job.hpp"

#include <atomic>
#include <csignal>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <doctest/doctest.h>
#include <expcore/error.hpp>
#include <fmt/format.h>

#include "fs/file.hpp"
#include "fs/path.hpp"
#include "run/command_engine.hpp"
#include "support/fake_cluster.hpp"
#include "support/temp_dir.hpp"

using namespace expcore;
using run::JobEnd;
using run::JobListener;
using run::JobWish;
using run::run_job;

namespace {

const std::map<std::string, std::string> path = {{"PATH", "/usr/bin:/bin"}};

struct World {
  test::FakeCluster cluster;
  test::TempDir dir;
  run::Engine engine{"fake", run::command_engine(cluster.options(), path),
                     cluster.options().capabilities};

  std::string jobs() const { return dir / "jobs"; }

  JobWish wish(const std::vector<std::string>& lines) const {
    JobWish wish;
    wish.folder = dir / "jobs/key";
    wish.job.name = "test";
    wish.job.directory = dir.path();
    wish.script.directory = dir.path();
    wish.root = dir.path();
    wish.mark = "task.1";
    wish.may_attach = true;
    for (const auto& line : lines)
      wish.script.commands.push_back({"/bin/sh", "-c", line});
    return wish;
  }

  /// A process that runs the job; it is killed once the job runs and its name is noted.
  void die_while_it_runs(const JobWish& wished) const {
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        run_job(engine, wished, {});
      } catch (const std::exception&) {
        ::_exit(2);
      }
      ::_exit(1);
    }
    await("ran");
    while (read("jobs/key/record.json").find("\"id\": \"j") == std::string::npos)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
  }

  void await(const char* file) const {
    while (!fs::exists(dir / file))
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  std::string read(const char* file) const {
    return fs::read_file_if_exists(dir / file).value_or("");
  }
  bool is_tidy() const { return fs::list_directory(jobs()).empty(); }
};

/// Runs once and lasts until `go` is there.
constexpr const char* lasting = "echo x >> ran; while [ ! -e go ]; do sleep .01; done; echo done";

}  // namespace

TEST_SUITE("run/job") {
  TEST_CASE("commands run one after the other, with their environment, where they belong") {
    const World world;
    auto wish = world.wish({"pwd; echo \"$A\"", "echo it\\'s >&2"});
    wish.script.settings["A"] = "a 'b' $c";
    std::string output;
    JobListener listener;
    listener.on_output = [&](int, std::string_view bytes) { output += bytes; };
    const JobEnd end = run_job(world.engine, wish, listener);
    CHECK(end.code == 0);
    CHECK(end.root == world.dir.path());
    CHECK(output == world.dir.path() + "\na 'b' $c\nit's\n");
    CHECK(world.is_tidy());
    CHECK(world.cluster.calls().find("test 1 0 0 0\n") != std::string::npos);
  }

  TEST_CASE("the first command that fails is the last one") {
    const World world;
    const JobEnd end = run_job(world.engine, world.wish({"true", "exit 3", "touch never"}), {});
    CHECK(end.code == 3);
    CHECK(end.command == 1);
    CHECK_FALSE(fs::exists(world.dir / "never"));
    CHECK(world.is_tidy());
  }

  TEST_CASE("a job that is over without an exit code is lost") {
    const World world;
    CHECK_THROWS_WITH_AS(run_job(world.engine, world.wish({"kill -9 $PPID"}), {}),
                         doctest::Contains("is lost: it is over and left no exit code"), Error);
    CHECK(world.is_tidy());
  }

  TEST_CASE("a cluster that does not answer now and then is asked again") {
    const World world;
    world.cluster.dir.write("trouble", "");
    std::string warning;
    JobListener listener;
    listener.on_warning = [&](const std::string& text) {
      warning = text;
      world.dir.write("go", "");
    };
    CHECK(run_job(world.engine, world.wish({lasting}), listener).code == 0);
    CHECK(warning.find("exited with 7: no answer; trying again") != std::string::npos);
  }

  TEST_CASE("a refused job fails with the cluster's words and leaves nothing") {
    const World world;
    auto options = world.cluster.options();
    options.submit = "echo 'quota: {cpus}' >&2; exit 1";
    const run::Engine engine{"fake", run::command_engine(options, path), options.capabilities};
    CHECK_THROWS_WITH_AS(run_job(engine, world.wish({"true"}), {}),
                         doctest::Contains("exited with 1: quota: 1"), Error);
    CHECK(world.is_tidy());
  }

  TEST_CASE("who does not want it any more has it cancelled") {
    const World world;
    const CancelToken token;
    JobListener listener;
    listener.on_output = [&](int, std::string_view) { token.request(); };
    SUBCASE("cancelled") { listener.limits.cancel = &token; }
    SUBCASE("given up") { listener.limits.abandon = &token; }
    SUBCASE("timed out") { listener.limits.timeout = std::chrono::milliseconds(50); }
    CHECK_THROWS_AS(
        run_job(world.engine, world.wish({"echo begun; sleep 60; touch never"}), listener), Error);
    CHECK(world.cluster.becomes_idle());
    CHECK(world.cluster.calls().find("cancel j") != std::string::npos);
    CHECK(world.is_tidy());
  }

  TEST_CASE("a job that was given up before it began never begins") {
    const World world;
    auto options = world.cluster.options();
    options.submit = fmt::format("cp {{script}} {}/late; echo 17", world.dir.path());
    options.poll = "true {id}";
    options.cancel = "true {id}";
    const run::Engine engine{"fake", run::command_engine(options, path), options.capabilities};
    const CancelToken token;
    token.request();
    JobListener listener;
    listener.limits.cancel = &token;
    listener.limits.grace = std::chrono::milliseconds(0);
    CHECK_THROWS_AS(run_job(engine, world.wish({"touch never"}), listener), Error);
    CHECK(world.is_tidy());
    REQUIRE(fs::exists(world.dir / "late"));
    const int status = std::system(("sh " + (world.dir / "late")).c_str());
    CHECK(status == 0);
    CHECK_FALSE(fs::exists(world.dir / "never"));
  }

  TEST_CASE("a job that a cluster starts twice runs once") {
    const World world;
    auto options = world.cluster.options();
    options.submit = world.cluster.command("submit {script} {log}") + "; sh {script}; true";
    options.id_pattern = "(j[0-9]+)";
    const run::Engine engine{"fake", run::command_engine(options, path), options.capabilities};
    CHECK(run_job(engine, world.wish({"echo x >> ran"}), {}).code == 0);
    CHECK(world.read("ran") == "x\n");
  }

  TEST_CASE("the job of a dead program is waited for") {
    const World world;
    auto wish = world.wish({lasting});
    world.die_while_it_runs(wish);
    wish.root = "/elsewhere";
    std::string id;
    std::string output;
    JobListener listener;
    listener.on_output = [&](int, std::string_view bytes) { output += bytes; };
    listener.on_attach = [&](const std::string& attached) {
      id = attached;
      world.dir.write("go", "");
    };
    CHECK(run::roots_of_jobs(world.jobs()) == std::vector<std::string>{world.dir.path()});
    SUBCASE("as it was submitted") {}
    SUBCASE("although nobody noted its name") {
      const std::string record = world.dir / "jobs/key/record.json";
      const std::string text = fs::read_file(record);
      const auto at = text.find("\"id\": \"") + 7;
      fs::write_atomic(record, text.substr(0, at) + text.substr(text.find('"', at)));
    }
    const JobEnd end = run_job(world.engine, wish, listener);
    CHECK(end.code == 0);
    CHECK(end.root == world.dir.path());
    CHECK(output == "done\n");
    CHECK(world.read("ran") == "x\n");
    CHECK(world.is_tidy());
  }

  TEST_CASE("when it must not be, it is ended first") {
    const World world;
    auto wish = world.wish({lasting});
    world.die_while_it_runs(wish);
    run::Engine engine = world.engine;
    SUBCASE("as its outcome is no good") { wish.may_attach = false; }
    SUBCASE("as jobs end with their program") { engine.capabilities.jobs_outlive_us = false; }
    wish.script.commands = {{"/bin/sh", "-c", "echo y >> ran"}};
    JobListener listener;
    listener.on_attach = [](const std::string&) { FAIL("attached"); };
    CHECK(run_job(engine, wish, listener).code == 0);
    CHECK(world.read("ran") == "x\ny\n");
    CHECK(world.cluster.becomes_idle());
  }

  TEST_CASE("jobs that nobody wants any more are ended") {
    const World world;
    world.die_while_it_runs(world.wish({lasting}));
    std::string asked;
    const auto wanted = [&](const std::string& mark) {
      asked = mark;
      return true;
    };
    run::end_unwanted_jobs(world.engine, world.jobs(), wanted);
    CHECK(asked == "task.1");
    CHECK(world.cluster.alive() == 1);
    const auto orphans = run::orphaned_jobs(world.jobs());
    REQUIRE(orphans.size() == 1);
    CHECK(orphans[0].engine == "fake");
    CHECK(orphans[0].mark == "task.1");
    CHECK(orphans[0].may_be_attached);
    CHECK_FALSE(orphans[0].is_over);
    const run::Engine other{"other", world.engine.jobs, world.engine.capabilities};
    run::end_unwanted_jobs(other, world.jobs(), [](const std::string&) { return false; });
    CHECK(world.cluster.alive() == 1);
    run::end_unwanted_jobs(world.engine, world.jobs(), [](const std::string&) { return false; });
    CHECK(world.cluster.becomes_idle());
    // Once the cluster says so nothing keeps its folder any longer.
    run::end_unwanted_jobs(world.engine, world.jobs(), [](const std::string&) { return false; });
    CHECK(world.is_tidy());
  }

  TEST_CASE("who looks for jobs of dead programs leaves those alone that are being made") {
    /// Its jobs are over at once.
    struct Prompt : JobEngine {
      std::string submit(const Job& job) override {
        const std::string exit = fs::parent(job.script) + "/exit";
        fs::write_atomic(exit, "0 0\n", fs::Durability::none);
        return "1";
      }
      bool is_alive(const std::string&) override { return false; }
      void cancel(const std::string&) override {}
    };
    const World world;
    const run::Engine engine{"prompt", std::make_shared<Prompt>(), {}};
    std::atomic<bool> is_over = false;
    const auto look = [&] {
      while (!is_over) {
        run::end_unwanted_jobs(engine, world.jobs(), [](const std::string&) { return false; });
        run::orphaned_jobs(world.jobs());
      }
    };
    std::vector<std::jthread> lookers;
    for (int i = 0; i < 2; ++i)
      lookers.emplace_back(look);
    std::string trouble;
    try {
      for (int i = 0; i < 100; ++i)
        CHECK(run_job(engine, world.wish({"true"}), {}).code == 0);
    } catch (const Error& error) {
      trouble = error.full_message();
    }
    is_over = true;
    lookers.clear();
    CHECK(trouble == "");
    CHECK(world.is_tidy());
  }
}
