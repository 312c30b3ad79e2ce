#include <string>

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "plots/csv.hpp"
#include "plots/datapoints.hpp"
#include "plots/template.hpp"
#include "yaml/reader.hpp"
#include "yaml/writer.hpp"

using namespace expcore;

namespace {

std::string rows_json(std::vector<yaml::Map> rows) {
  yaml::List list;
  for (auto& row : rows)
    list.emplace_back(std::move(row));
  return yaml::dump_json(std::move(list));
}

std::string csv(std::string_view text, char delimiter = ',', bool header = true) {
  return rows_json(plots::parse_csv(text, delimiter, header));
}

}  // namespace

TEST_SUITE("plots/csv") {
  TEST_CASE("rows are those of Python's DictReader") {
    CHECK(csv("a,b\n1,2\n") == R"([{"a": "1", "b": "2"}])");
    CHECK(csv("a,b\r\n1,2\r3,4") == R"([{"a": "1", "b": "2"}, {"a": "3", "b": "4"}])");
    CHECK(csv("a,b\n\n1\n1,2,3,4\n") ==
          R"([{"a": "1", "b": null}, {"a": "1", "b": "2", "null": ["3", "4"]}])");
    CHECK(csv("a,b,a\n1,2,3\n") == R"([{"a": "3", "b": "2"}])");
    CHECK(csv("a\tb\n1\t\n", '\t') == R"([{"a": "1", "b": ""}])");
    CHECK(csv("") == "[]");
    CHECK(csv("a,b\n") == "[]");
  }
  TEST_CASE("quotes are for whole fields and may span lines") {
    CHECK(csv("a,b\n\"x\"\"y\",\"two\nlines\"\n") == R"([{"a": "x\"y", "b": "two\nlines"}])");
    CHECK(csv("a,b\nx\"y\"z,\"q\"r\n") == R"([{"a": "x\"y\"z", "b": "qr"}])");
    CHECK(csv("a\n\"open\n1\n") == R"([{"a": "open\n1\n"}])");
  }
  TEST_CASE("without a header columns are numbered, whatever the delimiter") {
    CHECK(csv("1,2\n3,4\n", ',', false) == R"([{"0": "1", "1": "2"}, {"0": "3", "1": "4"}])");
    CHECK(csv("1\t2\n", '\t', false) == R"([{"0": "1", "1": "2"}])");
  }
  TEST_CASE("a field has a limit") {
    const std::string text = "a\n" + std::string(131073, 'x') + "\n";
    CHECK_THROWS_WITH_AS(plots::parse_csv(text, ',', true),
                         "field larger than field limit (131072)", Error);
  }
}

TEST_SUITE("plots/template") {
  TEST_CASE("a place is filled with any value, inside a text with text only") {
    plots::Template made("t", yaml::parse_json(
                                  R"({"a": "<DVC_METRIC_X>", "b": "at <DVC_METRIC_X>",
                                      "c": ["<DVC_METRIC_X>", "at <DVC_METRIC_X>", ["<DVC_METRIC_X>"]]})"));
    CHECK(made.has_anchor("x"));
    CHECK_FALSE(made.has_anchor("y"));
    auto with_number = made;
    with_number.fill("x", 5);
    CHECK(yaml::dump_json(with_number.content()) ==
          R"({"a": 5, "b": "at <DVC_METRIC_X>", "c": [5, "at <DVC_METRIC_X>", [5]]})");
    made.fill("x", "lr");
    CHECK(yaml::dump_json(made.content()) ==
          R"({"a": "lr", "b": "at lr", "c": ["lr", "at <DVC_METRIC_X>", ["lr"]]})");
  }
  TEST_CASE("every built-in template is JSON with the places its kind needs") {
    for (const auto& name : plots::builtin_names()) {
      CAPTURE(name);
      const plots::Template made(name, plots::builtin_template(name));
      for (const char* place : {"data", "title", "x", "y", "x_label", "y_label"})
        CHECK(made.has_anchor(place));
    }
    CHECK(plots::builtin_names().size() == 9);
    CHECK(plots::builtin_template("nope").is_null());
  }
}

