#include "params/outline.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/text.hpp"

namespace expcore::params {

namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::size_t most_levels = 64;
constexpr std::size_t most_flow_levels = 32;
constexpr std::size_t most_flow_keys = 64;
constexpr std::size_t longest_key = 200;
constexpr std::size_t longest_number = 1000;

/// What a character may be part of.
enum Class : unsigned char { in_key = 1, in_flow_word = 2, starts_key = 4, digit = 8 };

constexpr std::array<unsigned char, 256> make_classes() {
  std::array<unsigned char, 256> classes{};
  for (unsigned c = 0; c < 256; ++c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool number = c >= '0' && c <= '9';
    unsigned char is = 0;
    if (letter || c == '_') is |= starts_key;
    if (number) is |= digit;
    if (letter || number || c == '_' || c == '-' || c == '.' || c == '/') is |= in_key;
    if ((is & in_key) != 0 || c == '+' || c >= 0x80) is |= in_flow_word;
    classes[c] = is;
  }
  return classes;
}
constexpr auto classes = make_classes();

bool is(char c, Class wanted) { return (classes[static_cast<unsigned char>(c)] & wanted) != 0; }

/// Words that are no strings.
bool is_typed_word(std::string_view text) {
  if (text.size() != 4 && text.size() != 5) return false;
  const std::string lower = to_lower_ascii(text);
  return lower == "true" || lower == "false" || lower == "null";
}

/// ASCII without tabs and carriage returns, or UTF-8 without what ends lines or is not allowed.
bool has_plain_characters(std::string_view text) {
  bool plain = true;
  bool ascii = true;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    plain = plain && ((byte >= 0x20 && byte != 0x7F) || byte == '\n');
    ascii = ascii && byte < 0x80;
  }
  if (!plain || ascii) return plain;
  if (!is_utf8(text)) return false;
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    const char32_t c = decode_utf8(text, at);
    if (c < 0xA0 || c == 0x2028 || c == 0x2029 || c == 0xFEFF || c == 0xFFFE || c == 0xFFFF) {
      return false;
    }
  }
  return true;
}

}  // namespace

/// Goes through the lines with the open collections on a stack.
class OutlineReader {
 public:
  explicit OutlineReader(std::string_view text) : text_(text) {
    std::size_t slots = 64;
    while (slots < text.size() / 10)
      slots *= 2;
    outline_.slots_.resize(slots);
  }

  bool read() {
    if (text_.size() >= Outline::none || !has_plain_characters(text_)) return false;
    for (line_ = 0; line_ < text_.size(); line_ = end_ + 1) {
      const void* feed = std::memchr(text_.data() + line_, '\n', text_.size() - line_);
      end_ = feed == nullptr
                 ? text_.size()
                 : static_cast<std::size_t>(static_cast<const char*>(feed) - text_.data());
      if (!take_line()) return false;
    }
    if (stack_.empty() || (in_block_ && block_indent_ == npos)) return false;
    line_ = text_.size();
    while (!stack_.empty())
      pop();
    return true;
  }

  Outline take() { return std::move(outline_); }

 private:
  struct Open {
    bool is_map = false;
    std::size_t column = 0;
    std::uint32_t map = Outline::none;
  };

  std::size_t skip_blanks(std::size_t at) const {
    while (at < end_ && text_[at] == ' ')
      ++at;
    return at;
  }
  bool is_over(std::size_t at) const { return at == end_ || text_[at] == '#'; }
  /// Nothing but a comment follows a value that ended at `at`.
  bool ends_line(std::size_t at) const {
    const std::size_t next = skip_blanks(at);
    return next == end_ || (next > at && text_[next] == '#');
  }

  bool take_line() {
    const std::size_t at = skip_blanks(line_);
    if (in_block_) {
      if (at == end_) return block_indent_ != npos;
      const std::size_t column = at - line_;
      if (block_indent_ == npos && column > block_parent_) block_indent_ = column;
      if (block_indent_ == npos) return false;
      if (column >= block_indent_) return true;
      if (column > block_parent_) return false;
      in_block_ = false;
    }
    if (is_over(at)) return true;
    if (stack_.empty() && !has_start_ && text_.substr(line_, 3) == "---" && ends_line(line_ + 3)) {
      has_start_ = true;
      return true;
    }
    return take_content(at);
  }

  bool is_dash(std::size_t at) const {
    return text_[at] == '-' && (at + 1 == end_ || text_[at + 1] == ' ');
  }

