#include "omegaconf/tree.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/text.hpp"

namespace expcore::omegaconf {
namespace {

constexpr std::size_t none = static_cast<std::size_t>(-1);

/// Python's int() of a list index; nullopt when it is none.
std::optional<std::int64_t> to_index(std::string_view text) {
  const std::string digits = replace_all(trim(text), "_", "");
  std::string_view plain = digits;
  if (plain.starts_with('+')) plain.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
  if (plain.empty() || error != std::errc() || end != plain.data() + plain.size()) return {};
  return value;
}

/// The place of list item `index` (negative counts from the end); none when there is none.
std::size_t place_in(const Node& list, std::int64_t index) {
  const auto size = static_cast<std::int64_t>(list.size());
  if (index < 0) index += size;
  return index >= 0 && index < size ? static_cast<std::size_t>(index) : none;
}

[[noreturn]] void fail_located(const Node& node, const std::string& full_key,
                               const std::string& type, const std::string& message) {
  throw ConfigError(type, message).located(full_key, node.type_name());
}

/// OmegaConf's split_key: "a.b[0].c" are "a", "b", "0", "c".
std::vector<std::string> split_key(std::string_view key) {
  std::size_t at = key.find_first_not_of('.');
  at = std::min(key.find_first_of(".[", std::min(at, key.size())), key.size());
  std::vector<std::string> parts;
  for (const auto part : split(key.substr(0, at), '.'))
    parts.emplace_back(part);
  if (at < key.size() && key[at] == '[' && parts.back().empty()) parts.pop_back();
  while (at < key.size()) {
    if (key[at] == '.') {
      const std::size_t end = std::min(key.find_first_of(".[", at + 1), key.size());
      parts.emplace_back(key.substr(at + 1, end - at - 1));
      at = end;
    } else {
      const std::size_t end = key[at] == '[' ? key.find(']', at) : std::string_view::npos;
      if (end != std::string_view::npos) parts.emplace_back(key.substr(at + 1, end - at - 1));
      at = end == std::string_view::npos ? at + 1 : end + 1;
    }
  }
  return parts;
}

}  // namespace

Tree::Tree(TreeOptions options) : options_(std::move(options)) {}

Node* Tree::add(Node::Kind kind, Node* parent) {
  if (nodes_.size() >= options_.limits.nodes)
    throw ConfigError("MemoryError", "the configuration is too large");
  Node& node = nodes_.emplace_back(kind);
  node.parent = parent;
  return &node;
}

Node* Tree::make_scalar(const yaml::Value& value, Node* parent) {
  if (value.is_string() && has_interpolation(value.string())) parse_text(value.string());
  Node* node = add(Node::Kind::value, parent);
  node->item = value;
  return node;
}

Node* Tree::make(const yaml::Value& value, Node* parent) {
  if (value.is_scalar()) return make_scalar(value, parent);
  Node* node = add(value.is_list() ? Node::Kind::list : Node::Kind::dict, parent);
  if (value.is_list()) {
    for (const auto& item : value.list()) {
      Node* child = make(item, node);
      child->key = static_cast<std::int64_t>(node->size());
      node->append(yaml::Null{}, child);
    }
    return node;
  }
  for (const auto& member : value.map()) {
    if (member.key.is_null()) {
      fail_located(*node, node->full_key(), "KeyValidationError",
                   "Incompatible key type 'NoneType'");
    }
    Node* child = make(member.value, node);
    child->key = member.key;
    node->append(member.key, child);
  }
  return node;
}

Node* Tree::make(const Item& item, Node* parent) {
  if (const Node* given = item.node()) {
    Node* node = copy(*given);
    node->parent = parent;
    return node;
  }
  if (const yaml::Value* scalar = item.scalar()) return make_scalar(*scalar, parent);
  Node* node = add(item.list() != nullptr ? Node::Kind::list : Node::Kind::dict, parent);
  const auto put = [&](const yaml::Value& key, const yaml::Value& member, const Item& value) {
    Node* child = make(value, node);
    child->key = key;
    node->append(member, child);
  };
  if (const auto* items = item.list()) {
    for (const auto& value : *items)
      put(static_cast<std::int64_t>(node->size()), yaml::Null{}, value);
  } else {
    for (const auto& [key, value] : *item.dict())
      put(key, key, value);
  }
  return node;
}

Node* Tree::copy(const Node& node) {
  Node* result = add(node.kind, node.parent);
  result->item = node.item;
  result->key = node.key;
  result->struct_flag = node.struct_flag;
  result->entries.reserve(node.size());
  for (const auto& entry : node.entries) {
    Node* child = copy(*entry.node);
    child->parent = result;
    result->append(entry.key, child);
  }
  return result;
}

void Tree::set(Node& container, const yaml::Value& key, Node& node) {
  const bool own = node.is_container() && container.root() == node.root();
  Node& value = share_nodes && !own ? node : *copy(node);
  if (container.is_dict() && container.find(key) == nullptr && container.is_struct()) {
    fail_located(container, container.full_key(key), "ConfigAttributeError",
                 fmt::format("Key '{}' is not in struct", yaml::python_str(key)));
  }
  assign(container, key, value);
}

void Tree::assign(Node& container, const yaml::Value& key, Node& node) {
  node.parent = &container;
  node.key = key;
  if (container.is_list()) {
    const std::size_t place = place_in(container, key.integer());
    if (place == none) {
      fail_located(container, container.full_key(key), "ConfigIndexError",
                   "list index out of range");
    }
    container.entries[place].node = &node;
    return;
  }
  const std::size_t place = container.index_of(key);
  if (place == none) {
    container.append(key, &node);
  } else {
    container.entries[place].node = &node;
  }
}

void Tree::erase(Node& dict, const yaml::Value& key) {
  const std::size_t place = dict.index_of(key);
  if (place == none) {
    fail_located(dict, dict.full_key(key), "ConfigKeyError",
                 fmt::format("Key not found: '{}'", yaml::python_str(key)));
  }
  dict.erase(place);
}

void Tree::reparent(Node& node) {
  for (auto& entry : node.entries) {
    entry.node->parent = &node;
    if (entry.node->is_container()) reparent(*entry.node);
  }
}

void Tree::merge(Node& to, Node& from) {
  if (to.kind != from.kind) {
    throw ConfigError("TypeError", "Cannot merge DictConfig with ListConfig");
  }
  if (to.is_dict()) {
    merge_dicts(to, from);
  } else {
    merge_lists(to, from);
  }
  for (auto& entry : to.entries)
    entry.node->parent = &to;
}

void Tree::merge_dicts(Node& to, Node& from) {
  const std::vector<Node::Entry> entries = from.entries;  // `to` and `from` may share nodes
  for (const auto& entry : entries)
    merge_member(to, entry);
}

void Tree::merge_member(Node& to, const Node::Entry& entry) {
  Node* own = to.find(entry.key);
  Node& other = *entry.node;
  if (own != nullptr && own->is_interpolation()) {
    Node* target = maybe_dereference(*own, false, nullptr);
    if (target != nullptr && target->is_container()) {
      set(to, entry.key, *target);
      own = to.find(entry.key);
    }
  }
  if (own != nullptr && own->is_container() && other.is_container()) {
    merge(*own, other);
  } else if (own == nullptr || other.is_container() || !other.is_missing()) {
    set(to, entry.key, other);
  }
}

void Tree::merge_lists(Node& to, Node& from) {
  std::vector<Node::Entry> items;
  items.reserve(from.size());
  for (const auto& entry : from.entries) {
    Node& item = *entry.node;
    const bool own = item.is_container() && to.root() == item.root();
    Node* node = share_nodes && !own ? &item : copy(item);
    node->key = static_cast<std::int64_t>(items.size());
    node->parent = &to;
    items.push_back({yaml::Null{}, node});
  }
  to.entries = std::move(items);
}

void Tree::merge_located(Node& to, Node& from) {
  try {
    merge(to, from);
  } catch (const ConfigError& error) {
    throw error.located(to.full_key(), to.type_name());
  }
}

void Tree::update(Node& root, std::string_view key, const yaml::Value& value, bool force_add) {
  const auto parts = split_key(key);
  Node* at = &root;
  const auto unlocked = [&](Node& node, const auto& action) {
    const auto before = node.struct_flag;
    if (force_add) node.struct_flag = false;
    try {
      action();
    } catch (...) {
      node.struct_flag = before;
      throw;
    }
    node.struct_flag = before;
  };
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    Node* next = select_one(*at, parts[i], false, true);
    if (next == nullptr || !next->is_container()) {
      const yaml::Value name =
          at->is_list() ? yaml::Value(*to_index(parts[i])) : yaml::Value(parts[i]);
      next = add(Node::Kind::dict, nullptr);
      unlocked(*at, [&] { set(*at, name, *next); });
      next = select_one(*at, parts[i], false, true);
    }
    at = next;
  }
  yaml::Value last(parts.back());
  if (at->is_list()) {
    const auto index = to_index(parts.back());
    if (!index) {
      throw ConfigError("ValueError", fmt::format("invalid literal for int() with base 10: {}",
                                                  expcore::python_repr(parts.back())));
    }
    last = *index;
  }
  Node* node = make(value);
  unlocked(*at, [&] {
    if (!value.is_scalar()) {
      Node* old = nullptr;
      if (at->is_list()) {
        const std::size_t place = place_in(*at, last.integer());
        old = place == none ? nullptr : at->entries[place].node;
      } else {
        old = at->find(last);
        if (old == nullptr) set(*at, last, *node);  // refuses unknown keys
      }
      if (old != nullptr && old->is_container()) {
        merge_located(*old, *node);
        return;
      }
    }
    set(*at, last, *node);
  });
}

