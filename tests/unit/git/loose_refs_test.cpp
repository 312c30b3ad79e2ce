#include "git/loose_refs.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "fs/file.hpp"
#include "fs/path.hpp"
#include "support/temp_dir.hpp"

using namespace expcore;
using git::LooseRefs;

namespace {

constexpr std::size_t count = 300;  // more than one thread takes at a time

/// The refs of a repository with many of them, some in folders of their own.
struct World {
  test::TempDir folder;
  std::chrono::system_clock::time_point now = std::chrono::system_clock::now();

  World() {
    for (std::size_t i = 0; i < count; ++i)
      write(name(i), id(i));
  }

  static std::string id(std::size_t i) { return fmt::format("{:040x}", i); }
  /// Some sort before a folder with the same start, some after it.
  static std::string name(std::size_t i) {
    constexpr std::array shapes = {"x-{:03}", "x/{:03}", "x0{:03}"};
    return "refs/exps/" + fmt::format(fmt::runtime(shapes.at(i % shapes.size())), i);
  }

  std::string path(const std::string& name) const { return folder / name; }
  std::string kept() const { return folder / "expcore/loose/exps"; }

  void write(const std::string& name, const std::string& id) const {
    fs::make_directories(fs::parent(path(name)));
    fs::write_atomic(path(name), id + "\n");
  }
  /// As programs do that know no lock files; the time of change is set back.
  void write_in_place(const std::string& name, const std::string& id) const {
    const auto ctime = [&] { return fs::stat(path(name))->ctime_ns; };
    struct stat before {};
    REQUIRE(::stat(path(name).c_str(), &before) == 0);
    const std::array times = {before.st_atim, before.st_mtim};
    const auto former = ctime();
    do {  // until the clock has ticked
      const int file = ::open(path(name).c_str(), O_WRONLY | O_CLOEXEC);
      REQUIRE(::write(file, id.data(), id.size()) == static_cast<ssize_t>(id.size()));
      ::close(file);
      REQUIRE(::utimensat(AT_FDCWD, path(name).c_str(), times.data(), 0) == 0);
    } while (ctime() == former);
  }

  /// At a time when all files are old enough to be kept.
  LooseRefs list(std::string_view prefix = "refs/exps/") const {
    return git::list_loose_refs(folder.path(), prefix, now + std::chrono::seconds(10));
  }
};

std::string target(const LooseRefs& listed, const std::string& name) {
  const auto found = std::find_if(listed.refs.begin(), listed.refs.end(),
                                  [&](const auto& ref) { return ref.name == name; });
  return found == listed.refs.end() ? "" : found->target;
}

}  // namespace

TEST_SUITE("git/loose_refs") {
  TEST_CASE("many refs are read once") {
    const World world;
    const auto read = world.list();
    CHECK(read.files_read == count);
    CHECK(read.refs.size() == count);
    const auto again = world.list();
    CHECK(again.files_read == 0);
    REQUIRE(again.refs.size() == count);
    for (std::size_t i = 0; i < count; ++i) {
      CHECK(again.refs[i].name == read.refs[i].name);
      CHECK(again.refs[i].target == read.refs[i].target);
      CHECK((i == 0 || again.refs[i - 1].name < again.refs[i].name));
      CHECK(target(again, World::name(i)) == World::id(i));
    }
  }
  TEST_CASE("what changed since is read again") {
    const World world;
    world.list();
    world.write_in_place(World::name(1), World::id(1001));
    world.write(World::name(2), World::id(1002));
    fs::remove(world.path(World::name(3)));
    fs::rename(world.path(World::name(4)), world.path(World::name(5)));
    world.write("refs/exps/new", World::id(1003));
    fs::remove(world.path(World::name(6)));
    fs::make_directories(world.path(World::name(6)));
    world.write(World::name(6) + "/below", World::id(1004));
    const auto listed = world.list();
    CHECK(target(listed, World::name(1)) == World::id(1001));
    CHECK(target(listed, World::name(2)) == World::id(1002));
    CHECK(target(listed, World::name(3)).empty());
    CHECK(target(listed, World::name(4)).empty());
    CHECK(target(listed, World::name(5)) == World::id(4));
    CHECK(target(listed, "refs/exps/new") == World::id(1003));
    CHECK(target(listed, World::name(6)).empty());
    CHECK(target(listed, World::name(6) + "/below") == World::id(1004));
    CHECK(listed.refs.size() == count - 1);
    CHECK(listed.files_read == 5);
  }
  TEST_CASE("what was written a moment ago is not kept") {
    const World world;
    const auto early = git::list_loose_refs(world.folder.path(), "refs/exps/", world.now);
    CHECK(early.files_read == count);
    CHECK_FALSE(fs::exists(world.kept()));
  }
  TEST_CASE("a damaged file of what is kept is as none") {
    const World world;
    world.list();
    const std::string whole = fs::read_file(world.kept());
    std::string damaged = whole;
    SUBCASE("a byte") { damaged[damaged.size() / 2] ^= 1; }
    SUBCASE("its end") { damaged.resize(damaged.size() / 2); }
    SUBCASE("its start") { damaged[0] = 'x'; }
    SUBCASE("all") { damaged.clear(); }
    fs::write_atomic(world.kept(), damaged);
    const auto listed = world.list();
    CHECK(listed.files_read == count);
    CHECK(target(listed, World::name(7)) == World::id(7));
    CHECK(fs::read_file(world.kept()) == whole);
    CHECK(world.list().files_read == 0);
  }
  TEST_CASE("few refs, and parts of a kind, are not kept") {
    const World world;
    for (int i = 0; i < 5; ++i)
      world.write(fmt::format("refs/heads/{}", i), World::id(1));
    CHECK(world.list("refs/heads/").files_read == 5);
    CHECK(world.list("refs/heads/").files_read == 5);
    CHECK(world.list("refs/exps/x").refs.size() == count);
    CHECK(world.list("refs/exps/x/").refs.size() == count / 3);
    CHECK_FALSE(fs::exists(world.folder / "expcore"));
  }
  TEST_CASE("what is kept follows what is there") {
    const World world;
    world.list();
    const auto all = fs::read_file(world.kept());
    constexpr std::size_t gone = 150;
    for (std::size_t i = 0; i < gone; ++i)
      fs::remove(world.path(World::name(i)));
    CHECK(world.list().refs.size() == count - gone);
    CHECK(fs::read_file(world.kept()).size() < all.size());
    CHECK(world.list().files_read == 0);
    for (std::size_t i = gone; i < count; ++i)
      fs::remove(world.path(World::name(i)));
    CHECK(world.list().refs.empty());
    CHECK_FALSE(fs::exists(world.kept()));
  }
  TEST_CASE("what cannot be kept is listed all the same") {
    const World world;
    fs::write_atomic(world.folder / "expcore", "a file in the folder's place");
    CHECK(world.list().refs.size() == count);
    CHECK(world.list().refs.size() == count);
  }
  TEST_CASE("symbolic refs and links are read each time") {
    const World world;
    world.write("refs/exps/symbolic", "ref: refs/heads/main");
    fs::symlink(world.path(World::name(0)), world.path("refs/exps/link"));
    world.list();
    const auto listed = world.list();
    CHECK(listed.files_read == 2);
    CHECK(listed.refs.size() == count + 2);
    CHECK(target(listed, "refs/exps/link") == World::id(0));
  }
}
