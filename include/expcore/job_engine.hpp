#pragma once
#include <chrono>
#include <cstdint>
#include <string>

#include <expcore/export.hpp>

namespace expcore {

/// All commands of one stage, as a script that an engine is to run somewhere.
/// Thread safety: a value.
struct Job {
  std::string name;         ///< For people: "sweep-1.train"; letters, digits, '.', '_' and '-'.
  std::string script;       ///< Absolute path of an executable file.
  std::string log;          ///< Absolute path: what the script prints has to get there.
  std::string directory;    ///< Absolute; the script goes there by itself.
  double cpus = 1;          ///< What the stage asks for, docs/formats/stage-requests.md.
  std::int64_t memory = 0;  ///< Bytes; 0: not said.
  std::int64_t gpus = 0;    ///< How many.
  std::chrono::milliseconds timeout{0};  ///< After which it is cancelled; 0: none.
};

/// Runs jobs: what to derive from to bring one's own cluster, cloud or pool of machines, see
/// docs/guide/executors.md. They need a file system on which the project's paths are the same.
///
/// The script writes its own exit code next to itself when it ends; that is what counts. An engine
/// has to start it, and to tell when it will never end any more.
/// Thread safety: called from several threads at once, from one for each running task.
class EXPCORE_API JobEngine {
 public:
  virtual ~JobEngine();

  /// Has the script run soon, and returns a name for it that the other two understand: not "", one
  /// line. The script may be started more than once for it; it runs once.
  /// An exception fails the stage, with its words.
  virtual std::string submit(const Job& job) = 0;

  /// Whether the job waits to run or runs; false once it is over or unknown. Called now and then,
  /// also with names that another process was given. After an exception it is asked again later.
  virtual bool is_alive(const std::string& id) = 0;

  /// Ends the job, whether it runs or waits; no error when it is over. Returns without waiting.
  virtual void cancel(const std::string& id) = 0;
};

}  // namespace expcore
