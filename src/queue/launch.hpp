#pragma once
#include <chrono>
#include <cstdint>
#include <string>

#include "pipeline/workspace.hpp"
#include "queue/store.hpp"

namespace expcore::queue {

struct LaunchOptions {
  std::uint32_t count = 1;  ///< Of workers there shall be; those that are there count.
  std::string program;      ///< Searched for in PATH unless it has a '/'.
  std::string directory;    ///< In the project.
  pipeline::Environment environment;
  std::chrono::milliseconds linger{0};
  std::string executor = "local";
};

/// Starts `<program> exp queue-worker`, which leaves detached workers behind and ends. Returns how
/// many have reported that they are ready. Two that launch at once take turns.
/// Throws: Error{io} when the program cannot be started or fewer workers than wanted come up, with
/// what it wrote.
std::uint32_t launch_workers(Store& store, const LaunchOptions& options);

/// What each of these workers writes to its standard output when it has begun, before it closes
/// it.
constexpr std::string_view worker_ready = "ready\n";

}  // namespace expcore::queue
