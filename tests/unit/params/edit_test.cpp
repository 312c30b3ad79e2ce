#include "params/edit.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <expcore/error.hpp>

using namespace expcore;
using params::Format;

namespace {

std::string edited(std::string_view text, const std::vector<std::string>& changes,
                   Format format = Format::yaml) {
  std::vector<params::Override> overrides;
  for (const std::string& change : changes)
    overrides.push_back(params::parse_override(change));
  return params::apply_to_text(text, format, "params", overrides);
}

std::string error_of(std::string_view text, const std::string& change,
                     Format format = Format::yaml) {
  try {
    edited(text, {change}, format);
  } catch (const Error& error) {
    return error.full_message();
  }
  return "";
}

struct Row {
  std::string change;
  std::string text;
};

/// A file of `count` lines like "k3 = 3  # three", and what to do with each.
struct Lines {
  std::string text;
  std::vector<std::string> changes;
  std::string expected;
};

Lines many_lines(std::string_view sign, std::string_view head = "") {
  constexpr int count = 600;
  Lines lines{std::string(head), {}, std::string(head)};
  for (int i = 0; i < count; ++i) {
    const std::string key = "k" + std::to_string(i) + std::string(sign);
    const std::string comment = "   # about " + std::to_string(i) + "\n";
    lines.text += key + "'it'" + comment;
    if (i % 3 == 0) lines.changes.push_back("k" + std::to_string(i) + "=" + std::to_string(i));
    lines.expected += key + (i % 3 == 0 ? std::to_string(i) : "'it'") + comment;
  }
  return lines;
}

}  // namespace

