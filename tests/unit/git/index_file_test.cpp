#include "git/index_file.hpp"

#include <string>

#include <doctest/doctest.h>

#include "fs/file.hpp"
#include "support/test_repo.hpp"

using namespace expcore;
using git::IndexFile;
using test::TestRepo;

namespace {

std::optional<IndexFile> index_of(const TestRepo& repo) {
  return IndexFile::read(repo / ".git/index");
}

bool is_like(const TestRepo& repo) {
  const auto index = index_of(repo);
  return index && index->is_like(repo.path());
}

/// Runs it in the repository.
void shell(const TestRepo& repo, const std::string& line) { repo.git("--version && " + line); }

/// The files are of the past: not changed at the moment the index was written.
void commit_old(const TestRepo& repo) {
  repo.commit();
  repo.git("ls-files -z | xargs -0 touch -h -d 2020-01-01 2>&1");
  repo.git("update-index -q --refresh");
}

void make_files(const TestRepo& repo) {
  for (const auto* name : {"a", "deep/er/file", "deep/er/filet", "deep/z", "x", "x0"})
    repo.write(name, name);
  shell(repo, "ln -s nowhere link; chmod +x a; mkdir -p long");
  for (int i = 0; i < 20; ++i)
    repo.write("long/" + std::string(static_cast<std::size_t>(i) + 1, 'n'), "");
  repo.write("long/" + std::string(250, 'm'), "long");
}

}  // namespace

TEST_SUITE("git/index_file") {
  TEST_CASE("an unchanged work tree is like its index") {
    const TestRepo repo;
    make_files(repo);
    commit_old(repo);
    std::string version = "2";
    SUBCASE("2") {}
    SUBCASE("4, with shortened names") { version = "4"; }
    repo.git("update-index --index-version " + version);
    const auto index = index_of(repo);
    REQUIRE(index);
    CHECK(index->is_like(repo.path()));
    for (const auto* name : {"a", "deep/er/file", "deep/er/filet", "deep/z", "x", "x0"})
      CHECK(index->has(name));
    CHECK(index->has("long/" + std::string(250, 'm')));
    CHECK_FALSE(index->has("link"));
    CHECK_FALSE(index->has("deep"));
    CHECK_FALSE(index->has("b"));
    repo.write("untracked", "");
    CHECK(is_like(repo));
  }

  TEST_CASE("whatever happens to a file is seen") {
    const TestRepo repo;
    make_files(repo);
    commit_old(repo);
    REQUIRE(is_like(repo));
    SUBCASE("another content of the same size and time") {
      shell(repo, "printf X > x; touch -d 2020-01-01 x");
    }
    SUBCASE("replaced") { shell(repo, "cp -p x y; mv y x"); }
    SUBCASE("removed") { fs::remove(repo / "deep/z"); }
    SUBCASE("executable") { shell(repo, "chmod +x x"); }
    SUBCASE("a link") { shell(repo, "ln -sf x deep/z"); }
    SUBCASE("a folder") { shell(repo, "rm x; mkdir x"); }
    SUBCASE("a link to where its folder is now") { shell(repo, "mv deep else; ln -s else deep"); }
    CHECK_FALSE(is_like(repo));
  }

  TEST_CASE("what changed at the moment the index was written is not trusted") {
    const TestRepo repo;
    repo.write("x", "1");
    commit_old(repo);
    shell(repo, "touch -d 2100-01-01 x; git update-index -q --refresh");
    CHECK_FALSE(is_like(repo));
  }

  TEST_CASE("what is out of the ordinary is left to others") {
    const TestRepo repo;
    make_files(repo);
    commit_old(repo);
    REQUIRE(index_of(repo));
    SUBCASE("none") { fs::remove(repo / ".git/index"); }
    SUBCASE("exempt") { repo.git("update-index --assume-unchanged x"); }
    SUBCASE("left out") { repo.git("update-index --skip-worktree x"); }
    SUBCASE("to be added") {
      repo.write("new", "");
      repo.git("add -N new");
    }
    SUBCASE("split") { repo.git("update-index --split-index"); }
    SUBCASE("unmerged") {
      repo.git("checkout -q -b other");
      repo.write("x", "theirs");
      repo.commit();
      repo.git("checkout -q main");
      repo.write("x", "ours");
      repo.commit();
      repo.git("merge other || true");
    }
    CHECK_FALSE(index_of(repo));
  }

  TEST_CASE("a damaged index is none") {
    const TestRepo repo;
    make_files(repo);
    commit_old(repo);
    const auto bytes = fs::read_file(repo / ".git/index");
    for (std::size_t size = 0; size < bytes.size(); size += 7) {
      repo.write("cut", std::string_view(bytes).substr(0, size));
      CHECK_FALSE(IndexFile::read(repo / "cut"));
    }
    for (std::size_t i = 12; i < bytes.size(); i += 5) {
      std::string changed = bytes;
      changed[i] = static_cast<char>(~changed[i]);
      repo.write("changed", changed);
      const auto index = IndexFile::read(repo / "changed");
      if (index) index->is_like(repo.path());  // whatever it says
    }
  }
}
