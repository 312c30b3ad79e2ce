#include "queue/doctor.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "exp/executor_info.hpp"
#include "exp/slot.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "queue/recover.hpp"
#include "queue/results.hpp"
#include "queue/slot_run.hpp"
#include "queue/snapshot.hpp"
#include "queue/store_check.hpp"
#include "run/bell.hpp"
#include "run/job.hpp"

namespace expcore::queue {
namespace {

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  if (!fs::is_directory(folder)) return names;
  for (const auto& entry : fs::list_directory(folder))
    names.push_back(entry.name);
  std::sort(names.begin(), names.end());
  return names;
}

class Examination {
 public:
  Examination(Store& store, pipeline::Workspace& workspace)
      : store_(store), workspace_(workspace), folder_(store.folder()) {}

  std::vector<Finding> run() {
    for (const auto& line : damage(folder_))
      findings_.push_back(unusable_store(fmt::format("'queue.db' is damaged: {}", line)));
    if (!findings_.empty()) return std::move(findings_);
    look_for_lost_attempts();
    look_at_workers();
    look_at_order();
    look_at_snapshots();
    look_at_running_tasks();
    look_at_slots();
    look_at_results();
    look_at_jobs();
    look_at_logs();
    return std::move(findings_);
  }

 private:
  void add(Finding finding) { findings_.push_back(std::move(finding)); }

  std::function<git::Repo&()> repo() const {
    return [&workspace = workspace_]() -> git::Repo& { return *workspace.repo; };
  }

  void look_for_lost_attempts() {
    const auto fix = [&store = store_, repo = repo()] { recover(store, repo); };
    for (const auto& [task, attempt] : store_.lost()) {
      if (published_result(store_, attempt, repo())) {
        add({"unrecorded_result", task.name,
             fmt::format("the worker of '{}' died after its result was published", task.name),
             "record the success", fix});
      } else {
        add({"lost_attempt", task.name,
             fmt::format("the worker of '{}' died while it ran", task.name),
             "end what is left of its processes, and queue it again or fail it", fix});
      }
    }
  }

  void look_at_workers() {
    std::set<std::string> known;
    for (const auto& worker : store_.workers()) {
      known.insert(worker.lease);
      if (store_.is_alive(worker)) {
        somebody_works_ = true;
      } else if (!worker.task) {
        add({"dead_worker", "", fmt::format("worker {} (process {}) died", worker.id, worker.pid),
             "forget it", [&store = store_] { store.forget_dead_workers(); }});
      }
    }
    const std::string folder = store_.lease_folder();
    for (const auto& name : names_in(folder)) {
      if (known.contains(name) || Lease::is_held(folder, name)) continue;
      add({"stray_lease", "", fmt::format("lease '{}' is of no worker", name), "remove it",
           [folder, name] {
             if (!Lease::is_held(folder, name)) Lease::remove(folder, name);
           }});
    }
  }

  void look_at_order() {
    const auto fix = [folder = folder_] {
      mend_order(folder);
      run::ring(folder);
    };
    for (const auto& fault : order_faults(folder_)) {
      if (fault.failed.empty()) {
        add({"wrong_order", fault.task,
             fmt::format("'{}' waits for a wrong number of tasks", fault.task), "count them", fix});
      } else {
        add({"waits_for_failed", fault.task,
             fmt::format("'{}' waits for '{}', which failed", fault.task, fault.failed), "fail it",
             fix});
      }
    }
    for (const auto& name : outdated_failures(folder_)) {
      add({"outdated_failure",
           name,
           fmt::format("'{}' failed for a task that it comes after, which has succeeded since",
                       name),
           fmt::format("run it with 'queue retry {}'", name),
           {}});
    }
  }

