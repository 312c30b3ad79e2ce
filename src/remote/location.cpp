#include "remote/location.hpp"

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/path.hpp"

namespace expcore::remote {
namespace {

[[noreturn]] void fail(const std::string& problem) {
  throw Error(Errc::config, "config file error: " + problem);
}

[[noreturn]] void fail_without_default(const config::Config& config, const std::string& project,
                                       const std::string& command) {
  if (config.names("remote").empty()) {
    fail(
        fmt::format("no remote specified in {}. Create a default remote with\n"
                    "    dvc remote add -d <remote name> <remote url>",
                    project));
  }
  fail(
      fmt::format("no remote specified in {}. Setup default remote with\n"
                  "    dvc remote default <remote name>\n"
                  "or use:\n"
                  "    dvc {} -r <remote name>",
                  project, command));
}

std::string url_of(const config::Config& config, const std::string& name, int depth = 0) {
  const auto url = config.get("remote." + name + ".url");
  if (!url) fail(fmt::format("remote '{}' doesn't exist", name));
  constexpr std::string_view scheme = "remote://";
  if (!url->starts_with(scheme)) return *url;
  if (depth > 8) fail(fmt::format("remote '{}' refers to itself", name));
  const std::string rest = url->substr(scheme.size());
  const auto slash = rest.find('/');
  const std::string base = url_of(config, to_lower_ascii(rest.substr(0, slash)), depth + 1);
  return slash == std::string::npos ? base : fs::join(base, rest.substr(slash + 1));
}

}  // namespace

Location locate(const config::Config& config, const std::string& project, const std::string& name,
                const std::string& command) {
  Location location;
  location.name = to_lower_ascii(name.empty() ? config.get("core.remote").value_or("") : name);
  if (location.name.empty()) fail_without_default(config, project, command);
  std::string url = url_of(config, location.name);
  constexpr std::string_view file_scheme = "file://";
  if (url.starts_with(file_scheme)) url = url.substr(file_scheme.size());
  const auto scheme = url.find("://");
  if (scheme != std::string::npos) {
    fail(
        fmt::format("remote '{}' ('{}') is not supported: only folders of this machine (local "
                    "paths and mounted file systems) can be remotes, not {}://",
                    location.name, url, url.substr(0, scheme)));
  }
  for (const char* key : {"worktree", "version_aware"}) {
    if (config.get_bool(fmt::format("remote.{}.{}", location.name, key), false)) {
      fail(fmt::format("'{}' is unsupported for cloud versioned remotes", command));
    }
  }
  location.root = fs::normalize(url);
  location.group_shared = config.get(fmt::format("remote.{}.shared", location.name)) == "group";
  return location;
}

}  // namespace expcore::remote
