#include "yaml/value.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"

namespace expcore::yaml {

namespace {

/// Maps of at most as many members are searched one by one.
constexpr std::size_t few_members = 32;

std::uint64_t mixed(std::uint64_t bits) {
  bits *= 0x9E3779B97F4A7C15U;
  return bits ^ (bits >> 32U);
}

bool is_key(const Value& found, std::string_view key) {
  return found.is_string() && found.string() == key;
}
bool is_key(const Value& found, const Value& key) { return python_equal(found, key); }

std::uint64_t hash_of(std::string_view key) { return std::hash<std::string_view>()(key); }

/// The same for keys that are equal in Python.
std::uint64_t hash_of(const Value& key) {
  constexpr double limit = 9223372036854775808.0;  // 2^63
  switch (key.kind()) {
    case Value::Kind::string:
      return hash_of(std::string_view(key.string()));
    case Value::Kind::boolean:
      return mixed(key.boolean() ? 1 : 0);
    case Value::Kind::integer:
      return mixed(static_cast<std::uint64_t>(key.integer()));
    case Value::Kind::real: {
      const double real = key.real();
      if (real >= -limit && real < limit && std::floor(real) == real) {
        return mixed(static_cast<std::uint64_t>(static_cast<std::int64_t>(real)));
      }
      return std::hash<double>()(real);
    }
    case Value::Kind::big_integer:
      return hash_of(std::string_view(key.big_integer()));
    case Value::Kind::timestamp:
      return hash_of(std::string_view(key.timestamp()));
    default:
      return 0;
  }
}

}  // namespace

/// Open addressing; of equal keys the first is found.
class Map::Index {
 public:
  explicit Index(const std::vector<Member>& members) {
    std::size_t size = 2 * few_members;
    while (size < members.size() * 2)
      size *= 2;
    slots_.resize(size);
    for (const Member& member : members)
      add(members, member.key);
  }

  /// The next member, which has that key.
  void add(const std::vector<Member>& members, const Value& key) {
    std::uint32_t& slot = slot_of(members, key);
    ++count_;
    if (slot == 0) slot = count_;
  }

  bool is_full() const { return std::size_t{count_} * 2 >= slots_.size(); }

  template <typename Key>
  const Member* find(const std::vector<Member>& members, const Key& key) const {
    const std::uint32_t slot = const_cast<Index*>(this)->slot_of(members, key);
    return slot == 0 ? nullptr : &members[slot - 1];
  }

 private:
  template <typename Key>
  std::uint32_t& slot_of(const std::vector<Member>& members, const Key& key) {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash_of(key) & mask;
    while (slots_[at] != 0 && !is_key(members[slots_[at] - 1].key, key))
      at = (at + 1) & mask;
    return slots_[at];
  }

