#include "exp/slot_run.hpp"

#include <algorithm>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "exp/auto_push.hpp"
#include "exp/executor_info.hpp"
#include "exp/record.hpp"
#include "exp/refs.hpp"
#include "exp/running.hpp"
#include "exp/stash.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "git/mode.hpp"

namespace expcore::exp {

using pipeline::Workspace;

namespace {

[[noreturn]] void fail_copy(const std::string& from, const std::string& to, const Error& error) {
  throw Error(Errc::io, fmt::format("Unable to copy '{}' to '{}'.: {}", from, to, error.what()));
}

void copy_tree(const std::string& from, const std::string& to) {
  const auto stat = fs::stat(from);
  if (!stat) return;
  if (stat->kind == fs::Kind::directory) {
    fs::make_directories(to);
    for (const auto& entry : fs::list_directory(from))
      copy_tree(fs::join(from, entry.name), fs::join(to, entry.name));
  } else if (stat->kind == fs::Kind::file) {
    fs::make_directories(fs::parent(to));
    fs::remove(to);
    fs::copy_file(from, to, stat->mode | 0200U);
  }
}

/// --copy-paths. Source: DVC dvc/repo/experiments/executor/base.py _copy_paths().
void copy_paths(const Workspace& project, const Workspace& slot,
                const std::vector<std::string>& paths) {
  for (const auto& path : paths) {
    const std::string from = fs::absolute(project.directory, path);
    if (!fs::exists(from)) {
      throw Error(Errc::not_found,
                  fmt::format("Unable to copy '{}'. It is not a file or directory.", from));
    }
    const std::string to = fs::absolute(slot.root, fs::relative(from, project.directory));
    if (!fs::is_within(to, slot.root)) {
      throw Error(
          Errc::invalid_argument,
          fmt::format("Unable to copy '{}' to '{}'.: it is outside of the project", from, to));
    }
    try {
      copy_tree(from, to);
    } catch (const Error& error) {
      fail_copy(from, to, error);
    }
  }
}

/// A ref of ours that keeps a stash commit from `git gc` while it is being run.
class Pin {
 public:
  Pin(git::Repo& repo, const git::Id& commit) : repo_(repo), name_(running_ref(commit)) {
    repo_.set_ref(name_, commit);
  }
  ~Pin() {
    try {
      repo_.delete_refs({name_});
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the next holder of the slot does it
    }
  }
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;

 private:
  git::Repo& repo_;
  std::string name_;
};

/// The executor info file of a run, brought up to date as it goes on.
class Progress {
 public:
  Progress(ExecutorInfo info, std::string path) : info_(std::move(info)), path_(std::move(path)) {
    set(ExecutorStatus::running);
  }
  ~Progress() {
    if (!info_.is_active()) return;
    try {
      set(ExecutorStatus::failed);
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the next holder of the slot does it
    }
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void set(ExecutorStatus status) {
    info_.status = status;
    info_.write(path_);
  }
  ExecutorInfo& info() { return info_; }

 private:
  ExecutorInfo info_;
  std::string path_;
};

/// Objects that a command put into the slot's own repository move to the user's.
void adopt_objects(git::Repo& user, git::Repo& slot, const git::Id& prepared) {
  for (const auto& edit : slot.index_edits(prepared)) {
    if (!edit.id.empty() && edit.mode != git::submodule_mode) user.copy_object(slot, edit.id);
  }
}

void tell_untracked(const run::ReproduceOptions& options, const Workspace& workspace,
                    const git::Id& tree) {
  auto files = workspace.repo->untracked_files();
  std::erase_if(files, [&](const std::string& file) {
    return workspace.repo->find_in_tree(tree, file).has_value();
  });
  if (files.empty()) return;
  tell(options, EventKind::warning,
       fmt::format("The following untracked files were present in the experiment directory after "
                   "reproduction but will not be included in experiment commits:\n\t{}",
                   join(files, ", ")));
}

/// Leaves the slot clean whatever happens; what cannot be cleaned now is by its next holder.
class Cleaning {
 public:
  explicit Cleaning(Slot& slot) : slot_(slot) {}
  ~Cleaning() {
    try {
      slot_.clean();
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): its record says that it is not clean
    }
  }
  Cleaning(const Cleaning&) = delete;
  Cleaning& operator=(const Cleaning&) = delete;

