#include "params/edit.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "params/excerpt.hpp"
#include "params/node.hpp"
#include "params/spelling.hpp"
#include "yaml/reader.hpp"
#include "yaml/writer.hpp"

namespace expcore::params {
namespace {

using yaml::Value;

/// Beyond as many changes a text is written anew.
constexpr int most_rounds = 400;

/// One change of a text.
struct Splice {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string text;
};

/// A change that this format has no place for.
struct NoPlace {};

Node locate(std::string_view text, Format format) {
  switch (format) {
    case Format::yaml:
      return locate_yaml(text);
    case Format::json:
      return locate_json(text);
    case Format::toml:
      return locate_toml(text);
    case Format::python:
      return locate_python(text);
  }
  return {};
}

/// The place of a node in what holds it.
struct Holder {
  const NodeMember* member = nullptr;  ///< Of a map.
  bool in_flow = false;
};

/// Finds differences between what a text says and what it should say, and the changes of the text
/// that remove them.
class Editor {
 public:
  enum class Take : unsigned char {
    one,
    many,  ///< Up to the first change that another of them could touch.
  };

  Editor(std::string_view text, Format format)
      : text_(text),
        line_feed_(text.find("\r\n") == std::string_view::npos ? "\n" : "\r\n"),
        format_(format) {}

  /// Makes aliases and their anchors agree in `after`: what is changed through one is changed for
  /// all.
  void share(const Node& root, const Value& before, Value& after) {
    for (int pass = 0; pass < 2; ++pass) {
      shared_.clear();
      share_below(root, before, &after);
    }
  }

  /// The first differences, in the order of the text and none over another: making them together
  /// gives what making them one after the other gives. At least one.
  std::vector<Splice> differences(const Node& root, const Value& before, const Value& after,
                                  Take take) {
    name_anchors(root);
    take_ = take;
    if (!root.is_map()) return {at_end(after)};
    try {
      difference(root, before, after, {});
    } catch (const NoPlace&) {
      if (splices_.empty()) throw;
    }
    return std::move(splices_);
  }

 private:
  enum class Touch : unsigned char {
    nothing,  ///< The changes behind it are the same whether it is made or not.
    others,
  };

  void add(Splice splice, Touch touch) {
    // What is changed at an anchor is changed elsewhere, too.
    const bool is_alone = touch == Touch::others || in_anchor_ || take_ == Take::one;
    is_done_ = is_alone || (!splices_.empty() && meets(splices_.back(), splice));
    if (splices_.empty() || !is_done_) splices_.push_back(std::move(splice));
  }

  /// Whether the first reaches into the second, or takes away what the second goes behind.
  static bool meets(const Splice& first, const Splice& second) {
    const bool loses_place = first.text.empty() && second.begin == second.end;
    return loses_place ? second.begin <= first.end : second.begin < first.end;
  }

  struct Shared {
    const Value* before;
    Value* after;
  };

  void share_below(const Node& node, const Value& before, Value* after) {
    if (node.kind == Node::Kind::alias) {
      const auto found = shared_.find(node.anchor);
      if (found != shared_.end() && after != nullptr) agree(found->second, {&before, after});
      return;
    }
    if (!node.anchor.empty()) shared_[node.anchor] = {&before, after};
    if (node.is_map() && before.is_map()) {
      for (const NodeMember& member : node.members) {
        const Value* old = find(before, member.key);
        if (old == nullptr) continue;
        share_below(member.value, *old,
                    after == nullptr ? nullptr : const_cast<Value*>(find(*after, member.key)));
      }
    } else if (node.is_list() && before.is_list()) {
      for (std::size_t i = 0; i < std::min(node.items.size(), before.list().size()); ++i) {
        const bool present = after != nullptr && after->is_list() && i < after->list().size();
        share_below(node.items[i], before.list()[i], present ? &after->list()[i] : nullptr);
      }
    }
  }

  static void agree(const Shared& anchor, const Shared& alias) {
    if (anchor.after == nullptr) return;
    const bool anchor_changed = !same(*anchor.before, *anchor.after);
    const bool alias_changed = !same(*alias.before, *alias.after);
    if (anchor_changed && !alias_changed) {
      *alias.after = *anchor.after;
    } else if (alias_changed && !anchor_changed && alias.after->kind() == alias.before->kind() &&
               !alias.after->is_scalar()) {
      *anchor.after = *alias.after;
    }
  }

  void name_anchors(const Node& node) {
    if (!node.anchor.empty() && node.kind != Node::Kind::alias) anchors_[node.anchor] = &node;
    for (const NodeMember& member : node.members)
      name_anchors(member.value);
    for (const Node& item : node.items)
      name_anchors(item);
  }

