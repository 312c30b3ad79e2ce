#pragma once
#include <memory>

#include <expcore/export.hpp>

namespace expcore {

/// Asks long operations to stop. Copies share one state; a default-made token is live.
///
/// Thread safety: thread-safe; `request()` may also be called from a signal handler.
class EXPCORE_API CancelToken {
 public:
  CancelToken();
  ~CancelToken();
  /// Shares the state: both are requested together.
  CancelToken(const CancelToken&);
  /// Shares the other's state from now on.
  CancelToken& operator=(const CancelToken&);

  /// Idempotent. Every operation holding the token stops its children and throws
  /// Error{cancelled}.
  void request() const noexcept;
  /// Whether request() has been called, on this token or a copy.
  bool requested() const noexcept;

  /// A descriptor that becomes readable, for ever, once the token is requested; for poll().
  int poll_fd() const noexcept;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace expcore
