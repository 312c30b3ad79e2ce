#include "data/glob.hpp"

#include <doctest/doctest.h>

#include "fs/file.hpp"
#include "support/temp_dir.hpp"

using expcore::data::glob_paths;
using Paths = std::vector<std::string>;

TEST_SUITE("data/glob") {
  TEST_CASE("patterns name files and folders as Python's glob does") {
    const expcore::test::TempDir folder;
    for (const char* path :
         {"a.txt", "b.txt", ".hidden.txt", "sub/c.txt", "sub/deep/d.txt", ".dot/e.txt"}) {
      const std::string file = folder.path() + "/" + path;
      expcore::fs::make_directories(file.substr(0, file.rfind('/')));
      expcore::fs::append(file, "");
    }
    const auto glob = [&](const char* pattern) { return glob_paths(pattern, folder.path()); };
    CHECK(glob("*.txt") == Paths{"a.txt", "b.txt"});
    CHECK(glob(".*.txt") == Paths{".hidden.txt"});
    CHECK(glob("[ab].t?t") == Paths{"a.txt", "b.txt"});
    CHECK(glob("**/*.txt") == Paths{"a.txt", "b.txt", "sub/c.txt", "sub/deep/d.txt"});
    CHECK(glob("sub/**/d.txt") == Paths{"sub/deep/d.txt"});
    CHECK(glob("su*/deep") == Paths{"sub/deep"});
    CHECK(glob("./a.*") == Paths{"./a.txt"});
    CHECK(glob("sub/../b.*") == Paths{"sub/../b.txt"});
    CHECK(glob("a.txt") == Paths{"a.txt"});
    CHECK(glob("none*").empty());
    CHECK(glob((folder.path() + "/a.*").c_str()) == Paths{folder.path() + "/a.txt"});
  }
}
