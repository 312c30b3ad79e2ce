#include "yaml/writer.hpp"

#include <limits>

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "yaml/reader.hpp"

using namespace expcore;
using yaml::List;
using yaml::Map;
using yaml::Value;

namespace {

std::string member(Value value) {
  Map map;
  map.append("k", std::move(value));
  std::string text = yaml::dump_yaml(std::move(map));
  return text.substr(2, text.size() - 3);
}

}  // namespace

TEST_SUITE("yaml/writer") {
  TEST_CASE("scalars look as ruamel.yaml writes them") {
    const std::pair<Value, const char*> cases[] = {
        {"2.0", " '2.0'"},
        {"a:b", " a:b"},
        {"a: b", " 'a: b'"},
        {"a #b", " 'a #b'"},
        {"it's", " it's"},
        {"'x", " \"'x\""},
        {"say \"x\"", " say \"x\""},
        {"-", " '-'"},
        {"?a", " ?a"},
        {":a", " :a"},
        {"%a", " '%a'"},
        {"yes", " yes"},
        {"true", " 'true'"},
        {"1e5", " '1e5'"},
        {"12:30:45", " 12:30:45"},
        {"2024-01-02", " '2024-01-02'"},
        {"=", " '='"},
        {"<<", " '<<'"},
        {"...", " '...'"},
        {".", " ."},
        {"1_0", " '1_0'"},
        {"0x1G", " 0x1G"},
        {"+1", " '+1'"},
        {"tab\there", " \"tab\\there\""},
        {"nl end\n", " \"nl end\\n\""},
        {"\x7f", " \"\\x7F\""},
        {"\xEF\xBB\xBFx", " \"\\uFEFFx\""},
        {"a\x1b"
         "b",
         " \"a\\eb\""},
        {"é 😀", " é 😀"},
        {"!b", " '!b'"},
        {"#h", " '#h'"},
        {"br[1]", " br[1]"},
        {"a\\b", " a\\b"},
        {"", " ''"},
        {" x", " ' x'"},
        {1e-5, " 1e-05"},
        {1e10, " 10000000000.0"},
        {1e16, " 1e+16"},
        {123456789.123456789, " 123456789.12345679"},
        {std::numeric_limits<double>::infinity(), " .inf"},
        {true, " true"},
        {Value(), ""},
        {List(), " []"},
        {Map(), " {}"},
    };
    for (const auto& [value, text] : cases)
      CHECK(member(value) == text);
  }
  TEST_CASE("collections are laid out in blocks, lists not indented") {
    const auto value =
        yaml::parse_yaml("a: {b: [1, [2, 3], {c: x, d: [null]}], e: {f: 1}}\nl: [[]]\n");
    CHECK(
        yaml::dump_yaml(value) ==
        "a:\n  b:\n  - 1\n  - - 2\n    - 3\n  - c: x\n    d:\n    - \n  e:\n    f: 1\nl:\n- []\n");
  }
  TEST_CASE("long commands fold as ruamel.yaml 0.18.16 folds them") {
    Map stage;
    stage.append(
        "cmd",
        "python train.py --alpha 1 --beta 2 --gamma 3 --delta 4 --epsilon 5 --zeta 6 --eta 7 "
        "--theta 8");
    CHECK(yaml::dump_yaml(std::move(stage), 4) ==
          "    cmd: python train.py --alpha 1 --beta 2 --gamma 3 --delta 4 --epsilon 5 \n"
          "      --zeta 6 --eta 7 --theta 8\n");
  }
  TEST_CASE("a fold never loses blanks") {
    for (int width = 60; width < 100; ++width) {
      const std::string text = "x" + std::string(static_cast<std::size_t>(width), 'y') +
                               "  two  blanks  " + std::string(30, 'z') + " end";
      Map map;
      map.append("cmd", text);
      const auto read = yaml::parse_yaml(yaml::dump_yaml(std::move(map), 0));
      CHECK(read.find("cmd")->string() == text);
    }
  }
  TEST_CASE("keys that are long or of several lines are written in full") {
    Map map;
    map.append(std::string(128, 'k'), 1);
    map.append("a\nb", 2);
    const std::string text = yaml::dump_yaml(map);
    CHECK(text == "? " + std::string(128, 'k') + "\n: 1\n? \"a\\nb\"\n: 2\n");
    CHECK(python_equal(yaml::parse_yaml(text), map));
  }
  TEST_CASE("JSON is Python's") {
    const auto value = yaml::parse_json(
        R"({"b": [1, 1.0, 1e22, 1e-7, true, null], "a": "\u00e9\u007f\n/\"\ud83d\ude00"})");
    CHECK(yaml::dump_json(value, yaml::SortKeys::yes) ==
          R"({"a": "\u00e9\u007f\n/\"\ud83d\ude00", "b": [1, 1.0, 1e+22, 1e-07, true, null]})");
    CHECK(yaml::dump_json_pretty(yaml::parse_json("[1,{}]"), 2) == "[\n  1,\n  {}\n]");
  }
  TEST_CASE("numeric keys sort by value, mixed keys are an error") {
    const auto numbers = yaml::parse_yaml("{1: b, 10: a, 9: c}");
    CHECK(yaml::dump_json(numbers, yaml::SortKeys::yes) == R"({"1": "b", "9": "c", "10": "a"})");
    CHECK_THROWS_WITH_AS(yaml::dump_json(yaml::parse_yaml("{a: 1, 2: b}"), yaml::SortKeys::yes),
                         "'<' not supported between instances of 'int' and 'str'", Error);
    CHECK_THROWS_WITH_AS(yaml::dump_json(yaml::parse_yaml("d: 2024-01-02")),
                         "Object of type date is not JSON serializable", Error);
  }
}
