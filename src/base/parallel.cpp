#include "base/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

namespace expcore {
namespace {

unsigned cores() { return std::clamp(std::thread::hardware_concurrency(), 1U, 8U); }

}  // namespace

void parallel_for(std::size_t count, unsigned jobs, const std::function<void(std::size_t)>& body) {
  if (jobs == 0) jobs = cores();
  const std::size_t threads = std::min<std::size_t>(jobs, count);
  if (threads <= 1) {
    for (std::size_t i = 0; i < count; ++i)
      body(i);
    return;
  }
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    while (true) {
      const std::size_t i = next.fetch_add(1);
      if (i >= count) return;
      try {
        body(i);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
        next.store(count);
      }
    }
  };
  {
    std::vector<std::jthread> pool;
    for (std::size_t i = 1; i < threads; ++i)
      pool.emplace_back(work);
    work();
  }
  if (failure) std::rethrow_exception(failure);
}

TaskPool::~TaskPool() {
  {
    const std::lock_guard lock(mutex_);
    tasks_.clear();
    complete_ = true;
  }
  more_.notify_all();
}

void TaskPool::add(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    if (failure_) return;
    tasks_.push_back(std::move(task));
  }
  if (threads_.empty()) {
    for (unsigned i = 1; i < cores(); ++i)
      threads_.emplace_back([this] { work(); });
  }
  more_.notify_one();
}

void TaskPool::finish() {
  {
    const std::lock_guard lock(mutex_);
    complete_ = true;
  }
  more_.notify_all();
  work();
  threads_.clear();
  if (failure_) std::rethrow_exception(failure_);
}

void TaskPool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    more_.wait(lock, [&] { return complete_ || !tasks_.empty(); });
    if (tasks_.empty()) return;
    const auto task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    run(task);
    lock.lock();
  }
}

void TaskPool::run(const std::function<void()>& task) {
  try {
    task();
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
    tasks_.clear();
  }
}

}  // namespace expcore
