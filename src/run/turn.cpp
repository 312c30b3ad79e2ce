#include "run/turn.hpp"

#include <thread>

#include <expcore/error.hpp>

#include "base/cancel.hpp"
#include "run/rw_lock.hpp"

namespace expcore::run {
namespace {

using namespace std::chrono_literals;

constexpr auto patience_at_start = 3s;  // DVC's
constexpr auto patience_after_work = 10min;
constexpr auto quiet_wait = 3s;

}  // namespace

void Turn::take() {
  mutex_.lock();
  try {
    hold_repo_lock(patience_at_start);
  } catch (...) {
    give_back();
    throw;
  }
}

void Turn::rejoin() {
  mutex_.lock();
  hold_repo_lock(patience_after_work);
}

void Turn::give_back() noexcept {
  release_repo_lock();
  mutex_.unlock();
}

void Turn::wait_for_change() {
  release_repo_lock();
  changed_.wait(mutex_);
  hold_repo_lock(patience_after_work);
}

void Turn::release_repo_lock() noexcept {
  if (--holders_ == 0) lock_.reset();
}

void Turn::hold_repo_lock(std::chrono::milliseconds patience) {
  ++holders_;  // also when this throws: the turn is the caller's to give back
  if (lock_) return;
  const auto start = std::chrono::steady_clock::now();
  bool told = false;
  while (!(lock_ = fs::LockFile::try_acquire(options_.lock_file))) {
    const auto waited = std::chrono::steady_clock::now() - start;
    if (waited >= patience) throw Error(Errc::busy, repo_lock_busy);
    stop_if_requested(options_.cancel);
    if (!told && waited >= quiet_wait && options_.on_wait) {
      told = true;
      options_.on_wait();
    }
    std::this_thread::sleep_for(10ms);
  }
}

}  // namespace expcore::run
