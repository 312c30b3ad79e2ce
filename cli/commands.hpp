#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <expcore/expcore.hpp>

#include "output.hpp"

namespace cli {

/// Exit codes, DVC's.
namespace exit_code {
constexpr int ok = 0;
constexpr int handled = 1;  ///< `status` and `exp show` fail with it.
constexpr int config = 251;
constexpr int interrupted = 252;
constexpr int not_a_project = 253;
constexpr int usage = 254;
constexpr int error = 255;
}  // namespace exit_code

/// What all commands share.
struct Context {
  Output output;
  std::string directory = ".";  ///< --cd
  expcore::CancelToken cancel;
  int exit_code = exit_code::ok;
};

/// Each adds one command to `parent`; what it does is its callback.
// NOLINTNEXTLINE(cppcoreguidelines-macro-usage): one line a command, here and in main.cpp
#define EXPCORE_COMMAND(group, name, add) void add(CLI::App& parent, Context& context);
#include "commands.def"
#undef EXPCORE_COMMAND

/// The options that `repro` and `exp run` share.
void add_run_options(CLI::App& command, expcore::RunOptions& options, Context& context);

/// --quiet and --verbose, which DVC accepts on every command.
void add_verbosity(CLI::App& command, Context& context);

/// Finishes RunOptions for a program at a terminal: events are printed, commands share its streams.
void connect(expcore::RunOptions& options, Context& context);

/// Tells the signal handler that commands run in process groups of their own: an interrupt from the
/// terminal reaches them through the program only.
void expect_commands_apart();

/// Runs what DVC turns failures of into "ERROR: <prefix><message>" and exit code 1; false after
/// one.
bool with_handled_errors(Context& context, const std::string& prefix,
                         const std::function<void()>& body);

/// "1 file pushed", "2 files fetched and 3 files added"; "" when nothing happened.
std::string files_summary(const std::vector<std::pair<std::int64_t, const char*>>& counts);
/// Prints what `checkout` and `pull` changed.
void print_changes(const expcore::CheckoutResult& result, const Context& context);
/// DVC's words for outputs that could not be brought.
std::string checkout_failure(const expcore::CheckoutResult& result);

/// How long workers of `queue start` wait for more, as DVC's do.
constexpr std::chrono::milliseconds default_linger = std::chrono::seconds(10);
/// Starts detached workers so that there are `jobs`; returns how many.
std::uint32_t start_workers(const Context& context, int jobs, std::chrono::milliseconds linger,
                            const std::string& executor);
/// Without what takes longer to look up.
expcore::QueueStatus brief_status(const expcore::Queue& queue);
/// Says how many of `tasks` wait in DVC's own queue, which nothing of ours runs.
void warn_of_dvc_tasks(const Context& context, const std::vector<expcore::QueueTask>& tasks);
void add_executor_option(CLI::App& command, std::string& executor);
/// Prints a task's log until it ends or the user interrupts.
void follow_log(Context& context, const expcore::Queue& queue, const std::string& task);
std::chrono::milliseconds to_milliseconds(double seconds);

/// Asks at the terminal: true for "y" or "yes".
bool ask_yes_or_no(const std::string& question);
/// The same for a command that shows how far it has got.
std::function<bool(const std::string& question)> asker(Context& context);

/// Prints an error as DVC does.
void print_error(const expcore::Error& error, const Context& context,
                 const std::string& prefix = {});

}  // namespace cli