TEST_SUITE("plots/template") {
  TEST_CASE("a large value is put wherever its place is") {
    const auto content = yaml::parse_json(
        R"({"a": "<DVC_METRIC_DATA>", "b": [{"c": "<DVC_METRIC_DATA>"}, "<DVC_METRIC_DATA> "]})");
    for (const bool large : {false, true}) {
      plots::Template chosen("t", content);
      yaml::Value rows = yaml::parse_json("[{\"x\": 1}]");
      if (large) {
        chosen.fill_large("data", std::move(rows));
      } else {
        chosen.fill("data", rows);
      }
      CHECK(yaml::dump_json(chosen.take()) ==
            R"({"a": [{"x": 1}], "b": [{"c": [{"x": 1}]}, "<DVC_METRIC_DATA> "]})");
    }
  }
}

TEST_SUITE("plots/datapoints") {
  TEST_CASE("lists of rows are found in depth and zipped by their place") {
    auto data = yaml::parse_json(
        R"({"roc": [{"f": 0}, {"f": 1}], "n": {"q": [{"t": 5}]}, "no": [1], "mix": [{"a": 1}, {"b": 2}]})");
    const auto points =
        plots::make_datapoints("roc.json", {}, {{"roc.json", {&data}}}, "workspace");
    CHECK(points.x == "step");
    CHECK(points.y == "f");
    CHECK(
        rows_json(points.rows) ==
        R"([{"f": 0, "t": 5, "step": 0, "rev": "workspace", "filename": "roc.json", "field": "f"}, )"
        R"({"f": 1, "step": 1, "rev": "workspace", "filename": "roc.json", "field": "f"}])");
  }
  TEST_CASE("what cannot be joined is told in DVC's words") {
    auto one = yaml::parse_json(R"([{"a": 1}])");
    auto two = yaml::parse_json(R"([{"b": 1}, {"b": 2}])");
    const auto props = yaml::parse_json(R"({"x": {"1.json": "a"}, "y": {"2.json": "b"}})");
    CHECK_THROWS_WITH_AS(
        plots::make_datapoints("p", props.map(), {{"1.json", {&one}}, {"2.json", {&two}}}, "r"),
        "Cannot join 'a' from '1.json' and 'b' from '2.json'. They have to have same length.",
        Error);
    const auto missing = yaml::parse_json(R"({"y": "c"})");
    CHECK_THROWS_WITH_AS(plots::make_datapoints("1.json", missing.map(), {{"1.json", {&one}}}, "r"),
                         "Could not find provided field ('c') in data fields ('a').", Error);
  }
  TEST_CASE("one column as both axes, also when it is the only use of its file") {
    auto data = yaml::parse_json(R"([{"a": 1, "b": 2}])");
    const auto props = yaml::parse_json(R"({"x": "a", "y": "a"})");
    const auto points = plots::make_datapoints("d.json", props.map(), {{"d.json", {&data}}}, "r");
    CHECK(points.x == "a");
    CHECK(points.y == "a");
    CHECK(points.rows.size() == 1);
  }
  TEST_CASE("rows that are taken are those that would be copied") {
    const auto data = yaml::parse_json(R"({"a": [{"x": 1, "y": 2}], "b": [{"z": 3}, {"z": 4}]})");
    auto copied = data;
    auto taken = data;
    const auto first = plots::make_datapoints("d.json", {}, {{"d.json", {&copied}}}, "r");
    const auto second = plots::make_datapoints("d.json", {}, {{"d.json", {&taken, true}}}, "r");
    CHECK(rows_json(first.rows) == rows_json(second.rows));
    CHECK(python_equal(copied, data));
    CHECK(taken.is_null());
  }
}
