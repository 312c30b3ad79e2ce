#include "run/lock_writer.hpp"

#include <string>

#include <doctest/doctest.h>
#include <expcore/error.hpp>
#include <fmt/format.h>

#include "fs/file.hpp"
#include "run/reproduce.hpp"
#include "support/test_repo.hpp"

using namespace expcore;
using test::TestRepo;

namespace {

struct World {
  World() { repo.make_project(); }

  void run() {
    const auto workspace = pipeline::Workspace::open(repo.path(), repo.environment());
    run::reproduce(*workspace, {});
  }

  TestRepo repo;
};

std::string chain(int count, const std::string& command) {
  std::string text = "stages:\n";
  for (int i = 0; i < count; ++i) {
    const std::string before = i == 0 ? "src" : fmt::format("o{}", i - 1);
    text +=
        fmt::format("  s{0}:\n    cmd: {2}\n    deps: [{1}]\n    outs: [o{0}]\n", i, before,
                    fmt::format(fmt::runtime(command), fmt::arg("i", i), fmt::arg("before", before),
                                fmt::arg("last", i == 0 ? "schema" : fmt::format("s{}", i - 1))));
  }
  return text;
}

}  // namespace

TEST_SUITE("run/lock_writer") {
  TEST_CASE("every command finds what the stages before it left") {
    World world;
    world.repo.write("src", "1\n");
    world.repo.write("dvc.lock", "schema: '2.0'\nstages: {}\n");
    world.repo.write("dvc.yaml", chain(20, "grep -q '^ *{last}:' dvc.lock && cp {before} o{i}"));
    world.run();
    const std::string text = world.repo.read("dvc.lock");
    const auto entries = pipeline::parse_lock(text, "dvc.lock");
    CHECK(entries.size() == 20);
    CHECK(entries.at("s19").outs.front().id.hex == hash::md5("1\n"));
  }
  TEST_CASE("entries that another program writes meanwhile stay") {
    World world;
    world.repo.write("src", "1\n");
    world.repo.write(
        "dvc.yaml",
        "stages:\n"
        "  a: {cmd: cp src a, deps: [src], outs: [a]}\n"
        "  b: {cmd: \"printf '  other:\\\\n    cmd: mine\\\\n' >> dvc.lock; cp a b\",\n"
        "      deps: [a], outs: [b]}\n"
        "  c: {cmd: cp b c, deps: [b], outs: [c]}\n");
    world.run();
    const auto entries = pipeline::parse_lock(world.repo.read("dvc.lock"), "dvc.lock");
    CHECK(entries.size() == 4);
    CHECK(entries.at("other").command.string() == "mine");
  }
  TEST_CASE("a file that cannot be read any more is not written over") {
    World world;
    world.repo.write("src", "1\n");
    const std::string damage = "<<<<<<< HEAD\n";
    world.repo.write(
        "dvc.yaml",
        "stages:\n"
        "  a: {cmd: cp src a, deps: [src], outs: [a]}\n"
        "  b: {cmd: \"echo '<<<<<<< HEAD' > dvc.lock; cp a b\", deps: [a], outs: [b]}\n");
    CHECK_THROWS_AS(world.run(), Error);
    CHECK(world.repo.read("dvc.lock") == damage);
  }
}
