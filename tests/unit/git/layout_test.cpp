#include "git/layout.hpp"

#include <string>

#include <doctest/doctest.h>

#include "fs/file.hpp"
#include "git/repo.hpp"
#include "support/temp_dir.hpp"
#include "support/test_repo.hpp"

using namespace expcore;
using git::plain_layout;
using test::TestRepo;

TEST_SUITE("git/layout") {
  TEST_CASE("a repository of the common kind is found as libgit2 finds it") {
    const TestRepo repo;
    const auto layout = plain_layout(repo.path());
    REQUIRE(layout);
    // Another folder of it, which only libgit2 finds.
    repo.write("below/f", "");
    const auto opened = git::Repo::discover(repo / "below");
    CHECK(layout->workdir == opened.workdir());
    CHECK(layout->git_dir == opened.git_dir());
    CHECK(layout->common_dir == opened.common_dir());
  }
  TEST_CASE("through a link the folder has its own name") {
    const TestRepo repo;
    const test::TempDir folder;
    fs::symlink(repo.path(), folder / "link");
    const auto layout = plain_layout(folder / "link");
    REQUIRE(layout);
    CHECK(layout->workdir == fs::real_path(repo.path()));
  }
  TEST_CASE("every other repository is left to libgit2") {
    const TestRepo repo;
    const auto configure = [&](const std::string& key, const std::string& value) {
      repo.git("config " + key + " " + value);
      const bool is_plain = plain_layout(repo.path()).has_value();
      repo.git("config --unset " + key);
      return is_plain;
    };
    CHECK(configure("user.name", "somebody"));
    CHECK_FALSE(configure("core.worktree", "/tmp"));
    CHECK_FALSE(configure("include.path", "other"));
    CHECK_FALSE(configure("extensions.refStorage", "files"));
    for (const char* config : {"[core]\n\trepositoryformatversion = 1\n", "[core]\n\tbare = true\n",
                               "[core]\n\tBARE\n", "[Extensions]\n\tnoop = true\n"}) {
      CAPTURE(config);
      repo.write(".git/config", config);
      CHECK_FALSE(plain_layout(repo.path()));
    }
    CHECK_FALSE(plain_layout("/proc"));
  }
  TEST_CASE("work trees and linked repositories are left to libgit2") {
    const TestRepo repo;
    repo.write("a", "1");
    repo.commit();
    const test::TempDir folder;
    repo.git("worktree add -q --detach " + (folder / "tree") + " HEAD");
    CHECK_FALSE(plain_layout(folder / "tree"));
    fs::make_directories(folder / "linked");
    fs::symlink(repo / ".git", folder / "linked/.git");
    CHECK_FALSE(plain_layout(folder / "linked"));
  }
}