  static const Value* find(const Value& map, const Value& key) {
    return map.is_map() ? find_same_key(map.map(), key) : nullptr;
  }

  /// The last of equal keys counts.
  const NodeMember* find(const Node& node, const Value& key) {
    constexpr std::size_t few = 16;
    if (key.is_string() && node.members.size() > few) {
      auto& names = names_[&node];
      if (names.empty()) {
        for (const NodeMember& member : node.members)
          if (member.key.is_string()) names[member.key.string()] = &member;
      }
      const auto found = names.find(key.string());
      return found == names.end() ? nullptr : found->second;
    }
    const auto found = std::find_if(node.members.rbegin(), node.members.rend(),
                                    [&](const NodeMember& m) { return same(m.key, key); });
    return found == node.members.rend() ? nullptr : &*found;
  }

  const Node& target(const Node& node) const {
    if (node.kind != Node::Kind::alias) return node;
    const auto found = anchors_.find(node.anchor);
    return found == anchors_.end() ? node : *found->second;
  }

  void difference(const Node& alias_or_node, const Value& before, const Value& after,
                  const Holder& holder) {
    const bool alike = before.kind() == after.kind() && !before.is_scalar();
    const Node& node = alike ? target(alias_or_node) : alias_or_node;
    const bool was_in_anchor = std::exchange(in_anchor_, in_anchor_ || !node.anchor.empty());
    if (alike && before.is_map() && node.is_map()) {
      map_difference(node, before, after, holder);
    } else if (alike && before.is_list() && node.is_list()) {
      list_difference(node, before, after, holder);
    } else {
      replace_with(node, after, holder);
    }
    in_anchor_ = was_in_anchor;
  }

  void list_difference(const Node& node, const Value& before, const Value& after,
                       const Holder& holder) {
    const auto& old = before.list();
    const auto& items = after.list();
    if (old.size() != items.size()) {
      const bool is_longer =
          items.size() > old.size() && std::equal(old.begin(), old.end(), items.begin(), same);
      if (!is_longer) return replace_with(node, after, holder);
      return add(append(node, items[old.size()], holder), Touch::others);
    }
    if (node.kind == Node::Kind::block_list && differ_much(old, items)) {
      return replace_with(node, after, holder);
    }
    for (std::size_t i = 0; i < old.size() && !is_done_; ++i) {
      if (!same(old[i], items[i])) {
        difference(node.items[i], old[i], items[i], {nullptr, node.is_flow()});
      }
    }
  }

  /// Too many changes to make one by one.
  static bool differ_much(const yaml::List& old, const yaml::List& items) {
    constexpr std::size_t most = 32;
    std::size_t count = 0;
    for (std::size_t i = 0; i < old.size() && count <= most; ++i)
      if (!same(old[i], items[i])) ++count;
    return count > most;
  }

  void map_difference(const Node& node, const Value& before, const Value& after,
                      const Holder& holder) {
    const std::size_t had = splices_.size();
    const bool stays = std::any_of(before.map().begin(), before.map().end(), [&](const auto& m) {
      return find(after, m.key) != nullptr && find(node, m.key) != nullptr;
    });
    for (const auto& [key, value] : before.map()) {
      if (is_done_) return;
      if (find(after, key) != nullptr) continue;
      const NodeMember* member = find(node, key);
      if (member == nullptr) throw NoPlace();
      add(erase(node, *member, holder),
          stays && is_lines(node, *member) ? Touch::nothing : Touch::others);
    }
    for (const auto& [key, value] : after.map()) {
      if (is_done_) return;
      const Value* old = find(before, key);
      if (old != nullptr && same(*old, value)) continue;
      const NodeMember* member = old == nullptr ? nullptr : find(node, key);
      if (member == nullptr) {
        add(insert(node, key, value), grows_alike(node) ? Touch::nothing : Touch::others);
      } else {
        difference(member->value, *old, value, {member, node.is_flow()});
      }
    }
    if (splices_.size() == had && !is_done_) throw NoPlace();
  }

  /// Whether what is inserted second goes behind the first as if that were not there.
  bool grows_alike(const Node& node) const {
    if (node.kind == Node::Kind::flow_map) return !node.members.empty();
    return node.kind != Node::Kind::table || !is_open_before(node.insert_at);
  }

  /// Whether the member has its lines for itself.
  bool is_lines(const Node& node, const NodeMember& member) const {
    return !node.is_flow() && is_first_on_line(member.key_begin);
  }

