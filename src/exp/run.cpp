#include "exp/run.hpp"

#include <unistd.h>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "exp/auto_push.hpp"
#include "exp/executor_info.hpp"
#include "exp/record.hpp"
#include "exp/refs.hpp"
#include "exp/stash.hpp"
#include "exp/studio.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "yaml/writer.hpp"

namespace expcore::exp {

using pipeline::Workspace;

namespace {

/// Tells DVC (`exp show`) that an experiment is running here, for as long as it lives.
class RunningMark {
 public:
  RunningMark(const Workspace& workspace, const git::Id& baseline, const std::string& name)
      : folder_(fs::join(workspace.tmp_dir, "exps/run/workspace")) {
    const std::string& root = workspace.repo.workdir();
    ExecutorInfo info;
    info.baseline = baseline;
    info.location = "workspace";
    info.root_dir = root;
    info.dvc_dir = fs::relative(workspace.dvc_dir, root);
    info.name = name;
    info.wdir = fs::relative(workspace.directory, root);
    info.status = ExecutorStatus::running;
    info.write(fs::join(folder_, "workspace.run"));
    yaml::Map process;
    process.append("pid", std::int64_t{::getpid()});
    for (const char* key : {"stdin", "stdout", "stderr", "returncode"}) {
      process.append(key, yaml::Null{});
    }
    fs::write_atomic(fs::join(folder_, "workspace.json"), yaml::dump_json(std::move(process)));
  }
  ~RunningMark() {
    try {
      fs::remove_tree(folder_);
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): a dead pid marks it as stale
    }
  }
  RunningMark(const RunningMark&) = delete;
  RunningMark& operator=(const RunningMark&) = delete;

 private:
  std::string folder_;
};

}  // namespace

void tell(const run::ReproduceOptions& options, EventKind kind, const std::string& text,
          const std::string& commit) {
  if (!options.on_event) return;
  Event event;
  event.kind = kind;
  event.text = text;
  event.commit = commit;
  options.on_event(event);
}

run::ReproduceOptions experiment_options(const run::ReproduceOptions& options,
                                         const Workspace& project, const git::Id& baseline,
                                         const std::string& name) {
  run::ReproduceOptions reproduce = options;
  reproduce.as_experiment = true;
  reproduce.on_loaded = [options, name] { tell(options, EventKind::experiment_started, name); };
  reproduce.extra_environment.merge(studio_environment(project, options.on_event));
  reproduce.extra_environment["DVC_EXP_BASELINE_REV"] = baseline;
  reproduce.extra_environment["DVC_EXP_NAME"] = name;
  // `exp run` has its own last words.
  if (options.on_event) {
    reproduce.on_event = [on_event = options.on_event](const Event& event) {
      if (event.kind != EventKind::files_to_track) on_event(event);
    };
  }
  return reproduce;
}

std::string commit_message(const std::string& message, run::Reproduction& reproduction) {
  return message.empty() ? "dvc: commit experiment " + experiment_hash(reproduction) : message;
}

RunResult run_in_workspace(Workspace& workspace, const RunOptions& options) {
  const git::Id baseline = require_head(workspace);
  const std::string name =
      choose_name(*workspace.repo, baseline, options.name, options.reproduce.force);
  std::vector<std::string> override_files;
  for (const auto& [path, text] : edited_params(workspace, options.overrides, options.no_hydra)) {
    fs::write_atomic(path, text, fs::Durability::full);
    override_files.push_back(path);
  }
  const RunningMark mark(workspace, baseline, name);
  const auto reproduce = experiment_options(options.reproduce, workspace, baseline, name);
  RunResult result{name, "", refname_of(baseline, name), run::reproduce(workspace, reproduce)};
  if (reproduce.dry) return result;

  Publication publication{baseline, name, "", "", options.reproduce.force};
  publication.tree = experiment_tree(workspace, result.reproduction, override_files);
  publication.message = commit_message(options.message, result.reproduction);
  const AutoPush pushing(workspace.config, workspace, options.reproduce.on_event,
                         options.reproduce.cancel);
  result.commit = publish(workspace, publication);
  pushing.push(result.ref);
  tell(options.reproduce, EventKind::experiment_finished, name, result.commit);
  return result;
}

}  // namespace expcore::exp
