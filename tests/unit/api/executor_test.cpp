#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <mutex>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include <doctest/doctest.h>
#include <expcore/error.hpp>
#include <expcore/executor.hpp>
#include <expcore/project.hpp>
#include <fmt/format.h>

#include "fs/file.hpp"
#include "support/fake_cluster.hpp"
#include "support/test_repo.hpp"

using namespace expcore;

namespace {

/// A project with one stage whose commands run on a fake cluster. They note `x` in `.dvc/tmp/ran`,
/// and wait for `.dvc/tmp/go` when x is 7.
struct ClusterProject {
  test::FakeCluster cluster;
  test::TestRepo repo;

  explicit ClusterProject(const std::string& meta = "{}") {
    repo.make_project();
    repo.write(".dvc/expcore.yaml",
               cluster.settings() + "resources: {gpus: ['8', '9'], tokens: {licence: 1}}\n");
    repo.write("s.sh",
               "tmp=$DVC_ROOT/.dvc/tmp; echo $1 $CUDA_VISIBLE_DEVICES >> $tmp/ran\n"
               "while [ $1 -eq 7 ] && [ ! -e $tmp/go ]; do sleep .01; done\n"
               "echo \"x is $1\"; test $1 -ne 13 && mkdir d && echo $1 > d/out\n");
    repo.write("params.yaml", "x: 1\n");
    repo.write("dvc.yaml",
               fmt::format("stages:\n  s:\n    cmd: ['sh s.sh ${{x}}', cp d/out m.yaml]\n"
                           "    params: [x]\n    deps: [s.sh]\n    outs: [d]\n"
                           "    metrics: [{{m.yaml: {{cache: false}}}}]\n"
                           "    meta: {{expcore: {}}}\n",
                           meta));
    repo.write(".gitignore", "/d\n");
    repo.commit();
  }

  Project open() const { return Project::open(repo.path(), repo.environment()); }
  Queue queue() const { return open().queue(); }

  void add(const std::string& name, int x) const {
    QueueAddOptions options;
    options.name = name;
    options.set_params = {fmt::format("x={}", x)};
    queue().add(options);
  }

  void run(const Executor& executor, const QueueRunOptions& options = {}) const {
    queue().run(executor, options);
  }
  void run() const { run(open().executor("fake")); }

  QueueTask task(const std::string& name) const { return queue().find(name).value(); }
  std::string ran() const { return fs::read_file_if_exists(repo / ".dvc/tmp/ran").value_or(""); }
  void go() const { repo.write(".dvc/tmp/go", ""); }

  /// Whether a job's name is on the disk: until then only its own folder can tell of it.
  bool has_noted_a_job() const {
    const std::string jobs = repo / ".dvc/tmp/expcore/jobs";
    for (const auto& entry : fs::list_directory(jobs)) {
      const auto record = fs::read_file_if_exists(jobs + "/" + entry.name + "/record.json");
      if (record && record->find("\"id\": \"j") != std::string::npos) return true;
    }
    return false;
  }

  /// Another program that runs the queue; killed when a job runs. Its log has the job's output.
  void die_while_a_job_runs() const {
    const pid_t child = ::fork();
    if (child == 0) {
      try {
        run();
      } catch (const std::exception&) {
        ::_exit(1);
      }
      ::_exit(0);
    }
    while (ran().empty() || !has_noted_a_job())
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }

  void check_success(const std::string& name, int x) const {
    const auto done = task(name);
    CAPTURE(done.reason);
    CAPTURE(done.message);
    CHECK(done.state == TaskState::success);
    if (done.state != TaskState::success) return;
    CHECK(repo.git("show " + done.commit + ":m.yaml") == std::to_string(x));
  }

  void check_tidy() const {
    CHECK(cluster.becomes_idle());
    CHECK(fs::list_directory(repo / ".dvc/tmp/expcore/jobs").empty());
  }
};

}  // namespace

