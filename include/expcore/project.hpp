#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <expcore/data.hpp>
#include <expcore/executor.hpp>
#include <expcore/experiments.hpp>
#include <expcore/export.hpp>
#include <expcore/log.hpp>
#include <expcore/metrics.hpp>
#include <expcore/pipeline.hpp>
#include <expcore/plots.hpp>
#include <expcore/queue.hpp>

namespace expcore {

class Composition;
class ParamOverrides;

/// Environment variables: decide where configuration is found and are what commands inherit.
using Environment = std::map<std::string, std::string>;

/// How Project::init() makes a project.
struct InitOptions {
  bool no_scm = false;  ///< Without Git.
  bool subdir = false;  ///< In a folder below the Git repository's root.
  bool force = false;   ///< Replace an existing `.dvc` (its cache is lost).
};

/// A DVC project on disk.
///
/// Holds no files open: every operation looks at the disk anew, so that changes made by DVC, Git or
/// another program in between are seen.
/// Thread safety: thread-compatible; different projects (or Project objects) are independent.
class EXPCORE_API Project {
 public:
  /// The project that contains `directory`. Paths in messages and results are relative to it.
  /// `environment`: nullopt takes a copy of this process's.
  /// Throws: Error{not_a_project} "you are not inside of a DVC repository (checked up to mount
  /// point
  /// '/')", Error{config}.
  static Project open(const std::filesystem::path& directory = ".",
                      std::optional<Environment> environment = std::nullopt);

  /// Makes `directory` a DVC project: `.dvc/`, `.dvcignore`, staged in Git.
  /// Throws: Error{exists} "'.dvc' exists. Use `-f` to force.", Error{not_a_project} outside Git.
  static Project init(const std::filesystem::path& directory, const InitOptions& options = {},
                      std::optional<Environment> environment = std::nullopt);

  /// What was moved from may only be assigned to or destroyed.
  Project(Project&&) noexcept;
  /// As above.
  Project& operator=(Project&&) noexcept;
  ~Project();

  /// The folder that holds `.dvc`, absolute.
  std::filesystem::path root() const;
  /// Where paths are relative to, absolute.
  std::filesystem::path directory() const;

  /// From now on every operation of this object tells `sink` what happens, line by line, whether or
  /// not it has a listener of its own for events; what matters less than `least` is left out. It
  /// holds for what pipeline(), data() and the others give after this call. An empty sink ends it.
  void log_to(LogSink sink, LogLevel least = LogLevel::info);

  /// Stages and their graph. It and the others outlive this object; making one reads nothing.
  Pipeline pipeline() const;
  /// Experiments of its Git repository.
  Experiments experiments() const;
  /// Tracked data and the cache.
  Data data() const;
  /// Metrics at any revision.
  Metrics metrics() const;
  /// Parameters at any revision.
  Params params() const;
  /// Plots at any revision.
  Plots plots() const;
  /// The queue of experiments to be run.
  Queue queue() const;
  /// The executor that `.dvc/expcore.yaml` has under `executors` as `name`; "local": this machine.
  /// `jobs`: tasks run at once; 0: one per processor of this machine.
  /// Throws: Error{not_found}, Error{parse}, Error{invalid_argument} naming the file and the
  /// member.
  Executor executor(const std::string& name, std::uint32_t jobs = 1) const;

 private:
  struct Impl;
  explicit Project(std::shared_ptr<const Impl> impl) noexcept;
  std::shared_ptr<const Impl> impl_;
  friend class Pipeline;
  friend class Experiments;
  friend class Data;
  friend class Metrics;
  friend class Params;
  friend class Plots;
  friend class Queue;
  friend class ParamOverrides;
  friend class Composition;
};

}  // namespace expcore
