#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <expcore/executor.hpp>
#include <expcore/job_engine.hpp>

#include "pipeline/workspace.hpp"
#include "run/process.hpp"

namespace expcore::run {

/// Where the commands of stages run, when it is not here.
struct Engine {
  std::string name;  ///< Jobs of one are left alone by others.
  std::shared_ptr<JobEngine> jobs;
  ExecutorCapabilities capabilities;
};

/// What a job does: commands one after the other, to the first that fails.
struct JobScript {
  std::vector<std::vector<std::string>> commands;  ///< argv of each.
  std::string directory;
  std::map<std::string, std::string> settings;  ///< Environment on top of the engine's.
};

/// A job's end.
struct JobEnd {
  int code = 0;
  std::size_t command = 0;  ///< Which one ended with it.
  std::string root;         ///< The project in which it ran.
};

struct JobWish {
  std::string folder;  ///< Of this job alone: script, log, record. Removed once it is over.
  Job job;             ///< `script` and `log` are filled in.
  JobScript script;
  std::string root;  ///< The project in which it is to run.
  /// Of the attempt that it is for; says whether anybody still wants the job after a crash.
  std::string mark;
  /// A job that a dead program left in `folder` is as good.
  bool may_attach = false;
};

struct JobListener {
  OutputCallback on_output;
  std::function<void(const std::string& text)> on_warning;
  /// The job of a dead program is waited for instead of a new one.
  std::function<void(const std::string& id)> on_attach;
  Limits limits;
};

/// Runs a job to its end, or has the engine cancel it. Format of the folder:
/// docs/formats/queue.md. Throws: what the engine's submit() throws, Error{stage_failed} when the
/// job is lost or timed out, Error{cancelled}.
JobEnd run_job(const Engine& engine, JobWish wish, const JobListener& listener);

/// Where the jobs of a project and its slots are.
std::string jobs_folder(const pipeline::Workspace& workspace);

/// The projects in which jobs are, or may be, at work: nothing else may happen there.
std::vector<std::string> roots_of_jobs(const std::string& jobs_folder);

/// A job for which no program waits.
struct OrphanedJob {
  std::string folder;
  std::string engine;
  std::string id;
  std::string mark;              ///< As in JobWish.
  bool may_be_attached = false;  ///< By another attempt of its task.
  bool is_over = false;          ///< It has left its exit code, or will never begin.
};
std::vector<OrphanedJob> orphaned_jobs(const std::string& jobs_folder);

/// Ends the jobs of dead programs that nobody wants any more.
void end_unwanted_jobs(const Engine& engine, const std::string& jobs_folder,
                       const std::function<bool(const std::string& mark)>& is_wanted);

}  // namespace expcore::run
