#include <cstdio>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

#include "commands.hpp"

namespace cli {
namespace {

struct Arguments {
  std::uint32_t count = 1;
  std::int64_t linger_ms = 0;
  std::string executor = "local";
};

/// What this process prints from now on is for nobody.
void leave_terminal() {
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nothing < 0) return;
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    ::dup2(nothing, stream);
  if (nothing > STDERR_FILENO) ::close(nothing);
}

void work(const Arguments& arguments, Context& context) {
  const auto project = expcore::Project::open(context.directory);
  expcore::QueueRunOptions options;
  options.own_process = true;
  options.linger = std::chrono::milliseconds(arguments.linger_ms);
  options.cancel = context.cancel;
  // Whoever started us waits for this line and then for the streams to be closed.
  options.on_ready = [] {
    Output::raw("ready\n");
    leave_terminal();
  };
  project.queue().run(project.executor(arguments.executor), options);
}

}  // namespace

/// The program behind Queue::start(): leaves detached workers behind.
void add_queue_worker(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("queue-worker", "Work on the queue; for `queue start`.");
  command->group("");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("--count", arguments->count, "How many workers to leave behind.");
  command->add_option("--linger", arguments->linger_ms, "How long to wait for more tasks, in ms.");
  command->add_option("--executor", arguments->executor, "Where commands run.");
  command->callback([&context, arguments] {
    expect_commands_apart();
    for (std::uint32_t i = 0; i < arguments->count; ++i) {
      const pid_t child = ::fork();
      if (child < 0) {
        throw expcore::Error(expcore::Errc::io, "[Errno 11] Resource temporarily unavailable");
      }
      if (child > 0) continue;
      ::setsid();
      context.cancel = expcore::CancelToken();  // the parent's has a descriptor that all share
      work(*arguments, context);
      return;
    }
  });
}

}  // namespace cli
