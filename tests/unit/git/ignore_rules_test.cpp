#include "git/ignore_rules.hpp"

#include <random>

#include <doctest/doctest.h>

#include "fs/file.hpp"
#include "support/test_repo.hpp"

using namespace expcore;
using git::IgnoreRules;
using test::TestRepo;

namespace {

/// What git itself says.
bool git_ignores(const TestRepo& repo, const std::string& path) {
  try {
    repo.git("check-ignore --no-index -q '" + path + "'");
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

}  // namespace

TEST_SUITE("git/ignore_rules") {
  TEST_CASE("random rules are read as git reads them") {
    std::mt19937 random(7);
    const char* patterns[] = {"a",    "/a",    "a/",   "*.x", "!*.x", "!a",  "b/a",  "/b/*",
                              "**/c", "b/**",  "!b/c", "?",   "[ab]", "#a",  "\\#a", "c/**/a",
                              "a*",   "!/b/a", "*/c",  "b/",  "**",   "!c/", "/*",   "!/b"};
    const char* paths[] = {"a",     "b",   "c",     "a.x",   "b/a", "b/c",
                           "b/a.x", "c/a", "b/c/a", "a/b/c", "#a",  "c/b/a"};
    for (int round = 0; round < 12; ++round) {
      const TestRepo repo;
      const auto lines = [&] {
        std::string text;
        for (unsigned i = 0; i < 1 + random() % 4; ++i) {
          text += std::string(patterns[random() % std::size(patterns)]) + "\n";
        }
        return text;
      };
      std::string all = lines();
      repo.write(".gitignore", all);
      if (random() % 2 == 0) {
        repo.write("b/.gitignore", lines());
        all += "b: " + repo.read("b/.gitignore");
      }
      if (random() % 3 == 0) repo.write(".git/info/exclude", lines());
      IgnoreRules rules(repo.path(), repo.environment());
      for (const char* path : paths) {
        CAPTURE(all);
        CAPTURE(path);
        const auto ours = rules.is_ignored(path, false);
        REQUIRE(ours);
        CHECK(*ours == git_ignores(repo, path));
      }
    }
  }
  TEST_CASE("what only Git's own reader gets right is left to it") {
    const TestRepo repo;
    repo.write(".gitignore", " a\n");
    CHECK_FALSE(IgnoreRules(repo.path(), repo.environment()).is_ignored("a", false));
    const TestRepo configured;
    configured.git("config core.excludesFile /elsewhere");
    CHECK_FALSE(IgnoreRules(configured.path(), configured.environment()).is_ignored("a", false));
  }
}
