#pragma once
#include <map>
#include <optional>
#include <string>

namespace expcore::git {

/// A repository's configuration, read without libgit2 from the files libgit2 would read, where that
/// takes no more than reading them.
/// Source: git-config(1). Thread safety: thread-compatible.
class PlainConfig {
 public:
  /// `git_dir`: of a repository that has no configuration for work trees of its own. nullopt when a
  /// file includes others, may not be read or has something in it that is left to libgit2.
  static std::optional<PlainConfig> read(const std::string& git_dir);

  /// `key`: "section.name" or "section.sub.name"; case matters in "sub" only.
  std::optional<std::string> get(const std::string& key) const;

  /// Whether Git records files as they are, byte for byte, and writes its own as the umask says. A
  /// `.gitattributes` file may change that for some of them.
  bool is_verbatim() const;

 private:
  bool add_file(const std::string& path);

  std::string git_dir_;
  std::string user_dir_;  ///< Of the user's files for Git.
  std::map<std::string, std::string> values_;
};

}  // namespace expcore::git
