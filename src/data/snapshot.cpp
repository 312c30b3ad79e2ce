#include "data/snapshot.hpp"

#include <algorithm>

#include <expcore/error.hpp>

#include "cache/store.hpp"
#include "fs/path.hpp"
#include "remote/location.hpp"
#include "remote/sync.hpp"

namespace expcore::data {
namespace {

using pipeline::Workspace;
using tracked::Out;

bool is_shown(const Workspace& workspace, const Out& out) {
  return out.is_cached && fs::is_within(out.path, workspace.root);
}

/// The files of a folder, or of the part of it that is meant.
void add_members(Snapshot& snapshot, const std::string& key, const cache::Manifest& manifest,
                 const Out& out) {
  std::string folder;  // the one seen last, to pass its other files by
  for (const auto& entry : manifest.entries) {
    if (!out.part.empty() && !fs::is_within(entry.path, out.part)) continue;
    const std::string path = key + "/" + entry.path;
    snapshot.entries[path] = {{entry.hex, out.id.kind}, false};
    if (fs::parent(path) == folder) continue;
    folder = fs::parent(path);
    for (std::string up = folder; up != key; up = fs::parent(up))
      snapshot.entries.try_emplace(up, Entry{{}, true});
  }
}

/// Where lists of files are looked for, the cache first. A remote that cannot be used is none.
std::vector<remote::Depot> depots_of(const Workspace& workspace, const Out& out) {
  std::vector<remote::Depot> depots = {remote::cache_depot(workspace)};
  try {
    depots.push_back(
        remote::depot_of(remote::locate(workspace.config, workspace.root, out.remote)));
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the cache may do
  }
  return depots;
}

}  // namespace

bool ByParts::operator()(std::string_view a, std::string_view b) const {
  const auto rank = [](char c) { return c == '/' ? 0 : static_cast<unsigned char>(c) + 1; };
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [&](char x, char y) { return rank(x) < rank(y); });
}

std::string key_of(const Workspace& workspace, const std::string& path) {
  return fs::relative(path, workspace.root);
}

Snapshot recorded(const Workspace& workspace, const std::vector<Out>& outs, Depth depth) {
  Snapshot snapshot;
  for (const auto& out : outs) {
    if (!is_shown(workspace, out)) continue;
    const std::string key = key_of(workspace, out.path);
    if (out.part.empty()) snapshot.entries[key] = {out.id, out.id.is_directory()};
    if (depth == Depth::outputs || !out.id.is_directory()) continue;
    auto manifest = workspace.store.manifest(out.id);
    if (!manifest) manifest = remote::find_manifest(depots_of(workspace, out), out.id);
    if (manifest) {
      add_members(snapshot, key, *manifest, out);
    } else {
      snapshot.lost.insert(key);
    }
  }
  return snapshot;
}

Snapshot present(Workspace& workspace, const std::vector<Out>& outs, Depth depth) {
  Snapshot snapshot;
  for (const auto& out : outs) {
    if (!is_shown(workspace, out)) continue;
    const auto scan =
        cache::scan(out.path, out.id.kind, workspace.state, workspace.ignore, &workspace.meter);
    if (!scan) continue;
    const std::string key = key_of(workspace, out.path);
    if (out.part.empty()) snapshot.entries[key] = {scan->content.id, scan->manifest.has_value()};
    if (depth == Depth::files && scan->manifest) {
      add_members(snapshot, key, *scan->manifest, out);
    }
  }
  return snapshot;
}

}  // namespace expcore::data
