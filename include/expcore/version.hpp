#pragma once
#include <expcore/export.hpp>

namespace expcore {

/// The library's version, "0.1.0".
EXPCORE_API const char* version() noexcept;

}  // namespace expcore
