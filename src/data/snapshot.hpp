#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cache/object.hpp"
#include "pipeline/workspace.hpp"
#include "tracked/outs.hpp"

namespace expcore::data {

/// Orders paths part by part: "d", "d/a", "d/a/b", "d-1".
struct ByParts {
  bool operator()(std::string_view a, std::string_view b) const;
};

/// A file or folder with the hash that one side has for it.
struct Entry {
  cache::ObjectId id;  ///< Empty when none is recorded.
  bool is_directory = false;
};

/// What one side (a commit, the `.dvc` and dvc.lock files, the work tree) has of tracked data.
/// Paths are relative to the project's root.
struct Snapshot {
  std::map<std::string, Entry, ByParts> entries;
  std::set<std::string> lost;  ///< Folders whose list of files is nowhere.
};

/// Whether a Snapshot has outputs only or what is in folders, too.
enum class Depth : bool { outputs, files };

/// What `outs` record; of one whose `part` is meant the files in that. Lists of files come from the
/// cache, else from the remote.
Snapshot recorded(const pipeline::Workspace& workspace, const std::vector<tracked::Out>& outs,
                  Depth depth);
/// What the work tree has of them. Throws: as cache::scan().
Snapshot present(pipeline::Workspace& workspace, const std::vector<tracked::Out>& outs,
                 Depth depth);

/// The way from the project's root to a path.
std::string key_of(const pipeline::Workspace& workspace, const std::string& path);

}  // namespace expcore::data
