#include "fs/scratch.hpp"

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "fs/file.hpp"
#include "fs/lock.hpp"
#include "fs/path.hpp"
#include "support/temp_dir.hpp"

using namespace expcore;
using test::TempDir;

TEST_SUITE("fs/scratch") {
  TEST_CASE("nothing is made before a name is asked for, and nothing stays") {
    const TempDir dir;
    {
      fs::Scratch scratch(dir / "above");
      CHECK_FALSE(fs::exists(dir / "above"));
      fs::append(scratch.next(), "half");
      CHECK(fs::parent(scratch.next()) == scratch.folder());
    }
    CHECK(fs::list_directory(dir / "above").empty());
  }
  TEST_CASE("of many that begin at once each keeps its own folder") {
    const TempDir dir;
    std::atomic<int> lost = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < 100; ++j) {
          fs::Scratch scratch(dir.path());
          const std::string name = scratch.next();
          for (int look = 0; look < 4; ++look) {
            std::this_thread::yield();
            if (!fs::exists(scratch.folder())) ++lost;
          }
          if (!fs::exists(fs::parent(name))) ++lost;
        }
      });
    }
    for (auto& thread : threads)
      thread.join();
    CHECK(lost == 0);
  }
  TEST_CASE("leftovers of the dead go, what others use stays") {
    const TempDir dir;
    dir.write("work-dead/0", "half");
    dir.write("mine", "of another kind");
    fs::make_directories(dir / "work-used");
    const auto used = fs::try_lock_folder(dir / "work-used", fs::Share::exclusive);
    fs::Scratch other(dir.path());
    fs::append(other.next(), "half");
    CHECK_FALSE(fs::exists(dir / "work-dead"));
    fs::Scratch scratch(dir.path());
    CHECK(scratch.folder() != other.folder());
    CHECK(fs::exists(other.folder() + "/0"));
    CHECK(fs::exists(dir / "work-used"));
    CHECK(fs::exists(dir / "mine"));
  }
}
