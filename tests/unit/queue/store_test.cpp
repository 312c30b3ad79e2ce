#include "queue/store.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <sqlite3.h>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "fs/file.hpp"
#include "support/temp_dir.hpp"

using namespace expcore;
using namespace expcore::queue;
using State = TaskState;
using Event = TaskEvent;

namespace {

const git::Id head(40, 'a');

Snapshot some_snapshot() {
  return {0, git::Id(40, 'b'), head, git::Id(40, 'c'), git::Id(40, 'd'), "."};
}

NewTask named(const std::string& name) {
  NewTask task;
  task.name = name;
  return task;
}

TaskId add_one(Store& store, const NewTask& task) {
  return store.add(some_snapshot(), std::vector{task}).front().id;
}

AttemptEnd ended(AttemptOutcome outcome) {
  AttemptEnd end;
  end.outcome = outcome;
  if (outcome == AttemptOutcome::success) {
    end.result = git::Id(40, 'e');
    end.result_ref = "refs/exps/x";
  }
  return end;
}

/// A worker as a process would be one.
struct TestWorker {
  explicit TestWorker(Store& store)
      : lease(Lease::take(store.lease_folder())), id(store.add_worker(lease)) {}
  Lease lease;
  WorkerId id;
};

}  // namespace

TEST_CASE("tasks are claimed first in, first out within a priority") {
  const test::TempDir dir;
  Store store = Store::open(dir / "q");
  TestWorker worker(store);
  const TaskId a = add_one(store, named("a"));
  const TaskId b = add_one(store, named("b"));
  NewTask urgent = named("c");
  urgent.priority = 5;
  const TaskId c = add_one(store, urgent);
  std::vector<TaskId> order;
  while (auto claim = store.claim(worker.id)) {
    // It waits or runs, and is never neither: who waits for the queue's end counts on that.
    CHECK(store.active_count() == static_cast<std::int64_t>(3 - order.size()));
    order.push_back(claim->task.id);
    CHECK(claim->task.state == State::running);
    CHECK(store.finish(claim->attempt, ended(AttemptOutcome::success)));
  }
  CHECK(order == std::vector{c, a, b});
  CHECK(store.count(State::success) == 3);
  CHECK(store.active_count() == 0);
}

TEST_CASE("what a task was added with comes back") {
  const test::TempDir dir;
  Store store = Store::open(dir / "q");
  NewTask task = named("näme");
  task.overrides = {{"params.yaml", {"lr=0.1", "name='a, b'"}}, {"sub/x.toml", {"+new={a: 1}"}}};
  task.options.targets = {"train"};
  task.options.force = true;
  task.options.message = "two\nlines";
  task.options.copy_paths = {"data/a b"};
  task.options.files = {{"params.yaml", "lr: 0.1\n"}};
  task.options.on_error = 1;
  task.options.jobs = 3;
  task.timeout = std::chrono::minutes(3);
  task.retries = 2;
  task.priority = -4;
  const auto added = store.add(some_snapshot(), std::vector{task}).front();
  CHECK(added.key.size() == 40);
  const Task read = *store.task(added.id);
  CHECK(read.name == task.name);
  CHECK(read.overrides == task.overrides);
  CHECK(read.options == task.options);
  CHECK(read.timeout == task.timeout);
  CHECK(read.retries == 2);
  CHECK(read.priority == -4);
  CHECK(read.baseline == head);
  CHECK(store.snapshot(read.snapshot).tree == some_snapshot().tree);
  CHECK(store.find("näme")->id == added.id);
  CHECK(store.find(added.key.substr(0, 7))->id == added.id);
  CHECK_FALSE(store.find(added.key.substr(0, 3)));
  CHECK_FALSE(store.find("other"));
}

TEST_CASE("a sweep is added whole or not at all") {
  const test::TempDir dir;
  Store store = Store::open(dir / "q");
  add_one(store, named("x-2"));
  const std::vector sweep = {named("x-1"), named("x-2"), named("x-3")};
  CHECK_THROWS_AS(store.add(some_snapshot(), sweep), Error);
  CHECK(store.tasks(Store::Detail::brief).size() == 1);
  CHECK(store.needed_snapshots().size() == 1);
}

TEST_CASE("a name is free again when its task has ended") {
  const test::TempDir dir;
  Store store = Store::open(dir / "q");
  TestWorker worker(store);
  const TaskId first = add_one(store, named("x"));
  CHECK_THROWS_AS(add_one(store, named("x")), Error);
  store.finish(store.claim(worker.id)->attempt, ended(AttemptOutcome::failed));
  const TaskId second = add_one(store, named("x"));
  CHECK(store.find("x")->id == second);
  CHECK_THROWS_AS(store.change(std::vector{first}, Event::retry), Error);
  CHECK(store.task(first)->state == State::failed);
}

