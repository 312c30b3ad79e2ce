#include "run/process_tree.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/file.hpp"

namespace expcore::run {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 5s;  // a process in the kernel's hands may take its time to die

int to_pid(std::string_view text) {
  int pid = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
  return error == std::errc() && end == text.data() + text.size() ? pid : 0;
}

std::optional<std::string> read_process_file(int pid, const char* name) {
  try {
    return fs::read_file_if_exists(fmt::format("/proc/{}/{}", pid, name));
  } catch (const Error&) {
    return std::nullopt;  // another user's, or gone meanwhile
  }
}

/// Whether another program is just being put into a process: for an instant it has neither
/// arguments nor an environment. Kernel threads and zombies have no program.
bool is_being_replaced(int pid) {
  std::array<char, 1> first{};
  const std::string program = fmt::format("/proc/{}/exe", pid);
  return ::readlink(program.c_str(), first.data(), first.size()) > 0 &&
         read_process_file(pid, "cmdline").value_or("-").empty();
}

std::optional<std::string> read_environment(int pid) {
  constexpr int looks = 1000;  // some programs have none
  std::optional<std::string> environment = read_process_file(pid, "environ");
  for (int i = 0; i < looks && environment && environment->empty(); ++i) {
    if (!is_being_replaced(pid)) return read_process_file(pid, "environ");
    std::this_thread::yield();
    environment = read_process_file(pid, "environ");
  }
  return environment;
}

void append_children(int pid, std::vector<int>& found) {
  std::vector<fs::Entry> threads;
  try {
    threads = fs::list_directory(fmt::format("/proc/{}/task", pid));
  } catch (const Error&) {
    return;
  }
  for (const auto& thread : threads) {
    std::optional<std::string> children;
    try {
      children =
          fs::read_file_if_exists(fmt::format("/proc/{}/task/{}/children", pid, thread.name));
    } catch (const Error&) {
      continue;
    }
    if (!children) continue;
    for (const auto word : split(*children, ' ')) {
      if (const int child = to_pid(word); child > 0) found.push_back(child);
    }
  }
}

std::vector<int> descendants() {
  std::vector<int> found;
  append_children(::getpid(), found);
  for (std::size_t i = 0; i < found.size(); ++i)
    append_children(found[i], found);
  return found;
}

}  // namespace

std::vector<int> marked_processes(const std::string& value) {
  const std::string wanted = fmt::format("{}={}", attempt_variable, value);
  std::vector<int> found;
  for (const auto& entry : fs::list_directory("/proc")) {
    const int pid = to_pid(entry.name);
    if (pid <= 0 || pid == ::getpid()) continue;
    const auto environment = read_environment(pid);
    if (!environment || environment->find(wanted) == std::string::npos) continue;
    const auto variables = split(*environment, '\0');
    if (std::find(variables.begin(), variables.end(), wanted) != variables.end()) {
      found.push_back(pid);
    }
  }
  return found;
}

void kill_marked_processes(const std::string& value) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (true) {
    const auto processes = marked_processes(value);
    if (processes.empty() || std::chrono::steady_clock::now() > deadline) return;
    for (const int pid : processes)
      ::kill(pid, SIGKILL);
    std::this_thread::sleep_for(1ms);
  }
}

void adopt_orphans() { ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

void kill_children() {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < deadline) {
    while (::waitpid(-1, nullptr, WNOHANG | __WALL) > 0) {
    }
    const auto processes = descendants();
    if (processes.empty()) return;
    for (const int pid : processes)
      ::kill(pid, SIGKILL);
    std::this_thread::sleep_for(1ms);
  }
}

}  // namespace expcore::run