 private:
  Slot& slot_;
};

}  // namespace

std::string temp_info_file(const Workspace& workspace, const git::Id& stash) {
  return fmt::format("{0}/exps/standalone/run/{1}/{1}.run", workspace.tmp_dir, stash);
}

RunResult run_in_slot(Workspace& project, Slot& slot, const SlotRun& options) {
  const StashCommit stash = read_stash_commit(*project.repo, options.stash);
  const std::string& root = project.repo.workdir();
  const std::string directory = fs::relative(project.directory, root);
  const std::string info_file =
      options.info_file.empty() ? temp_info_file(project, stash.commit) : options.info_file;

  const Cleaning cleaning(slot);
  slot.prepare(stash.head, stash.tree, info_file);
  const Pin pin(*project.repo, stash.commit);
  if (options.on_pinned) options.on_pinned();
  ExecutorInfo info;
  info.baseline = stash.baseline;
  info.location = options.location;
  info.root_dir = slot.path();
  info.dvc_dir = fs::relative(project.dvc_dir, root);
  info.name = stash.name;
  info.wdir = directory;
  Progress progress(std::move(info), info_file);

  const auto workspace = slot.open(directory);
  workspace->on_warning = project.on_warning;
  auto reproduce = experiment_options(options.reproduce, project, stash.baseline, stash.name);
  tell(options.reproduce, EventKind::experiment_started, stash.name);
  reproduce.on_loaded = {};
  copy_paths(project, *workspace, options.copy_paths);
  reproduce.extra_environment.emplace("DVC_ROOT", project.root);
  RunResult result{stash.name, "", refname_of(stash.baseline, stash.name),
                   run::reproduce(*workspace, reproduce)};
  if (!reproduce.dry) {
    Publication publication{stash.baseline,          stash.name,        "", "",
                            options.reproduce.force, options.before_ref};
    adopt_objects(*project.repo, *workspace->repo, stash.tree);
    publication.tree = experiment_tree(*workspace, result.reproduction, {});
    publication.message = commit_message(options.message, result.reproduction);
    const AutoPush pushing(workspace->config, project, options.reproduce.on_event,
                           options.reproduce.cancel);
    result.commit = publish(project, publication);
    pushing.push(result.ref);
    progress.info().result_hash = experiment_hash(result.reproduction);
    progress.info().result_ref = result.ref;
    progress.info().result_force = options.reproduce.force;
    tell_untracked(options.reproduce, *workspace, publication.tree);
  }
  progress.set(ExecutorStatus::finished);
  if (!reproduce.dry) {
    tell(options.reproduce, EventKind::experiment_finished, result.name, result.commit);
  }
  return result;
}

RunResult run_in_temp(Workspace& workspace, const RunOptions& options) {
  const git::Id baseline = require_head(workspace);
  const std::string name =
      choose_name(*workspace.repo, baseline, options.name, options.reproduce.force);
  const auto files = edited_params(workspace, options.overrides, options.no_hydra);
  prune_finished_runs(workspace);
  Capture capture = capture_workspace(workspace, options.reproduce.selection);
  SlotRun run;
  run.stash = write_stash_commit(workspace, capture, name, files);
  run.reproduce = options.reproduce;
  run.message = options.message;
  run.copy_paths = options.copy_paths;
  run.on_pinned = [&capture] { capture.use.reset(); };
  Slot slot = Slot::acquire(workspace);
  return run_in_slot(workspace, slot, run);
}

}  // namespace expcore::exp
