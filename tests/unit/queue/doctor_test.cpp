#include "queue/doctor.hpp"

#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <sqlite3.h>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "exp/executor_info.hpp"
#include "exp/refs.hpp"
#include "exp/slot.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "queue/recover.hpp"
#include "queue/results.hpp"
#include "queue/slot_run.hpp"
#include "queue/snapshot.hpp"
#include "support/test_repo.hpp"

using namespace expcore;
using namespace expcore::queue;

namespace {

using Kinds = std::vector<std::string>;

/// A project with two queued tasks, of which nothing has run yet.
struct Patient {
  test::TestRepo repo;
  std::unique_ptr<pipeline::Workspace> workspace;
  std::optional<Store> store;

  Patient() {
    repo.make_project();
    repo.write("params.yaml", "x: 1\n");
    repo.write("dvc.yaml",
               "stages:\n  only: {cmd: cp params.yaml out, params: [x], outs: [out]}\n");
    repo.commit();
    workspace = pipeline::Workspace::open(repo.path(), repo.environment());
    store = Store::open(queue_folder(*workspace));
    const Snapshot snapshot = capture(*workspace, {}).snapshot;
    pin(*workspace, snapshot);
    std::vector<NewTask> tasks(2);
    tasks[0].name = "a";
    tasks[1].name = "b";
    store->add(snapshot, tasks);
  }

  std::string folder() const { return store->folder(); }
  /// Claims "a" with a worker that is dead when this returns.
  AttemptId lose() {
    const Lease lease = Lease::take(store->lease_folder());
    return store->claim(store->add_worker(lease))->attempt;
  }
  void sql(const std::string& text) const {
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(fs::join(folder(), "queue.db").c_str(), &db) == SQLITE_OK);
    CHECK(sqlite3_exec(db, text.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(db);
  }

  Kinds found() {
    Kinds kinds;
    for (const auto& finding : examine(*store, *workspace))
      kinds.push_back(finding.kind);
    return kinds;
  }
  /// The one thing that is wrong; it is put right, and then nothing is.
  std::string fix_only() {
    const auto findings = examine(*store, *workspace);
    REQUIRE(findings.size() == 1);
    REQUIRE(findings.front().fix);
    const auto still = examine(*store, *workspace);
    CHECK_MESSAGE(still.size() == 1, "looking changes nothing");
    findings.front().fix();
    CHECK(found().empty());
    return findings.front().kind + " " + findings.front().task;
  }
};

void make_old(const std::string& path) {
  REQUIRE(std::system(fmt::format("touch -d '2 minutes ago' '{}'", path).c_str()) == 0);
}

}  // namespace

TEST_CASE("nothing is wrong with a healthy queue, at work or not") {
  Patient patient;
  CHECK(patient.found().empty());
  const Lease lease = Lease::take(patient.store->lease_folder());
  CHECK(patient.found().empty());
  const WorkerId worker = patient.store->add_worker(lease);
  const auto claim = patient.store->claim(worker);
  fs::make_directories(patient.store->log_folder());
  fs::write_atomic(fs::join(patient.store->log_folder(), claim->log), "");
  write_result(*patient.store, claim->attempt, {"0", "refs/exps/x"});
  make_old(fmt::format("{}/results/{}", patient.folder(), claim->attempt));
  CHECK(patient.found().empty());
}

TEST_CASE("a dead worker's task is found and queued again, or recorded when it was published") {
  Patient patient;
  const AttemptId attempt = patient.lose();
  SUBCASE("not published") {
    CHECK(patient.fix_only() == "lost_attempt a");
    CHECK(patient.store->find("a")->state == TaskState::queued);
  }
  SUBCASE("published") {
    auto& repo = *patient.workspace->repo;
    const std::string ref = exp::refname_of(*repo.head(), "a");
    write_result(*patient.store, attempt, {*repo.head(), ref});
    repo.set_ref(ref, *repo.head());
    CHECK(patient.fix_only() == "unrecorded_result a");
    CHECK(patient.store->find("a")->state == TaskState::success);
  }
}

TEST_CASE("what workers left is found and removed") {
  Patient patient;
  SUBCASE("a worker") {
    { patient.store->add_worker(Lease::take(patient.store->lease_folder())); }
    CHECK(patient.fix_only() == "dead_worker ");
    CHECK(patient.store->workers().empty());
  }
  SUBCASE("a lease") {
    { Lease::take(patient.store->lease_folder()); }
    CHECK(patient.fix_only() == "stray_lease ");
  }
  SUBCASE("a result") {
    write_result(*patient.store, 77, {"0", "refs/exps/x"});
    CHECK_MESSAGE(patient.found().empty(), "it may not be on the disk yet");
    make_old(patient.folder() + "/results/77");
    CHECK(patient.fix_only() == "stray_result ");
  }
  SUBCASE("a log") {
    fs::make_directories(patient.store->log_folder());
    fs::write_atomic(patient.store->log_folder() + "/9.1.log", "");
    CHECK(patient.fix_only() == "stray_log ");
  }
  SUBCASE("executor info") {
    fs::make_directories(info_folder(*patient.store));
    fs::write_atomic(info_folder(*patient.store) + "/1.run", "{}");
    CHECK(patient.fix_only() == "stray_info ");
  }
  SUBCASE("a slot") {
    auto& repo = *patient.workspace->repo;
    const git::Id head = *repo.head();
    {
      auto slot = exp::Slot::acquire(*patient.workspace);
      slot.prepare(head, repo.commit_info(head).tree, patient.folder() + "/running/5.run");
      CHECK(patient.found().empty());
    }
    repo.set_ref("refs/expcore/running/5", head);
    CHECK(patient.fix_only() == "interrupted_slot ");
    CHECK_FALSE(repo.resolve_ref("refs/expcore/running/5"));
  }
}

TEST_CASE("snapshots are kept as long as tasks need them") {
  Patient patient;
  auto& repo = *patient.workspace->repo;
  const Snapshot snapshot = patient.store->snapshot(patient.store->find("a")->snapshot);
  const std::string ref = "refs/expcore/queue/" + snapshot.commit;
  SUBCASE("no ref") {
    repo.delete_refs({ref});
    CHECK(patient.fix_only() == "unkept_snapshot ");
    CHECK(repo.resolve_ref(ref) == snapshot.commit);
  }
  SUBCASE("no task") {
    const std::vector ids{patient.store->find("a")->id, patient.store->find("b")->id};
    patient.store->change(ids, TaskEvent::remove);
    CHECK(patient.fix_only() == "stray_snapshot ");
    CHECK_FALSE(repo.resolve_ref(ref));
  }
  SUBCASE("no task, while another worker looks, too") {
    const std::vector ids{patient.store->find("a")->id, patient.store->find("b")->id};
    patient.store->change(ids, TaskEvent::remove);
    std::optional looking = lock_snapshots(*patient.store);
    const std::jthread leaves([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      looking.reset();
    });
    release_snapshots(*patient.store, repo);
    CHECK_FALSE(repo.resolve_ref(ref));
  }
  SUBCASE("lost") {
    repo.delete_refs({ref});
    patient.sql(fmt::format("UPDATE snapshot SET commit_id = '{}'", std::string(40, '7')));
    CHECK(patient.found() == Kinds{"lost_snapshot", "lost_snapshot"});
    CHECK_FALSE(examine(*patient.store, *patient.workspace).front().fix);
  }
}

TEST_CASE("the order of tasks is put right, but nothing is run again unasked") {
  Patient patient;
  const TaskId a = patient.store->find("a")->id;
  const TaskId b = patient.store->find("b")->id;
  SUBCASE("a wrong number") {
    patient.sql("UPDATE task SET blockers = 3 WHERE name = 'b'");
    CHECK(patient.fix_only() == "wrong_order b");
    CHECK(patient.store->find("b")->blockers == 0);
  }
  SUBCASE("waiting for what failed") {
    patient.sql(
        fmt::format("INSERT INTO after VALUES({}, {}); UPDATE task SET state = 5 WHERE id "
                    "= {}; UPDATE task SET blockers = 1 WHERE id = {}",
                    b, a, a, b));
    CHECK(patient.fix_only() == "waits_for_failed b");
    CHECK(patient.store->find("b")->reason == "it comes after 'a', which failed");
  }
  SUBCASE("failed for what has succeeded since") {
    patient.sql(
        fmt::format("INSERT INTO after VALUES({}, {}); UPDATE task SET state = 4 WHERE id = {}; "
                    "UPDATE task SET state = 5, reason = 'it comes after ''a'', which failed' "
                    "WHERE id = {}",
                    b, a, a, b));
    const auto findings = examine(*patient.store, *patient.workspace);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].kind == "outdated_failure");
    CHECK(findings[0].remedy == "run it with 'queue retry b'");
    CHECK_FALSE(findings[0].fix);
  }
}

