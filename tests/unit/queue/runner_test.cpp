#include "queue/runner.hpp"

#include <atomic>
#include <thread>

#include <doctest/doctest.h>
#include <expcore/error.hpp>
#include <fmt/format.h>

#include "exp/refs.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "queue/recover.hpp"
#include "queue/results.hpp"
#include "queue/slot_run.hpp"
#include "queue/snapshot.hpp"
#include "run/bell.hpp"
#include "run/process_tree.hpp"
#include "support/test_repo.hpp"

using namespace expcore;
using namespace expcore::queue;

namespace {

/// A project whose one stage writes what its parameter says.
struct QueueProject {
  test::TestRepo repo;
  std::string command = "cat params.yaml > out.txt; touch metrics.yaml";

  explicit QueueProject(const std::string& cmd = "") {
    if (!cmd.empty()) command = cmd;
    repo.make_project();
    repo.write("params.yaml", "x: 1  # comment\n");
    repo.write("dvc.yaml", fmt::format(R"(stages:
  only:
    cmd: {}
    params: [x]
    outs: [out.txt]
    metrics: [{{metrics.yaml: {{cache: false}}}}]
)",
                                       command));
    repo.write(".gitignore", "/out.txt\n");
    repo.commit();
  }

  std::unique_ptr<pipeline::Workspace> open() const {
    return pipeline::Workspace::open(repo.path(), repo.environment());
  }

  std::vector<AddedTask> add(const std::vector<std::string>& names, NewTask like = {}) const {
    const auto workspace = open();
    Store store = Store::open(queue_folder(*workspace));
    const Snapshot snapshot = capture(*workspace, {}).snapshot;
    pin(*workspace, snapshot);
    std::vector<NewTask> tasks;
    int x = 1;
    for (const auto& name : names) {
      NewTask task = like;
      task.name = name;
      task.overrides = {{"params.yaml", {fmt::format("x={}", ++x)}}};
      tasks.push_back(task);
    }
    return store.add(snapshot, tasks);
  }

  void run(const RunnerOptions& given = {}) const {
    RunnerOptions options = given;
    SlotRuns runs(repo.path(), repo.environment());
    options.run = [&](const Claim& claim, const AttemptContext& context) {
      return runs.run(claim, context);
    };
    options.repo = [&]() -> git::Repo& { return runs.repo(); };
    Runner runner(folder(), options);
    runner.run();
  }

  std::string folder() const { return repo / ".dvc/tmp/exps/expcore"; }
  Store store() const { return Store::open(folder()); }
  std::string log(const Task& task) const {
    auto opened = store();
    return fs::read_file(fs::join(opened.log_folder(), opened.attempt(task.attempt)->log));
  }
  git::Repo git() const { return git::Repo::discover(repo.path()); }
};

}  // namespace

TEST_CASE("queued tasks become experiments, the workspace stays as it is") {
  const QueueProject project;
  project.repo.write("params.yaml", "x: 7  # edited\n");
  project.repo.write("new.txt", "staged\n");
  project.repo.git("add new.txt");
  const std::string status = project.repo.git("status --porcelain");
  project.add({"a", "b", "c"});
  CHECK(project.repo.git("status --porcelain") == status);
  std::vector<std::string> order;
  RunnerOptions options;
  options.on_event = [&](const RunnerEvent& event) {
    if (event.kind == RunnerEventKind::task_finished) order.push_back(event.task->name);
  };
  project.run(options);
  CHECK(order == std::vector<std::string>{"a", "b", "c"});
  CHECK(project.repo.git("status --porcelain") == status);
  const auto refs = exp::list_refs(project.git());
  REQUIRE(refs.size() == 3);
  auto store = project.store();
  for (std::size_t i = 0; i < refs.size(); ++i) {
    CHECK(refs[i].name == order[i]);
    CHECK(project.repo.git("show " + refs[i].commit + ":params.yaml") ==
          fmt::format("x: {}  # edited", i + 2));
    CHECK(project.repo.git("show " + refs[i].commit + ":new.txt") == "staged");
    const Task task = *store.find(refs[i].name);
    CHECK(task.state == TaskState::success);
    CHECK(task.result == refs[i].commit);
    CHECK(task.result_ref == refs[i].refname());
    CHECK(without_notes(project.log(task)).starts_with("Reproducing experiment '"));
  }
  CHECK(store.workers().empty());
}

TEST_CASE("a failing task fails with its log, the next one runs") {
  const QueueProject project(
      "echo told; test $(cat params.yaml | cut -c4) != 2 && touch out.txt "
      "metrics.yaml");
  project.add({"bad", "good"});
  project.run();
  auto store = project.store();
  const Task bad = *store.find("bad");
  CHECK(bad.state == TaskState::failed);
  CHECK(bad.reason == "failed");
  CHECK(project.log(bad).find("told\nERROR: failed to reproduce 'only': failed to run: ") !=
        std::string::npos);
  CHECK(store.attempt(bad.attempt)->exit_code == 1);
  CHECK(store.find("good")->state == TaskState::success);
}

