#include "run/process.hpp"

#include <cerrno>
#include <csignal>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <doctest/doctest.h>
#include <expcore/error.hpp>

#include "fs/file.hpp"
#include "support/temp_dir.hpp"

using namespace expcore;
using run::Command;
using run::run_command;
using test::TempDir;

namespace {

Command shell(const std::string& line, const std::string& directory = "/") {
  Command command;
  command.argv = {"/bin/sh", "-c", line};
  command.directory = directory;
  command.environment = {{"PATH", "/usr/bin:/bin"}, {"WORD", "value"}};
  return command;
}

}  // namespace

TEST_SUITE("run/process") {
  TEST_CASE("output arrives by stream, the exit code is told") {
    std::string out;
    std::string err;
    const auto status = run_command(
        shell("echo $WORD; echo bad >&2; exit 7"),
        [&](int stream, std::string_view bytes) { (stream == 1 ? out : err) += bytes; });
    CHECK(status.code == 7);
    CHECK(out == "value\n");
    CHECK(err == "bad\n");
  }
  TEST_CASE("a signal is a negative code") {
    CHECK(run_command(shell("kill -9 $$"), {}).code == -SIGKILL);
  }
  TEST_CASE("much output does not block") {
    std::size_t bytes = 0;
    run_command(shell("head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2"),
                [&](int, std::string_view text) { bytes += text.size(); });
    CHECK(bytes == 6000000);
  }
  TEST_CASE("closed streams and a grandchild that keeps them are not waited for") {
    CHECK(run_command(shell("exec >&- 2>&-; sleep 0.05; exit 3"), {}).code == 3);
    const auto start = std::chrono::steady_clock::now();
    std::string out;
    run_command(shell("(sleep 30 &) ; echo done"),
                [&](int, std::string_view text) { out += text; });
    CHECK(out == "done\n");
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
  }
  TEST_CASE("cancelling stops the whole group, stubborn ones too") {
    const TempDir dir;
    const CancelToken cancel;
    std::jthread stopper([&] {
      while (!fs::exists(dir / "ready"))
        std::this_thread::yield();
      cancel.request();
    });
    run::Limits limits;
    limits.cancel = &cancel;
    limits.grace = std::chrono::milliseconds(50);
    CHECK_THROWS_WITH_AS(
        run_command(shell("trap '' TERM; (trap '' TERM; touch ready; sleep 60) & wait", dir.path()),
                    {}, limits),
        "interrupted by the user", Error);
  }
  TEST_CASE("a command that takes longer than its timeout is stopped and says so") {
    run::Limits limits;
    limits.timeout = std::chrono::milliseconds(50);
    CHECK_THROWS_WITH_AS(run_command(shell("sleep 60"), {}, limits), "timed out after 0.05s",
                         Error);
    limits.timeout = std::chrono::minutes(10);
    CHECK(run_command(shell("exit 4"), {}, limits).code == 4);
  }
  TEST_CASE("what cannot be started is named") {
    auto command = shell("true");
    command.argv[0] = "/no/such/shell";
    CHECK_THROWS_WITH_AS(run_command(command, {}),
                         "[Errno 2] No such file or directory: '/no/such/shell'", Error);
    CHECK_THROWS_WITH_AS(run_command(shell("true", "/no/such/folder"), {}),
                         "[Errno 2] No such file or directory: '/no/such/folder'", Error);
  }
  TEST_CASE("the child inherits no descriptors and has default signals") {
    const TempDir dir;
    const int leaked = ::dup(1);
    std::string out;
    std::signal(SIGPIPE, SIG_IGN);
    run_command(shell("ls /proc/self/fd | wc -l; (yes; echo $? >&2) | head -n 1 > /dev/null"),
                [&](int, std::string_view text) { out += text; });
    std::signal(SIGPIPE, SIG_DFL);
    ::close(leaked);
    CHECK(out.substr(0, 2) == "4\n");  // 0, 1, 2 and the listing itself
  }
  TEST_CASE("statuses arrive in a host that ignores SIGCHLD or reaps every child") {
    const auto both = [](const char* host) {
      CAPTURE(host);
      std::string out;
      const auto status = run_command(shell("echo $WORD; exit 7"),
                                      [&](int, std::string_view bytes) { out += bytes; });
      CHECK(status.code == 7);
      CHECK(out == "value\n");
      CHECK(run_command(shell("kill -9 $$"), nullptr).code == -9);
      CHECK_THROWS_WITH_AS(run_command(Command{{"/no/such"}, "/", {}}, nullptr),
                           "[Errno 2] No such file or directory: '/no/such'", Error);
      CancelToken cancel;
      std::thread later([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        cancel.request();
      });
      CHECK_THROWS_AS(run_command(shell("sleep 30"), nullptr, {&cancel}), Error);
      later.join();
    };
    struct sigaction before {};
    ::sigaction(SIGCHLD, nullptr, &before);
    struct sigaction host {};
    host.sa_handler = SIG_IGN;
    ::sigaction(SIGCHLD, &host, nullptr);
    both("ignores");
    host.sa_handler = [](int) {
      const int kept = errno;
      while (::waitpid(-1, nullptr, WNOHANG) > 0) {
      }
      errno = kept;
    };
    ::sigaction(SIGCHLD, &host, nullptr);
    both("reaps");
    ::sigaction(SIGCHLD, &before, nullptr);
  }
  TEST_CASE("shells start without their start-up files") {
    CHECK(run::shell_argv("x", {}) == std::vector<std::string>{"/bin/sh", "-c", "x"});
    CHECK(run::shell_argv("x", {{"SHELL", ""}})[0] == "/bin/sh");
    CHECK(run::shell_argv("x", {{"SHELL", "/usr/bin/bash"}}) ==
          std::vector<std::string>{"/usr/bin/bash", "--noprofile", "--norc", "-c", "x"});
    CHECK(run::shell_argv("x", {{"SHELL", "/bin/zsh"}})[1] == "--no-rcs");
  }
}
