#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <expcore/cancel.hpp>

#include "fs/descriptor.hpp"
#include "queue/task.hpp"

namespace expcore::queue {

/// Why an attempt was told to stop.
enum class StopReason : std::uint8_t { none, killed, timed_out, cancelled };

/// A thread that tells a running attempt to stop when the user kills its task, its time is up or
/// the whole worker is to stop.
/// Thread safety: begin() and end() from one thread.
class Watch {
 public:
  /// `cancel` may be null and outlives this.
  Watch(std::string folder, const CancelToken* cancel);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  /// `stop` is requested when the attempt is to stop; outlives end().
  void begin(AttemptId attempt, const std::string& mark, std::chrono::milliseconds timeout,
             const CancelToken& stop);
  StopReason end();

  /// Tells the attempt to stop now if the worker is to stop, without waiting for the thread: an
  /// event handler that cancels stops the very attempt whose event it was told.
  void pass_cancel_on();

 private:
  struct Watched {
    AttemptId attempt = 0;
    std::string mark;
    const CancelToken* stop = nullptr;
    std::optional<std::chrono::steady_clock::time_point> deadline;
    StopReason reason = StopReason::none;
    bool at_once = false;

    /// The first reason is the one that counts.
    void stop_for(StopReason why);
  };

  void work(const std::stop_token& over);
  void look(std::optional<class Store>& store, bool rang);
  int timeout_ms() const;
  void wake() const;

  std::string folder_;
  const CancelToken* cancel_;
  fs::Descriptor wake_;
  std::mutex mutex_;
  std::optional<Watched> watched_;
  std::jthread thread_;
};

}  // namespace expcore::queue
