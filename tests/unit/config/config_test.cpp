#include "config/config.hpp"

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "support/temp_dir.hpp"

using namespace expcore;
using config::Config;
using test::TempDir;

namespace {

Config load(const TempDir& dir) {
  return Config::load(dir / ".dvc", {{"HOME", dir / "home"}, {"XDG_CONFIG_DIRS", dir / "etc"}});
}

std::string error_of(std::string_view text) {
  const TempDir dir;
  dir.write(".dvc/config", text);
  try {
    load(dir);
  } catch (const Error& error) {
    CHECK(error.code() == Errc::config);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_SUITE("config/config") {
  TEST_CASE("later levels win and paths belong to the file that set them") {
    const TempDir dir;
    dir.write("etc/dvc/config", "[cache]\n    dir = system\n[core]\n    remote = A\n");
    dir.write("home/.config/dvc/config", "[core]\n    autostage = TRUE\n");
    dir.write(".dvc/config",
              "[cache]\n    dir = ../store\n['remote \"Foo\"']\n    url = ../r  # note\n");
    dir.write(".dvc/config.local", "[cache]\n    type = \"hardlink, copy\"\n");
    const Config config = load(dir);
    CHECK(config.cache_dir() == dir / "store");
    CHECK(config.get_bool("core.autostage", false));
    CHECK(config.get("core.remote") == "A");
    CHECK(config.get("remote.foo.url") == dir / "r");
    CHECK(config.names("remote") == std::vector<std::string>{"foo"});
    CHECK(config.cache_types() == std::vector<std::string>{"hardlink", "copy"});
  }
  TEST_CASE("nothing set means DVC's defaults") {
    const TempDir dir;
    dir.write(".dvc/config", "");
    const Config config = load(dir);
    CHECK(config.cache_dir() == dir / ".dvc/cache");
    CHECK(config.cache_types() == std::vector<std::string>{"reflink", "copy"});
  }
  TEST_CASE("nested sections as in temporary experiments") {
    const TempDir dir;
    dir.write(".dvc/config",
              "[remote]\n    [[foo]]\n        url = /mnt/x\n[core]\n    remote = foo\n[state]\n");
    CHECK(load(dir).get("remote.foo.url") == "/mnt/x");
  }
  TEST_CASE("lists, quotes and comments") {
    const auto section = config::parse_config(
        "# c\n[a]\nx = 1, 'two, three' , \"\"  # end\ny = '#no'\nz =\nw = a,\nv = a#b\n", "f");
    const auto& values = section.sections.at("a").values;
    CHECK(values.at("x") == std::vector<std::string>{"1", "two, three", ""});
    CHECK(values.at("y") == std::vector<std::string>{"#no"});
    CHECK(values.at("z") == std::vector<std::string>{""});
    CHECK(values.at("w") == std::vector<std::string>{"a"});
    CHECK(values.at("v") == std::vector<std::string>{"a#b"});
  }
  TEST_CASE("mistakes are named in DVC's words") {
    CHECK(error_of("[core]\nfoo = 1\n") ==
          "configuration error - config file error: extra keys not allowed @ data['core']['foo']");
    CHECK(error_of("[nosuch]\n") ==
          "configuration error - config file error: extra keys not allowed @ data['nosuch']");
    CHECK(error_of("[core]\nautostage = maybe\n") ==
          "configuration error - config file error: expected true or false for dictionary value @ "
          "data['core']['autostage']");
    CHECK(error_of("[cache]\ntype = hardlink,foo\n") ==
          "configuration error - config file error: Unsupported cache type(s): foo for dictionary "
          "value @ data['cache']['type']");
    CHECK(error_of("[a]\n[a]\n").find("Duplicate section name at line 2.") != std::string::npos);
    CHECK(error_of("[core]\nremote = a\nremote = b\n").find("Duplicate keyword name at line 3.") !=
          std::string::npos);
    CHECK(error_of("[core]\nremote = %(x)s\n").find("interpolation") != std::string::npos);
  }
  TEST_CASE("the root is the nearest folder upwards with .dvc") {
    const TempDir dir;
    dir.write(".dvc/config", "");
    dir.write("a/b/c", "");
    CHECK(config::find_root(dir / "a/b") == dir.path());
    CHECK_THROWS_WITH_AS(config::find_root("/"),
                         "you are not inside of a DVC repository (checked up to mount point '/')",
                         Error);
  }
}
