#include "cache/store.hpp"

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "support/temp_dir.hpp"

using namespace expcore;
using test::TempDir;

namespace {

/// A store over a folder of its own and a workspace beside it.
struct World {
  explicit World(std::vector<cache::LinkType> types = {cache::LinkType::reflink,
                                                       cache::LinkType::copy})
      : state(""), store({dir / "cache", std::move(types), false}, state), ignore(dir.path()) {}

  cache::Scan scan(const std::string& name) {
    return *cache::scan(dir / name, hash::FileHash::md5, state, ignore);
  }
  cache::ObjectId add(const std::string& name) {
    const auto scanned = scan(name);
    store.add(dir / name, scanned);
    return scanned.content.id;
  }

  TempDir dir;
  hash::StateDb state;
  cache::Store store;
  fs::DvcIgnore ignore;
};

/// Leaves a read-only object with another content than its name says.
void truncate_object(const World& world, std::string_view content, std::string_view damaged) {
  const std::string object = world.store.path_of({hash::md5(content), hash::FileHash::md5});
  fs::remove(object);
  fs::append(object, damaged);
  fs::chmod(object, 0444);
}

}  // namespace

TEST_SUITE("cache/store") {
  TEST_CASE("several stores of one process share a cache") {
    const TempDir dir;
    const fs::DvcIgnore ignore(dir.path());
    std::vector<std::jthread> threads;
    std::atomic<int> stored = 0;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        hash::StateDb state("");
        cache::Store store({dir / "cache", {cache::LinkType::copy}, false}, state);
        for (int i = 0; i < 50; ++i) {
          const std::string name = dir / ("f" + std::to_string(thread) + "." + std::to_string(i));
          fs::append(name, name);
          const auto scan = *cache::scan(name, hash::FileHash::md5, state, ignore);
          store.add(name, scan);
          if (store.contains(scan.content.id, scan.content.size)) ++stored;
        }
      });
    }
    threads.clear();
    CHECK(stored == 200);
  }
}

TEST_SUITE("cache/manifest") {
  TEST_CASE("a folder's object is DVC's, byte for byte") {
    World world;
    world.dir.write("data/bar", "bar\r\n");
    world.dir.write("data/foo", "foo\n");
    fs::chmod(world.dir.write("data/run.sh", "#!/bin/sh\n"), 0755);
    const auto scan = world.scan("data");
    CHECK(scan.content.id.hex == "5a51759c9968ec9b9a25afd882c41254.dir");
    CHECK(scan.content.size == 19);
    CHECK(scan.content.file_count == 3);
  }
  TEST_CASE("names sort as bytes and are escaped as Python escapes them") {
    World world;
    for (const char* name :
         {"A", "a-b", "a.txt", "a/b", "a/z", "a/é", "q\"\\", "tab\t\x7f", "\uFFEE", "😀"}) {
      // `a` cannot be a file and a folder: the folder is there, the names below it matter.
      world.dir.write(std::string("t/") + name, "");
    }
    CHECK(world.scan("t").content.id.hex == "0a943a76d9db6fbebc1929d617627e33.dir");
  }
  TEST_CASE("an empty folder has an object, too") {
    World world;
    fs::make_directories(world.dir / "empty/inside");
    CHECK(world.scan("empty").content.id.hex == "d751713988987e9331980363e24189ce.dir");
  }
  TEST_CASE("foreign manifests that leave the folder are refused") {
    for (const char* path : {"../x", "/x", "a/../../x", "", "a//b", "."}) {
      CAPTURE(path);
      CHECK_THROWS_AS(
          cache::Manifest::parse(std::string(R"([{"md5": "aa", "relpath": ")") + path + "\"}]"),
          Error);
    }
    CHECK_THROWS_AS(cache::Manifest::parse("{}"), Error);
    CHECK_THROWS_AS(cache::Manifest::parse("[{\"md5\": 1}]"), Error);
  }
}

