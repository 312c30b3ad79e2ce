#include "run/flight.hpp"

#include <array>
#include <atomic>
#include <csignal>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>
#include <expcore/error.hpp>
#include <fmt/format.h>

#include "fs/file.hpp"
#include "support/temp_dir.hpp"

using namespace expcore;
using run::Flight;

namespace {

// Both introduce themselves in the same record.
const std::string key = "00000000000002a" + std::string(49, '7');
const std::string another_key = "00000000000022a" + std::string(49, '7');

/// A process that takes the flight and waits to be killed.
pid_t start_holder(const std::string& path, const std::string& name) {
  std::array<int, 2> ready{};
  REQUIRE(::pipe(ready.data()) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto flight = Flight::try_take(path, key, name);
    const bool told = ::write(ready[1], flight ? "y" : "n", 1) == 1;
    while (told)
      ::pause();
    ::_exit(1);
  }
  char taken = 0;
  CHECK(::read(ready[0], &taken, 1) == 1);
  CHECK(taken == 'y');
  ::close(ready[0]);
  ::close(ready[1]);
  return child;
}

void kill_holder(pid_t child) {
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

}  // namespace

TEST_SUITE("run/flight") {
  TEST_CASE("one holder at a time") {
    const test::TempDir dir;
    const std::string path = dir / "expcore/flights";
    auto first = Flight::try_take(path, key, "sweep-1");
    REQUIRE(first);
    CHECK_FALSE(Flight::try_take(path, key, "sweep-2"));
    CHECK(Flight::holder(path, key) == fmt::format("'sweep-1' (process {})", ::getpid()));
    first.reset();
    CHECK(Flight::try_take(path, key, ""));
    CHECK(Flight::holder(path, key) == fmt::format("process {}", ::getpid()));
  }
  TEST_CASE("other keys do not exclude each other, and nobody is taken for somebody else") {
    const test::TempDir dir;
    const std::string path = dir / "flights";
    const auto flight = Flight::try_take(path, key, "a");
    const auto another = Flight::try_take(path, another_key, "b");
    CHECK(another);
    CHECK(Flight::holder(path, another_key) == fmt::format("'b' (process {})", ::getpid()));
    CHECK(Flight::holder(path, key).empty());
  }
  TEST_CASE("of many who wait each has it alone") {
    const test::TempDir dir;
    const std::string path = dir / "flights";
    std::atomic<int> holders = 0;
    std::atomic<int> turns = 0;
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
          for (int turn = 0; turn < 25; ++turn) {
            const Flight flight = Flight::take(path, key, "", {});
            CHECK(++holders == 1);
            ++turns;
            --holders;
          }
        });
      }
    }
    CHECK(turns == 100);
  }
  TEST_CASE("a killed holder's flight is the next one's, whatever the file says") {
    const test::TempDir dir;
    const std::string path = dir / "flights";
    const pid_t holder = start_holder(path, "an-experiment-with-a-long-name");
    std::string who;
    Flight::Waiting waiting;
    waiting.on_wait = [&](const std::string& told) {
      who = told;
      kill_holder(holder);
    };
    const Flight flight = Flight::take(path, key, "b", waiting);
    CHECK(who == fmt::format("'an-experiment-with-a-long-name' (process {})", holder));
    CHECK(Flight::holder(path, key) == fmt::format("'b' (process {})", ::getpid()));
  }
  TEST_CASE("a wait ends when it is cancelled or its run is given up") {
    const test::TempDir dir;
    const std::string path = dir / "flights";
    const auto holder = Flight::try_take(path, key, "");
    const CancelToken token;
    Flight::Waiting waiting;
    waiting.on_wait = [&](const std::string&) { token.request(); };
    SUBCASE("cancelled") { waiting.cancel = &token; }
    SUBCASE("given up") { waiting.abandon = &token; }
    CHECK_THROWS_WITH_AS(Flight::take(path, key, "", waiting), "interrupted by the user", Error);
    CHECK_FALSE(Flight::try_take(path, key, ""));
  }
}
