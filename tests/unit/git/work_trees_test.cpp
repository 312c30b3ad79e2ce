#include "git/work_trees.hpp"

#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/file.hpp"
#include "git/repo.hpp"
#include "support/test_repo.hpp"

using namespace expcore;
using test::TestRepo;

namespace {

std::optional<git::WorkTrees> trees_of(const TestRepo& repo) {
  const auto index = git::IndexFile::read(repo / ".git/index");
  if (!index) return std::nullopt;
  return git::write_work_trees(*index, repo.path(), git::LooseObjects(repo / ".git/objects"));
}

/// What Git itself says, by a second index.
git::WorkTrees trees_of_git(const TestRepo& repo) {
  git::WorkTrees trees;
  trees.index = repo.git("write-tree");
  fs::remove(repo / ".git/other");
  fs::copy_file(repo / ".git/index", repo / ".git/other", 0644);
  repo.git("--version && export GIT_INDEX_FILE=.git/other && git add -u");
  trees.workdir = repo.git("--version >/dev/null && GIT_INDEX_FILE=.git/other git write-tree");
  return trees;
}

void check_as_git(const TestRepo& repo) {
  const auto ours = trees_of(repo);
  REQUIRE(ours);
  const auto theirs = trees_of_git(repo);
  CHECK(ours->index == theirs.index);
  CHECK(ours->workdir == theirs.workdir);
  CHECK(ours->is_verbatim);
  git::Repo opened = git::Repo::discover(repo.path());
  CHECK(opened.edit_tree(opened.index_tree(), opened.workdir_edits()) == theirs.workdir);
  CHECK(join(opened.untracked_files(), "\n") == repo.git("ls-files --others --exclude-standard"));
}

/// Changes a repository in ways that people do.
class Editor {
 public:
  Editor(const TestRepo& repo, unsigned seed) : repo_(repo), random_(seed) {}

  void begin() {
    for (int i = 0; i < 30; ++i)
      write();
    repo_.commit();
  }

  void edit() {
    const std::string path = tracked();
    switch (number(9)) {
      case 0:
        write();
        break;  // a new file, or another content
      case 1:
        repo_.git("add -A " + folder());
        break;
      case 2:
        fs::remove(repo_ / path);
        break;
      case 3:
        fs::remove_tree(repo_ / folder());
        break;
      case 4:
        repo_.git("rm -q --cached " + path);
        break;
      case 5:
        if (fs::is_file(repo_ / path)) fs::chmod(repo_ / path, 0755);
        break;
      case 6:
        if (fs::remove(repo_ / path)) fs::symlink("somewhere", repo_ / path);
        break;
      case 7:
        repo_.git("commit -q --allow-empty -m more");
        break;
      default:
        repo_.git("mv -k " + path + " moved" + std::to_string(number(1000)));
    }
  }

 private:
  unsigned number(unsigned end) { return static_cast<unsigned>(random_() % end); }
  std::string folder() {
    const std::vector<std::string> folders = {"a", "a/b", "a.c", "d/e/f", "d"};
    return folders[number(5)];
  }
  void write() {
    const std::string path = fmt::format("{}/{}", folder(), number(8));
    fs::remove(repo_ / path);
    repo_.write(path, std::to_string(number(4)));
  }
  std::string tracked() {
    const std::string list = repo_.git("ls-files");
    std::vector<std::string> files;
    for (std::size_t at = 0; at < list.size();) {
      const auto end = std::min(list.find('\n', at), list.size());
      files.push_back(list.substr(at, end - at));
      at = end + 1;
    }
    return files.empty() ? "none" : files[number(static_cast<unsigned>(files.size()))];
  }

  const TestRepo& repo_;
  std::mt19937 random_;
};

}  // namespace

