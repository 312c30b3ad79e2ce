#include "base/cancel.hpp"

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <sys/eventfd.h>
#include <unistd.h>

#include <expcore/error.hpp>

namespace expcore {

struct CancelToken::State {
  State() : fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (fd < 0) throw Error(Errc::io, std::strerror(errno));
  }
  ~State() { ::close(fd); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  std::atomic<bool> requested = false;
  int fd;
};

CancelToken::CancelToken() : state_(std::make_shared<State>()) {}
CancelToken::~CancelToken() = default;
CancelToken::CancelToken(const CancelToken&) = default;
CancelToken& CancelToken::operator=(const CancelToken&) = default;

void CancelToken::request() const noexcept {
  const int saved = errno;  // callable from a signal handler
  state_->requested.store(true, std::memory_order_release);
  const std::uint64_t one = 1;
  // The only failure is a counter that is full, which is readable too.
  if (::write(state_->fd, &one, sizeof one) < 0) errno = saved;
  errno = saved;
}

bool CancelToken::requested() const noexcept {
  return state_->requested.load(std::memory_order_acquire);
}

int CancelToken::poll_fd() const noexcept { return state_->fd; }

void stop_if_requested(const CancelToken* cancel) {
  if (cancel != nullptr && cancel->requested()) {
    throw Error(Errc::cancelled, "interrupted by the user");
  }
}

}  // namespace expcore
