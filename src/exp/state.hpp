#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "metrics/read.hpp"
#include "yaml/value.hpp"

/// What `exp show` knows, in the shape of DVC's JSON (docs/formats/experiments.md).
namespace expcore::exp {

using metrics::FileResult;
using metrics::Problem;

struct DataEntry {
  std::string path;
  std::optional<std::string> hash;
  std::optional<std::int64_t> size;
  std::optional<std::int64_t> file_count;
  bool use_cache = true;        ///< Of outs.
  bool is_data_source = false;  ///< Of outs.
};

/// What one revision (or the workspace) says of itself.
struct Snapshot {
  std::string rev;                       ///< Commit id or "workspace".
  std::optional<std::string> timestamp;  ///< "2026-11-24T12:02:14", local time.
  std::vector<FileResult> params;
  std::vector<FileResult> metrics;
  std::vector<DataEntry> deps;
  std::vector<DataEntry> outs;

  bool has_error() const;
  yaml::Value to_value() const;
  /// nullopt when `value` is not what to_value() writes.
  static std::optional<Snapshot> from_value(const yaml::Value& value);
};

struct Executor {
  std::string state;                ///< "running", "queued", "failed", "success".
  std::optional<std::string> name;  ///< "workspace", "dvc-task", "tempdir".
  yaml::Value local;                ///< As in DVC's JSON; null when unknown.
};

struct State;

/// An experiment: usually one commit.
struct Range {
  std::vector<State> revs;
  std::optional<Executor> executor;
  std::optional<std::string> name;
};

/// The workspace, a baseline commit with its experiments, or an experiment's commit.
struct State {
  std::string rev;
  std::optional<std::string> name;
  std::optional<Snapshot> data;
  std::optional<Problem> error;
  std::vector<Range> experiments;

  yaml::Value to_value() const;
};

}  // namespace expcore::exp
