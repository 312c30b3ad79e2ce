#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <expcore/error.hpp>
#include <expcore/overrides.hpp>
#include <expcore/project.hpp>

#include "support/test_repo.hpp"

using expcore::Error;
using expcore::ParamOverrides;

namespace {

std::vector<expcore::OverridePoint> all(const std::vector<std::string>& arguments) {
  std::vector<expcore::OverridePoint> points;
  const auto overrides = ParamOverrides::parse(arguments);
  for (const auto& point : overrides.expand())
    points.push_back(point);
  CHECK(points.size() == overrides.size());
  return points;
}

}  // namespace

TEST_SUITE("ParamOverrides") {
  TEST_CASE("without a sweep the overrides stay as typed") {
    const auto points = all({"a=1e-4", "f.yaml:b=2", "a=3"});
    REQUIRE(points.size() == 1);
    CHECK(points[0] ==
          expcore::OverridePoint{{"params.yaml", {"a=1e-4", "a=3"}}, {"f.yaml", {"b=2"}}});
  }

  TEST_CASE("the last sweep varies fastest, over all files") {
    const auto points = all({"f.yaml:b=3,4", "a=1,2", "f.yaml:c=5,6", "~d"});
    REQUIRE(points.size() == 8);
    CHECK(points[1] ==
          expcore::OverridePoint{{"f.yaml", {"b=3", "c=5"}}, {"params.yaml", {"a=2", "~d=null"}}});
    CHECK(points[7] ==
          expcore::OverridePoint{{"f.yaml", {"b=4", "c=6"}}, {"params.yaml", {"a=2", "~d=null"}}});
  }

  TEST_CASE("the last of equal keys wins but keeps the first one's place") {
    const auto points = all({"a=1,2", "b=x", "a=3,1e-4"});
    REQUIRE(points.size() == 2);
    CHECK(points[1] == expcore::OverridePoint{{"params.yaml", {"a=0.0001", "b=x"}}});
  }

  TEST_CASE("a million points are counted at once and begin at once") {
    const auto overrides =
        ParamOverrides::parse({"a=range(1000000)", "b=range(0.0,1000000.0,0.5)", "c=1,2"});
    CHECK(overrides.size() == 4'000'000'000'000U);
    const auto points = overrides.expand();
    CHECK(points.begin()->front().overrides == std::vector<std::string>{"a=0", "b=0.0", "c=1"});
  }

  TEST_CASE("what cannot be enumerated is an error") {
    CHECK_THROWS_AS(ParamOverrides::parse({"a=range(5,1)"}).expand(), Error);
    CHECK_THROWS_WITH_AS(ParamOverrides::parse({"a=glob(*)"}).expand(),
                         "Glob override 'a=glob(*)' is not supported.", Error);
    CHECK_THROWS_WITH_AS(ParamOverrides::parse({"a=interval(0,1)"}).expand(),
                         "BasicSweeper does not support sweep type : INTERVAL_SWEEP", Error);
    CHECK_THROWS_AS(ParamOverrides::parse({"a=choice('é',b)"}).expand(), Error);
    CHECK_THROWS_AS(ParamOverrides::parse({"a=1,[choice(1,2)]"}).expand(), Error);
  }

  TEST_CASE("applies to text in memory, by the file's name") {
    const auto overrides = ParamOverrides::parse({"lr=0.5", "p.json:a=1"});
    CHECK(overrides.apply("lr: 0.1  # rate\n", "params.yaml") == "lr: 0.5  # rate\n");
    CHECK(overrides.apply("{\"a\": 2}", "p.json") == "{\"a\": 1}");
    CHECK(overrides.apply("x: 1\n", "other.yaml") == "x: 1\n");
    CHECK_THROWS_AS(overrides.apply("x: 1\n", "params.yaml"), Error);
    CHECK_THROWS_AS(ParamOverrides::parse({"a=1,2"}).apply("a: 1\n", "params.yaml"), Error);
  }

  TEST_CASE("applies to a project's files, all or none") {
    expcore::test::TestRepo repo;
    const auto project = expcore::Project::init(repo.path(), {}, repo.environment());
    repo.write("params.yaml", "lr: 0.1  # rate\n");
    repo.write("p.json", "{\"a\": 2}");
    CHECK_THROWS_AS(ParamOverrides::parse({"lr=0.5", "p.json:b=1"}).apply_to(project), Error);
    CHECK(repo.read("params.yaml") == "lr: 0.1  # rate\n");
    const auto written =
        ParamOverrides::parse({"lr=0.5", "p.json:a=1", "new.yaml:+x=1"}).apply_to(project);
    CHECK(written.size() == 3);
    CHECK(repo.read("params.yaml") == "lr: 0.5  # rate\n");
    CHECK(repo.read("p.json") == "{\"a\": 1}");
    CHECK(repo.read("new.yaml") == "x: 1\n");
    CHECK_THROWS_AS(ParamOverrides::parse({"lr=1,2"}).apply_to(project), Error);
  }

  TEST_CASE("interpolations that an override sets are resolved, others stay") {
    const auto overrides = ParamOverrides::parse({"a=${b.c}", "d=x-${oc.env:WHO}"});
    CHECK(overrides.apply("a: 0\nb: {c: [1, 2]}\nd: ''\ne: ${d}\n", "params.yaml",
                          expcore::Environment{{"WHO", "me"}}) ==
          "a: [1, 2]\nb: {c: [1, 2]}\nd: x-me\ne: ${d}\n");
    CHECK_THROWS_AS(overrides.apply("a: 0\nd: 1\n", "params.yaml"), Error);
    const expcore::test::TestRepo repo;
    repo.write("params.yaml", "a: 0\nb: {c: 1}\nd: 0\n");
    const auto project =
        expcore::Project::init(repo.path(), {}, expcore::Environment{{"WHO", "you"}});
    overrides.apply_to(project);
    CHECK(repo.read("params.yaml") == "a: 1\nb: {c: 1}\nd: x-you\n");
  }
}
