#include "pipeline/lock_file.hpp"

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "yaml/reader.hpp"

using namespace expcore;
using namespace expcore::pipeline;

namespace {

LockEntry entry(const char* command) {
  LockEntry entry;
  entry.command = command;
  LockItem item;
  item.path = "o";
  item.id.hex = "aaaa";
  item.size = 2;
  entry.outs.push_back(item);
  return entry;
}

}  // namespace

TEST_SUITE("pipeline/lock_file") {
  TEST_CASE("a new file, an update and no change") {
    LockFile lock(std::nullopt, {});
    CHECK(lock.set("a", entry("x"), 0) == LockFile::Change::created);
    CHECK(lock.set("a", entry("x"), 0) == LockFile::Change::none);
    CHECK(lock.set("a", entry("y"), 0) == LockFile::Change::updated);
    CHECK(lock.text() ==
          "schema: '2.0'\nstages:\n  a:\n    cmd: y\n    outs:\n    - path: o\n      hash: md5\n"
          "      md5: aaaa\n      size: 2\n");
  }
  TEST_CASE("entries are ordered as DVC orders them") {
    LockEntry given;
    given.command = "x";
    for (const char* path : {"b", "../z", "a"}) {
      LockItem item;
      item.path = path;
      given.deps.push_back(item);
    }
    yaml::Map values;
    values.append("z", 1);
    values.append("a.b", yaml::parse_yaml("{y: 1, x: 2}"));
    given.params = {{"conf.json", values}, {"params.yaml", values}};
    const auto value = given.to_value();
    CHECK(value.find("deps")->list()[0].find("path")->string() == "../z");
    CHECK(value.find("params")->map().begin()->key.string() == "params.yaml");
    const auto& first = value.find("params")->map().begin()->value.map();
    CHECK(first.begin()->key.string() == "a.b");
    CHECK(first.begin()->value.map().begin()->key.string() == "y");
  }
  TEST_CASE("legacy entries stay without hash, unknown keys survive") {
    const auto value = yaml::parse_yaml(
        "cmd: x\ndeps:\n- path: d\n  md5: abcd\n  size: 3\n- path: s3://b\n  hash: md5\n  etag: "
        "xyz\n");
    const auto read = LockEntry::from_value(value);
    CHECK(read.deps[0].id.kind == hash::FileHash::md5_dos2unix);
    CHECK(python_equal(read.to_value(), value));
  }
}
