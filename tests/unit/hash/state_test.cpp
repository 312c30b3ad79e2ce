#include "hash/state.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <string>
#include <sys/stat.h>
#include <vector>

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

/// Of a size whose content is looked up.
std::string large() {
  std::string bytes(3'000'000, 'x');
  for (std::size_t i = 0; i < bytes.size(); i += 97)
    bytes[i] = static_cast<char>(i % 251);
  return bytes;
}

void run_sql(const std::string& database, const char* statement) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(database.c_str(), &db) == SQLITE_OK);
  CHECK(sqlite3_exec(db, statement, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
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
  TEST_CASE("a folder's files are read at once, and no others") {
    const TempDir dir;
    const std::vector<std::string> inside = {dir.write("a/x", "1"), dir.write("a/sub/y", "2")};
    const std::vector<std::string> outside = {dir.write("a0", "3"), dir.write("a-b/z", "4"),
                                              dir.write("b/x", "5")};
    std::vector<std::string> all = inside;
    all.insert(all.end(), outside.begin(), outside.end());
    for (const auto& file : all)
      age(file);
    const std::string database = dir / "db/state.db";
    {
      hash::StateDb state(database);
      for (const auto& file : all)
        state.hash(file);
    }
    hash::StateDb state(database);
    state.prefetch(dir / "a");
    state.pause();
    run_sql(database, "DELETE FROM files");
    for (const auto& file : inside)
      CHECK(state.find(file, *fs::stat(file)));
    for (const auto& file : outside)
      CHECK(!state.find(file, *fs::stat(file)));
    dir.write("a/x", "other");
    CHECK(!state.find(inside[0], *fs::stat(inside[0])));
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
  TEST_CASE("a large content is recognised under another name, across processes") {
    const TempDir dir;
    const std::string bytes = large();
    const std::string first = dir.write("first", bytes);
    {
      hash::StateDb state(dir / "db/state.db", dir / "db/contents.db");
      CHECK(state.hash(first).hex == hash::md5(bytes));
    }
    // What is remembered of the content is all that can say so.
    run_sql(dir / "db/contents.db", "UPDATE contents SET hex = 'recognised'");
    hash::StateDb state(dir / "slot/state.db", dir / "db/contents.db");
    std::int64_t told = 0;
    const std::string copy = dir.write("copy", bytes);
    const auto count = [&](std::int64_t more) { told += more; };
    const auto hashed = state.hash(copy, *fs::stat(copy), hash::FileHash::md5, count);
    CHECK(hashed.hex == "recognised");
    CHECK(hashed.size == static_cast<std::int64_t>(bytes.size()));
    CHECK(told == hashed.size);
    // Other hashes and small files are not looked up.
    CHECK(state.hash(copy, hash::FileHash::md5_dos2unix).hex == hash::md5(bytes));
    CHECK(state.hash(dir.write("small", "hello")).hex == "5d41402abc4b2a76b9719d911017c592");
  }
  TEST_CASE("contents of one size that differ anywhere are told apart") {
    const TempDir dir;
    hash::StateDb state("");
    const std::string bytes = large();
    state.hash(dir.write("known", bytes));
    for (const std::size_t place : {std::size_t{0}, bytes.size() / 2, bytes.size() - 1}) {
      CAPTURE(place);
      std::string other = bytes;
      other[place] ^= 1;
      std::int64_t told = 0;
      const std::string file = dir.write("other", other);
      const auto count = [&](std::int64_t more) { told += more; };
      CHECK(state.hash(file, *fs::stat(file), hash::FileHash::md5, count).hex == hash::md5(other));
      CHECK(told == static_cast<std::int64_t>(other.size()));
    }
  }
  TEST_CASE("a file that is longer than its stat said is read for what it is") {
    const TempDir dir;
    hash::StateDb state("");
    const std::string bytes = large();
    state.hash(dir.write("known", bytes));
    const std::string file = dir.write("growing", bytes);
    const auto before = *fs::stat(file);
    dir.write("growing", bytes + "more");
    const auto hashed = state.hash(file, before, hash::FileHash::md5);
    CHECK(hashed.hex == hash::md5(bytes + "more"));
    CHECK(hashed.size == before.size + 4);
  }
}
