#include "queue/store.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "exp/refs.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "queue/database.hpp"
#include "queue/json.hpp"
#include "queue/process_info.hpp"
#include "queue/random.hpp"

namespace expcore::queue {
namespace {

/// Step N brings a database of version N to N + 1. Append only.
constexpr std::array migrations = {
    R"(
CREATE TABLE snapshot(
  id INTEGER PRIMARY KEY,
  commit_id TEXT NOT NULL,
  head TEXT NOT NULL,
  index_tree TEXT NOT NULL,
  tree TEXT NOT NULL,
  directory TEXT NOT NULL);
CREATE TABLE task(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  baseline TEXT NOT NULL,
  snapshot INTEGER NOT NULL REFERENCES snapshot(id),
  state INTEGER NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  priority INTEGER NOT NULL,
  blockers INTEGER NOT NULL DEFAULT 0,
  created INTEGER NOT NULL,
  timeout INTEGER NOT NULL,
  retries INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  losses INTEGER NOT NULL DEFAULT 0,
  attempt INTEGER NOT NULL DEFAULT 0,
  kill INTEGER NOT NULL DEFAULT 0,
  result TEXT NOT NULL DEFAULT '',
  result_ref TEXT NOT NULL DEFAULT '',
  overrides TEXT NOT NULL,
  options TEXT NOT NULL);
CREATE INDEX task_turn ON task(priority DESC, id) WHERE state = 1 AND blockers = 0;
CREATE UNIQUE INDEX task_open_name ON task(baseline, name) WHERE state IN (1, 2, 3);
CREATE INDEX task_running ON task(id) WHERE state = 3;
CREATE INDEX task_name ON task(name);
CREATE INDEX task_snapshot ON task(snapshot);
CREATE TABLE after(
  task INTEGER NOT NULL REFERENCES task(id) ON DELETE CASCADE,
  needs INTEGER NOT NULL REFERENCES task(id) ON DELETE CASCADE,
  PRIMARY KEY(task, needs)) WITHOUT ROWID;
CREATE INDEX after_needs ON after(needs);
CREATE TABLE worker(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  lease TEXT NOT NULL,
  boot TEXT NOT NULL,
  pid INTEGER NOT NULL,
  start_ticks INTEGER NOT NULL,
  started INTEGER NOT NULL,
  stop INTEGER NOT NULL DEFAULT 0);
CREATE TABLE attempt(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  task INTEGER NOT NULL REFERENCES task(id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  worker INTEGER NOT NULL,
  log TEXT NOT NULL,
  started INTEGER NOT NULL,
  ended INTEGER NOT NULL DEFAULT 0,
  outcome INTEGER NOT NULL DEFAULT 0,
  exit_code INTEGER NOT NULL DEFAULT 0,
  message TEXT NOT NULL DEFAULT '',
  cpu INTEGER NOT NULL DEFAULT 0,
  max_rss INTEGER NOT NULL DEFAULT 0);
CREATE INDEX attempt_task ON attempt(task);
CREATE INDEX attempt_open ON attempt(worker) WHERE outcome = 0;
)"};

/// Each detail's columns are those of the one before and more.
std::string columns_of(Store::Detail detail) {
  std::string columns =
      "id, key, name, baseline, state, reason, priority, blockers, created, result, result_ref";
  if (detail >= Store::Detail::brief)
    columns += ", snapshot, timeout, retries, tries, losses, attempt, kill";
  if (detail == Store::Detail::full) columns += ", overrides, options";
  return columns;
}

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// A row of columns_of(`detail`).
Task read_task(const Statement& row, Store::Detail detail) {
  Task task;
  task.id = row.integer(0);
  task.key = row.text(1);
  task.name = row.text(2);
  task.baseline = row.text(3);
  task.state = static_cast<TaskState>(row.integer(4));
  task.reason = row.text(5);
  task.priority = static_cast<std::int32_t>(row.integer(6));
  task.blockers = row.integer(7);
  task.created_ns = row.integer(8);
  task.result = row.text(9);
  task.result_ref = row.text(10);
  if (detail == Store::Detail::outline) return task;
  task.snapshot = row.integer(11);
  task.timeout = std::chrono::milliseconds(row.integer(12));
  task.retries = static_cast<std::int32_t>(row.integer(13));
  task.tries = static_cast<std::int32_t>(row.integer(14));
  task.losses = static_cast<std::int32_t>(row.integer(15));
  task.attempt = row.integer(16);
  task.kill = static_cast<std::int32_t>(row.integer(17));
  if (detail == Store::Detail::brief) return task;
  task.overrides = overrides_from_json(row.text(18));
  task.options = TaskOptions::from_json(row.text(19));
  return task;
}

Snapshot read_snapshot(const Statement& row) {
  return {row.integer(0), row.text(1), row.text(2), row.text(3), row.text(4), row.text(5)};
}

Attempt read_attempt(const Statement& row) {
  Attempt attempt;
  attempt.id = row.integer(0);
  attempt.task = row.integer(1);
  attempt.number = static_cast<std::int32_t>(row.integer(2));
  attempt.worker = row.integer(3);
  attempt.log = row.text(4);
  attempt.started_ns = row.integer(5);
  attempt.ended_ns = row.integer(6);
  attempt.outcome = static_cast<AttemptOutcome>(row.integer(7));
  attempt.exit_code = static_cast<std::int32_t>(row.integer(8));
  attempt.message = row.text(9);
  attempt.cpu_ns = row.integer(10);
  attempt.max_rss = row.integer(11);
  return attempt;
}

bool is_key_prefix(std::string_view text) {
  return text.size() >= 4 && text.size() <= 40 &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

void migrate(Database& database) {
  constexpr int newest = static_cast<int>(migrations.size());
  if (database.version() == newest) return;
  Transaction transaction(database, Commit::durable);
  const int version = database.version();  // another process may have been faster
  if (version > newest) {
    throw Error(Errc::io,
                fmt::format("'{}' is of version {}, made by a later expcore; this one knows "
                            "versions up to {}",
                            database.path(), version, newest));
  }
  for (int step = version; step < newest; ++step)
    database.execute(migrations.at(static_cast<std::size_t>(step)));
  database.execute(fmt::format("PRAGMA user_version={}", newest).c_str());
  transaction.commit();
}

/// What a task becomes when an attempt ends so.
TaskEvent event_after(AttemptOutcome outcome, const Task& task) {
  switch (outcome) {
    case AttemptOutcome::success:
      return TaskEvent::succeed;
    case AttemptOutcome::interrupted:
      return task.kill != 0 ? TaskEvent::fail : TaskEvent::try_again;
    case AttemptOutcome::lost:
      return task.kill == 0 && task.losses < max_losses ? TaskEvent::try_again : TaskEvent::fail;
    case AttemptOutcome::failed:
    case AttemptOutcome::timed_out:
      return task.kill == 0 && task.tries < task.retries ? TaskEvent::try_again : TaskEvent::fail;
    default:
      return TaskEvent::fail;
  }
}

}  // namespace

struct Store::Impl {
  explicit Impl(const std::string& path) : db(path) { migrate(db); }

  Database db;
  Statement next_ready;
  Statement mark_running;
  Statement insert_attempt;
  bool prepared = false;

  std::optional<Task> task_where(std::string_view condition, std::int64_t value) {
    Statement select = db.prepare(
        fmt::format("SELECT {} FROM task WHERE {}", columns_of(Detail::full), condition));
    select.bind(value);
    if (!select.step()) return std::nullopt;
    return read_task(select, Detail::full);
  }

  Snapshot snapshot(std::int64_t id) {
    Statement select = db.prepare("SELECT * FROM snapshot WHERE id = ?");
    select.bind(id);
    if (!select.step()) throw Error(Errc::not_found, fmt::format("no snapshot {}", id));
    return read_snapshot(select);
  }

  void set_state(TaskId id, TaskState state, std::string_view reason) {
    Statement update = db.prepare("UPDATE task SET state = ?, reason = ? WHERE id = ?");
    update.bind(static_cast<std::int64_t>(state)).bind(reason).bind(id).run();
  }

  void count_blockers(TaskId id) {
    Statement update = db.prepare(
        "UPDATE task SET blockers = (SELECT count(*) FROM after JOIN task AS other ON other.id = "
        "after.needs WHERE after.task = task.id AND other.state <> 4) WHERE id = ?");
    update.bind(id).run();
  }

  std::vector<TaskId> ids(std::string_view sql, std::int64_t value) {
    Statement select = db.prepare(sql);
    select.bind(value);
    std::vector<TaskId> found;
    while (select.step())
      found.push_back(select.integer(0));
    return found;
  }

  std::vector<TaskId> dependents(TaskId id) {
    return ids("SELECT task FROM after WHERE needs = ? ORDER BY task", id);
  }

  /// Those that were to come after `task` never will.
  void block_dependents(const Task& task, std::string_view how) {
    for (const TaskId id : dependents(task.id)) {
      const auto other = task_where("id = ?", id);
      const auto* transition = find_transition(other->state, TaskEvent::block);
      if (transition == nullptr) continue;
      set_state(id, *transition->to, fmt::format("it comes after '{}', which {}", task.name, how));
      block_dependents(*other, "failed");
    }
  }

  void recount_dependents(TaskId id) {
    for (const TaskId other : dependents(id))
      count_blockers(other);
  }

  const Transition& require(const Task& task, TaskEvent event) {
    const auto* transition = find_transition(task.state, event);
    if (transition == nullptr) {
      throw Error(Errc::invalid_argument, fmt::format("cannot {} '{}': it is {}", to_text(event),
                                                      task.name, to_text(task.state)));
    }
    return *transition;
  }

  /// A task that waits again must be the only one of its name, and what it comes after must not
  /// have failed.
  void queue_again(const Task& task) {
    Statement same = db.prepare(
        "SELECT 1 FROM task WHERE baseline = ? AND name = ? AND state IN (1, 2, 3) AND id <> ?");
    same.bind(task.baseline).bind(task.name).bind(task.id);
    if (same.step()) throw exp::conflict_error(task.name);
    Statement bad = db.prepare(
        "SELECT other.name FROM after JOIN task AS other ON other.id = after.needs WHERE "
        "after.task = ? AND other.state = 5");
    bad.bind(task.id);
    if (bad.step()) {
      throw Error(Errc::invalid_argument,
                  fmt::format("'{}' comes after '{}', which failed", task.name, bad.text(0)));
    }
    Statement update = db.prepare(
        "UPDATE task SET tries = 0, losses = 0, kill = 0, result = '', result_ref = '' WHERE id = "
        "?");
    update.bind(task.id).run();
    count_blockers(task.id);
  }

  void remove(const Task& task) {
    if (task.state != TaskState::success) block_dependents(task, "was removed");
    Statement erase = db.prepare("DELETE FROM task WHERE id = ?");
    erase.bind(task.id).run();
    Statement forget = db.prepare(
        "DELETE FROM snapshot WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM task WHERE snapshot = "
        "?1)");
    forget.bind(task.snapshot).run();
  }

  void change(TaskId id, TaskEvent event) {
    const auto task = task_where("id = ?", id);
    if (!task) throw Error(Errc::not_found, fmt::format("no task {}", id));
    const Transition& transition = require(*task, event);
    if (!transition.to) {
      remove(*task);
      return;
    }
    const bool again = event == TaskEvent::retry || event == TaskEvent::requeue;
    if (again) queue_again(*task);
    set_state(id, *transition.to, "");
    if (task->state == TaskState::success) recount_dependents(id);
  }

  void prepare() {
    if (prepared) return;
    next_ready = db.prepare(
        fmt::format("SELECT {} FROM task WHERE state = 1 AND blockers = 0 ORDER BY priority DESC, "
                    "id LIMIT 1",
                    columns_of(Detail::full)));
    mark_running =
        db.prepare("UPDATE task SET state = 3, reason = '', kill = 0, attempt = ? WHERE id = ?");
    insert_attempt = db.prepare(
        "INSERT INTO attempt(task, number, worker, log, started) SELECT ?1, count(*) + 1, ?2, ?1 "
        "|| '.' || (count(*) + 1) || '.log', ?3 FROM attempt WHERE task = ?1");
    prepared = true;
  }

  std::optional<Claim> claim(WorkerId worker) {
    prepare();
    Statement stop = db.prepare("SELECT stop FROM worker WHERE id = ?");
    stop.bind(worker);
    if (!stop.step() || stop.integer(0) != 0) return std::nullopt;
    if (!next_ready.step()) {
      next_ready.reset();
      return std::nullopt;
    }
    Claim claim;
    claim.task = read_task(next_ready, Detail::full);
    next_ready.reset();
    insert_attempt.bind(claim.task.id).bind(worker).bind(now_ns()).run();
    claim.attempt = db.last_insert_id();
    mark_running.bind(claim.attempt).bind(claim.task.id).run();
    claim.task.state = TaskState::running;
    claim.task.attempt = claim.attempt;
    claim.task.kill = 0;
    Statement made = db.prepare("SELECT number, log FROM attempt WHERE id = ?");
    made.bind(claim.attempt);
    made.step();
    claim.number = static_cast<std::int32_t>(made.integer(0));
    claim.log = made.text(1);
    claim.snapshot = snapshot(claim.task.snapshot);
    return claim;
  }

  std::optional<Ended> finish(AttemptId attempt, const AttemptEnd& end) {
    const auto task = task_where("attempt = ? AND state = 3", attempt);
    if (!task) return std::nullopt;
    Statement close = db.prepare(
        "UPDATE attempt SET ended = ?, outcome = ?, exit_code = ?, message = ?, cpu = ?, max_rss = "
        "? WHERE id = ?");
    close.bind(now_ns())
        .bind(static_cast<std::int64_t>(end.outcome))
        .bind(std::int64_t{end.exit_code})
        .bind(end.message)
        .bind(end.cpu_ns)
        .bind(end.max_rss)
        .bind(attempt)
        .run();
    const TaskEvent event = event_after(end.outcome, *task);
    const Transition& transition = require(*task, event);
    const bool lost = end.outcome == AttemptOutcome::lost;
    const bool counts = !lost && end.outcome != AttemptOutcome::interrupted;
    Statement update = db.prepare(
        "UPDATE task SET state = ?, reason = ?, tries = tries + ?, losses = losses + ?, result = "
        "?, result_ref = ? WHERE id = ?");
    const bool success = event == TaskEvent::succeed;
    update.bind(static_cast<std::int64_t>(*transition.to))
        .bind(success ? std::string_view() : to_text(end.outcome))
        .bind(std::int64_t{counts})
        .bind(std::int64_t{lost})
        .bind(success ? end.result : std::string())
        .bind(success ? end.result_ref : std::string())
        .bind(task->id)
        .run();
    if (success) recount_dependents(task->id);
    if (event == TaskEvent::fail) block_dependents(*task, "failed");
    return Ended{*transition.to, event == TaskEvent::try_again};
  }
};

Store::Store(std::string folder, std::unique_ptr<Impl> impl)
    : folder_(std::move(folder)), impl_(std::move(impl)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Store Store::open(const std::string& folder) {
  fs::make_directories(folder);
  auto impl = std::make_unique<Impl>(fs::join(folder, "queue.db"));
  return Store(folder, std::move(impl));
}

std::optional<Store> Store::open_existing(const std::string& folder) {
  if (!fs::exists(fs::join(folder, "queue.db"))) return std::nullopt;
  return open(folder);
}

std::string Store::lease_folder() const { return fs::join(folder_, "workers"); }
std::string Store::log_folder() const { return fs::join(folder_, "logs"); }

std::vector<AddedTask> Store::add(const Snapshot& snapshot, std::span<const NewTask> tasks) {
  Database& db = impl_->db;
  Transaction transaction(db, Commit::durable);
  Statement insert_snapshot = db.prepare(
      "INSERT INTO snapshot(commit_id, head, index_tree, tree, directory) VALUES(?, ?, ?, ?, ?)");
  insert_snapshot.bind(snapshot.commit)
      .bind(snapshot.head)
      .bind(snapshot.index_tree)
      .bind(snapshot.tree)
      .bind(snapshot.directory)
      .run();
  const std::int64_t snapshot_id = db.last_insert_id();
  Statement insert = db.prepare(
      "INSERT INTO task(key, name, baseline, snapshot, state, priority, created, timeout, retries, "
      "overrides, options) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  Statement same =
      db.prepare("SELECT 1 FROM task WHERE baseline = ? AND name = ? AND state IN (1, 2, 3)");
  Statement need = db.prepare("SELECT state, name FROM task WHERE id = ?");
  Statement order = db.prepare("INSERT OR IGNORE INTO after(task, needs) VALUES(?, ?)");
  std::vector<AddedTask> added;
  const std::int64_t now = now_ns();
  std::string options;
  const TaskOptions* written = nullptr;
  for (const auto& task : tasks) {
    same.bind(snapshot.head).bind(task.name);
    const bool taken = same.step();
    same.reset();
    if (taken) throw exp::conflict_error(task.name);
    if (written == nullptr || !(*written == task.options)) options = task.options.to_json();
    written = &task.options;
    AddedTask made;
    made.key = random_hex(20);
    made.created_ns = now;
    insert.bind(made.key)
        .bind(task.name)
        .bind(snapshot.head)
        .bind(snapshot_id)
        .bind(static_cast<std::int64_t>(task.held ? TaskState::held : TaskState::queued))
        .bind(std::int64_t{task.priority})
        .bind(now)
        .bind(std::int64_t{task.timeout.count()})
        .bind(std::int64_t{task.retries})
        .bind(overrides_to_json(task.overrides))
        .bind(options)
        .run();
    made.id = db.last_insert_id();
    for (const TaskId other : task.after) {
      need.bind(other);
      const bool there = need.step();
      const bool failed = there && static_cast<TaskState>(need.integer(0)) == TaskState::failed;
      const std::string name = there ? need.text(1) : std::to_string(other);
      need.reset();
      if (!there || failed) {
        throw Error(Errc::invalid_argument,
                    fmt::format("'{}' cannot come after '{}', which {}", task.name, name,
                                there ? "failed" : "is not in the queue"));
      }
      order.bind(made.id).bind(other).run();
    }
    if (!task.after.empty()) impl_->count_blockers(made.id);
    added.push_back(std::move(made));
  }
  transaction.commit();
  return added;
}

std::vector<std::string> Store::open_names(const git::Id& baseline) {
  Statement select =
      impl_->db.prepare("SELECT name FROM task WHERE baseline = ? AND state IN (1, 2, 3)");
  select.bind(baseline);
  std::vector<std::string> names;
  while (select.step())
    names.push_back(select.text(0));
  return names;
}

std::vector<Task> Store::tasks(Detail detail, std::optional<TaskState> state) {
  std::vector<Task> found;
  each_task(
      detail, [&](Task&& task) { found.push_back(std::move(task)); }, state);
  return found;
}

void Store::each_task(Detail detail, const std::function<void(Task&& task)>& take,
                      std::optional<TaskState> state) {
  Statement select = impl_->db.prepare(
      fmt::format("SELECT {} FROM task {} ORDER BY id", columns_of(detail),
                  state ? fmt::format("WHERE state = {}", static_cast<int>(*state)) : ""));
  while (select.step())
    take(read_task(select, detail));
}

std::optional<Task> Store::task(TaskId id) { return impl_->task_where("id = ?", id); }

std::optional<Task> Store::find(std::string_view name_or_key) {
  Statement by_name = impl_->db.prepare(
      "SELECT id FROM task WHERE name = ? ORDER BY state IN (1, 2, 3) DESC, id DESC LIMIT 1");
  by_name.bind(name_or_key);
  if (by_name.step()) return task(by_name.integer(0));
  if (!is_key_prefix(name_or_key)) return std::nullopt;
  Statement by_key =
      impl_->db.prepare("SELECT id FROM task WHERE key >= ?1 AND key < ?1 || 'g' LIMIT 1");
  by_key.bind(name_or_key);
  if (by_key.step()) return task(by_key.integer(0));
  return std::nullopt;
}

Snapshot Store::snapshot(std::int64_t id) { return impl_->snapshot(id); }

std::vector<Snapshot> Store::needed_snapshots() {
  Statement select = impl_->db.prepare(
      "SELECT * FROM snapshot WHERE EXISTS (SELECT 1 FROM task WHERE snapshot = snapshot.id AND "
      "state <> 4) ORDER BY id");
  std::vector<Snapshot> found;
  while (select.step())
    found.push_back(read_snapshot(select));
  return found;
}

std::vector<Attempt> Store::attempts(TaskId id) {
  Statement select = impl_->db.prepare("SELECT * FROM attempt WHERE task = ? ORDER BY id");
  select.bind(id);
  std::vector<Attempt> found;
  while (select.step())
    found.push_back(read_attempt(select));
  return found;
}

std::vector<Attempt> Store::last_attempts() {
  Statement select = impl_->db.prepare(
      "SELECT attempt.* FROM task JOIN attempt ON attempt.id = task.attempt ORDER BY attempt.id");
  std::vector<Attempt> found;
  while (select.step())
    found.push_back(read_attempt(select));
  return found;
}

std::optional<Attempt> Store::attempt(AttemptId id) {
  Statement select = impl_->db.prepare("SELECT * FROM attempt WHERE id = ?");
  select.bind(id);
  if (!select.step()) return std::nullopt;
  return read_attempt(select);
}

std::int64_t Store::ready_count() {
  Statement select =
      impl_->db.prepare("SELECT count(*) FROM task WHERE state = 1 AND blockers = 0");
  select.step();
  return select.integer(0);
}

std::int64_t Store::active_count() {
  Statement select = impl_->db.prepare(
      "SELECT (SELECT count(*) FROM task WHERE state = 1 AND blockers = 0) + "
      "(SELECT count(*) FROM task WHERE state = 3)");
  select.step();
  return select.integer(0);
}

std::int64_t Store::count() {
  Statement select = impl_->db.prepare("SELECT count(*) FROM task");
  select.step();
  return select.integer(0);
}

std::int64_t Store::count(TaskState state) {
  Statement select = impl_->db.prepare("SELECT count(*) FROM task WHERE state = ?");
  select.bind(static_cast<std::int64_t>(state));
  select.step();
  return select.integer(0);
}

void Store::change(std::span<const TaskId> ids, TaskEvent event) {
  Transaction transaction(impl_->db, Commit::durable);
  for (const TaskId id : ids)
    impl_->change(id, event);
  transaction.commit();
}

void Store::prioritize(std::span<const TaskId> ids, std::int32_t priority) {
  Transaction transaction(impl_->db, Commit::durable);
  Statement update = impl_->db.prepare("UPDATE task SET priority = ? WHERE id = ?");
  for (const TaskId id : ids)
    update.bind(std::int64_t{priority}).bind(id).run();
  transaction.commit();
}

std::vector<TaskId> Store::kill(std::span<const TaskId> ids, bool at_once) {
  Transaction transaction(impl_->db, Commit::durable);
  Statement update =
      impl_->db.prepare("UPDATE task SET kill = max(kill, ?) WHERE id = ? AND state = 3");
  std::vector<TaskId> asked;
  for (const TaskId id : ids) {
    update.bind(std::int64_t{at_once ? 2 : 1}).bind(id).run();
    if (impl_->db.changes() > 0) asked.push_back(id);
  }
  transaction.commit();
  return asked;
}

WorkerId Store::add_worker(const Lease& lease) {
  Transaction transaction(impl_->db, Commit::recoverable);
  Statement insert = impl_->db.prepare(
      "INSERT INTO worker(lease, boot, pid, start_ticks, started) VALUES(?, ?, ?, ?, ?)");
  insert.bind(lease.name())
      .bind(boot_id())
      .bind(std::int64_t{::getpid()})
      .bind(process_start_ticks(::getpid()))
      .bind(now_ns())
      .run();
  const WorkerId id = impl_->db.last_insert_id();
  transaction.commit();
  return id;
}

void Store::remove_worker(WorkerId id) {
  Transaction transaction(impl_->db, Commit::durable);
  Statement erase = impl_->db.prepare("DELETE FROM worker WHERE id = ?");
  erase.bind(id).run();
  transaction.commit();
}

bool Store::leave(WorkerId id) {
  Transaction transaction(impl_->db, Commit::durable);
  if (ready_count() > 0 && !is_stopped(id)) return false;
  Statement erase = impl_->db.prepare("DELETE FROM worker WHERE id = ?");
  erase.bind(id).run();
  transaction.commit();
  return true;
}

bool Store::is_stopped(WorkerId id) {
  Statement select = impl_->db.prepare("SELECT stop FROM worker WHERE id = ?");
  select.bind(id);
  return !select.step() || select.integer(0) != 0;
}

std::vector<Worker> Store::workers() {
  Statement select = impl_->db.prepare(
      "SELECT worker.id, lease, boot, pid, start_ticks, worker.started, stop, task.id FROM worker "
      "LEFT JOIN attempt ON attempt.worker = worker.id AND attempt.outcome = 0 LEFT JOIN task ON "
      "task.attempt = attempt.id AND task.state = 3 ORDER BY worker.id");
  std::vector<Worker> found;
  while (select.step()) {
    Worker worker;
    worker.id = select.integer(0);
    worker.lease = select.text(1);
    worker.boot = select.text(2);
    worker.pid = select.integer(3);
    worker.start_ticks = select.integer(4);
    worker.started_ns = select.integer(5);
    worker.stop = select.integer(6) != 0;
    if (!select.is_null(7)) worker.task = select.integer(7);
    found.push_back(std::move(worker));
  }
  return found;
}

bool Store::is_alive(const Worker& worker) const {
  if (worker.boot != boot_id()) return false;
  if (fs::exists(fs::join(lease_folder(), worker.lease))) {
    return Lease::is_held(lease_folder(), worker.lease);
  }
  // Somebody has cleaned up under a running worker: the process table is the second best witness.
  return process_start_ticks(worker.pid) == worker.start_ticks;
}

void Store::stop_workers() {
  Transaction transaction(impl_->db, Commit::durable);
  impl_->db.execute("UPDATE worker SET stop = 1");
  transaction.commit();
}

std::optional<Claim> Store::claim(WorkerId worker) {
  Transaction transaction(impl_->db, Commit::recoverable);
  auto claimed = impl_->claim(worker);
  transaction.commit();
  return claimed;
}

std::optional<Ended> Store::finish(AttemptId attempt, const AttemptEnd& end) {
  Transaction transaction(impl_->db, Commit::recoverable);
  auto ended = impl_->finish(attempt, end);
  transaction.commit();
  return ended;
}

std::pair<std::optional<Ended>, std::optional<Claim>> Store::finish_and_claim(AttemptId attempt,
                                                                              const AttemptEnd& end,
                                                                              WorkerId worker) {
  Transaction transaction(impl_->db, Commit::recoverable);
  auto ended = impl_->finish(attempt, end);
  auto claimed = impl_->claim(worker);
  transaction.commit();
  return {ended, std::move(claimed)};
}

bool Store::is_current(AttemptId attempt) {
  Statement select = impl_->db.prepare("SELECT 1 FROM task WHERE attempt = ? AND state = 3");
  select.bind(attempt);
  return select.step();
}

int Store::kill_wanted(AttemptId attempt) {
  Statement select = impl_->db.prepare("SELECT kill FROM task WHERE attempt = ? AND state = 3");
  select.bind(attempt);
  return select.step() ? static_cast<int>(select.integer(0)) : 0;
}

std::vector<LostAttempt> Store::lost() {
  // One statement sees task, attempt and worker at one instant; whether the worker lives is asked
  // afterwards. One that has ended its attempt and gone meanwhile does no harm: finish() refuses.
  Statement select = impl_->db.prepare(fmt::format(
      "SELECT {}, lease, boot, pid, start_ticks FROM task LEFT JOIN (SELECT "
      "attempt.id AS made, lease, boot, pid, start_ticks FROM attempt JOIN worker ON worker.id = "
      "attempt.worker) ON made = task.attempt WHERE state = 3 ORDER BY id",
      columns_of(Detail::full)));
  std::vector<LostAttempt> found;
  while (select.step()) {
    Worker worker;
    worker.lease = select.text(20);
    worker.boot = select.text(21);
    worker.pid = select.integer(22);
    worker.start_ticks = select.integer(23);
    if (!worker.lease.empty() && is_alive(worker)) continue;
    Task task = read_task(select, Detail::full);
    const AttemptId attempt = task.attempt;
    found.push_back({std::move(task), attempt});
  }
  return found;
}

void Store::forget_dead_workers() {
  std::vector<Worker> dead;
  for (auto& worker : workers()) {
    if (!worker.task && !is_alive(worker)) dead.push_back(std::move(worker));
  }
  if (dead.empty()) return;
  Transaction transaction(impl_->db, Commit::recoverable);
  Statement erase = impl_->db.prepare("DELETE FROM worker WHERE id = ?");
  for (const auto& worker : dead)
    erase.bind(worker.id).run();
  transaction.commit();
  for (const auto& worker : dead)
    Lease::remove(lease_folder(), worker.lease);
}

}  // namespace expcore::queue
