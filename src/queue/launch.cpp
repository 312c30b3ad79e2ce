#include "queue/launch.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/file.hpp"
#include "fs/lock.hpp"
#include "fs/path.hpp"
#include "run/spawn.hpp"

namespace expcore::queue {
namespace {

std::uint32_t count_alive(Store& store) {
  const auto workers = store.workers();
  const auto alive = std::count_if(workers.begin(), workers.end(), [&](const Worker& worker) {
    return !worker.stop && store.is_alive(worker);
  });
  return static_cast<std::uint32_t>(alive);
}

std::vector<std::string> settings_of(const pipeline::Environment& environment) {
  std::vector<std::string> settings;
  for (const auto& [name, value] : environment)
    settings.push_back(fmt::format("{}={}", name, value));
  return settings;
}

/// Everything that comes through `pipe` until its last writer closes it.
std::string read_to_end(const fs::Descriptor& pipe) {
  std::string text;
  std::array<char, 4096> buffer;
  while (true) {
    const auto count = fs::read_some(pipe, buffer.data(), buffer.size(), "pipe");
    if (count == 0) return text;
    text.append(buffer.data(), count);
  }
}

/// Runs the program, which returns when its workers are on their own. Its words.
std::string run_launcher(const LaunchOptions& options, std::uint32_t count) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fs::fail(errno, "pipe");
  const fs::Descriptor reading(ends[0]);
  fs::Descriptor writing(ends[1]);
  const fs::Descriptor nothing = fs::open_file("/dev/null", O_RDONLY);
  run::SpawnRequest request;
  request.argv = {options.program,
                  "exp",
                  "queue-worker",
                  "--count",
                  std::to_string(count),
                  "--linger",
                  std::to_string(options.linger.count())};
  // Programs that understand `exp queue-worker` need not know executors.
  if (options.executor != "local")
    request.argv.insert(request.argv.end(), {"--executor", options.executor});
  request.settings = settings_of(options.environment);
  request.directory = options.directory;
  request.own_group = true;
  request.input = nothing.get();
  request.output = writing.get();
  request.errors = writing.get();
  run::Spawned child(std::move(request));
  writing.close();
  std::string text = read_to_end(reading);
  child.wait();
  return text;
}

}  // namespace

std::uint32_t launch_workers(Store& store, const LaunchOptions& options) {
  constexpr std::chrono::seconds patience(30);
  const auto turn = fs::LockFile::acquire(fs::join(store.folder(), "start.lock"), patience,
                                          "another program is starting workers and does not end");
  store.forget_dead_workers();
  const std::uint32_t alive = count_alive(store);
  if (alive >= options.count) return 0;
  const std::uint32_t missing = options.count - alive;
  std::string text = run_launcher(options, missing);
  std::uint32_t ready = 0;
  for (auto at = text.find(worker_ready); at != std::string::npos; at = text.find(worker_ready)) {
    text.erase(at, worker_ready.size());
    ++ready;
  }
  if (ready < missing) {
    const std::string_view words = trim(text);
    throw Error(Errc::io, fmt::format("only {} of {} workers have begun{}{}", ready, missing,
                                      words.empty() ? "" : ": ", words));
  }
  return ready;
}

}  // namespace expcore::queue
