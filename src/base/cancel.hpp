#pragma once
#include <expcore/cancel.hpp>

namespace expcore {

/// Throws: Error{cancelled} "interrupted by the user" when `cancel`, which may be null, is
/// requested.
void stop_if_requested(const CancelToken* cancel);

}  // namespace expcore
