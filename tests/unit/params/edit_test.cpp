#include "params/edit.hpp"

#include <doctest/doctest.h>
#include <expcore/error.hpp>

using namespace expcore;

namespace {

std::string edited(std::string_view text, std::string_view change) {
  return params::set_scalar(text, params::parse_scalar_override(change), "params.yaml");
}

}  // namespace

TEST_SUITE("params/edit") {
  TEST_CASE("only the value's bytes change") {
    CHECK(edited("# head\ntrain:\n  lr:   0.1   # rate\n  'q': \"x\"\n", "train.lr=0.5") ==
          "# head\ntrain:\n  lr:   0.5   # rate\n  'q': \"x\"\n");
    CHECK(edited("é: ü\nb: {c: [1, 2]}\n", "b.c.1=7") == "é: ü\nb: {c: [1, 7]}\n");
    CHECK(edited("a:\nb: 1\n", "a=x") == "a: x\nb: 1\n");
    CHECK(edited("a: 'old'\n", "a=true") == "a: true\n");
  }
  TEST_CASE("values have Hydra's types") {
    CHECK(edited("a: 0\n", "a='1'") == "a: '1'\n");
    CHECK(edited("a: 0\n", "a=1e-5") == "a: 1e-05\n");
    CHECK(edited("a: 0\n", "a=TRUE") == "a: true\n");
    CHECK(edited("a: 0\n", "a=null") == "a: null\n");
    CHECK(edited("a: 0\n", "a=b c: d") == "a: 'b c: d'\n");
    CHECK(edited("a: 0\n", "a=") == "a: ''\n");
  }
  TEST_CASE("the file may be named") {
    const auto change = params::parse_scalar_override("conf/p.yaml:a.b=c:d");
    CHECK(change.file == "conf/p.yaml");
    CHECK(change.key == "a.b");
    CHECK(change.value.string() == "c:d");
    CHECK(params::parse_scalar_override("a=x:y").file == "params.yaml");
  }
  TEST_CASE("what cannot be set is refused before anything is written") {
    CHECK_THROWS_AS(edited("a: 1\n", "b=2"), Error);
    CHECK_THROWS_AS(edited("a: {b: 1}\n", "a=2"), Error);
    CHECK_THROWS_AS(edited("a: [\n", "a=2"), Error);
    CHECK_THROWS_AS(params::parse_scalar_override("a"), Error);
    CHECK_THROWS_WITH_AS(params::parse_scalar_override("a=1,2"),
                         "Sweep overrides can't be used without `--queue`", Error);
  }
}
