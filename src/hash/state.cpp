#include "hash/state.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <sqlite3.h>
#include <unordered_map>
#include <utility>
#include <vector>

#include <expcore/error.hpp>

#include "fs/path.hpp"
#include "hash/content.hpp"
#include "hash/stat_sum.hpp"

namespace expcore::hash {
namespace {

/// Changes when the table does; another number means: start anew.
constexpr int schema_version = 1;

struct CloseDatabase {
  void operator()(sqlite3* db) const noexcept { sqlite3_close_v2(db); }
};
struct FinishStatement {
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;
using Statement = std::unique_ptr<sqlite3_stmt, FinishStatement>;

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

void run(sqlite3* db, const char* sql) { sqlite3_exec(db, sql, nullptr, nullptr, nullptr); }

std::string text_at(sqlite3_stmt* statement, int column) {
  return {reinterpret_cast<const char*>(sqlite3_column_text(statement, column)),
          static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
}

/// In the first six columns.
Row row_at(sqlite3_stmt* statement) {
  Row row;
  row.stat.device = static_cast<std::uint64_t>(sqlite3_column_int64(statement, 0));
  row.stat.inode = static_cast<std::uint64_t>(sqlite3_column_int64(statement, 1));
  row.stat.size = sqlite3_column_int64(statement, 2);
  row.stat.mtime_ns = sqlite3_column_int64(statement, 3);
  row.stat.ctime_ns = sqlite3_column_int64(statement, 4);
  row.hex = text_at(statement, 5);
  return row;
}

/// In two columns, from `column` on.
Fingerprint fingerprint_at(sqlite3_stmt* statement, int column) {
  return {static_cast<std::uint64_t>(sqlite3_column_int64(statement, column)),
          static_cast<std::uint64_t>(sqlite3_column_int64(statement, column + 1))};
}

void bind(sqlite3_stmt* statement, int index, const Fingerprint& fingerprint) {
  sqlite3_bind_int64(statement, index, static_cast<sqlite3_int64>(fingerprint.low));
  sqlite3_bind_int64(statement, index + 1, static_cast<sqlite3_int64>(fingerprint.high));
}

Statement prepare(sqlite3* db, const char* sql) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(db, sql, -1, &raw, nullptr) != SQLITE_OK) return nullptr;
  return Statement(raw);
}

}  // namespace

struct StateDb::Impl {
  explicit Impl(std::string file) : path(std::move(file)) {}

  std::string path;
  std::mutex mutex;
  bool tried = false;
  bool reading = false;  ///< A read transaction is open: lookups need no locks of their own.
  Database db;
  Statement select;
  std::unordered_map<std::string, Row> fresh;  ///< Of this process; newer than the database.
  std::unordered_map<std::string, Row> unsaved;
  std::map<std::string, std::optional<Made>> unsaved_made;  ///< nullopt: forgotten.
  std::multimap<std::int64_t, KnownContent> contents;       ///< Read by this process, by size.
  std::vector<std::pair<std::int64_t, KnownContent>> unsaved_contents;
  std::unordered_map<std::string, KnownFolder> unsaved_folders;

  /// Opens the database when there is one (or `create`); leaves `db` empty when that fails.
  void open(bool create) {
    if (db || path.empty() || (tried && !create)) return;
    tried = true;
    if (!create && !fs::exists(path)) return;
    if (create) fs::make_directories(fs::parent(path));
    if (!open_once() && create) {
      // Corrupt or of another version: it is only a cache.
      fs::remove(path);
      open_once();
    }
  }

