#include "hash/state.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "hash/content.hpp"
#include "hash/contents.hpp"
#include "hash/memo.hpp"
#include "hash/stat_sum.hpp"

namespace expcore::hash {
namespace {

/// Changes when a table does; another number means: start anew.
constexpr int version = 1;
constexpr const char* schema =
    "CREATE TABLE IF NOT EXISTS files (key TEXT PRIMARY KEY, device INTEGER, inode INTEGER, "
    "size INTEGER, mtime INTEGER, ctime INTEGER, hex TEXT) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS made (path TEXT PRIMARY KEY, inode INTEGER, mtime INTEGER, "
    "hex TEXT, kind INTEGER) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS folders (key TEXT PRIMARY KEY, low INTEGER, high INTEGER, "
    "hex TEXT, size INTEGER, count INTEGER) WITHOUT ROWID";

struct Row {
  fs::Stat stat;
  std::string hex;
};

/// Path and hash kind in one key.
std::string key_of(const std::string& path, FileHash kind) {
  return (kind == FileHash::md5 ? "m" : "d") + path;
}

bool same_file(const fs::Stat& a, const fs::Stat& b) {
  return a.device == b.device && a.inode == b.inode && a.size == b.size &&
         a.mtime_ns == b.mtime_ns && a.ctime_ns == b.ctime_ns;
}

/// In the first six columns.
Row row_at(const MemoStatement& row) {
  Row found;
  found.stat.device = row.number(0);
  found.stat.inode = row.number(1);
  found.stat.size = row.integer(2);
  found.stat.mtime_ns = row.integer(3);
  found.stat.ctime_ns = row.integer(4);
  found.hex = row.text(5);
  return found;
}

}  // namespace

struct StateDb::Impl {
  Impl(std::string file, std::string contents_file)
      : database(std::move(file), version, schema), contents(std::move(contents_file)) {}

  std::mutex mutex;
  MemoDatabase database;
  KnownContents contents;
  MemoStatement select;                        ///< A file's row.
  std::unordered_map<std::string, Row> fresh;  ///< Of this process; newer than the database.
  std::unordered_map<std::string, Row> unsaved;
  std::map<std::string, std::optional<Made>> unsaved_made;  ///< nullopt: forgotten.
  std::unordered_map<std::string, KnownFolder> unsaved_folders;

  std::optional<Row> stored(const std::string& key) {
    if (!select) {
      select =
          database.find("SELECT device, inode, size, mtime, ctime, hex FROM files WHERE key = ?1");
      if (!select) return std::nullopt;
    }
    std::optional<Row> row;
    if (select.bind(key).step()) row = row_at(select);
    select.reset();
    return row;
  }

  void pause() {
    select = {};
    database.pause();
  }

  /// All rows of keys between two.
  void load(std::string_view above, std::string_view below) {
    MemoStatement rows = database.find(
        "SELECT device, inode, size, mtime, ctime, hex, key FROM files WHERE key > ?1 AND key < "
        "?2");
    if (rows) rows.bind(above).bind(below);
    while (rows.step())
      fresh.emplace(rows.text(6), row_at(rows));
  }

  std::map<std::string, Made> stored_made() {
    std::map<std::string, Made> found;
    MemoStatement rows = database.find("SELECT path, inode, mtime, hex, kind FROM made");
    while (rows.step()) {
      found.emplace(rows.text(0), Made{rows.number(1), rows.integer(2), rows.text(3),
                                       static_cast<FileHash>(rows.integer(4))});
    }
    return found;
  }

  std::optional<KnownFolder> stored_folder(const std::string& key) {
    MemoStatement row =
        database.find("SELECT low, high, hex, size, count FROM folders WHERE key = ?1");
    if (row) row.bind(key);
    if (!row.step()) return std::nullopt;
    return KnownFolder{row.fingerprint(0), row.text(2), row.integer(3), row.integer(4)};
  }

  void save_made() {
    MemoStatement insert =
        database.change("INSERT OR REPLACE INTO made VALUES (?1, ?2, ?3, ?4, ?5)");
    MemoStatement remove = database.change("DELETE FROM made WHERE path = ?1");
    if (!insert || !remove) return;
    for (const auto& [file, made] : unsaved_made) {
      if (made) {
        insert.bind(file).bind(made->inode).bind(made->mtime_ns).bind(made->hex);
        insert.bind(static_cast<std::int64_t>(made->kind)).step();
        insert.reset();
      } else {
        remove.bind(file).step();
        remove.reset();
      }
    }
  }

