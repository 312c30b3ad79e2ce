#pragma once
#include <optional>
#include <string>
#include <vector>

#include <expcore/event.hpp>

#include "pipeline/workspace.hpp"

/// Files that belong into Git.
namespace expcore::run {

/// Tells the user (EventKind::files_to_track) or, with core.autostage, Git about files (absolute
/// paths, repeats are fine) that belong into Git. Nothing without Git.
void track_files(pipeline::Workspace& workspace, std::vector<std::string> files,
                 const EventCallback& on_event);

/// Takes the line for `path` out of the `.gitignore` beside it; a file that becomes empty is
/// removed. Returns the file when it changed.
std::optional<std::string> stop_ignoring(pipeline::Workspace& workspace, const std::string& path);

}  // namespace expcore::run
