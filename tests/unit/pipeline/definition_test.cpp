#include "pipeline/definition.hpp"

#include <doctest/doctest.h>

#include "pipeline/loader.hpp"
#include "yaml/reader.hpp"
#include "yaml/writer.hpp"

using namespace expcore;
using namespace expcore::pipeline;

namespace {

std::string written(std::string_view stage) {
  LoadContext context;
  context.root = "/p";
  context.directory = "/p";
  context.read = [](const std::string&) { return std::nullopt; };
  context.is_directory = [](const std::string&) { return false; };
  std::string text = "stages:\n  s:\n";
  text += stage;
  const auto file = parse_pipeline(text, "/p/dvc.yaml", context);
  return yaml::dump_json(to_definition(file.stages.at(0)));
}

std::string updated(std::string_view old, std::string_view wanted) {
  yaml::Value value = yaml::parse_yaml(old);
  update_definition(value, yaml::parse_yaml(wanted));
  return yaml::dump_json(value);
}

}  // namespace

TEST_SUITE("pipeline/definition") {
  TEST_CASE("parts are sorted and defaults left out") {
    CHECK(written("    cmd: x\n    wdir: .\n    deps: [z, a]\n    frozen: false\n    outs: []\n") ==
          R"({"cmd": "x", "deps": ["a", "z"]})");
    CHECK(
        written("    outs: [{b: {push: false, desc: d}}, a]\n    cmd: [x, y]\n    wdir: sub\n"
                "    plots: [{p: {cache: false, title: t, x: 1c}}]\n    frozen: true\n") ==
        R"({"cmd": ["x", "y"], "wdir": "sub", "outs": ["a", {"b": {"desc": "d", "push": false}}], )"
        R"("plots": [{"p": {"cache": false, "x": "1c", "title": "t"}}], "frozen": true})");
    CHECK(written("    cmd: x\n    params: [lr, b.yaml: [z, a], {c.yaml: null}, bs]\n") ==
          R"({"cmd": "x", "params": ["bs", "lr", {"b.yaml": ["a", "z"]}, {"c.yaml": null}]})");
  }

  TEST_CASE("an update keeps the order of what is there") {
    CHECK(updated("{b: 1, a: 2, c: 3}", "{a: 5, d: 4, b: 1}") == R"({"b": 1, "a": 5, "d": 4})");
    CHECK(updated("{l: [{y: 1, x: 2}]}", "{l: [{x: 3, y: 1}]}") == R"({"l": [{"y": 1, "x": 3}]})");
    CHECK(updated("{l: [1, 2]}", "{l: [2]}") == R"({"l": [2]})");
  }

  TEST_CASE("templates are seen wherever they are") {
    CHECK(is_parametrized(yaml::parse_yaml("{cmd: 'x ${a}'}")));
    CHECK(is_parametrized(yaml::parse_yaml("{outs: [{'${a}': {cache: false}}]}")));
    CHECK(is_parametrized(yaml::parse_yaml("{cmd: x, vars: [a.yaml]}")));
    CHECK(!is_parametrized(yaml::parse_yaml("{cmd: 'echo $x', deps: [a]}")));
  }
}
