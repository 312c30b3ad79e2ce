#include "params/values.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"

namespace expcore::params {
namespace {

using yaml::Value;

constexpr std::string_view prefix = "Invalid `--set-param` value";

/// `causes`: outermost first, the prefix not among them.
[[noreturn]] void fail(const std::vector<std::string>& causes) {
  Error error(Errc::invalid_argument, causes.back());
  for (auto it = causes.rbegin() + 1; it != causes.rend(); ++it)
    error.add_context(*it);
  error.add_context(prefix);
  throw error;
}

[[noreturn]] void fail_unexpected(const std::string& problem) {
  throw Error(Errc::invalid_argument, "unexpected error - " + problem);
}

/// A path as OmegaConf shows it: "a.b[0].c".
std::string full_key(const std::vector<std::string_view>& parts, std::size_t count,
                     const Value& root) {
  std::string key;
  const Value* value = &root;
  for (std::size_t i = 0; i < count; ++i) {
    const bool in_list = value != nullptr && value->is_list();
    key += in_list ? fmt::format("[{}]", parts[i]) : (i > 0 ? "." : "") + std::string(parts[i]);
    if (in_list) {
      std::size_t index = 0;
      std::from_chars(parts[i].data(), parts[i].data() + parts[i].size(), index);
      value = index < value->list().size() ? &value->list()[index] : nullptr;
    } else {
      value = value != nullptr ? value->find(parts[i]) : nullptr;
    }
  }
  return key;
}

/// One override on its way into a document.
class Application {
 public:
  Application(Value& root, const Override& override)
      : root_(root), override_(override), parts_(split(override.key.key, '.')) {}

  void run() {
    if (override_.key.package) {
      fail(
          {fmt::format("Override {} looks like a config group override, but config group '{}' "
                       "does not exist.",
                       override_.text, override_.key.key)});
    }
    if (override_.is_sweep()) {
      fail({"Error merging override " + override_.text,
            fmt::format("Object of unsupported type: '{}'", sweep_type())});
    }
    switch (override_.kind) {
      case OverrideKind::remove:
        return remove();
      case OverrideKind::extend:
        return extend();
      case OverrideKind::add:
        add();
        break;
      case OverrideKind::force_add:
      case OverrideKind::change:
        break;
    }
    update(to_value(override_.value));
  }

 private:
  bool forced() const { return override_.kind != OverrideKind::change; }

  std::string_view sweep_type() const {
    switch (override_.value_kind) {
      case ValueKind::range:
        return "RangeSweep";
      case ValueKind::interval:
        return "IntervalSweep";
      case ValueKind::glob:
        return "Glob";
      default:
        return "ChoiceSweep";
    }
  }

  [[noreturn]] void fail_missing(std::size_t depth) {
    const bool in_list = parent_is_list(depth);
    fail({fmt::format("Could not override '{}'.\nTo append to your config use +{}",
                      override_.key.key, override_.text),
          fmt::format("Key '{}' is not in struct\n    full_key: {}\n    object_type={}",
                      parts_[depth], full_key(parts_, depth + 1, root_),
                      in_list ? "list" : "dict")});
  }
  [[noreturn]] void fail_range(std::size_t depth) {
    fail({"Error merging override " + override_.text,
          fmt::format("list index out of range\n    full_key: {}\n    object_type=list",
                      full_key(parts_, depth + 1, root_))});
  }
  [[noreturn]] void fail_merge(bool into_list) {
    fail({"Error merging override " + override_.text,
          fmt::format(
              "Cannot merge DictConfig with ListConfig\n    full_key: {}\n    object_type={}",
              full_key(parts_, parts_.size(), root_), into_list ? "list" : "dict")});
  }

  bool parent_is_list(std::size_t depth) const {
    const Value* value = &root_;
    for (std::size_t i = 0; i < depth && value != nullptr; ++i)
      value = child(*value, i);
    return value != nullptr && value->is_list();
  }

  std::optional<std::int64_t> index_of(std::size_t depth) const {
    const std::string_view part = parts_[depth];
    std::int64_t index = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
    if (error != std::errc() || end != part.data() + part.size()) return std::nullopt;
    return index;
  }

