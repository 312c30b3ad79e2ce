#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fs/file.hpp"

namespace expcore::fs {

/// One gitignore pattern list, as DVC reads `.dvcignore` (gitwildmatch).
class IgnorePatterns {
 public:
  /// Lines as in a `.dvcignore` in `dir` ("" for the root, else a root-relative folder).
  /// Blank lines and comments are skipped; later lists are stronger.
  void add(std::string_view text, std::string_view dir);

  /// Whether the last matching pattern ignores root-relative `path` itself; its parents are not
  /// looked at.
  bool matches(std::string_view path, bool is_directory) const;

 private:
  struct Pattern {
    std::string base;  ///< Folder of the list, "" or ending in '/'.
    std::string glob;
    bool negated = false;
    bool directories_only = false;
    bool anchored = false;
  };
  std::vector<Pattern> patterns_;
};

/// `.dvcignore` of a project: the built-in patterns, every `.dvcignore` file found on the way, and
/// nested DVC projects (a sub-folder with a `.dvc` folder), which are invisible.
///
/// Reads `.dvcignore` files when a folder is first asked about and keeps them.
/// Behaviour: DVC dvc/ignore.py; docs/formats/dvcignore.md.
/// Thread safety: confined.
class DvcIgnore {
 public:
  /// `root` is absolute and normalised.
  explicit DvcIgnore(std::string root);
  ~DvcIgnore();
  DvcIgnore(DvcIgnore&&) noexcept;
  DvcIgnore& operator=(DvcIgnore&&) noexcept;

  /// Whether absolute `path` or one of its parents inside the root is ignored. Paths outside the
  /// root are not.
  bool is_ignored(const std::string& path, bool is_directory) const;

  /// The file, line and text of the deciding pattern, "<file>:<line>:<pattern>"; "" when not
  /// ignored.
  std::string explain(const std::string& path, bool is_directory) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct WalkEntry {
  std::string path;      ///< Absolute.
  std::string relative;  ///< To the walked folder.
  Kind kind = Kind::file;  ///< Of the entry itself (links not followed).
};

/// Every entry below `dir` top-down; ignored entries (when `ignore` is given) and what `enter`
/// refuses are not visited. Links to folders are reported as links, not entered. Within a folder
/// the order is readdir's: first all non-folders, then the folders.
void walk(const std::string& dir, const DvcIgnore* ignore,
          const std::function<void(const WalkEntry&)>& visit,
          const std::function<bool(const WalkEntry&)>& enter = {});

}  // namespace expcore::fs