TEST_CASE("every transition of the table is possible, everything else is refused") {
  constexpr std::array states = {State::queued, State::held, State::running, State::success,
                                 State::failed};
  std::size_t reached = 0;
  for (const State from : states) {
    for (int number = 0; number <= static_cast<int>(Event::remove); ++number) {
      const auto event = static_cast<Event>(number);
      const test::TempDir dir;
      Store store = Store::open(dir / "q");
      TestWorker worker(store);
      const bool is_block = event == Event::block;
      const TaskId needed = is_block ? add_one(store, named("needed")) : 0;
      NewTask task = named("x");
      task.held = from == State::held;
      task.retries = event == Event::try_again ? 1 : 0;
      task.priority = 1;
      if (is_block && (from == State::queued || from == State::held)) task.after = {needed};
      const TaskId id = add_one(store, task);
      AttemptId attempt = 0;
      if (from == State::running || from == State::success || from == State::failed) {
        attempt = store.claim(worker.id)->attempt;
        const auto outcome =
            from == State::success ? AttemptOutcome::success : AttemptOutcome::killed;
        if (from != State::running) store.finish(attempt, ended(outcome));
      }
      REQUIRE(store.task(id)->state == from);
      const auto* transition = find_transition(from, event);
      const auto happen = [&] {
        switch (event) {
          case Event::start:
            if (auto claim = store.claim(worker.id); !claim || claim->task.id != id) {
              throw Error(Errc::invalid_argument, "not claimable");
            }
            break;
          case Event::succeed:
          case Event::fail:
          case Event::try_again: {
            const auto outcome =
                event == Event::succeed ? AttemptOutcome::success : AttemptOutcome::failed;
            if (!store.finish(attempt, ended(outcome))) {
              throw Error(Errc::invalid_argument, "fenced");
            }
            break;
          }
          case Event::block:
            store.change(std::vector{needed}, Event::remove);
            if (store.task(id)->reason.empty()) throw Error(Errc::invalid_argument, "untouched");
            break;
          default:
            store.change(std::vector{id}, event);
        }
      };
      CAPTURE(to_text(from));
      CAPTURE(to_text(event));
      if (transition == nullptr) {
        if (is_block && from == State::failed) continue;  // its reason stays
        CHECK_THROWS_AS(happen(), Error);
        CHECK(store.task(id)->state == from);
        continue;
      }
      ++reached;
      happen();
      const auto now = store.task(id);
      CHECK(now.has_value() == transition->to.has_value());
      if (now) CHECK(now->state == *transition->to);
    }
  }
  CHECK(reached == transitions().size());
}

TEST_CASE("an attempt that is not the task's any more changes nothing") {
  const test::TempDir dir;
  Store store = Store::open(dir / "q");
  TestWorker worker(store);
  const TaskId id = add_one(store, named("x"));
  const auto first = *store.claim(worker.id);
  CHECK(store.finish(first.attempt, ended(AttemptOutcome::lost))->again);
  const auto second = *store.claim(worker.id);
  CHECK(second.attempt > first.attempt);
  CHECK_FALSE(store.is_current(first.attempt));
  CHECK_FALSE(store.finish(first.attempt, ended(AttemptOutcome::success)));
  CHECK(store.task(id)->state == State::running);
  CHECK(store.is_current(second.attempt));
  CHECK(second.log != first.log);
}

TEST_CASE("the death of a worker is known at once") {
  const test::TempDir dir;
  Store store = Store::open(dir / "q");
  add_one(store, named("x"));
  auto worker = std::make_unique<TestWorker>(store);
  const auto claim = *store.claim(worker->id);
  CHECK(store.lost().empty());
  CHECK(store.workers().front().task == claim.task.id);
  worker.reset();  // the kernel frees the lock of a dead process just so
  REQUIRE(store.lost().size() == 1);
  CHECK(store.lost().front().attempt == claim.attempt);
  CHECK(store.finish(claim.attempt, ended(AttemptOutcome::lost))->state == State::queued);
  store.forget_dead_workers();
  CHECK(store.workers().empty());
  CHECK(fs::list_directory(store.lease_folder()).empty());
}

TEST_CASE("a worker whose lease file was deleted still lives") {
  const test::TempDir dir;
  Store store = Store::open(dir / "q");
  add_one(store, named("x"));
  TestWorker worker(store);
  store.claim(worker.id);
  fs::remove_tree(store.lease_folder());
  CHECK(store.lost().empty());
}

