#pragma once
#include <cstddef>
#include <string>

namespace expcore::queue {

/// `bytes` random bytes of the kernel as lower-case hex.
std::string random_hex(std::size_t bytes);

}  // namespace expcore::queue
