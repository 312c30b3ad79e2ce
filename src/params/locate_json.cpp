#include <expcore/error.hpp>

#include "params/node.hpp"
#include "yaml/reader.hpp"

namespace expcore::params {
namespace {

/// Finds the values of a JSON text that is known to read well.
class Locator {
 public:
  explicit Locator(std::string_view text) : text_(text) {}

  Node document() {
    blanks();
    return node(0);
  }

 private:
  char now() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void blanks() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

  Node node(std::size_t depth) {
    if (depth > 2000) throw Error(Errc::parse, "Nested too deeply");
    Node result;
    result.begin = result.outside = at_;
    if (now() == '{') {
      result.kind = Node::Kind::flow_map;
      items('}', [&] { result.members.push_back(member(depth)); });
    } else if (now() == '[') {
      result.kind = Node::Kind::flow_list;
      items(']', [&] { result.items.push_back(node(depth + 1)); });
    } else if (now() == '"') {
      string();
    } else {
      at_ = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
    }
    result.end = at_;
    return result;
  }

  template <typename Item>
  void items(char close, Item&& item) {
    ++at_;
    blanks();
    while (at_ < text_.size() && now() != close) {
      item();
      blanks();
      if (now() == ',') ++at_;
      blanks();
    }
    ++at_;
  }

  void string() {
    for (++at_; at_ < text_.size() && now() != '"'; ++at_) {
      if (now() == '\\') ++at_;
    }
    ++at_;
  }

  NodeMember member(std::size_t depth) {
    NodeMember result;
    result.key_begin = at_;
    string();
    result.key_end = at_;
    result.key = yaml::parse_json(text_.substr(result.key_begin, at_ - result.key_begin));
    blanks();
    ++at_;  // ':'
    blanks();
    result.value = node(depth + 1);
    return result;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Node locate_json(std::string_view text) { return Locator(text).document(); }

}  // namespace expcore::params