  void look_at_snapshots() {
    const auto faults = snapshot_faults(store_, *workspace_.repo);
    for (const auto& snapshot : faults.gone) {
      for (const auto& task : store_.tasks(Store::Detail::brief)) {
        if (task.snapshot != snapshot.id || task.state == TaskState::success) continue;
        add({"lost_snapshot",
             task.name,
             fmt::format("what '{}' starts from is no longer in the Git repository", task.name),
             fmt::format("remove it with 'queue remove {}'", task.name),
             {}});
      }
    }
    for (const auto& snapshot : faults.unpinned) {
      add({"unkept_snapshot", "",
           fmt::format("no ref keeps what tasks start from, {}, from 'git gc'",
                       snapshot.commit.substr(0, 7)),
           "make the ref", [&workspace = workspace_, snapshot] { pin(workspace, snapshot); }});
    }
    // Those who work let go of them at their end.
    if (faults.needless == 0 || somebody_works_) return;
    add({"stray_snapshot", "",
         fmt::format("{} ref{} what no task needs any more", faults.needless,
                     faults.needless > 1 ? "s keep" : " keeps"),
         "let go of it", [&store = store_, repo = repo()] { release_snapshots(store, repo()); }});
  }

  /// The folders in which tasks run, and what is told about them.
  void look_at_running_tasks() {
    const auto files = names_in(info_folder(store_));  // before the tasks: those that end then do
                                                       // not matter
    const auto running = store_.tasks(Store::Detail::brief, TaskState::running);
    for (const auto& name : files) {
      const std::string path = fs::join(info_folder(store_), name);
      const auto info = exp::ExecutorInfo::read(path);
      const auto task = std::find_if(running.begin(), running.end(), [&](const Task& candidate) {
        return info && info->name == candidate.name && info->baseline == candidate.baseline;
      });
      if (task == running.end()) {
        add({"stray_info", "", fmt::format("'running/{}' is of no running task", name), "remove it",
             [path] { fs::remove(path); }});
      } else if (info->is_active() && !fs::is_directory(info->root_dir)) {
        add({"lost_folder",
             task->name,
             fmt::format("the folder in which '{}' runs is gone: '{}'", task->name, info->root_dir),
             fmt::format("end it with 'queue kill {0}', run it again with 'queue retry {0}'",
                         task->name),
             {}});
      }
    }
  }

  void look_at_slots() {
    for (const auto& path : exp::slot_paths(workspace_)) {
      if (!exp::Slot::is_interrupted(workspace_, path)) continue;
      add({"interrupted_slot", "",
           fmt::format("the last run in slot {} did not come to its end", fs::filename(path)),
           "tidy up after it",
           [&workspace = workspace_, path] { exp::Slot::take(workspace, path); }});
    }
  }

  void look_at_results() {
    for (const auto& path : old_results(store_)) {
      add({"stray_result", "",
           fmt::format("'results/{}' is of an attempt that is over", fs::filename(path)),
           "remove it", [path] { fs::remove(path); }});
    }
  }

  /// Jobs of clusters whose program died.
  void look_at_jobs() {
    for (const auto& job : run::orphaned_jobs(run::jobs_folder(workspace_))) {
      const auto task = store_.find(job.mark.substr(0, job.mark.find('.')));
      const bool is_open =
          task && task->state != TaskState::success && task->state != TaskState::failed;
      if (job.is_over && !(is_open && job.may_be_attached)) {
        add({"stray_job", task ? task->name : "",
             fmt::format("job {} of the executor '{}' is over and nobody waits for it", job.id,
                         job.engine),
             "remove its files", [path = job.folder] { fs::remove_tree(path); }});
      } else if (!is_open) {
        add({"stray_job",
             task ? task->name : "",
             fmt::format("job {} of the executor '{}' may still run and nobody waits for it",
                         job.id, job.engine),
             fmt::format("cancel it, or use the executor '{}' again, which does", job.engine),
             {}});
      }
    }
  }

  void look_at_logs() {
    const auto names = names_in(store_.log_folder());
    if (names.empty()) return;
    const auto known = known_logs(folder_);
    for (const auto& name : names) {
      if (known.contains(name)) continue;
      add({"stray_log", "", fmt::format("'logs/{}' is of no task", name), "remove it",
           [path = fs::join(store_.log_folder(), name)] { fs::remove(path); }});
    }
  }

  Store& store_;
  pipeline::Workspace& workspace_;
  std::string folder_;
  bool somebody_works_ = false;
  std::vector<Finding> findings_;
};

}  // namespace

Finding unusable_store(const std::string& what) {
  return {"unusable_store",
          "",
          what,
          "if it is damaged move it away: experiments are in Git, tasks have to be queued anew",
          {}};
}

std::vector<Finding> examine(Store& store, pipeline::Workspace& workspace) {
  return Examination(store, workspace).run();
}

}  // namespace expcore::queue
