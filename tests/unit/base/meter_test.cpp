#include "base/meter.hpp"

#include <vector>

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "base/parallel.hpp"

using namespace expcore;
using std::chrono::milliseconds;

namespace {

/// A meter whose time is set by hand and what it told.
struct Told {
  Told() {
    meter.tell_to([this](const Progress& progress) { list.push_back(progress); }, milliseconds(50),
                  [this] { return std::chrono::steady_clock::time_point(now); });
  }
  Meter meter;
  milliseconds now{1000};
  std::vector<Progress> list;
};

}  // namespace

TEST_SUITE("base/meter") {
  TEST_CASE("the first step is told, then one an interval, then the last") {
    Told told;
    told.meter.expect(Work::hashing, 4, 40);
    for (int i = 0; i < 3; ++i)
      told.meter.advance(Work::hashing, 1, 10);
    REQUIRE(told.list.size() == 1);
    CHECK(told.list[0] == Progress{Work::hashing, 1, 4, 10, 40});
    told.now += milliseconds(50);
    told.meter.bytes_of(Work::hashing)(4);
    REQUIRE(told.list.size() == 2);
    CHECK(told.list[1] == Progress{Work::hashing, 3, 4, 34, 40});
    told.meter.advance(Work::hashing, 1, 6);
    told.meter.finish();
    REQUIRE(told.list.size() == 3);
    CHECK(told.list[2] == Progress{Work::hashing, 4, 4, 40, 40});
    told.meter.finish();
    CHECK(told.list.size() == 3);
  }
  TEST_CASE("work that did not come, and work that nobody expected, end at the total") {
    Told told;
    told.meter.expect(Work::pushing, 5, 50);
    told.meter.advance(Work::pushing, 2, 20);
    told.meter.finish();
    CHECK(told.list.back() == Progress{Work::pushing, 2, 2, 20, 20});
    told.meter.advance(Work::storing, 1, 7);
    told.meter.finish();
    CHECK(told.list.back() == Progress{Work::storing, 1, 1, 7, 7});
  }
  TEST_CASE("work stops when it is cancelled, also when nobody listens") {
    Meter meter;
    const CancelToken cancel;
    meter.stop_by(cancel);
    meter.advance(Work::hashing, 1, 1);
    cancel.request();
    CHECK_THROWS_WITH_AS(meter.advance(Work::hashing, 1, 1), "interrupted by the user", Error);
    CHECK_THROWS_AS(meter.bytes_of(Work::storing)(1), Error);
    meter.finish();
  }
  TEST_CASE("many threads are told of one at a time, and counts never go down") {
    Meter meter;
    std::vector<Progress> list;
    meter.tell_to([&](const Progress& progress) { list.push_back(progress); }, milliseconds(0));
    constexpr std::int64_t count = 2000;
    meter.expect(Work::fetching, count, 3 * count);
    parallel_for(count, 4, [&](std::size_t) { meter.advance(Work::fetching, 1, 3); });
    meter.finish();
    REQUIRE_FALSE(list.empty());
    CHECK(list.back() == Progress{Work::fetching, count, count, 3 * count, 3 * count});
    for (std::size_t i = 1; i < list.size(); ++i) {
      CHECK(list[i].files >= list[i - 1].files);
      CHECK(list[i].bytes >= list[i - 1].bytes);
      CHECK(list[i].files <= list[i].total_files);
    }
  }
  TEST_CASE("without somebody to tell nothing is counted") {
    Meter meter;
    meter.expect(Work::storing, 1, 1);
    meter.advance(Work::storing, 1, 1);
    CHECK_FALSE(meter.bytes_of(Work::storing));
    meter.finish();
  }
}
