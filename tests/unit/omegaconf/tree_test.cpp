#include "omegaconf/tree.hpp"

#include <string>

#include <doctest/doctest.h>

#include "yaml/reader.hpp"
#include "yaml/writer.hpp"

using namespace expcore;
using namespace expcore::omegaconf;

namespace {

std::string resolved(const std::string& text, TreeOptions options = {}) {
  options.environment = {{"HOME", "/home/user"}};
  Tree tree(std::move(options));
  try {
    Node* root = tree.make(yaml::parse_yaml_1_1(text));
    tree.resolve(*root);
    return yaml::dump_json(root->plain());
  } catch (const ConfigError& error) {
    return error.type() + ": " + error.what();
  }
}

}  // namespace

TEST_SUITE("omegaconf/tree") {
  TEST_CASE("interpolations keep types alone and become text in a text") {
    CHECK(resolved("a: 1.5\nb: ${a}\nc: x${a}\nd: ${a}${a}") ==
          R"({"a": 1.5, "b": 1.5, "c": "x1.5", "d": "1.51.5"})");
    CHECK(resolved("a: {p: [1, 2]}\nb: ${a}\nc: '${a} ${a.p[1]} ${a.p.0}'") ==
          R"({"a": {"p": [1, 2]}, "b": {"p": [1, 2]}, "c": "{'p': [1, 2]} 2 1"})");
  }

  TEST_CASE("relative keys count dots") {
    CHECK(resolved("a: {x: 1, y: '${.x}', z: {w: '${..x}', v: '${...b}'}}\nb: 2") ==
          R"({"a": {"x": 1, "y": 1, "z": {"w": 1, "v": 2}}, "b": 2})");
    CHECK(
        resolved("a: ${..b}\nb: 1") ==
        "InterpolationKeyError: ConfigKeyError while resolving interpolation: Error resolving key "
        "'..b'");
  }

  TEST_CASE("backslashes escape") {
    CHECK(resolved("a: 1\nb: '\\${a}'\nc: '\\\\${a}'\nd: '$a $${a}'") ==
          R"({"a": 1, "b": "${a}", "c": "\\1", "d": "$a $1"})");
  }

  TEST_CASE("resolvers") {
    CHECK(resolved("a: '${oc.env:HOME}'\nb: '${oc.env:NOPE,1}'\nc: '${oc.env:NOPE,null}'") ==
          R"({"a": "/home/user", "b": "1", "c": null})");
    CHECK(resolved("a: '${oc.env:NOPE}'") ==
          "InterpolationResolutionError: KeyError raised while resolving interpolation: "
          "\"Environment variable 'NOPE' not found\"");
    CHECK(
        resolved("d: {k: 1, l: '${x}'}\nx: 5\na: '${oc.dict.keys:d}'\nb: '${oc.dict.values:d}'") ==
        R"({"d": {"k": 1, "l": 5}, "x": 5, "a": ["k", "l"], "b": [1, 5]})");
    CHECK(resolved("a: '${oc.decode:\"[1]\"}'") ==
          "UnsupportedValueType: Value 'list' is not a supported primitive type");
    TreeOptions objects;
    objects.allow_objects = true;
    CHECK(resolved("a: '${oc.decode:\"[1]\"}'", objects) == R"({"a": [1]})");
    CHECK(resolved("a: '${foo:1}'") ==
          "UnsupportedInterpolationType: Unsupported interpolation type foo");
    TreeOptions own;
    own.resolvers["mul"] = [](const auto& args) {
      return yaml::Value(args[0].integer() * args[1].integer());
    };
    CHECK(resolved("a: '${mul:2,3}'", own) == R"({"a": 6})");
  }

  TEST_CASE("a deprecated key gives the new one and a warning") {
    Tree tree;
    Node* root = tree.make(yaml::parse_yaml_1_1("new: {k: 1}\nold: '${oc.deprecated:new.k}'"));
    tree.resolve(*root);
    CHECK(root->find(std::string_view("old"))->plain().integer() == 1);
    REQUIRE(tree.warnings().size() == 1);
    CHECK(tree.warnings()[0] == "'old' is deprecated. Change your code and config to use 'new.k'");
  }

  TEST_CASE("what is missing stays missing") {
    CHECK(resolved("a: ???\nb: ${a}") == R"({"a": "???", "b": "???"})");
    CHECK(resolved("b: ${a}") == "InterpolationKeyError: Interpolation key 'a' not found");
    CHECK(resolved("a: ${b.c}\nb: 1") ==
          "InterpolationResolutionError: ConfigTypeError raised while resolving interpolation: "
          "Error trying to access b.c: node `b` is not a container and thus cannot contain `c`");
  }

  TEST_CASE("malformed interpolations are found when read") {
    CHECK(resolved("a: '${b'") == "GrammarParseError: no viable alternative at input '${b'");
    CHECK(resolved("a: '${b c}'") == "GrammarParseError: token recognition error at: ' c'");
    CHECK(resolved("a: '${}'") == "GrammarParseError: no viable alternative at input '${}'");
    std::string deep = "1";
    for (int i = 0; i < 1000; ++i)
      deep = "${a:" + deep + "}";
    CHECK(resolved("a: '" + deep + "'") == "GrammarParseError: nested too deeply");
  }

  TEST_CASE("dicts merge, lists and scalars are replaced, ??? never overwrites") {
    Tree tree;
    Node* to = tree.make(yaml::parse_yaml_1_1("x: [1, 2]\ny: {p: 1, q: 2}\nz: 1"));
    tree.merge(*to, *tree.make(yaml::parse_yaml_1_1("x: [3]\ny: {q: 3, r: 4}\nz: ???")));
    CHECK(yaml::dump_json(to->plain()) == R"({"x": [3], "y": {"p": 1, "q": 3, "r": 4}, "z": 1})");
    CHECK_THROWS_WITH_AS(tree.merge(*to, *tree.make(yaml::parse_yaml_1_1("x: {a: 1}"))),
                         "Cannot merge DictConfig with ListConfig", ConfigError);
  }
}
