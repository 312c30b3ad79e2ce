#include "run/rw_lock.hpp"

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

}  // namespace

TEST_SUITE("run/rw_lock") {
  TEST_CASE("the file is DVC's and empty again afterwards") {
    const TempDir dir;
    {
      RwLocks locks(dir.path(), "cmd", {});
      const RwLock lock(locks, {"/r"}, {"/w"});
      CHECK(table(dir) ==
            fmt::format("{{\"write\": {{\"/w\": {{\"pid\": {0}, \"cmd\": \"cmd\"}}}}, "
                        "\"read\": {{\"/r\": [{{\"pid\": {0}, \"cmd\": \"cmd\"}}]}}}}",
                        ::getpid()));
    }
    CHECK(table(dir) == "{}");
  }
  TEST_CASE("a living writer of an overlapping path blocks") {
    const TempDir dir;
    dir.write("rwlock", "{\"write\": {\"/a/b\": {\"pid\": 1, \"cmd\": \"dvc repro\"}}}");
    RwLocks locks(dir.path(), "me", {});
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
    RwLocks locks(dir.path(), "me", {});
    CHECK_NOTHROW(RwLock(locks, {"/a"}, {}));
    CHECK_THROWS_AS(RwLock(locks, {}, {"/a/b"}), Error);
  }
  TEST_CASE("a path that two stages of a run read stays locked until both are done") {
    const TempDir dir;
    RwLocks locks(dir.path(), "me", {});
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
    dir.write("rwlock", "{\"write\": {\"/a\": {\"pid\": 999999999, \"cmd\": \"gone\"}}}");
    std::string warning;
    {
      RwLocks locks(dir.path(), "me", [&](const std::string& text) { warning = text; });
      const RwLock lock(locks, {"/a"}, {});
    }
    CHECK(warning ==
          "Process 'gone' with (Pid 999999999), in RWLock-file '/a' had been killed. Auto "
          "removed it from the lock file.");
    CHECK(table(dir) == "{}");
  }
  TEST_CASE("a damaged file is an error, not a loss") {
    const TempDir dir;
    dir.write("rwlock", "{\"write\": ");
    RwLocks locks(dir.path(), "me", {});
    CHECK_THROWS_AS(RwLock(locks, {}, {}), Error);
    dir.write("rwlock", "{\"other\": {}}");
    CHECK_THROWS_AS(RwLock(locks, {}, {}), Error);
    CHECK(table(dir) == "{\"other\": {}}");
  }
}