TEST_CASE("a killed task ends with everything that it started") {
  const QueueProject project("(setsid sleep 1000 &) ; sleep 1000; touch out.txt metrics.yaml");
  const auto added = project.add({"long"});
  std::jthread killer([&] {
    auto store = project.store();
    std::vector<int> processes;
    while (processes.size() < 3) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      const Task task = *store.task(added.front().id);
      if (task.state == TaskState::running) {
        processes = run::marked_processes(attempt_mark(task, task.attempt));
      }
    }
    store.kill(std::vector{added.front().id}, false);
    run::ring(project.folder());
  });
  project.run();
  auto store = project.store();
  const Task task = *store.find("long");
  CHECK(task.state == TaskState::failed);
  CHECK(task.reason == "killed");
  CHECK(run::marked_processes(attempt_mark(task, task.attempt)).empty());
}

TEST_CASE("an attempt has its time and its retries") {
  const QueueProject project("sleep 1000; touch out.txt metrics.yaml");
  NewTask like;
  like.timeout = std::chrono::milliseconds(60);
  like.retries = 1;
  const auto added = project.add({"slow"}, like);
  project.run();
  auto store = project.store();
  const auto attempts = store.attempts(added.front().id);
  REQUIRE(attempts.size() == 2);
  CHECK(attempts[0].outcome == AttemptOutcome::timed_out);
  CHECK(attempts[1].outcome == AttemptOutcome::timed_out);
  CHECK(store.find("slow")->reason == "timed out");
}

TEST_CASE("a worker that has to stop gives its task back") {
  const QueueProject project("sleep 1000; touch out.txt metrics.yaml");
  project.add({"slow"});
  const CancelToken cancel;
  RunnerOptions options;
  options.cancel = &cancel;
  options.on_event = [&](const RunnerEvent& event) {
    if (event.kind == RunnerEventKind::task_event &&
        event.event->kind == EventKind::command_started) {
      cancel.request();
    }
  };
  CHECK_THROWS_AS(project.run(options), Error);
  auto store = project.store();
  CHECK(store.find("slow")->state == TaskState::queued);
  CHECK(store.find("slow")->tries == 0);
}

TEST_CASE("several workers share a queue, each task runs once") {
  const QueueProject project(
      "echo $DVC_EXP_NAME >> $DVC_ROOT/.dvc/tmp/lines; cat params.yaml > "
      "out.txt; touch metrics.yaml");
  std::vector<std::string> names;
  for (int i = 0; i < 12; ++i)
    names.push_back(fmt::format("t{:02}", i));
  project.add(names);
  {
    std::vector<std::jthread> workers;
    for (int i = 0; i < 3; ++i)
      workers.emplace_back([&] { project.run(); });
  }
  CHECK(exp::list_refs(project.git()).size() == names.size());
  const auto text = project.repo.read(".dvc/tmp/lines");
  for (const auto& name : names) {
    CHECK(text.find(name + "\n") != std::string::npos);
    CHECK(text.find(name + "\n") == text.rfind(name + "\n"));
  }
}

TEST_CASE("what a dead worker had published is not run again") {
  const QueueProject project;
  project.add({"a"});
  auto store = project.store();
  AttemptId attempt = 0;
  {
    const Lease lease = Lease::take(store.lease_folder());
    attempt = store.claim(store.add_worker(lease))->attempt;
  }
  auto repo = project.git();
  const git::Id head = *repo.head();
  const std::string ref = exp::refname_of(head, "a");
  write_result(store, attempt, {head, ref});
  SUBCASE("published") {
    repo.set_ref(ref, head);
    project.repo.write(".git/" + ref + ".lock", "expcore\n");  // it died before it let go
    CHECK(recover(store, [&]() -> git::Repo& { return repo; }) == 1);
    CHECK(store.find("a")->state == TaskState::success);
    CHECK(store.find("a")->result == head);
    CHECK_FALSE(fs::exists(project.repo / (".git/" + ref + ".lock")));
  }
  SUBCASE("not yet published") {
    CHECK(recover(store, [&]() -> git::Repo& { return repo; }) == 1);
    CHECK(store.find("a")->state == TaskState::queued);
    project.run();
    CHECK(store.find("a")->state == TaskState::success);
    CHECK(store.attempts(store.find("a")->id).size() == 2);
  }
}

TEST_CASE("a name that was taken meanwhile fails the task, nothing is overwritten") {
  const QueueProject project;
  project.add({"a"});
  auto repo = project.git();
  const std::string ref = exp::refname_of(*repo.head(), "a");
  repo.set_ref(ref, *repo.head());
  project.run();
  auto store = project.store();
  CHECK(store.find("a")->state == TaskState::failed);
  CHECK(project.log(*store.find("a")).find("conflicts with existing experiment") !=
        std::string::npos);
  CHECK(repo.resolve_ref(ref) == repo.head());
}

TEST_CASE("the queue survives its slots and leases being deleted, and git gc") {
  const QueueProject project;
  project.repo.write("params.yaml", "x: 5  # only here\n");
  project.add({"a", "b"});
  project.repo.git("checkout -q params.yaml");
  project.repo.git("gc -q --prune=now");
  project.run();
  fs::remove_tree(project.folder() + "/slots");
  fs::remove_tree(project.folder() + "/workers");
  project.add({"c"});
  project.repo.git("gc -q --prune=now");
  project.run();
  CHECK(exp::list_refs(project.git()).size() == 3);
}
