#pragma once
#include <expcore/event.hpp>

#include "pipeline/workspace.hpp"

namespace expcore::exp {

/// DVC_STUDIO_TOKEN, _REPO_URL and _URL for the commands of an experiment, by which DVCLive sends
/// what it logs: from `project`'s environment, its settings and the remote of its current branch.
/// Empty without a token, a URL of the repository (told as a warning) or when offline is asked for.
/// Source: dvc_studio_client/config.py get_studio_config(), DVC dvc/utils/studio.py.
pipeline::Environment studio_environment(const pipeline::Workspace& project,
                                         const EventCallback& on_event);

}  // namespace expcore::exp