  /// The member of `value` that part `depth` names; nullptr when there is none.
  Value* child(const Value& value, std::size_t depth) const {
    if (value.is_map()) return const_cast<Value*>(value.find(parts_[depth]));
    if (!value.is_list()) return nullptr;
    const auto index = index_of(depth);
    if (!index || *index < 0 || *index >= static_cast<std::int64_t>(value.list().size())) {
      return nullptr;
    }
    return const_cast<Value*>(&value.list()[static_cast<std::size_t>(*index)]);
  }

  const Value* select() const {
    const Value* value = &root_;
    for (std::size_t i = 0; i < parts_.size() && value != nullptr; ++i) {
      if (value->is_list() && !index_of(i)) {
        fail({"Error merging override " + override_.text,
              fmt::format("Index '{}' (str) is not an int\n    full_key: {}\n    object_type=dict",
                          parts_[i], override_.key.key)});
      }
      value = child(*value, i);
    }
    return value;
  }

  void add() {
    const Value* present = select();
    const bool is_container =
        override_.value.as<ElementList>() != nullptr || override_.value.as<ElementMap>() != nullptr;
    if (present == nullptr || present->is_null() || is_container) return;
    fail({fmt::format(
        "Could not append to config. An item is already at '{}'.\nEither remove + "
        "prefix: '{}'\nOr add a second + to add or override '{}': '+{}'\n",
        override_.key.key, override_.text.substr(1), override_.key.key, override_.text)});
  }

  /// The container that holds the last part of the key, made on the way when that is allowed.
  Value& parent() {
    Value* value = &root_;
    for (std::size_t i = 0; i + 1 < parts_.size(); ++i) {
      check_index(*value, i);
      Value* next = child(*value, i);
      if (next == nullptr || next->is_scalar()) {
        if (value->is_list() && next == nullptr) fail_range(i);
        if (!forced()) fail_missing(next == nullptr ? i : i + 1);
        next = &store(*value, i, yaml::Map());
      }
      value = next;
    }
    return *value;
  }

  void check_index(const Value& value, std::size_t depth) const {
    if (!value.is_list() || index_of(depth)) return;
    if (depth + 1 < parts_.size()) {
      fail_unexpected(fmt::format("Index '{}' (str) is not an int", parts_[depth]));
    }
    fail_unexpected(
        fmt::format("invalid literal for int() with base 10: {}", python_repr(parts_[depth])));
  }

  Value& store(Value& container, std::size_t depth, Value value) {
    if (container.is_map())
      return container.map().set(std::string(parts_[depth]), std::move(value));
    Value* item = child(container, depth);
    if (item == nullptr) fail_range(depth);
    return *item = std::move(value);
  }

  void update(Value value) {
    check_keys(value);
    Value& container = parent();
    const std::size_t last = parts_.size() - 1;
    check_index(container, last);
    Value* present = child(container, last);
    if (container.is_list() && present == nullptr) fail_range(last);
    if (present == nullptr && !forced()) fail_missing(last);
    if (present != nullptr && !present->is_scalar() && !value.is_scalar()) {
      merge(*present, value);
      return;
    }
    store(container, last, std::move(value));
  }

  void check_keys(const Value& value) {
    if (value.is_list()) {
      for (const Value& item : value.list())
        check_keys(item);
    }
    if (!value.is_map()) return;
    for (const auto& [key, member] : value.map()) {
      if (key.is_null()) {
        fail({"Error merging override " + override_.text, "Incompatible key type 'NoneType'"});
      }
      check_keys(member);
    }
  }

  void merge(Value& target, const Value& value) {
    if (target.is_list() != value.is_list()) fail_merge(target.is_list());
    if (value.is_list()) {
      target = value;
      return;
    }
    for (const auto& [key, member] : value.map()) {
      Value* present = target.map().find_key(key);
      if (present == nullptr) {
        if (!forced()) {
          fail({fmt::format("Could not override '{}'.\nTo append to your config use +{}",
                            override_.key.key, override_.text),
                fmt::format("Key '{}' is not in struct\n    full_key: {}.{}\n    object_type=dict",
                            python_str(key), full_key(parts_, parts_.size(), root_),
                            python_str(key))});
        }
        target.map().append(key, member);
      } else if (!present->is_scalar() && !member.is_scalar()) {
        merge(*present, member);
      } else {
        *present = member;
      }
    }
  }

