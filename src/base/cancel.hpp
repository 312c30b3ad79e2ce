#pragma once
#include <expcore/cancel.hpp>

namespace expcore {

/// Throws: Error{cancelled} "interrupted by the user" when `cancel`, which may be null, is
/// requested.
void stop_if_requested(const CancelToken* cancel);

/// Readable once `cancel` is requested; -1, which poll() passes over, when it is null.
inline int poll_fd_of(const CancelToken* cancel) {
  return cancel == nullptr ? -1 : cancel->poll_fd();
}

}  // namespace expcore
