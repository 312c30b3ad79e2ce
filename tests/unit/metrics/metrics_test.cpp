#include <cmath>
#include <limits>

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "metrics/diff.hpp"
#include "metrics/format.hpp"
#include "metrics/read.hpp"
#include "metrics/show.hpp"
#include "params/file.hpp"
#include "yaml/reader.hpp"
#include "yaml/writer.hpp"

using namespace expcore;

namespace {

std::string as_json(const std::vector<metrics::Change>& changes) {
  yaml::Map map;
  for (const auto& change : changes) {
    yaml::Map sides;
    sides.append("old", change.old_value);
    sides.append("new", change.new_value);
    if (change.difference) sides.append("diff", *change.difference);
    map.append(change.key, std::move(sides));
  }
  return yaml::dump_json(std::move(map));
}

std::string diff(const char* old_data, const char* new_data, bool all = false) {
  return as_json(
      metrics::compare_values(yaml::parse_json(old_data), yaml::parse_json(new_data), all));
}

}  // namespace

TEST_SUITE("metrics/format") {
  TEST_CASE("round is that of Python") {
    struct Case {
      double value;
      int digits;
      double expected;
    };
    for (const Case& row :
         std::initializer_list<Case>{{0.1234567, 5, 0.12346},
                                     {2.675, 2, 2.67},  // the double lies below the half
                                     {0.5, 0, 0.0},
                                     {1.5, 0, 2.0},
                                     {1e-9, 5, 0.0},
                                     {1e20, 5, 1e20},
                                     {25.0, -1, 20.0},
                                     {25.5, -1, 30.0},
                                     {35.0, -1, 40.0},
                                     {-151.0, -2, -200.0},
                                     {5.0, -2, 0.0},
                                     {0.1, 400, 0.1}}) {
      CAPTURE(row.value);
      CHECK(metrics::python_round(row.value, row.digits) == row.expected);
    }
    CHECK(std::signbit(metrics::python_round(-0.000004, 5)));
    CHECK(std::isnan(metrics::python_round(std::nan(""), 5)));
    CHECK(std::isinf(metrics::python_round(std::numeric_limits<double>::infinity(), 5)));
  }
  TEST_CASE("significant digits leave texts in lists, decimals numbers") {
    using metrics::Digits;
    CHECK(metrics::format_field(1234567.0, 5, Digits::significant) == "1.2346e+06");
    CHECK(metrics::format_field(1234567.0, 5, Digits::decimals) == "1234567.0");
    CHECK(metrics::format_field(0.1, 5, Digits::significant) == "0.1");
    CHECK(metrics::format_field(true, 5, Digits::significant) == "True");
    CHECK(metrics::format_field(yaml::parse_json("[0.123456, 2]"), 5, Digits::significant) ==
          "['0.12346', 2]");
    CHECK(metrics::format_field(yaml::parse_json("[0.123456, 2]"), 5, Digits::decimals) ==
          "[0.12346, 2]");
    CHECK(metrics::format_field(0.123456789, std::nullopt, Digits::significant) == "0.123456789");
  }
  TEST_CASE("flattening joins keys, keeps lists and loses empty maps") {
    const auto flat = metrics::flatten(yaml::parse_json(R"({"a":{"b":[1],"c":{}},"d":1})"));
    REQUIRE(flat.size() == 2);
    CHECK(flat[0].first == "a.b");
    CHECK(flat[1].first == "d");
    CHECK_THROWS_WITH_AS(metrics::flatten_checked(yaml::parse_json(R"({"a.b":1,"a":{"b":2}})")),
                         "duplicated key 'a.b'", Error);
  }
}

