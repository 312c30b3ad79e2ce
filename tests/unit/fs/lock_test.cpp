#include "fs/lock.hpp"

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "support/temp_dir.hpp"

using namespace expcore;
using test::TempDir;

TEST_SUITE("fs/lock") {
  TEST_CASE("a lock excludes a second holder until it is let go") {
    const TempDir dir;
    {
      const auto first = fs::LockFile::try_acquire(dir / "lock");
      REQUIRE(first);
      CHECK_FALSE(fs::LockFile::try_acquire(dir / "lock"));
      CHECK_THROWS_WITH_AS(
          fs::LockFile::acquire(dir / "lock", std::chrono::milliseconds(1), "busy here"),
          "busy here", Error);
      CHECK(dir.read("lock").front() == ' ');
    }
    CHECK(fs::LockFile::try_acquire(dir / "lock"));
  }
}
