#include <algorithm>
#include <yaml.h>

#include <expcore/error.hpp>

#include "params/node.hpp"
#include "yaml/reader.hpp"

namespace expcore::params {
namespace {

constexpr std::size_t deepest = 200;

/// libyaml counts characters; texts are bytes. Marks are asked for in nearly rising order.
class Bytes {
 public:
  explicit Bytes(std::string_view text) : text_(text) {
    ascii_ = std::none_of(text.begin(), text.end(),
                          [](char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; });
    if (text.starts_with("\xEF\xBB\xBF")) skipped_ = 3;
  }
  std::size_t of(const yaml_mark_t& mark) {
    if (ascii_) return mark.index;
    if (mark.index < characters_) {
      characters_ = 0;
      byte_ = 0;
    }
    while (characters_ < mark.index && byte_ + skipped_ < text_.size()) {
      ++byte_;
      while (byte_ + skipped_ < text_.size() &&
             (static_cast<unsigned char>(text_[byte_ + skipped_]) & 0xC0U) == 0x80U) {
        ++byte_;
      }
      ++characters_;
    }
    return byte_ + skipped_;
  }

 private:
  std::string_view text_;
  bool ascii_ = true;
  std::size_t skipped_ = 0;
  std::size_t characters_ = 0;
  std::size_t byte_ = 0;
};

class Locator {
 public:
  explicit Locator(std::string_view text) : text_(text), bytes_(text) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
  }
  ~Locator() {
    yaml_event_delete(&event_);
    yaml_parser_delete(&parser_);
  }
  Locator(const Locator&) = delete;
  Locator& operator=(const Locator&) = delete;

  Node document() {
    next();
    if (next() == YAML_STREAM_END_EVENT) {
      Node empty;
      empty.begin = empty.end = empty.outside = text_.size();
      return empty;
    }
    next();
    return node(0);
  }

 private:
  yaml_event_type_t next() {
    yaml_event_delete(&event_);
    if (yaml_parser_parse(&parser_, &event_) != 1) throw Error(Errc::parse, "malformed YAML");
    return event_.type;
  }

  static std::string text_of(const unsigned char* text) {
    return text == nullptr ? std::string() : reinterpret_cast<const char*>(text);
  }

  /// Behind anchor, tag and the blanks after them.
  std::size_t content(std::size_t at, std::size_t end) const {
    while (at < end && (text_[at] == '&' || text_[at] == '!')) {
      at = std::min(text_.find_first_of(" \t\r\n", at), end);
      while (at < end && (text_[at] == ' ' || text_[at] == '\t'))
        ++at;
    }
    return at;
  }

  Node node(std::size_t depth) {
    if (depth > deepest) throw Error(Errc::parse, "Nested too deeply");
    Node result;
    result.outside = bytes_.of(event_.start_mark);
    result.end = bytes_.of(event_.end_mark);
    result.column = event_.start_mark.column;
    switch (event_.type) {
      case YAML_ALIAS_EVENT:
        result.kind = Node::Kind::alias;
        result.anchor = text_of(event_.data.alias.anchor);
        result.begin = result.outside;
        break;
      case YAML_SCALAR_EVENT:
        scalar(result);
        break;
      case YAML_SEQUENCE_START_EVENT:
        sequence(result, depth);
        break;
      default:
        mapping(result, depth);
        break;
    }
    return result;
  }

  void scalar(Node& result) {
    result.anchor = text_of(event_.data.scalar.anchor);
    const yaml_scalar_style_t style = event_.data.scalar.style;
    const bool bare = event_.data.scalar.anchor == nullptr && event_.data.scalar.tag == nullptr;
    result.begin = bare ? result.outside : content(result.outside, result.end);
    if (style != YAML_LITERAL_SCALAR_STYLE && style != YAML_FOLDED_SCALAR_STYLE) return;
    while (result.end > result.begin + 1 &&
           std::string_view(" \t\r\n").find(text_[result.end - 1]) != std::string_view::npos) {
      --result.end;
    }
  }

  void sequence(Node& result, std::size_t depth) {
    const bool flow = event_.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
    result.kind = flow ? Node::Kind::flow_list : Node::Kind::block_list;
    result.anchor = text_of(event_.data.sequence_start.anchor);
    const bool bare =
        event_.data.sequence_start.anchor == nullptr && event_.data.sequence_start.tag == nullptr;
    result.begin = bare ? result.outside : content(result.outside, text_.size());
    while (next() != YAML_SEQUENCE_END_EVENT)
      result.items.push_back(node(depth + 1));
    finish(result, flow, bare);
    if (!result.items.empty() && !flow) result.end = result.items.back().end;
  }

  void mapping(Node& result, std::size_t depth) {
    const bool flow = event_.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
    result.kind = flow ? Node::Kind::flow_map : Node::Kind::block_map;
    result.anchor = text_of(event_.data.mapping_start.anchor);
    const bool bare =
        event_.data.mapping_start.anchor == nullptr && event_.data.mapping_start.tag == nullptr;
    result.begin = bare ? result.outside : content(result.outside, text_.size());
    while (next() != YAML_MAPPING_END_EVENT) {
      NodeMember& member = result.members.emplace_back();
      key(member, depth);
      next();
      member.value = node(depth + 1);
      const std::size_t last = std::max(member.value.outside, member.key_end + 1);
      const std::size_t colon = text_.substr(0, last).find(':', member.key_end);
      if (colon != std::string_view::npos) member.key_end = colon + 1;
    }
    finish(result, flow, bare);
    if (!result.members.empty() && !flow) {
      const NodeMember& last = result.members.back();
      result.end = std::max(last.value.end, last.key_end);
      if (!bare) {
        result.begin = result.members.front().key_begin;
        result.column = result.begin - line_start(result.begin);
      }
    }
  }

  std::size_t line_start(std::size_t at) const {
    return at == 0 ? 0 : text_.rfind('\n', at - 1) + 1;
  }

  void finish(Node& result, bool flow, bool bare) {
    if (flow) result.end = bytes_.of(event_.end_mark);
    if (!flow && !bare && !result.items.empty()) {
      // The dash of the first item.
      result.begin = text_.rfind(
          '-', result.items.front().outside == 0 ? 0 : result.items.front().outside - 1);
      result.column = result.begin - line_start(result.begin);
    }
  }

  void key(NodeMember& member, std::size_t depth) {
    member.key_begin = bytes_.of(event_.start_mark);
    member.key_end = bytes_.of(event_.end_mark);
    if (event_.type != YAML_SCALAR_EVENT) {
      const Node complex = node(depth + 1);
      member.key_end = complex.end;
      return;
    }
    const auto& raw = event_.data.scalar;
    const std::string_view text(reinterpret_cast<const char*>(raw.value), raw.length);
    const bool plain = raw.style == YAML_PLAIN_SCALAR_STYLE && raw.plain_implicit != 0;
    member.key = plain && text != "<<" ? yaml::resolve_plain_scalar(text) : yaml::Value(text);
    if (plain && text == "<<") member.key = yaml::Timestamp{"<<"};  // no key of the mapping
  }

  std::string_view text_;
  Bytes bytes_;
  yaml_parser_t parser_{};
  yaml_event_t event_{};
};

}  // namespace

Node locate_yaml(std::string_view text) { return Locator(text).document(); }

}  // namespace expcore::params
