#include "exp/auto_push.hpp"

#include <string_view>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/event.hpp"
#include "base/text.hpp"
#include "exp/share.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "remote/location.hpp"

namespace expcore::exp {

using pipeline::Workspace;

namespace {

bool is_wanted(const config::Config& config, const config::Environment& environment) {
  const auto set = environment.find("DVC_EXP_AUTO_PUSH");
  if (set == environment.end()) return config.get_bool("exp.auto_push", false);
  // DVC looks for these anywhere in the value.
  const std::string value = to_lower_ascii(set->second);
  return value.find('1') != std::string::npos || value.find('y') != std::string::npos ||
         value.find("true") != std::string::npos;
}

std::string git_remote(const config::Config& config, const config::Environment& environment) {
  const auto set = environment.find("DVC_EXP_GIT_REMOTE");
  if (set != environment.end()) return set->second;
  return config.get("exp.git_remote").value_or("origin");
}

/// Throws: Error{not_found} "'<remote>' is not a valid Git remote or URL".
void check_git_remote(const Workspace& project, const std::string& remote) {
  std::string url = project.repo->config("remote." + remote + ".url").value_or(remote);
  if (url.starts_with("file://")) url.erase(0, std::string_view("file://").size());
  const auto colon = url.find(':');
  const bool is_elsewhere = colon != std::string::npos && url.find('/') > colon;
  if (is_elsewhere || fs::exists(fs::absolute(project.repo.workdir(), url))) return;
  throw Error(Errc::not_found, fmt::format("'{}' is not a valid Git remote or URL", remote));
}

}  // namespace

AutoPush::AutoPush(const config::Config& config, Workspace& project, EventCallback on_event,
                   const CancelToken* cancel)
    : project_(project), on_event_(std::move(on_event)), cancel_(cancel) {
  if (!is_wanted(config, project.environment)) return;
  const std::string remote = git_remote(config, project.environment);
  try {
    check_git_remote(project, remote);
    remote::locate(config, project.root, "");
    remote_ = remote;
  } catch (const Error& error) {
    tell_warning(on_event_,
                 "Failed to validate remotes. Disabling auto push: " + error.full_message());
  }
}

void AutoPush::push(const std::string& refname) const {
  if (!remote_) return;
  if (on_event_) {
    Event event;
    event.kind = EventKind::output;
    event.stream = 1;
    event.text = fmt::format(
        "Pushing experiment to '{}'. Cancel with CTRL+C. See "
        "<https://dvc.org/doc/user-guide/experiment-management/sharing-experiments> for more "
        "info.\n",
        *remote_);
    on_event_(event);
  }
  ShareRequest request;
  request.git_remote = *remote_;
  request.names = {refname};
  request.run_cache = true;
  if (cancel_ != nullptr) request.transfer.cancel = *cancel_;
  std::string problem;
  try {
    const auto done = exp::push(project_, request);
    if (done.data_error) {
      problem = done.data_error->full_message();
    } else if (!done.failed.empty()) {
      problem = fmt::format("{} files failed to upload", done.failed.size());
    }
  } catch (const Error& error) {
    if (error.code() == Errc::cancelled || error.code() == Errc::callback) throw;
    problem = error.full_message();
  }
  if (problem.empty()) return;
  tell_warning(
      on_event_,
      fmt::format("Something went wrong while auto pushing experiment to the remote '{}': {}",
                  *remote_, problem));
}

}  // namespace expcore::exp
