#include <algorithm>
#include <csignal>
#include <initializer_list>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <doctest/doctest.h>
#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "queue/runner.hpp"
#include "queue/slot_run.hpp"
#include "queue/snapshot.hpp"
#include "run/ledger.hpp"
#include "run/process_tree.hpp"
#include "run/reproduce.hpp"
#include "support/test_repo.hpp"

using namespace expcore;
using namespace expcore::queue;

namespace {

/// Tasks whose one stage notes in `.dvc/tmp/notes` when it begins and ends, and its GPUs.
struct SharedMachine {
  test::TestRepo repo;

  /// `meta` is the stage's request; `body` runs between the notes.
  SharedMachine(const std::string& meta, const std::string& body) {
    repo.make_project();
    repo.write(".dvc/expcore.yaml", "resources: {gpus: ['7', '8'], tokens: {licence: 1}}\n");
    repo.write("s.sh", fmt::format("notes=$DVC_ROOT/.dvc/tmp/notes\n"
                                   "echo + $CUDA_VISIBLE_DEVICES >> $notes\n"
                                   "{}\n"
                                   "echo - $CUDA_VISIBLE_DEVICES >> $notes\n"
                                   "echo $x > out.txt\n",
                                   body));
    repo.write("params.yaml", "x: 1\n");
    repo.write("dvc.yaml", fmt::format("stages:\n"
                                       "  s:\n"
                                       "    cmd: sh s.sh\n"
                                       "    params: [x]\n"
                                       "    deps: [s.sh]\n"
                                       "    outs: [out.txt]\n"
                                       "    meta: {{expcore: {{{}}}}}\n",
                                       meta));
    repo.write(".gitignore", "/out.txt\n");
    repo.commit();
  }

  std::string folder() const { return repo / ".dvc/tmp/exps/expcore"; }

  void add(std::size_t count) const {
    const auto workspace = pipeline::Workspace::open(repo.path(), repo.environment());
    const Snapshot snapshot = capture(*workspace, {}).snapshot;
    pin(*workspace, snapshot);
    std::vector<NewTask> tasks;
    for (std::size_t i = 0; i < count; ++i) {
      NewTask task;
      task.name = fmt::format("t{}", i);
      task.overrides = {{"params.yaml", {fmt::format("x={}", 2 + i)}}};
      tasks.push_back(task);
    }
    Store::open(folder()).add(snapshot, tasks);
  }

  /// A worker in a process of its own.
  pid_t start_worker() const {
    const pid_t child = ::fork();
    if (child != 0) return child;
    try {
      SlotRuns runs(repo.path(), repo.environment());
      RunnerOptions options;
      options.run = [&](const Claim& claim, const AttemptContext& context) {
        return runs.run(claim, context);
      };
      options.repo = [&]() -> git::Repo& { return runs.repo(); };
      Runner(folder(), options).run();
    } catch (const std::exception&) {
      ::_exit(1);
    }
    ::_exit(0);
  }

  /// A run in the workspace, in a process of its own.
  pid_t start_run() const {
    const pid_t child = ::fork();
    if (child != 0) return child;
    try {
      const auto workspace = pipeline::Workspace::open(repo.path(), repo.environment());
      run::reproduce(*workspace, {});
    } catch (const std::exception&) {
      ::_exit(1);
    }
    ::_exit(0);
  }

  std::vector<std::string> notes() const {
    const auto text = fs::read_file_if_exists(repo / ".dvc/tmp/notes");
    std::vector<std::string> lines;
    if (!text) return lines;
    for (const auto line : split(*text, '\n')) {
      if (!line.empty()) lines.emplace_back(line);
    }
    return lines;
  }

  void await_notes(std::size_t count) const {
    while (notes().size() < count)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }

  void check_all_succeeded(std::size_t count) const {
    auto store = Store::open(folder());
    for (const auto& task : store.tasks(Store::Detail::outline, TaskState::failed)) {
      for (const auto& attempt : store.attempts(task.id))
        MESSAGE(fs::read_file(store.log_folder() + "/" + attempt.log));
    }
    CHECK(store.count(TaskState::success) == static_cast<std::int64_t>(count));
    CHECK(fs::list_directory(repo / ".dvc/tmp/expcore/ledger/tickets").empty());
  }
};

void check_ended(pid_t worker) {
  int status = -1;
  ::waitpid(worker, &status, 0);
  CHECK(status == 0);
}

}  // namespace

