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
using test::TempDir;

TEST_SUITE("run/rw_lock") {
  TEST_CASE("the file is DVC's and empty again afterwards") {
    const TempDir dir;
    {
      const RwLock lock(dir.path(), "cmd", {"/r"}, {"/w"}, {});
      CHECK(dir.read("rwlock") ==
            fmt::format("{{\"write\": {{\"/w\": {{\"pid\": {0}, \"cmd\": \"cmd\"}}}}, "
                        "\"read\": {{\"/r\": [{{\"pid\": {0}, \"cmd\": \"cmd\"}}]}}}}",
                        ::getpid()));
    }
    CHECK(dir.read("rwlock") == "{}");
  }
  TEST_CASE("a living writer of an overlapping path blocks") {
    const TempDir dir;
    dir.write("rwlock", "{\"write\": {\"/a/b\": {\"pid\": 1, \"cmd\": \"dvc repro\"}}}");
    CHECK_THROWS_WITH_AS(
        RwLock(dir.path(), "me", {"/a"}, {}, {}),
        fmt::format("'/a' is busy, it is being blocked by:\n  (PID 1): dvc repro\n\nIf there "
                    "are no processes with such PIDs, you can manually remove '{}/rwlock' and "
                    "try again.",
                    dir.path())
            .c_str(),
        Error);
    CHECK_NOTHROW(RwLock(dir.path(), "me", {"/c"}, {"/d"}, {}));
    CHECK(dir.read("rwlock").find("/a/b") != std::string::npos);
  }
  TEST_CASE("readers share, a writer waits for them") {
    const TempDir dir;
    dir.write("rwlock", "{\"read\": {\"/a\": [{\"pid\": 1, \"cmd\": \"x\"}]}}");
    CHECK_NOTHROW(RwLock(dir.path(), "me", {"/a"}, {}, {}));
    CHECK_THROWS_AS(RwLock(dir.path(), "me", {}, {"/a/b"}, {}), Error);
  }
  TEST_CASE("the dead are removed and reported") {
    const TempDir dir;
    dir.write("rwlock", "{\"write\": {\"/a\": {\"pid\": 999999999, \"cmd\": \"gone\"}}}");
    std::string warning;
    {
      const RwLock lock(dir.path(), "me", {"/a"}, {},
                        [&](const std::string& text) { warning = text; });
    }
    CHECK(warning ==
          "Process 'gone' with (Pid 999999999), in RWLock-file '/a' had been killed. Auto "
          "removed it from the lock file.");
    CHECK(dir.read("rwlock") == "{}");
  }
  TEST_CASE("a damaged file is an error, not a loss") {
    const TempDir dir;
    dir.write("rwlock", "{\"write\": ");
    CHECK_THROWS_AS(RwLock(dir.path(), "me", {}, {}, {}), Error);
    dir.write("rwlock", "{\"other\": {}}");
    CHECK_THROWS_AS(RwLock(dir.path(), "me", {}, {}, {}), Error);
    CHECK(dir.read("rwlock") == "{\"other\": {}}");
  }
}