  void remove() {
    const Value* present = select();
    if (present == nullptr || present->is_null()) {
      fail({fmt::format("Could not delete from config. '{}' does not exist.", override_.key.key)});
    }
    const bool has_value = override_.value_kind != ValueKind::none && !override_.value.is_null();
    if (has_value) {
      const Value wanted = to_value(override_.value);
      if (!python_equal(*present, wanted)) {
        fail({fmt::format("Could not delete from config. The value of '{}' is {} and not {}.",
                          override_.key.key, python_str(*present), python_str(wanted))});
      }
    }
    Value* container = &root_;
    for (std::size_t i = 0; i + 1 < parts_.size(); ++i)
      container = child(*container, i);
    if (!container->is_map()) {
      fail_unexpected("list indices must be integers or slices, not str");
    }
    container->map().erase(parts_.back());
  }

  void extend() {
    const Value* present = select();
    if (present == nullptr) fail_missing(parts_.size() - 1);
    if (!present->is_list()) {
      fail(
          {fmt::format("Could not append to config list. The existing value of '{}' is {} which "
                       "is not a list.",
                       override_.key.key, python_str(*present))});
    }
    Value addition = to_value(override_.value);
    auto& items = const_cast<Value*>(present)->list();
    std::move(addition.list().begin(), addition.list().end(), std::back_inserter(items));
  }

  Value& root_;
  const Override& override_;
  std::vector<std::string_view> parts_;
};

/// Resolves the interpolations below `value`, which an override has set.
void resolve(const Value& root, Value& value, std::vector<std::string>& path,
             const Interpolate& interpolate) {
  if (value.is_string() && value.string().find("${") != std::string::npos) {
    value = interpolate(root, path, value.string());
  } else if (value.is_list()) {
    for (std::size_t i = 0; i < value.list().size(); ++i) {
      path.push_back(std::to_string(i));
      resolve(root, value.list()[i], path, interpolate);
      path.pop_back();
    }
  } else if (value.is_map()) {
    for (auto& member : value.map()) {
      path.push_back(python_str(member.key));
      resolve(root, member.value, path, interpolate);
      path.pop_back();
    }
  }
}

/// Whether both have the same members; quick when they are in the same order.
bool same_members(const yaml::Map& a, const yaml::Map& b) {
  if (a.size() != b.size()) return false;
  std::size_t at = 0;
  return std::all_of(a.begin(), a.end(), [&](const yaml::Member& member) {
    const yaml::Member& there = b.begin()[at++];
    const Value* other = same(member.key, there.key) ? &there.value : find_same_key(b, member.key);
    return other != nullptr && same(member.value, *other);
  });
}

}  // namespace

void apply(Value& document, const std::vector<Override>& overrides,
           const Interpolate& interpolate) {
  if (!document.is_map()) {
    fail_unexpected(document.is_list()
                        ? "the top of a params file must be a mapping, not a list"
                        : fmt::format("Object of unsupported type: '{}'", python_type(document)));
  }
  for (const Override& override : overrides)
    Application(document, override).run();
  if (!interpolate) return;
  const Value unresolved = document;
  for (const Override& override : overrides) {
    if (override.kind == OverrideKind::remove) continue;
    if (override.text.find("${") == std::string::npos &&
        override.text.find("$\\{") == std::string::npos) {
      continue;
    }
    Value* value = &document;
    std::vector<std::string> path;
    for (const auto part : split(override.key.key, '.')) {
      path.emplace_back(part);
      std::size_t index = 0;
      std::from_chars(part.data(), part.data() + part.size(), index);
      value = value->is_list() ? (index < value->list().size() ? &value->list()[index] : nullptr)
                               : const_cast<Value*>(value->find(part));
      if (value == nullptr) break;
    }
    if (value != nullptr) resolve(unresolved, *value, path, interpolate);
  }
}

bool same(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Value::Kind::real: {
      const double x = a.real();
      const double y = b.real();
      return (std::isnan(x) && std::isnan(y)) || (x == y && std::signbit(x) == std::signbit(y));
    }
    case Value::Kind::list:
      return std::equal(a.list().begin(), a.list().end(), b.list().begin(), b.list().end(), &same);
    case Value::Kind::map:
      return same_members(a.map(), b.map());
    default:
      return python_equal(a, b);
  }
}

const Value* find_same_key(const yaml::Map& map, const Value& key) {
  if (key.is_string()) return map.find(key.string());
  const yaml::Member* found = map.find_member(key);
  return found != nullptr && same(found->key, key) ? &found->value : nullptr;
}

}  // namespace expcore::params