TEST_CASE("a task whose workers keep dying fails in the end") {
  const test::TempDir dir;
  Store store = Store::open(dir / "q");
  TestWorker worker(store);
  const TaskId id = add_one(store, named("x"));
  int attempts = 0;
  while (auto claim = store.claim(worker.id)) {
    ++attempts;
    store.finish(claim->attempt, ended(AttemptOutcome::lost));
  }
  CHECK(attempts == max_losses + 1);
  CHECK(store.task(id)->state == State::failed);
  CHECK(store.task(id)->reason == "lost");
  CHECK(store.attempts(id).size() == static_cast<std::size_t>(attempts));
}

TEST_CASE("failures are retried as often as asked, a killed task is not") {
  const test::TempDir dir;
  Store store = Store::open(dir / "q");
  TestWorker worker(store);
  NewTask task = named("x");
  task.retries = 2;
  const TaskId id = add_one(store, task);
  for (int i = 0; i < 2; ++i) {
    CHECK(store.finish(store.claim(worker.id)->attempt, ended(AttemptOutcome::failed))->again);
  }
  CHECK_FALSE(store.finish(store.claim(worker.id)->attempt, ended(AttemptOutcome::failed))->again);
  store.change(std::vector{id}, Event::retry);
  const auto claim = *store.claim(worker.id);
  CHECK(store.kill(std::vector{id}, false) == std::vector{id});
  CHECK(store.kill_wanted(claim.attempt) == 1);
  CHECK(store.kill(std::vector{id}, true) == std::vector{id});
  CHECK(store.kill_wanted(claim.attempt) == 2);
  CHECK_FALSE(store.finish(claim.attempt, ended(AttemptOutcome::killed))->again);
  CHECK(store.kill(std::vector{id}, false).empty());
}

TEST_CASE("a task comes after others and not at all when one of them fails") {
  const test::TempDir dir;
  Store store = Store::open(dir / "q");
  TestWorker worker(store);
  const TaskId a = add_one(store, named("a"));
  const TaskId b = add_one(store, named("b"));
  NewTask both = named("both");
  both.after = {a, b};
  both.priority = 9;
  const TaskId c = add_one(store, both);
  NewTask last = named("last");
  last.after = {c};
  const TaskId d = add_one(store, last);
  auto claim = store.claim(worker.id);
  CHECK(claim->task.id == a);
  store.finish(claim->attempt, ended(AttemptOutcome::success));
  claim = store.claim(worker.id);
  CHECK(claim->task.id == b);
  CHECK_FALSE(store.claim(worker.id));
  store.finish(claim->attempt, ended(AttemptOutcome::failed));
  CHECK(store.task(c)->state == State::failed);
  CHECK(store.task(c)->reason == "it comes after 'b', which failed");
  CHECK(store.task(d)->state == State::failed);
  CHECK_THROWS_AS(store.change(std::vector{c}, Event::retry), Error);
  store.change(std::vector{b, c, d}, Event::retry);
  for (const TaskId expected : {b, c, d}) {
    claim = store.claim(worker.id);
    REQUIRE(claim);
    CHECK(claim->task.id == expected);
    store.finish(claim->attempt, ended(AttemptOutcome::success));
  }
  CHECK_THROWS_AS(add_one(store,
                          [&] {
                            NewTask bad = named("bad");
                            bad.after = {99};
                            return bad;
                          }()),
                  Error);
}

TEST_CASE("stopped workers claim nothing more, new ones do") {
  const test::TempDir dir;
  Store store = Store::open(dir / "q");
  add_one(store, named("x"));
  TestWorker old(store);
  store.stop_workers();
  CHECK_FALSE(store.claim(old.id));
  TestWorker fresh(store);
  CHECK(store.claim(fresh.id));
}

TEST_CASE("a queue of a later version is left alone, a damaged one reported") {
  const test::TempDir dir;
  { Store::open(dir / "q"); }
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open((dir / "q/queue.db").c_str(), &db) == SQLITE_OK);
  sqlite3_exec(db, "PRAGMA user_version=99", nullptr, nullptr, nullptr);
  sqlite3_close(db);
  CHECK_THROWS_WITH_AS(Store::open(dir / "q"), doctest::Contains("later expcore"), Error);
  dir.write("r/queue.db", std::string(8192, 'x'));
  CHECK_THROWS_WITH_AS(Store::open(dir / "r"), doctest::Contains("is damaged"), Error);
  CHECK_FALSE(Store::open_existing(dir / "none"));
  CHECK_FALSE(fs::exists(dir / "none"));
}

