// Composing a configuration of 50 files: folder and overrides in BENCH_CONF and BENCH_OVERRIDES
// (separated by blanks).
#include <cstdlib>
#include <string>
#include <string_view>

#include <benchmark/benchmark.h>

#include "base/text.hpp"
#include "hydra/compose.hpp"
#include "omegaconf/dump.hpp"

namespace {

using namespace expcore;

hydra::ComposeOptions options() {
  hydra::ComposeOptions result;
  const char* folder = std::getenv("BENCH_CONF");
  result.config_dir = folder == nullptr ? "" : folder;
  const char* overrides = std::getenv("BENCH_OVERRIDES");
  for (const auto text : split(overrides == nullptr ? "" : overrides, ' ')) {
    if (!text.empty()) result.overrides.emplace_back(text);
  }
  return result;
}

void compose(benchmark::State& state) {
  const auto given = options();
  for (auto _ : state)
    benchmark::DoNotOptimize(hydra::compose(given));
}
BENCHMARK(compose)->Unit(benchmark::kMillisecond);

void compose_and_write(benchmark::State& state) {
  const auto given = options();
  for (auto _ : state)
    benchmark::DoNotOptimize(omegaconf::to_yaml(hydra::compose(given).config));
}
BENCHMARK(compose_and_write)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