TEST_CASE("stages of tasks of two workers never overlap when there is one of what they ask for") {
  std::string meta;
  std::string gpus;
  SUBCASE("all GPUs") {
    meta = "gpus: 2";
    gpus = " 7,8";
  }
  SUBCASE("a group of which one runs at a time") { meta = "mutex: database"; }
  SUBCASE("a token") { meta = "tokens: {licence: 1}"; }
  SUBCASE("more processors than there are") { meta = "cpus: 100000"; }
  const SharedMachine machine(meta, "sleep .02");
  machine.add(3);
  const pid_t one = machine.start_worker();
  const pid_t other = machine.start_worker();
  check_ended(one);
  check_ended(other);
  const auto notes = machine.notes();
  REQUIRE(notes.size() == 6);
  for (std::size_t i = 0; i < notes.size(); i += 2) {
    CHECK(notes[i] == "+" + gpus);
    CHECK(notes[i + 1] == "-" + gpus);
  }
  machine.check_all_succeeded(3);
}

TEST_CASE("tasks that run at once see a GPU of their own each") {
  // Each waits for the other one's begin.
  const SharedMachine machine("gpus: 1", "while [ $(wc -l < $notes) -lt 2 ]; do sleep .01; done");
  machine.add(2);
  const pid_t one = machine.start_worker();
  const pid_t other = machine.start_worker();
  check_ended(one);
  check_ended(other);
  auto notes = machine.notes();
  REQUIRE(notes.size() == 4);
  std::sort(notes.begin(), notes.begin() + 2);
  CHECK(notes[0] == "+ 7");
  CHECK(notes[1] == "+ 8");
  machine.check_all_succeeded(2);
}

TEST_CASE("tasks that ask for nothing run at once, however many processors there are") {
  const SharedMachine machine("retries: 0",
                              "while [ $(wc -l < $notes) -lt 5 ]; do sleep .01; done");
  machine.add(5);
  std::vector<pid_t> workers;
  for (int i = 0; i < 5; ++i)
    workers.push_back(machine.start_worker());
  for (const pid_t worker : workers)
    check_ended(worker);
  CHECK(machine.notes().size() == 10);
  machine.check_all_succeeded(5);
}

TEST_CASE("what a killed worker's stage held goes to the next, once its commands have ended") {
  const SharedMachine machine("mutex: database",
                              "if [ $(wc -l < $notes) -eq 1 ]; then sleep 60; fi");
  machine.add(2);
  const pid_t one = machine.start_worker();
  machine.await_notes(1);
  const pid_t other = machine.start_worker();
  while (fs::list_directory(machine.repo / ".dvc/tmp/expcore/ledger/tickets").size() < 2)
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  ::kill(one, SIGKILL);
  ::waitpid(one, nullptr, 0);
  check_ended(other);
  CHECK(machine.notes() == std::vector<std::string>{"+", "+", "-", "+", "-"});
  machine.check_all_succeeded(2);
}

TEST_CASE("what a killed run in the workspace held goes to the next, once its command has ended") {
  const SharedMachine machine("mutex: database",
                              "if [ $(wc -l < $notes) -eq 1 ]; then exec sleep 60; fi");
  run::adopt_orphans();
  const pid_t one = machine.start_run();
  machine.await_notes(1);
  ::kill(one, SIGKILL);
  ::waitpid(one, nullptr, 0);
  check_ended(machine.start_run());
  CHECK(machine.notes() == std::vector<std::string>{"+", "+", "-"});
  int status = 0;
  CHECK(::waitpid(-1, &status, WNOHANG) > 0);
  CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
}

TEST_CASE("what a stage's command runs in the same project takes part of its share") {
  const SharedMachine machine("mutex: database", "");
  auto environment = machine.repo.environment();
  environment["EXPCORE_SHARE"] = machine.repo / ".dvc/tmp/expcore/ledger";
  fs::make_directories(machine.repo / ".dvc/tmp");
  const auto outer = pipeline::Workspace::open(machine.repo.path(), machine.repo.environment());
  const auto inner = pipeline::Workspace::open(machine.repo.path(), environment);
  run::Ledger ledger({environment["EXPCORE_SHARE"], [] { return run::Capacity{}; }, "", ""});
  auto held = ledger.try_take(run::Request{1, false, 0, 0, {}, {"database"}, {}, 0});
  REQUIRE(held);
  const CancelToken cancel;
  std::string lacks;
  run::ReproduceOptions options;
  options.cancel = &cancel;
  options.on_event = [&](const Event& event) {
    if (event.kind != EventKind::stage_waiting) return;
    lacks = event.text;
    cancel.request();
  };
  CHECK_THROWS_AS(run::reproduce(*outer, options), Error);
  CHECK(lacks == "mutex 'database'");
  options.cancel = nullptr;
  CHECK(run::reproduce(*inner, options).results.at(0).outcome == StageOutcome::ran);
}