namespace {

/// What the queue is to do, without a database: lists and plain rules.
struct Model {
  struct Entry {
    TaskId id = 0;
    std::string name;
    int priority = 0;
    int retries = 0;
    int tries = 0;
    int losses = 0;
    bool kill = false;
    State state = State::queued;
    std::set<TaskId> after;
    int worker = -1;
    AttemptId attempt = 0;
    int successes = 0;
  };
  std::map<TaskId, Entry> tasks;

  bool is_ready(const Entry& entry) const {
    return entry.state == State::queued &&
           std::all_of(entry.after.begin(), entry.after.end(),
                       [&](TaskId id) { return tasks.at(id).state == State::success; });
  }
  Entry* next() {
    Entry* best = nullptr;
    for (auto& [id, entry] : tasks) {
      if (is_ready(entry) && (best == nullptr || entry.priority > best->priority)) best = &entry;
    }
    return best;
  }
  void block(TaskId failed) {
    for (auto& [id, entry] : tasks) {
      if (!entry.after.contains(failed)) continue;
      if (entry.state != State::queued && entry.state != State::held) continue;
      entry.state = State::failed;
      block(id);
    }
  }
  bool is_open(const std::string& name, TaskId except = 0) const {
    return std::any_of(tasks.begin(), tasks.end(), [&](const auto& item) {
      const State state = item.second.state;
      return item.second.name == name && item.first != except && state != State::success &&
             state != State::failed;
    });
  }
  bool needs_failed(const Entry& entry) const {
    return std::any_of(entry.after.begin(), entry.after.end(),
                       [&](TaskId id) { return tasks.at(id).state == State::failed; });
  }
};

/// Plays one random history on the store and on the model and compares them all the way.
class History {
 public:
  explicit History(unsigned seed) : random_(seed), store_(Store::open(dir_ / "q")) {}

  void play(int steps) {
    for (int i = 0; i < steps; ++i) {
      step();
      compare();
    }
  }
  std::set<std::pair<State, Event>> seen;

 private:
  int below(int count) { return std::uniform_int_distribution<int>(0, count - 1)(random_); }

  Model::Entry* any() {
    if (model_.tasks.empty()) return nullptr;
    return &std::next(model_.tasks.begin(), below(static_cast<int>(model_.tasks.size())))->second;
  }

  void note(State from, Event event) { seen.emplace(from, event); }

  void step() {
    switch (below(13)) {
      case 0:
      case 1:
      case 2:
        return add();
      case 3:
      case 4:
        return claim();
      case 5:
      case 6:
      case 7:
        return finish();
      case 8:
        return crash();
      case 9:
        return kill();
      case 10:
      case 11:
        return change();
      default:
        reopen();
    }
  }

  void add() {
    NewTask task = named(fmt::format("n{}", below(12)));
    task.priority = below(3);
    task.retries = below(3);
    task.held = below(6) == 0;
    bool bad = model_.is_open(task.name);
    std::set<TaskId> after;
    for (int i = below(3); i > 0; --i) {
      const auto* other = any();
      if (other == nullptr) continue;
      bad = bad || other->state == State::failed;
      after.insert(other->id);
    }
    task.after.assign(after.begin(), after.end());
    if (bad) {
      CHECK_THROWS_AS(add_one(store_, task), Error);
      return;
    }
    Model::Entry entry;
    entry.id = add_one(store_, task);
    entry.name = task.name;
    entry.priority = task.priority;
    entry.retries = task.retries;
    entry.state = task.held ? State::held : State::queued;
    entry.after = after;
    model_.tasks.emplace(entry.id, entry);
  }

  void claim() {
    int number = -1;
    for (int i = 0; i < 3 && number < 0; ++i) {
      if (!busy_.contains(i)) number = i;
    }
    if (number < 0) return;
    if (!workers_.contains(number)) workers_.emplace(number, TestWorker(store_));
    const auto claimed = store_.claim(workers_.at(number).id);
    auto* expected = model_.next();
    REQUIRE(claimed.has_value() == (expected != nullptr));
    if (expected == nullptr) return;
    REQUIRE(claimed->task.id == expected->id);
    note(State::queued, Event::start);
    expected->state = State::running;
    expected->worker = number;
    expected->attempt = claimed->attempt;
    expected->kill = false;
    busy_.insert(number);
  }

  Model::Entry* running() {
    for (auto& [id, entry] : model_.tasks) {
      if (entry.state == State::running && below(2) == 0) return &entry;
    }
    return nullptr;
  }

