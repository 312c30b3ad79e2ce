#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include <expcore/export.hpp>
#include <expcore/job_engine.hpp>

namespace expcore {

/// What an engine of jobs can do.
struct ExecutorCapabilities {
  /// It gives each job its processors, memory and GPUs itself, as clusters do. Otherwise the stages
  /// of all tasks share this machine's. Tokens and mutexes are shared out here in any case.
  bool shares_out = true;
  /// Jobs go on when the program that submitted them ends, and their names stay valid: after a
  /// crash their end is waited for instead of running the stage again.
  bool jobs_outlive_us = true;
  /// How often JobEngine::is_alive() is asked about each job. Ends are noticed sooner: by the exit
  /// code that the script writes.
  std::chrono::milliseconds poll_interval = std::chrono::seconds(10);
};

/// How many tasks Executor::local() runs.
struct LocalExecutorOptions {
  std::uint32_t jobs = 1;  ///< Tasks run at once; 0: one per processor.
};

/// A cluster by its command lines, which a POSIX shell runs. In each `{name}` is replaced by a
/// quoted value; docs/guide/executors.md lists names and exit codes.
struct CommandExecutorOptions {
  std::string name = "command";  ///< Jobs that another one submitted are left alone.
  /// Starts `{script}`, its output to `{log}`, and prints the job's id. Exit code 0.
  std::string submit;
  /// Exit code 0: the job `{id}` waits or runs; 1: it is over or unknown; others: ask again.
  std::string poll;
  std::string cancel;  ///< Ends the job `{id}`.
  /// A regular expression (ECMAScript) whose group is the id in what `submit` prints; "": the last
  /// word, up to a ';'.
  std::string id_pattern;
  std::uint32_t jobs = 1;             ///< Tasks run at once; 0: one per processor of this machine.
  ExecutorCapabilities capabilities;  ///< What the cluster does by itself.
};

/// How Executor::custom() uses an engine.
struct CustomExecutorOptions {
  std::string name = "custom";        ///< Jobs that another one submitted are left alone.
  std::uint32_t jobs = 1;             ///< Tasks run at once; 0: one per processor of this machine.
  ExecutorCapabilities capabilities;  ///< What the engine does by itself.
};

/// How and where the commands of queued tasks run. Everything but commands (hashing, the cache, the
/// experiment) happens in the program that runs the queue.
///
/// Thread safety: immutable; copies share one state.
class EXPCORE_API Executor {
 public:
  /// Processes of this machine, each task in a folder of its own.
  static Executor local(const LocalExecutorOptions& options = {});
  /// Throws: Error{invalid_argument} for a template that names what is not known, a missing one,
  /// and an `id_pattern` that is no regular expression with one group.
  static Executor command(const CommandExecutorOptions& options);
  /// An engine of one's own. Throws: Error{invalid_argument} for null and an empty name.
  static Executor custom(std::shared_ptr<JobEngine> engine,
                         const CustomExecutorOptions& options = {});

  /// Shares the state, which never changes.
  Executor(const Executor&);
  /// As above.
  Executor& operator=(const Executor&);
  /// What was moved from may only be assigned to or destroyed.
  Executor(Executor&&) noexcept;
  /// As above.
  Executor& operator=(Executor&&) noexcept;
  ~Executor();

  const std::string& name() const;  ///< "local" for this machine.
  /// Tasks run at once; 0: one per processor.
  std::uint32_t jobs() const;
  /// Whether commands run as jobs of an engine.
  bool has_engine() const;
  /// Of the engine; meaningless without one.
  const ExecutorCapabilities& capabilities() const;

 private:
  friend class Queue;
  struct Impl;
  explicit Executor(std::shared_ptr<const Impl> impl) noexcept;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace expcore
