#include "run/schedule.hpp"

#include <random>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "pipeline/targets.hpp"
#include "support/test_repo.hpp"

using namespace expcore;
using run::Schedule;
using test::TestRepo;

namespace {

/// A project whose stage i needs some of the stages before it.
struct RandomProject {
  RandomProject(unsigned seed, std::size_t count) : random(seed) {
    repo.make_project();
    std::string text = "stages:\n";
    for (std::size_t i = 0; i < count; ++i) {
      text += fmt::format("  s{}:\n    cmd: touch o{}\n    outs: [o{}]\n    deps:\n    - src\n", i,
                          i, i);
      for (std::size_t other = 0; other < i; ++other) {
        if (random() % 5 == 0) text += fmt::format("    - o{}\n", other);
      }
    }
    repo.write("src", "1");
    repo.write("dvc.yaml", text);
    workspace = pipeline::Workspace::open(repo.path(), repo.environment());
    index.emplace(pipeline::Index::collect(*workspace));
    graph.emplace(*index, repo.path());
    plan = pipeline::plan_order(*index, *graph, {}, {});
  }
  std::mt19937 random;
  TestRepo repo;
  std::unique_ptr<pipeline::Workspace> workspace;
  std::optional<pipeline::Index> index;
  std::optional<pipeline::Graph> graph;
  std::vector<pipeline::StageId> plan;
};

bool any(std::size_t) { return true; }

}  // namespace

TEST_SUITE("run/schedule") {
  TEST_CASE("every stage starts once, and only when what it needs is done") {
    for (unsigned seed = 0; seed < 20; ++seed) {
      CAPTURE(seed);
      RandomProject project(seed, 25);
      Schedule schedule(project.plan, &*project.graph);
      std::vector<bool> done(project.plan.size(), false);
      std::vector<bool> started(project.plan.size(), false);
      std::vector<std::size_t> running;
      while (!schedule.is_over()) {
        const auto position = running.size() < 3 ? schedule.next(any) : std::nullopt;
        if (position) {
          CHECK_FALSE(started[*position]);
          started[*position] = true;
          for (const auto upstream : project.graph->upstream(project.plan[*position])) {
            CHECK(done[upstream]);
          }
          running.push_back(*position);
          continue;
        }
        REQUIRE_FALSE(running.empty());
        const std::size_t i = project.random() % running.size();
        done[project.plan[running[i]]] = true;
        schedule.finish(running[i]);
        running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
      }
      CHECK(std::find(started.begin(), started.end(), false) == started.end());
    }
  }
  TEST_CASE("with one stage at a time the order is the plan's") {
    RandomProject project(7, 20);
    Schedule schedule(project.plan, &*project.graph);
    for (std::size_t i = 0; i < project.plan.size(); ++i) {
      CHECK(schedule.next(any) == i);
      schedule.finish(i);
    }
    CHECK(schedule.is_over());
  }
  TEST_CASE("without a graph each waits for the one before it") {
    Schedule schedule({3, 1, 2}, nullptr);
    CHECK(schedule.next(any) == 0U);
    CHECK(schedule.next(any) == std::nullopt);
    schedule.finish(0);
    CHECK(schedule.next(any) == 1U);
  }
  TEST_CASE("what does not fit is passed over, not lost") {
    RandomProject project(1, 1);
    project.repo.write("dvc.yaml", "stages:\n  a: {cmd: x, outs: [a]}\n  b: {cmd: x, outs: [b]}\n");
    auto index = pipeline::Index::collect(*project.workspace);
    const pipeline::Graph graph(index, project.repo.path());
    Schedule schedule({0, 1}, &graph);
    CHECK(schedule.next([](std::size_t i) { return i != 0; }) == 1U);
    CHECK(schedule.next(any) == 0U);
    schedule.stop();
    schedule.finish(0);
    CHECK_FALSE(schedule.is_over());
    schedule.finish(1);
    CHECK(schedule.is_over());
  }
}
