#include "base/parallel.hpp"

#include <atomic>
#include <stdexcept>
#include <vector>

#include <doctest/doctest.h>

using namespace expcore;

TEST_SUITE("parallel") {
  TEST_CASE("a pool has done every task when it is finished, whoever ran it") {
    for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{1000}}) {
      std::vector<std::atomic<int>> done(count);
      TaskPool pool;
      for (auto& each : done)
        pool.add([&each] { ++each; });
      pool.finish();
      for (const auto& each : done)
        CHECK(each == 1);
    }
  }
  TEST_CASE("the first failure of a task ends the others and reaches the owner") {
    std::atomic<int> begun = 0;
    TaskPool pool;
    for (int i = 0; i < 1000; ++i) {
      pool.add([&] {
        ++begun;
        throw std::runtime_error("no");
      });
    }
    CHECK_THROWS_WITH(pool.finish(), "no");
    CHECK(begun >= 1);
  }
  TEST_CASE("a pool that is left unfinished waits for what it began") {
    std::atomic<int> begun = 0;
    std::atomic<int> ended = 0;
    {
      TaskPool pool;
      for (int i = 0; i < 100; ++i) {
        pool.add([&] {
          ++begun;
          ++ended;
        });
      }
    }
    CHECK(begun == ended);
  }
}
