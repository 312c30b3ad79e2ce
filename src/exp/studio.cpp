#include "exp/studio.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

#include "base/event.hpp"
#include "base/text.hpp"

namespace expcore::exp {

using pipeline::Workspace;

namespace {

constexpr const char* default_url = "https://studio.datachain.ai";

/// The first variable that is not empty, else the setting.
std::string choose(const Workspace& project, std::initializer_list<const char*> variables,
                   const char* setting) {
  for (const char* name : variables) {
    const auto found = project.environment.find(name);
    if (found != project.environment.end() && !found->second.empty()) return found->second;
  }
  return project.config.get(setting).value_or("");
}

bool is_offline(const Workspace& project) {
  const auto set = project.environment.find("DVC_STUDIO_OFFLINE");
  if (set != project.environment.end()) {
    const std::string value = to_lower_ascii(set->second);
    if (value.find_first_of("1y") != std::string::npos || value.find("true") != std::string::npos)
      return true;
  }
  return project.config.get_bool("studio.offline", false);
}

/// Of the current branch's remote; "" when there is none. Source: dulwich get_remote_repo().
std::string git_remote_url(const Workspace& project) {
  constexpr std::string_view heads = "refs/heads/";
  std::string remote = "origin";
  if (const auto branch = project.repo->head_branch(); branch && branch->starts_with(heads)) {
    const std::string key = "branch." + branch->substr(heads.size()) + ".remote";
    remote = project.repo->config(key).value_or(remote);
  }
  if (auto url = project.repo->config("remote." + remote + ".url")) return *url;
  return remote == "origin" ? "" : remote;
}

}  // namespace

pipeline::Environment studio_environment(const Workspace& project, const EventCallback& on_event) {
  if (is_offline(project)) return {};
  const std::string token = choose(project, {"DVC_STUDIO_TOKEN", "STUDIO_TOKEN"}, "studio.token");
  if (token.empty()) return {};
  std::string repository =
      choose(project, {"DVC_STUDIO_REPO_URL", "STUDIO_REPO_URL"}, "studio.repo_url");
  if (repository.empty()) repository = git_remote_url(project);
  if (repository.empty()) {
    tell_warning(on_event, "No Git remote. Can't infer Studio repo URL.");
    return {};
  }
  const std::string url = choose(project, {"DVC_STUDIO_URL"}, "studio.url");
  return {{"DVC_STUDIO_TOKEN", token},
          {"DVC_STUDIO_REPO_URL", repository},
          {"DVC_STUDIO_URL", url.empty() ? default_url : url}};
}

}  // namespace expcore::exp
