#include <algorithm>

#include <expcore/version.hpp>

namespace expcore {

const char* version() noexcept { return EXPCORE_VERSION; }

const char* dvc_version() noexcept { return "3.64"; }

std::vector<std::string> capabilities() {
  return {"executor.command", "executor.custom",
          "executor.local",   "hydra",
#ifdef __linux__
          "link.reflink",
#endif
          "remote.local",     "sweep"};
}

bool has_capability(std::string_view name) {
  const auto all = capabilities();
  return std::find(all.begin(), all.end(), name) != all.end();
}

}  // namespace expcore