  void replace_with(const Node& node, const Value& value, const Holder& holder) {
    Splice splice = replace(node, value, holder);
    const auto is_short = [](std::string_view text) {
      return !text.empty() && text.find('\n') == std::string_view::npos;
    };
    const bool is_apart = node.kind == Node::Kind::scalar && value.is_scalar() &&
                          is_short(splice.text) &&
                          is_short(text_.substr(splice.begin, splice.end - splice.begin));
    add(std::move(splice), is_apart ? Touch::nothing : Touch::others);
  }

  // Texts ----------------------------------------------------------------------------------------

  std::size_t line_start(std::size_t at) const {
    return at == 0 ? 0 : text_.rfind('\n', at - 1) + 1;
  }
  /// Before the line feed (and carriage return).
  std::size_t line_end(std::size_t at) const {
    const std::size_t feed = std::min(text_.find('\n', at), text_.size());
    return feed > at && feed < text_.size() && text_[feed - 1] == '\r' ? feed - 1 : feed;
  }
  std::size_t behind_line(std::size_t at) const {
    return std::min(text_.find('\n', at), text_.size() - 1) + 1;
  }
  /// Whether a line goes on there.
  bool is_open_before(std::size_t at) const { return at > 0 && text_[at - 1] != '\n'; }
  bool is_first_on_line(std::size_t at) const {
    return text_.substr(0, at).find_last_not_of(" \t") + 1 == line_start(at) ||
           text_.find_first_not_of(" \t", line_start(at)) == at;
  }
  static std::size_t end_of(const NodeMember& member) {
    return std::max(member.value.end, member.key_end);
  }

  /// A block of YAML without its first indentation and last line feed.
  std::string block(const Value& value, std::size_t column) const {
    std::string text = yaml::dump_yaml(value, static_cast<int>(column));
    text.pop_back();
    if (line_feed_ == "\r\n") text = replace_all(text, "\n", "\r\n");
    return text.substr(column);
  }

  std::string pair_text(const Value& key, const Value& value, bool in_flow) const {
    return key_text(key, format_, in_flow) + (format_ == Format::toml ? " = " : ": ") +
           inline_text(value, format_, in_flow);
  }

  /// New members of a document that has none yet.
  Splice at_end(const Value& after) {
    std::string text = document_text(after, format_);
    if (format_ == Format::json) return {0, text_.size(), text};
    const std::size_t word = text_.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
    const bool only_comments = word == std::string_view::npos || text_[word] == '#';
    // "null", "---" and the like.
    if (!only_comments) throw NoPlace();
    return {text_.size(), text_.size(), (is_open_before(text_.size()) ? line_feed_ : "") + text};
  }

  // Changes --------------------------------------------------------------------------------------

  Splice replace(const Node& node, const Value& value, const Holder& holder) {
    if (format_ == Format::python && node.kind == Node::Kind::block_map) fail_python();
    if (node.kind == Node::Kind::table) throw NoPlace();
    const bool yaml = format_ == Format::yaml;
    const bool is_block = node.kind == Node::Kind::block_map || node.kind == Node::Kind::block_list;
    const bool same_kind =
        (node.kind == Node::Kind::block_map && value.is_map() && !value.map().empty()) ||
        (node.kind == Node::Kind::block_list && value.is_list() && !value.list().empty());
    if (same_kind) return {node.begin, node.end, block(value, node.column)};
    if (yaml && fits_as_block(node, value, holder)) {
      return {node.begin, node.end, block(value, node.column)};
    }
    std::string text = inline_text(value, format_, holder.in_flow);
    if (yaml && node.kind != Node::Kind::alias && !node.anchor.empty()) {
      text.insert(0, "&" + node.anchor + " ");
    }
    if (is_block && is_first_on_line(node.begin)) {
      if (holder.member == nullptr) throw NoPlace();
      const bool has_properties =
          node.outside < node.begin && node.outside >= holder.member->key_end;
      const std::size_t head = has_properties ? node.outside : holder.member->key_end;
      const std::size_t rest = has_properties ? std::min(line_end(head), node.begin) : head;
      std::string tail(text_.substr(rest, line_end(rest) - rest));
      if (has_properties) {
        const std::size_t comment = text_.find('#', head);
        tail = comment < rest ? " " + std::string(text_.substr(comment, rest - comment)) : "";
        return {head, node.end, text + tail};
      }
      return {head, node.end, " " + text + tail};
    }
    if (!yaml || node.begin != node.end) return {node.outside, node.end, text};
    return fill_empty(node, text, holder);
  }

