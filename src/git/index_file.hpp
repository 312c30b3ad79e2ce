#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "git/repo.hpp"

namespace expcore::git {

/// Git's index as its bytes are, read without libgit2. Whatever is out of the ordinary is left to
/// Repo.
/// Source: gitformat-index(5).
/// Thread safety: thread-compatible.
class IndexFile {
 public:
  /// nullopt when there is none, when it is split or sparse, when a path is unmerged or exempt from
  /// comparing (assume-unchanged, skip-worktree, intent-to-add), and when it is no index of
  /// versions 2 to 4. Its checksum is not looked at, as Git does not.
  static std::optional<IndexFile> read(const std::string& path);
  /// The same of bytes written at that time.
  static std::optional<IndexFile> parse(std::string bytes, std::int64_t written_ns);

  IndexFile(IndexFile&&) = default;
  IndexFile& operator=(IndexFile&&) = default;
  IndexFile(const IndexFile&) = delete;
  IndexFile& operator=(const IndexFile&) = delete;

  struct Entry {
    std::string_view path;
    std::size_t offset = 0;  ///< In the bytes.
    RawId id{};
    std::uint32_t mode = 0;
    std::uint32_t inode = 0;  ///< Low bits, as those of the size.
    std::uint32_t size = 0;
    std::int64_t ctime_ns = 0;
    std::int64_t mtime_ns = 0;
  };

  std::string_view bytes() const { return bytes_; }
  std::uint32_t version() const { return version_; }
  const std::vector<Entry>& entries() const { return entries_; }  ///< By path.
  std::size_t entries_end() const { return entries_end_; }        ///< In the bytes.
  bool has_submodules() const { return has_submodules_; }
  /// Whether the bytes are those that somebody wrote. Takes 2 ms for a megabyte.
  bool is_undamaged() const;
  /// Whether `path` is a tracked file; links and submodules do not count.
  bool has(std::string_view path) const;
  bool has_path(std::string_view path) const;   ///< An entry of any kind.
  bool has_below(std::string_view path) const;  ///< Whether `path` is a folder of entries.
  /// Whether every file in `workdir` is, to the stat, the one that the index was told of. False
  /// also when that cannot be told, as of submodules and of a file that changed at the moment the
  /// index was written.
  bool is_like(const std::string& workdir) const;
  /// Numbers of the entries of which is_like() would not be true, ascending.
  std::vector<std::size_t> suspects(const std::string& workdir) const;
  /// The same where they are few enough to be looked at one by one and all folders are folders in
  /// `workdir`; else nullopt.
  std::optional<std::vector<std::size_t>> few_suspects(const std::string& workdir) const;
  /// folders_above() all entries, each once.
  std::vector<std::string> folders() const;

  /// The tree of a folder ("" or "a/b/") with `size` files below it, when Git has noted it.
  std::optional<RawId> noted_tree(const std::string& folder, std::size_t size) const;
  /// How many of `folders` have no noted tree.
  std::size_t count_unknown(const std::vector<std::string>& folders) const;

 private:
  struct NotedTree {
    std::size_t size = 0;
    RawId id{};
  };
  class Reader;

  IndexFile() = default;

  std::vector<Entry>::const_iterator first_from(std::string_view path) const;
  bool is_unchanged(const std::string& workdir, const Entry& entry) const;

  std::string bytes_;
  std::int64_t written_ns_ = 0;
  std::uint32_t version_ = 0;
  std::vector<Entry> entries_;
  std::size_t entries_end_ = 0;
  std::deque<std::string> names_;  ///< Paths that the bytes do not have as they are.
  bool has_submodules_ = false;
  std::map<std::string, NotedTree> noted_;  ///< By folder.
};

/// What tells an index from every other one: its last 40 digits. "" for none, and for one whose
/// writer left them out (index.skipHash).
std::string index_checksum(const std::string& path);

/// "a/" and "a/b/" for "a/b/c".
std::vector<std::string> folders_above(std::string_view path);
/// Whether none of an index's folders is something else, such as a link, in `workdir`; they need
/// not be there.
bool are_real_folders(const std::vector<std::string>& folders, const std::string& workdir);

}  // namespace expcore::git
