#include <algorithm>
#include <string>
#include <unordered_map>

#include <expcore/error.hpp>

#include "params/node.hpp"
#include "yaml/reader.hpp"

namespace expcore::params {
namespace {

constexpr std::size_t deepest = 200;

/// Finds the values of a TOML text that is known to read well.
class Locator {
 public:
  explicit Locator(std::string_view text) : text_(text) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }

  Node document() {
    root_.kind = Node::Kind::table;
    while (next_line()) {
      if (now() == '[') {
        header();
      } else {
        assignment();
      }
    }
    if (root_.insert_at == std::string::npos) root_.insert_at = text_.size();
    return std::move(root_);
  }

 private:
  char now(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  void blanks() { at_ = std::min(text_.find_first_not_of(" \t", at_), text_.size()); }
  std::size_t behind_line(std::size_t at) const {
    const std::size_t feed = text_.find('\n', at);
    return feed == std::string_view::npos ? text_.size() : feed + 1;
  }

  /// Past blanks, line feeds and comments; false at the end.
  bool next_line() {
    while (at_ < text_.size()) {
      at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
      if (now() != '#') return at_ < text_.size();
      at_ = behind_line(at_);
    }
    return false;
  }

  /// The parts of a dotted key.
  std::vector<yaml::Value> key() {
    std::vector<yaml::Value> parts;
    while (true) {
      blanks();
      const std::size_t begin = at_;
      if (now() == '"' || now() == '\'') {
        string();
        const std::string line = std::string(text_.substr(begin, at_ - begin)) + " = 0";
        parts.push_back(yaml::parse_toml(line).map().begin()->key);
      } else {
        at_ = std::min(text_.find_first_of(" \t.=]", at_), text_.size());
        parts.emplace_back(text_.substr(begin, at_ - begin));
      }
      blanks();
      if (now() != '.') return parts;
      ++at_;
    }
  }

  /// A table and the names that lead to it, spelled so that no two tables have one spelling.
  struct Place {
    Node* node;
    std::string path;
  };

  NodeMember& member(Place& place, const yaml::Value& key) {
    place.path += std::to_string(key.string().size()) + ":" + key.string();
    auto& members = place.node->members;
    const auto [known, is_new] = places_.try_emplace(place.path, members.size());
    if (!is_new) return members[known->second];
    NodeMember& made = members.emplace_back();
    made.key = key;
    made.value.kind = Node::Kind::table;
    return made;
  }

  /// Goes to the table that a name in a header means.
  void enter(Place& place, const yaml::Value& key) {
    Node& node = member(place, key).value;
    if (node.kind == Node::Kind::block_list) {
      place = {&node.items.back(), place.path + "#" + std::to_string(node.items.size())};
    } else {
      place.node = &node;
    }
  }

  void header() {
    const std::size_t line =
        text_.rfind('\n', at_) == std::string_view::npos ? 0 : text_.rfind('\n', at_) + 1;
    if (root_.insert_at == std::string::npos) root_.insert_at = line;
    const bool is_array = now(1) == '[';
    at_ += is_array ? 2 : 1;
    path_ = key();
    Place place{&root_, {}};
    for (std::size_t i = 0; i + 1 < path_.size(); ++i)
      enter(place, path_[i]);
    if (is_array) {
      Node& list = member(place, path_.back()).value;
      list.kind = Node::Kind::block_list;
      place.node = &list.items.emplace_back();
      place.node->kind = Node::Kind::table;
    } else {
      enter(place, path_.back());
    }
    at_ = behind_line(at_);
    place.node->insert_at = at_;
  }

  Place current() {
    Place place{&root_, {}};
    for (const auto& part : path_)
      enter(place, part);
    return place;
  }

  void assignment() {
    const std::size_t begin = at_;
    const auto parts = key();
    const std::size_t key_end = at_;
    ++at_;  // '='
    blanks();
    Node value = node(0);
    const std::size_t behind = behind_line(at_);
    Place place = current();
    place.node->insert_at = behind;
    std::size_t prefix_end = begin;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      place.node = &member(place, parts[i]).value;
      prefix_end = text_.find('.', prefix_end) + 1;
      place.node->insert_at = behind;
      place.node->insert_prefix = text_.substr(begin, prefix_end - begin);
    }
    NodeMember& made = place.node->members.emplace_back();
    made.key = parts.back();
    made.key_begin = begin;
    made.key_end = key_end;
    made.value = std::move(value);
    at_ = behind;
  }

  Node node(std::size_t depth) {
    if (depth > deepest) throw Error(Errc::parse, "Nested too deeply");
    Node result;
    result.begin = result.outside = at_;
    if (now() == '[') {
      result.kind = Node::Kind::flow_list;
      items(']', [&] { result.items.push_back(node(depth + 1)); });
    } else if (now() == '{') {
      result.kind = Node::Kind::flow_map;
      items('}', [&] { pair(result, depth); });
    } else if (now() == '"' || now() == '\'') {
      string();
    } else {
      at_ = std::min(text_.find_first_of(",]}#\r\n", at_), text_.size());
      while (text_[at_ - 1] == ' ' || text_[at_ - 1] == '\t')
        --at_;
    }
    result.end = at_;
    return result;
  }

  /// Dotted keys in inline tables are rare: such a table is changed as a whole.
  void pair(Node& table_node, std::size_t depth) {
    NodeMember made;
    made.key_begin = at_;
    const auto parts = key();
    made.key = parts.back();
    made.key_end = at_;
    ++at_;  // '='
    blanks();
    made.value = node(depth + 1);
    if (parts.size() > 1) table_node.kind = Node::Kind::scalar;
    table_node.members.push_back(std::move(made));
  }

  template <typename Item>
  void items(char close, Item&& item) {
    ++at_;
    while (next_line() && now() != close) {
      item();
      next_line();
      if (now() == ',') ++at_;
    }
    ++at_;
  }

  void string() {
    const char quote = now();
    const bool triple = now(1) == quote && now(2) == quote;
    if (!triple) {
      for (++at_; at_ < text_.size() && now() != quote; ++at_) {
        if (now() == '\\' && quote == '"') ++at_;
      }
      ++at_;
      return;
    }
    at_ += 3;
    while (at_ < text_.size() && !(now() == quote && now(1) == quote && now(2) == quote))
      at_ += now() == '\\' && quote == '"' ? 2U : 1U;
    at_ += 3;
    while (now() == quote)  // up to two quotes may stand before the closing ones
      ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Node root_;
  std::vector<yaml::Value> path_;
  std::unordered_map<std::string, std::size_t> places_;  ///< Of tables among their siblings.
};

}  // namespace

Node locate_toml(std::string_view text) { return Locator(text).document(); }

}  // namespace expcore::params