TEST_SUITE("api/executor") {
  TEST_CASE("commands run as jobs; their output, outcome and requests are as anywhere") {
    const ClusterProject project("{cpus: 2.5, gpus: 3, memory: 2GiB, timeout: 60}");
    project.add("good", 2);
    project.add("bad", 13);
    project.run();
    project.check_success("good", 2);
    CHECK(project.queue().log("good").find("> sh s.sh 2\n> cp d/out m.yaml\nx is 2\n") !=
          std::string::npos);
    const auto bad = project.task("bad");
    CHECK(bad.state == TaskState::failed);
    CHECK(bad.message.find("failed to run: sh s.sh 13, exited with 1") != std::string::npos);
    CHECK(project.cluster.calls().find(" good.s 3 2048 3 60\n") != std::string::npos);
    // The cluster gives out its own GPUs.
    CHECK(project.ran() == "2\n13\n");
    project.check_tidy();
  }

  TEST_CASE("an engine that does not share out gets this machine's GPUs") {
    const ClusterProject project("{gpus: 1}");
    auto options = project.cluster.options();
    options.capabilities.shares_out = false;
    project.add("a", 2);
    project.run(Executor::command(options));
    CHECK(project.ran() == "2 8\n");
    project.check_success("a", 2);
  }

  TEST_CASE("after kill -9 of the queue the job goes on and its result is taken") {
    const ClusterProject project;
    project.add("a", 7);
    project.add("b", 3);
    project.die_while_a_job_runs();
    CHECK(project.cluster.alive() == 1);
    QueueRunOptions options;
    bool attached = false;
    options.on_event = [&](const QueueEvent& event) {
      if (event.event == nullptr || event.event->kind != EventKind::warning) return;
      if (event.event->text.find("of a former attempt goes on") == std::string::npos) return;
      attached = true;
      project.go();
    };
    project.run(project.open().executor("fake", 2), options);
    CHECK(attached);
    project.check_success("a", 7);
    project.check_success("b", 3);
    CHECK(project.task("a").attempts == 2);
    CHECK(project.queue().log("a").find("x is 7\n") != std::string::npos);
    const std::string ran = project.ran();
    CHECK(std::count(ran.begin(), ran.end(), '7') == 1);
    project.check_tidy();
  }

  TEST_CASE("the job of a task that was removed is ended by the next run") {
    const ClusterProject project;
    project.add("a", 7);
    project.die_while_a_job_runs();
    project.queue().recover();
    project.queue().remove({"a"});
    project.add("b", 3);
    project.run();
    project.check_success("b", 3);
    CHECK(project.cluster.becomes_idle());
  }

  TEST_CASE("killing a task cancels its job") {
    const ClusterProject project;
    project.add("a", 7);
    QueueRunOptions options;
    std::jthread killer([&] {
      while (project.ran().empty())
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
      project.queue().kill({"a"});
    });
    project.run(project.open().executor("fake"), options);
    CHECK(project.task("a").state == TaskState::failed);
    CHECK(project.task("a").reason == "killed");
    project.check_tidy();
  }

  TEST_CASE("a lost job is an attempt that failed") {
    const ClusterProject project;
    project.repo.write("s.sh",
                       "n=$DVC_ROOT/.dvc/tmp/n; if [ ! -e $n ]; then touch $n; "
                       "kill -9 $PPID; exit 1; fi; mkdir d; echo $1 > d/out\n");
    QueueAddOptions options;
    options.name = "a";
    options.set_params = {"x=4"};
    options.retries = 1;
    project.queue().add(options);
    project.run();
    project.check_success("a", 4);
    CHECK(project.task("a").attempts == 2);
    project.check_tidy();
  }

  TEST_CASE("an engine of one's own") {
    /// Runs jobs at once, to their end.
    class Prompt : public JobEngine {
     public:
      std::string submit(const Job& job) override {
        if (job.name == "refused.s") throw std::runtime_error("no machine is free");
        const std::lock_guard lock(mutex_);
        names.push_back(job.name);
        const int status =
            std::system(fmt::format("sh '{}' > '{}' 2>&1", job.script, job.log).c_str());
        return std::to_string(status);
      }
      bool is_alive(const std::string&) override { return false; }
      void cancel(const std::string&) override {}
      std::vector<std::string> names;

     private:
      std::mutex mutex_;
    };
    const ClusterProject project;
    project.add("a", 2);
    project.add("b", 3);
    project.add("refused", 4);
    const auto engine = std::make_shared<Prompt>();
    const Executor executor = Executor::custom(engine, {"prompt", 2, {}});
    CHECK(executor.name() == "prompt");
    CHECK(executor.jobs() == 2);
    CHECK(executor.has_engine());
    project.run(executor);
    project.check_success("a", 2);
    project.check_success("b", 3);
    CHECK(project.task("refused").message.find("no machine is free") != std::string::npos);
    CHECK(engine->names.size() == 2);
    project.check_tidy();
  }

  TEST_CASE("executors that cannot be are refused") {
    const ClusterProject project;
    CHECK_THROWS_AS(project.open().executor("nope"), Error);
    CHECK_THROWS_AS(Executor::custom(nullptr), Error);
    CHECK_THROWS_AS(Executor::command({}), Error);
    WorkerStart start;
    start.executor = "nope";
    CHECK_THROWS_AS(project.queue().start(start), Error);
    CHECK(project.open().executor("local", 3).jobs() == 3);
    CHECK_FALSE(project.open().executor("local").has_engine());
    project.repo.write(".dvc/expcore.yaml",
                       "executors: {x: {submit: '{nope}', poll: a, cancel: b}}\n");
    CHECK_THROWS_WITH_AS(project.open().executor("x"), doctest::Contains("unknown '{nope}'"),
                         Error);
  }
}
