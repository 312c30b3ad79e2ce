#pragma once
#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// Values of YAML, JSON and TOML documents with the types Python's readers give them.
namespace expcore::yaml {

/// Where a value begins in its text. 1-based; line 0 means "not from a file".
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

struct Null {
  friend bool operator==(Null, Null) = default;
};
/// An integer that does not fit 64 bits: its decimal digits, with '-' when negative.
struct BigInteger {
  std::string digits;
  friend bool operator==(const BigInteger&, const BigInteger&) = default;
};
/// A date or date-time in ISO form; JSON and DVC's lock file cannot hold it.
struct Timestamp {
  std::string text;
  friend bool operator==(const Timestamp&, const Timestamp&) = default;
};

class Value;
struct Member;
using List = std::vector<Value>;

/// Key/value pairs in file order. Keys are usually strings but may be any scalar. A large map gets
/// an index at the first lookup, so that a lookup takes the same time in any map.
class Map {
 public:
  Map();
  Map(const Map&);
  Map(Map&&) noexcept;
  Map& operator=(const Map&);
  Map& operator=(Map&&) noexcept;
  ~Map();

  std::size_t size() const;
  bool empty() const { return size() == 0; }
  const Member* begin() const;
  const Member* end() const;
  /// Keys may be changed through these: the index is made anew at the next lookup.
  Member* begin();
  Member* end();

  /// nullptr when there is no such string key; of equal ones that were appended the first.
  const Value* find(std::string_view key) const;
  Value* find(std::string_view key);
  /// The same for a key of any type; keys that are equal in Python are one.
  const Value* find_key(const Value& key) const;
  Value* find_key(const Value& key);
  const Member* find_member(const Value& key) const;
  bool contains(std::string_view key) const { return find(key) != nullptr; }
  /// Replaces the value of an existing key in place, else appends.
  Value& set(std::string key, Value value);
  Value& set(const char* key, Value value);
  Value& set(Value key, Value value);
  /// Appends without looking for an existing key.
  Value& append(Value key, Value value);
  /// False when there was no such key.
  bool erase(std::string_view key);
  void reserve(std::size_t count);

 private:
  class Index;

  const Index& index() const;
  void drop_index();
  template <typename Key>
  const Member* lookup(const Key& key) const;

  std::vector<Member> members_;
  /// Owned. Threads that read one map may make it at the same time; one of them wins.
  mutable std::atomic<const Index*> index_ = nullptr;
};

/// Thread safety: a value.
class Value {
 public:
  enum class Kind : std::uint8_t {
    null,
    boolean,
    integer,
    big_integer,
    real,
    string,
    timestamp,
    list,
    map
  };

  Value() = default;  // null
  // NOLINTBEGIN(google-explicit-constructor): literals of documents read better this way
  Value(Null) {}
  Value(bool value) : data_(value) {}
  Value(int value) : data_(static_cast<std::int64_t>(value)) {}
  Value(std::int64_t value) : data_(value) {}
  Value(double value) : data_(value) {}
  Value(const char* text) : data_(std::string(text)) {}
  Value(std::string text) : data_(std::move(text)) {}
  Value(std::string_view text) : data_(std::string(text)) {}
  Value(BigInteger value) : data_(std::move(value)) {}
  Value(Timestamp value) : data_(std::move(value)) {}
  Value(List items) : data_(std::move(items)) {}
  Value(Map members) : data_(std::move(members)) {}
  // NOLINTEND(google-explicit-constructor)

  Kind kind() const { return static_cast<Kind>(data_.index()); }
  bool is_null() const { return kind() == Kind::null; }
  bool is_boolean() const { return kind() == Kind::boolean; }
  bool is_integer() const { return kind() == Kind::integer; }
  bool is_real() const { return kind() == Kind::real; }
  bool is_string() const { return kind() == Kind::string; }
  bool is_list() const { return kind() == Kind::list; }
  bool is_map() const { return kind() == Kind::map; }
  bool is_scalar() const { return !is_list() && !is_map(); }

  /// Each throws Error{internal} when the kind is another one; ask first.
  bool boolean() const;
  std::int64_t integer() const;
  double real() const;
  const std::string& string() const;
  const std::string& big_integer() const;
  const std::string& timestamp() const;
  const List& list() const;
  List& list();
  const Map& map() const;
  Map& map();

  /// The member `key` of a map; nullptr for every other kind and when missing.
  const Value* find(std::string_view key) const;

  Position position;  ///< Of the value's first character; ignored by comparisons.

 private:
  std::variant<Null, bool, std::int64_t, BigInteger, double, std::string, Timestamp, List, Map>
      data_;
};

struct Member {
  Value key;
  Value value;
};

/// Python's `==`: 1 == 1.0 == true, NaN differs from itself, maps compare without order, lists
/// with.
bool python_equal(const Value& a, const Value& b);

/// Python's `str()` of a scalar: "True", "None", "1e-05", "0.1"; strings as they are. Lists and
/// maps as repr() prints them ("[1, 'a']", "{'k': 1}").
std::string python_str(const Value& value);
/// Python's `repr()`: like python_str but strings are quoted.
std::string python_repr(const Value& value);
/// Python's name of the type: "int", "str", "NoneType", "list", "dict", "bool", "float", "date".
std::string_view python_type(const Value& value);

}  // namespace expcore::yaml