TEST_CASE("jobs that nobody waits for are told, and removed once they are over") {
  Patient patient;
  const std::string jobs = ".dvc/tmp/expcore/jobs/";
  const auto job = [&](const std::string& name, const std::string& mark, const char* file) {
    patient.repo.write(
        jobs + name + "/record.json",
        fmt::format(
            R"({{"engine": "slurm", "id": "{}", "root": "/x", "mark": "{}.1", "may_be_attached": true}})",
            name, mark));
    patient.repo.write(jobs + name + "/" + file, "0 0\n");
  };
  const std::string key = patient.store->find("a")->key;
  job("1", key, "started");
  job("2", key, "exit");
  CHECK(patient.found().empty());  // the next attempt takes what they make
  job("3", "gone", "started");
  const auto running = examine(*patient.store, *patient.workspace);
  REQUIRE(running.size() == 1);
  CHECK(running.front().kind == "stray_job");
  CHECK_FALSE(running.front().fix);
  job("3", "gone", "exit");
  CHECK(patient.fix_only() == "stray_job ");
}

TEST_CASE("a running task whose folder was deleted is told") {
  Patient patient;
  const Lease lease = Lease::take(patient.store->lease_folder());
  const Task task = patient.store->claim(patient.store->add_worker(lease))->task;
  exp::ExecutorInfo info;
  info.name = task.name;
  info.baseline = task.baseline;
  info.root_dir = patient.repo / "gone";
  info.status = exp::ExecutorStatus::running;
  fs::make_directories(info_folder(*patient.store));
  info.write(info_folder(*patient.store) + "/1.run");
  CHECK(patient.found() == Kinds{"lost_folder"});
}
