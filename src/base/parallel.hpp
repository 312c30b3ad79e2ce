#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace expcore {

/// Calls `body(i)` for every i below `count` on up to `jobs` threads (0: one per core, at most 8).
/// The first exception is rethrown once all threads have stopped; the rest is not started then.
void parallel_for(std::size_t count, unsigned jobs, const std::function<void(std::size_t)>& body);

/// Tasks that other threads run while the caller goes on making more of them.
/// Thread safety: for the one thread that owns it.
class TaskPool {
 public:
  TaskPool() = default;
  /// Drops tasks that have not begun, waits for those that have.
  ~TaskPool();
  TaskPool(const TaskPool&) = delete;
  TaskPool& operator=(const TaskPool&) = delete;

  /// Threads are started with the first task: one per further core, at most 7.
  void add(std::function<void()> task);
  /// Takes part until all tasks are done. The first exception of one is rethrown; what had not
  /// begun by then never does.
  void finish();

 private:
  void work();
  void run(const std::function<void()>& task);

  std::mutex mutex_;
  std::condition_variable more_;
  std::deque<std::function<void()>> tasks_;
  std::exception_ptr failure_;
  bool complete_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace expcore
