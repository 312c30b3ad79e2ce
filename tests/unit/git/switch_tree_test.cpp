#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "fs/file.hpp"
#include "git/index_edit.hpp"
#include "git/repo.hpp"
#include "support/test_repo.hpp"

using namespace expcore;
using test::TestRepo;

namespace {

/// A repository at its second commit.
struct World {
  World() {
    for (const auto* name : {"a", "file", "folder/deep/x", "folder/deep/y", "run", "z"})
      repo.write(name, name);
    repo.write(std::string(200, 'n') + "/" + std::string(120, 'm'), "long");
    from = tree_of(repo.commit());
    repo.git(
        "--version && rm file && mkdir file && echo in > file/in && rm -r folder && "
        "echo out > folder && chmod +x run && ln -s nowhere link && echo longer > a");
    repo.write(std::string(200, 'n') + "/" + std::string(119, 'm'), "");
    repo.write("0", "first");
    repo.write("zz", "last");
    to = tree_of(repo.commit());
  }
  std::string tree_of(const std::string& commit) const {
    return repo.git("rev-parse " + commit + "^{tree}");
  }
  void go(const std::string& target, const std::string& source) const {
    git::Repo::discover(repo.path()).switch_tree(source, target);
  }
  /// Index and work tree hold `tree`, and Git says so without a look into files.
  bool holds(const std::string& tree) const {
    return repo.git("write-tree") == tree && repo.git("diff-files --name-only").empty() &&
           repo.git("ls-files --others").empty() && repo.git("fsck --no-dangling --strict").empty();
  }

  TestRepo repo;
  std::string from;
  std::string to;
};

}  // namespace

TEST_SUITE("git/switch_tree") {
  TEST_CASE("another tree takes the place of one in work tree and index, and back") {
    World world;
    SUBCASE("an index of version 2") {}
    SUBCASE("one of version 4") { world.repo.git("update-index --index-version 4"); }
    SUBCASE("one that knows of untracked files") {
      world.repo.git("update-index --force-untracked-cache");
      world.repo.git("status --porcelain");
    }
    REQUIRE(world.holds(world.to));
    world.go(world.from, world.to);
    CHECK(world.holds(world.from));
    CHECK(world.repo.git("ls-tree -r " + world.from + " run").starts_with("100644"));
    world.go(world.to, world.from);
    CHECK(world.holds(world.to));
    CHECK(fs::read_link(world.repo / "link") == "nowhere");
    CHECK(fs::stat(world.repo / "run")->is_executable());
  }
  TEST_CASE("an edit right after a switch is seen, though neither size nor second changed") {
    const World world;
    world.go(world.from, world.to);
    world.repo.write("folder/deep/x", std::string(13, '!'));
    auto repo = git::Repo::discover(world.repo.path());
    REQUIRE(repo.workdir_edits().size() == 1);
    CHECK(repo.workdir_edits()[0].path == "folder/deep/x");
    CHECK(world.repo.git("status --porcelain -uno").find("folder/deep/x") != std::string::npos);
  }
  TEST_CASE("a damaged index is not written anew as if it were right") {
    const World world;
    world.go(world.from, world.to);
    std::string index = fs::read_file(world.repo / ".git/index");
    index[45] ^= '\1';  // of the first entry's size
    fs::write_atomic(world.repo / ".git/index", index);
    CHECK_THROWS_WITH_AS(world.go(world.to, world.from), doctest::Contains("index' is damaged"),
                         Error);
    CHECK(fs::read_file(world.repo / ".git/index") == index);
  }
  TEST_CASE("what is no plain index is left to others") {
    const World world;
    const std::string plain = fs::read_file(world.repo / ".git/index");
    const auto is_plain = [](const std::string& bytes) {
      const auto index = git::IndexFile::parse(bytes, 0);
      return index && git::is_editable(*index) && index->is_undamaged();
    };
    REQUIRE(is_plain(plain));
    for (std::size_t at = 0; at < plain.size(); ++at) {
      CAPTURE(at);
      std::string damaged = plain;
      damaged[at] ^= '\x55';
      CHECK_FALSE(is_plain(plain.substr(0, at)));
      CHECK_FALSE(is_plain(damaged));
    }
    world.repo.git("update-index --assume-unchanged a");
    CHECK_FALSE(is_plain(fs::read_file(world.repo / ".git/index")));
    world.repo.git("update-index --no-assume-unchanged --skip-worktree z");
    CHECK_FALSE(is_plain(fs::read_file(world.repo / ".git/index")));
  }
}