TEST_SUITE("git/work_trees") {
  TEST_CASE("both trees are those that git writes, whatever was edited") {
    for (unsigned seed = 1; seed <= 5; ++seed) {
      CAPTURE(seed);
      const TestRepo repo;
      Editor editor(repo, seed);
      editor.begin();
      repo.write(".git/info/exclude", "*.log\n/a/b/3\n/out/\n");
      for (const char* path : {"a/x.log", "out/file", "new/deep/file", "new/deep/y.log"})
        repo.write(path, "untracked");
      check_as_git(repo);
      for (int i = 0; i < 12; ++i) {
        try {
          editor.edit();
        } catch (const std::exception&) {  // nothing there that could be edited so
        }
        if (i % 3 == 2) check_as_git(repo);
      }
      CHECK_NOTHROW(repo.git("fsck --strict"));
    }
  }

  TEST_CASE("edits and untracked files are those that git lists, whatever took a file's place") {
    const TestRepo repo;
    for (const char* path : {"a/1", "a/2", "b", "c/d/3", "e"})
      repo.write(path, path);
    repo.commit();
    SUBCASE("a folder") {
      fs::remove(repo / "b");
      repo.write("b/below", "x");
      fs::remove(repo / "c/d/3");
      repo.write("c/d/3/deep/er", "y");
    }
    SUBCASE("a file in that of a folder") {
      fs::remove_tree(repo / "c");
      repo.write("c", "x");
    }
    SUBCASE("a link in that of a folder") {
      fs::rename(repo / "a", repo / "other");
      fs::symlink("other", repo / "a");
    }
    SUBCASE("a repository") {
      fs::make_directories(repo / "inner");
      repo.git("init -q inner && git -C inner commit -q --allow-empty -m x");
      repo.write("inner/file", "x");
    }
    SUBCASE("a folder of many files") {
      for (int i = 0; i < 30; ++i)
        repo.write(fmt::format("new/{}/x", i), "x");
    }
    git::Repo opened = git::Repo::discover(repo.path());
    CHECK(opened.edit_tree(opened.index_tree(), opened.workdir_edits()) ==
          trees_of_git(repo).workdir);
    CHECK(join(opened.untracked_files(), "\n") == repo.git("ls-files --others --exclude-standard"));
  }

  TEST_CASE("of a clean work tree no object is written") {
    const TestRepo repo;
    repo.write("a/b", "1");
    repo.write("c", "2");
    repo.commit();
    repo.git("gc -q --prune=now");
    check_as_git(repo);
    CHECK(repo.git("count-objects") == "0 objects, 0 kilobytes");
    CHECK(trees_of(repo)->index == repo.git("rev-parse HEAD^{tree}"));
  }

  TEST_CASE("an index in which Git has noted no trees will do") {
    const TestRepo repo;
    repo.write("a/b/c", "1");
    repo.write("d", "2");
    repo.commit();
    repo.git("read-tree --empty");
    repo.git("add -A");  // drops the notes
    check_as_git(repo);
    SUBCASE("not of very many folders") {
      for (int i = 0; i < 100; ++i)
        repo.write(fmt::format("f{}/x", i), "");
      repo.git("add -A");
      CHECK_FALSE(trees_of(repo));
      repo.git("commit -q -m many");
      check_as_git(repo);
    }
  }

  TEST_CASE("nothing is left of everything") {
    const TestRepo repo;
    repo.write("a/b", "1");
    repo.commit();
    fs::remove_tree(repo / "a");
    check_as_git(repo);
  }

  TEST_CASE("files that Git may convert and folders that are none are left to libgit2") {
    const TestRepo repo;
    for (const char* path : {"a/b", "a/c", "d", "e"})
      repo.write(path, "1\r\n");
    repo.commit();
    repo.write("a/b", "2\r\n");
    REQUIRE(trees_of(repo));
    SUBCASE("attributes") { repo.write(".gitattributes", "* text\n"); }
    SUBCASE("attributes of a folder") { repo.write("a/.gitattributes", "* text\n"); }
    SUBCASE("attributes that are staged") {
      repo.write(".gitattributes", "* text\n");
      repo.git("add .gitattributes");
      fs::remove(repo / ".gitattributes");
    }
    SUBCASE("a folder instead of a file") {
      fs::remove(repo / "d");
      repo.write("d/x", "");
    }
    SUBCASE("a link instead of a folder") {
      fs::rename(repo / "a", repo / "z");
      fs::symlink("z", repo / "a");
    }
    CHECK_FALSE(trees_of(repo));
  }

  TEST_CASE("a repository's trees are git's, with whatever configuration") {
    const TestRepo repo;
    repo.write("a/b", "1\n");
    repo.write("c", "2\n");
    repo.commit();
    fs::remove(repo / "c");
    repo.write("a/b", "3\r\n");
    SUBCASE("none") {}
    SUBCASE("ends of lines") { repo.git("config core.autocrlf input"); }
    SUBCASE("ends of lines by attributes") { repo.write(".git/info/attributes", "* text\n"); }
    SUBCASE("no modes") {
      repo.git("config core.fileMode false");
      fs::chmod(repo / "a/b", 0755);
    }
    SUBCASE("a file included") {
      repo.write("more", "[core]\n\tautocrlf = input\n");
      repo.git("config include.path ../more");
    }
    SUBCASE("a link instead of a folder") {
      fs::rename(repo / "a", repo / "z");
      fs::symlink("z", repo / "a");
    }
    git::Repo opened = git::Repo::discover(repo.path());
    const auto ours = opened.work_trees();
    const auto theirs = trees_of_git(repo);
    CHECK(ours.index == theirs.index);
    CHECK(ours.workdir == theirs.workdir);
    CHECK_NOTHROW(repo.git("fsck --strict"));
  }
}

TEST_SUITE("git/loose_objects") {
  TEST_CASE("git reads what was written, once, and takes it for new") {
    const TestRepo repo;
    const git::LooseObjects objects(repo / ".git/objects");
    std::string content = "text";
    SUBCASE("short") {}
    SUBCASE("empty") { content.clear(); }
    SUBCASE("long, and not text") {
      for (unsigned i = 0; i < 300'000; ++i)
        content += static_cast<char>(i * i >> 3U);
    }
    const git::RawObject blob("blob", content);
    objects.write(blob);
    const std::string id = git::to_id(blob.id());
    const std::string path = repo / (".git/objects/" + id.substr(0, 2) + "/" + id.substr(2));
    repo.write("same", content);
    CHECK(repo.git("hash-object same") == id);
    CHECK(repo.git("--version >/dev/null && git cat-file blob " + id +
                   " | git hash-object --stdin") == id);
    CHECK(fs::stat(path)->mode == 0444);
    repo.git("--version >/dev/null && touch -d 2020-01-01 " + path);
    const auto before = *fs::stat(path);
    objects.write(blob);
    CHECK(fs::stat(path)->mtime_ns > before.mtime_ns);
    CHECK(fs::stat(path)->inode == before.inode);
    CHECK(repo.git("count-objects -v").find("garbage: 0") != std::string::npos);
  }
}
