#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <expcore/data.hpp>
#include <expcore/error.hpp>
#include <expcore/project.hpp>

#include "fs/file.hpp"
#include "support/test_repo.hpp"

using namespace expcore;

namespace {

constexpr std::int64_t files = 40;
constexpr std::int64_t size = 1000;

/// A folder of equally long files, and a remote.
struct World {
  World() {
    repo.make_project();
    repo.write(".dvc/config", "[core]\n    remote = store\n['remote \"store\"']\n    url = " +
                                  remote.path() + "\n");
    for (std::int64_t i = 0; i < files; ++i) {
      std::string text = std::to_string(i);
      text.resize(size, ' ');
      repo.write("data/" + std::to_string(i), text);
    }
  }
  Data data() const { return Project::open(repo.path(), repo.environment()).data(); }

  test::TestRepo repo;
  test::TempDir remote;
};

/// Listens, and keeps the last event of each kind of work.
struct Listener {
  std::map<std::string, Event> last;

  /// For one call.
  EventCallback callback() {
    last.clear();
    return [this](const Event& event) {
      if (event.kind != EventKind::progress) return;
      CHECK(event.done <= event.total);
      CHECK(event.bytes_done <= event.bytes_total);
      const auto before = last.find(event.text);
      if (before != last.end()) {
        CHECK(event.done >= before->second.done);
        CHECK(event.bytes_done >= before->second.bytes_done);
      }
      last[event.text] = event;
    };
  }

  void expect(const std::string& work, std::int64_t count) {
    CAPTURE(work);
    REQUIRE(last.contains(work));
    const Event& event = last[work];
    CHECK(event.done == count);
    CHECK(event.total == count);
    CHECK(event.bytes_done == count * size);
    CHECK(event.bytes_total == count * size);
    last.erase(work);
  }
};

}  // namespace

TEST_SUITE("api/data") {
  TEST_CASE("each call tells how far it is, and ends at the total") {
    const World world;
    Listener told;
    AddOptions add;
    add.on_event = told.callback();
    world.data().add({"data"}, add);
    told.expect("hashing", files);
    told.expect("storing", files);
    world.repo.commit();

    SyncOptions sync;
    sync.on_event = told.callback();
    CHECK(world.data().push(sync).transferred == files + 1);
    REQUIRE(told.last.contains("pushing"));
    CHECK(told.last["pushing"].done == files + 1);
    CHECK(told.last["pushing"].total == files + 1);
    CHECK(told.last["pushing"].bytes_done == told.last["pushing"].bytes_total);
    CHECK(told.last["pushing"].bytes_done > files * size);

    const std::int64_t pushed = told.last["pushing"].bytes_done;
    fs::remove_tree(world.repo / ".dvc/cache");
    fs::remove_tree(world.repo / "data");
    sync.on_event = told.callback();
    world.data().fetch(sync);
    REQUIRE(told.last.contains("fetching"));
    CHECK(told.last["fetching"].done == files + 1);
    CHECK(told.last["fetching"].bytes_done == pushed);

    CheckoutOptions checkout;
    checkout.on_event = told.callback();
    CHECK(world.data().checkout({}, checkout).files_added == files);
    told.expect("checking out", files);

    const std::string path = world.repo / "data/0";
    fs::remove(path);
    std::string text = "changed";
    text.resize(size, ' ');
    world.repo.write("data/0", text);
    CommitOptions commit;
    commit.force = true;
    commit.on_event = told.callback();
    world.data().commit({}, commit);
    told.expect("storing", 1);

    GcOptions gc;
    gc.workspace = true;
    gc.on_event = told.callback();
    world.data().gc(gc);
    CHECK(told.last["collecting"].done == 2);
    CHECK(told.last["collecting"].total == 2);
  }
  TEST_CASE("a callback that throws stops the call") {
    const World world;
    AddOptions add;
    add.on_event = [](const Event& event) {
      if (event.kind == EventKind::progress) throw std::runtime_error("enough");
    };
    CHECK_THROWS_WITH(world.data().add({"data"}, add), "enough");
    CHECK_FALSE(fs::exists(world.repo / "data.dvc"));
    world.data().add({"data"});
    SyncOptions sync;
    sync.on_event = [](const Event& event) {
      if (event.kind == EventKind::progress) throw Error(Errc::io, "enough");
    };
    CHECK_THROWS_WITH(world.data().push(sync), "enough");
    CHECK(world.data().push().transferred == files + 1);
  }
}
