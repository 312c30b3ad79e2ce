#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <expcore/error.hpp>
#include <expcore/project.hpp>
#include <expcore/version.hpp>

#include "support/test_repo.hpp"

using namespace expcore;

namespace {

/// A project with one stage, whose log is kept.
struct LoggedProject {
  test::TestRepo repo;
  std::vector<std::string> lines;
  Project project;

  explicit LoggedProject(const std::string& command, LogLevel least = LogLevel::info)
      : project(made(repo, command)) {
    project.log_to(
        [this](const LogRecord& record) {
          lines.push_back(std::to_string(static_cast<int>(record.level)) + " " + record.task + "|" +
                          record.text);
        },
        least);
  }

  static Project made(const test::TestRepo& repo, const std::string& command) {
    repo.make_project();
    repo.write("params.yaml", "lr: 1\n");
    repo.write("dvc.yaml",
               "stages:\n  train:\n    cmd: " + command + "\n    params: [lr]\n    outs: [out]\n");
    repo.commit();
    return Project::open(repo.path(), repo.environment());
  }

  bool has(const std::string& part) const {
    return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
      return line.find(part) != std::string::npos;
    });
  }
};

}  // namespace

TEST_SUITE("api/log") {
  TEST_CASE("a run is told without a listener for events") {
    LoggedProject logged("cp params.yaml out");
    logged.project.pipeline().run();
    REQUIRE(logged.lines.size() == 2);
    CHECK(logged.lines[0].rfind("2 |running stage 'train': ", 0) == 0);
    CHECK(logged.lines[1].rfind("2 |stage 'train' ran (", 0) == 0);
  }
  TEST_CASE("commands are for those who ask for everything") {
    LoggedProject logged("cp params.yaml out", LogLevel::debug);
    logged.project.pipeline().run();
    CHECK(logged.has("1 |> cp params.yaml out"));
    CHECK(logged.has("1 |wrote 'dvc.lock'"));
  }
  TEST_CASE("a listener hears what it heard before") {
    LoggedProject logged("cp params.yaml out");
    int events = 0;
    RunOptions options;
    options.on_event = [&](const Event&) { ++events; };
    logged.project.pipeline().run(options);
    CHECK(events > 2);
    CHECK(logged.lines.size() == 2);
  }
  TEST_CASE("failures and warnings are warnings") {
    LoggedProject logged("exit 3", LogLevel::warning);
    CHECK_THROWS_AS(logged.project.pipeline().run(), Error);
    REQUIRE(logged.lines.size() == 1);
    CHECK(logged.lines[0].rfind("3 |stage 'train' failed (", 0) == 0);
  }
  TEST_CASE("what happens in tasks names them") {
    LoggedProject logged("cp params.yaml out");
    QueueAddOptions options;
    options.name = "first";
    logged.project.queue().add(options);
    logged.project.queue().run(Executor::local());
    CHECK(logged.has("2 first|running task 'first'"));
    CHECK(logged.has("2 first|running stage 'train': "));
    CHECK(logged.has("2 first|task 'first' succeeded"));
  }
  TEST_CASE("an exception of the sink stops the call and comes back") {
    LoggedProject logged("cp params.yaml out");
    logged.project.log_to([](const LogRecord&) { throw std::runtime_error("mine"); });
    CHECK_THROWS_WITH_AS(logged.project.pipeline().run(), "mine", std::runtime_error);
  }
  TEST_CASE("an empty sink ends it; what was made before keeps the old one") {
    LoggedProject logged("cp params.yaml out");
    const Pipeline before = logged.project.pipeline();
    logged.project.log_to({});
    logged.project.pipeline().run();
    CHECK(logged.lines.empty());
    RunOptions options;
    options.force = true;
    before.run(options);
    CHECK(logged.lines.size() == 2);
  }
}

TEST_SUITE("api/version") {
  TEST_CASE("capabilities are sorted names that can be asked for") {
    const auto all = capabilities();
    CHECK(std::is_sorted(all.begin(), all.end()));
    CHECK(has_capability("hydra"));
    CHECK_FALSE(has_capability("hydr"));
    CHECK(std::string(dvc_version()) == "3.64");
  }
}
