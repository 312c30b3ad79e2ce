#include "run/rw_lock.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <unistd.h>

#include <doctest/doctest.h>
#include <expcore/error.hpp>
#include <fmt/format.h>

#include "fs/file.hpp"
#include "support/temp_dir.hpp"

using namespace expcore;
using run::RwLock;
using run::RwLocks;
using test::TempDir;

namespace {

/// The file without the spaces that keep its length.
std::string table(const TempDir& dir) {
  std::string text = dir.read("rwlock");
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::string as_is(const std::string& path) { return path; }

}  // namespace

TEST_SUITE("run/rw_lock") {
  TEST_CASE("the file is DVC's and empty again afterwards") {
    const TempDir dir;
    {
      RwLocks locks(dir.path(), "cmd", {}, as_is);
      const RwLock lock(locks, {"/r"}, {"/w"});
      CHECK(table(dir) ==
            fmt::format("{{\"write\": {{\"/w\": {{\"pid\": {0}, \"cmd\": \"cmd\"}}}}, "
                        "\"read\": {{\"/r\": [{{\"pid\": {0}, \"cmd\": \"cmd\"}}]}}}}",
                        ::getpid()));
    }
    CHECK(table(dir) == "{}");
  }
  TEST_CASE("a check takes nothing, drops the dead and is stopped by the living") {
    const TempDir dir;
    RwLocks locks(dir.path(), "me", {}, as_is);
    CHECK_NOTHROW(locks.check({}, {"/a"}));
    CHECK_FALSE(fs::exists(dir / "rwlock"));
    dir.write("rwlock",
              "{\"write\": {\"/a\": {\"pid\": 1, \"cmd\": \"dvc repro\"}}, "
              "\"read\": {\"/b\": [{\"pid\": 2147483646, \"cmd\": \"dvc repro\"}]}}");
    CHECK_THROWS_AS(locks.check({}, {"/a/b"}), Error);
    CHECK_THROWS_AS(locks.check({"/"}, {}), Error);
    CHECK_NOTHROW(locks.check({}, {"/b", "/c"}));
    CHECK(table(dir) == "{\"write\": {\"/a\": {\"pid\": 1, \"cmd\": \"dvc repro\"}}}");
  }
  TEST_CASE("a living writer of an overlapping path blocks") {
    const TempDir dir;
    dir.write("rwlock", "{\"write\": {\"/a/b\": {\"pid\": 1, \"cmd\": \"dvc repro\"}}}");
    RwLocks locks(dir.path(), "me", {}, as_is);
    CHECK_THROWS_WITH_AS(
        RwLock(locks, {"/a"}, {}),
        fmt::format("'/a' is busy, it is being blocked by:\n  (PID 1): dvc repro\n\nIf there "
                    "are no processes with such PIDs, you can manually remove '{}/rwlock' and "
                    "try again.",
                    dir.path())
            .c_str(),
        Error);
    CHECK_NOTHROW(RwLock(locks, {"/c"}, {"/d"}));
    CHECK(table(dir).find("/a/b") != std::string::npos);
  }
  TEST_CASE("readers share, a writer waits for them") {
    const TempDir dir;
    dir.write("rwlock", "{\"read\": {\"/a\": [{\"pid\": 1, \"cmd\": \"x\"}]}}");
    RwLocks locks(dir.path(), "me", {}, as_is);
    CHECK_NOTHROW(RwLock(locks, {"/a"}, {}));
    CHECK_THROWS_AS(RwLock(locks, {}, {"/a/b"}), Error);
  }
  TEST_CASE("a path that two stages of a run read stays locked until both are done") {
    const TempDir dir;
    RwLocks locks(dir.path(), "me", {}, as_is);
    auto first =
        std::make_unique<RwLock>(locks, std::vector<std::string>{"/a"}, std::vector<std::string>{});
    {
      const RwLock second(locks, {"/a"}, {"/b"});
      first.reset();
      CHECK(table(dir).find("/a") != std::string::npos);
    }
    CHECK(table(dir) == "{}");
  }
  TEST_CASE("the dead are removed and reported") {
    const TempDir dir;
    dir.write("rwlock", "{\"write\": {\"/a/b\": {\"pid\": 999999999, \"cmd\": \"gone\"}}}");
    std::string warning;
    {
      RwLocks locks(
          dir.path(), "me", [&](const std::string& text) { warning = text; }, as_is);
      const RwLock lock(locks, {"/a"}, {});
    }
    CHECK(warning ==
          "Process 'gone' with (Pid 999999999), in RWLock-file '/a/b' had been killed. Auto "
          "removed it from the lock file.");
    CHECK(table(dir) == "{}");
  }
  TEST_CASE("a file that was cut off is made anew when nobody in it lives") {
    for (const char* text :
         {"", "  ", "{\"write\": ", "{\"write\": {\"/a\": {\"pid\": 999999999, \"cmd\": \"x"}) {
      CAPTURE(text);
      const TempDir dir;
      dir.write("rwlock", text);
      std::string warning;
      RwLocks locks(
          dir.path(), "me", [&](const std::string& said) { warning = said; }, as_is);
      { const RwLock lock(locks, {}, {"/a"}); }
      CHECK(table(dir) == "{}");
      CHECK(warning == fmt::format("RWLock-file '{}/rwlock' was cut off and names no process that "
                                   "lives. Made it anew.",
                                   dir.path()));
    }
  }
  TEST_CASE("a file that was cut off and names the living is an error, not a loss") {
    const TempDir dir;
    const std::string text = "{\"write\": {\"/a\": {\"pid\": 1, \"cmd\": \"dvc re";
    const std::string path = dir.write("rwlock", text);
    RwLocks locks(dir.path(), "me", {}, as_is);
    CHECK_THROWS_WITH_AS(
        RwLock(locks, {}, {}),
        fmt::format("Unable to read RWLock-file '{}'. JSON structure is corrupted", path).c_str(),
        Error);
    CHECK(dir.read("rwlock") == text);
    // Before this machine was started there were others of these numbers.
    std::filesystem::last_write_time(
        path, std::filesystem::file_time_type::clock::now() - std::chrono::hours(24 * 365 * 20));
    CHECK_NOTHROW(RwLock(locks, {}, {}));
  }
  TEST_CASE("what is not a table is an error, not a loss") {
    const TempDir dir;
    dir.write("rwlock", "{\"other\": {}}");
    RwLocks locks(dir.path(), "me", {}, as_is);
    CHECK_THROWS_AS(RwLock(locks, {}, {}), Error);
    CHECK(table(dir) == "{\"other\": {}}");
  }
}
