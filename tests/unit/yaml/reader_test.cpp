#include "yaml/reader.hpp"

#include <cmath>

#include <doctest/doctest.h>
#include <expcore/error.hpp>

using namespace expcore;
using yaml::Value;

namespace {

std::string error_of(std::string_view text) {
  try {
    yaml::parse_yaml(text);
  } catch (const Error& error) {
    CHECK(error.code() == Errc::parse);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_SUITE("yaml/reader") {
  TEST_CASE("anchors nobody refers to cost nothing, those somebody does are bounded") {
    std::string open;
    std::string close;
    std::string aliases;
    for (int i = 0; i < 100; ++i) {
      open += "&a" + std::to_string(i) + " [";
      close += "]";
      aliases += "*a" + std::to_string(i) + ", ";
    }
    std::string values;
    for (int i = 0; i < 10'000; ++i)
      values += "1, ";
    const std::string nested = "a: " + open + values + close + "\n";
    CHECK(error_of(nested).empty());
    CHECK(error_of(nested + "b: '*a7'\n").empty());
    CHECK(error_of(nested + "b: *a7\n").empty());
    CHECK(error_of(nested + "b: [" + aliases + "]\n").find("Too many values behind anchors") == 0);
    CHECK(yaml::parse_yaml("a: &x 1\nb: *x\nc: &x 2\nd: *x\n").map().find("d")->integer() == 2);
  }

  TEST_CASE("tables of TOML are nested to a limit, however they are written") {
    const auto problem = [](const std::string& text) -> std::string {
      try {
        yaml::parse_toml(text);
        return "";
      } catch (const Error& error) {
        return error.what();
      }
    };
    const auto times = [](int count, std::string_view text) {
      std::string result;
      for (int i = 0; i < count; ++i)
        result += text;
      return result;
    };
    const std::string deep = times(400, "a.");
    CHECK(problem(deep + "a = 1\n").empty());
    CHECK(problem("[" + deep + "b]\nx = 1\n[" + deep + "c]\nx.y = 1.5\n").empty());
    CHECK(problem("x = \"" + deep + deep + "\"\n# " + deep + deep + "\ny = '" + deep + deep +
                  "'\n" + "z = \"\"\"\n" + deep + "\n" + deep + "\"\"\"\n")
              .empty());
    CHECK(problem("x = [" + times(1000, "1.5, ") + "]\n").empty());
    CHECK(problem("x = [\n" + times(1000, "{ a.b = 1.5 },\n") + "]\n").empty());
    const std::string many = times(501, "a.");
    CHECK(problem(many + "a = 1\n") == "Nested too deeply, in line 1, column 1002");
    CHECK(problem("x = 1\n[" + many + "a]\n").find("Nested too deeply, in line 2") == 0);
    CHECK(problem("[" + deep + "b]\n" + deep + "c = 1\n").find("Nested too deeply, in line 2") ==
          0);
    CHECK(problem("[[" + deep + "b]]\n" + deep + "c = 1\n").find("Nested too deeply") == 0);
    CHECK(problem("x = { " + deep + "b = { " + deep + "c = 1 } }\n").find("Nested too deeply") ==
          0);
    CHECK(problem("x = [" + times(100'000, "[")).find("Nested too deeply") == 0);
  }

  TEST_CASE("plain scalars have the types of YAML 1.2") {
    const std::pair<const char*, Value> cases[] = {
        {"yes", "yes"},    {"on", "on"},     {"true", true},     {"True", true},
        {"tRUE", "tRUE"},  {"017", 17},      {"0o17", 15},       {"0b11", 3},
        {"0x1F", 31},      {"1_000", 1000},  {"+1", 1},          {"-5", -5},
        {"1.", 1.0},       {"1e5", 1e5},     {"1E-5", 1e-5},     {".5", 0.5},
        {".5e1", ".5e1"},  {".5e+1", 5.0},   {"1.2.3", "1.2.3"}, {"12:30:45", "12:30:45"},
        {"=", "="},        {"0x1G", "0x1G"}, {"_1", "_1"},       {".", "."},
        {"-", "-"},        {"1e", "1e"},     {"~", Value()},     {"null", Value()},
        {"NULL", Value()}, {"nULL", "nULL"}, {"", Value()},
    };
    for (const auto& [text, value] : cases) {
      const Value read = yaml::resolve_plain_scalar(text);
      CHECK(read.kind() == value.kind());
      CHECK(python_equal(read, value));
    }
    CHECK(std::isnan(yaml::resolve_plain_scalar(".nan").real()));
    CHECK(yaml::resolve_plain_scalar("-.INF").real() < 0);
    CHECK(yaml::resolve_plain_scalar("2024-01-02").kind() == Value::Kind::timestamp);
    CHECK(yaml::resolve_plain_scalar("2024-1-2").is_string());
    CHECK(yaml::resolve_plain_scalar("2024-01-02 03:04:05.6 +01:00").kind() ==
          Value::Kind::timestamp);
    CHECK(yaml::resolve_plain_scalar("12345678901234567890123").big_integer() ==
          "12345678901234567890123");
    CHECK(yaml::resolve_plain_scalar("-0x10000000000000000").big_integer() ==
          "-18446744073709551616");
  }
  TEST_CASE("quoted scalars are text, whatever they look like") {
    const auto value = yaml::parse_yaml("a: '1'\nb: \"true\"\n");
    CHECK(value.find("a")->is_string());
    CHECK(value.find("b")->is_string());
  }
  TEST_CASE("values know where they begin") {
    const auto value = yaml::parse_yaml("a:\n  - x\n  - b: y\n");
    const auto& list = value.find("a")->list();
    CHECK(list[1].find("b")->position.line == 3);
    CHECK(list[1].find("b")->position.column == 8);
  }
  TEST_CASE("an empty document is an empty mapping") {
    CHECK(yaml::parse_yaml("").is_map());
    CHECK(yaml::parse_yaml("# only a comment\n").map().empty());
  }
  TEST_CASE("anchors, aliases and merge keys are expanded") {
    const auto value = yaml::parse_yaml("a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}\nc: *x\n");
    CHECK(value.find("b")->find("p")->integer() == 1);
    CHECK(value.find("b")->find("q")->integer() == 3);
    CHECK(value.find("c")->find("q")->integer() == 2);
  }
  TEST_CASE("what DVC refuses is refused with its place") {
    CHECK(error_of("a: 1\na: 2\n").find("Found duplicate key \"a\"") != std::string::npos);
    CHECK(error_of("1: a\n1.0: b\n").find("duplicate") != std::string::npos);
    CHECK(error_of("a: [1\n").find("line 2") != std::string::npos);
    CHECK(error_of("a: b: c\n").find("line 1") != std::string::npos);
    CHECK_FALSE(error_of("a: *nope\n").empty());
    CHECK_FALSE(error_of("---\na: 1\n---\nb: 2\n").empty());
    CHECK_FALSE(error_of("a: \xff\xfe\n").empty());
    CHECK_FALSE(error_of(std::string_view("a: \0b\n", 6)).empty());
    CHECK_FALSE(error_of("a: !!python/object x\n").empty());
  }
  TEST_CASE("bombs end in bounded time") {
    std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
    for (char c = 'b'; c < 'l'; ++c) {
      bomb += std::string(1, c) + ": &" + c + " [";
      for (int i = 0; i < 10; ++i)
        bomb += std::string(i > 0 ? "," : "") + "*" + char(c - 1);
      bomb += "]\n";
    }
    CHECK_THROWS_AS(yaml::parse_yaml(bomb), Error);
    CHECK_FALSE(error_of(std::string(5000, '[')).empty());
  }
  TEST_CASE("JSON is read as Python reads it") {
    const auto value =
        yaml::parse_json(R"({"a": [1, 2.0, -0.5e3, NaN, "\u00e9\ud83d\ude00"], "a": null})");
    CHECK(value.find("a")->is_null());
    CHECK(yaml::parse_json("[1e2]").list()[0].is_real());
    CHECK(yaml::parse_json("\"\\u00e9\\ud83d\\ude00\"").string() == "é😀");
    for (const char* bad :
         {"", "{", "[1,]", "{'a': 1}", "01", "nul", "[1] x", "\"a\nb\"", "\"\\x\""}) {
      CAPTURE(bad);
      CHECK_THROWS_AS(yaml::parse_json(bad), Error);
    }
  }
  TEST_CASE("TOML keeps the order of the file") {
    const auto value = yaml::parse_toml("z = 1\na = [1.5, true]\n[t]\ny = 'x'\nd = 2024-01-02\n");
    CHECK(value.map().begin()->key.string() == "z");
    CHECK(value.find("t")->find("d")->timestamp() == "2024-01-02");
    CHECK_THROWS_AS(yaml::parse_toml("a = \n"), Error);
  }
}
