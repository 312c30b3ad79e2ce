#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "hash/content.hpp"
#include "hash/memo.hpp"

namespace expcore::hash {

/// Remembers what large contents hash to, whatever files they are in
/// (docs/decisions/known-contents.md). A cache, as StateDb.
/// Thread safety: thread-safe.
class KnownContents {
 public:
  /// `path` of the SQLite file, which a project and its slots share; "" keeps all in memory.
  explicit KnownContents(std::string path);

  /// All contents of `size` bytes that are known.
  std::vector<KnownContent> of_size(std::int64_t size);
  void remember(std::int64_t size, const KnownContent& content);
  /// Stores what was remembered since.
  void flush();
  /// As StateDb::pause().
  void pause();

 private:
  std::mutex mutex_;
  MemoDatabase database_;
  std::multimap<std::int64_t, KnownContent> fresh_;  ///< Read by this process, by size.
  std::vector<std::pair<std::int64_t, KnownContent>> unsaved_;
};

}  // namespace expcore::hash
