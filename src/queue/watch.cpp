#include "queue/watch.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

#include <expcore/error.hpp>

#include "queue/store.hpp"
#include "run/bell.hpp"
#include "run/process_tree.hpp"

namespace expcore::queue {

using Clock = std::chrono::steady_clock;

Watch::Watch(std::string folder, const CancelToken* cancel)
    : folder_(std::move(folder)), cancel_(cancel), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!wake_.is_open()) fs::fail(errno, "eventfd");
  thread_ = std::jthread([this](const std::stop_token& over) { work(over); });
}

Watch::~Watch() {
  thread_.request_stop();
  wake();
}

void Watch::wake() const {
  const std::uint64_t one = 1;
  if (::write(wake_.get(), &one, sizeof one) < 0) return;  // full: readable as well
}

void Watch::begin(AttemptId attempt, const std::string& mark, std::chrono::milliseconds timeout,
                  const CancelToken& stop) {
  Watched watched;
  watched.attempt = attempt;
  watched.mark = mark;
  watched.stop = &stop;
  if (timeout.count() > 0) watched.deadline = Clock::now() + timeout;
  {
    const std::lock_guard lock(mutex_);
    watched_ = std::move(watched);
  }
  wake();
}

StopReason Watch::end() {
  const std::lock_guard lock(mutex_);
  const StopReason reason = watched_ ? watched_->reason : StopReason::none;
  watched_.reset();
  return reason;
}

void Watch::Watched::stop_for(StopReason why) {
  if (reason != StopReason::none) return;
  reason = why;
  stop->request();
}

void Watch::pass_cancel_on() {
  if (cancel_ == nullptr || !cancel_->requested()) return;
  const std::lock_guard lock(mutex_);
  if (watched_) watched_->stop_for(StopReason::cancelled);
}

int Watch::timeout_ms() const {
  constexpr std::int64_t second = 1000;  // in case that a file system does not tell
  if (!watched_) return -1;
  if (watched_->at_once) return 20;
  if (!watched_->deadline || watched_->reason != StopReason::none) return second;
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(*watched_->deadline - Clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count() + 1, 0, second));
}

void Watch::look(std::optional<Store>& store, bool rang) {
  std::string kill;
  {
    const std::lock_guard lock(mutex_);
    if (!watched_) return;
    if (cancel_ != nullptr && cancel_->requested()) watched_->stop_for(StopReason::cancelled);
    if (watched_->deadline && Clock::now() >= *watched_->deadline)
      watched_->stop_for(StopReason::timed_out);
    if (watched_->at_once) {
      kill = watched_->mark;
    } else if (rang) {
      if (!store) store = Store::open(folder_);
      const int wanted = store->kill_wanted(watched_->attempt);
      if (wanted > 0) watched_->stop_for(StopReason::killed);
      if (wanted > 1) {
        watched_->at_once = true;
        kill = watched_->mark;
      }
    }
  }
  if (kill.empty()) return;
  for (const int pid : run::marked_processes(kill))
    ::kill(pid, SIGKILL);
}

void Watch::work(const std::stop_token& over) {
  std::optional<Store> store;
  std::optional<run::Bell> bell;
  while (!over.stop_requested()) {
    try {
      if (!bell) bell.emplace(folder_);
      int timeout = 0;
      bool stopping = false;
      {
        const std::lock_guard lock(mutex_);
        timeout = timeout_ms();
        stopping = watched_ && watched_->reason != StopReason::none;
      }
      std::array<pollfd, 3> polled{
          {{wake_.get(), POLLIN, 0},
           {bell->poll_fd(), POLLIN, 0},
           {cancel_ == nullptr || stopping ? -1 : cancel_->poll_fd(), POLLIN, 0}}};
      const int ready = ::poll(polled.data(), polled.size(), timeout);
      std::uint64_t count = 0;
      while (::read(wake_.get(), &count, sizeof count) > 0) {
      }
      // The first look at an attempt is free: nobody can have killed it before it was claimed.
      const bool rang = polled[1].revents != 0 || ready == 0;
      if (polled[1].revents != 0) bell->silence();
      look(store, rang);
    } catch (const Error&) {
      // A busy or full disk must not end the watch.
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
}

}  // namespace expcore::queue
