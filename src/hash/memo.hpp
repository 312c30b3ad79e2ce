#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "hash/fingerprint.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace expcore::hash {

/// A prepared statement; one that could not be prepared finds and changes nothing. bind() from the
/// first parameter on, then step(); reset() before it is used again.
/// Thread safety: confined.
class MemoStatement {
 public:
  explicit operator bool() const { return raw_ != nullptr; }
  MemoStatement& bind(std::int64_t value);
  MemoStatement& bind(std::uint64_t value) { return bind(static_cast<std::int64_t>(value)); }
  /// Must live until the statement is reset.
  MemoStatement& bind(std::string_view text);
  /// Two parameters.
  MemoStatement& bind(const Fingerprint& fingerprint);

  /// True when a row is there to be read.
  bool step();
  void reset();

  std::int64_t integer(int column) const;
  std::uint64_t number(int column) const { return static_cast<std::uint64_t>(integer(column)); }
  std::string text(int column) const;
  /// In two columns, from `column` on.
  Fingerprint fingerprint(int column) const;

 private:
  friend class MemoDatabase;
  struct Finish {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  std::unique_ptr<sqlite3_stmt, Finish> raw_;
  int bound_ = 0;
};

/// An SQLite file that costs time when it is lost, and nothing else: a missing, corrupt, locked or
/// read-only one has no rows and takes none. Shared by processes.
/// Thread safety: confined; whoever owns it locks.
class MemoDatabase {
 public:
  /// `path` of the file, which is made with its folder by the first change; "" is never there.
  /// `schema` makes the tables that are missing; a file of another `version` is begun anew.
  MemoDatabase(std::string path, int version, const char* schema);

  /// For looking things up: the file stays locked for reading until pause() or begin().
  MemoStatement find(const char* sql);
  /// Begins changes; false when the file cannot be had.
  bool begin();
  /// A change after begin().
  MemoStatement change(const char* sql);
  void commit();
  /// Lets other processes write.
  void pause();
  /// Whether it has a file at all.
  bool is_kept() const { return !path_.empty(); }

 private:
  struct Close {
    void operator()(sqlite3* db) const noexcept;
  };

  enum class Opened : std::uint8_t { yes, busy, unusable };

  void open(bool create);
  Opened open_once();
  Opened look_at_version();
  /// Whether it went well.
  bool run(const char* sql);
  MemoStatement prepare(const char* sql);

  std::string path_;
  int version_;
  const char* schema_;
  bool tried_ = false;
  bool has_schema_ = false;
  bool reading_ = false;
  std::unique_ptr<sqlite3, Close> db_;
};

}  // namespace expcore::hash
