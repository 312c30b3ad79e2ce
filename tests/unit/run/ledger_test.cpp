#include "run/ledger.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>
#include <expcore/error.hpp>
#include <fmt/format.h>

#include "fs/file.hpp"
#include "run/process_tree.hpp"
#include "run/spawn.hpp"
#include "support/temp_dir.hpp"
#include "yaml/reader.hpp"

using namespace expcore;
using run::Ledger;
using run::Request;
using run::Share;

namespace {

Request asks(const std::string& members) {
  return run::parse_request(yaml::parse_yaml("expcore: {" + members + "}"), "s");
}

struct World {
  test::TempDir dir;

  Ledger ledger(const std::string& mark = "") const {
    return Ledger({dir / "ledger",
                   [] {
                     run::Capacity capacity;
                     capacity.cpus = 4;
                     capacity.gpus = {"5", "6"};
                     return capacity;
                   },
                   "sweep-1", mark});
  }

  std::size_t tickets() const { return fs::list_directory(dir / "ledger/tickets").size(); }

  /// A process that takes a share and waits to be killed.
  pid_t start_holder(const std::string& members, const std::string& mark = "") const {
    std::array<int, 2> ready{};
    REQUIRE(::pipe(ready.data()) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
      const auto share = ledger(mark).take(asks(members), {});
      const bool told = ::write(ready[1], "y", 1) == 1;
      while (told)
        ::pause();
      ::_exit(1);
    }
    char taken = 0;
    CHECK(::read(ready[0], &taken, 1) == 1);
    ::close(ready[0]);
    ::close(ready[1]);
    return child;
  }
};

using Seconds = std::chrono::duration<double>;

}  // namespace

TEST_SUITE("run/ledger") {
  TEST_CASE("a share is held until its end, and nothing is left of it") {
    const World world;
    auto ledger = world.ledger();
    auto first = ledger.try_take(asks("gpus: 2"));
    REQUIRE(first);
    CHECK(first->gpus() == std::vector<std::string>{"5", "6"});
    CHECK_FALSE(world.ledger().try_take(asks("gpus: 1")));
    CHECK(world.ledger().try_take(asks("cpus: 3")));
    CHECK(world.tickets() == 1);
    first.reset();
    CHECK(world.tickets() == 0);
    CHECK(ledger.try_take(asks("gpus: 1"))->gpus() == std::vector<std::string>{"5"});
  }

  TEST_CASE("who asks for nothing costs no look at the machine") {
    const test::TempDir dir;
    Ledger ledger({dir / "ledger",
                   [] {
                     FAIL("asked");
                     return run::Capacity{};
                   },
                   "", ""});
    CHECK(ledger.try_take(Request{}));
  }

  TEST_CASE("those that wait are woken in the order in which they came") {
    const World world;
    std::optional<Share> share = world.ledger().try_take(asks("mutex: db"));
    std::atomic<int> waiting = 0;
    std::string lacks;
    std::mutex mutex;
    std::vector<int> order;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&, i] {
        Ledger::Waiting listen;
        listen.on_wait = [&](const std::string& told) {
          lacks = told;
          ++waiting;
        };
        const Share mine = world.ledger().take(asks("mutex: db"), listen);
        const std::lock_guard lock(mutex);
        order.push_back(i);
      });
      while (waiting <= i)
        std::this_thread::yield();
    }
    const auto start = std::chrono::steady_clock::now();
    share.reset();
    threads.clear();
    CHECK(Seconds(std::chrono::steady_clock::now() - start).count() < 0.9);  // woken, not polled
    CHECK(order == std::vector{0, 1, 2});
    CHECK(lacks == "mutex 'db'");
    CHECK(world.tickets() == 0);
  }

  TEST_CASE("a large request is served although small ones keep coming") {
    const World world;
    std::atomic<bool> served = false;
    std::atomic<int> waiting = 0;
    std::optional<Share> small = world.ledger().try_take(asks("cpus: 1"));
    std::jthread large([&] {
      Ledger::Waiting listen;
      listen.on_wait = [&](const std::string&) { ++waiting; };
      const Share mine = world.ledger().take(asks("cpus: 4"), listen);
      served = true;
    });
    while (waiting == 0)
      std::this_thread::yield();
    CHECK_FALSE(world.ledger().try_take(asks("cpus: 1")));
    CHECK_FALSE(world.ledger().try_take(Request{}));
    CHECK(world.ledger().try_take(asks("cpus: 0, gpus: 1")));
    small.reset();
    large.join();
    CHECK(served);
  }

  TEST_CASE("kill -9 frees what was held at once") {
    const World world;
    const pid_t holder = world.start_holder("gpus: 2");
    const auto start = std::chrono::steady_clock::now();
    Ledger::Waiting listen;
    listen.on_wait = [&](const std::string&) { ::kill(holder, SIGKILL); };
    const Share share = world.ledger().take(asks("gpus: 2"), listen);
    CHECK(Seconds(std::chrono::steady_clock::now() - start).count() < 0.9);
    CHECK(world.tickets() == 1);
    ::waitpid(holder, nullptr, 0);
  }

  TEST_CASE("a killed one that waited is in nobody's way") {
    const World world;
    auto share = world.ledger().try_take(asks("gpus: 2"));
    const pid_t holder = ::fork();
    if (holder == 0) {
      const auto never = world.ledger().take(asks("gpus: 2"), {});
      ::_exit(1);
    }
    while (world.tickets() < 2)
      std::this_thread::yield();
    CHECK(fs::read_file(world.dir / "ledger/tickets/00000000000000000001").find("sweep-1") !=
          std::string::npos);
    ::kill(holder, SIGKILL);
    ::waitpid(holder, nullptr, 0);
    share.reset();
    CHECK(world.ledger().try_take(asks("gpus: 1")));
    CHECK(world.tickets() == 0);
  }

  TEST_CASE("what a killed one's commands still use is not free before they have ended") {
    const World world;
    const std::string mark = fmt::format("ledger-test-{}", ::getpid());
    const pid_t holder = world.start_holder("mutex: db", mark);
    run::SpawnRequest request;
    request.argv = {"/bin/sleep", "60"};
    request.settings = {fmt::format("{}={}", run::attempt_variable, mark)};
    request.directory = world.dir.path();
    request.own_group = true;
    run::Spawned command(std::move(request));
    ::kill(holder, SIGKILL);
    ::waitpid(holder, nullptr, 0);
    const Share share = world.ledger().take(asks("mutex: db"), {});
    CHECK(run::marked_processes(mark).empty());
    CHECK(WIFSIGNALED(command.wait()));
  }

  TEST_CASE("waiting ends when the run does, and leaves no ticket") {
    const World world;
    const auto share = world.ledger().try_take(asks("gpus: 2"));
    const CancelToken token;
    Ledger::Waiting listen;
    listen.on_wait = [&](const std::string&) { token.request(); };
    SUBCASE("cancelled") { listen.cancel = &token; }
    SUBCASE("given up") { listen.abandon = &token; }
    CHECK_THROWS_AS(world.ledger().take(asks("gpus: 1"), listen), Error);
    CHECK(world.tickets() == 1);
  }

  TEST_CASE("foreign and torn files are in nobody's way") {
    const World world;
    world.dir.write("ledger/tickets/00000000000000000007", "{\"pid\": 1");
    world.dir.write("ledger/tickets/x", "");
    CHECK(world.ledger().try_take(asks("gpus: 2")));
    CHECK(world.tickets() == 0);
  }
}
