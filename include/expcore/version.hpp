#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <expcore/export.hpp>

namespace expcore {

/// The library's version, "0.1.0".
EXPCORE_API const char* version() noexcept;

/// The release of DVC whose files, refs and words this library has, "3.64".
EXPCORE_API const char* dvc_version() noexcept;

/// What this library can do that another version or build may not, sorted: "executor.command",
/// "executor.custom", "executor.local", "hydra", "link.reflink" (where the system has it),
/// "remote.local", "sweep". Names are never given another meaning; later versions have more.
EXPCORE_API std::vector<std::string> capabilities();

/// Whether capabilities() has the name.
EXPCORE_API bool has_capability(std::string_view name);

}  // namespace expcore
