// Overrides: parsing one, expanding a sweep, changing one value of a large params.yaml
// (BENCH_YAML).
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "params/edit.hpp"
#include "params/sweep.hpp"

namespace {

using namespace expcore::params;

constexpr const char* override_text = "train.optimizer.lr=0.001";

void parse(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(parse_override(override_text));
}
BENCHMARK(parse);

void parse_long(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(parse_override(
        "+model.layers=[{name: conv, size: [3, 3]}, {name: \"dense 1\", size: 64}]"));
  }
}
BENCHMARK(parse_long);

void expand(benchmark::State& state) {
  FileOverrideSet set{"params.yaml", {}};
  for (const char* text :
       {"lr=range(0,100)", "+seed=range(100)", "model=choice(a,b,c,d,e,f,g,h,i,j)",
        "wd=0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,1.0"}) {
    set.overrides.push_back(parse_override(text));
  }
  std::int64_t points = 0;
  for (auto _ : state) {
    const Expansion expansion({set});
    Expansion::Cursor cursor(expansion);
    do {
      benchmark::DoNotOptimize(cursor.point());
      ++points;
    } while (cursor.advance());
  }
  state.SetItemsProcessed(points);
}
BENCHMARK(expand)->Unit(benchmark::kMillisecond);

std::string text_of(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void edit(benchmark::State& state, Reading reading) {
  const char* path = std::getenv("BENCH_YAML");
  const std::string text = text_of(path == nullptr ? "params.yaml" : path);
  const std::vector<Override> overrides = {parse_override(override_text)};
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        apply_to_text(text, Format::yaml, "params.yaml", overrides, {}, reading));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(text.size()) * state.iterations());
}
BENCHMARK_CAPTURE(edit, excerpt, Reading::excerpt)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(edit, whole, Reading::whole)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
