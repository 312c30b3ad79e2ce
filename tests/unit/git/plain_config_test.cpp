#include "git/plain_config.hpp"

#include <string>

#include <doctest/doctest.h>

#include "support/test_repo.hpp"

using namespace expcore;
using git::PlainConfig;
using test::TestRepo;

namespace {

std::optional<PlainConfig> config_of(const TestRepo& repo, const std::string& text) {
  repo.write(".git/config", text);
  return PlainConfig::read(repo / ".git");
}

}  // namespace

TEST_SUITE("git/plain_config") {
  TEST_CASE("values are what git says they are") {
    const TestRepo repo;
    const auto config = config_of(repo, R"([core]
	bare = false
; a comment
 [User]	
	Name = "A \"quoted\"  name "  # another
	email=  a b  c ; and another
	escaped = "tab\t" \"and\" a \\ line\nfeed
	empty =
	two = "one; " and#nothing
[remote "My.Own name"]
	url = https://example.com/#not-a-part
	url = "https://example.com/#a-part"
[alias]
	lg = log --graph
	yes
)");
    REQUIRE(config);
    for (const char* key : {"user.name", "user.email", "user.escaped", "user.empty", "user.two",
                            "remote.My.Own name.url", "alias.lg"}) {
      CAPTURE(key);
      const auto ours = config->get(key);
      REQUIRE(ours);
      CHECK(*ours + "." == repo.git("--version >/dev/null && printf '%s.' \"$(git config --get '" +
                                    std::string(key) + "')\""));
    }
    CHECK(config->get("USER.Name") == config->get("user.name"));
    CHECK(config->get("alias.yes") == "true");
    CHECK_FALSE(config->get("remote.my.own name.url"));
    CHECK_FALSE(config->get("user"));
    CHECK_FALSE(config->get(""));
  }

  TEST_CASE("what takes more than reading is left to libgit2") {
    const TestRepo repo;
    const std::string plain = "[core]\n\tbare = false\n";
    REQUIRE(config_of(repo, plain));
    for (const char* more :
         {"[include]\n\tpath = x\n", "[IncludeIf \"gitdir:~/\"]\n\tpath = x\n", "[core\n",
          "\tname = goes \\\n\ton\n", "\tname = \"open\n", "\tname = \\q\n", "[a.b]\n\tc = d\n",
          "[core] name = here\n", "\tno name = x\n", "[s \"a\\\"b\"]\n\tc = d\n"}) {
      CAPTURE(more);
      CHECK_FALSE(config_of(repo, plain + more));
    }
    CHECK_FALSE(config_of(repo, "name = before any section\n"));
  }

  TEST_CASE("whether files are recorded as they are") {
    const TestRepo repo;
    const auto is_verbatim = [&](const std::string& text) {
      const auto config = config_of(repo, text);
      REQUIRE(config);
      return config->is_verbatim();
    };
    CHECK(is_verbatim("[core]\n\tfilemode = true\n\tautocrlf = False\n"));
    for (const char* setting :
         {"autocrlf = input", "autocrlf", "fileMode = false", "symlinks = no", "ignoreCase = true",
          "sharedRepository = group", "attributesFile = x", "sparseCheckout = true"}) {
      CAPTURE(setting);
      CHECK_FALSE(is_verbatim(std::string("[core]\n\t") + setting + "\n"));
    }
    repo.write(".git/info/attributes", "");
    CHECK_FALSE(is_verbatim("[core]\n\tfilemode = true\n"));
  }
}
