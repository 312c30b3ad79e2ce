#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cache/object.hpp"
#include "yaml/value.hpp"

/// What a pipeline is made of, as plain facts.
namespace expcore::pipeline {

/// A path as written in dvc.yaml (the key in dvc.lock) and where it is.
struct PathRef {
  std::string def_path;  ///< As written; an absolute path inside the project becomes relative.
  std::string path;      ///< Absolute and normalised; a URL stays as it is.
};

/// A file or folder that a stage reads.
struct Dependency : PathRef {
  enum class Kind : std::uint8_t {
    local,     ///< A path of this machine.
    external,  ///< A URL (`s3://…`, `remote://…`): recorded, never looked at.
    dataset,   ///< `ds://name`.
    import,    ///< Of an `import` or `import-url` stage.
  };
  Kind kind = Kind::local;
};

/// The parameters of one file that a stage reads.
struct ParamsDependency : PathRef {
  std::vector<std::string> keys;  ///< Dotted, in order, without repeats.
  bool whole_file = false;        ///< Every key, whatever `keys` says.
};

enum class OutKind : std::uint8_t { out, metric, plot };

/// A file or folder that a stage writes.
struct Output : PathRef {
  OutKind kind = OutKind::out;
  bool cache = true;
  bool persist = false;
  bool push = true;
  std::string remote;
  std::string desc;
  std::string type;
  std::vector<std::string> labels;
  yaml::Value meta;
  yaml::Value plot;  ///< Plot properties as written; null when none.
};

/// One `deps` or `outs` item of a lock entry.
struct LockItem {
  std::string path;
  cache::ObjectId id;  ///< Empty when the hash is not an md5.
  std::optional<std::int64_t> size;
  std::optional<std::int64_t> file_count;
  bool is_executable = false;
  yaml::Value extra;  ///< Every other key as read (etag, cloud, files, dataset …); null when none.

  cache::Wanted wanted() const { return {id, size.value_or(-1), is_executable}; }
};

/// What dvc.lock says of a stage.
struct LockEntry {
  yaml::Value command;
  std::vector<LockItem> deps;
  std::vector<std::pair<std::string, yaml::Map>> params;  ///< File -> dotted key -> value.
  std::vector<LockItem> outs;

  const LockItem* dep(std::string_view path) const;
  const LockItem* out(std::string_view path) const;
  const yaml::Map* params_of(std::string_view file) const;

  /// The mapping that dvc.lock and the run-cache hold, in DVC's order (deps and outs by path,
  /// params.yaml first), empty parts left out. Source: DVC dvc/stage/serialize.py.
  yaml::Value to_value() const;
  static LockEntry from_value(const yaml::Value& value);
};

/// One stage of a dvc.yaml, or the one that a `.dvc` file is.
struct Stage {
  std::string name;     ///< "train", "train@1"; "" for a .dvc file.
  std::string file;     ///< Absolute path of the defining file.
  std::string wdir;     ///< Absolute and normalised.
  yaml::Value command;  ///< String or list; null for a .dvc file.
  std::vector<Dependency> deps;
  std::vector<ParamsDependency> params;
  std::vector<Output> outs;  ///< Outs, then metrics, then plots.
  bool frozen = false;
  bool always_changed = false;
  std::string desc;
  yaml::Value meta;
  yaml::Position position;
  /// Parameters that only templates used: file (as messages show it) -> dotted key -> value.
  std::map<std::string, yaml::Map> template_params;
  /// For a .dvc file what it records itself; a dvc.yaml stage's entry is in dvc.lock.
  std::optional<LockEntry> recorded;

  bool is_dvc_file() const { return name.empty(); }
  bool is_import() const { return is_dvc_file() && !deps.empty(); }
  bool is_data_source() const { return is_dvc_file() && deps.empty(); }
  /// Nothing says when it must run, so it always does.
  bool is_callback() const {
    return !is_dvc_file() && deps.empty() && params.empty() && outs.empty();
  }
  /// The command as the shells that run it see it: one string a process.
  std::vector<std::string> command_lines() const;
  std::string lock_file() const;  ///< Absolute path of the dvc.lock beside `file`.
};

/// How messages name a stage: "train" for ./dvc.yaml, "sub/dvc.yaml:train", "data.csv.dvc";
/// relative to `directory`.
std::string address(const Stage& stage, const std::string& directory);

/// A pipeline file: stages and the sections that matter to comparisons only.
struct PipelineFile {
  std::string path;
  std::vector<Stage> stages;
  std::vector<std::string> metrics;  ///< Top-level, as written.
  std::vector<std::string> params;
  yaml::Value plots;      ///< List as written, resolved.
  yaml::Value artifacts;  ///< Map, resolved.
  yaml::Value datasets;
};

}  // namespace expcore::pipeline
