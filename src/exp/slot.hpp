#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exp/run.hpp"
#include "exp/stash.hpp"
#include "fs/lock.hpp"
#include "git/repo.hpp"
#include "pipeline/workspace.hpp"

namespace expcore::exp {

/// A folder of its own in which an experiment runs: `.dvc/tmp/exps/expcore/slots/<n>`.
///
/// A slot is a Git repository that borrows the objects of the user's and a DVC project that uses
/// its cache. It is kept and used again: between two runs it is brought back to the tree it was
/// prepared with, so that preparing it costs what differs between two trees. The user's work tree,
/// index, HEAD, branches and stash are never touched. Format: docs/formats/experiments.md.
///
/// Taking a slot recovers it when its last holder died. Thread safety: confined; any number of
/// processes may have slots of one project at once.
class Slot {
 public:
  /// The first free slot; a new one when all are taken. `project` outlives the slot.
  static Slot acquire(const pipeline::Workspace& project);

  /// The slot at `path`; nullopt when somebody uses it.
  static std::optional<Slot> take(const pipeline::Workspace& project, const std::string& path);
  /// Whether nobody uses the slot at `path`; false for what is no slot.
  static bool is_free(const pipeline::Workspace& project, const std::string& path);
  /// Whether nobody uses it and its last holder died before its run was over.
  static bool is_interrupted(const pipeline::Workspace& project, const std::string& path);

  Slot(Slot&&) noexcept;
  Slot& operator=(Slot&&) noexcept;
  ~Slot();  ///< Gives the slot back; whoever takes it next finds out what has to be cleaned.

  const std::string& path() const { return path_; }

  /// Checks `tree` out, HEAD detached at `head`; nothing else is in the folder then. `run` is the
  /// executor info file of what will run here: a successor marks it failed should we die.
  void prepare(const git::Id& head, const git::Id& tree, const std::string& run = {});

  /// The project in the slot, as seen from `directory` (relative to the Git work tree).
  std::unique_ptr<pipeline::Workspace> open(const std::string& directory) const;

  /// Brings the folder back to the prepared tree. Best after the result has been published.
  void clean();
  /// Deletes the folder; prepare() makes it anew.
  void remove();

 private:
  Slot(const pipeline::Workspace& project, std::string path, fs::LockFile lock);
  struct Record;
  Record read_record() const;
  void write_record(const Record& record) const;
  void recover();
  void remove_foreign_files(const git::Id& tree);
  git::Repo& repo();

  const pipeline::Workspace* project_;
  std::string path_;
  std::string dvc_dir_;  ///< The slot's `.dvc`.
  fs::LockFile lock_;
  std::optional<git::Repo> repo_;
};

/// Where the project's slots are, used or not.
std::vector<std::string> slot_paths(const pipeline::Workspace& project);

/// Deletes the slots that nobody uses.
void remove_slots(const pipeline::Workspace& project);

/// What to run in a slot.
struct SlotRun {
  git::Id stash;  ///< Of write_stash_commit(); kept by a ref of ours while the run lasts.
  run::ReproduceOptions reproduce;
  std::string message;                  ///< Of the commit; "" is DVC's.
  std::vector<std::string> copy_paths;  ///< Absolute; copied to their place in the slot.
  std::string location = "tempdir";     ///< For `exp show`: "tempdir" or "dvc-task".
  std::string info_file;                ///< Executor info; "" is where DVC has it for --temp.
  /// Called once a ref leads to `stash`.
  std::function<void()> on_pinned = {};
  /// As Publication::before_ref.
  std::function<void(const git::Id& commit)> before_ref = {};
};

/// Prepares the slot, runs the pipeline in it, publishes the outcome as an experiment of the
/// stash's baseline (exp::publish(): once, by comparing and swapping the ref) and cleans the slot.
/// Nothing is published when a stage fails, and the slot is cleaned all the same.
/// Throws what run::reproduce() and publish() throw; Error{io} "Unable to copy '<src>'. …".
RunResult run_in_slot(pipeline::Workspace& project, Slot& slot, const SlotRun& options);

/// `exp run --temp`: the workspace as it is with the overrides, run in a slot.
RunResult run_in_temp(pipeline::Workspace& workspace, const RunOptions& options);

/// Where DVC looks for the executor info of `stash` run with --temp.
std::string temp_info_file(const pipeline::Workspace& workspace, const git::Id& stash);

}  // namespace expcore::exp
