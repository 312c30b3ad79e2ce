#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

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
  std::string index_path() const;
  std::vector<std::string> own_paths() const;
  std::optional<std::string> link_out() const;
  bool is_foreign() const;
  void restore(const git::Id& tree);
  bool undo(const Record& record);
  void remove_foreign_files(std::vector<std::string> known);
  git::Repo& repo();
  bool switch_tree(const git::Id& from, const git::Id& to);
  void checkout_tree(const git::Id& tree);

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

/// The ref that keeps stash commit `stash` from `git gc` while it runs in a slot.
std::string running_ref(const git::Id& stash);

}  // namespace expcore::exp
