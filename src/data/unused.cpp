#include "data/unused.hpp"

#include <optional>
#include <set>

#include "cache/store.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"

namespace expcore::data {
namespace {

using hash::Made;
using pipeline::Workspace;

std::set<std::string> paths_of(const pipeline::Index& index) {
  std::set<std::string> paths;
  for (const auto& stage : index.stages()) {
    for (const auto& out : stage.outs)
      paths.insert(out.path);
  }
  return paths;
}

/// Whether `path` is one of `outs` or below one.
bool is_covered(const std::set<std::string>& outs, std::string path, const std::string& root) {
  for (; fs::is_within(path, root) && path != root; path = fs::parent(path)) {
    if (outs.contains(path)) return true;
  }
  return false;
}

/// What is at `path` when that is what was left there, and not only there.
std::optional<cache::Scan> as_made(Workspace& workspace, const std::string& path,
                                   const Made& made) {
  const auto stat = fs::stat(path, fs::Follow::no);
  if (!stat || stat->inode != made.inode) return std::nullopt;
  const bool is_folder = stat->kind == fs::Kind::directory;
  if (!is_folder && stat->mtime_ns != made.mtime_ns) return std::nullopt;
  const cache::ObjectId id{made.hex, made.kind};
  if (is_folder != id.is_directory() || !workspace.store.contains_all(id)) return std::nullopt;
  auto scan = cache::scan(path, made.kind, workspace.state, workspace.ignore);
  return scan && scan->content.id == id ? std::move(scan) : std::nullopt;
}

void remove_empty(const std::string& folder) {
  for (const auto& entry : fs::list_directory(folder)) {
    if (entry.kind == fs::Kind::directory) remove_empty(fs::join(folder, entry.name));
  }
  if (fs::list_directory(folder).empty()) fs::remove(folder);
}

}  // namespace

std::vector<std::string> remove_unused(Workspace& workspace, const pipeline::Index& index,
                                       const std::map<std::string, Made>& made) {
  std::vector<std::string> removed;
  if (made.empty()) return removed;
  const auto outs = paths_of(index);
  for (const auto& [path, what] : made) {
    if (is_covered(outs, path, workspace.root)) continue;
    workspace.state.forget_made(path);
    if (!fs::is_within(path, workspace.root)) continue;
    const auto scan = as_made(workspace, path, what);
    if (!scan) continue;
    removed.push_back(path);
    if (!scan->manifest) {
      fs::remove(path);
      continue;
    }
    removed.back() += "/";
    for (const auto& entry : scan->manifest->entries) {
      const std::string file = fs::join(path, entry.path);
      if (!is_covered(outs, file, workspace.root)) fs::remove(file);
    }
    remove_empty(path);
  }
  return removed;
}

}  // namespace expcore::data
