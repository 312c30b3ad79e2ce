#include "pipeline/compiled.hpp"

#include <doctest/doctest.h>
#include <expcore/error.hpp>
#include <fmt/format.h>

#include "pipeline/index.hpp"
#include "support/test_repo.hpp"

using namespace expcore;
using test::TestRepo;

namespace {

/// A pipeline large enough to be compiled, with every kind of content.
std::string large_pipeline() {
  std::string text = "vars: [more.yaml]\nstages:\n";
  for (int i = 0; i < 60; ++i) {
    text += fmt::format(
        "  s{0}:\n    cmd: ['echo ${{x}} ${{y}}', 'touch o{0}']\n    deps: [src, 's3://b/k']\n"
        "    params: [x, other.json: [a.b]]\n    outs:\n    - o{0}: {{cache: false, desc: d, "
        "labels: [l], meta: {{k: [1, 2.5, null]}}}}\n    frozen: {1}\n    meta: {{big: "
        "123456789012345678901234567890}}\n",
        i, i % 2 == 0 ? "true" : "false");
  }
  return text + "metrics: [m.json]\nplots: [p.csv]\nartifacts: {a: {path: o1}}\n";
}

struct World {
  World() {
    repo.make_project();
    repo.write("dvc.yaml", large_pipeline());
    repo.write("params.yaml", "x: 1\n");
    repo.write("more.yaml", "y: 2\n");
  }
  pipeline::Index load() {
    workspace = pipeline::Workspace::open(repo.path(), repo.environment());
    return pipeline::Index::collect(*workspace);
  }
  std::string compiled_folder() const { return repo.path() + "/.dvc/tmp/expcore/compiled"; }
  std::string compiled_file() const {
    const auto entries = fs::list_directory(compiled_folder());
    return compiled_folder() + "/" + entries.at(0).name;
  }

  TestRepo repo;
  std::unique_ptr<pipeline::Workspace> workspace;
};

/// Everything a stage is, to be compared.
std::string facts(const pipeline::Stage& stage) {
  std::string text = stage.name + stage.file + stage.wdir + python_repr(stage.command) +
                     python_repr(stage.meta) + stage.desc + (stage.frozen ? "f" : "");
  for (const auto& dep : stage.deps)
    text += dep.def_path + dep.path + std::to_string(static_cast<int>(dep.kind));
  for (const auto& params : stage.params)
    text += params.path + fmt::format("{}{}", fmt::join(params.keys, ","), params.whole_file);
  for (const auto& out : stage.outs) {
    text += out.def_path + out.path + out.desc + python_repr(out.meta) +
            fmt::format("{}{}{}", out.cache, out.persist, fmt::join(out.labels, ","));
  }
  for (const auto& [file, values] : stage.template_params)
    text += file + python_repr(values);
  return text + fmt::format("{}:{}", stage.position.line, stage.position.column);
}

}  // namespace

TEST_SUITE("pipeline/compiled") {
  TEST_CASE("what comes from the cache is what was parsed") {
    World world;
    const auto parsed = world.load();
    REQUIRE(fs::exists(world.compiled_file()));
    const auto cached = world.load();
    REQUIRE(cached.stages().size() == 60);
    for (pipeline::StageId id = 0; id < 60; ++id)
      CHECK(facts(cached.stage(id)) == facts(parsed.stage(id)));
    CHECK(cached.files()[0].metrics == parsed.files()[0].metrics);
    CHECK(python_repr(cached.files()[0].plots) == python_repr(parsed.files()[0].plots));
    CHECK(python_repr(cached.files()[0].artifacts) == python_repr(parsed.files()[0].artifacts));
  }
  TEST_CASE("the cache is really read") {
    World world;
    world.load();
    std::string bytes = fs::read_file(world.compiled_file());
    const auto stat = fs::stat(world.compiled_file());
    world.load();
    CHECK(fs::stat(world.compiled_file())->inode == stat->inode);  // not written again
  }
  TEST_CASE("a change of any file that was read counts") {
    World world;
    world.load();
    world.repo.write("params.yaml", "x: 7\n");
    CHECK(python_str(world.load().stage(0).command) == "['echo 7 2', 'touch o0']");
    world.repo.write("more.yaml", "y: 8\n");
    CHECK(python_str(world.load().stage(0).command) == "['echo 7 8', 'touch o0']");
    world.repo.write("dvc.yaml", large_pipeline() + "\n# changed\n");
    CHECK(world.load().stages().size() == 60);
    fs::remove(world.repo.path() + "/more.yaml");
    CHECK_THROWS_AS(world.load(), Error);
  }
  TEST_CASE("a damaged file is passed over and replaced") {
    World world;
    world.load();
    const std::string bytes = fs::read_file(world.compiled_file());
    std::vector<std::string> damaged = {"", "x", bytes.substr(0, bytes.size() / 2), bytes + "x"};
    for (std::size_t at = 0; at < bytes.size(); at += 997) {
      damaged.push_back(bytes);
      damaged.back()[at] = static_cast<char>(damaged.back()[at] ^ 0x20);
    }
    for (const auto& content : damaged) {
      fs::write_atomic(world.compiled_file(), content);
      CHECK(world.load().stages().size() == 60);
      CHECK(fs::read_file(world.compiled_file()) == bytes);
    }
  }
  TEST_CASE("a folder that cannot be written is no error") {
    World world;
    world.repo.write(".dvc/tmp/expcore/compiled", "a file");
    CHECK(world.load().stages().size() == 60);
  }
  TEST_CASE("small files are parsed each time") {
    World world;
    world.repo.write("dvc.yaml", "stages:\n  a: {cmd: x}\n");
    world.load();
    CHECK_FALSE(fs::exists(world.compiled_folder()));
  }
}
