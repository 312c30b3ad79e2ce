#pragma once
#include <cstdint>

namespace expcore::queue {

/// When the process started, in the kernel's ticks since boot; -1 when there is none. With the
/// number it names a process for good: numbers are used again.
std::int64_t process_start_ticks(std::int64_t pid);

}  // namespace expcore::queue
