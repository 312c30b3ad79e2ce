#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <expcore/cancel.hpp>

namespace expcore::run {

/// Where a child's standard streams go.
enum class Streams : unsigned char {
  capture,  ///< Through pipes to the callback; own process group, stdin is /dev/null.
  inherit,  ///< Those of this process; same process group, so that a terminal reaches it.
};

struct Command {
  std::vector<std::string> argv;  ///< argv[0] is a path (no PATH search when it has a '/').
  std::string directory;
  std::map<std::string, std::string> environment;  ///< All of it.
  Streams streams = Streams::capture;
};

using OutputCallback = std::function<void(int stream, std::string_view bytes)>;

/// How a child ended: an exit code, or -N for signal N, as Python's returncode.
struct ExitStatus {
  int code = 0;
};

/// When to stop a command before its end.
struct Limits {
  const CancelToken* cancel = nullptr;   ///< The user's; Error{cancelled}.
  const CancelToken* abandon = nullptr;  ///< The run's own, after another failure; as `cancel`.
  std::chrono::milliseconds timeout{0};  ///< 0: none; Error{stage_failed} "timed out after 90s".
  std::chrono::milliseconds grace = std::chrono::seconds(10);
};

/// Runs a command to its end, or stops it: SIGTERM to the group (to the child when streams are
/// inherited), `grace`, SIGKILL; then the error that `limits` says.
/// Every descriptor but the standard three is closed in the child; signals are at their defaults.
/// Works whatever the host does with SIGCHLD (run/spawn.hpp). Throws: Error{io} "[Errno 2] No such
/// file or directory: '<what>'" when it cannot be started.
ExitStatus run_command(const Command& command, const OutputCallback& on_output,
                       const Limits& limits = {});

/// argv that runs `line` in the user's shell as DVC does: $SHELL or /bin/sh, with the options that
/// keep bash, zsh and fish from reading start-up files.
std::vector<std::string> shell_argv(const std::string& line,
                                    const std::map<std::string, std::string>& environment);

}  // namespace expcore::run