  std::vector<std::uint32_t> slots_;  ///< Place of the member plus one; 0: free.
  std::uint32_t count_ = 0;
};

Map::Map() = default;
Map::Map(const Map& other) : members_(other.members_) {}
Map::Map(Map&& other) noexcept
    : members_(std::move(other.members_)), index_(other.index_.exchange(nullptr)) {}
Map& Map::operator=(const Map& other) {
  if (this != &other) *this = Map(other);
  return *this;
}
Map& Map::operator=(Map&& other) noexcept {
  if (this == &other) return *this;
  members_ = std::move(other.members_);
  delete index_.exchange(other.index_.exchange(nullptr));
  return *this;
}
Map::~Map() { delete index_.load(); }

std::size_t Map::size() const { return members_.size(); }
const Member* Map::begin() const { return members_.data(); }
const Member* Map::end() const { return members_.data() + members_.size(); }
Member* Map::begin() {
  drop_index();
  return members_.data();
}
Member* Map::end() {
  drop_index();
  return members_.data() + members_.size();
}
void Map::reserve(std::size_t count) { members_.reserve(count); }

const Map::Index& Map::index() const {
  if (const Index* known = index_.load(std::memory_order_acquire)) return *known;
  auto made = std::make_unique<const Index>(members_);
  const Index* known = nullptr;
  return index_.compare_exchange_strong(known, made.get()) ? *made.release() : *known;
}

void Map::drop_index() {
  if (index_.load(std::memory_order_relaxed) != nullptr) delete index_.exchange(nullptr);
}

template <typename Key>
const Member* Map::lookup(const Key& key) const {
  if (members_.size() > few_members && members_.size() < UINT32_MAX) {
    return index().find(members_, key);
  }
  const auto found = std::find_if(members_.begin(), members_.end(),
                                  [&](const Member& member) { return is_key(member.key, key); });
  return found == members_.end() ? nullptr : &*found;
}

const Value* Map::find(std::string_view key) const {
  const Member* member = lookup(key);
  return member == nullptr ? nullptr : &member->value;
}

Value* Map::find(std::string_view key) {
  return const_cast<Value*>(std::as_const(*this).find(key));
}

const Member* Map::find_member(const Value& key) const { return lookup(key); }

const Value* Map::find_key(const Value& key) const {
  const Member* member = lookup(key);
  return member == nullptr ? nullptr : &member->value;
}

Value* Map::find_key(const Value& key) {
  return const_cast<Value*>(std::as_const(*this).find_key(key));
}

Value& Map::set(std::string key, Value value) {
  if (Value* existing = find(key)) return *existing = std::move(value);
  return append(std::move(key), std::move(value));
}

Value& Map::set(const char* key, Value value) { return set(std::string(key), std::move(value)); }

Value& Map::set(Value key, Value value) {
  if (Value* existing = find_key(key)) return *existing = std::move(value);
  return append(std::move(key), std::move(value));
}

Value& Map::append(Value key, Value value) {
  members_.push_back({std::move(key), std::move(value)});
  if (const Index* known = index_.load(std::memory_order_relaxed)) {
    if (known->is_full()) {
      drop_index();
    } else {
      const_cast<Index*>(known)->add(members_, members_.back().key);
    }
  }
  return members_.back().value;
}

bool Map::erase(std::string_view key) {
  if (find(key) == nullptr) return false;
  drop_index();
  std::erase_if(members_, [&](const Member& member) { return is_key(member.key, key); });
  return true;
}

namespace {

[[noreturn]] void fail_kind(const Value& value, const char* wanted) {
  throw Error(Errc::internal, fmt::format("expected {}, got {}", wanted, python_type(value)));
}

template <typename T, typename Variant>
auto& take(Variant& data, const Value& value, const char* wanted) {
  auto* found = std::get_if<T>(&data);
  if (found == nullptr) fail_kind(value, wanted);
  return *found;
}

}  // namespace

bool Value::boolean() const { return take<bool>(data_, *this, "bool"); }
std::int64_t Value::integer() const { return take<std::int64_t>(data_, *this, "int"); }
double Value::real() const { return take<double>(data_, *this, "float"); }
const std::string& Value::string() const { return take<std::string>(data_, *this, "str"); }
const std::string& Value::big_integer() const {
  return take<BigInteger>(data_, *this, "int").digits;
}
const std::string& Value::timestamp() const { return take<Timestamp>(data_, *this, "date").text; }
const List& Value::list() const { return take<List>(data_, *this, "list"); }
List& Value::list() { return take<List>(data_, *this, "list"); }
const Map& Value::map() const { return take<Map>(data_, *this, "dict"); }
Map& Value::map() { return take<Map>(data_, *this, "dict"); }

const Value* Value::find(std::string_view key) const {
  return is_map() ? map().find(key) : nullptr;
}

namespace {

bool is_number(const Value& value) {
  return value.is_boolean() || value.is_integer() || value.is_real();
}

/// Equality of numbers without losing digits of large integers.
bool numbers_equal(const Value& a, const Value& b) {
  const auto whole = [](const Value& v) -> std::int64_t {
    return v.is_boolean() ? (v.boolean() ? 1 : 0) : v.integer();
  };
  if (!a.is_real() && !b.is_real()) return whole(a) == whole(b);
  if (a.is_real() && b.is_real()) return a.real() == b.real();
  const double real = a.is_real() ? a.real() : b.real();
  const std::int64_t integer = whole(a.is_real() ? b : a);
  constexpr double limit = 9223372036854775808.0;  // 2^63
  if (!(real >= -limit && real < limit) || std::floor(real) != real) return false;
  return static_cast<std::int64_t>(real) == integer;
}

bool lists_equal(const List& a, const List& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), python_equal);
}

bool maps_equal(const Map& a, const Map& b) {
  if (a.size() != b.size()) return false;
  std::size_t hint = 0;  // equal maps usually have the same order
  for (const auto& member : a) {
    const Member& other = b.begin()[hint++];
    const Value* found =
        python_equal(other.key, member.key) ? &other.value : b.find_key(member.key);
    if (found == nullptr || !python_equal(*found, member.value)) return false;
  }
  return true;
}

}  // namespace

bool python_equal(const Value& a, const Value& b) {
  if (is_number(a) && is_number(b)) return numbers_equal(a, b);
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Value::Kind::null:
      return true;
    case Value::Kind::string:
      return a.string() == b.string();
    case Value::Kind::big_integer:
      return a.big_integer() == b.big_integer();
    case Value::Kind::timestamp:
      return a.timestamp() == b.timestamp();
    case Value::Kind::list:
      return lists_equal(a.list(), b.list());
    case Value::Kind::map:
      return maps_equal(a.map(), b.map());
    default:
      return false;
  }
}

std::string python_repr(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null:
      return "None";
    case Value::Kind::boolean:
      return value.boolean() ? "True" : "False";
    case Value::Kind::integer:
      return std::to_string(value.integer());
    case Value::Kind::big_integer:
      return value.big_integer();
    case Value::Kind::real:
      return python_float(value.real());
    case Value::Kind::string:
      return expcore::python_repr(value.string());
    case Value::Kind::timestamp:
      return value.timestamp();
    case Value::Kind::list: {
      std::string text = "[";
      for (const auto& item : value.list()) {
        if (text.size() > 1) text += ", ";
        text += python_repr(item);
      }
      return text + "]";
    }
    case Value::Kind::map: {
      std::string text = "{";
      for (const auto& member : value.map()) {
        if (text.size() > 1) text += ", ";
        text += python_repr(member.key) + ": " + python_repr(member.value);
      }
      return text + "}";
    }
  }
  return {};
}

std::string python_str(const Value& value) {
  return value.is_string() ? value.string() : python_repr(value);
}

std::string_view python_type(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null:
      return "NoneType";
    case Value::Kind::boolean:
      return "bool";
    case Value::Kind::integer:
    case Value::Kind::big_integer:
      return "int";
    case Value::Kind::real:
      return "float";
    case Value::Kind::string:
      return "str";
    case Value::Kind::timestamp:
      return "date";
    case Value::Kind::list:
      return "list";
    case Value::Kind::map:
      return "dict";
  }
  return "";
}

}  // namespace expcore::yaml
