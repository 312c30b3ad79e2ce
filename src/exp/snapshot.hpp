#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exp/kept.hpp"
#include "exp/state.hpp"
#include "pipeline/workspace.hpp"

namespace expcore::exp {

struct SnapshotOptions {
  bool force = false;       ///< Read the commit again even when the result is kept.
  bool param_deps = false;  ///< Only parameters that stages depend on.
};

/// Reads params, metrics, deps and outs of the workspace or of commits.
///
/// A commit never changes, so what is read from one is kept for ever in `.dvc/tmp/expcore/shown/`;
/// what DVC keeps in `.dvc/tmp/exps/cache/` is believed, too.
/// Source: DVC dvc/repo/experiments/collect.py, serialize.py.
/// Thread safety: confined.
class SnapshotReader {
 public:
  explicit SnapshotReader(pipeline::Workspace& workspace, Form form = Form::data);

  /// Reads those of the commits whose data is not kept, in several threads when they are many: so
  /// many for each as make up for opening the project again.
  void read_ahead(const std::vector<git::Id>& commits, const SnapshotOptions& options,
                  std::size_t part_size = 64);

  /// A State with data or, when the revision cannot be read, an error.
  State workspace_state(const SnapshotOptions& options);
  State commit_state(const git::Id& commit, const SnapshotOptions& options);
  /// The state of the commit that `make` makes, which is kept under `key` and has that as its
  /// revision. `key` has 40 hex digits and always means the same commit.
  State state_of(const std::string& key, const std::function<git::Id()>& make,
                 const SnapshotOptions& options);
  /// The first parent of the commit that `state` is of; nullopt without one.
  std::optional<git::Id> parent(const State& state) const;

 private:
  /// What is kept of a snapshot, by form.
  struct Record {
    std::string json;
    std::string flat;
  };

  static Record record_of(const Snapshot& snapshot, const git::CommitInfo& commit);
  bool is_kept(const git::Id& commit) const;
  bool take_kept(State& state);
  bool take_kept_by_dvc(State& state, const std::function<git::Id()>& make);
  void keep(const std::string& key, Record record);

  pipeline::Workspace& workspace_;
  Form form_;
  bool has_dvc_cache_;
  std::shared_ptr<KeptTexts> json_;
  std::shared_ptr<KeptTexts> flat_;
};

}  // namespace expcore::exp
