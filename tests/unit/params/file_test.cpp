#include "params/file.hpp"

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "params/python_file.hpp"
#include "yaml/writer.hpp"

using namespace expcore;

namespace {

std::string python(std::string_view text) { return yaml::dump_json(params::parse_python(text)); }

}  // namespace

TEST_SUITE("params/file") {
  TEST_CASE("a text that is not UTF-8 is refused in Python's words") {
    const std::pair<const char*, const char*> cases[] = {
        {"a: \xFF\n", "byte 0xff in position 3: invalid start byte"},
        {"a: \x80\n", "byte 0x80 in position 3: invalid start byte"},
        {"a: \xC0\xAF\n", "byte 0xc0 in position 3: invalid start byte"},
        {"a: \xC3\n", "byte 0xc3 in position 3: invalid continuation byte"},
        {"a: \xC3", "byte 0xc3 in position 3: unexpected end of data"},
        {"a: \xE0\x80\x80", "byte 0xe0 in position 3: invalid continuation byte"},
        {"a: \xED\xA0\x80", "byte 0xed in position 3: invalid continuation byte"},
        {"a: \xE2\x82\n", "bytes in position 3-4: invalid continuation byte"},
        {"a: \xE2\x82", "bytes in position 3-4: unexpected end of data"},
        {"a: \xF0\x9F\x98\n", "bytes in position 3-5: invalid continuation byte"},
        {"\xC3\xA9: \xF4\x90\x80\x80", "byte 0xf4 in position 4: invalid continuation byte"},
        {"a: \xF5", "byte 0xf5 in position 3: invalid start byte"}};
    for (const auto& row : cases) {
      const char* problem = row.second;
      CAPTURE(problem);
      try {
        params::parse(row.first, params::Format::yaml, "p.yaml");
        FAIL("no error");
      } catch (const Error& error) {
        CHECK(error.full_message() ==
              std::string("unable to read: 'p.yaml', is not valid utf-8: 'utf-8' codec can't "
                          "decode ") +
                  problem);
      }
    }
  }

  TEST_CASE("the suffix decides the format") {
    CHECK(params::format_of("a.TOML") == params::Format::toml);
    CHECK(params::format_of("a.json") == params::Format::json);
    CHECK(params::format_of("a.py") == params::Format::python);
    CHECK(params::format_of("params") == params::Format::yaml);
  }
  TEST_CASE("broken files are named in DVC's words") {
    CHECK_THROWS_WITH_AS(params::parse("lr: [", params::Format::yaml, "params.yaml"),
                         "unable to read: 'params.yaml', YAML file structure is corrupted", Error);
    CHECK_THROWS_WITH_AS(params::parse("{", params::Format::json, "p.json"),
                         "unable to read: 'p.json', JSON file structure is corrupted", Error);
  }
  TEST_CASE("dotted keys lead through mappings and lists") {
    const auto root = params::parse("a: {b: [x, {c: 1}], 1: one}\n", params::Format::yaml, "p");
    CHECK(params::find(root, "a.b.0")->string() == "x");
    CHECK(params::find(root, "a.b.-1.c")->integer() == 1);
    CHECK(params::find(root, "a.1")->string() == "one");
    CHECK(params::find(root, "a.b.2") == nullptr);
    CHECK(params::find(root, "a.x.y") == nullptr);
  }
}

TEST_SUITE("params/python_file") {
  TEST_CASE("literals at module and class level are parameters") {
    CHECK(python("x = 1\ny: float = 2.5  # note\nz = 'a' \"b\"\n") ==
          R"({"x": 1, "y": 2.5, "z": "ab"})");
    CHECK(
        python(
            "class A:\n    p = [1, (2, 3)]\n\n    def __init__(self):\n        self.q = {'k': "
            "None}\n"
            "        self.r = len([])\n\n    def other(self):\n        self.s = 1\n\nw = -1e3\n") ==
        R"({"A": {"p": [1, [2, 3]], "q": {"k": null}}, "w": -1000.0})");
  }
  TEST_CASE("everything else is passed over") {
    CHECK(python("import os\na = b = 1\nc, d = 1, 2\ne = os.sep\nf = 1 + 1\nif True:\n    g = 1\n"
                 "def h():\n    i = 1\nj = f'{1}'\nk = {1, 2}\nl = [\n  1,\n  2,\n]\nm == 1\nn += "
                 "1\n") == R"({"l": [1, 2]})");
  }
  TEST_CASE("text forms of Python strings") {
    CHECK(python("a = r'\\n'\nb = '''x\ny'''\nc = \"\\u00e9\\x41\\101\\\n!\"\n") ==
          R"({"a": "\\n", "b": "x\ny", "c": "\u00e9AA!"})");
  }
  TEST_CASE("what does not close is an error") {
    CHECK_THROWS_AS(params::parse_python("a = (1,\n"), Error);
    CHECK_THROWS_AS(params::parse_python("a = 'x\n"), Error);
  }
}
