#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/text.hpp"
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
  TEST_CASE("the work tree alone becomes another tree, the index stays") {
    World world;
    world.repo.write(".gitattributes", "lines text eol=crlf\n");
    world.repo.write("lines", "one\n");
    world.from = world.tree_of(world.repo.commit());
    world.repo.write("lines", "one\ntwo\n");
    world.repo.write("a", "another");
    world.repo.git("rm -q z");
    world.to = world.tree_of(world.repo.commit());
    const auto index = fs::read_file(world.repo / ".git/index");
    git::Repo opened = git::Repo::discover(world.repo.path());
    const auto tree_there = [&] {
      return world.repo.git(
          "--version >/dev/null && export GIT_INDEX_FILE=.git/other && git add -A && git "
          "write-tree");
    };
    opened.switch_workdir(world.to, world.from);
    CHECK(tree_there() == world.from);
    CHECK(fs::read_file(world.repo / "lines") == "one\r\n");
    opened.switch_workdir(world.from, world.to);
    CHECK(tree_there() == world.to);
    CHECK(fs::read_file(world.repo / "lines") == "one\r\ntwo\r\n");
    CHECK(fs::read_file(world.repo / ".git/index") == index);
  }
  TEST_CASE("changes of files are undone by a look at stats") {
    const TestRepo repo;
    repo.write(".gitattributes", "*.txt text eol=crlf\n");
    for (const char* path : {"a/1", "a/2", "a/b/3", "a/b/4", "c.txt", "d", "run.sh", "z/5"})
      repo.write(path, std::string(path) + "\n");
    fs::chmod(repo / "run.sh", 0755);
    fs::symlink("a/1", repo / "link");
    repo.commit();
    git::Repo opened = git::Repo::discover(repo.path());
    const auto tree = opened.commit_info(*opened.head()).tree;
    opened.checkout_tree(tree);
    const auto all = opened.restore_files(tree);
    REQUIRE(all);
    CHECK(join(*all, "\n") == repo.git("ls-files"));
    for (int round = 0; round < 3; ++round) {
      repo.write("a/1", "edited");
      repo.write("c.txt", "c.txt\n");  // another line ending
      fs::chmod(repo / "run.sh", 0644);
      fs::chmod(repo / "d", 0755);
      fs::remove_tree(repo / "a/b");
      fs::remove(repo / "link");
      fs::symlink("elsewhere", repo / "link");
      fs::remove(repo / "z/5");
      fs::symlink("../d", repo / "z/5");
      repo.write("untracked", "stays");
      CHECK(opened.restore_files(tree) == all);
      CHECK(fs::read_file(repo / "c.txt") == "c.txt\r\n");
      CHECK(fs::read_file(repo / "a/b/4") == "a/b/4\n");
      CHECK(fs::read_link(repo / "link") == "a/1");
      CHECK(repo.git("diff-files").empty());  // by the index's stats, too
      CHECK(repo.git("status --porcelain") == "?? untracked");
      CHECK_NOTHROW(repo.git("fsck --strict"));
    }
    const auto index = fs::read_file(repo / ".git/index");
    SUBCASE("a folder in the place of a file") {
      fs::remove(repo / "d");
      repo.write("d/below", "x");
    }
    SUBCASE("a file in the place of a folder") {
      fs::remove_tree(repo / "a");
      repo.write("a", "x");
    }
    SUBCASE("a link in the place of a folder") {
      fs::rename(repo / "z", repo / "other");
      fs::symlink("other", repo / "z");
    }
    SUBCASE("an index that is damaged") {
      std::string damaged = index;
      damaged[damaged.size() / 2] ^= 1;
      fs::write_atomic(repo / ".git/index", damaged);
      CHECK_FALSE(opened.restore_files(tree));
      fs::write_atomic(repo / ".git/index", index);
      return;
    }
    CHECK_FALSE(opened.restore_files(tree));
    CHECK(fs::read_file(repo / ".git/index") == index);
  }
}
