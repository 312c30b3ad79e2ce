#include "config/document.hpp"

#include <doctest/doctest.h>
#include <expcore/error.hpp>

using namespace expcore;
using config::Document;

TEST_SUITE("config/document") {
  TEST_CASE("comments, order and spelling stay") {
    Document document(
        "# mine\n[core]\n  autostage = TRUE  # yes\n\n[Cache]\ntype = reflink, copy\n");
    document.set({"cache"}, "dir", "../c");
    document.set({"core"}, "remote", "store");
    document.set({"remote", "store"}, "url", "../x y");
    CHECK(document.text() ==
          "# mine\n[core]\n  autostage = TRUE  # yes\n    remote = store\n\n[Cache]\ntype = "
          "reflink, copy\n    dir = ../c\n['remote \"store\"']\n    url = ../x y\n");
  }
  TEST_CASE("a plain section goes before the named ones") {
    Document document("['remote \"a\"']\n    url = x\n");
    document.set({"core"}, "remote", "a");
    CHECK(document.text() == "[core]\n    remote = a\n['remote \"a\"']\n    url = x\n");
  }
  TEST_CASE("a value over several lines is replaced whole") {
    Document document("[core]\n    remote = '''a\nb'''\n    autostage = true\n");
    document.set({"core"}, "remote", "c");
    CHECK(document.text() == "[core]\n    remote = c\n    autostage = true\n");
  }
  TEST_CASE("an emptied section goes") {
    Document document("[core]\n    remote = a\n[cache]\n    dir = x\n");
    CHECK(document.unset({"core"}, "remote"));
    CHECK_FALSE(document.unset({"core"}, "remote"));
    CHECK(document.text() == "[cache]\n    dir = x\n");
  }
  TEST_CASE("nested sections of experiment folders are changed, too") {
    Document document("[remote]\n    [[foo]]\n        url = /x\n[core]\n    remote = foo\n");
    document.set({"remote", "foo"}, "jobs", "2");
    CHECK(document.text() ==
          "[remote]\n    [[foo]]\n        url = /x\n        jobs = 2\n[core]\n    remote = foo\n");
  }
  TEST_CASE("values are quoted where they must be, and read back") {
    for (const char* value : {"plain", "", " lead", "a,b", "a#b", "it's", "say \"x\"", "a\"b'c",
                              "line\nfeed", "'''", "'q'"}) {
      CAPTURE(value);
      Document document("");
      document.set({"core"}, "site_cache_dir", value);
      const Document again(document.text());
      CHECK(again.has({"core"}, "site_cache_dir"));
    }
    CHECK(config::quoted("a,b") == "\"a,b\"");
    CHECK(config::quoted("") == "\"\"");
    CHECK_THROWS_AS(config::quoted("%(x)s"), Error);
  }
}