  void end(Model::Entry& entry, AttemptOutcome outcome) {
    bool again = false;
    if (outcome == AttemptOutcome::failed) again = entry.tries < entry.retries;
    if (outcome == AttemptOutcome::lost) again = entry.losses < max_losses;
    if (outcome == AttemptOutcome::interrupted) again = true;
    again = again && !entry.kill;
    if (outcome == AttemptOutcome::lost) {
      ++entry.losses;
    } else if (outcome != AttemptOutcome::interrupted) {
      ++entry.tries;
    }
    const auto result = store_.finish(entry.attempt, ended(outcome));
    REQUIRE(result);
    CHECK(result->again == again);
    const bool success = outcome == AttemptOutcome::success;
    note(State::running, success ? Event::succeed : again ? Event::try_again : Event::fail);
    entry.state = success ? State::success : again ? State::queued : State::failed;
    if (success) ++entry.successes;
    if (entry.state == State::failed) model_.block(entry.id);
    busy_.erase(entry.worker);
    // The token is used up.
    CHECK_FALSE(store_.finish(entry.attempt, ended(AttemptOutcome::success)));
  }

  void finish() {
    auto* entry = running();
    if (entry == nullptr) return;
    constexpr std::array outcomes = {AttemptOutcome::success, AttemptOutcome::success,
                                     AttemptOutcome::failed, AttemptOutcome::interrupted};
    end(*entry,
        entry->kill ? AttemptOutcome::killed : outcomes.at(static_cast<std::size_t>(below(4))));
  }

  void crash() {
    auto* entry = running();
    if (entry == nullptr) return;
    workers_.erase(entry->worker);
    const auto lost = store_.lost();
    REQUIRE(lost.size() == 1);
    CHECK(lost.front().task.id == entry->id);
    end(*entry, AttemptOutcome::lost);
    store_.forget_dead_workers();
  }

  void kill() {
    auto* entry = any();
    if (entry == nullptr) return;
    const bool runs = entry->state == State::running;
    CHECK(store_.kill(std::vector{entry->id}, below(2) == 0).size() == (runs ? 1 : 0));
    if (runs) entry->kill = true;
  }

  void change() {
    auto* entry = any();
    if (entry == nullptr) return;
    constexpr std::array events = {Event::hold, Event::release, Event::retry, Event::requeue,
                                   Event::remove};
    const Event event = events.at(static_cast<std::size_t>(below(5)));
    const auto* transition = find_transition(entry->state, event);
    const bool again = event == Event::retry || event == Event::requeue;
    const bool refused =
        transition == nullptr ||
        (again && (model_.is_open(entry->name, entry->id) || model_.needs_failed(*entry)));
    const std::vector ids = {entry->id};
    if (refused) {
      CHECK_THROWS_AS(store_.change(ids, event), Error);
      return;
    }
    store_.change(ids, event);
    note(entry->state, event);
    if (again) entry->tries = entry->losses = 0;
    if (transition->to) {
      entry->state = *transition->to;
      return;
    }
    if (entry->state != State::success) model_.block(entry->id);
    const TaskId gone = entry->id;
    model_.tasks.erase(gone);
    for (auto& [id, other] : model_.tasks)
      other.after.erase(gone);
  }

  /// Another process looks.
  void reopen() { store_ = Store::open(dir_ / "q"); }

  void compare() {
    const auto tasks = store_.tasks(Store::Detail::brief);
    REQUIRE(tasks.size() == model_.tasks.size());
    for (const auto& task : tasks) {
      const auto& expected = model_.tasks.at(task.id);
      REQUIRE(task.state == expected.state);
      CHECK(task.tries == expected.tries);
      CHECK(task.losses == expected.losses);
      if (task.state == State::queued) CHECK((task.blockers == 0) == model_.is_ready(expected));
    }
  }

  test::TempDir dir_;
  std::mt19937 random_;
  Store store_;
  Model model_;
  std::map<int, TestWorker> workers_;
  std::set<int> busy_;
};

}  // namespace

TEST_CASE("random histories agree with a simple model") {
  std::set<std::pair<State, Event>> seen;
  for (unsigned seed = 0; seed < 12; ++seed) {
    CAPTURE(seed);
    History history(seed);
    history.play(60);
    seen.merge(history.seen);
  }
  for (const auto& transition : transitions()) {
    // Blocking shows in the states that are compared.
    if (transition.event == Event::block) continue;
    CAPTURE(to_text(transition.from));
    CAPTURE(to_text(transition.event));
    CHECK(seen.contains({transition.from, transition.event}));
  }
}
