#include "templating/resolver.hpp"

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "templating/expression.hpp"
#include "yaml/reader.hpp"
#include "yaml/writer.hpp"

using namespace expcore;
using namespace expcore::templating;

namespace {

using FileTexts = std::map<std::string, std::string>;

Source source(std::string_view text, const FileTexts& files) {
  Source source;
  source.directory = "/p";
  source.shown_path = "dvc.yaml";
  source.text = text;
  source.files.read = [&files](const std::string& path) -> std::optional<std::string> {
    const auto found = files.find(path);
    if (found == files.end()) return std::nullopt;
    return found->second;
  };
  source.files.is_directory = [](const std::string& path) { return path == "/p/d"; };
  return source;
}

std::vector<ResolvedStage> resolve(std::string_view text, const FileTexts& files = {},
                                   Options options = {}) {
  const auto document = yaml::parse_yaml(text);
  return Resolver(document, source(text, files), options).stages();
}

std::string command(const std::string& cmd, const std::string& params, Options options = {}) {
  const auto stages =
      resolve("stages:\n  a:\n    cmd: " + cmd + "\n", {{"/p/params.yaml", params}}, options);
  return yaml::python_repr(*stages[0].definition.find("cmd"));
}

std::string error_of(std::string_view text, const FileTexts& files = {}) {
  try {
    resolve(text, files);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::vector<std::string> names(const std::vector<ResolvedStage>& stages) {
  std::vector<std::string> result;
  for (const auto& stage : stages)
    result.push_back(stage.name);
  return result;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_SUITE("templating/expression") {
  TEST_CASE("expressions end at the first brace and can be escaped") {
    CHECK(find_expressions("a ${b} \\${c} ${d").size() == 1);
    CHECK(find_expressions("${a}${b.c[0]}")[1].inner == "b.c[0]");
    CHECK(unescape("\\${a} \\\\${b}") == "${a} \\${b}");
  }
  TEST_CASE("keys are words joined by dots and brackets") {
    CHECK(parse_expression("a.b[0].c") == Names{"a", "b", "0", "c"});
    CHECK(parse_expression(" a b ") == Names{"a b"});
    for (const auto& [inner, words] :
         {std::pair{"", "Expected !W:(.[]), found '}'  (at char 2), (line:1, col:3)"},
          std::pair{"a..b", "Expected end of text, found '.'  (at char 3), (line:1, col:4)"},
          std::pair{"l.[1]", "Expected end of text, found '.'  (at char 3), (line:1, col:4)"},
          std::pair{"a[b]c", "Expected end of text, found 'c'  (at char 6), (line:1, col:7)"},
          std::pair{"a[0", "Expected end of text, found '['  (at char 3), (line:1, col:4)"},
          std::pair{"[0]", "Expected !W:(.[]), found '['  (at char 2), (line:1, col:3)"}}) {
      try {
        parse_expression(inner);
        FAIL("no error");
      } catch (const Error& error) {
        CHECK(std::string(error.what()).find(words) != std::string::npos);
      }
    }
  }
}

TEST_SUITE("templating/resolver") {
  TEST_CASE("a whole expression keeps its type, part of a text becomes text") {
    const char* params = "x: 1\nb: true\nn:\nf: 1e-5\ns: a b\nl: [10, {k: v}]\nd: {e: deep}\n";
    CHECK(command("'${x}'", params) == "1");
    CHECK(command("'${b}'", params) == "True");
    CHECK(command("run ${b} ${n} ${f} ${s} ${x}", params) == "'run true None 1e-05 a b 1'");
    CHECK(command("'${l[0]} ${l.1.k} ${l[-1].k} ${ d.e }'", params) == "'10 v v deep'");
    CHECK(command("echo \\${x}", params) == "'echo ${x}'");
  }
  TEST_CASE("mappings in commands become options") {
    const char* params =
        "d: {foo: foo, bar: 2, t: true, f: false, nul: null, nested: {k: a b, deep: {z: [1, x y, "
        "true, "
        "null]}}, q: \"it's\", e: []}\n";
    const auto stages = resolve("stages: {a: {cmd: 'run ${d}'}}\n", {{"/p/params.yaml", params}});
    CHECK(
        stages[0].definition.find("cmd")->string() ==
        R"(run --foo foo --bar 2 --t --nul None --nested.k 'a b' --nested.deep.z 1 'x y' True None --q )"
        R"('it'"'"'s')");
    CHECK(command("run ${d.nested.deep}", params) == "\"run --z 1 'x y' True None\"");
    Options options;
    options.list_style = ListStyle::append;
    options.bool_style = BoolStyle::boolean_optional;
    CHECK(command("run ${d.nested.deep}", params, options) ==
          "\"run --z 1 --z 'x y' --z True --z None\"");
    CHECK(command("run ${p}", "p: {f: false}\n", options) == "'run --no-f'");
  }
  TEST_CASE("variables come from files and inline, local ones from the stage's folder") {
    const auto stages = resolve(
        "vars: [a: 1, 'v.json:x', d: {p: 1}]\nstages:\n  s:\n    wdir: sub\n    vars: [l.yaml, d: "
        "{q: 2}]\n"
        "    cmd: ${a} ${x} ${d.p} ${d.q} ${loc}\n",
        {{"/p/v.json", "{\"x\": 5, \"y\": 6}"}, {"/p/sub/l.yaml", "loc: here\n"}});
    CHECK(stages[0].definition.find("cmd")->string() == "1 5 1 2 here");
    CHECK(stages[0].tracked.at("v.json").find("x")->integer() == 5);
    CHECK(stages[0].tracked.at("sub/l.yaml").find("loc")->string() == "here");
    CHECK(stages[0].definition.find("vars") == nullptr);
  }
  TEST_CASE("what a loop takes from a file is tracked where it is used") {
    const auto tracked = [](const std::string& text) {
      const auto stages = resolve(
          text,
          {{"/p/v.yaml", "names: [x, y]\nlr: 1\nmodels: {small: {n: 1, k: [5]}, big: {n: 2}}\n"}});
      std::string keys;
      for (const auto& stage : stages) {
        keys += stage.name + ":";
        for (const auto& [file, values] : stage.tracked) {
          for (const auto& [key, value] : values)
            keys += " " + key.string();
        }
        keys += "\n";
      }
      return keys;
    };
    const std::string vars = "vars: [v.yaml]\nstages:\n  s:\n    ";
    CHECK(tracked(vars + "foreach: ${names}\n    do: {cmd: 'echo ${item}'}\n") ==
          "s@x: names.0\ns@y: names.1\n");
    CHECK(tracked(vars + "foreach: ${names}\n    do: {cmd: echo}\n") == "s@x:\ns@y:\n");
    CHECK(tracked(vars + "foreach: ${models}\n    do: {cmd: 'echo ${item.n} ${key}'}\n") ==
          "s@small: models.small.n\ns@big: models.big.n\n");
    CHECK(tracked(vars + "foreach: ['${lr}', 2]\n    do: {cmd: 'echo ${item}'}\n") ==
          "s@1: lr\ns@2:\n");
    CHECK(tracked(vars + "foreach: {a: {b: '${models.small}'}, c: {b: {k: [7]}}}\n    do: {cmd: "
                         "'echo ${item.b.k[0]}'}\n") == "s@a: models.small.k.0\ns@c:\n");
    CHECK(tracked(vars + "matrix: {a: '${names}', b: ['${lr}', 'n${lr}']}\n    cmd: echo ${item.a} "
                         "${item.b}\n") ==
          "s@x-1: names.0 lr\ns@x-n1: names.0\ns@y-1: names.1 lr\ns@y-n1: names.1\n");
  }
  TEST_CASE("foreach over lists and mappings") {
    CHECK(names(resolve(
              "stages:\n  l: {foreach: [1, 1.5, true, x, null], do: {cmd: 'e ${item}'}}\n")) ==
          Names{"l@1", "l@1.5", "l@true", "l@x", "l@None"});
    CHECK(names(resolve("stages:\n  l: {foreach: [x, {a: 1}], do: {cmd: 'e'}}\n")) ==
          Names{"l@0", "l@1"});
    const auto map = resolve(
        "stages:\n  m: {foreach: {3: {u: 1}, b: {u: 2}}, do: {cmd: '${key} ${item.u}', outs: "
        "['o-${key}']}}\n");
    CHECK(names(map) == Names{"m@3", "m@b"});
    CHECK(map[1].definition.find("cmd")->string() == "b 2");
    CHECK(map[1].definition.find("outs")->list()[0].string() == "o-b");
    CHECK(names(resolve("stages:\n  g: {foreach: '${xs}', do: {cmd: e}}\n",
                        {{"/p/params.yaml", "xs: [a, b, a]\n"}})) == Names{"g@a", "g@b"});
  }
  TEST_CASE("matrix is the product, the last variable fastest") {
    const auto stages = resolve(
        "stages:\n  m:\n    matrix: {os: [win, linux], v: [3.7, 3.8], d: [{a: 1}]}\n    cmd: "
        "${item.os} ${item.v} ${item.d.a} ${key}\n");
    CHECK(names(stages) ==
          Names{"m@win-3.7-d0", "m@win-3.8-d0", "m@linux-3.7-d0", "m@linux-3.8-d0"});
    CHECK(stages[1].definition.find("cmd")->string() == "win 3.8 1 win-3.8-d0");
    CHECK(resolve("stages:\n  m: {matrix: {a: []}, cmd: x}\n").empty());
    std::string huge = "stages:\n  m:\n    cmd: x\n    matrix:\n";
    for (char c = 'a'; c < 'k'; ++c)
      huge += std::string("      ") + c + ": [1,2,3,4,5,6,7,8]\n";
    CHECK(error_of(huge).find("makes more than") != std::string::npos);
  }
  TEST_CASE("mistakes are told in DVC's words") {
    CHECK(error_of("stages: {a: {cmd: 'x ${nope.y[0]}'}}\n") ==
          "failed to parse 'stages.a.cmd' in 'dvc.yaml': Could not find 'nope.y.0'");
    CHECK(error_of("stages: {a: {cmd: x, deps: ['${l}']}}\n", {{"/p/params.yaml", "l: [1]\n"}}) ==
          "failed to parse 'stages.a.deps' in 'dvc.yaml':\nCannot interpolate data of type 'list'");
    CHECK(error_of("vars: ['${x}']\nstages: {}\n") ==
          "failed to parse 'vars' in 'dvc.yaml': interpolating is not allowed");
    CHECK(error_of("vars: [x: 1]\nstages: {}\n", {{"/p/params.yaml", "x: 2\n"}}) ==
          "failed to parse 'vars' in 'dvc.yaml':\ncannot redefine 'x' from 'vars[0]' as it already "
          "exists in 'params.yaml'");
    CHECK(error_of("vars: [p2.yaml]\nstages: {}\n",
                   {{"/p/params.yaml", "x: {a: 2}\n"}, {"/p/p2.yaml", "x: {a: 3}\n"}}) ==
          "failed to parse 'vars' in 'dvc.yaml':\ncannot redefine 'x.a' from 'p2.yaml' as it "
          "already exists in 'params.yaml'");
    CHECK(error_of("vars: ['p2.yaml:x', p2.yaml]\nstages: {}\n", {{"/p/p2.yaml", "x: 3\n"}}) ==
          "failed to parse 'vars' in 'dvc.yaml':\ncannot load 'p2.yaml' as it's partially loaded "
          "already");
    CHECK(error_of("vars: [p2.yaml, 'p2.yaml:x']\nstages: {}\n", {{"/p/p2.yaml", "x: 3\n"}}) ==
          "failed to parse 'vars' in 'dvc.yaml':\ncannot partially load 'p2.yaml:x' as it's "
          "already loaded.");
    CHECK(error_of("vars: [nope.yaml]\nstages: {}\n") ==
          "failed to parse 'vars' in 'dvc.yaml': 'nope.yaml' does not exist");
    CHECK(error_of("vars: [d]\nstages: {}\n") ==
          "failed to parse 'vars' in 'dvc.yaml': 'd' is a directory");
    CHECK(error_of("vars: ['p2.yaml:zz']\nstages: {}\n", {{"/p/p2.yaml", "x: 3\n"}}) ==
          "failed to parse 'vars' in 'dvc.yaml': could not find 'zz' in 'p2.yaml'");
    CHECK(error_of("stages: {b: {foreach: '${n}', do: {cmd: x}}}\n",
                   {{"/p/params.yaml", "n: 3\n"}}) ==
          "failed to resolve 'stages.b.foreach' in 'dvc.yaml': expected list/dictionary, got int");
    CHECK(error_of("stages: {b: {foreach: [1], do: {cmd: x, vars: [item: 2]}}}\n") ==
          "failed to parse stage 'b@1' in 'dvc.yaml': attempted to modify reserved key item");
    CHECK(error_of("stages: {}\n", {{"/p/params.yaml", "date: 2024-01-02\n"}}) ==
          "unexpected error - Unsupported value of type 'date' in 'params.yaml:date'");
  }
  TEST_CASE("the place of a mistake is in the details") {
    try {
      resolve("stages:\n  a:\n    cmd: x\n    deps:\n    - ok\n    - ${nope}\n");
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.details().find("dvc.yaml:6:7") == 0);
    }
  }
  TEST_CASE("item and key hide variables with a warning") {
    const std::string text = "stages:\n  l: {foreach: {a: 1}, do: {cmd: '${item} ${key}'}}\n";
    const FileTexts files = {{"/p/params.yaml", "item: 9\nkey: 8\n"}};
    const auto document = yaml::parse_yaml(text);
    std::string warning;
    auto where = source(text, files);
    where.on_warning = [&](const std::string& message) { warning = message; };
    Resolver resolver(document, where, {});
    CHECK(resolver.stages()[0].definition.find("cmd")->string() == "1 a");
    CHECK(warning ==
          "item and key are already specified, will be overwritten for stages generated from 'l'");
  }
  TEST_CASE("top-level sections are resolved, too") {
    const std::string text = "metrics: ['${m}.json']\nartifacts: {'${m}': {path: x}}\n";
    const FileTexts files = {{"/p/params.yaml", "m: model\n"}};
    const auto document = yaml::parse_yaml(text);
    Resolver resolver(document, source(text, files), {});
    CHECK(resolver.section("metrics").list()[0].string() == "model.json");
    CHECK(resolver.section("artifacts").map().begin()->key.string() == "model");
    CHECK(resolver.section("plots").is_null());
  }
}
