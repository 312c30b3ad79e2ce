#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fs/ignore.hpp"

namespace expcore::git {

/// Git's ignore rules of a work tree, read without libgit2, which takes 10 ms to start: looking for
/// pipeline files needs nothing else of Git.
///
/// Knows .gitignore files, info/exclude and the default global file. Answers nullopt, and the
/// caller asks libgit2, where a configuration names another global file or a pattern is of a kind
/// that only Git's own reader gets right (blanks that count). Thread safety: confined.
class IgnoreRules {
 public:
  /// `workdir` holds a `.git` folder. `environment` tells where the user's configuration is.
  IgnoreRules(std::string workdir, const std::map<std::string, std::string>& environment);

  /// By ignore rules only, as Repo::is_ignored().
  std::optional<bool> is_ignored(std::string_view relative_path, bool is_directory);

  /// Every file that answers so far depended on, there or not; nullopt once libgit2 had to be
  /// asked.
  std::optional<std::vector<std::string>> looked_at() const;

 private:
  const fs::IgnorePatterns& patterns_of(const std::string& folder);
  void add_file(fs::IgnorePatterns& patterns, const std::string& path, const std::string& folder);

  std::string workdir_;
  bool certain_ = true;
  std::vector<std::string> read_;  ///< Paths of the files asked for.
  fs::IgnorePatterns common_;      ///< The global file, then info/exclude.
  std::unordered_map<std::string, fs::IgnorePatterns> folders_;
};

}  // namespace expcore::git
