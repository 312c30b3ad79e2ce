#include <algorithm>
#include <csignal>
#include <functional>
#include <initializer_list>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>
#include <expcore/error.hpp>
#include <fmt/format.h>

#include "exp/refs.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "queue/runner.hpp"
#include "queue/slot_run.hpp"
#include "queue/snapshot.hpp"
#include "run/reproduce.hpp"
#include "support/test_repo.hpp"

using namespace expcore;
using namespace expcore::queue;

namespace {

/// Tasks that differ in what only the second stage uses. The first notes each time it is run in
/// `.dvc/tmp/ran`.
struct SharedProject {
  test::TestRepo repo;

  /// `command` follows the note; in it `n` is how many times the stage was run, and `await f`
  /// waits for the file `.dvc/tmp/f`.
  explicit SharedProject(const std::string& command) {
    repo.make_project();
    repo.write("first.sh", fmt::format("cd $DVC_ROOT/.dvc/tmp; echo $DVC_EXP_NAME >> ran\n"
                                       "n=$(wc -l < ran)\n"
                                       "await() {{ i=0; while [ ! -e $1 ] && [ $i -lt 1000 ]; do "
                                       "sleep .01; i=$((i+1)); done; }}\n"
                                       "{}\n",
                                       command));
    repo.write("params.yaml", "x: 1\ny: 1\n");
    repo.write("dvc.yaml", R"(stages:
  first: {cmd: (. ./first.sh) && echo data > first.txt, params: [y], deps: [first.sh], outs: [first.txt]}
  second: {cmd: cat first.txt params.yaml > out.txt, params: [x], deps: [first.txt], outs: [out.txt]}
)");
    repo.write(".gitignore", "/out.txt\n/first.txt\n");
    repo.commit();
  }

  std::string folder() const { return repo / ".dvc/tmp/exps/expcore"; }
  Store store() const { return Store::open(folder()); }
  std::unique_ptr<pipeline::Workspace> open() const {
    return pipeline::Workspace::open(repo.path(), repo.environment());
  }

  void add(std::initializer_list<std::string> names) const {
    const auto workspace = open();
    const Snapshot snapshot = capture(*workspace, {}).snapshot;
    pin(*workspace, snapshot);
    std::vector<NewTask> tasks;
    for (const auto& name : names) {
      NewTask task;
      task.name = name;
      task.overrides = {{"params.yaml", {fmt::format("x={}", 2 + tasks.size())}}};
      tasks.push_back(task);
    }
    store().add(snapshot, tasks);
  }

  /// One worker; `on_shared` is called when it waits for another's run of a stage.
  void work(const std::function<void(const std::string& who)>& on_shared = {},
            const CancelToken* cancel = nullptr) const {
    SlotRuns runs(repo.path(), repo.environment());
    RunnerOptions options;
    options.cancel = cancel;
    options.run = [&](const Claim& claim, const AttemptContext& context) {
      return runs.run(claim, context);
    };
    options.repo = [&]() -> git::Repo& { return runs.repo(); };
    options.on_event = [&](const RunnerEvent& event) {
      const bool shared =
          event.kind == RunnerEventKind::task_event && event.event->kind == EventKind::stage_shared;
      if (!shared) return;
      CHECK(event.event->stage == "first");
      if (on_shared) on_shared(event.event->text);
    };
    Runner runner(folder(), options);
    runner.run();
  }

