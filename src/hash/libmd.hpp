#pragma once
#include <md5.h>
#include <sha1.h>
#include <sha2.h>

/// libmd, loaded when something is first hashed (docs/decisions/start-up.md). Its functions have
/// names that many programs give to functions of their own; those would be called instead if the
/// linker bound them.
///
/// In namespace expcore::hash the names below stand for the functions of the same name.
#ifdef EXPCORE_LATE_LIBMD
#include "base/late_library.hpp"

namespace expcore::hash {

inline constinit LateLibrary libmd(EXPCORE_LATE_LIBMD);  // NOLINT: what the linker would keep

// NOLINTNEXTLINE
#define EXPCORE_LATE(name) inline constinit LateFunction<decltype(::name)> name(libmd, #name);
EXPCORE_LATE(MD5Init)
EXPCORE_LATE(MD5Update)
EXPCORE_LATE(MD5Final)
EXPCORE_LATE(SHA1Init)
EXPCORE_LATE(SHA1Update)
EXPCORE_LATE(SHA1Final)
EXPCORE_LATE(SHA256Init)
EXPCORE_LATE(SHA256Update)
EXPCORE_LATE(SHA256Final)
#undef EXPCORE_LATE

}  // namespace expcore::hash
#endif