  bool open_once() {
    sqlite3* raw = nullptr;
    const int rc =
        sqlite3_open_v2(path.c_str(), &raw,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    Database opened(raw);
    if (rc != SQLITE_OK) return false;
    sqlite3_busy_timeout(raw, 200);
    run(raw, "PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY");
    const int version = user_version(raw);
    if (version != 0 && version != schema_version) return false;
    if (version == 0) {
      run(raw,
          "CREATE TABLE IF NOT EXISTS files (key TEXT PRIMARY KEY, device INTEGER, inode INTEGER, "
          "size INTEGER, mtime INTEGER, ctime INTEGER, hex TEXT) WITHOUT ROWID;"
          "PRAGMA user_version=1");
    }
    select =
        prepare(raw, "SELECT device, inode, size, mtime, ctime, hex FROM files WHERE key = ?1");
    if (!select) return false;
    db = std::move(opened);
    return true;
  }

  static int user_version(sqlite3* raw) {
    const Statement statement = prepare(raw, "PRAGMA user_version");
    if (!statement || sqlite3_step(statement.get()) != SQLITE_ROW) return -1;
    return sqlite3_column_int(statement.get(), 0);
  }

  std::optional<Row> stored(const std::string& key) {
    open(false);
    if (!db) return std::nullopt;
    start_reading();
    sqlite3_stmt* s = select.get();
    sqlite3_reset(s);
    sqlite3_bind_text(s, 1, key.data(), static_cast<int>(key.size()), SQLITE_STATIC);
    if (sqlite3_step(s) != SQLITE_ROW) return std::nullopt;
    Row row = row_at(s);
    sqlite3_reset(s);
    return row;
  }

  /// All rows of keys between two.
  void load(const std::string& above, const std::string& below) {
    open(false);
    if (!db) return;
    start_reading();
    const Statement statement = prepare(db.get(),
                                        "SELECT device, inode, size, mtime, ctime, hex, key FROM "
                                        "files WHERE key > ?1 AND key < ?2");
    sqlite3_stmt* s = statement.get();
    if (s == nullptr) return;
    sqlite3_bind_text(s, 1, above.data(), static_cast<int>(above.size()), SQLITE_STATIC);
    sqlite3_bind_text(s, 2, below.data(), static_cast<int>(below.size()), SQLITE_STATIC);
    while (sqlite3_step(s) == SQLITE_ROW)
      fresh.emplace(text_at(s, 6), row_at(s));
  }

  void start_reading() {
    if (reading) return;
    run(db.get(), "BEGIN");
    reading = true;
  }

  void stop_reading() {
    if (!reading) return;
    sqlite3_reset(select.get());
    run(db.get(), "COMMIT");
    reading = false;
  }

  std::map<std::string, Made> stored_made() {
    std::map<std::string, Made> found;
    open(false);
    const Statement statement =
        db ? prepare(db.get(), "SELECT path, inode, mtime, hex, kind FROM made") : nullptr;
    sqlite3_stmt* s = statement.get();
    while (s != nullptr && sqlite3_step(s) == SQLITE_ROW) {
      Made made;
      made.inode = static_cast<std::uint64_t>(sqlite3_column_int64(s, 1));
      made.mtime_ns = sqlite3_column_int64(s, 2);
      made.hex = text_at(s, 3);
      made.kind = static_cast<FileHash>(sqlite3_column_int(s, 4));
      found.emplace(text_at(s, 0), std::move(made));
    }
    return found;
  }

  void save_made() {
    if (unsaved_made.empty()) return;
    run(db.get(),
        "CREATE TABLE IF NOT EXISTS made (path TEXT PRIMARY KEY, "
        "inode INTEGER, mtime INTEGER, "
        "hex TEXT, kind INTEGER) WITHOUT ROWID");
    const Statement insert =
        prepare(db.get(), "INSERT OR REPLACE INTO made VALUES (?1, ?2, ?3, ?4, ?5)");
    const Statement remove = prepare(db.get(), "DELETE FROM made WHERE path = ?1");
    if (!insert || !remove) return;
    run(db.get(), "BEGIN IMMEDIATE");
    for (const auto& [file, made] : unsaved_made) {
      sqlite3_stmt* s = made ? insert.get() : remove.get();
      sqlite3_reset(s);
      sqlite3_bind_text(s, 1, file.data(), static_cast<int>(file.size()), SQLITE_STATIC);
      if (made) {
        sqlite3_bind_int64(s, 2, static_cast<sqlite3_int64>(made->inode));
        sqlite3_bind_int64(s, 3, made->mtime_ns);
        sqlite3_bind_text(s, 4, made->hex.data(), static_cast<int>(made->hex.size()),
                          SQLITE_STATIC);
        sqlite3_bind_int(s, 5, static_cast<int>(made->kind));
      }
      sqlite3_step(s);
    }
    run(db.get(), "COMMIT");
    unsaved_made.clear();
  }

  /// What is known of this size, here and in the database.
  std::vector<KnownContent> contents_of(std::int64_t size) {
    std::vector<KnownContent> found;
    const auto [first, last] = contents.equal_range(size);
    for (auto known = first; known != last; ++known)
      found.push_back(known->second);
    open(false);
    if (!db) return found;
    start_reading();
    const Statement statement = prepare(
        db.get(),
        "SELECT head_low, head_high, low, high, hex FROM contents WHERE size = ?1");  // may not be
    sqlite3_stmt* s = statement.get();
    if (s != nullptr) sqlite3_bind_int64(s, 1, size);
    while (s != nullptr && sqlite3_step(s) == SQLITE_ROW)
      found.push_back({fingerprint_at(s, 0), fingerprint_at(s, 2), text_at(s, 4)});
    return found;
  }

  void save_contents() {
    if (unsaved_contents.empty()) return;
    run(db.get(),
        "CREATE TABLE IF NOT EXISTS contents (size INTEGER, head_low INTEGER, head_high INTEGER, "
        "low INTEGER, high INTEGER, hex TEXT, "
        "PRIMARY KEY (size, low, high, head_low, head_high)) WITHOUT ROWID");
    const Statement insert =
        prepare(db.get(), "INSERT OR REPLACE INTO contents VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    if (!insert) return;
    run(db.get(), "BEGIN IMMEDIATE");
    for (const auto& [size, content] : unsaved_contents) {
      sqlite3_stmt* s = insert.get();
      sqlite3_reset(s);
      sqlite3_bind_int64(s, 1, size);
      bind(s, 2, content.head);
      bind(s, 4, content.whole);
      sqlite3_bind_text(s, 6, content.hex.data(), static_cast<int>(content.hex.size()),
                        SQLITE_STATIC);
      sqlite3_step(s);
    }
    run(db.get(), "COMMIT");
    unsaved_contents.clear();
  }

  std::optional<KnownFolder> stored_folder(const std::string& key) {
    open(false);
    if (!db) return std::nullopt;
    start_reading();
    const Statement statement = prepare(
        db.get(), "SELECT low, high, hex, size, count FROM folders WHERE key = ?1");  // may not be
    sqlite3_stmt* s = statement.get();
    if (s == nullptr) return std::nullopt;
    sqlite3_bind_text(s, 1, key.data(), static_cast<int>(key.size()), SQLITE_STATIC);
    if (sqlite3_step(s) != SQLITE_ROW) return std::nullopt;
    return KnownFolder{fingerprint_at(s, 0), text_at(s, 2), sqlite3_column_int64(s, 3),
                       sqlite3_column_int64(s, 4)};
  }

  void save_folders() {
    if (unsaved_folders.empty()) return;
    run(db.get(),
        "CREATE TABLE IF NOT EXISTS folders (key TEXT PRIMARY KEY, low INTEGER, high INTEGER, "
        "hex TEXT, size INTEGER, count INTEGER) WITHOUT ROWID");
    const Statement insert =
        prepare(db.get(), "INSERT OR REPLACE INTO folders VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    if (!insert) return;
    run(db.get(), "BEGIN IMMEDIATE");
    for (const auto& [key, folder] : unsaved_folders) {
      sqlite3_stmt* s = insert.get();
      sqlite3_reset(s);
      sqlite3_bind_text(s, 1, key.data(), static_cast<int>(key.size()), SQLITE_STATIC);
      bind(s, 2, folder.stats);
      sqlite3_bind_text(s, 4, folder.hex.data(), static_cast<int>(folder.hex.size()),
                        SQLITE_STATIC);
      sqlite3_bind_int64(s, 5, folder.size);
      sqlite3_bind_int64(s, 6, folder.file_count);
      sqlite3_step(s);
    }
    run(db.get(), "COMMIT");
    unsaved_folders.clear();
  }

  /// The MD5 of a file whose stat nobody knows but whose content may be known. Not under the lock.
  Hashed read(const Read& reader, const std::string& file, const fs::Stat& stat,
              const BytesDone& on_bytes) {
    const bool is_large = stat.size >= large_content;
    if (is_large) {
      std::vector<KnownContent> known;
      {
        const std::lock_guard lock(mutex);
        known = contents_of(stat.size);
      }
      if (auto hex = recognise(file, stat.size, known, on_bytes))
        return {std::move(*hex), stat.size};
    }
    ReadContent content = reader(file, stat);
    if (is_large) {
      const std::lock_guard lock(mutex);
      contents.emplace(content.size, content.content);
      unsaved_contents.emplace_back(content.size, content.content);
    }
    return {std::move(content.content.hex), content.size};
  }

  void save() {
    stop_reading();
    const bool is_saved = unsaved.empty() && unsaved_made.empty() && unsaved_contents.empty() &&
                          unsaved_folders.empty();
    if (is_saved || path.empty()) return;
    open(true);
    if (!db) return;
    save_made();
    save_contents();
    save_folders();
    if (unsaved.empty()) return;
    const Statement insert =
        prepare(db.get(), "INSERT OR REPLACE INTO files VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    if (!insert) return;
    std::vector<const std::pair<const std::string, Row>*> rows;  // in the order of the table
    rows.reserve(unsaved.size());
    for (const auto& entry : unsaved)
      rows.push_back(&entry);
    std::sort(rows.begin(), rows.end(), [](auto* a, auto* b) { return a->first < b->first; });
    run(db.get(), "BEGIN IMMEDIATE");
    for (const auto* entry : rows) {
      const auto& [key, row] = *entry;
      sqlite3_stmt* s = insert.get();
      sqlite3_reset(s);
      sqlite3_bind_text(s, 1, key.data(), static_cast<int>(key.size()), SQLITE_STATIC);
      sqlite3_bind_int64(s, 2, static_cast<sqlite3_int64>(row.stat.device));
      sqlite3_bind_int64(s, 3, static_cast<sqlite3_int64>(row.stat.inode));
      sqlite3_bind_int64(s, 4, row.stat.size);
      sqlite3_bind_int64(s, 5, row.stat.mtime_ns);
      sqlite3_bind_int64(s, 6, row.stat.ctime_ns);
      sqlite3_bind_text(s, 7, row.hex.data(), static_cast<int>(row.hex.size()), SQLITE_STATIC);
      sqlite3_step(s);
    }
    run(db.get(), "COMMIT");
    unsaved.clear();
  }
};

StateDb::StateDb(std::string path) : impl_(std::make_unique<Impl>(std::move(path))) {}

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
  const std::lock_guard lock(impl_->mutex);
  impl_->stop_reading();
}

void StateDb::flush() {
  const std::lock_guard lock(impl_->mutex);
  impl_->save();
}

}  // namespace expcore::hash
