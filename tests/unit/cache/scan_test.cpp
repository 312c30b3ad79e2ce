#include <chrono>
#include <string>
#include <thread>

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "cache/store.hpp"
#include "support/temp_dir.hpp"

using namespace expcore;
using test::TempDir;

namespace {

constexpr auto md5 = hash::FileHash::md5;

/// Until what was written before cannot be written to again without a trace.
void wait_for_racy_window() { std::this_thread::sleep_for(std::chrono::milliseconds(30)); }

struct World {
  World()
      : state(""),
        store({dir / "cache", {cache::LinkType::copy}, false}, state),
        ignore(dir.path()) {}

  std::string content() { return cache::content_at(dir / "data", md5, state, ignore)->id.hex; }
  std::string scanned() { return cache::scan(dir / "data", md5, state, ignore)->content.id.hex; }

  TempDir dir;
  hash::StateDb state;
  cache::Store store;
  fs::DvcIgnore ignore;
};

/// A folder of so many files that was added and linked, and is known to be.
struct Settled : World {
  explicit Settled(int count) : data(dir / "data"), object(store.path_of({hash::md5("1"), md5})) {
    for (int i = 0; i < count; ++i)
      dir.write("data/" + std::to_string(i), std::to_string(i));
    wait_for_racy_window();
    content = again(store).content;
    wait_for_racy_window();
    const auto second = again(store);
    REQUIRE(second.is_settled);
    CHECK(second.content.id == content.id);
    CHECK(second.content.size == content.size);
    CHECK(second.content.file_count == count);
  }

  cache::Scan again(cache::Store& in) {
    auto scan = *in.scan_again(data, ignore);
    in.add(data, scan);
    in.relink(data, scan, false);
    return scan;
  }

  std::string data;
  std::string object;  ///< Of the file "1".
  cache::Content content;
};

}  // namespace

