#include "yaml/value.hpp"

#include <algorithm>
#include <cmath>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"

namespace expcore::yaml {

Map::Map() = default;
Map::Map(const Map&) = default;
Map::Map(Map&&) noexcept = default;
Map& Map::operator=(const Map&) = default;
Map& Map::operator=(Map&&) noexcept = default;
Map::~Map() = default;

std::size_t Map::size() const { return members_.size(); }
const Member* Map::begin() const { return members_.data(); }
const Member* Map::end() const { return members_.data() + members_.size(); }
Member* Map::begin() { return members_.data(); }
Member* Map::end() { return members_.data() + members_.size(); }
void Map::reserve(std::size_t count) { members_.reserve(count); }

const Value* Map::find(std::string_view key) const {
  for (const auto& member : members_) {
    if (member.key.is_string() && member.key.string() == key) return &member.value;
  }
  return nullptr;
}

Value* Map::find(std::string_view key) {
  return const_cast<Value*>(std::as_const(*this).find(key));
}

Value& Map::set(std::string key, Value value) {
  if (Value* existing = find(key)) return *existing = std::move(value);
  return append(std::move(key), std::move(value));
}

Value& Map::set(const char* key, Value value) { return set(std::string(key), std::move(value)); }

Value& Map::set(Value key, Value value) {
  for (auto& member : members_) {
    if (python_equal(member.key, key)) return member.value = std::move(value);
  }
  return append(std::move(key), std::move(value));
}

Value& Map::append(Value key, Value value) {
  members_.push_back({std::move(key), std::move(value)});
  return members_.back().value;
}

bool Map::erase(std::string_view key) {
  return std::erase_if(members_, [&](const Member& member) {
           return member.key.is_string() && member.key.string() == key;
         }) > 0;
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
    const Member* found = nullptr;
    if (python_equal(b.begin()[hint].key, member.key)) {
      found = b.begin() + hint;
    } else {
      for (const auto& other : b) {
        if (python_equal(other.key, member.key)) found = &other;
      }
    }
    if (found == nullptr || !python_equal(found->value, member.value)) return false;
    ++hint;
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