void Tree::embed(Node& root, std::string_view key, Node& node) {
  const auto parts = split_key(key);
  Node* at = &root;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    Node* next = at->find(std::string_view(parts[i]));
    if (next == nullptr) {
      next = add(Node::Kind::dict, at);
      assign(*at, parts[i], *next);
    }
    at = next;
  }
  set(*at, parts.back(), node);
}

Node* Tree::select_one(Node& container, const std::string& key, bool throw_on_missing, bool must) {
  Node* found = nullptr;
  yaml::Value name(key);
  if (container.is_dict()) {
    found = container.find(name);
  } else {
    const auto index = to_index(key);
    if (!index) {
      if (must) {
        throw ConfigError("TypeError", fmt::format("Index '{}' (str) is not an int", key));
      }
      return nullptr;
    }
    name = *index;
    if (*index >= 0 && *index < static_cast<std::int64_t>(container.size())) {
      found = container.entries[static_cast<std::size_t>(*index)].node;
    }
  }
  if (found != nullptr && throw_on_missing && found->is_missing()) {
    throw ConfigError("MissingMandatoryValue",
                      "Missing mandatory value: " + container.full_key(name));
  }
  return found;
}

Tree::Selection Tree::select_impl(Node& from, std::string_view key, bool throw_on_missing,
                                  bool must, Memo* memo) {
  if (key.empty()) return {&from, &from};
  const auto parts = split_key(key);
  Node* at = &from;
  for (std::size_t i = 0; i + 1 < parts.size() && at != nullptr; ++i) {
    Node* next = select_one(*at, parts[i], throw_on_missing, must);
    if (next != nullptr) next = maybe_dereference(*next, must, memo);
    if (next != nullptr && !next->is_container()) {
      const std::vector<std::string> before(parts.begin(),
                                            parts.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      throw ConfigError("ConfigTypeError",
                        fmt::format("Error trying to access {}: node `{}` is not a container and "
                                    "thus cannot contain `{}`",
                                    key, expcore::join(before, "."), parts[i + 1]));
    }
    at = next;
  }
  if (at == nullptr) return {};
  Node* value = select_one(*at, parts.back(), throw_on_missing, must);
  if (value == nullptr) return {at, nullptr};
  if (memo != nullptr && !memo->insert(value).second) {
    throw ConfigError("InterpolationResolutionError", "Recursive interpolation detected");
  }
  Memo fresh;
  Node* result = value;
  try {
    if (value->is_interpolation()) {
      result = resolve_interpolation(*at, *value, must, memo != nullptr ? memo : &fresh);
    }
  } catch (...) {
    if (memo != nullptr) memo->erase(value);
    throw;
  }
  if (memo != nullptr) memo->erase(value);
  return {at, result};
}

std::pair<Node*, std::string_view> Tree::key_and_root(Node& from, std::string_view key) {
  if (!key.starts_with('.')) return {from.root(), key};
  const std::string_view original = key;
  Node* at = &from;
  while (true) {
    key.remove_prefix(1);
    if (!key.starts_with('.')) return {at, key};
    at = at->parent;
    if (at == nullptr) {
      throw ConfigError("ConfigKeyError", fmt::format("Error resolving key '{}'", original));
    }
  }
}

Node* Tree::select_node(Node& from, std::string_view key, bool throw_on_missing) {
  try {
    const auto [root, rest] = key_and_root(from, key);
    return select_impl(*root, rest, throw_on_missing, true, nullptr).node;
  } catch (const ConfigError& error) {
    if (error.type() == "ConfigTypeError") return nullptr;
    throw;
  }
}

std::optional<Item> Tree::select(Node& from, std::string_view key, bool throw_on_missing) {
  try {
    Node* node = select_node(from, "." + std::string(key), throw_on_missing);
    if (node == nullptr || node->is_missing()) return std::nullopt;
    return Item(node).value();
  } catch (const ConfigError& error) {
    throw error.located(from.full_key(yaml::Value(key)), from.type_name());
  }
}

}  // namespace expcore::omegaconf
