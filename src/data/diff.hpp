#pragma once
#include <string>
#include <vector>

#include "data/changes.hpp"

namespace expcore::data {

struct DiffRequest {
  std::string old_revision = "HEAD";
  std::string new_revision;          ///< "": the work tree.
  std::vector<std::string> targets;  ///< Outputs, files in them, stages, files; empty: all.
};

/// A path that differs, with its hashes; "" where there is none.
struct Difference {
  std::string path;
  std::string old_path;
  std::string hash;
  std::string old_hash;
};

/// Each list is sorted by (old) path. Paths are relative to the project's root, folders end in '/'.
struct Diff {
  std::vector<Difference> added;
  std::vector<Difference> deleted;
  std::vector<Difference> modified;
  std::vector<Difference> renamed;
  std::vector<Difference> not_in_cache;  ///< Of the old side, when the new one is the work tree.
};

/// What data changed between two commits or since one. Nothing in a repository without commits.
/// Source: DVC dvc/repo/diff.py. Throws: Error{not_found} "unknown Git revision 'x'", and for a
/// target that neither side knows "unexpected error - [Errno 2] No such file or directory: 'x'".
Diff diff(pipeline::Workspace& workspace, const DiffRequest& request);

}  // namespace expcore::data
