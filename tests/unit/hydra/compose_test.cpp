#include "hydra/compose.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <expcore/error.hpp>
#include <fmt/format.h>

#include "fs/file.hpp"
#include "fs/path.hpp"
#include "support/temp_dir.hpp"
#include "yaml/reader.hpp"
#include "yaml/writer.hpp"

using namespace expcore;
using expcore::test::TempDir;

namespace {

struct File {
  std::string name;
  std::string text;
};

/// Configs in a folder of their own.
class Configs {
 public:
  Configs(std::initializer_list<File> files) {
    for (const auto& [name, text] : files)
      write(name, text);
  }
  void write(const std::string& name, const std::string& text) {
    const std::string path = fs::join(dir_.path(), name);
    fs::make_directories(fs::parent(path));
    fs::write_atomic(path, text);
  }
  yaml::Value compose(const std::vector<std::string>& overrides = {}) {
    hydra::ComposeOptions options;
    options.config_dir = dir_.path();
    options.overrides = overrides;
    options.environment = {{"HOME", "/home/user"}, {"NUM", "17"}};
    options.limits = limits;
    auto result = hydra::compose(options);
    warnings = result.warnings;
    return result.config;
  }
  std::string json(const std::vector<std::string>& overrides = {}) {
    return yaml::dump_json(compose(overrides));
  }
  std::string error(const std::vector<std::string>& overrides = {}) {
    try {
      return json(overrides);
    } catch (const Error& failure) {
      return failure.full_message();
    }
  }
  std::vector<std::string> warnings;
  omegaconf::Limits limits;

