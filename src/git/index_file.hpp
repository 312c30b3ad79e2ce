#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "git/repo.hpp"

namespace expcore::git {

/// Git's index as its bytes are, read without libgit2: enough to tell at little cost that a work
/// tree is what it was. Whatever is out of the ordinary is left to Repo.
/// Source: gitformat-index(5).
/// Thread safety: thread-compatible.
class IndexFile {
 public:
  /// nullopt when there is none, when it is split or sparse, when a path is unmerged, a submodule
  /// or exempt from comparing (assume-unchanged, skip-worktree, intent-to-add), and when it is no
  /// index of versions 2 to 4.
  static std::optional<IndexFile> read(const std::string& path);

  struct Entry {
    std::string path;
    RawId id{};
    std::uint32_t mode = 0;
    std::uint32_t inode = 0;  ///< Low bits, as those of the size.
    std::uint32_t size = 0;
    std::int64_t ctime_ns = 0;
    std::int64_t mtime_ns = 0;
  };

  std::string_view bytes() const { return bytes_; }
  const std::vector<Entry>& entries() const { return entries_; }  ///< By path.
  /// Whether `path` is a tracked file; links do not count.
  bool has(std::string_view path) const;
  /// Whether every file in `workdir` is, to the stat, the one that the index was told of. False
  /// also when that cannot be told, as of a file that changed at the moment the index was written.
  bool is_like(const std::string& workdir) const;
  /// Numbers of the entries of which is_like() would not be true, ascending.
  std::vector<std::size_t> suspects(const std::string& workdir) const;
  /// Whether no folder of the index is something else, such as a link, in `workdir`; none may be
  /// there at all.
  bool has_real_folders(const std::string& workdir) const;

  /// The tree of a folder ("" or "a/b/") with `size` files below it, when Git has noted it.
  std::optional<RawId> noted_tree(const std::string& folder, std::size_t size) const;
  /// How many folders have no noted tree.
  std::size_t unknown_folders() const;

 private:
  struct NotedTree {
    std::size_t size = 0;
    RawId id{};
  };
  class Reader;

  std::vector<std::string> folders() const;

  bool is_unchanged(const std::string& workdir, const Entry& entry) const;

  std::string bytes_;
  std::int64_t written_ns_ = 0;
  std::vector<Entry> entries_;
  std::map<std::string, NotedTree> noted_;  ///< By folder.
};

}  // namespace expcore::git
