#include "yaml/roundtrip.hpp"

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "yaml/reader.hpp"

using namespace expcore;

namespace {

const char* const lock =
    "schema: '2.0'\nstages:\n  a:\n    cmd: x\n  # about b\n  b:\n    cmd: y\n";

}  // namespace

TEST_SUITE("yaml/roundtrip") {
  TEST_CASE("a replaced stage keeps its place, the rest keeps its bytes") {
    yaml::RoundTrip document{std::string(lock)};
    document.set({"stages", "a"}, yaml::parse_yaml("cmd: z\n"));
    CHECK(document.text() ==
          "schema: '2.0'\nstages:\n  a:\n    cmd: z\n  # about b\n  b:\n    cmd: y\n");
  }
  TEST_CASE("a new stage goes to the end") {
    yaml::RoundTrip document{std::string(lock)};
    document.set({"stages", "c d"}, yaml::parse_yaml("cmd: [1]\n"));
    CHECK(document.text() == std::string(lock) + "  c d:\n    cmd:\n    - 1\n");
  }
  TEST_CASE("an empty document grows from nothing") {
    yaml::RoundTrip document{std::string()};
    document.set({"schema"}, "2.0");
    document.set({"stages", "a"}, yaml::parse_yaml("cmd: x\n"));
    CHECK(document.text() == "schema: '2.0'\nstages:\n  a:\n    cmd: x\n");
  }
  TEST_CASE("empty stages and flow style are taken apart") {
    for (const char* text : {"schema: '2.0'\nstages: {}\n", "{schema: '2.0', stages: {}}\n"}) {
      yaml::RoundTrip document{std::string(text)};
      document.set({"stages", "a"}, yaml::parse_yaml("cmd: x\n"));
      CHECK(document.text() == "schema: '2.0'\nstages:\n  a:\n    cmd: x\n");
    }
  }
  TEST_CASE("sections behind the stages stay behind them") {
    yaml::RoundTrip document{"stages:\n  a:\n    cmd: x\ndatasets:\n- name: d\n"};
    document.set({"stages", "b"}, yaml::parse_yaml("cmd: y\n"));
    CHECK(document.text() == "stages:\n  a:\n    cmd: x\n  b:\n    cmd: y\ndatasets:\n- name: d\n");
    CHECK(document.erase({"stages", "a"}));
    CHECK_FALSE(document.erase({"stages", "a"}));
    CHECK(document.text() == "stages:\n  b:\n    cmd: y\ndatasets:\n- name: d\n");
  }
  TEST_CASE("a text without a final line feed gets one") {
    yaml::RoundTrip document{"stages:\n  a:\n    cmd: x"};
    document.set({"stages", "b"}, yaml::parse_yaml("cmd: y\n"));
    CHECK(document.text() == "stages:\n  a:\n    cmd: x\n  b:\n    cmd: y\n");
  }
  TEST_CASE("malformed text is refused") { CHECK_THROWS_AS(yaml::RoundTrip{"a: [1"}, Error); }
  TEST_CASE("stages in flow style are not lost when another one is set") {
    yaml::RoundTrip document("schema: '2.0'\nstages: {a: {cmd: x}, 'b c': {cmd: [y]}}\n");
    document.set({"stages", "d"}, yaml::parse_yaml("cmd: z"));
    CHECK(
        document.text() ==
        "schema: '2.0'\nstages:\n  a:\n    cmd: x\n  b c:\n    cmd:\n    - y\n  d:\n    cmd: z\n");
  }
}
