#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "git/repo.hpp"

namespace expcore::exp {

/// How far an execution is; DVC's numbers.
enum class ExecutorStatus : std::int8_t {
  pending = 0,
  preparing = 1,
  running = 2,
  success = 3,
  failed = 4,
  canceled = 5,
  finished = 6,
};

/// DVC's `*.run` file: what is being executed where. DVC refuses unknown keys, so there are none.
/// Format: docs/formats/experiments.md. Source: DVC dvc/repo/experiments/executor/base.py.
struct ExecutorInfo {
  git::Id baseline;
  std::string location;  ///< "workspace", "tempdir" or "dvc-task".
  std::string root_dir;  ///< The Git work tree it runs in, absolute.
  std::string dvc_dir;   ///< From `root_dir`.
  std::string name;
  std::string wdir;         ///< From `root_dir`: where the caller stood.
  std::string result_hash;  ///< "" until there is a result.
  std::string result_ref;
  bool result_force = false;
  ExecutorStatus status = ExecutorStatus::pending;

  /// Whether it may still be running.
  bool is_active() const { return status < ExecutorStatus::success; }
  std::string to_json() const;
  /// nullopt when `text` is not such a file.
  static std::optional<ExecutorInfo> from_json(const std::string& text);

  void write(const std::string& path) const;
  static std::optional<ExecutorInfo> read(const std::string& path);
};

}  // namespace expcore::exp
