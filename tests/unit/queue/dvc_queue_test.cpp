#include "queue/dvc_queue.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "fs/file.hpp"
#include "fs/path.hpp"
#include "support/temp_dir.hpp"

using namespace expcore;
using namespace expcore::queue;

namespace {

const std::string baseline(40, 'b');

/// DVC's files below `.dvc/tmp`, as DVC 3.64 writes them.
struct DvcFiles {
  test::TempDir folder;

  void put(const std::string& path, const std::string& text) const {
    const std::string full = fs::join(folder.path(), "exps/" + path);
    fs::make_directories(fs::parent(full));
    fs::write_atomic(full, text);
  }

  void message(const std::string& place, const std::string& number, const std::string& id,
               const std::string& rev, const std::string& name) const {
    put(fmt::format("celery/broker/{}/{}_{}.celery.msg", place, number, id),
        fmt::format(
            R"({{"body": "[[{{\"dvc_root\": \"/p\", \"scm_root\": \"/p\", \"stash_ref\": \"refs/exps/celery/stash\", \"stash_rev\": \"{}\", \"baseline_rev\": \"{}\", \"branch\": null, \"name\": \"{}\", \"head_rev\": \"{}\"}}], {{}}, {{}}]", "headers": {{"task": "dvc.repo.experiments.queue.tasks.run_exp", "id": "{}"}}, "properties": {{"delivery_info": {{"exchange": "", "routing_key": "celery"}}}}}})",
            rev, baseline, name, baseline, id));
  }

  void result(const std::string& id, const std::string& status) const {
    put("celery/result/celery-task-meta-" + id, fmt::format(R"({{"status": "{}"}})", status));
  }

  void run(const std::string& rev, const std::string& hash, const std::string& ref) const {
    exp::ExecutorInfo info;
    info.baseline = baseline;
    info.root_dir = "/p/.dvc/tmp/exps/tmpx";
    info.result_hash = hash;
    info.result_ref = ref;
    put(fmt::format("run/{0}/{0}.run", rev), info.to_json());
    put(fmt::format("run/{0}/{0}.json", rev),
        R"({"pid": 12, "stdin": null, "stdout": "/p/x.out", "stderr": null, "returncode": 255})");
  }

  std::vector<std::string> list() const {
    std::vector<std::string> lines;
    for (const auto& task : dvc_tasks(folder.path()))
      lines.push_back(fmt::format("{} {}", task.name, to_text(task.state)));
    return lines;
  }
};

std::string rev(char digit) { return std::string(40, digit); }

}  // namespace

TEST_CASE("there is no DVC queue") {
  const test::TempDir folder;
  CHECK(dvc_tasks(folder.path()).empty());
  CHECK_FALSE(find_dvc_task(folder.path(), "x"));
}

TEST_CASE("tasks of DVC's queue are what DVC takes them for") {
  const DvcFiles files;
  files.message("in", "9999", "i1", rev('1'), "first");
  files.message("in", "99999", "i2", rev('2'), "before it, as DVC sorts");
  files.message("processed", "1", "p1", rev('3'), "runs");
  files.message("processed", "2", "p2", rev('4'), "good");
  files.result("p2", "SUCCESS");
  files.run(rev('4'), "abc", "refs/exps/bb/x/good");
  files.message("processed", "3", "p3", rev('5'), "bad");
  files.result("p3", "SUCCESS");
  files.run(rev('5'), "", "");
  files.message("processed", "4", "p4", rev('6'), "no setup");
  files.result("p4", "FAILURE");
  files.put("celery/broker/in/5.celery.msg", "");
  files.put("celery/broker/in/6.celery.msg", "{torn");
  files.put("celery/broker/in/7.node.celery.pidbox.msg", R"({"headers": {}, "body": "e30="})");
  CHECK(files.list() == std::vector<std::string>{"runs running", "before it, as DVC sorts queued",
                                                 "first queued", "bad failed", "no setup failed",
                                                 "good success"});
  CHECK(find_dvc_task(files.folder.path(), "good")->rev == rev('4'));
  CHECK(find_dvc_task(files.folder.path(), "5555")->log == "/p/x.out");
  CHECK(find_dvc_task(files.folder.path(), "5555")->exit_code == 255);
  CHECK_FALSE(find_dvc_task(files.folder.path(), "555"));
}

TEST_CASE("a message's body may be in base64") {
  const DvcFiles files;
  // [[{"stash_rev": "77…", "baseline_rev": "bb…", "name": "n"}], {}, {}]
  files.put(
      "celery/broker/in/1.celery.msg",
      R"({"body": "W1t7InN0YXNoX3JldiI6ICI3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3IiwgImJhc2VsaW5lX3JldiI6ICJiYiIsICJuYW1lIjogIm4ifV0sIHt9LCB7fV0=", "headers": {"task": "dvc.repo.experiments.queue.tasks.run_exp", "id": "i"}, "properties": {"body_encoding": "base64", "delivery_info": {"routing_key": "celery"}}})");
  CHECK(files.list() == std::vector<std::string>{"n queued"});
}