  /// Whether a map can stand as a block where a scalar is: `- a` becomes `- a: 1`.
  bool fits_as_block(const Node& node, const Value& value, const Holder& holder) const {
    const bool is_item = holder.member == nullptr && !holder.in_flow && node.anchor.empty();
    const bool is_written = node.kind == Node::Kind::scalar && node.outside == node.begin &&
                            node.begin < node.end && line_end(node.begin) == node.end;
    return is_item && is_written && value.is_map() && !value.map().empty();
  }

  /// A value that was not written: `key:`, `- ` or, in flow style, `key`.
  Splice fill_empty(const Node& node, std::string text, const Holder& holder) const {
    std::size_t at = node.end;
    if (holder.member != nullptr) {
      const NodeMember& member = *holder.member;
      if (text_.substr(member.key_begin, member.key_end - member.key_begin).find(':') ==
          std::string_view::npos) {
        return {member.key_end, member.key_end, ": " + text};
      }
      at = node.outside < node.begin ? node.end : member.key_end;
    }
    if (node.outside < node.begin) return {node.outside, node.end, text};
    if (at > 0 && text_[at - 1] != ' ') text.insert(0, " ");
    const bool at_word = at < text_.size() &&
                         std::string_view(" \t\r\n,]}").find(text_[at]) == std::string_view::npos;
    return {at, at, text + (at_word ? " " : "")};
  }

  Splice insert(const Node& node, const Value& key, const Value& value) {
    if (node.kind == Node::Kind::flow_map) return insert_in_flow(node, key, value);
    if (format_ == Format::python) fail_python();
    if (node.kind == Node::Kind::table) {
      if (node.insert_at == std::string::npos) throw NoPlace();
      return {node.insert_at, node.insert_at,
              (is_open_before(node.insert_at) ? line_feed_ : "") + node.insert_prefix +
                  pair_text(key, value, false) + line_feed_};
    }
    yaml::Map member;
    member.append(key, value);
    const std::size_t at = line_end(node.end);
    return {at, at, line_feed_ + std::string(node.column, ' ') + block(member, node.column)};
  }

  Splice insert_in_flow(const Node& node, const Value& key, const Value& value) {
    const std::string pair = pair_text(key, value, true);
    if (node.members.empty()) {
      const bool spaced = format_ == Format::toml;
      return {node.begin, node.end, (spaced ? "{ " : "{") + pair + (spaced ? " }" : "}")};
    }
    return insert_behind(node.members.back().key_begin, end_of(node.members.back()), pair);
  }

  /// Behind an item of a flow collection, on a line of its own when that one has one.
  Splice insert_behind(std::size_t begin, std::size_t end, const std::string& text) const {
    if (!is_first_on_line(begin) || line_start(begin) == 0) return {end, end, ", " + text};
    const std::size_t start = line_start(begin);
    return {end, end, "," + line_feed_ + std::string(text_.substr(start, begin - start)) + text};
  }

  Splice append(const Node& node, const Value& item, const Holder& holder) {
    if (node.kind == Node::Kind::block_list) {
      const std::size_t at = line_end(node.end);
      return {at, at,
              line_feed_ + std::string(node.column, ' ') + block(yaml::List{item}, node.column)};
    }
    if (node.items.empty()) return replace(node, yaml::List{item}, holder);
    return insert_behind(node.items.back().outside, node.items.back().end,
                         inline_text(item, format_, true));
  }

  Splice erase(const Node& node, const NodeMember& member, const Holder& holder) {
    const auto index = static_cast<std::size_t>(&member - node.members.data());
    const std::size_t count = node.members.size();
    if (node.kind == Node::Kind::flow_map) {
      if (count == 1) return {node.begin, node.end, "{}"};
      if (index + 1 < count) return {member.key_begin, node.members[index + 1].key_begin, ""};
      return {end_of(node.members[index - 1]), end_of(member), ""};
    }
    if (format_ == Format::python) fail_python();
    if (node.kind == Node::Kind::table) {
      if (member.value.kind == Node::Kind::table) throw NoPlace();
      return {line_start(member.key_begin), behind_line(end_of(member)), ""};
    }
    if (count == 1 && holder.member == nullptr && is_first_on_line(node.begin)) {
      return {node.begin, node.end, "{}"};
    }
    if (count == 1) return replace(node, yaml::Map(), holder);
    if (is_first_on_line(member.key_begin)) {
      return {line_start(member.key_begin),
              behind_line(std::max(end_of(member), std::size_t{1}) - 1), ""};
    }
    if (index + 1 == count) throw NoPlace();
    return {member.key_begin, node.members[index + 1].key_begin, ""};
  }

