#include "hash/contents.hpp"

namespace expcore::hash {
namespace {

constexpr int version = 1;
constexpr const char* schema =
    "CREATE TABLE IF NOT EXISTS contents (size INTEGER, head_low INTEGER, head_high INTEGER, "
    "low INTEGER, high INTEGER, hex TEXT, "
    "PRIMARY KEY (size, low, high, head_low, head_high)) WITHOUT ROWID";

}  // namespace

KnownContents::KnownContents(std::string path) : database_(std::move(path), version, schema) {}

std::vector<KnownContent> KnownContents::of_size(std::int64_t size) {
  const std::lock_guard lock(mutex_);
  std::vector<KnownContent> found;
  const auto [first, last] = fresh_.equal_range(size);
  for (auto known = first; known != last; ++known)
    found.push_back(known->second);
  MemoStatement rows =
      database_.find("SELECT head_low, head_high, low, high, hex FROM contents WHERE size = ?1");
  if (rows) rows.bind(size);
  while (rows.step())
    found.push_back({rows.fingerprint(0), rows.fingerprint(2), rows.text(4)});
  return found;
}

void KnownContents::remember(std::int64_t size, const KnownContent& content) {
  const std::lock_guard lock(mutex_);
  fresh_.emplace(size, content);
  if (database_.is_kept()) unsaved_.emplace_back(size, content);
}

void KnownContents::flush() {
  const std::lock_guard lock(mutex_);
  database_.pause();
  if (unsaved_.empty() || !database_.begin()) return;
  MemoStatement insert =
      database_.change("INSERT OR REPLACE INTO contents VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
  for (const auto& [size, content] : unsaved_) {
    if (!insert) break;
    insert.bind(size).bind(content.head).bind(content.whole).bind(content.hex).step();
    insert.reset();
  }
  database_.commit();
  unsaved_.clear();
}

void KnownContents::pause() {
  const std::lock_guard lock(mutex_);
  database_.pause();
}

}  // namespace expcore::hash
