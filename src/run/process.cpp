#include "run/process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/cancel.hpp"
#include "base/text.hpp"
#include "fs/descriptor.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "run/spawn.hpp"

namespace expcore::run {
namespace {

using Clock = std::chrono::steady_clock;

using fs::Descriptor;
using fs::fail;

struct Pipe {
  Descriptor read;
  Descriptor write;

  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail(errno, "pipe");
    read = Descriptor(ends[0]);
    write = Descriptor(ends[1]);
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  }
};

/// One started child: killed and reaped at the latest by the destructor.
class Child {
 public:
  explicit Child(const Command& command)
      : own_group_(command.streams == Streams::capture), spawned_(request_of(command)) {
    output_.write.close();
    errors_.write.close();
  }

  ~Child() {
    if (!reaped_) signal(SIGKILL);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void signal(int number) const { ::kill(own_group_ ? -spawned_.pid() : spawned_.pid(), number); }
  int ended_fd() const { return spawned_.ended_fd(); }

  ExitStatus reap() {
    const int status = spawned_.wait();
    reaped_ = true;
    return {WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status)};
  }

  /// Passes on what can be read now. False at the end of the stream.
  static bool drain(const Descriptor& end, int stream, const OutputCallback& on_output) {
    std::array<char, 65536> buffer;
    while (true) {
      const ssize_t got = ::read(end.get(), buffer.data(), buffer.size());
      if (got > 0) {
        if (on_output) on_output(stream, {buffer.data(), static_cast<std::size_t>(got)});
        continue;
      }
      if (got < 0 && errno == EINTR) continue;
      return got < 0 && errno == EAGAIN;
    }
  }

  Pipe output_;
  Pipe errors_;

 private:
  SpawnRequest request_of(const Command& command) const {
    if (!fs::is_directory(command.directory)) fail(ENOENT, command.directory);
    SpawnRequest request;
    request.argv = command.argv;
    for (const auto& [name, value] : command.environment)
      request.settings.push_back(name + "=" + value);
    request.directory = command.directory;
    request.own_group = own_group_;
    if (own_group_) {
      request.input = no_input_.get();
      request.output = output_.write.get();
      request.errors = errors_.write.get();
    }
    return request;
  }

  bool own_group_;
  Descriptor no_input_{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
  Spawned spawned_;
  bool reaped_ = false;
};

/// Asks, then kills: which step of stopping a child is next and when.
class Stopper {
 public:
  Stopper(const Child& child, const Limits& limits) : child_(child), grace_(limits.grace) {
    if (limits.timeout.count() > 0) deadline_ = Clock::now() + limits.timeout;
  }

  bool begun() const { return step_ != Step::running; }
  bool timed_out() const { return timed_out_; }

  void begin() {
    if (begun()) return;
    child_.signal(SIGTERM);
    step_ = Step::terminating;
    deadline_ = Clock::now() + grace_;
  }

  /// Milliseconds poll() may sleep; -1 for ever.
  int timeout() const {
    if (!deadline_) return -1;
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(*deadline_ - Clock::now());
    return static_cast<int>(std::clamp<std::int64_t>(left.count() + 1, 0, 1 << 30));
  }

  void tick() {
    if (!deadline_ || Clock::now() < *deadline_) return;
    if (step_ == Step::running) {
      timed_out_ = true;
      begin();
    } else {
      child_.signal(SIGKILL);
      step_ = Step::killed;
      deadline_.reset();
    }
  }

 private:
  enum class Step : unsigned char { running, terminating, killed };
  const Child& child_;
  std::chrono::milliseconds grace_;
  Step step_ = Step::running;
  bool timed_out_ = false;
  std::optional<Clock::time_point> deadline_;
};

/// Passes output on until the child has ended.
void attend(const Child& child, bool captured, const OutputCallback& on_output,
            const Limits& limits, Stopper& stopper) {
  std::array<pollfd, 5> watched{{{captured ? child.output_.read.get() : -1, POLLIN, 0},
                                 {captured ? child.errors_.read.get() : -1, POLLIN, 0},
                                 {child.ended_fd(), POLLIN, 0},
                                 {poll_fd_of(limits.cancel), POLLIN, 0},
                                 {poll_fd_of(limits.abandon), POLLIN, 0}}};
  auto& [output, errors, exited, cancel, abandon] = watched;
  while (exited.revents == 0) {
    if (::poll(watched.data(), watched.size(), stopper.timeout()) < 0 && errno != EINTR) {
      fail(errno, "poll");
    }
    if (cancel.revents != 0 || abandon.revents != 0) {
      stopper.begin();
      cancel.fd = abandon.fd = -1;
    }
    stopper.tick();
    if (output.revents != 0 && !Child::drain(child.output_.read, 1, on_output)) output.fd = -1;
    if (errors.revents != 0 && !Child::drain(child.errors_.read, 2, on_output)) errors.fd = -1;
  }
  // What the command itself wrote is in the pipes by now; a grandchild that keeps them open is not
  // waited for.
  if (output.fd >= 0) Child::drain(child.output_.read, 1, on_output);
  if (errors.fd >= 0) Child::drain(child.errors_.read, 2, on_output);
}

}  // namespace

ExitStatus run_command(const Command& command, const OutputCallback& on_output,
                       const Limits& limits) {
  Child child(command);
  Stopper stopper(child, limits);
  attend(child, command.streams == Streams::capture, on_output, limits, stopper);
  const ExitStatus status = child.reap();
  if (!stopper.begun() || status.code == 0) return status;
  if (stopper.timed_out()) {
    throw Error(
        Errc::stage_failed,
        fmt::format("timed out after {}s", static_cast<double>(limits.timeout.count()) / 1000));
  }
  throw Error(Errc::cancelled, "interrupted by the user");
}

std::vector<std::string> shell_argv(const std::string& line,
                                    const std::map<std::string, std::string>& environment) {
  const auto set = environment.find("SHELL");
  const std::string shell =
      set == environment.end() || set->second.empty() ? "/bin/sh" : set->second;
  std::vector<std::string> argv = {shell};
  const std::string name = to_lower_ascii(fs::filename(shell));
  if (name == "bash") {
    argv.insert(argv.end(), {"--noprofile", "--norc"});
  } else if (name == "zsh") {
    argv.emplace_back("--no-rcs");
  } else if (name == "fish") {
    argv.emplace_back("--no-config");
  }
  argv.insert(argv.end(), {"-c", line});
  return argv;
}

}  // namespace expcore::run
