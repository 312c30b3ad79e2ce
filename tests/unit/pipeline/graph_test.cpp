#include "pipeline/graph.hpp"

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "pipeline/path_tree.hpp"
#include "pipeline/targets.hpp"
#include "support/test_repo.hpp"

using namespace expcore;
using namespace expcore::pipeline;
using test::TestRepo;

namespace {

struct World {
  explicit World(std::string_view dvc_yaml) {
    repo.make_project();
    repo.write("dvc.yaml", dvc_yaml);
    workspace = Workspace::open(repo.path(), repo.environment());
  }
  Index index() { return Index::collect(*workspace); }
  std::vector<std::string> plan(const Selection& selection) {
    const Index loaded = index();
    const Graph graph(loaded, workspace->directory);
    std::vector<std::string> names;
    const auto sources = selection.all_pipelines
                             ? std::vector<StageId>()
                             : resolve_targets(*workspace, loaded, &graph, selection);
    for (const auto id : plan_order(loaded, graph, sources, selection)) {
      names.push_back(loaded.stage(id).name);
    }
    return names;
  }

  TestRepo repo;
  std::unique_ptr<Workspace> workspace;
};

const char* const diamond =
    "stages:\n  d: {cmd: x, deps: [b, c/inner], outs: [d]}\n  a: {cmd: x, outs: [a]}\n"
    "  b: {cmd: x, deps: [a], outs: [b]}\n  c: {cmd: x, deps: [a], outs: [c]}\n"
    "  other: {cmd: x, outs: [o]}\n";

using Names = std::vector<std::string>;

}  // namespace

TEST_SUITE("pipeline/graph") {
  TEST_CASE("stages come after what they need, in a fixed order") {
    World world(diamond);
    CHECK(world.plan({}) == Names{"a", "b", "c", "d", "other"});
    Selection selection;
    selection.targets = {"c"};
    CHECK(world.plan(selection) == Names{"a", "c"});
    selection.downstream = true;
    CHECK(world.plan(selection) == Names{"c", "d"});
    selection = {};
    selection.targets = {"b"};
    selection.pipeline = true;
    CHECK(world.plan(selection) == Names{"a", "b", "c", "d"});
  }
  TEST_CASE("a dependency on a folder needs everything made inside it") {
    World world(
        "stages:\n  all: {cmd: x, deps: [out]}\n  one: {cmd: x, outs: [out/one]}\n"
        "  two: {cmd: x, outs: [out/deep/two]}\n");
    Selection selection;
    selection.targets = {"all"};
    CHECK(world.plan(selection) == Names{"one", "two", "all"});
  }
  TEST_CASE("a frozen stage's dependencies are not followed") {
    World world(
        "stages:\n  b: {cmd: x, deps: [a], outs: [b], frozen: true}\n  a: {cmd: x, outs: [a]}\n");
    Selection selection;
    selection.targets = {"b"};
    CHECK(world.plan(selection) == Names{"b"});
  }
  TEST_CASE("cycles and overlaps are named") {
    const std::pair<const char*, const char*> cases[] = {
        {"stages:\n  a: {cmd: x, deps: [y], outs: [x]}\n  b: {cmd: x, deps: [x], outs: [y]}\n",
         "Same item(s) are defined as both a dependency and an output in stages: a, b."},
        {"stages:\n  a: {cmd: x, outs: [o]}\n  b: {cmd: x, outs: [o]}\n",
         "output 'o' is specified in:\n\t- a\n\t- b\nUse `dvc remove` with any of the above "
         "targets to "
         "stop tracking the overlapping output."},
        {"stages:\n  a: {cmd: x, outs: [d/f]}\n  b: {cmd: x, outs: [d]}\n",
         "The output paths:\n'd'('b')\n'd/f'('a')\noverlap and are thus in the same tracked "
         "directory.\nTo keep reproducibility, outputs should be in separate tracked directories "
         "or "
         "tracked individually."}};
    for (const auto& [text, message] : cases) {
      World world(text);
      const Index index = world.index();
      CHECK_THROWS_WITH_AS(Graph(index, world.workspace->directory), message, Error);
    }
  }
  TEST_CASE("a long chain does not exhaust the stack") {
    std::string text = "stages:\n  s0: {cmd: x, outs: [o0]}\n";
    for (int i = 1; i < 3000; ++i) {
      text += "  s" + std::to_string(i) + ": {cmd: x, deps: [o" + std::to_string(i - 1) +
              "], outs: [o" + std::to_string(i) + "]}\n";
    }
    World world(text);
    Selection selection;
    selection.targets = {"s2999"};
    CHECK(world.plan(selection).size() == 3000);
  }
  TEST_CASE("files inside outputs and ignored folders are not searched for pipelines") {
    World world("stages:\n  a: {cmd: x, outs: [out]}\n");
    world.repo.write("out/dvc.yaml", "stages:\n  inner: {cmd: x}\n");
    world.repo.write("skipped/dvc.yaml", "stages:\n  skipped: {cmd: x}\n");
    world.repo.write(".gitignore", "/skipped/\n");
    world.repo.write("sub/dvc.yaml", "stages:\n  found: {cmd: x}\n");
    const Index index = world.index();
    REQUIRE(index.stages().size() == 2);
    CHECK(index.stage(1).name == "found");
  }
}

TEST_SUITE("pipeline/path_tree") {
  TEST_CASE("what is above and below a path, in order of first insertion") {
    PathTree<int> tree;
    tree.insert("/d/y/1", 1);
    tree.insert("/d/x", 2);
    tree.insert("/d/y/2", 3);
    const auto below = tree.below("/d");
    REQUIRE(below.size() == 3);
    CHECK(below[0].second == 1);
    CHECK(below[1].second == 3);
    CHECK(below[2].second == 2);
    CHECK(tree.nearest_above("/d/x/inner")->second == 2);
    CHECK_FALSE(tree.nearest_above("/d/x"));
    CHECK_FALSE(tree.find("/d/y"));
    CHECK(*tree.find("/d/x") == 2);
    CHECK(tree.below("/elsewhere").empty());
  }
}

TEST_SUITE("pipeline/targets") {
  TEST_CASE("targets are taken apart as DVC does") {
    struct Case {
      const char* text;
      const char* file;
      const char* name;
    };
    const Case cases[] = {{"train", "", "train"},
                          {"sub/dvc.yaml", "sub/dvc.yaml", ""},
                          {"sub/dvc.yaml:t@x@y", "sub/dvc.yaml", "t@x@y"},
                          {"p:q:r", "p:q", "r"},
                          {"data.csv", "", "data.csv"},
                          {"data.csv.dvc", "data.csv.dvc", ""},
                          {"train@1", "", "train@1"}};
    for (const auto& c : cases) {
      CAPTURE(c.text);
      CHECK(parse_target(c.text).file == c.file);
      CHECK(parse_target(c.text).name == c.name);
    }
    CHECK_THROWS_WITH_AS(parse_target("sub/dvc.lock"), "Did you mean: `sub/dvc.yaml`?", Error);
  }
}