  bool take_content(std::size_t at) {
    const bool dash = is_dash(at);
    if (!open_at(at - line_, dash)) return false;
    pending_ = false;
    while (is_dash(at)) {
      at = skip_blanks(at + 1);
      if (is_over(at)) return pending_ = true;
      if (is_dash(at)) {
        if (!push(false, at - line_)) return false;
      } else if (key_end(at) != npos) {
        if (!push(true, at - line_)) return false;
      } else {
        return take_value(at, false);
      }
    }
    return take_key(at);
  }

  /// Makes the collection at `column` the innermost one.
  bool open_at(std::size_t column, bool dash) {
    if (stack_.empty()) return column == 0 && !dash && push(true, 0);
    while (stack_.back().column > column) {
      pop();
      pending_ = false;
      if (stack_.empty()) return false;
    }
    if (stack_.back().column < column) return pending_ && push(!dash, column);
    if (stack_.back().is_map) return !dash || (pending_ && push(false, column));
    if (dash) return true;
    pop();  // a list that is not indented below its key
    return !stack_.empty() && stack_.back().is_map && stack_.back().column == column;
  }

  bool push(bool is_map, std::size_t column) {
    if (stack_.size() == most_levels) return false;
    Open open{is_map, column, Outline::none};
    if (is_map) {
      open.map = static_cast<std::uint32_t>(outline_.maps_.size());
      outline_.maps_.emplace_back();
      if (!stack_.empty() && stack_.back().is_map) last_member(stack_.back()).child = open.map;
    }
    stack_.push_back(open);
    return true;
  }

  void pop() {
    if (stack_.back().is_map) last_member(stack_.back()).end = static_cast<std::uint32_t>(line_);
    stack_.pop_back();
  }

  Outline::Member& last_member(const Open& open) {
    return outline_.members_[outline_.maps_[open.map].last];
  }

  /// Of the colon behind a key that is a word or a number; npos when there is none.
  std::size_t key_end(std::size_t at) const {
    const bool number = is(text_[at], digit);
    if (!number && !is(text_[at], starts_key)) return npos;
    std::size_t end = at;
    while (end < end_ && is(text_[end], number ? digit : in_key))
      ++end;
    if (end == end_ || text_[end] != ':' || (end + 1 < end_ && text_[end + 1] != ' ')) return npos;
    if (end - at > longest_key) return npos;
    if (number && (end - at > 18 || (text_[at] == '0' && end - at > 1))) return npos;
    if (is_typed_word(text_.substr(at, end - at))) return npos;
    return end;
  }

  bool take_key(std::size_t at) {
    const std::size_t colon = key_end(at);
    if (colon == npos) return false;
    const std::string_view key = text_.substr(at, colon - at);
    Outline::Map& map = outline_.maps_[stack_.back().map];
    const auto index = static_cast<std::uint32_t>(outline_.members_.size());
    if (map.first == Outline::none) {
      map.first = index;
    } else {
      Outline::Member& before = outline_.members_[map.last];
      before.next = index;
      before.end = static_cast<std::uint32_t>(line_);
    }
    map.last = index;
    Outline::Member& member = outline_.members_.emplace_back();
    member.key = key;
    member.begin = static_cast<std::uint32_t>(line_);
    if (!outline_.insert(stack_.back().map, index)) return false;
    const std::size_t value = skip_blanks(colon + 1);
    if (is_over(value)) return pending_ = true;
    return take_value(value, true);
  }

  // Values ---------------------------------------------------------------------------------------

  bool take_value(std::size_t at, bool of_key) {
    switch (text_[at]) {
      case '"':
      case '\'':
      case '[':
      case '{': {
        const std::size_t end = flow_node(at, 0);
        return end != npos && ends_line(end);
      }
      case '|':
      case '>':
        return of_key && take_block(at);
      case '-':
        return at + 1 < end_ && text_[at + 1] != ' ' && take_plain(at);
      case '?':
      case ':':
      case ',':
      case ']':
      case '}':
      case '#':
      case '&':
      case '*':
      case '!':
      case '%':
      case '@':
      case '`':
      case '<':
      case '=':
        return false;
      default:
        return take_plain(at);
    }
  }

  bool take_plain(std::size_t at) const {
    std::size_t end = at;
    for (; end < end_; ++end) {
      const char c = text_[end];
      if (c == ':' && (end + 1 == end_ || text_[end + 1] == ' ')) return false;
      if (c == '#' && text_[end - 1] == ' ') break;
    }
    return end - at < longest_number || is(text_[at], starts_key);
  }

  bool take_block(std::size_t at) {
    ++at;
    if (at < end_ && (text_[at] == '+' || text_[at] == '-')) ++at;
    if (!ends_line(at)) return false;
    in_block_ = true;
    block_indent_ = npos;
    block_parent_ = stack_.back().column;
    return true;
  }

