#include <algorithm>

#include "omegaconf/tree.hpp"

namespace expcore::omegaconf {
namespace {

constexpr std::size_t none = static_cast<std::size_t>(-1);
constexpr std::size_t indexed_from = 12;

const std::string* text_of(const Node& node) {
  if (node.is_container()) return nullptr;
  const yaml::Value* value = node.item.scalar();
  return value != nullptr && value->is_string() ? &value->string() : nullptr;
}

}  // namespace

Item::Item(yaml::Value value) {
  if (value.is_list()) {
    List items;
    for (auto& item : value.list())
      items.emplace_back(std::move(item));
    data_ = std::move(items);
  } else if (value.is_map()) {
    Dict members;
    for (auto& member : value.map())
      members.emplace_back(member.key, Item(std::move(member.value)));
    data_ = std::move(members);
  } else {
    data_ = std::move(value);
  }
}

Item Item::value() const {
  const Node* of = node();
  return of == nullptr || of->is_container() ? *this : of->item;
}

yaml::Value Item::plain() const {
  if (const Node* of = node()) return of->plain();
  if (const yaml::Value* of = scalar()) return *of;
  if (const List* items = list()) {
    yaml::List result;
    for (const auto& item : *items)
      result.push_back(item.plain());
    return result;
  }
  yaml::Map result;
  for (const auto& [key, item] : *dict())
    result.append(key, item.plain());
  return result;
}

bool Node::is_interpolation() const {
  const std::string* text = text_of(*this);
  return text != nullptr && has_interpolation(*text);
}

bool Node::is_missing() const {
  const std::string* text = text_of(*this);
  return text != nullptr && *text == "???";
}

std::size_t Node::index_of(const yaml::Value& wanted) const {
  if (entries.size() >= indexed_from && wanted.is_string()) {
    if (places_.empty()) {
      for (std::size_t i = 0; i < entries.size(); ++i) {
        if (entries[i].key.is_string()) places_.emplace(entries[i].key.string(), i);
      }
    }
    const auto found = places_.find(wanted.string());
    return found == places_.end() ? none : found->second;
  }
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) {
    return yaml::python_equal(entry.key, wanted);
  });
  return found == entries.end() ? none : static_cast<std::size_t>(found - entries.begin());
}

Node* Node::find(const yaml::Value& wanted) const {
  const std::size_t index = index_of(wanted);
  return index == none ? nullptr : entries[index].node;
}

Node* Node::find(std::string_view wanted) const { return find(yaml::Value(wanted)); }

void Node::append(const yaml::Value& member, Node* node) {
  if (!places_.empty() && member.is_string()) {
    places_.emplace(member.string(), entries.size());
  }
  entries.push_back({member, node});
}

void Node::erase(std::size_t index) {
  places_.clear();
  entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(index));
}

std::string Node::full_key() const {
  std::string result;
  for (const Node* node = this; node != nullptr && node->parent != nullptr; node = node->parent) {
    const bool joined = result.empty() || result[0] == '[';
    const std::string name = yaml::python_str(node->key);
    result = (node->parent->is_list() ? "[" + name + "]" : name) + (joined ? "" : ".") + result;
  }
  return result;
}

std::string Node::full_key(const yaml::Value& member) const {
  const std::string own = full_key();
  const std::string name = yaml::python_str(member);
  if (is_list()) return own + "[" + name + "]";
  return own.empty() ? name : own + "." + name;
}

std::string Node::type_name() const {
  if (is_container()) return is_dict() ? "dict" : "list";
  return std::string(yaml::python_type(item.plain()));
}

yaml::Value Node::plain() const {
  if (!is_container()) return item.plain();
  if (is_list()) {
    yaml::List result;
    result.reserve(entries.size());
    for (const auto& entry : entries)
      result.push_back(entry.node->plain());
    return result;
  }
  yaml::Map result;
  result.reserve(entries.size());
  for (const auto& entry : entries)
    result.append(entry.key, entry.node->plain());
  return result;
}

bool Node::is_struct() const {
  for (const Node* node = this; node != nullptr; node = node->parent) {
    if (node->struct_flag) return *node->struct_flag;
  }
  return false;
}

Node* Node::root() {
  Node* node = this;
  while (node->parent != nullptr)
    node = node->parent;
  return node;
}

}  // namespace expcore::omegaconf
