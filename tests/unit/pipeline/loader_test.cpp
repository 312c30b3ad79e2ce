#include "pipeline/loader.hpp"

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "pipeline/schema.hpp"

using namespace expcore;
using namespace expcore::pipeline;

namespace {

LoadContext context() {
  LoadContext context;
  context.root = "/p";
  context.directory = "/p";
  context.read = [](const std::string&) { return std::nullopt; };
  context.is_directory = [](const std::string&) { return false; };
  return context;
}

PipelineFile load(std::string_view text, const std::string& path = "/p/dvc.yaml") {
  return parse_pipeline(text, path, context());
}

std::string error_of(std::string_view text) {
  try {
    load(text);
  } catch (const Error& error) {
    return std::string(error.what()) + "\n" + error.details();
  }
  return "";
}

}  // namespace

TEST_SUITE("pipeline/loader") {
  TEST_CASE("a stage has its parts where the file says") {
    const auto file = load(
        "stages:\n  train:\n    cmd: x\n    wdir: sub\n    deps: [../a, /p/sub/b, s3://c]\n"
        "    params: [lr, other.json: [k], whole.yaml: null]\n    outs:\n    - m: {cache: false, "
        "persist: true}\n"
        "    metrics: [n]\n    plots:\n    - q: {x: a}\n    frozen: true\n");
    REQUIRE(file.stages.size() == 1);
    const Stage& stage = file.stages[0];
    CHECK(stage.wdir == "/p/sub");
    REQUIRE(stage.deps.size() == 3);
    CHECK(stage.deps[0].path == "/p/a");
    CHECK(stage.deps[1].def_path == "b");
    CHECK(stage.deps[2].kind == Dependency::Kind::external);
    REQUIRE(stage.params.size() == 3);
    CHECK(stage.params[0].path == "/p/sub/params.yaml");
    CHECK(stage.params[1].keys == std::vector<std::string>{"k"});
    CHECK(stage.params[2].whole_file);
    REQUIRE(stage.outs.size() == 3);
    CHECK_FALSE(stage.outs[0].cache);
    CHECK(stage.outs[0].persist);
    CHECK(stage.outs[1].kind == OutKind::metric);
    CHECK(stage.outs[2].kind == OutKind::plot);
    CHECK(stage.outs[2].plot.find("x")->string() == "a");
    CHECK(stage.frozen);
    CHECK(address(stage, "/p") == "train");
    CHECK(address(stage, "/p/sub") == "../dvc.yaml:train");
  }
  TEST_CASE("the same path twice in a list is one output, the later flags winning") {
    const auto file = load(
        "stages:\n  a:\n    cmd: x\n    outs:\n    - o: {cache: false}\n    - o: {push: false}\n");
    REQUIRE(file.stages[0].outs.size() == 1);
    CHECK_FALSE(file.stages[0].outs[0].cache);
    CHECK_FALSE(file.stages[0].outs[0].push);
  }
  TEST_CASE("a .dvc file is a stage that records itself") {
    const auto stage =
        parse_dvc_file("outs:\n- md5: aaaa.dir\n  size: 4\n  nfiles: 2\n  hash: md5\n  path: raw\n",
                       "/p/d/raw.dvc", context());
    CHECK(stage.is_data_source());
    CHECK(stage.outs[0].path == "/p/d/raw");
    const auto* item = stage.recorded->out("raw");
    REQUIRE(item);
    CHECK(item->id.is_directory());
    CHECK(item->file_count == 2);
    CHECK(address(stage, "/p") == "d/raw.dvc");
  }
  TEST_CASE("commands are one shell per line or per item") {
    const auto file = load(
        "stages:\n  a: {cmd: \"x\\ny\\n\"}\n  b:\n    cmd:\n    - x\n    - |\n      y\n      z\n");
    CHECK(file.stages[0].command_lines() == std::vector<std::string>{"x", "y"});
    CHECK(file.stages[1].command_lines() == std::vector<std::string>{"x", "y\nz\n"});
  }
  TEST_CASE("no path and no command holds a NUL byte") {
    CHECK(error_of("stages:\n  a:\n    cmd: x\n    outs: [\"b\\0c\"]\n")
              .find("path 'b\\0c' holds a NUL byte\ndvc.yaml:3:5\n") == 0);
    CHECK(error_of("stages:\n  a: {cmd: [x, \"y\\0z\"]}\n")
              .find("command 'y\\0z' holds a NUL byte\ndvc.yaml:2:6\n") == 0);
    CHECK(error_of("stages:\n  a: {cmd: x, wdir: \"\\0\"}\n")
              .find("path '/p/\\0' holds a NUL byte\ndvc.yaml:2:6\n") == 0);
  }
  TEST_CASE("what cannot be an output or a dependency is refused") {
    CHECK(error_of("stages: {a: {cmd: x, outs: [b.dvc]}}\n")
              .find("DVC file 'b.dvc' cannot be an output.") == 0);
    CHECK(error_of("stages: {a: {cmd: x, deps: [s/dvc.yaml]}}\n").find("cannot be a dependency.") !=
          std::string::npos);
  }
}

TEST_SUITE("pipeline/schema") {
  TEST_CASE("every problem is listed with its place") {
    const auto text =
        error_of("stages:\n  a:\n    cmd: echo\n    deps: foo\n    wrong: 1\n  b:\n    cmd: 3\n");
    CHECK(text.find("'./dvc.yaml' validation failed: 3 errors.") == 0);
    CHECK(text.find("expected a list, in stages -> a -> deps, line 4, column 11") !=
          std::string::npos);
    CHECK(text.find("extra keys not allowed, in stages -> a -> wrong, line 5, column 5") !=
          std::string::npos);
    CHECK(text.find("expected str, in stages -> b -> cmd") != std::string::npos);
    CHECK(text.find("> 5 |     wrong: 1") != std::string::npos);
  }
  TEST_CASE("syntax errors and conflict markers") {
    CHECK(error_of("stages: [\n").find("'./dvc.yaml' is invalid.\n") == 0);
    CHECK(error_of("<<<<<<< HEAD\nx: 1\n=======\n>>>>>>> b\n")
              .find("'./dvc.yaml' is invalid (possible merge conflicts).") == 0);
  }
  TEST_CASE("lock files need their version and nothing foreign") {
    const auto refused = [](std::string_view text) {
      CHECK_THROWS_AS(read_document(text, Schema::lock, "./dvc.lock"), Error);
    };
    refused("");
    refused("schema: '1.0'\n");
    refused("schema: '2.0'\nstages: {a: {cmd: x, wrong: 1}}\n");
    refused("schema: '2.0'\nstages: {a: {cmd: x, deps: [{path: d, md5: ab}]}}\n");
    CHECK_NOTHROW(
        read_document("schema: '2.0'\nstages: {a: {cmd: [x], deps: [{path: d, md5: abc, cloud: {r: "
                      "{etag: abcd}}}]}}\n",
                      Schema::lock, "./dvc.lock"));
  }
}
