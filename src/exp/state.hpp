#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
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

/// An optional that takes no more than a pointer where there is nothing, as with most of ten
/// thousand experiments.
template <typename T>
class Rare {
 public:
  Rare() = default;
  Rare(T value) : value_(new T(std::move(value))) {}  // NOLINT(google-explicit-constructor)
  // NOLINTNEXTLINE(google-explicit-constructor)
  Rare(std::optional<T> value) : value_(value ? new T(std::move(*value)) : nullptr) {}

  bool has_value() const { return value_ != nullptr; }
  explicit operator bool() const { return has_value(); }
  T& operator*() const { return *value_; }
  T* operator->() const { return value_.get(); }
  T value_or(T other) const { return value_ ? *value_ : std::move(other); }
  void reset() { value_.reset(); }

 private:
  std::unique_ptr<T> value_;
};

struct Executor {
  std::string state;                ///< "running", "queued", "failed", "success".
  std::optional<std::string> name;  ///< "workspace", "dvc-task", "tempdir".
  yaml::Value local;                ///< As in DVC's JSON; null when unknown.
};

/// In which form a commit's data is wanted where it is kept.
enum class Form : std::uint8_t {
  data,  ///< State::data.
  json,  ///< State::kept, its text is what Snapshot::to_value() is as JSON.
  flat,  ///< State::kept, its text is what flat_text() gives.
};

/// A snapshot as it is kept of a commit.
struct KeptSnapshot {
  std::shared_ptr<const void> owner;  ///< Of what follows.
  std::string_view parent;            ///< The commit's first; "" without one.
  std::string_view timestamp;
  std::string_view text;
};

struct State;

/// An experiment: usually one commit.
struct Range {
  std::vector<State> revs;
  Rare<Executor> executor;
  std::optional<std::string> name;
};

/// The workspace, a baseline commit with its experiments, or an experiment's commit.
struct State {
  std::string rev;
  std::optional<std::string> name;
  Rare<Snapshot> data;
  std::optional<KeptSnapshot> kept;  ///< In place of `data`, where that was asked for.
  Rare<Problem> error;
  std::vector<Range> experiments;

  std::optional<std::string_view> timestamp() const;
};

/// DVC's JSON for `exp show`, on one line. States must not be kept in Form::flat.
std::string to_json(const std::vector<State>& states);

}  // namespace expcore::exp
