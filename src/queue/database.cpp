#include "queue/database.hpp"

#include <sqlite3.h>

#include <expcore/error.hpp>
#include <fmt/format.h>

namespace expcore::queue {
namespace {

constexpr int patience_ms = 10'000;

[[noreturn]] void fail(int code, const char* file, const char* what) {
  const std::string path = file == nullptr ? "" : file;
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw Error(Errc::busy, fmt::format("'{}' is busy: another program keeps it locked", path));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      throw Error(Errc::io, fmt::format("'{}' is damaged: {}", path, what));
    default:
      throw Error(Errc::io, fmt::format("'{}': {}", path, what));
  }
}

void check(sqlite3* db, int code) {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
  fail(code, db == nullptr ? nullptr : sqlite3_db_filename(db, "main"),
       db == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(db));
}

}  // namespace

void Statement::Finish::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

Statement& Statement::bind(std::int64_t value) {
  check(sqlite3_db_handle(raw_.get()), sqlite3_bind_int64(raw_.get(), ++bound_, value));
  return *this;
}

Statement& Statement::bind(std::string_view value) {
  const char* bytes = value.data() == nullptr ? "" : value.data();  // nullptr would be NULL
  check(sqlite3_db_handle(raw_.get()),
        sqlite3_bind_text64(raw_.get(), ++bound_, bytes, value.size(), SQLITE_TRANSIENT,
                            SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind_null() {
  check(sqlite3_db_handle(raw_.get()), sqlite3_bind_null(raw_.get(), ++bound_));
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(raw_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  sqlite3* db = sqlite3_db_handle(raw_.get());
  const std::string what = sqlite3_errmsg(db);
  const int extended = sqlite3_extended_errcode(db);
  reset();
  fail(extended, sqlite3_db_filename(db, "main"), what.c_str());
}

void Statement::run() {
  while (step()) {
  }
  reset();
}

void Statement::reset() {
  sqlite3_reset(raw_.get());
  bound_ = 0;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(raw_.get(), column);
}

std::string Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(raw_.get(), column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(raw_.get(), column))};
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(raw_.get(), column) == SQLITE_NULL;
}

void Database::Close::operator()(sqlite3* db) const noexcept { sqlite3_close_v2(db); }

Database::Database(const std::string& path) : path_(path) {
  sqlite3* raw = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &raw,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  raw_.reset(raw);
  if (code != SQLITE_OK) fail(code, path.c_str(), sqlite3_errstr(code));
  sqlite3_busy_timeout(raw, patience_ms);
  execute(
      "PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY; "
      "PRAGMA foreign_keys=ON");
}

void Database::execute(const char* sql) {
  check(raw_.get(), sqlite3_exec(raw_.get(), sql, nullptr, nullptr, nullptr));
}

Statement Database::prepare(std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  check(raw_.get(), sqlite3_prepare_v3(raw_.get(), sql.data(), static_cast<int>(sql.size()),
                                       SQLITE_PREPARE_PERSISTENT, &raw, nullptr));
  Statement statement;
  statement.raw_.reset(raw);
  return statement;
}

std::int64_t Database::last_insert_id() const { return sqlite3_last_insert_rowid(raw_.get()); }
std::int64_t Database::changes() const { return sqlite3_changes(raw_.get()); }

int Database::version() {
  Statement statement = prepare("PRAGMA user_version");
  return statement.step() ? static_cast<int>(statement.integer(0)) : 0;
}

void Database::set_commit(Commit commit) {
  if (commit == commit_) return;
  execute(commit == Commit::durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
  commit_ = commit;
}

Transaction::Transaction(Database& database, Commit commit) : database_(database) {
  database_.set_commit(commit);
  database_.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    database_.execute("ROLLBACK");
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): SQLite has rolled back already
  }
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace expcore::queue