  /// Behind a quoted text that ends on this line.
  std::size_t quoted(std::size_t at) const {
    const char quote = text_[at];
    for (++at; at < end_; ++at) {
      const char c = text_[at];
      if (c == '\\' && quote == '"') {
        ++at;
        if (at == end_ || std::string_view("\\\"nrt").find(text_[at]) == npos) return npos;
      } else if (c == quote) {
        if (quote == '"' || at + 1 == end_ || text_[at + 1] != '\'') return at + 1;
        ++at;
      }
    }
    return npos;
  }

  /// Behind a value in flow style; npos when it is none or does not end on this line.
  std::size_t flow_node(std::size_t at, std::size_t depth) const {
    if (at == end_ || depth > most_flow_levels) return npos;
    const char c = text_[at];
    if (c == '"' || c == '\'') return quoted(at);
    if (c == '[') return flow_list(at, depth);
    if (c == '{') return flow_map(at, depth);
    return flow_word(at);
  }

  std::size_t flow_word(std::size_t at) const {
    const std::size_t begin = at;
    if (!is(text_[at], in_flow_word) || text_[at] == '/') return npos;
    if (text_[at] == '-' && (at + 1 == end_ || !is(text_[at + 1], in_key))) return npos;
    std::size_t end = at;
    for (; at < end_ && (is(text_[at], in_flow_word) || text_[at] == ' '); ++at) {
      if (text_[at] != ' ') end = at + 1;
    }
    return end - begin < longest_number ? end : npos;
  }

  std::size_t flow_list(std::size_t at, std::size_t depth) const {
    at = skip_blanks(at + 1);
    if (at < end_ && text_[at] == ']') return at + 1;
    while (true) {
      at = flow_node(at, depth + 1);
      if (at == npos) return npos;
      at = skip_blanks(at);
      if (at == end_) return npos;
      if (text_[at] == ']') return at + 1;
      if (text_[at] != ',') return npos;
      at = skip_blanks(at + 1);
    }
  }

  std::size_t flow_map(std::size_t at, std::size_t depth) const {
    std::vector<std::string_view> keys;
    at = skip_blanks(at + 1);
    if (at < end_ && text_[at] == '}') return at + 1;
    while (true) {
      const std::size_t colon = at == end_ ? npos : key_end(at);
      if (colon == npos || keys.size() == most_flow_keys) return npos;
      const std::string_view key = text_.substr(at, colon - at);
      if (std::find(keys.begin(), keys.end(), key) != keys.end()) return npos;
      keys.push_back(key);
      at = flow_node(skip_blanks(colon + 1), depth + 1);
      if (at == npos) return npos;
      at = skip_blanks(at);
      if (at == end_) return npos;
      if (text_[at] == '}') return at + 1;
      if (text_[at] != ',') return npos;
      at = skip_blanks(at + 1);
    }
  }

  std::string_view text_;
  Outline outline_;
  std::vector<Open> stack_;
  std::size_t line_ = 0;
  std::size_t end_ = 0;
  bool has_start_ = false;  ///< "---"
  bool pending_ = false;    ///< The last key or dash has no value yet.
  bool in_block_ = false;
  std::size_t block_indent_ = npos;
  std::size_t block_parent_ = 0;
};

std::optional<Outline> Outline::read(std::string_view text) {
  OutlineReader reader(text);
  if (!reader.read()) return std::nullopt;
  return reader.take();
}

std::uint32_t Outline::find(std::uint32_t map, std::string_view key) const {
  if (key.empty() || is(key[0], digit)) return none;  // a number is no string
  return slots_[slot(map, key, hash_of(map, key))].member;
}

std::uint32_t Outline::hash_of(std::uint32_t map, std::string_view key) {
  std::uint64_t hash = 0xCBF29CE484222325U ^ map;
  for (const char c : key)
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return static_cast<std::uint32_t>(hash ^ (hash >> 32U));
}

std::size_t Outline::slot(std::uint32_t map, std::string_view key, std::uint32_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  while (slots_[at].member != none && !(slots_[at].hash == hash && slots_[at].map == map &&
                                        members_[slots_[at].member].key == key)) {
    at = (at + 1) & mask;
  }
  return at;
}

bool Outline::insert(std::uint32_t map, std::uint32_t index) {
  if (members_.size() * 2 > slots_.size()) grow();
  const std::uint32_t hash = hash_of(map, members_[index].key);
  Slot& free = slots_[slot(map, members_[index].key, hash)];
  if (free.member != none) return false;
  free = {index, map, hash};
  return true;
}

void Outline::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  for (const Slot& known : old) {
    if (known.member != none)
      slots_[slot(known.map, members_[known.member].key, known.hash)] = known;
  }
}

}  // namespace expcore::params