TEST_SUITE("cache/scan") {
  TEST_CASE("a folder is known as a whole until anything in it changes") {
    World world;
    const std::string lie = "0123456789abcdef0123456789abcdef.dir";
    world.dir.write("data/a", "1");
    world.dir.write("data/b", "2");
    world.dir.write("data/sub/c", "3");
    wait_for_racy_window();
    const auto first = cache::content_at(world.dir / "data", md5, world.state, world.ignore);
    CHECK(first->size == 3);
    CHECK(first->file_count == 3);
    auto known = world.state.find_folder(world.dir / "data");
    REQUIRE(known);
    CHECK(known->hex == first->id.hex);
    // What is remembered is wrong: whoever looks at the files finds something else.
    known->hex = lie;
    world.state.remember_folder(world.dir / "data", *known);
    REQUIRE(world.content() == lie);

    bool same = false;
    SUBCASE("content of the same size") { world.dir.write("data/a", "4"); }
    SUBCASE("a new file") { world.dir.write("data/d", "4"); }
    SUBCASE("a file less") { fs::remove(world.dir / "data/b"); }
    SUBCASE("another name") { fs::rename(world.dir / "data/b", world.dir / "data/e"); }
    SUBCASE("another folder") { fs::rename(world.dir / "data/b", world.dir / "data/sub/b"); }
    SUBCASE("two names that change places") {
      fs::rename(world.dir / "data/b", world.dir / "data/x");
      fs::rename(world.dir / "data/a", world.dir / "data/b");
      fs::rename(world.dir / "data/x", world.dir / "data/a");
    }
    SUBCASE("permissions only") {
      fs::chmod(world.dir / "data/a", 0600);
      same = true;
    }
    CHECK(world.content() != lie);
    CHECK(world.content() == world.scanned());
    CHECK((world.content() == first->id.hex) == same);
  }
  TEST_CASE("a folder with a file just written is not known") {
    World world;
    world.dir.write("data/a", "1");
    CHECK(world.content() == world.scanned());
    CHECK_FALSE(world.state.find_folder(world.dir / "data"));
  }
  TEST_CASE("what is refused in a scan is refused here") {
    World world;
    CHECK_FALSE(cache::content_at(world.dir / "data", md5, world.state, world.ignore));
    world.dir.write("data/.dvcignore", "");
    CHECK_THROWS_AS(world.content(), Error);
    CHECK_THROWS_AS(world.scanned(), Error);
  }
  TEST_CASE("that a large folder's members are all there is known until objects come or go") {
    World world;
    for (int i = 0; i < 1030; ++i)
      world.dir.write("data/" + std::to_string(i), std::to_string(i % 3));
    const auto scan = *cache::scan(world.dir / "data", md5, world.state, world.ignore);
    const auto& [id, size, count, executable] = scan.content;
    CHECK_FALSE(world.store.contains_all_as_known(id, size));
    world.store.add(world.dir / "data", scan);
    CHECK(world.store.contains_all_as_known(id, size));
    wait_for_racy_window();
    CHECK(world.store.contains_all_as_known(id, size));
    CHECK(world.state.find_folder(world.store.path_of(id))->file_count == count);
    const std::string member = world.store.path_of({hash::md5("1"), md5});
    CHECK(world.store.contains_all_as_known(id));
    CHECK(world.store.contains_all_as_known(id, size + 1) ==
          world.store.contains_all(id, size + 1));

    // Damage in place is for those to find who need the content.
    fs::chmod(member, 0644);
    fs::append(member, "damage");
    fs::chmod(member, 0444);
    CHECK(world.store.contains_all_as_known(id, size));
    CHECK_FALSE(world.store.contains_all(id, size));

    fs::remove(member);
    CHECK_FALSE(world.store.contains_all_as_known(id, size));
    fs::write_atomic(member, "1", fs::Durability::none, 0444);
    CHECK(world.store.contains_all_as_known(id, size));
    fs::remove(world.store.path_of(id));
    CHECK_FALSE(world.store.contains_all_as_known(id, size));
  }
  TEST_CASE("a folder that is stored and linked is settled until anything of that changes") {
    Settled world(3);
    const auto first = world.content;

    SUBCASE("by content") {
      world.dir.write("data/1", "2");
      CHECK_FALSE(world.again(world.store).is_settled);
    }
    SUBCASE("by an object that is gone") {
      fs::remove(world.object);
      CHECK_FALSE(world.again(world.store).is_settled);
      CHECK(fs::read_file(world.object) == "1");
    }
    SUBCASE("by the folder's object that is gone") {
      fs::remove(world.store.path_of(first.id));
      CHECK_FALSE(world.again(world.store).is_settled);
      CHECK(world.store.contains(first.id));
    }
    SUBCASE("by other link types") {
      cache::Store other({world.dir / "cache", {cache::LinkType::symlink}, false}, world.state);
      CHECK_FALSE(world.again(other).is_settled);
      CHECK(fs::read_link(world.data + "/1") == world.object);
    }
    SUBCASE("by another cache") {
      cache::Store other({world.dir / "other", {cache::LinkType::copy}, false}, world.state);
      CHECK_FALSE(world.again(other).is_settled);
      CHECK(other.contains_all(first.id));
    }
    SUBCASE("for those who need no members only") {
      CHECK(world.store.scan_to_add(world.data, world.ignore)->manifest->entries.size() == 3);
    }
  }
  TEST_CASE("a large folder is looked at again once somebody came across a damaged object") {
    Settled world(1024);
    const cache::ObjectId one{hash::md5("1"), md5};
    for (const std::int64_t size : {1, -1}) {  // for its size, for its content
      fs::chmod(world.object, 0644);
      fs::append(world.object, "damage");
      CHECK_FALSE(world.store.contains(one, size));
      CHECK_FALSE(world.again(world.store).is_settled);
      CHECK(fs::read_file(world.object) == "1");
      wait_for_racy_window();
      CHECK(world.again(world.store).is_settled);
    }
  }
}
