#include "hash/state.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <doctest/doctest.h>

#include "support/temp_dir.hpp"

using namespace expcore;
using test::TempDir;

namespace {

/// Makes a file old enough to be remembered.
void age(const std::string& path) {
  const timespec times[2] = {{1'700'000'000, 5}, {1'700'000'000, 5}};
  ::utimensat(AT_FDCWD, path.c_str(), times, 0);
  // ctime cannot be set: wait until it is past the racy window.
  timespec pause{0, 30'000'000};
  ::nanosleep(&pause, nullptr);
}

}  // namespace

TEST_SUITE("hash/state") {
  TEST_CASE("a file whose stat is known is not read again, across processes") {
    const TempDir dir;
    const std::string file = dir.write("data", "hello");
    age(file);
    {
      hash::StateDb state(dir / "db/state.db");
      CHECK(state.hash(file).hex == "5d41402abc4b2a76b9719d911017c592");
    }
    hash::StateDb again(dir / "db/state.db");
    const auto stat = fs::stat(file);
    CHECK(again.find(file, *stat) == "5d41402abc4b2a76b9719d911017c592");
    CHECK_FALSE(again.find(file, *stat, hash::FileHash::md5_dos2unix));
    CHECK_FALSE(again.find(dir / "other", *stat));
  }
  TEST_CASE("a changed stat is a miss") {
    const TempDir dir;
    const std::string file = dir.write("data", "hello");
    age(file);
    hash::StateDb state("");
    state.hash(file);
    auto stat = *fs::stat(file);
    CHECK(state.find(file, stat));
    stat.mtime_ns += 1;
    CHECK_FALSE(state.find(file, stat));
  }
  TEST_CASE("a file that was just written is not remembered as clean") {
    const TempDir dir;
    const std::string file = dir.write("data", "hello");
    hash::StateDb state("");
    state.remember(file, *fs::stat(file), "0");
    CHECK_FALSE(state.find(file, *fs::stat(file)));
  }
  TEST_CASE("a corrupt database is a miss, then it is made anew") {
    const TempDir dir;
    const std::string file = dir.write("data", "hello");
    const std::string database = dir.write("state.db", std::string(5000, 'x'));
    age(file);
    {
      hash::StateDb state(database);
      CHECK_FALSE(state.find(file, *fs::stat(file)));
      state.hash(file);
    }
    hash::StateDb again(database);
    CHECK(again.find(file, *fs::stat(file)));
  }
  TEST_CASE("a database that cannot be written is no error") {
    hash::StateDb state("/proc/nowhere/state.db");
    const TempDir dir;
    const std::string file = dir.write("data", "hello");
    CHECK(state.hash(file).size == 5);
    CHECK_NOTHROW(state.find(file, *fs::stat(file)));
  }
  TEST_CASE("what was made is known until it is forgotten, across processes") {
    const TempDir dir;
    const std::string database = dir / "state.db";
    const hash::Made made{7, 9, "5d41402abc4b2a76b9719d911017c592", hash::FileHash::md5};
    {
      hash::StateDb state(database);
      CHECK(state.made().empty());
      state.remember_made("/a", made);
      state.remember_made("/b", made);
      CHECK(state.made().size() == 2);
    }
    {
      hash::StateDb state(database);
      CHECK(state.made().at("/b") == made);
      state.forget_made("/b");
      CHECK(state.made().size() == 1);
    }
    hash::StateDb state(database);
    CHECK(state.made() == std::map<std::string, hash::Made>{{"/a", made}});
  }
}
