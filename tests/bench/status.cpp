// Times opening a project and looking at its stages, for tests/bench/python: status PROJECT REPEATS
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <vector>

#include <expcore/expcore.hpp>

namespace {

/// The median of so many calls, in seconds.
template <typename Action>
double median(int repeats, Action&& action) {
  std::vector<double> times;
  for (int i = 0; i < repeats; ++i) {
    const auto start = std::chrono::steady_clock::now();
    action();
    times.push_back(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const int repeats = std::atoi(argv[2]);
  const auto project = expcore::Project::open(argv[1]);
  std::size_t stale = 0;
  std::cout << median(repeats, [&] { expcore::Project::open(argv[1]); }) << '\n'
            << median(repeats, [&] { stale += project.pipeline().status().stale.size(); }) << '\n';
  return stale == 0 ? 0 : 1;
}
