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
  CancelToken(const CancelToken&);
  CancelToken& operator=(const CancelToken&);

  /// Idempotent. Every operation holding the token stops its children and throws
  /// Error{cancelled}.
  void request() const noexcept;
  bool requested() const noexcept;

  /// A descriptor that becomes readable, for ever, once the token is requested; for poll().
  int poll_fd() const noexcept;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace expcore
