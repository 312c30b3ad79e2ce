#pragma once
#include <cstddef>
#include <functional>

namespace expcore {

/// Calls `body(i)` for every i below `count` on up to `jobs` threads (0: one per core, at most 8).
/// The first exception is rethrown once all threads have stopped; the rest is not started then.
void parallel_for(std::size_t count, unsigned jobs, const std::function<void(std::size_t)>& body);

}  // namespace expcore
