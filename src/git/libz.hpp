#pragma once
#include <zlib.h>

/// zlib, loaded when an object is first written (docs/decisions/start-up.md).
///
/// In namespace expcore::git the names below stand for the functions of the same name.
#ifdef EXPCORE_LATE_LIBZ
#include "base/late_library.hpp"

namespace expcore::git {

inline constinit LateLibrary libz(EXPCORE_LATE_LIBZ);  // NOLINT: what the linker would keep

// NOLINTNEXTLINE
#define EXPCORE_LATE(name) inline constinit LateFunction<decltype(::name)> name(libz, #name);
EXPCORE_LATE(compress)
EXPCORE_LATE(compressBound)
#undef EXPCORE_LATE

}  // namespace expcore::git
#endif
