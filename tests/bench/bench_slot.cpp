// Preparing a slot that is there for a tree with one other file (BENCH_PROJECT: a project in Git).
#include <array>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>

#include <benchmark/benchmark.h>

#include "exp/slot.hpp"
#include "fs/path.hpp"

extern char** environ;

namespace {

using namespace expcore;

pipeline::Environment environment() {
  pipeline::Environment variables;
  for (char** at = environ; *at != nullptr; ++at) {
    if (char* equals = std::strchr(*at, '=')) variables[std::string(*at, equals)] = equals + 1;
  }
  return variables;
}

/// Each time as a process that has just begun.
void prepare(benchmark::State& state) {
  const char* path = std::getenv("BENCH_PROJECT");
  const auto project = pipeline::Workspace::open(path, environment());
  auto& repo = *project->repo;
  const std::string head = repo.head().value();
  const std::string tree = repo.commit_info(head).tree;
  const std::string changed = repo.list_tree(tree).back().path;
  std::array<std::string, 2> trees;
  for (std::size_t i = 0; i < trees.size(); ++i)
    trees[i] = repo.edit_tree(tree, {{changed, 0100644, repo.write_blob(std::string(i + 1, 'x'))}});
  {
    auto slot = exp::Slot::acquire(*project);
    slot.prepare(head, tree, "");
    slot.clean();
  }
  std::size_t turn = 0;
  for (auto _ : state) {
    auto slot = exp::Slot::acquire(*project);
    slot.prepare(head, trees[turn++ % 2], "");
    state.PauseTiming();
    slot.clean();
    state.ResumeTiming();
  }
}
BENCHMARK(prepare)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
