#include "run/command_engine.hpp"

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "support/fake_cluster.hpp"
#include "support/temp_dir.hpp"

using namespace expcore;
using run::command_engine;
using run::fill_in;

namespace {

CommandExecutorOptions printing(const std::string& submit) {
  CommandExecutorOptions options;
  options.submit = submit;
  options.poll = "true";
  options.cancel = "true";
  return options;
}

const std::map<std::string, std::string> path = {{"PATH", "/usr/bin:/bin"}};

Job job_in(const test::TempDir& dir) {
  Job job;
  job.directory = dir.path();
  return job;
}

}  // namespace

TEST_SUITE("run/command_engine") {
  TEST_CASE("values are filled in quoted, everything else is the shell's") {
    const std::map<std::string, std::string> values = {{"id", "7"}, {"log", "a b's"}};
    CHECK(fill_in("scancel {id}", values) == "scancel 7");
    CHECK(fill_in("x > {log}", values) == "x > 'a b'\"'\"'s'");
    CHECK(fill_in("{id}{id} ${id} ${ID} {ID} {} { id } {id", values) ==
          "77 ${id} ${ID} {ID} {} { id } {id");
    CHECK(fill_in("awk '{print $1}'", values) == "awk '{print $1}'");
    CHECK_THROWS_WITH_AS(fill_in("kill {jobid}", values), "unknown '{jobid}'; id, log are known",
                         Error);
  }

  TEST_CASE("a stage's requests become numbers") {
    const test::TempDir dir;
    Job job = job_in(dir);
    job.name = "a.b";
    job.cpus = 1.5;
    job.memory = 1024 * 1024 + 1;
    job.gpus = 2;
    job.timeout = std::chrono::milliseconds(1500);
    const auto engine =
        command_engine(printing("echo {name}_{cpus}_{memory}_{memory_mib}_{gpus}_{seconds}"), path);
    CHECK(engine->submit(job) == "a.b_2_1048577_2_2_2");
  }

  TEST_CASE("the id is the last word, or what the pattern says") {
    const test::TempDir dir;
    const auto id_of = [&](const std::string& printed, const std::string& pattern = "") {
      auto options = printing("printf '" + printed + "'");
      options.id_pattern = pattern;
      return command_engine(options, path)->submit(job_in(dir));
    };
    CHECK(id_of("17\\n") == "17");
    CHECK(id_of("17;cluster\\n") == "17");
    CHECK(id_of("be patient\\nSubmitted batch job 17\\n\\n") == "17");
    CHECK(id_of("Job <17> is submitted to queue <normal>.", "Job <([0-9]+)>") == "17");
    CHECK_THROWS_AS(id_of(""), Error);
    CHECK_THROWS_AS(id_of("nothing", "<([0-9]+)>"), Error);
  }

  TEST_CASE("exit codes: submit's must be 0, poll's 0 and 1 are answers") {
    const test::TempDir dir;
    auto options = printing("echo full >&2; exit 3");
    CHECK_THROWS_WITH_AS(command_engine(options, path)->submit(job_in(dir)),
                         "the job was not taken: echo full >&2; exit 3, exited with 3: full",
                         Error);
    options.poll = "exit {id}";
    options.cancel = "exit {id}";
    const auto engine = command_engine(options, path);
    CHECK(engine->is_alive("0"));
    CHECK_FALSE(engine->is_alive("1"));
    CHECK_THROWS_WITH_AS(engine->is_alive("2"), "exit 2, exited with 2", Error);
    engine->cancel("9");
  }

  TEST_CASE("what cannot work is told before anything is submitted") {
    const auto with = [](auto change) {
      auto options = printing("true");
      change(options);
      return options;
    };
    const CommandExecutorOptions cases[] = {
        with([](auto& o) { o.submit = " "; }),       with([](auto& o) { o.poll = ""; }),
        with([](auto& o) { o.cancel = ""; }),        with([](auto& o) { o.submit = "x {id}"; }),
        with([](auto& o) { o.poll = "{log}"; }),     with([](auto& o) { o.id_pattern = "("; }),
        with([](auto& o) { o.id_pattern = "none"; })};
    for (const auto& options : cases) {
      CAPTURE(options.submit);
      CHECK_THROWS_AS(command_engine(options, path), Error);
    }
  }

  TEST_CASE("executors of a project stand in its file") {
    const test::TempDir dir;
    dir.write("expcore.yaml",
              "executors:\n  slurm:\n    submit: sbatch -o {log} {script}\n    poll: p {id}\n"
              "    cancel: c {id}\n    id_pattern: '(\\d+)'\n    poll_interval: 30s\n"
              "    shares_out: false\n");
    const auto options = run::read_executor(dir.path(), "slurm");
    CHECK(options.name == "slurm");
    CHECK(options.submit == "sbatch -o {log} {script}");
    CHECK(options.id_pattern == "(\\d+)");
    CHECK(options.capabilities.poll_interval == std::chrono::seconds(30));
    CHECK_FALSE(options.capabilities.shares_out);
    CHECK_THROWS_AS(run::read_executor(dir.path(), "other"), Error);
    for (const auto* text : {"executors: {x: {sumbit: a}}\n", "executors: {x: 1}\n",
                             "executors: {x: {submit: [a]}}\n", "executors: [\n"}) {
      dir.write("expcore.yaml", text);
      CHECK_THROWS_AS(run::read_executor(dir.path(), "x"), Error);
    }
  }
}
