#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "pipeline/graph.hpp"
#include "pipeline/index.hpp"

namespace expcore::pipeline {

/// How a path or parameter differs from what is recorded. The names are DVC's status words.
enum class Change : std::uint8_t { none, created, modified, deleted, not_in_cache };
/// "new", "modified", "deleted", "not in cache".
std::string_view change_name(Change change);

struct PathChange {
  std::string path;  ///< As messages show it.
  Change change = Change::none;
};

struct ParamsChange {
  std::string file;             ///< As messages show it.
  Change whole = Change::none;  ///< Of the file; then `keys` is empty.
  std::vector<std::pair<std::string, Change>> keys;
};

/// Everything that makes a stage stale.
struct Staleness {
  bool command = false;  ///< The command differs from the recorded one.
  bool always = false;   ///< always_changed, or nothing to compare.
  std::vector<PathChange> deps;
  std::vector<ParamsChange> params;
  std::vector<PathChange> outs;

  bool any() const {
    return command || always || !deps.empty() || !params.empty() || !outs.empty();
  }
  /// The first reason, in the order in which DVC looks: "changed command", "deps: 'x' modified", …;
  /// "" when nothing changed.
  std::string first_reason() const;
  /// Every reason in the same words and order.
  std::vector<std::string> reasons() const;
};

enum class Depth : bool {
  first,  ///< Stop at the first reason: enough to decide.
  all,    ///< Find every reason: for `status`.
};

/// The current values of a params file, parsed once per run and checked by stat.
///
/// Compares stages with what is recorded for them. Source: DVC dvc/stage/__init__.py changed(),
/// status(); docs/formats/dvc-lock.md.
/// Thread safety: confined.
class Checker {
 public:
  Checker(Workspace& workspace, Index& index) : workspace_(workspace), index_(index) {}

  Staleness check(StageId id, Depth depth);

  /// `--allow-missing`: data that is not there is no reason to run, unless an upstream stage has
  /// made it anew with another hash.
  void set_allow_missing(bool allow) { allow_missing_ = allow; }
  /// Who makes what, for `--allow-missing`. May be null.
  void set_graph(const Graph* graph) { graph_ = graph; }

  /// The change of one dependency, parameter file or output against `entry` (nullptr: none).
  Change dep_change(const Dependency& dep, const LockEntry* entry);
  ParamsChange params_change(const ParamsDependency& params, const LockEntry* entry, Depth depth);
  Change out_change(const Output& out, const LockEntry* entry);

  /// The top-level mapping of a params file; nullptr when the file is missing.
  /// Throws: Error{parse} "Unable to read parameters from '<file>'".
  const yaml::Value* params_file(const ParamsDependency& params);
  /// Forgets what was read of the workspace and the cache: call after anything there may have
  /// changed. Until then nothing is looked at twice.
  void forget() {
    params_.clear();
    contents_.clear();
    present_.clear();
  }

 private:
  /// What is at `path`, empty when nothing is; hashed as what is recorded was.
  const std::optional<cache::ObjectId>& content(const std::string& path, hash::FileHash kind);
  bool is_in_cache(const LockItem& item);
  Change unless_missing(Change change, StageId id, const PathRef& path, const LockItem* recorded);

  Workspace& workspace_;
  Index& index_;
  bool allow_missing_ = false;
  const Graph* graph_ = nullptr;
  std::unordered_map<std::string, std::optional<yaml::Value>> params_;
  /// By path, and the hash kind's number behind a NUL.
  std::unordered_map<std::string, std::optional<cache::ObjectId>> contents_;
  std::unordered_map<std::string, bool> present_;
};

}  // namespace expcore::pipeline
