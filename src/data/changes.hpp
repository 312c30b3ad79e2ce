#pragma once
#include <string>
#include <vector>

#include "data/snapshot.hpp"

namespace expcore::data {

enum class ChangeKind : unsigned char { unchanged, added, modified, deleted, renamed, unknown };

/// A path that either side of a comparison has.
struct Change {
  ChangeKind kind = ChangeKind::unchanged;
  std::string path;            ///< On the new side, for deleted ones on the old side.
  std::string old_path;        ///< Of a renamed one; else the same.
  const Entry* old = nullptr;  ///< In the Snapshot; nullptr: not there.
  const Entry* now = nullptr;

  /// How messages show it: a folder ends in '/'.
  std::string shown() const;
  std::string shown_old() const;
};

/// What counts as being there.
enum class Compare : bool {
  hashes,   ///< `data status`: what has a hash. What has none on both sides is left out.
  entries,  ///< `diff`: what is recorded. Folders without hash are left out.
};

/// How `now` differs from `old`, in the order of paths. Something added with the hash of something
/// deleted is renamed, in the order of paths, each once. What is below a folder whose list of files
/// is lost on either side is unknown. Source: dvc-data index/diff.py.
std::vector<Change> compare(const Snapshot& old, const Snapshot& now, Compare what);

}  // namespace expcore::data