  [[noreturn]] static void fail_python() {
    throw Error(Errc::invalid_argument,
                "in a Python params file only values that are there can be set");
  }

  std::string_view text_;
  std::string line_feed_;
  Format format_;
  Take take_ = Take::one;
  bool is_done_ = false;
  bool in_anchor_ = false;
  std::vector<Splice> splices_;
  std::map<std::string, const Node*> anchors_;
  std::map<std::string, Shared> shared_;
  /// Of the large maps.
  std::map<const Node*, std::unordered_map<std::string_view, const NodeMember*>> names_;
};

std::optional<Value> read(std::string_view text, Format format) {
  try {
    return parse(text, format, "");
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// Written anew when no change of the old text says what it should.
std::string rewritten(const Value& after, Format format) {
  std::string text = document_text(after, format);
  const auto check = read(text, format);
  if (!check || !same(*check, after)) {
    throw Error(Errc::invalid_argument, "the file's format cannot hold these values");
  }
  return text;
}

/// Makes the changes, from the last to the first: false when one has no place.
template <typename Document>
bool make(Document& document, const std::vector<Splice>& splices) {
  return std::all_of(splices.rbegin(), splices.rend(), [&](const Splice& splice) {
    return document.replace(splice.begin, splice.end, splice.text);
  });
}

/// Changes `document` until it says `after`; false when no change does.
template <typename Document>
bool change(Document& document, Format format, Value before, const Value& after) {
  auto take = Editor::Take::many;
  for (int round = 0; !same(before, after); ++round) {
    if (round == most_rounds) return false;
    Document changed = document;
    std::optional<Value> now;
    try {
      const std::string& text = document.text();
      const Node root = text.empty() ? Node() : locate(text, format);
      const auto splices = Editor(text, format).differences(root, before, after, take);
      if (make(changed, splices)) now = read(changed.text(), format);
      if (!now || same(*now, before)) {
        if (splices.size() == 1) return false;
        take = Editor::Take::one;
        continue;
      }
    } catch (const NoPlace&) {
      return false;
    }
    document = std::move(changed);
    before = std::move(*now);
  }
  return true;
}

/// A document that is all there.
class Whole {
 public:
  explicit Whole(std::string text) : text_(std::move(text)) {}
  const std::string& text() const { return text_; }
  bool replace(std::size_t begin, std::size_t end, std::string_view by) {
    text_.replace(begin, end - begin, by);
    return true;
  }

 private:
  std::string text_;
};

std::string edit_from(std::string text, Format format, Value before, Value after) {
  if (format == Format::yaml && text.find('*') != std::string::npos && !same(before, after)) {
    Editor(text, format).share(locate_yaml(text), before, after);
  }
  Whole document(std::move(text));
  if (!change(document, format, std::move(before), after)) return rewritten(after, format);
  return document.text();
}

/// nullopt when the whole document has to be read.
std::optional<std::string> apply_to_excerpt(std::string_view text, const std::string& shown,
                                            const std::vector<Override>& overrides) {
  auto excerpt = Excerpt::of(text, overrides);
  if (!excerpt) return std::nullopt;
  Value before = parse(excerpt->text(), Format::yaml, shown);
  Value after = before;
  apply(after, overrides);
  if (!change(*excerpt, Format::yaml, std::move(before), after) || !excerpt->fits()) {
    return std::nullopt;
  }
  return excerpt->whole();
}

bool has_interpolation(const Override& override) {
  return override.text.find("${") != std::string::npos ||
         override.text.find("$\\{") != std::string::npos;
}

}  // namespace

std::string edit(std::string_view given, Format format, const std::string& shown,
                 const Value& wanted) {
  return edit_from(std::string(given), format,
                   given.empty() ? Value(yaml::Map()) : parse(given, format, shown), wanted);
}

std::string apply_to_text(std::string_view text, Format format, const std::string& shown,
                          const std::vector<Override>& overrides, const Interpolate& interpolate,
                          Reading reading) {
  if (reading == Reading::excerpt && format == Format::yaml &&
      !(interpolate && std::any_of(overrides.begin(), overrides.end(), has_interpolation))) {
    if (auto edited = apply_to_excerpt(text, shown, overrides)) return std::move(*edited);
  }
  Value before = text.empty() ? Value(yaml::Map()) : parse(text, format, shown);
  Value after = before;
  apply(after, overrides, interpolate);
  return edit_from(std::string(text), format, std::move(before), std::move(after));
}

}  // namespace expcore::params
