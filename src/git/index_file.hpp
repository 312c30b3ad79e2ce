#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

  std::string_view bytes() const { return bytes_; }
  /// Whether `path` is a tracked file; links do not count.
  bool has(std::string_view path) const;
  /// Whether every file in `workdir` is, to the stat, the one that the index was told of. False
  /// also when that cannot be told, as of a file that changed at the moment the index was written.
  bool is_like(const std::string& workdir) const;

 private:
  struct Entry {
    std::string path;
    std::uint32_t mode = 0;
    std::uint32_t inode = 0;  ///< Low bits, as those of the size.
    std::uint32_t size = 0;
    std::int64_t ctime_ns = 0;
    std::int64_t mtime_ns = 0;
  };
  class Reader;

  bool is_unchanged(const std::string& workdir, const Entry& entry) const;

  std::string bytes_;
  std::int64_t written_ns_ = 0;
  std::vector<Entry> entries_;  ///< By path.
};

}  // namespace expcore::git
