#include "fs/ignore.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/temp_dir.hpp"

using namespace expcore;
using test::TempDir;

TEST_SUITE("fs/ignore") {
  TEST_CASE("globs stop at slashes, ** does not") {
    struct Case {
      const char* glob;
      const char* text;
      bool matches;
    };
    const Case cases[] = {
        {"*.log", "a.log", true}, {"*.log", "d/a.log", false},
        {"a?c", "abc", true},     {"a?c", "a/c", false},
        {"**/b", "a/x/b", true},  {"**/b", "b", true},
        {"a/**", "a/b/c", true},  {"a/**", "a", false},
        {"a/**/z", "a/z", true},  {"a/**/z", "a/b/c/z", true},
        {"[a-c]x", "bx", true},   {"[!a-c]x", "bx", false},
        {"\\*", "*", true},       {"\\*", "x", false},
        {"*a*b*", "xaxbx", true}, {"*a*b*", "xbxax", false},
        {"[", "[", true},
    };
    for (const auto& c : cases) {
      CAPTURE(c.glob);
      CAPTURE(c.text);
      CHECK(fs::glob_match(c.glob, c.text) == c.matches);
    }
  }
  TEST_CASE("the last matching pattern decides and nothing below an ignored folder returns") {
    const TempDir dir;
    dir.write(".dvcignore", "# comment\n*.log\n!keep.log\nbuild/\nnode/*\n!node/x\n");
    dir.write("node/x/y", "");
    const fs::DvcIgnore ignore(dir.path());
    CHECK(ignore.is_ignored(dir / "a.log", false));
    CHECK_FALSE(ignore.is_ignored(dir / "keep.log", false));
    CHECK(ignore.is_ignored(dir / "build", true));
    CHECK_FALSE(ignore.is_ignored(dir / "build", false));
    CHECK(ignore.is_ignored(dir / "build/keep.log", false));
    CHECK(ignore.is_ignored(dir / "node/z", false));
    CHECK_FALSE(ignore.is_ignored(dir / "node/x/y", false));
    CHECK(ignore.explain(dir / "a.log", false) == ".dvcignore:2:*.log");
    CHECK(ignore.is_ignored(dir / ".git/config", false));
    CHECK_FALSE(ignore.is_ignored("/elsewhere/a.log", false));
  }
  TEST_CASE("a nested file is stronger and works from its own folder") {
    const TempDir dir;
    dir.write(".dvcignore", "*.txt\n");
    dir.write("sub/.dvcignore", "!a.txt\n/only\n");
    const fs::DvcIgnore ignore(dir.path());
    CHECK_FALSE(ignore.is_ignored(dir / "sub/a.txt", false));
    CHECK(ignore.is_ignored(dir / "sub/b.txt", false));
    CHECK(ignore.is_ignored(dir / "sub/only", false));
    CHECK_FALSE(ignore.is_ignored(dir / "sub/deep/only", false));
  }
  TEST_CASE("a nested DVC project is invisible") {
    const TempDir dir;
    dir.write("inner/.dvc/config", "");
    dir.write("inner/file", "");
    const fs::DvcIgnore ignore(dir.path());
    CHECK(ignore.is_ignored(dir / "inner/file", false));
    CHECK(ignore.is_ignored(dir / "inner", true));
  }
  TEST_CASE("a listing says of each entry what is said of its path") {
    const std::vector<std::string> lines = {"a",    "b/",  "*c",   "/a/b", "!a",  "!b",
                                            "a/*",  "**",  "a/**", "!a/b", "*/c", "!*",
                                            "**/c", "!/c", "b/c/", "c*",   "!c/", "[ab]"};
    const std::vector<std::string> names = {"a", "b", "c", "ac"};
    std::mt19937 random(7);
    const auto some_lines = [&] {
      std::string text;
      for (auto count = random() % 4; count > 0; --count)
        text += lines[random() % lines.size()] + "\n";
      return text;
    };
    for (int round = 0; round < 60; ++round) {
      const TempDir dir;
      std::vector<std::string> folders = {"", "a", "b", "a/b", "b/a", "a/b/c"};
      for (const auto& folder : folders)
        dir.write(folder + "/.dvcignore", some_lines());
      if (round % 3 == 0) dir.write("b/.dvc/config", "");
      const fs::DvcIgnore ignore(dir.path());
      for (const auto& folder : folders) {
        const std::string path = folder.empty() ? dir.path() : dir / folder;
        const fs::DvcIgnore::Listing listing(ignore, path);
        for (const auto& name : names) {
          for (const bool is_directory : {false, true}) {
            CAPTURE(path);
            CAPTURE(name);
            CHECK(listing.is_ignored(name, is_directory) ==
                  ignore.is_ignored(path + "/" + name, is_directory));
          }
        }
      }
    }
  }
  TEST_CASE("a listing outside of the root ignores nothing") {
    const TempDir dir;
    const fs::DvcIgnore ignore(dir / "root");
    CHECK_FALSE(fs::DvcIgnore::Listing(ignore, dir.path()).is_ignored(".git", true));
    CHECK(fs::DvcIgnore::Listing(ignore, dir / "root").is_ignored(".git", true));
  }
  TEST_CASE("walk shows what is not ignored, files of a folder before its folders") {
    const TempDir dir;
    dir.write("a/x", "");
    dir.write("b", "");
    dir.write("skip.log", "");
    dir.write(".dvcignore", "*.log\n");
    const fs::DvcIgnore ignore(dir.path());
    std::vector<std::string> seen;
    fs::walk(dir.path(), &ignore, [&](const fs::WalkEntry& e) { seen.push_back(e.relative); });
    REQUIRE(seen.size() == 4);
    CHECK(seen[2] == "a");
    CHECK(seen[3] == "a/x");
    CHECK(std::find(seen.begin(), seen.end(), "skip.log") == seen.end());
  }
}
