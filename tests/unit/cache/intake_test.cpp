#include "cache/intake.hpp"

#include <optional>
#include <string>

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "cache/store.hpp"
#include "support/temp_dir.hpp"

using namespace expcore;
using test::TempDir;

namespace {

struct World {
  World() : state(""), ignore(dir.path()) { open(); }

  void open() { store.emplace(cache::StoreOptions{dir / "cache", {cache::LinkType::copy}}, state); }
  cache::Scan scan(const std::string& name) { return *store->scan_to_add(dir / name, ignore); }
  std::string object(std::string_view content) const {
    return store->path_of({hash::md5(content), hash::FileHash::md5});
  }
  /// Files that wait for their names.
  std::size_t waiting() const {
    std::size_t count = 0;
    if (!fs::exists(dir / "cache/expcore-tmp")) return 0;
    fs::walk(dir / "cache/expcore-tmp", nullptr, [&](const fs::WalkEntry& entry) {
      if (entry.kind == fs::Kind::file) ++count;
    });
    return count;
  }

  TempDir dir;
  hash::StateDb state;
  fs::DvcIgnore ignore;
  std::optional<cache::Store> store;
};

std::string long_content() {
  std::string bytes(5'000'001, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<char>(i * 2654435761U >> 13U);
  return bytes;
}

}  // namespace

TEST_SUITE("cache/intake") {
  TEST_CASE("what was scanned is stored, whatever becomes of the file") {
    World world;
    std::string content;
    SUBCASE("empty") {}
    SUBCASE("short") { content = "short"; }
    SUBCASE("worth sharing") { content = long_content().substr(0, 100'000); }
    SUBCASE("as long as what is read at once") { content = long_content().substr(0, 1U << 20U); }
    SUBCASE("long") { content = long_content(); }
    world.dir.write("f", content);
    const auto scan = world.scan("f");
    CHECK(scan.content.id.hex == hash::md5(content));
    CHECK(world.waiting() == 1);
    world.dir.write("f", "other");
    world.store->add(world.dir / "f", scan);
    CHECK(fs::read_file(world.object(content)) == content);
    CHECK((fs::stat(world.object(content))->mode & 0777U) == 0444);
    CHECK(world.waiting() == 0);
  }

  TEST_CASE("what is in the cache is not written again") {
    World world;
    world.dir.write("data/a", "same");
    world.dir.write("data/b", "same");
    world.store->add(world.dir / "data", world.scan("data"));
    world.dir.write("other/c", "same");
    world.dir.write("other/d", "new");
    const auto scan = world.scan("other");
    CHECK(world.waiting() == 1);
    world.store->add(world.dir / "other", scan);
    CHECK(fs::read_file(world.object("new")) == "new");
  }

  TEST_CASE("of many files the first objects have their names before the last is read") {
    World world;
    SUBCASE("in a new cache") {}
    SUBCASE("in one that has some of the folders") {
      for (const char* folder : {"00", "1f", "c4", "ff"})
        fs::make_directories(world.dir / ("cache/files/md5/" + std::string(folder)));
    }
    for (int i = 0; i < 5000; ++i)
      world.dir.write("data/" + std::to_string(i), std::to_string(i / 2));
    const auto scan = world.scan("data");
    CHECK(world.waiting() == 0);
    world.store->add(world.dir / "data", scan);
    CHECK(world.store->contains_all(scan.content.id, scan.content.size));
    CHECK(world.store->manifest(scan.content.id)->entries.size() == 5000);
    CHECK(fs::read_file(world.object("2499")) == "2499");
    CHECK((fs::stat(world.object("2499"))->mode & 0777U) == 0444);
  }

  TEST_CASE("what nobody stores goes with the store") {
    World world;
    world.dir.write("f", "given up");
    world.scan("f");
    CHECK(world.waiting() == 1);
    world.open();
    CHECK(world.waiting() == 0);
    CHECK_FALSE(fs::exists(world.object("given up")));
  }

  TEST_CASE("where nothing can be written the hash is known and storing fails") {
    World world;
    std::string content;
    SUBCASE("short") { content = "short"; }
    SUBCASE("long") { content = long_content(); }
    world.dir.write("f", content);
    world.dir.write("cache/expcore-tmp", "in the way");
    const auto scan = world.scan("f");
    CHECK(scan.content.id.hex == hash::md5(content));
    CHECK_THROWS_AS(world.store->add(world.dir / "f", scan), Error);
    fs::remove(world.dir / "cache/expcore-tmp");
    world.store->add(world.dir / "f", scan);
    CHECK(fs::read_file(world.object(content)) == content);
  }
}