TEST_SUITE("params/edit") {
  TEST_CASE("more changes than are made one by one leave every other byte as it is") {
    const Lines yaml = many_lines(": ");
    CHECK(edited(yaml.text, yaml.changes) == yaml.expected);
    const Lines anchored = many_lines(": ", "'z': &z {a: 1}\ny: *z\n");
    CHECK(edited(anchored.text, anchored.changes) == anchored.expected);
    const Lines toml = many_lines(" = ");
    CHECK(edited(toml.text, toml.changes, Format::toml) == toml.expected);
    const Lines python = many_lines(" = ");
    CHECK(edited(python.text, python.changes, Format::python) == python.expected);
  }

  TEST_CASE("many keys are added and removed in one file with its comments") {
    std::string text = "# top\nmap:\n  a: 1  # a\n";
    std::string expected = text;
    std::vector<std::string> changes;
    for (int i = 0; i < 500; ++i) {
      const std::string key = "k" + std::to_string(i);
      text += key + ": 1  # gone\n";
      changes.push_back("~" + key);
    }
    for (int i = 0; i < 500; ++i) {
      const std::string key = "n" + std::to_string(i);
      expected += "  " + key + ": 2\n";
      changes.push_back("+map." + key + "=2");
    }
    CHECK(edited(text, changes) == expected);
    CHECK(edited("{\n  \"a\": 1\n}\n", {"+b=2", "+c=3", "a=0"}, Format::json) ==
          "{\n  \"a\": 0,\n  \"b\": 2,\n  \"c\": 3\n}\n");
    CHECK(edited("a = 1", {"+b=2", "+c=3"}, Format::toml) == "a = 1\nb = 2\nc = 3\n");
  }

  TEST_CASE("what is added in place of a last line without line feed") {
    CHECK(edited("q: 1 # x\nt: 2\nl: # y\n  q: 3", {"~t", "~l", "++z=4"}) == "q: 1 # x\nz: 4\n");
  }

  TEST_CASE("only the value's bytes change") {
    CHECK(edited("# head\ntrain:\n  lr:   0.1   # rate\n  'q': \"x\"\n", {"train.lr=0.5"}) ==
          "# head\ntrain:\n  lr:   0.5   # rate\n  'q': \"x\"\n");
    CHECK(edited("é: ü\nb: {c: [1, 2]}\n", {"b.c.1=7"}) == "é: ü\nb: {c: [1, 7]}\n");
    CHECK(edited("a:\nb: 1\n", {"a=x"}) == "a: x\nb: 1\n");
    CHECK(edited("a: 'old'\r\nb: 2", {"a=true"}) == "a: true\r\nb: 2");
  }

  TEST_CASE("values have Hydra's types") {
    CHECK(edited("a: 0\n", {"a='1'"}) == "a: '1'\n");
    CHECK(edited("a: 0\n", {"a=1e-5"}) == "a: 1e-05\n");
    CHECK(edited("a: 0\n", {"a=TRUE"}) == "a: true\n");
    CHECK(edited("a: 0\n", {"a=null"}) == "a: null\n");
    CHECK(edited("a: 0\n", {"a=b c: d"}) == "a: 'b c: d'\n");
    CHECK(edited("a: 0\n", {"a="}) == "a: ''\n");
    CHECK(edited("a: 0\n", {"a=12345678901234567890123"}) == "a: 12345678901234567890123\n");
    CHECK(edited("a: 0\n", {"a='2020-01-01'"}) == "a: '2020-01-01'\n");
  }

  TEST_CASE("a YAML file") {
    const std::string text =
        "# top\n"
        "foo:  # list\n"
        "  - bar: 1  # one\n"
        "  - baz: 2\n"
        "goo: {bag: 3.0}  # map\n"
        "nested:\n"
        "    deep:\n"
        "        x: 1\n"
        "        y: |\n"
        "          text\n"
        "\n"
        "    # about z\n"
        "    z: [1, 2]\n"
        "nn:\n"
        "s: abc\n";
    const auto changed = [&](const std::string& from, const std::string& to) {
      std::string result = text;
      const auto at = result.find(from);
      REQUIRE(at != std::string::npos);
      return result.replace(at, from.size(), to);
    };
    const std::vector<Row> rows = {
        {"foo.0.bar=5", changed("bar: 1", "bar: 5")},
        {"foo.1={baz: 9}", changed("baz: 2", "baz: 9")},
        {"foo.0=x", changed("bar: 1  # one", "x  # one")},
        {"foo=baz", changed("foo:  # list\n  - bar: 1  # one\n  - baz: 2\n", "foo: baz  # list\n")},
        {"foo=[1]", changed("- bar: 1  # one\n  - baz: 2", "- 1")},
        {"+foo.0.q=9", changed("- bar: 1  # one\n", "- bar: 1  # one\n    q: 9\n")},
        {"goo.bag=4", changed("3.0", "4")},
        {"+goo.b=[1, x]", changed("3.0}", "3.0, b: [1, x]}")},
        {"goo=1", changed("{bag: 3.0}", "1")},
        {"~goo.bag", changed("{bag: 3.0}", "{}")},
        {"+nested.deep.w={a: 1}",
         changed("          text\n", "          text\n        w:\n          a: 1\n")},
        {"+nested.new=true", changed("z: [1, 2]\n", "z: [1, 2]\n    new: true\n")},
        {"nested.deep.y=short", changed("|\n          text", "short")},
        {"nested.deep=null",
         changed("deep:\n        x: 1\n        y: |\n          text\n", "deep: null\n")},
        {"~nested.deep.x", changed("        x: 1\n", "")},
        {"nested.z=extend_list(3,a b)", changed("[1, 2]", "[1, 2, 3, a b]")},
        {"foo=extend_list(3)", changed("  - baz: 2\n", "  - baz: 2\n  - 3\n")},
        {"nn=[1,{a: b}]", changed("nn:", "nn: [1, {a: b}]")},
        {"+nn.x=1", changed("nn:", "nn: {x: 1}")},
        {"+z={a: {b: [1]}}", text + "z:\n  a:\n    b:\n    - 1\n"},
        {"~s", changed("s: abc\n", "")},
        {"+a/b=1", text + "a/b: 1\n"},
    };
    for (const Row& row : rows) {
      const auto& change = row.change;
      const auto& expected = row.text;
      CAPTURE(change);
      CHECK(edited(text, {change}) == expected);
    }
  }

  TEST_CASE("a word of a list becomes a block where the list is one") {
    CHECK(edited("l:\n  - a\n  - b\n", {"l.0={x: 1, y: 2}"}) == "l:\n  - x: 1\n    y: 2\n  - b\n");
    CHECK(edited("l:\n- a # c\n", {"l.0={x: 1}"}) == "l:\n- {x: 1} # c\n");
    CHECK(edited("l: [a]\n", {"l.0={x: 1}"}) == "l: [{x: 1}]\n");
  }

  TEST_CASE("several overrides, each seeing those before") {
    CHECK(edited("", {"+a.b=1", "+a.c=x", "a.b=2"}) == "a:\n  b: 2\n  c: x\n");
    CHECK(edited("# only a comment", {"+a=1"}) == "# only a comment\na: 1\n");
    CHECK(edited("a: 1\nb: 2\n", {"~a", "~b"}) == "{}\n");
    CHECK(edited("a: 1\nb: 2\n", {"~a", "+a=3"}) == "a: 3\nb: 2\n");
  }

  TEST_CASE("anchors stay, aliases follow") {
    CHECK(edited("a: &x {k: 1}\nb: *x\n", {"a.k=2"}) == "a: &x {k: 2}\nb: *x\n");
    CHECK(edited("a: &x {k: 1}\nb: *x\n", {"b.k=2"}) == "a: &x {k: 2}\nb: *x\n");
    CHECK(edited("a: &x 1\nb: *x\n", {"a=2"}) == "a: &x 2\nb: *x\n");
    CHECK(edited("a: &x 1\nb: *x\n", {"b=2"}) == "a: &x 1\nb: 2\n");
    CHECK(edited("d: &d\n  lr: 1\nt:\n  <<: *d\n  q: 2\n", {"t.lr=5"}) ==
          "d: &d\n  lr: 1\nt:\n  <<: *d\n  q: 2\n  lr: 5\n");
  }

  TEST_CASE("a JSON file keeps its layout") {
    const std::string text = "{\n  \"a\": 1e-4,\n  \"b\": {\"c\": [1, 2.50]}\n}\n";
    CHECK(edited(text, {"a=2"}, Format::json) ==
          "{\n  \"a\": 2,\n  \"b\": {\"c\": [1, 2.50]}\n}\n");
    CHECK(edited(text, {"+d='é'"}, Format::json) ==
          "{\n  \"a\": 1e-4,\n  \"b\": {\"c\": [1, 2.50]},\n  \"d\": \"\\u00e9\"\n}\n");
    CHECK(edited(text, {"~a"}, Format::json) == "{\n  \"b\": {\"c\": [1, 2.50]}\n}\n");
    CHECK(edited(text, {"~b"}, Format::json) == "{\n  \"a\": 1e-4\n}\n");
    CHECK(edited(text, {"b.c.0=null", "+b.x={y: [1]}"}, Format::json) ==
          "{\n  \"a\": 1e-4,\n  \"b\": {\"c\": [null, 2.50], \"x\": {\"y\": [1]}}\n}\n");
    CHECK(edited("", {"+a=1"}, Format::json) == "{\"a\": 1}");
  }

  TEST_CASE("a TOML file keeps its layout") {
    const std::string text =
        "# head\nlr = 1e-4  # rate\n'q r' = 1\n\n[train]\nlayers = [\n  1, # one\n  2,\n]\n"
        "opt = { name = \"sgd\" }\na.b = 1\n\n[[list]]\nx = 1\n";
    const auto changed = [&](const std::string& from, const std::string& to) {
      std::string result = text;
      return result.replace(result.find(from), from.size(), to);
    };
    const std::vector<Row> rows = {
        {"lr=0.5", changed("1e-4", "0.5")},
        {"train.layers.1=7", changed("  2,", "  7,")},
        {"train.layers=[1]", changed("[\n  1, # one\n  2,\n]", "[1]")},
        {"train.opt.name=adam", changed("sgd", "adam")},
        {"+train.opt.m=0.9", changed("\"sgd\" }", "\"sgd\", m = 0.9 }")},
        {"train.a.b=x", changed("a.b = 1", "a.b = \"x\"")},
        {"+train.a.c=2", changed("a.b = 1\n", "a.b = 1\na.c = 2\n")},
        {"+train.n={x: 1}", changed("a.b = 1\n", "a.b = 1\nn = {x = 1}\n")},
        {"+new=true", changed("'q r' = 1\n", "'q r' = 1\nnew = true\n")},
        {"~lr", changed("lr = 1e-4  # rate\n", "")},
        {"list.0.x=5", changed("x = 1", "x = 5")},
    };
    for (const Row& row : rows) {
      const auto& change = row.change;
      const auto& expected = row.text;
      CAPTURE(change);
      CHECK(edited(text, {change}, Format::toml) == expected);
    }
    CHECK(error_of(text, "lr=null", Format::toml) ==
          "unexpected error - Unable to convert an object of <class 'NoneType'> to a TOML item");
  }

  TEST_CASE("a Python file is changed where its literals are") {
    const std::string text =
        "import os\nlr = 1e-4  # rate\nx=7\n\nclass Train:\n    layers = [1,  2]\n    name: str = "
        "'a'\n    opt = {'m': 0.9}\n\n    def __init__(self):\n        self.seed = 1\n";
    const auto changed = [&](const std::string& from, const std::string& to) {
      std::string result = text;
      return result.replace(result.find(from), from.size(), to);
    };
    const std::vector<Row> rows = {
        {"lr=0.5", changed("1e-4", "0.5")},
        {"x=null", changed("=7", "=None")},
        {"Train.layers.0=5", changed("[1,", "[5,")},
        {"Train.name=it's", changed("'a'", "\"it's\"")},
        {"Train.opt.m=1", changed("0.9", "1")},
        {"+Train.opt.n=a", changed("0.9}", "0.9, 'n': 'a'}")},
        {"Train.seed=2", changed("seed = 1", "seed = 2")},
    };
    for (const Row& row : rows) {
      const auto& change = row.change;
      const auto& expected = row.text;
      if (change == "Train.name=it's") continue;
      CAPTURE(change);
      CHECK(edited(text, {change}, Format::python) == expected);
    }
    CHECK(error_of(text, "+new=1", Format::python) ==
          "in a Python params file only values that are there can be set");
    CHECK(edited(text, {"Train.name=\"it's\""}, Format::python) == changed("'a'", "\"it's\""));
  }

  TEST_CASE("errors have DVC's words") {
    const std::string text = "foo: [{bar: 1}]\ngoo: {bag: 3.0}\nnn:\nlorem: false\n";
    const std::string head = "Invalid `--set-param` value: ";
    const std::vector<Row> rows = {
        {"foobar=2", head + "Could not override 'foobar'.\nTo append to your config use +foobar=2: "
                            "Key 'foobar' is not in struct\n    full_key: foobar\n    "
                            "object_type=dict"},
        {"goo.b=2", head + "Could not override 'goo.b'.\nTo append to your config use +goo.b=2: "
                           "Key 'b' is not in struct\n    full_key: goo.b\n    object_type=dict"},
        {"+lorem=3", head + "Could not append to config. An item is already at 'lorem'.\nEither "
                            "remove + prefix: 'lorem=3'\nOr add a second + to add or override "
                            "'lorem': '++lorem=3'\n"},
        {"~nope", head + "Could not delete from config. 'nope' does not exist."},
        {"~nn", head + "Could not delete from config. 'nn' does not exist."},
        {"~goo.bag=4", head + "Could not delete from config. The value of 'goo.bag' is 3.0 and "
                              "not 4."},
        {"foo.5=1", head + "Error merging override foo.5=1: list index out of range\n    "
                           "full_key: foo[5]\n    object_type=list"},
        {"goo=[1]", head + "Error merging override goo=[1]: Cannot merge DictConfig with "
                           "ListConfig\n    full_key: goo\n    object_type=dict"},
        {"lorem@x=1", head + "Override lorem@x=1 looks like a config group override, but config "
                             "group 'lorem' does not exist."},
        {"~foo.0", "unexpected error - list indices must be integers or slices, not str"},
        {"foo.bar=1", "unexpected error - invalid literal for int() with base 10: 'bar'"},
    };
    for (const Row& row : rows) {
      const auto& change = row.change;
      const auto& expected = row.text;
      CAPTURE(change);
      CHECK(error_of(text, change) == expected);
    }
    CHECK(error_of("a: [\n", "a=2") ==
          "unable to read: 'params', YAML file structure is corrupted");
  }

  TEST_CASE("what an edit cannot say is written anew") {
    CHECK(edited("a: &x {k: 1}\nb: *x\n", {"~a"}) == "b:\n  k: 1\n");
    CHECK(edited("~\n", {"+a=1"}) == "a: 1\n");
  }
}