  void save_folders() {
    MemoStatement insert =
        database.change("INSERT OR REPLACE INTO folders VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    if (!insert) return;
    for (const auto& [key, folder] : unsaved_folders) {
      insert.bind(key).bind(folder.stats).bind(folder.hex).bind(folder.size);
      insert.bind(folder.file_count).step();
      insert.reset();
    }
  }

  void save_files() {
    MemoStatement insert =
        database.change("INSERT OR REPLACE INTO files VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    if (!insert) return;
    std::vector<const std::pair<const std::string, Row>*> rows;  // in the order of the table
    rows.reserve(unsaved.size());
    for (const auto& entry : unsaved)
      rows.push_back(&entry);
    std::sort(rows.begin(), rows.end(), [](auto* a, auto* b) { return a->first < b->first; });
    for (const auto* entry : rows) {
      const auto& [key, row] = *entry;
      insert.bind(key).bind(row.stat.device).bind(row.stat.inode).bind(row.stat.size);
      insert.bind(row.stat.mtime_ns).bind(row.stat.ctime_ns).bind(row.hex).step();
      insert.reset();
    }
  }

  /// The MD5 of a file whose stat nobody knows but whose content may be known. Not under the lock.
  Hashed read(const Read& reader, const std::string& file, const fs::Stat& stat,
              const BytesDone& on_bytes) {
    const bool is_large = stat.size >= large_content;
    if (is_large) {
      if (auto hex = recognise(file, stat.size, contents.of_size(stat.size), on_bytes))
        return {std::move(*hex), stat.size};
    }
    ReadContent content = reader(file, stat);
    if (is_large) contents.remember(content.size, content.content);
    return {std::move(content.content.hex), content.size};
  }

  void save() {
    contents.flush();
    pause();
    if (unsaved.empty() && unsaved_made.empty() && unsaved_folders.empty()) return;
    if (!database.begin()) return;
    save_made();
    save_folders();
    save_files();
    database.commit();
    unsaved_made.clear();
    unsaved_folders.clear();
    unsaved.clear();
  }
};

StateDb::StateDb(std::string path, std::string contents_path)
    : impl_(std::make_unique<Impl>(std::move(path), std::move(contents_path))) {}

StateDb::~StateDb() {
  try {
    flush();
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): it is only a cache
  }
}

std::optional<std::string> StateDb::find(const std::string& path, const fs::Stat& stat,
                                         FileHash kind) {
  const std::string key = key_of(path, kind);
  const std::lock_guard lock(impl_->mutex);
  if (const auto known = impl_->fresh.find(key); known != impl_->fresh.end()) {
    if (same_file(known->second.stat, stat)) return known->second.hex;
    return std::nullopt;
  }
  auto row = impl_->stored(key);
  if (!row || !same_file(row->stat, stat)) return std::nullopt;
  impl_->fresh.emplace(key, *row);
  return std::move(row->hex);
}

void StateDb::prefetch(const std::string& folder, FileHash kind) {
  const std::lock_guard lock(impl_->mutex);
  impl_->load(key_of(folder + "/", kind), key_of(folder + "0", kind));  // '0' follows '/'
}

void StateDb::remember(const std::string& path, const fs::Stat& stat, const std::string& hex,
                       FileHash kind) {
  if (is_racy(stat)) return;
  const std::string key = key_of(path, kind);
  const std::lock_guard lock(impl_->mutex);
  impl_->fresh.insert_or_assign(key, Row{stat, hex});
  impl_->unsaved.insert_or_assign(key, Row{stat, hex});
}

Hashed StateDb::hash(const std::string& path, FileHash kind) {
  const auto stat = fs::stat(path);
  return stat ? hash(path, *stat, kind) : hash_file(path, kind);
}

Hashed StateDb::hash(const std::string& path, const fs::Stat& stat, FileHash kind,
                     const BytesDone& on_bytes) {
  if (kind == FileHash::md5 && stat.size >= large_content) {
    const Read plainly = [&](const std::string& file, const fs::Stat&) {
      return read_content(file, on_bytes);
    };
    return hash_by(plainly, path, stat, on_bytes);
  }
  return hash_with([&] { return hash_file(path, kind, on_bytes); }, path, stat, kind, on_bytes);
}

Hashed StateDb::hash_by(const Read& read, const std::string& path, const fs::Stat& stat,
                        const BytesDone& on_bytes) {
  return hash_with([&] { return impl_->read(read, path, stat, on_bytes); }, path, stat,
                   FileHash::md5, on_bytes);
}

Hashed StateDb::hash_with(const std::function<Hashed()>& read, const std::string& path,
                          const fs::Stat& before, FileHash kind, const BytesDone& on_bytes) {
  if (auto known = find(path, before, kind)) {
    if (on_bytes) on_bytes(before.size);
    return {std::move(*known), before.size};
  }
  const bool racy = is_racy(before);
  Hashed hashed = read();
  const auto after = fs::stat(path);
  if (!racy && after && same_file(before, *after)) remember(path, *after, hashed.hex, kind);
  return hashed;
}

std::optional<KnownFolder> StateDb::find_folder(const std::string& path, FileHash kind) {
  const std::string key = key_of(path, kind);
  const std::lock_guard lock(impl_->mutex);
  const auto known = impl_->unsaved_folders.find(key);
  return known == impl_->unsaved_folders.end() ? impl_->stored_folder(key) : known->second;
}

void StateDb::remember_folder(const std::string& path, KnownFolder folder, FileHash kind) {
  const std::lock_guard lock(impl_->mutex);
  impl_->unsaved_folders.insert_or_assign(key_of(path, kind), std::move(folder));
}

std::map<std::string, Made> StateDb::made() {
  const std::lock_guard lock(impl_->mutex);
  auto found = impl_->stored_made();
  for (const auto& [path, made] : impl_->unsaved_made) {
    if (made) {
      found.insert_or_assign(path, *made);
    } else {
      found.erase(path);
    }
  }
  return found;
}

void StateDb::remember_made(const std::string& path, const Made& made) {
  const std::lock_guard lock(impl_->mutex);
  impl_->unsaved_made.insert_or_assign(path, made);
}

void StateDb::forget_made(const std::string& path) {
  const std::lock_guard lock(impl_->mutex);
  impl_->unsaved_made.insert_or_assign(path, std::nullopt);
}

void StateDb::pause() {
  impl_->contents.pause();
  const std::lock_guard lock(impl_->mutex);
  impl_->pause();
}

void StateDb::flush() {
  const std::lock_guard lock(impl_->mutex);
  impl_->save();
}

}  // namespace expcore::hash
