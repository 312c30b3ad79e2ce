#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <expcore/data.hpp>
#include <expcore/error.hpp>
#include <expcore/project.hpp>

#include "fs/file.hpp"
#include "hash/md5.hpp"
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

/// The hash of one of these files.
std::string object_of(std::string text) {
  text.resize(size, ' ');
  return hash::md5(text);
}

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
  TEST_CASE("what a running stage reads or writes is not touched meanwhile") {
    const World world;
    world.data().add({"data"});
    const std::string recorded = world.repo.read("data.dvc");
    world.repo.write("data/0", "changed");
    const auto none_works = [&] {
      CheckoutOptions checkout;
      checkout.force = true;
      CommitOptions commit;
      commit.force = true;
      const auto data = world.data();
      for (const auto& call : std::vector<std::function<void()>>{
               [&] { data.add({"data"}); }, [&] { data.commit({}, commit); },
               [&] { data.checkout({}, checkout); }, [&] { data.remove("data.dvc", true); },
               [&] { data.move("data", "elsewhere"); }}) {
        std::string said;
        try {
          call();
        } catch (const Error& error) {
          CHECK(error.code() == Errc::busy);
          said = error.what();
        }
        CHECK(said.find("data' is busy, it is being blocked by:\n  (PID 1): dvc repro") !=
              std::string::npos);
      }
      CHECK(world.repo.read("data/0") == "changed");
      CHECK(world.repo.read("data.dvc") == recorded);
    };
    const std::string holder = R"({"pid": 1, "cmd": "dvc repro"})";
    SUBCASE("written") {
      world.repo.write(".dvc/tmp/rwlock",
                       R"({"write": {")" + world.repo.path() + R"(/data": )" + holder + "}}");
      none_works();
    }
    SUBCASE("a file in it is read") {
      world.repo.write(".dvc/tmp/rwlock",
                       R"({"read": {")" + world.repo.path() + R"(/data/7": [)" + holder + "]}}");
      none_works();
    }
    SUBCASE("something else is read and written") {
      world.repo.write(".dvc/tmp/rwlock",
                       R"({"write": {")" + world.repo.path() + R"(/data2": )" + holder + "}}");
      CHECK_NOTHROW(world.data().add({"data"}));
      CHECK(world.repo.read("data.dvc") != recorded);
    }
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
  TEST_CASE("a call that was cancelled before touches nothing, one under way stops") {
    const World world;
    const CancelToken requested;
    requested.request();
    AddOptions add;
    add.cancel = requested;
    CHECK_THROWS_WITH_AS(world.data().add({"data"}, add), "interrupted by the user", Error);
    const CancelToken under_way;
    add.cancel = under_way;
    add.on_event = [&](const Event&) { under_way.request(); };
    CHECK_THROWS_WITH_AS(world.data().add({"data"}, add), "interrupted by the user", Error);
    CHECK_FALSE(fs::exists(world.repo / "data.dvc"));
    CHECK(world.data().add({"data"}).size() == 1);
    fs::remove_tree(world.repo / "data");
    CheckoutOptions checkout;
    const CancelToken cancel;
    checkout.cancel = cancel;
    checkout.on_event = [&](const Event&) { cancel.request(); };
    CHECK_THROWS_WITH_AS(world.data().checkout({}, checkout), "interrupted by the user", Error);
    CHECK(world.data().checkout().failed.empty());
    CHECK(fs::exists(world.repo / "data/39"));
    GcOptions gc;
    gc.workspace = true;
    gc.cancel = requested;
    CHECK_THROWS_WITH_AS(world.data().gc(gc), "interrupted by the user", Error);
  }
  TEST_CASE("a push that is cancelled keeps what was copied") {
    const World world;
    world.data().add({"data"});
    SyncOptions sync;
    const CancelToken cancel;
    sync.cancel = cancel;
    sync.jobs = 1;
    sync.on_event = [&](const Event&) { cancel.request(); };
    CHECK_THROWS_WITH_AS(world.data().push(sync), "interrupted by the user", Error);
    CHECK(world.data().push().transferred == files);  // and the folder, without one file
  }
  TEST_CASE("a pull fetches and checks out, or leaves the work tree alone") {
    const World world;
    world.data().add({"data"});
    world.data().push();
    fs::remove_tree(world.repo / ".dvc/cache");
    fs::remove_tree(world.repo / "data");
    const PullResult pulled = world.data().pull();
    CHECK(pulled.fetched.transferred == files + 1);
    CHECK(pulled.checkout.added == std::vector<std::string>{"data/"});
    CHECK(pulled.checkout.files_added == files);
    world.repo.write("data/0", "mine");
    CHECK_THROWS_AS(world.data().pull(), Error);
    SyncOptions force;
    force.force = true;
    CHECK(world.data().pull(force).checkout.files_modified == 1);

    fs::remove_tree(world.repo / ".dvc/cache");
    fs::remove_tree(world.repo / "data");
    const std::string damaged = world.remote.path() + "/files/md5/" + object_of("0").substr(0, 2) +
                                "/" + object_of("0").substr(2);
    fs::chmod(damaged, 0644);
    fs::write_atomic(damaged, "damaged", fs::Durability::none);
    CHECK(world.data().pull().fetched.failed.size() == 1);
    CHECK_FALSE(fs::exists(world.repo / "data"));
  }
}
