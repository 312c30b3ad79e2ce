#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <thread>

#include <doctest/doctest.h>
#include <expcore/error.hpp>
#include <expcore/experiments.hpp>
#include <expcore/project.hpp>
#include <expcore/queue.hpp>
#include <fmt/format.h>

#include "fs/file.hpp"
#include "support/test_repo.hpp"

using namespace expcore;

namespace {

/// A project whose one stage writes what its parameter says and fails for x=13.
struct QueueProject {
  test::TestRepo repo;

  explicit QueueProject(const std::string& command = "test $x -ne 13 && cp params.yaml m.yaml") {
    repo.make_project();
    repo.write("params.yaml", "x: 1  # comment\n");
    repo.write("dvc.yaml", fmt::format("stages:\n  only:\n    cmd: export "
                                       "x=${{x}}; {}\n    params: [x]\n    metrics: [{{m.yaml: "
                                       "{{cache: false}}}}]\n",
                                       command));
    repo.commit();
  }

  Project open() const { return Project::open(repo.path(), repo.environment()); }
  Queue queue() const { return open().queue(); }

  QueueTask add(const std::string& name, int x, QueueAddOptions options = {}) const {
    options.name = name;
    options.set_params = {fmt::format("x={}", x)};
    return queue().add(options).front();
  }

  void run(std::uint32_t jobs = 1, const QueueRunOptions& options = {}) const {
    LocalExecutorOptions local;
    local.jobs = jobs;
    queue().run(Executor::local(local), options);
  }

  std::set<std::string> experiments() const {
    std::set<std::string> names;
    for (const auto& experiment : open().experiments().list())
      names.insert(experiment.name);
    return names;
  }
};

std::vector<std::string> names_of(const std::vector<QueueTask>& tasks) {
  std::vector<std::string> names;
  for (const auto& task : tasks)
    names.push_back(task.name);
  return names;
}

using Names = std::vector<std::string>;

/// Cancels when it is told that a command starts.
QueueRunOptions cancelled_at_start() {
  QueueRunOptions options;
  options.cancel.emplace();
  options.on_event = [cancel = *options.cancel](const QueueEvent& event) {
    if (event.event != nullptr && event.event->kind == EventKind::command_started) {
      cancel.request();
    }
  };
  return options;
}

}  // namespace

