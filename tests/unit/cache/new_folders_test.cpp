#include "cache/new_folders.hpp"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "fs/file.hpp"
#include "support/temp_dir.hpp"

using namespace expcore;
using test::TempDir;

namespace {

struct World {
  World() : staging(dir / "tmp"), folders(staging), objects(dir / "files/md5") {}

  /// Writes what will be that object; where it is until then.
  std::string put(const std::string& name) {
    const auto hold = folders.hold();
    std::string place = folders.place_of(objects + "/" + name);
    if (!place.empty()) fs::append(place, name);
    return place;
  }
  std::string object(const std::string& name) const {
    return fs::read_file_if_exists(objects + "/" + name).value_or("");
  }

  TempDir dir;
  fs::Scratch staging;
  cache::NewFolders folders;
  std::string objects;
};

}  // namespace

TEST_SUITE("cache/new_folders") {
  TEST_CASE("what is in the folders comes into the cache with them, once it may") {
    World world;
    CHECK(world.put("00/early").empty());
    REQUIRE(world.folders.open(world.objects));
    CHECK_FALSE(world.folders.open(world.objects));
    const std::string place = world.put("0a/one");
    world.put("0a/two");
    world.put("ff/three");
    world.folders.move();
    CHECK(world.object("0a/one").empty());
    world.folders.close();
    CHECK(world.put("0b/late").empty());
    CHECK_FALSE(world.folders.has_moved(place));
    world.folders.move();
    CHECK(world.folders.has_moved(place));
    for (const char* name : {"0a/one", "0a/two", "ff/three"})
      CHECK(world.object(name) == name);
    CHECK_FALSE(fs::exists(world.objects + "/00"));
  }
  TEST_CASE("a folder that the cache has stays as it is") {
    World world;
    world.dir.write("files/md5/0a/old", "old");
    REQUIRE(world.folders.open(world.objects));
    CHECK(world.put("0a/new").empty());
    const std::string place = world.put("0b/new");
    world.dir.write("files/md5/0b/theirs", "made meanwhile");
    world.folders.close();
    world.folders.move();
    CHECK_FALSE(world.folders.has_moved(place));
    CHECK(fs::exists(place));
    CHECK(world.object("0b/theirs") == "made meanwhile");
    CHECK(world.object("0a/old") == "old");
  }
  TEST_CASE("folders that may hold a part of a file never move") {
    World world;
    REQUIRE(world.folders.open(world.objects));
    world.put("0a/one");
    world.folders.spoil();
    world.folders.close();
    world.folders.move();
    CHECK(world.object("0a/one").empty());
  }
  TEST_CASE("other names, and a cache with most folders, have no use for them") {
    World world;
    for (int i = 0; i < 129; ++i)
      fs::make_directories(world.objects + fmt::format("/{:02x}", i));
    CHECK_FALSE(world.folders.open(world.objects));
    World other;
    REQUIRE(other.folders.open(other.objects));
    CHECK(other.put("0a1/one").empty());
    CHECK(other.put("zz/one").empty());
    CHECK(other.put("deeper/0a/one").empty());
  }
}
