#include <chrono>
#include <fstream>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "fs/file.hpp"
#include "git/repo.hpp"
#include "support/test_repo.hpp"

using namespace expcore;
using git::Repo;
using test::TestRepo;

TEST_SUITE("git/objects") {
  TEST_CASE("edit_tree adds, replaces and removes, folders coming and going") {
    const TestRepo repo;
    repo.write("a/b/c", "1");
    repo.write("a/d", "2");
    repo.write("e", "3");
    repo.commit();
    Repo opened = Repo::discover(repo.path());
    const auto tree = opened.commit_info(*opened.head()).tree;
    const auto blob = opened.write_blob("new");
    const auto edited = opened.edit_tree(
        tree, {{"a/b/c", 0, ""}, {"x/y/z", 0100755, blob}, {"e", 0100644, blob}, {"gone", 0, ""}});
    CHECK(repo.git("ls-tree -r --name-only " + edited) == "a/d\ne\nx/y/z");
    CHECK(opened.find_in_tree(edited, "x/y/z")->mode == 0100755);
    CHECK_FALSE(opened.find_in_tree(edited, "a/b"));
    CHECK(opened.diff_trees(tree, edited).size() == 3);
    CHECK(opened.read_blob(blob) == "new");
    const auto empty = opened.edit_tree(edited, {{"a/d", 0, ""}, {"e", 0, ""}, {"x/y/z", 0, ""}});
    CHECK(empty == "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
    // A file takes the place of a folder.
    const auto replaced =
        opened.edit_tree(tree, {{"a/b/c", 0, ""}, {"a/d", 0, ""}, {"a", 0100644, blob}});
    CHECK(repo.git("ls-tree -r --name-only " + replaced) == "a\ne");
  }
  TEST_CASE("a file that grows is written as it was at some moment") {
    const TestRepo repo;
    Repo opened = Repo::discover(repo.path());
    std::string_view line = "a line\n";
    SUBCASE("as it is") {}
    SUBCASE("with other line endings") {
      repo.write(".gitattributes", "* text eol=crlf");
      line = "a line\r\n";
    }
    repo.write("log", "");
    std::jthread writer([&](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        std::ofstream(repo.path() + "/log", std::ios::app) << line << std::flush;
        std::this_thread::sleep_for(std::chrono::microseconds(50));
      }
    });
    for (int i = 0; i < 200; ++i) {
      const auto text = opened.read_blob(opened.write_blob_from_workdir("log"));
      CHECK(text.find('\r') == std::string::npos);
      CHECK(text.size() % std::string_view("a line\n").size() == 0);
    }
  }
  TEST_CASE("a commit's message is stored as it is") {
    const TestRepo repo;
    repo.write("a", "1");
    const auto parent = repo.commit();
    Repo opened = Repo::discover(repo.path());
    const git::Signature who{"A B", "a@b", 1'700'000'000, -90};
    const auto id =
        opened.write_commit(opened.commit_info(parent).tree, {parent}, "no line feed", who, who);
    const auto raw = repo.git("cat-file commit " + id);
    CHECK(raw.ends_with("\n\nno line feed"));
    CHECK(raw.find("author A B <a@b> 1700000000 -0130\n") != std::string::npos);
    const auto info = opened.commit_info(id);
    CHECK(info.message == "no line feed");
    CHECK(info.parents == std::vector<git::Id>{parent});
    CHECK(info.author.offset_minutes == -90);
    CHECK_NOTHROW(repo.git("fsck --strict"));
  }
  TEST_CASE("identities come from the environment, then the configuration") {
    const TestRepo repo;
    const Repo opened = Repo::discover(repo.path());
    const auto now = std::chrono::system_clock::now();
    const auto [author, committer] = opened.identities({{"GIT_AUTHOR_NAME", "Env"}}, now);
    CHECK(author.name == "Env");
    CHECK(author.email == "tester@example.com");
    CHECK(committer.name == "Tester");
  }

  TEST_CASE("history ends where a shallow clone does") {
    const TestRepo origin;
    origin.write("a", "1");
    origin.commit("one");
    origin.write("a", "2");
    const std::string head = origin.commit("two");
    CHECK(Repo::discover(origin.path()).commit_info(head).parents.size() == 1);
    const test::TempDir elsewhere;
    origin.git(fmt::format("clone -q --depth 1 file://{} {}/c", origin.path(), elsewhere.path()));
    CHECK(Repo::discover(elsewhere / "c").commit_info(head).parents.empty());
  }

  TEST_CASE("what differs between two trees is what git diff-tree says") {
    const TestRepo repo;
    for (const char* file :
         {"same", "edited", "gone", "deep/same/a", "deep/edited/a", "deep/gone/a", "file_to_folder",
          "folder_to_file/a", "folder_to_file/b", "a.b", "a/b"}) {
      repo.write(file, file);
    }
    repo.write("mode", "m");
    repo.commit("one");
    repo.git("rm -q -r gone deep/gone file_to_folder folder_to_file");
    for (const char* file :
         {"edited", "deep/edited/a", "deep/new/a", "file_to_folder/a", "folder_to_file", "a/b"}) {
      repo.write(file, "other");
    }
    repo.git("update-index --chmod=+x mode");
    repo.git("config core.fileMode false");
    repo.commit("two");
    const Repo opened = Repo::discover(repo.path());
    std::string text;
    for (const auto& edit :
         opened.diff_trees(repo.git("rev-parse HEAD~^{tree}"), repo.git("rev-parse HEAD^{tree}"))) {
      text += edit.id.empty() ? "D\t" : "W\t";
      text += edit.path + "\n";
    }
    CHECK(text ==
          repo.git("diff-tree -r --no-renames --name-status HEAD~ HEAD | sed 's/^[AM]/W/'") + "\n");
  }
  TEST_CASE("a work tree beside a submodule's is one of its own") {
    const TestRepo inner;
    inner.write("a", "1");
    inner.commit();
    const TestRepo outer;
    outer.git(fmt::format("-c protocol.file.allow=always submodule -q add {} sub", inner.path()));
    const auto lender = Repo::discover(outer / "sub");
    CHECK(lender.workdir() == fs::real_path(outer / "sub"));
    const test::TempDir slot;
    auto borrower = Repo::init_borrowing(slot.path(), lender);
    CHECK(borrower.workdir() == fs::real_path(slot.path()));
    borrower.checkout_tree(lender.commit_info(*lender.head()).tree);
    CHECK(slot.read("a") == "1");
    CHECK(fs::exists(outer / "sub/a"));
  }
}