TEST_SUITE("queue") {
  TEST_CASE("looking at a queue that was never used makes no file") {
    const QueueProject project;
    CHECK(project.queue().status().tasks.empty());
    CHECK_FALSE(project.queue().find("x"));
    CHECK(project.queue().wait());
    project.queue().stop();
    CHECK_FALSE(fs::exists(project.repo / ".dvc/tmp/exps/expcore"));
  }

  TEST_CASE("adding leaves files, index and HEAD as they are") {
    const QueueProject project;
    project.repo.write("params.yaml", "x: 1  # edited\n");
    const auto index = project.repo.read(".git/index");
    project.add("one", 5);
    CHECK(project.repo.read("params.yaml") == "x: 1  # edited\n");
    CHECK(project.repo.read(".git/index") == index);
    CHECK(project.repo.git("status --porcelain") == " M params.yaml");
  }

  TEST_CASE("a sweep becomes one experiment each, with the edits of the time of adding") {
    const QueueProject project;
    project.repo.write("params.yaml", "x: 1  # edited\n");
    QueueAddOptions options;
    options.name = "s";
    options.set_params = {"x=range(2,5)"};
    const auto added = project.queue().add(options);
    CHECK(names_of(added) == Names{"s-1", "s-2", "s-3"});
    CHECK(added[1].overrides == OverridePoint{{"params.yaml", {"x=3"}}});
    project.repo.write("params.yaml", "x: 100\n");

    project.run(2);
    CHECK(project.experiments() == std::set<std::string>{"s-1", "s-2", "s-3"});
    for (const auto& task : project.queue().status().tasks) {
      CHECK(task.state == TaskState::success);
      CHECK(task.attempts == 1);
      CHECK(project.repo.git(fmt::format("rev-parse {}", task.ref)) == task.commit);
    }
    const auto commit = project.queue().find("s-2")->commit;
    CHECK(project.repo.git(fmt::format("show {}:params.yaml", commit)) == "x: 3  # edited");
    CHECK(project.repo.git(fmt::format("show {}:m.yaml", commit)) == "x: 3  # edited");
    CHECK(project.repo.read("params.yaml") == "x: 100\n");
    CHECK(project.repo.git("for-each-ref refs/expcore").empty());
  }

  TEST_CASE("two tasks cannot take one name") {
    const QueueProject project;
    project.add("one", 5);
    CHECK_THROWS_AS(project.add("one", 6), Error);
    project.run();
    CHECK_THROWS_AS(project.add("one", 7), Error);
    QueueAddOptions force;
    force.run.force = true;
    project.add("one", 7, force);
    project.run();
    CHECK(project.repo.git("show refs/exps/" + project.queue().find("one")->ref.substr(10) +
                           ":m.yaml") == "x: 7  # comment");
  }

  TEST_CASE("nothing is added when one point of a sweep does not apply") {
    const QueueProject project;
    QueueAddOptions options;
    options.set_params = {"nowhere=1,2"};
    CHECK_THROWS_AS(project.queue().add(options), Error);
    options.set_params = {"x=range(5,5)"};
    CHECK_THROWS_AS(project.queue().add(options), Error);
    CHECK(project.queue().status().tasks.empty());
    CHECK(project.repo.git("for-each-ref refs/expcore").empty());
  }

  TEST_CASE("a failed task tells why, keeps its log and can be run once more") {
    const QueueProject project;
    project.add("bad", 13);
    project.run();
    auto task = *project.queue().find("bad");
    CHECK(task.state == TaskState::failed);
    CHECK(task.reason == "failed");
    CHECK(task.message.find("failed to run: export x=13") != std::string::npos);
    const auto log = project.queue().log("bad");
    CHECK(log.starts_with("Reproducing experiment 'bad'\n"));
    CHECK(log.find("ERROR: failed to reproduce 'only'") != std::string::npos);
    CHECK(project.queue().log("bad", true).find("exit code 1,") != std::string::npos);
    CHECK_FALSE(project.queue().wait());

    project.queue().retry({});
    CHECK(project.queue().find("bad")->state == TaskState::queued);
    project.run();
    CHECK(project.queue().find("bad")->attempts == 2);
    CHECK(project.experiments().empty());
  }

  TEST_CASE("tasks run by priority, then in the order of adding; held ones do not") {
    const QueueProject project;
    for (int i = 1; i <= 4; ++i)
      project.add(fmt::format("t{}", i), 20 + i);
    project.queue().prioritize({"t3"}, 5);
    project.queue().hold({"t2"});
    CHECK(names_of(project.queue().status().tasks) == Names{"t3", "t1", "t2", "t4"});
    Names started;
    QueueRunOptions options;
    options.on_event = [&](const QueueEvent& event) {
      if (event.kind == QueueEventKind::task_started) started.push_back(event.task->name);
    };
    project.run(1, options);
    CHECK(started == Names{"t3", "t1", "t4"});
    project.queue().release({"t2"});
    project.run();
    CHECK(project.experiments().size() == 4);
  }

  TEST_CASE("a task comes after another one") {
    const QueueProject project;
    QueueAddOptions after;
    project.add("first", 13);
    after.after = {"first"};
    CHECK(project.add("second", 2, after).waits_for_others);
    project.run();
    const auto second = *project.queue().find("second");
    CHECK(second.state == TaskState::failed);
    CHECK(second.reason == "it comes after 'first', which failed");
  }

  TEST_CASE("removed tasks are gone with their logs and snapshot, experiments stay") {
    const QueueProject project;
    project.add("done", 2);
    project.run();
    project.add("bad", 13);
    project.run();
    project.add("waiting", 3);
    const std::string log = project.queue().find("done")->log;
    CHECK(fs::exists(log));
    CHECK_THROWS_WITH_AS(project.queue().remove({"done", "x"}),
                         "'x' is not a valid experiment name", Error);
    project.queue().remove({"done"});
    CHECK_FALSE(fs::exists(log));
    QueueRemoval all;
    all.queued = all.failed = true;
    CHECK(names_of(project.queue().remove_all(all)) == Names{"waiting", "bad"});
    CHECK(project.queue().status().tasks.empty());
    CHECK(project.repo.git("for-each-ref refs/expcore").empty());
    CHECK(project.experiments() == std::set<std::string>{"done"});
  }

  TEST_CASE("a success is run once more from where it started") {
    const QueueProject project;
    QueueAddOptions force;
    force.run.force = true;
    project.add("one", 4, force);
    project.run();
    project.queue().requeue({"one"});
    CHECK(project.queue().find("one")->state == TaskState::queued);
    CHECK_FALSE(project.repo.git("for-each-ref refs/expcore").empty());
    project.run();
    CHECK(project.queue().find("one")->attempts == 2);
    CHECK(project.queue().find("one")->state == TaskState::success);
  }

  TEST_CASE("a callback's exception ends the run and the task waits again") {
    const QueueProject project;
    project.add("one", 4);
    QueueRunOptions options;
    options.on_event = [](const QueueEvent& event) {
      if (event.event != nullptr) throw std::runtime_error("enough");
    };
    CHECK_THROWS_WITH_AS(project.run(2, options), "enough", std::runtime_error);
    CHECK(project.queue().find("one")->state == TaskState::queued);
    project.run();
    CHECK(project.experiments() == std::set<std::string>{"one"});
  }

  TEST_CASE("a killed task fails and leaves no process behind") {
    const QueueProject project("sleep 1000 & sleep 1000");
    project.add("one", 4);
    QueueRunOptions options;
    options.on_event = [&](const QueueEvent& event) {
      if (event.event == nullptr || event.event->kind != EventKind::command_started) return;
      // The killing waits for the end, so not from here.
      std::thread([&] { project.queue().kill({"one"}, true); }).detach();
    };
    project.run(1, options);
    const auto task = *project.queue().find("one");
    CHECK(task.state == TaskState::failed);
    CHECK(task.reason == "killed");
    CHECK(project.queue().kill({"one", "x"}) == Names{"one", "x"});
  }

  TEST_CASE("an attempt that takes too long is ended and tried again") {
    const QueueProject project("sleep 1000");
    QueueAddOptions options;
    options.timeout = std::chrono::milliseconds(300);
    options.retries = 1;
    project.add("slow", 4, options);
    project.run();
    const auto task = *project.queue().find("slow");
    CHECK(task.state == TaskState::failed);
    CHECK(task.reason == "timed out");
    CHECK(task.attempts == 2);
  }

  TEST_CASE("a log is followed to its end") {
    const QueueProject project("echo a line; test $x -ne 13");
    project.add("one", 4);
    CHECK_THROWS_WITH_AS(project.queue().log("one"),
                         "Experiment 'one' is in queue but has not been started", Error);
    CHECK_THROWS_WITH_AS(project.queue().log("two"), "'two' is not a valid queued experiment name",
                         Error);
    std::string text;
    std::thread reader(
        [&] { project.queue().follow("one", [&](std::string_view more) { text += more; }); });
    project.run();
    reader.join();
    CHECK(text == project.queue().log("one"));
    CHECK(text.find("\na line\n") != std::string::npos);
  }

  TEST_CASE("an interrupted run queues its task again") {
    const QueueProject project("sleep 1000");
    project.add("one", 4);
    const QueueRunOptions options = cancelled_at_start();
    CHECK_THROWS_AS(project.run(1, options), Error);
    CHECK(project.queue().find("one")->state == TaskState::queued);
  }

  TEST_CASE("a command whose start made a handler cancel does not run") {
    const test::TempDir elsewhere;
    const std::string mark = elsewhere / "ran";
    const QueueProject project("touch " + mark);
    project.add("one", 4);
    const QueueRunOptions options = cancelled_at_start();
    CHECK_THROWS_AS(project.run(1, options), Error);
    CHECK_FALSE(fs::exists(mark));
    CHECK(project.queue().find("one")->state == TaskState::queued);
  }
}

TEST_CASE("the doctor puts right what follows from what it put right, and tells what it cannot") {
  const QueueProject project;
  CHECK(project.queue().doctor().empty());
  project.add("a", 2);
  project.run();
  CHECK(project.queue().doctor().empty());
  const auto folder = project.repo / ".dvc/tmp/exps/expcore";
  project.repo.write(".dvc/tmp/exps/expcore/logs/9.1.log", "");
  const auto found = project.queue().doctor();
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == "stray_log");
  CHECK(found[0].fixable);
  CHECK_FALSE(found[0].fixed);
  CHECK(project.queue().doctor(true).front().fixed);
  CHECK(project.queue().doctor(true).empty());

  fs::write_atomic(folder + "/queue.db", std::string(8192, 'x'));
  const auto damaged = project.queue().doctor(true);
  REQUIRE(damaged.size() == 1);
  CHECK(damaged[0].kind == "unusable_store");
  CHECK(damaged[0].what.find("queue.db' is damaged: file is not a database") != std::string::npos);
  CHECK_FALSE(damaged[0].fixed);
}
