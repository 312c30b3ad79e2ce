#pragma once
#include <string>
#include <sys/types.h>
#include <vector>

#include "fs/descriptor.hpp"

namespace expcore::run {

/// What a new child gets beside its arguments and environment.
struct SpawnRequest {
  std::vector<std::string> argv;      ///< argv[0] is searched for in PATH unless it has a '/'.
  std::vector<std::string> settings;  ///< "NAME=value".
  std::string directory;
  bool own_group = false;  ///< A process group of its own, named by its pid.
  int input = -1;          ///< Its stdin, stdout and stderr; -1: those of this process.
  int output = -1;
  int errors = -1;
};

/// A started child. Its exit status comes to us whatever the host does with SIGCHLD: where the host
/// ignores that signal or handles it (and so may reap every child there is), a keeper stands in
/// between - a child that sends no SIGCHLD, which plain wait() does not see, and which reports the
/// status of the real one.
class Spawned {
 public:
  /// Every descriptor but the standard three is closed in the child; signals are at their defaults.
  /// Throws: Error{io} with the reason and argv[0].
  explicit Spawned(SpawnRequest request);
  /// Reaps what was not reaped; the child must have been told to end.
  ~Spawned();
  Spawned(const Spawned&) = delete;
  Spawned& operator=(const Spawned&) = delete;

  /// The child's own pid, the leader of its group if it has one.
  pid_t pid() const { return pid_; }
  /// Readable when the child has ended.
  int ended_fd() const { return ended_.get(); }
  /// Waits for the end: what waitpid() stores. Once. Throws: Error{internal} when somebody else
  /// took it.
  int wait();

 private:
  void start_directly(SpawnRequest& request);
  void start_with_keeper(SpawnRequest& request);

  pid_t pid_ = -1;
  pid_t keeper_ = -1;  ///< -1 without one.
  fs::Descriptor report_;
  fs::Descriptor ended_;
  bool reaped_ = false;
};

}  // namespace expcore::run