  void touch(const std::string& name) const { repo.write(".dvc/tmp/" + name, ""); }
  std::size_t times_run() const {
    const auto text = fs::read_file_if_exists(repo / ".dvc/tmp/ran");
    return text ? static_cast<std::size_t>(std::count(text->begin(), text->end(), '\n')) : 0;
  }
  void await_first_run() const {
    while (times_run() == 0)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  /// Another worker, in a process of its own.
  pid_t start_worker() const {
    const pid_t child = ::fork();
    if (child != 0) return child;
    try {
      work();
    } catch (const std::exception&) {
      ::_exit(1);
    }
    ::_exit(0);
  }
  void check_successes(std::initializer_list<std::string> names) const {
    auto opened = store();
    for (const auto& name : names) {
      const auto task = opened.find(name);
      CHECK_MESSAGE(task->state == TaskState::success, name);
      if (task->state != TaskState::success) continue;
      CHECK(repo.git("show " + task->result + ":dvc.lock").find("first.txt\n") !=
            std::string::npos);
    }
  }
};

}  // namespace

TEST_CASE("a stage that several tasks want runs once, the others take its result") {
  const SharedProject project("await shared");
  project.add({"a", "b"});
  std::string who;
  const auto shared = [&](const std::string& told) {
    who = told;
    project.touch("shared");
  };
  SUBCASE("workers of one program") {
    std::jthread other([&] { project.work(shared); });
    project.work(shared);
  }
  SUBCASE("workers in processes of their own") {
    const pid_t other = project.start_worker();
    project.await_first_run();
    project.work(shared);
    int status = -1;
    ::waitpid(other, &status, 0);
    CHECK(status == 0);
    CHECK(who == fmt::format("'a' (process {})", other));
  }
  CHECK(project.times_run() == 1);
  CHECK(who.find("(process ") != std::string::npos);
  project.check_successes({"a", "b"});
  const auto lock = [&](const std::string& name) {
    return project.repo.git("show " + project.store().find(name)->result + ":dvc.lock");
  };
  const auto first_stage = [&](const std::string& name) {
    return lock(name).substr(0, lock(name).find("  second:"));
  };
  CHECK(first_stage("a") == first_stage("b"));
  CHECK(lock("a") != lock("b"));
  auto store = project.store();
  std::string logs;
  for (const auto* name : {"a", "b"})
    logs +=
        fs::read_file(fs::join(store.log_folder(), store.attempt(store.find(name)->attempt)->log));
  CHECK(logs.find(fmt::format("Stage 'first' is shared with {} - waiting for its outputs\n",
                              who)) != std::string::npos);
  CHECK(logs.find("Stage 'first' is cached - skipping run, checking out outputs\n") !=
        std::string::npos);
}

TEST_CASE("when the one that runs a shared stage fails, another takes over") {
  const SharedProject project("[ $n -gt 1 ] || { await shared; exit 1; }");
  project.add({"a", "b"});
  const auto shared = [&](const std::string&) { project.touch("shared"); };
  {
    std::jthread other([&] { project.work(shared); });
    project.work(shared);
  }
  CHECK(project.times_run() == 2);
  auto store = project.store();
  CHECK(store.count(TaskState::failed) == 1);
  CHECK(store.count(TaskState::success) == 1);
}

TEST_CASE("when the one that runs a shared stage is killed, another takes over") {
  const SharedProject project("[ $n -gt 1 ] || await never");
  project.add({"a", "b"});
  const pid_t other = project.start_worker();
  project.await_first_run();
  project.work([&](const std::string&) {
    ::kill(other, SIGKILL);
    ::waitpid(other, nullptr, 0);
  });
  CHECK(project.times_run() == 2);
  project.check_successes({"a", "b"});
}

TEST_CASE("waiting for a shared stage ends when the task has to") {
  const SharedProject project("await go");
  project.add({"a", "b"});
  const pid_t other = project.start_worker();
  project.await_first_run();
  const CancelToken cancel;
  CHECK_THROWS_AS(project.work([&](const std::string&) { cancel.request(); }, &cancel), Error);
  CHECK(project.store().find("b")->state == TaskState::queued);
  project.touch("go");
  ::waitpid(other, nullptr, 0);
  CHECK(project.times_run() == 1);
  project.check_successes({"a", "b"});
}

TEST_CASE("the workspace shares stages with queued tasks, but not what it is to run in any case") {
  const SharedProject project("await shared");
  project.add({"a"});
  const pid_t other = project.start_worker();
  project.await_first_run();
  run::ReproduceOptions options;
  options.on_event = [&](const Event& event) {
    if (event.kind == EventKind::stage_shared || event.kind == EventKind::command_started) {
      project.touch("shared");
    }
  };
  std::size_t expected = 1;
  SUBCASE("as usual") {}
  SUBCASE("forced") {
    options.force = true;
    expected = 2;
  }
  const auto workspace = project.open();
  const auto results = run::reproduce(*workspace, options).results;
  ::waitpid(other, nullptr, 0);
  CHECK(results.at(0).outcome == (expected == 1 ? StageOutcome::cached : StageOutcome::ran));
  CHECK(project.times_run() == expected);
  CHECK(project.repo.read("first.txt") == "data\n");
  project.check_successes({"a"});
}