 private:
  TempDir dir_;
};

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

TEST_SUITE("hydra/compose") {
  // Recorded from hydra-core 1.3 by tests/interop/hydra_trees.py.
  TEST_CASE("generated trees compose as hydra.compose composes them") {
    const yaml::Value cases =
        yaml::parse_json(fs::read_file(EXPCORE_TEST_DATA "/hydra-1.3/trees.json"));
    for (const auto& entry : cases.list()) {
      Configs configs{};
      for (const auto& file : entry.find("files")->map())
        configs.write(file.key.string(), file.value.string());
      std::vector<std::string> overrides;
      for (const auto& text : entry.find("overrides")->list())
        overrides.push_back(text.string());
      CAPTURE(entry.find("seed")->integer());
      if (const auto* config = entry.find("config")) {
        CHECK(configs.error(overrides) == yaml::dump_json(*config));
      } else {
        CHECK_THROWS_AS(configs.compose(overrides), Error);
      }
    }
  }

  TEST_CASE("an experiment overrides what earlier entries chose") {
    Configs configs{
        {"config.yaml", "defaults: [_self_, model: small, opt: sgd, experiment: null]\nseed: 1\n"},
        {"model/small.yaml", "size: 1"},
        {"model/big.yaml", "size: 9"},
        {"opt/sgd.yaml", "lr: 0.1"},
        {"opt/adam.yaml", "lr: 0.001"},
        {"experiment/e1.yaml",
         "# @package _global_\ndefaults: [override /model: big, override /opt: adam]\n"
         "seed: 42\nopt: {lr: 5}\n"}};
    CHECK(configs.json() == R"({"seed": 1, "model": {"size": 1}, "opt": {"lr": 0.1}})");
    CHECK(configs.json({"experiment=e1"}) ==
          R"({"seed": 42, "model": {"size": 9}, "opt": {"lr": 5}})");
    CHECK(configs.json({"experiment=e1", "model=small"}) ==
          R"({"seed": 42, "model": {"size": 1}, "opt": {"lr": 5}})");
    CHECK(configs.error({"+experiment=e1"}) ==
          "Multiple values for experiment. To override a value use 'override experiment: e1'");
  }

  TEST_CASE("an unknown key says how to add it") {
    Configs configs{{"config.yaml", "a: {b: 1}\n"}};
    CHECK(configs.error({"a.c=2"}) ==
          "Could not override 'a.c'.\nTo append to your config use +a.c=2: Key 'c' is not in "
          "struct\n    full_key: a.c\n    object_type=dict");
    CHECK(configs.json({"+a.c=2", "~a.b"}) == R"({"a": {"c": 2}})");
  }

  TEST_CASE("a missing option lists those there are") {
    Configs configs{{"config.yaml", "defaults: [db: nope]\n"}, {"db/a.yaml", ""}};
    CHECK(configs.error().starts_with(
        "In 'config': Could not find 'db/nope'\n\nAvailable options in 'db':\n\ta\n"
        "Config search path:\n\tprovider=hydra, path=pkg://hydra.conf\n\tprovider=main, path="));
  }

  TEST_CASE("what configures Hydra itself is dropped, plugins too") {
    Configs configs{{"config.yaml",
                     "defaults: [_self_, override hydra/launcher: joblib]\n"
                     "hydra: {run: {dir: out}}\nx: 1\n"}};
    CHECK(configs.json({"hydra.run.dir=other", "hydra/job_logging=disabled"}) == R"({"x": 1})");
  }

  TEST_CASE("a search path adds folders") {
    Configs configs{{"config.yaml",
                     "defaults: [db: far, _self_]\nhydra: {searchpath: ['file://"
                     "more']}\n"},
                    {"more/db/far.yaml", "x: 1"}};
    CHECK(configs.json() == R"({"db": {"x": 1}})");
  }

  TEST_CASE("missing _self_ in the primary config is warned about") {
    Configs configs{{"config.yaml", "defaults: [db: a]\nx: 1\n"}, {"db/a.yaml", ""}};
    configs.compose();
    REQUIRE(configs.warnings.size() == 1);
    CHECK(configs.warnings[0].starts_with("In 'config': Defaults list is missing `_self_`."));
  }

  TEST_CASE("cycles and bombs end in an error") {
    Configs cycle{{"config.yaml", "defaults: [a]\n"},
                  {"a.yaml", "defaults: [b]\n"},
                  {"b.yaml", "defaults: [a]\n"}};
    CHECK(cycle.error() == "In 'a': the defaults list is nested too deeply, or in a cycle");
    Configs self{{"config.yaml", "a: ${a}\n"}};
    CHECK(self.error() == "Recursive interpolation detected");
    Configs mutual{{"config.yaml", "a: '${oc.select:b}'\nb: '${oc.select:a}'\n"}};
    CHECK(first_line(mutual.error()) ==
          "RecursionError raised while resolving interpolation: maximum recursion depth exceeded");
  }

  TEST_CASE("malformed configs end in an error that names the file") {
    std::string deep = "a: ";
    std::string aliases = "a0: &a0 [1, 1]\n";
    for (int i = 0; i < 100'000; ++i)
      deep += '[';
    for (int i = 1; i < 40; ++i) {
      const std::string last = "*a" + std::to_string(i - 1);
      aliases += fmt::format("a{0}: &a{0} [{1}, {1}]\n", i, last);
    }
    const std::pair<std::string, std::string> cases[] = {
        {deep, "Nested too deeply, in line 1, column 204"},
        {aliases, "Too many values after expanding aliases, in line"},
        {"a: 1\na: 2\n", "found duplicate key a"},
        {std::string("a: 1\nb: \0\n", 10), "in line 2, column 4"},
        {"a: 1\nb: \xFF\n", "in line 2, column 4"},
        {"a: " + std::string(5000, '9') + "\n", "Exceeds the limit"},
        {"a: *b\n", "in line 1, column 4"}};
    for (const auto& [text, problem] : cases) {
      for (const bool is_primary : {true, false}) {
        Configs configs{{"config.yaml", "defaults: [other]\n"}, {"other.yaml", "x: 1\n"}};
        const std::string file = is_primary ? "config.yaml" : "other.yaml";
        configs.write(file, text);
        const std::string error = configs.error();
        CAPTURE(error.substr(0, 500));
        CHECK(error.find(problem) != std::string::npos);
        CHECK(error.find("unable to read: '" + file + "', ") == 0);
        CHECK(error.size() < 5000);
      }
    }
  }

  TEST_CASE("what doubles sixty times ends at the limit of text, nodes or evaluations") {
    std::string doubling = "x0: aaaaaaaaaa\n";
    std::string copies = "y0: {a: 1}\n";
    std::string empty = "z0: ''\n";
    for (int i = 1; i < 60; ++i) {
      const std::string last = std::to_string(i - 1);
      doubling += "x" + std::to_string(i) + ": ${x" + last + "}${x" + last + "}\n";
      copies += "y" + std::to_string(i) + ": {a: '${y" + last + "}', b: '${y" + last + "}'}\n";
      empty = "z" + std::to_string(i) + ": '${z" + last + "}${z" + last + "}'\n" + empty;
    }
    const std::pair<std::string, std::string> bombs[] = {
        {doubling,
         "MemoryError raised while resolving interpolation: interpolations give too much text"},
        {copies, "the configuration is too large"},
        {empty, "RecursionError raised while resolving interpolation: too many interpolations"}};
    for (const auto& [text, error] : bombs) {
      Configs configs{{"config.yaml", text}};
      configs.limits = {10'000, 2000, 100'000};
      CHECK(first_line(configs.error()) == error);
    }
  }
}