TEST_SUITE("metrics/diff") {
  TEST_CASE("values compare as Python's do") {
    CHECK(diff(R"({"a":1})", R"({"a":2})") == R"({"a": {"old": 1, "new": 2, "diff": 1}})");
    CHECK(diff(R"({"a":1})", R"({"a":1.0})") == "{}");
    CHECK(diff(R"({"a":1})", R"({"a":true})") == "{}");
    CHECK(diff(R"({"a":false})", R"({"a":true})") ==
          R"({"a": {"old": false, "new": true, "diff": 1}})");
    CHECK(diff(R"({"a":1})", R"({"a":"1"})") == R"({"a": {"old": 1, "new": "1"}})");
    CHECK(diff(R"({"a":0.1})", R"({"a":0.3})") ==
          R"({"a": {"old": 0.1, "new": 0.3, "diff": 0.19999999999999998}})");
    CHECK(diff(R"({"a":NaN})", R"({"a":NaN})") ==
          R"({"a": {"old": NaN, "new": NaN, "diff": NaN}})");
  }
  TEST_CASE("lists are texts, maps are flat") {
    CHECK(diff(R"({"a":[1,2]})", R"({"a":[1,3]})") ==
          R"({"a": {"old": "[1, 2]", "new": "[1, 3]"}})");
    CHECK(diff(R"({"a":{"b":1}})", R"({"a":5})") ==
          R"({"a": {"old": null, "new": 5}, "a.b": {"old": 1, "new": null}})");
    CHECK(diff(R"({"a":null})", "{}") == "{}");
    CHECK(diff(R"({"a":null})", "{}", true) == R"({"a": {"old": null, "new": null}})");
  }
  TEST_CASE("documents that are no maps") {
    CHECK(diff("5", "6") == R"({"": {"old": 5, "new": 6, "diff": 1}})");
    CHECK(diff("[5]", "[6]") == R"({"": {"old": 5, "new": 6, "diff": 1}})");
    CHECK(diff("5", R"({"a":1})") == R"({"a": {"old": "unable to parse", "new": 1}})");
    CHECK(diff("{}", "5") == "{}");
  }
  TEST_CASE("integers of any size have exact differences") {
    CHECK(diff(R"({"a":9223372036854775807})", R"({"a":-9223372036854775808})") ==
          R"({"a": {"old": 9223372036854775807, "new": -9223372036854775808, )"
          R"("diff": -18446744073709551615}})");
    CHECK(diff(R"({"a":100000000000000000000})", R"({"a":99999999999999999999})") ==
          R"({"a": {"old": 100000000000000000000, "new": 99999999999999999999, "diff": -1}})");
    CHECK(diff(R"({"a":-100000000000000000000})", R"({"a":1})") ==
          R"({"a": {"old": -100000000000000000000, "new": 1, "diff": 100000000000000000001}})");
  }
}

TEST_SUITE("metrics/bad input") {
  TEST_CASE("numbers and nesting without end are refused") {
    CHECK_THROWS_AS(yaml::parse_json(std::string(5000, '9')), Error);
    CHECK(yaml::parse_json(std::string(4300, '9')).kind() == yaml::Value::Kind::big_integer);
    CHECK_THROWS_AS(
        params::parse("a = " + std::string(100000, '('), params::Format::python, "p.py"), Error);
    // Nested parentheses must not be tried in every combination.
    CHECK_THROWS_AS(
        params::parse("a = " + std::string(150, '(') + "1", params::Format::python, "p.py"), Error);
    const auto nested = params::parse("a = " + std::string(150, '(') + "1," + std::string(150, ')'),
                                      params::Format::python, "p.py");
    CHECK(nested.find("a")->is_list());
  }
  TEST_CASE("a large object takes time in proportion to its size") {
    std::string text = "{";
    for (int i = 0; i < 50000; ++i)
      text += "\"k" + std::to_string(i % 49999) + "\": " + std::to_string(i) + ", ";
    const auto value = yaml::parse_json(text + "\"k7\": true}");
    CHECK(value.map().size() == 49999);
    CHECK(value.find("k7")->boolean());
    CHECK(value.find("k0")->integer() == 49999);
  }
}
