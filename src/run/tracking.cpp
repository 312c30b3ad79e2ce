#include "run/tracking.hpp"

#include <algorithm>

#include "fs/file.hpp"
#include "fs/path.hpp"
#include "run/ignore_file.hpp"

namespace expcore::run {

void track_files(pipeline::Workspace& workspace, std::vector<std::string> files,
                 const EventCallback& on_event) {
  if (!workspace.repo) return;
  std::sort(files.begin(), files.end());
  files.erase(std::unique(files.begin(), files.end()), files.end());
  if (files.empty()) return;
  if (workspace.config.get_bool("core.autostage", false)) {
    std::vector<std::string> paths;
    for (const auto& file : files) {
      if (auto path = workspace.git_path(file)) paths.push_back(std::move(*path));
    }
    workspace.repo->add_to_index(paths);
    return;
  }
  if (!on_event) return;
  Event event;
  event.kind = EventKind::files_to_track;
  for (const auto& file : files)
    event.stages.push_back(workspace.shown(file));
  on_event(event);
}

std::optional<std::string> stop_ignoring(pipeline::Workspace& workspace, const std::string& path) {
  if (!workspace.git_path(path)) return std::nullopt;
  const std::string file = fs::join(fs::parent(path), ".gitignore");
  const auto text = fs::read_file_if_exists(file);
  if (!text) return std::nullopt;
  const std::string pattern = ignore_pattern(fs::filename(path));
  std::string kept;
  bool found = false;
  for (std::size_t at = 0; at < text->size();) {
    const std::size_t end = std::min(text->find('\n', at), text->size() - 1);
    const std::string_view line = std::string_view(*text).substr(at, end + 1 - at);
    at = end + 1;
    std::string_view bare = line;
    while (!bare.empty() && (bare.back() == '\n' || bare.back() == '\r' || bare.back() == ' '))
      bare.remove_suffix(1);
    if (bare == pattern) {
      found = true;
    } else {
      kept += line;
    }
  }
  if (!found) return std::nullopt;
  if (kept.empty()) {
    fs::remove(file);
    return std::nullopt;
  }
  fs::write_atomic(file, kept, fs::Durability::full);
  return file;
}

}  // namespace expcore::run