TEST_SUITE("cache/scan") {
  TEST_CASE("links to folders are passed over, links to files hashed, dangling ones an error") {
    World world;
    world.dir.write("t/file", "x");
    world.dir.write("elsewhere/y", "y");
    fs::symlink(world.dir / "elsewhere", world.dir / "t/folder");
    fs::symlink("file", world.dir / "t/link");
    CHECK(world.scan("t").content.file_count == 2);
    fs::symlink("nowhere", world.dir / "t/dangling");
    CHECK_THROWS_AS(world.scan("t"), Error);
  }
  TEST_CASE("odd members are refused by name") {
    World world;
    world.dir.write("t/.dvcignore", "");
    CHECK_THROWS_AS(world.scan("t"), Error);
    world.dir.write("u/bad\xff", "");
    CHECK_THROWS_AS(world.scan("u"), Error);
    CHECK_FALSE(cache::scan(world.dir / "none", hash::FileHash::md5, world.state, world.ignore));
  }
}

TEST_SUITE("cache/store") {
  TEST_CASE("objects are read-only, named by content, and nothing else is left") {
    World world;
    world.dir.write("f", "hello\n");
    const auto id = world.add("f");
    CHECK(world.store.path_of(id) ==
          world.dir / "cache/files/md5/b1/946ac92492d2347c6235b4d2611184");
    CHECK(fs::stat(world.store.path_of(id))->mode == 0444);
    CHECK(world.store.contains(id, 6));
    CHECK_FALSE(world.store.contains(id, 7));
    fs::walk(world.dir / "cache/expcore-tmp", nullptr, [](const fs::WalkEntry& entry) {
      CHECK_MESSAGE(entry.kind == fs::Kind::directory, entry.path);
    });
  }
  TEST_CASE("a replaced file is executable from the moment it is there") {
    World world({cache::LinkType::hardlink});
    world.dir.write("f", "run\n");
    fs::chmod(world.dir / "f", 0755);
    const auto scan = world.scan("f");
    world.store.add(world.dir / "f", scan);
    world.store.relink(world.dir / "f", scan, true);
    // The mode belongs to what is linked, so no name of it was ever without.
    CHECK((fs::stat(world.store.path_of(scan.content.id))->mode & 0100U) != 0);
    CHECK(fs::stat(world.dir / "f")->is_executable());
  }
  TEST_CASE("a folder is stored with its members and comes back") {
    World world;
    for (int i = 0; i < 40; ++i)
      world.dir.write("t/d/" + std::to_string(i), std::to_string(i % 7));
    const auto id = world.add("t");
    CHECK(world.store.contains_all(id));
    fs::remove_tree(world.dir / "t");
    CHECK(world.store.checkout(world.dir / "t", {.id = id}, world.ignore));
    CHECK(world.scan("t").content.id == id);
    CHECK_FALSE(world.store.checkout(world.dir / "t", {.id = id}, world.ignore));
  }
  TEST_CASE("checkout changes only what differs and removes what does not belong") {
    World world;
    world.dir.write("t/a", "1");
    world.dir.write("t/sub/b", "2");
    const auto id = world.add("t");
    const auto inode = fs::stat(world.dir / "t/a")->inode;
    world.dir.write("t/sub/b", "changed");
    world.dir.write("t/new/c", "3");
    CHECK(world.store.checkout(world.dir / "t", {.id = id}, world.ignore));
    CHECK(world.scan("t").content.id == id);
    CHECK(fs::stat(world.dir / "t/a")->inode == inode);
    CHECK_FALSE(fs::exists(world.dir / "t/new"));
  }
  TEST_CASE("an incomplete object leaves the workspace alone") {
    World world;
    world.dir.write("t/a", "1");
    world.dir.write("t/b", "2");
    const auto id = world.add("t");
    fs::remove(world.store.path_of({hash::md5("2"), hash::FileHash::md5}));
    world.dir.write("t/a", "mine");
    world.dir.write("t/b", "mine, too");
    CHECK_FALSE(world.store.contains_all(id));
    CHECK_THROWS_AS(world.store.checkout(world.dir / "t", {.id = id}, world.ignore), Error);
    CHECK(world.dir.read("t/a") == "mine");
    CHECK(world.dir.read("t/b") == "mine, too");
  }
  TEST_CASE("a damaged object that is not read-only is a missing one and is replaced") {
    World world;
    world.dir.write("f", "hello\n");
    const auto id = world.add("f");
    const std::string object = world.store.path_of(id);
    fs::chmod(object, 0644);
    fs::write_atomic(object, "damage");
    CHECK_FALSE(world.store.contains(id));
    world.add("f");
    CHECK(world.store.contains(id));
    CHECK(fs::read_file(object) == "hello\n");
  }
  TEST_CASE("a truncated read-only object is not trusted for its size") {
    World world;
    world.dir.write("f", "hello\n");
    const auto id = world.add("f");
    const std::string object = world.store.path_of(id);
    fs::remove(object);
    fs::append(object, "hel");
    fs::chmod(object, 0444);
    world.add("f");
    CHECK(fs::read_file(object) == "hello\n");
  }
  TEST_CASE("a truncated member is stored anew, whatever its mode says") {
    World world({cache::LinkType::hardlink});
    world.dir.write("t/a", "hello\n");
    world.dir.write("t/b", "other\n");
    const auto id = world.add("t");
    fs::remove_tree(world.dir / "t");
    truncate_object(world, "hello\n", "hel");
    world.dir.write("t/a", "hello\n");
    world.dir.write("t/b", "other\n");
    CHECK(world.add("t") == id);
    world.store.relink(world.dir / "t", world.scan("t"), false);
    CHECK(world.dir.read("t/a") == "hello\n");
    CHECK(fs::stat(world.dir / "t/a")->links == 2);
  }
  TEST_CASE("a damaged object never takes a good file's place") {
    World world({cache::LinkType::hardlink});
    for (const char* damaged : {"hel", "HELLO\n"}) {
      world.dir.write("f", "hello\n");
      const auto id = world.add("f");
      truncate_object(world, "hello\n", damaged);
      const auto scan = world.scan("f");
      CHECK_THROWS_AS(world.store.relink(world.dir / "f", scan, false), Error);
      CHECK(world.dir.read("f") == "hello\n");
      CHECK_FALSE(world.store.contains(id));
    }
  }
  TEST_CASE("sizes that do not add up make the members' contents count") {
    World world;
    world.dir.write("t/a", "hello\n");
    world.dir.write("t/b", "other\n");
    const auto id = world.add("t");
    CHECK(world.store.contains_all(id, 12));
    CHECK(world.store.contains_all(id, 13));  // a wrong record of whole objects
    truncate_object(world, "hello\n", "hel");
    CHECK(world.store.contains_all(id));  // without a size DVC's test is all there is
    world.dir.write("t/a", "mine");
    CHECK_THROWS_AS(world.store.checkout(world.dir / "t", {.id = id, .size = 12}, world.ignore),
                    Error);
    CHECK(world.dir.read("t/a") == "mine");
    CHECK_FALSE(world.store.contains_all(id));
  }
  TEST_CASE("a member that is right already is not needed from the cache") {
    World world;
    world.dir.write("t/a", "1");
    world.dir.write("t/b", "2");
    const auto id = world.add("t");
    fs::remove(world.store.path_of({hash::md5("2"), hash::FileHash::md5}));
    world.dir.write("t/a", "old");
    CHECK(world.store.checkout(world.dir / "t", {.id = id}, world.ignore));
    CHECK(world.scan("t").content.id == id);
  }
  TEST_CASE("each link type leaves what it says") {
    using cache::LinkType;
    for (const auto type : {LinkType::copy, LinkType::hardlink, LinkType::symlink}) {
      World world({type});
      world.dir.write("f", "x");
      world.dir.write("t/g", "y");
      for (const char* name : {"f", "t"}) {
        const auto scan = world.scan(name);
        world.store.add(world.dir / name, scan);
        world.store.relink(world.dir / name, scan, false);
      }
      for (const char* name : {"f", "t/g"}) {
        const auto stat = *fs::stat(world.dir / name, fs::Follow::no);
        CHECK((stat.kind == fs::Kind::symlink) == (type == LinkType::symlink));
        CHECK((stat.links > 1) == (type == LinkType::hardlink));
        if (type == LinkType::copy) CHECK(stat.mode == (0666U & ~fs::umask()));
      }
      world.store.unprotect(world.dir.path() + "/t");
      CHECK(fs::stat(world.dir / "t/g", fs::Follow::no)->links == 1);
    }
  }
  TEST_CASE("executable single files get u+x") {
    World world;
    fs::chmod(world.dir.write("f", "x"), 0755);
    const auto scan = world.scan("f");
    world.store.add(world.dir / "f", scan);
    world.store.relink(world.dir / "f", scan, true);
    CHECK(fs::stat(world.dir / "f")->mode == ((0666U & ~fs::umask()) | 0100U));
  }
}
