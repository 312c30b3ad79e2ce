#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pipeline/workspace.hpp"

namespace expcore::run {

/// The `.gitignore` line that matches exactly this name in its folder.
std::string ignore_pattern(const std::string& name);

/// Keeps outputs out of Git by `.gitignore` files beside them, and takes the lines back when the
/// command fails, as DVC does. Source: DVC dvc/repo/scm_context.py; docs/formats/pipeline-files.md.
/// Thread safety: confined.
class IgnoreFiles {
 public:
  explicit IgnoreFiles(pipeline::Workspace& workspace) : workspace_(workspace) {}

  /// Makes Git ignore `path` (absolute): nothing when a rule does already or there is no Git.
  /// Lines that this object adds to a file stand in the order of their `rank` (equal ones: of the
  /// calls), whichever stage is done first.
  /// Throws: Error{invalid_argument} " output '<path>' is already tracked by SCM (e.g. Git).…".
  void add(const std::string& path, std::size_t rank);

  /// Restores every file that add() changed to what it was.
  void roll_back();

  /// Absolute paths of the files that add() wrote.
  std::vector<std::string> changed() const;

 private:
  struct File {
    std::optional<std::string> original;            ///< Before the first change.
    std::string base;                               ///< What our lines follow.
    std::multimap<std::size_t, std::string> lines;  ///< Ours, by rank.
    std::string written;                            ///< What we left in it.
    std::string text() const;
  };

  pipeline::Workspace& workspace_;
  std::map<std::string, File> files_;
};

}  // namespace expcore::run
