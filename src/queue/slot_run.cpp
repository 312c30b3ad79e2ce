#include "queue/slot_run.hpp"

#include <algorithm>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "exp/slot_run.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "queue/results.hpp"
#include "queue/snapshot.hpp"
#include "run/process_tree.hpp"

namespace expcore::queue {
namespace {

run::ReproduceOptions reproduce_options(const TaskOptions& options, const AttemptContext& context) {
  run::ReproduceOptions reproduce;
  auto& selection = reproduce.selection;
  selection.targets = options.targets;
  selection.single_item = options.single_item;
  selection.pipeline = options.pipeline;
  selection.all_pipelines = options.all_pipelines;
  selection.recursive = options.recursive;
  selection.downstream = options.downstream;
  reproduce.force = options.force;
  reproduce.force_downstream = options.force_downstream;
  reproduce.allow_missing = options.allow_missing;
  reproduce.on_error = static_cast<run::OnError>(options.on_error);
  reproduce.jobs = options.jobs;
  reproduce.is_queued = true;
  reproduce.command_line = "expcore exp queue-worker";
  reproduce.on_event = context.on_event;
  reproduce.cancel = &context.stop;
  reproduce.extra_environment[run::attempt_variable] = context.mark;
  return reproduce;
}

/// From here on a crash leaves behind what was to be published.
void announce(const AttemptContext& context, AttemptId attempt, const PublishedResult& result) {
  write_result(context.store, attempt, result);
  if (!context.store.is_current(attempt)) {
    throw Error(Errc::internal,
                "the task was given to another worker; its result is not published");
  }
}

/// The executor info of a run, for as long as it lasts.
class InfoFile {
 public:
  explicit InfoFile(const std::string& path) : path_(path) {
    fs::make_directories(fs::parent(path));
  }
  ~InfoFile() {
    try {
      fs::remove(path_);
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): nobody reads it later
    }
  }
  InfoFile(const InfoFile&) = delete;
  InfoFile& operator=(const InfoFile&) = delete;

 private:
  const std::string& path_;
};

}  // namespace

SlotRuns::SlotRuns(const std::string& directory, pipeline::Environment environment,
                   const run::Engine* engine)
    : project_(pipeline::Workspace::open(directory, std::move(environment))), engine_(engine) {}

/// Jobs of dead workers are waited for by the next attempt of their task; those of tasks that are
/// over or gone by nobody.
void SlotRuns::end_unwanted_jobs(Store& store) const {
  run::end_unwanted_jobs(*engine_, run::jobs_folder(*project_), [&](const std::string& mark) {
    const auto task = store.find(mark.substr(0, mark.find('.')));
    return task && task->state != TaskState::success && task->state != TaskState::failed;
  });
}

/// One that did not end when it was cancelled.
bool SlotRuns::has_job_in_slot() const {
  const auto roots = run::roots_of_jobs(run::jobs_folder(*project_));
  return std::any_of(roots.begin(), roots.end(),
                     [&](const std::string& root) { return fs::is_within(root, slot_->path()); });
}

std::string info_folder(const Store& store) { return fs::join(store.folder(), "running"); }

std::optional<exp::ExecutorInfo> running_info(const Store& store, const Task& task) {
  const std::string folder = info_folder(store);
  if (!fs::is_directory(folder)) return std::nullopt;
  for (const auto& entry : fs::list_directory(folder)) {
    auto info = exp::ExecutorInfo::read(fs::join(folder, entry.name));
    const bool found =
        info && info->is_active() && info->name == task.name && info->baseline == task.baseline;
    if (found) return info;
  }
  return std::nullopt;
}

AttemptEnd SlotRuns::run(const Claim& claim, const AttemptContext& context) {
  const auto& [task, snapshot, attempt, number, log] = claim;
  project_->directory = fs::absolute(project_->repo.workdir(), snapshot.directory);
  project_->on_warning = [&](const std::string& text) {
    Event event;
    event.text = text;
    context.on_event(event);
  };
  exp::SlotRun options;
  options.stash = task_commit(*project_, snapshot, task);
  options.reproduce = reproduce_options(task.options, context);
  options.reproduce.engine = engine_;
  options.message = task.options.message;
  for (const auto& path : task.options.copy_paths)
    options.copy_paths.push_back(fs::absolute(project_->directory, path));
  options.location = "dvc-task";
  options.info_file = fmt::format("{}/{}.run", info_folder(context.store), options.stash);
  const std::string ref = exp::refname_of(task.baseline, task.name);
  options.before_ref = [&, id = attempt](const git::Id& commit) {
    announce(context, id, {commit, ref});
  };
  if (engine_ != nullptr) end_unwanted_jobs(context.store);
  if (engine_ != nullptr && slot_ && has_job_in_slot()) slot_.reset();
  if (!slot_) slot_ = exp::Slot::acquire(*project_);
  const InfoFile info(options.info_file);
  const exp::RunResult result = exp::run_in_slot(*project_, *slot_, options);
  AttemptEnd end;
  end.outcome = AttemptOutcome::success;
  end.result = result.commit;
  end.result_ref = result.ref;
  return end;
}

}  // namespace expcore::queue
