#pragma once
#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include <expcore/cancel.hpp>

#include "fs/lock.hpp"

namespace expcore::run {

/// Whose turn it is among a run's threads to touch what they share (index, lock files, Git, plan),
/// and DVC's repository lock on behalf of them all.
///
/// A thread steps out while it waits for a command, and aside while it hashes or copies data. The
/// repository lock is held as long as any thread is not waiting for a command, as DVC holds it:
/// nested `dvc` calls in a command need it.
/// Thread safety: thread-safe.
class Turn {
 public:
  struct Options {
    std::string lock_file;                ///< `.dvc/tmp/lock`
    std::function<void()> on_wait;        ///< Another program keeps the lock after a command ended.
    const CancelToken* cancel = nullptr;  ///< Ends a wait for the lock. May be null.
  };
  explicit Turn(Options options) : options_(std::move(options)) {}
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  /// Begins a thread's turn. Throws: Error{busy} in DVC's words when another program holds the
  /// repository lock for 3 seconds, Error{cancelled}.
  void take();
  /// Begins or goes on with a turn in a run that has begun: waits minutes for the repository lock,
  /// so that a result is not lost to a program that holds it for long. When it throws, the turn is
  /// taken nevertheless and the caller's to give back.
  void rejoin();
  void give_back() noexcept;

  /// Within a turn: lets others go on until one of them has called changed().
  void wait_for_change();
  void changed() noexcept { changed_.notify_all(); }

  /// Within a turn: runs `body`, which waits for a command, outside it.
  template <typename Body>
  void outside(Body&& body) {
    give_back();
    std::exception_ptr failure;
    try {
      body();
    } catch (...) {
      failure = std::current_exception();
    }
    rejoin();
    if (failure) std::rethrow_exception(failure);
  }

  /// Within a turn: runs `body`, which reads or writes data, beside other threads' turns but under
  /// the repository lock, so that a `dvc gc` does not see objects without their owner.
  template <typename Body>
  void aside(Body&& body) {
    mutex_.unlock();
    try {
      body();
    } catch (...) {
      mutex_.lock();
      throw;
    }
    mutex_.lock();
  }

 private:
  void hold_repo_lock(std::chrono::milliseconds patience);
  void release_repo_lock() noexcept;

  Options options_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  int holders_ = 0;  ///< Threads that need the repository lock.
  std::optional<fs::LockFile> lock_;
};

}  // namespace expcore::run
