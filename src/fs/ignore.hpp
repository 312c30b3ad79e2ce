#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fs/file.hpp"

namespace expcore::fs {

/// A gitignore pattern list, as DVC reads `.dvcignore` (gitwildmatch).
/// Thread safety: thread-compatible.
class IgnorePatterns {
 public:
  struct Pattern {
    std::string base;  ///< Folder of the list relative to the root, "" or ending in '/'.
    std::string glob;
    std::string text;  ///< As written.
    std::string file;  ///< Which file it is from, for messages.
    int line = 0;
    bool negated = false;
    bool directories_only = false;
    bool anchored = false;
  };

  /// Lines as in a `.dvcignore` in `dir` (root-relative, "" for the root). Blank lines and comments
  /// are skipped; later lines are stronger.
  void add(std::string_view text, std::string_view dir, std::string_view file);

  const std::vector<Pattern>& patterns() const { return patterns_; }

  /// Whether the pattern matches root-relative `path` or a folder above it.
  static bool matches(const Pattern& pattern, std::string_view path, bool is_directory);
  /// Whether it matches `path` itself, as Git asks for each part of a path in turn.
  static bool matches_itself(const Pattern& pattern, std::string_view path, bool is_directory);

 private:
  std::vector<Pattern> patterns_;
};

/// Whether `glob` matches the whole of `text`, as Git's wildmatch does for paths: `*` and `?` stop
/// at
/// '/', `**` as a whole part does not.
bool glob_match(std::string_view glob, std::string_view text);

/// `.dvcignore` of a project: the built-in patterns, every `.dvcignore` file found on the way, and
/// nested DVC projects (a sub-folder with a `.dvc` folder), which are invisible.
///
/// Reads `.dvcignore` files when a folder is first asked about and keeps them.
/// Behaviour: DVC dvc/ignore.py; docs/formats/pipeline-files.md.
/// Thread safety: thread-safe.
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

  /// The same question about many entries of one folder, where what the folders above say is known.
  /// Refers to its DvcIgnore. Thread safety: thread-compatible.
  class Listing;

  /// The deciding pattern as "<file>:<line>:<pattern>", the file relative to the root; "" when not
  /// ignored.
  std::string explain(const std::string& path, bool is_directory) const;

  /// Everything that answers so far depended on: paths of `.dvcignore` files and `.dvc` folders,
  /// there or not.
  std::vector<std::string> looked_at() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class DvcIgnore::Listing {
 public:
  /// `folder` is absolute and normalised.
  Listing(const DvcIgnore& ignore, std::string folder);
  bool is_ignored(std::string_view name, bool is_directory) const;

 private:
  struct Rule {
    const IgnorePatterns::Pattern* pattern;
    bool matches_folder;  ///< This folder or one above it, hence all below.
  };
  Impl* impl_;
  std::string relative_;  ///< To the root, ending in '/'; "" for the root.
  bool nothing_ = false;  ///< The folder is outside of the root.
  bool everything_ = false;
  std::vector<Rule> rules_;  ///< The strongest first.
};

struct WalkEntry {
  std::string path;        ///< Absolute.
  std::string relative;    ///< To the walked folder.
  Kind kind = Kind::file;  ///< Of the entry itself (links not followed).
};

/// Every entry below `dir` top-down; ignored entries (when `ignore` is given) and what `enter`
/// refuses are not visited. Links to folders are reported as links, not entered. Within a folder
/// the order is readdir's: first all non-folders, then the folders.
void walk(const std::string& dir, const DvcIgnore* ignore,
          const std::function<void(const WalkEntry&)>& visit,
          const std::function<bool(const WalkEntry&)>& enter = {});

}  // namespace expcore::fs
