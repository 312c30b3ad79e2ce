#include "fs/path.hpp"

#include <doctest/doctest.h>

using namespace expcore;

TEST_SUITE("fs/path") {
  TEST_CASE("normalize removes dots and slashes without looking at the disk") {
    CHECK(fs::normalize("/a/./b//c/..") == "/a/b");
    CHECK(fs::normalize("a/../../b") == "../b");
    CHECK(fs::normalize("/..") == "/");
    CHECK(fs::normalize("") == ".");
  }
  TEST_CASE("relative is the way from one folder to a path") {
    CHECK(fs::relative("/a/b/c", "/a/b") == "c");
    CHECK(fs::relative("/a/b", "/a/b") == ".");
    CHECK(fs::relative("/a", "/a/b/c") == "../..");
    CHECK(fs::relative("/a/x", "/a/b") == "../x");
    CHECK(fs::relative("/a", "/") == "a");
    CHECK(fs::relative("/ab", "/a") == "../ab");
  }
  TEST_CASE("is_within is about parts, not characters") {
    CHECK(fs::is_within("/a/b", "/a"));
    CHECK(fs::is_within("/a", "/a"));
    CHECK_FALSE(fs::is_within("/ab", "/a"));
    CHECK(fs::is_within("/a", "/"));
  }
  TEST_CASE("join leaves absolute paths alone") {
    CHECK(fs::join("/a", "b") == "/a/b");
    CHECK(fs::join("/a/", "b") == "/a/b");
    CHECK(fs::join("/a", "/b") == "/b");
  }
}
