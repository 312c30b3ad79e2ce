#include <algorithm>

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "fs/file.hpp"
#include "git/repo.hpp"
#include "support/test_repo.hpp"

using namespace expcore;
using git::Repo;
using test::TestRepo;

TEST_SUITE("git/index") {
  TEST_CASE("work tree edits are what git diff-files says, and the index stays untouched") {
    const TestRepo repo;
    for (const char* name : {"same", "edited", "deleted", "mode", "dir/inner"})
      repo.write(name, "1");
    repo.commit();
    repo.write("edited", "2");
    fs::remove(repo / "deleted");
    fs::chmod(repo / "mode", 0755);
    repo.write("untracked", "x");
    const auto before = fs::read_file(repo / ".git/index");
    Repo opened = Repo::discover(repo.path());
    const auto edits = opened.workdir_edits();
    REQUIRE(edits.size() == 3);
    CHECK(edits[0].path == "deleted");
    CHECK(edits[0].id.empty());
    CHECK(edits[1].path == "edited");
    CHECK(edits[1].id == repo.git("hash-object edited"));
    CHECK(edits[2].mode == 0100755);
    CHECK(fs::read_file(repo / ".git/index") == before);
    CHECK(opened.untracked_files() == std::vector<std::string>{"untracked"});
  }
  TEST_CASE("an edit of the same size in the same second is seen") {
    const TestRepo repo;
    for (int i = 0; i < 5; ++i) {
      repo.write("f", "old" + std::to_string(i));
      repo.commit();
      repo.write("f", "new" + std::to_string(i));
      Repo opened = Repo::discover(repo.path());
      CHECK(opened.workdir_edits().size() == 1);
    }
  }
  TEST_CASE("tracked means the path or something below it") {
    const TestRepo repo;
    repo.write("dir/file", "1");
    repo.commit();
    const Repo opened = Repo::discover(repo.path());
    CHECK(opened.is_tracked("dir/file"));
    CHECK(opened.is_tracked("dir"));
    CHECK_FALSE(opened.is_tracked("di"));
    CHECK_FALSE(opened.is_tracked("dir/other"));
  }
  TEST_CASE("ignore rules count even for tracked files") {
    const TestRepo repo;
    repo.write("x.log", "1");
    repo.commit();
    repo.write(".gitignore", "*.log\nout/\n!keep.log\n");
    repo.write("sub/.gitignore", "/a\n");
    repo.write(".git/info/exclude", "secret\n");
    const Repo opened = Repo::discover(repo.path());
    const std::pair<const char*, bool> cases[] = {
        {"x.log", true}, {"keep.log", false}, {"out", false},   {"out/", true},
        {"sub/a", true}, {"sub/b/a", false},  {"secret", true}, {"other", false}};
    for (const auto& [path, ignored] : cases) {
      CHECK(opened.is_ignored(path) == ignored);
    }
  }
  TEST_CASE("adding stages files, also ignored and deleted ones") {
    const TestRepo repo;
    repo.write("a", "1");
    repo.commit();
    repo.write(".gitignore", "b\n");
    repo.write("b", "2");
    fs::remove(repo / "a");
    Repo opened = Repo::discover(repo.path());
    opened.add_to_index({"a", "b"});
    CHECK(repo.git("diff --cached --name-status") == "D\ta\nA\tb");
    CHECK(repo.git("ls-tree -r --name-only " + opened.index_tree()) == "b");
  }

  TEST_CASE("the tree of the index is what git write-tree makes") {
    const TestRepo repo;
    Repo empty = Repo::discover(repo.path());
    for (const char* name : {"same/deep/x", "same/y", "edited", "gone/only", "file", "folder/a"})
      repo.write(name, "1");
    repo.git("add -A");
    CHECK(empty.index_tree() == repo.git("write-tree"));  // before the first commit
    repo.commit();
    Repo opened = Repo::discover(repo.path());
    CHECK(opened.index_tree() == repo.git("write-tree"));
    repo.write("edited", "2");
    fs::remove_tree(repo / "gone");
    fs::remove(repo / "file");
    repo.write("file/now a folder", "3");
    fs::remove_tree(repo / "folder");
    repo.write("folder", "4");
    repo.write("same/deep/new", "5");
    fs::chmod(repo / "same/y", 0755);
    repo.git("add -A");
    CHECK(opened.index_tree() == repo.git("write-tree"));
    repo.git("rm -r -q -f .");
    CHECK(opened.index_tree() == repo.git("write-tree"));
  }
  TEST_CASE("unmerged entries are no tree") {
    const TestRepo repo;
    repo.write("f", "base");
    repo.commit();
    repo.git("checkout -q -b other");
    repo.write("f", "theirs");
    repo.commit();
    repo.git("checkout -q main");
    repo.write("f", "ours");
    repo.commit();
    repo.git("merge -q other || true");
    Repo opened = Repo::discover(repo.path());
    CHECK_THROWS_AS(opened.index_tree(), Error);
  }
  TEST_CASE("what a sparse checkout leaves out is not deleted") {
    const TestRepo repo;
    repo.write("here/a", "1");
    repo.write("there/b", "2");
    repo.commit();
    repo.git("sparse-checkout set here");
    REQUIRE_FALSE(fs::exists(repo / "there/b"));
    auto opened = Repo::discover(repo.path());
    CHECK(opened.workdir_edits().empty());
    repo.write("here/a", "3");
    CHECK(opened.workdir_edits().size() == 1);
    fs::remove(repo / "here/a");
    CHECK(opened.workdir_edits().at(0).mode == 0);
  }
}
