#include "hash/memo.hpp"

#include <sqlite3.h>
#include <utility>

#include <fmt/format.h>

#include "fs/file.hpp"
#include "fs/path.hpp"

namespace expcore::hash {

void MemoStatement::Finish::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

MemoStatement& MemoStatement::bind(std::int64_t value) {
  sqlite3_bind_int64(raw_.get(), ++bound_, value);
  return *this;
}

MemoStatement& MemoStatement::bind(std::string_view text) {
  sqlite3_bind_text(raw_.get(), ++bound_, text.data(), static_cast<int>(text.size()),
                    SQLITE_STATIC);
  return *this;
}

MemoStatement& MemoStatement::bind(const Fingerprint& fingerprint) {
  return bind(fingerprint.low).bind(fingerprint.high);
}

bool MemoStatement::step() { return raw_ && sqlite3_step(raw_.get()) == SQLITE_ROW; }

void MemoStatement::reset() {
  sqlite3_reset(raw_.get());
  bound_ = 0;
}

std::int64_t MemoStatement::integer(int column) const {
  return sqlite3_column_int64(raw_.get(), column);
}

std::string MemoStatement::text(int column) const {
  const auto* bytes = sqlite3_column_text(raw_.get(), column);
  if (bytes == nullptr) return {};
  return {reinterpret_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(raw_.get(), column))};
}

Fingerprint MemoStatement::fingerprint(int column) const {
  return {number(column), number(column + 1)};
}

void MemoDatabase::Close::operator()(sqlite3* db) const noexcept { sqlite3_close_v2(db); }

MemoDatabase::MemoDatabase(std::string path, int version, const char* schema)
    : path_(std::move(path)), version_(version), schema_(schema) {}

MemoStatement MemoDatabase::find(const char* sql) {
  open(false);
  if (!db_) return {};
  if (!reading_) {
    run("BEGIN");
    reading_ = true;
  }
  return prepare(sql);
}

bool MemoDatabase::begin() {
  pause();
  open(true);
  if (!db_) return false;
  if (!has_schema_) run(schema_);
  has_schema_ = true;
  return run("BEGIN IMMEDIATE");
}

MemoStatement MemoDatabase::change(const char* sql) { return prepare(sql); }

void MemoDatabase::commit() { run("COMMIT"); }

void MemoDatabase::pause() {
  if (!reading_) return;
  run("COMMIT");
  reading_ = false;
}

void MemoDatabase::open(bool create) {
  if (db_ || path_.empty() || (tried_ && !create)) return;
  tried_ = true;
  if (!create && !fs::exists(path_)) return;
  if (create) fs::make_directories(fs::parent(path_));
  if (open_once() == Opened::unusable && create) {
    fs::remove(path_);
    open_once();
  }
}

MemoDatabase::Opened MemoDatabase::open_once() {
  sqlite3* raw = nullptr;
  const int rc =
      sqlite3_open_v2(path_.c_str(), &raw,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  db_.reset(raw);
  Opened opened = Opened::unusable;
  if (rc == SQLITE_OK) {
    sqlite3_busy_timeout(raw, 200);
    run("PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY");
    opened = look_at_version();
  }
  if (opened != Opened::yes) db_.reset();
  return opened;
}

/// A new file gets the tables, and their version.
MemoDatabase::Opened MemoDatabase::look_at_version() {
  MemoStatement statement = prepare("PRAGMA user_version");
  if (!statement.step()) {
    return sqlite3_errcode(db_.get()) == SQLITE_BUSY ? Opened::busy : Opened::unusable;
  }
  const std::int64_t found = statement.integer(0);
  if (found == version_) return Opened::yes;
  if (found != 0) return Opened::unusable;
  statement = {};
  run(schema_);
  run(fmt::format("PRAGMA user_version={}", version_).c_str());
  has_schema_ = true;
  return prepare("SELECT 1 FROM sqlite_master") ? Opened::yes : Opened::unusable;
}

bool MemoDatabase::run(const char* sql) {
  return sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK;
}

MemoStatement MemoDatabase::prepare(const char* sql) {
  MemoStatement statement;
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(db_.get(), sql, -1, &raw, nullptr) == SQLITE_OK) statement.raw_.reset(raw);
  return statement;
}

}  // namespace expcore::hash
