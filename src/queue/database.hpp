#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace expcore::queue {

/// A prepared statement: bind() from the first parameter on, then step(); reset() before it is used
/// again. Thread safety: confined.
class Statement {
 public:
  Statement() = default;
  Statement& bind(std::int64_t value);
  Statement& bind(std::string_view value);
  Statement& bind_null();

  /// True when a row is there to be read. Throws: as Database.
  bool step();
  /// step() to the end and reset().
  void run();
  void reset();

  std::int64_t integer(int column) const;
  std::string text(int column) const;
  bool is_null(int column) const;

 private:
  friend class Database;
  struct Finish {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  std::unique_ptr<sqlite3_stmt, Finish> raw_;
  int bound_ = 0;
};

/// How far a transaction must have got when commit() returns. See docs/decisions/queue-store.md.
enum class Commit : std::uint8_t {
  durable,      ///< Survives a power cut.
  recoverable,  ///< A power cut may take it back, never damage the file: the queue finds out by
                ///< itself.
};

/// One connection to an SQLite file with a rollback journal.
///
/// Every failure is Error{busy} when another process holds the file for 10 seconds, else Error{io}
/// naming the file. Thread safety: confined; not to be carried over fork().
class Database {
 public:
  /// Opens or makes the file.
  explicit Database(const std::string& path);

  void execute(const char* sql);
  Statement prepare(std::string_view sql);
  std::int64_t last_insert_id() const;
  std::int64_t changes() const;
  int version();
  const std::string& path() const { return path_; }
  void set_commit(Commit commit);

 private:
  struct Close {
    void operator()(sqlite3* db) const noexcept;
  };
  std::string path_;
  std::unique_ptr<sqlite3, Close> raw_;
  Commit commit_ = Commit::durable;
};

/// Writes from here to commit() happen together or, without it, not at all.
class Transaction {
 public:
  Transaction(Database& database, Commit commit);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace expcore::queue
