#include "params/override.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "params/range_values.hpp"

using expcore::Error;
using namespace expcore::params;

namespace {

std::vector<std::string> range_texts(const std::string& call) {
  const Override parsed = parse_override("a=" + call);
  const RangeValues values(*parsed.value.sweep());
  std::vector<std::string> texts(values.size());
  for (std::size_t i = 0; i < texts.size(); ++i)
    values.append(texts[i], i);
  return texts;
}

std::string error_of(const std::string& text) {
  try {
    parse_override(text);
  } catch (const OverrideError& error) {
    return error.full_message().substr(0, error.full_message().find("\nSee https"));
  }
  return "";
}

}  // namespace

TEST_SUITE("params/override") {
  TEST_CASE("kinds of overrides and their keys") {
    CHECK(parse_override("a.b.0=1").key.key == "a.b.0");
    CHECK(parse_override("+a=1").kind == OverrideKind::add);
    CHECK(parse_override("++a=1").kind == OverrideKind::force_add);
    CHECK(parse_override("~a").value_kind == ValueKind::none);
    CHECK(parse_override("~a=").value_kind == ValueKind::element);
    const Override group = parse_override("++db/mysql@x.y=a");
    CHECK(group.key.key == "db/mysql");
    CHECK(group.key.package == "x.y");
    CHECK(group.key_element() == "++db/mysql@x.y");
  }

  TEST_CASE("values are typed as Hydra types them") {
    struct Row {
      const char* text;
      const char* value;
    };
    for (const Row& row : std::vector<Row>{
             {"1_000", "1000"},
             {"-0", "0"},
             {"01", "01"},
             {"1e3", "1000.0"},
             {"1e400", "inf"},
             {".e3", ".e3"},
             {"TrUe", "True"},
             {"null", "null"},
             {"a : b", "a\\ \\:\\ b"},
             {"'it\\'s'", "'it\\'s'"},
             {"\"x\\\\\"", "\"x\\\\\""},
             {"12345678901234567890123", "12345678901234567890123"},
             {"{1:2, 1.0:3}", "{1:3}"},
             {"[1, {a: [b]}]", "[1,{a:[b]}]"},
             {"${oc.env:HOME,x}", "$\\{oc.env\\:HOME\\,x\\}"},
             {"int(3.7)", "3"},
             {"str([1,true])", "[1,true]"},
         }) {
      CAPTURE(row.text);
      CHECK(element_text(parse_override(std::string("a=") + row.text).value) == row.value);
    }
  }

  TEST_CASE("errors have Hydra's words") {
    CHECK(error_of("a=1,") ==
          "mismatched input '<EOF>' expecting {':', BRACKET_OPEN, BRACE_OPEN, FLOAT, INT, BOOL, "
          "NULL, UNQUOTED_CHAR, ID, ESC, WS, QUOTED_VALUE, INTERPOLATION}");
    CHECK(error_of("a") == "Error parsing override 'a'\nmissing EQUAL at '<EOF>'");
    CHECK(error_of("a=[1,2") == "no viable alternative at input '[1,2'");
    CHECK(error_of("a=b=c") == "mismatched input '=' expecting <EOF>");
    CHECK(error_of("a=x;y") == "LexerNoViableAltException: a=x;y\n" + std::string(30, ' ') + "^");
    CHECK(error_of("a=choice()") ==
          "Error parsing override 'a=choice()'\nValueError while evaluating 'choice()': empty "
          "choice is not legal");
  }

  TEST_CASE("the place of an error has a caret") {
    try {
      parse_override("a=é;");
      FAIL("no error");
    } catch (const OverrideError& error) {
      CHECK(error.column() == 2);
      CHECK(error.details() == "a=é;\n  ^");
    }
  }

  TEST_CASE("ranges of reals add exact doubles") {
    using Texts = std::vector<std::string>;
    CHECK(range_texts("range(0.1,0.4,0.1)") == Texts{"0.1", "0.2", "0.30000000000000004", "0.4"});
    CHECK(range_texts("range(0.01,0.1,0.01)").size() == 10);
    CHECK(range_texts("range(0.001,0.01,0.001)").back() == "0.009000000000000001");
    CHECK(range_texts("range(1.0,0.0,-0.1)").back() == "0.09999999999999995");
    CHECK(range_texts("sort(range(0.1,0.5,0.1),reverse=true)").back() == "7.421729788184167e-29");
    CHECK(range_texts("sort(range(1,9,3),reverse=true)") == Texts{"6", "3", "0"});
    CHECK(range_texts("range(5,1)").empty());
  }

  TEST_CASE("endless and huge ranges end in an error") {
    for (const char* text : {"range(0.0,inf)", "range(0.0,1e300,1e-300)", "range(1,2,0)",
                             "range(1.0,2.0,0)", "range(0,1e30,1)", "range(nan)"}) {
      CAPTURE(text);
      CHECK_THROWS_AS(range_texts(text), Error);
    }
  }

  TEST_CASE("deep nesting ends in an error") {
    CHECK_THROWS_AS(parse_override("a=" + std::string(100000, '[')), Error);
    CHECK_THROWS_AS(parse_override("a=" + std::string(5000, '[') + std::string(5000, ']')), Error);
    std::string calls = "a=";
    for (int i = 0; i < 5000; ++i)
      calls += "int(";
    CHECK_THROWS_AS(parse_override(calls), Error);
  }
}
