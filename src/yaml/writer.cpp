#include "yaml/writer.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "yaml/column_text.hpp"
#include "yaml/reader.hpp"

namespace expcore::yaml {
namespace {

constexpr std::size_t width = 80;
constexpr std::size_t longest_simple_key = 128;

std::u32string decode(std::string_view text) {
  std::u32string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();)
    result += decode_utf8(text, at);
  return result;
}

bool is_break(char32_t c) { return c == U'\n' || c == 0x85 || c == 0x2028 || c == 0x2029; }
bool is_blank(char32_t c) { return c == U' ' || is_break(c); }

/// Characters that only a double-quoted scalar can hold.
bool is_special(char32_t c) {
  if (c == U'\n') return false;
  const bool printable = (c >= 0x20 && c <= 0x7E) || c == 0x85 || (c >= 0xA0 && c <= 0xD7FF) ||
                         (c >= 0xE000 && c <= 0xFFFD) || c >= 0x10000;
  return !printable || c == 0xFEFF;
}

/// "-_", "0x__": numbers to YAML's patterns, though no reader can make one of them.
bool is_number_without_digits(std::string_view text) {
  const bool sign = text.starts_with('-') || text.starts_with('+');
  if (sign) text.remove_prefix(1);
  bool prefix = false;
  for (const std::string_view start : {"0b", "0o", "0x", "."}) {
    if (prefix || !text.starts_with(start)) continue;
    prefix = true;
    text.remove_prefix(start.size());
  }
  return (sign || prefix) && !text.empty() && text.find_first_not_of('_') == std::string_view::npos;
}

bool resolves_to_string(std::string_view text) {
  return !is_number_without_digits(text) && text != "=" && text != "<<" &&
         resolve_plain_scalar(text).is_string();
}

enum class Style : unsigned char { plain, single_quoted, double_quoted };

bool can_be_plain(std::string_view text, const std::u32string& chars) {
  if (is_blank(chars.front()) || is_blank(chars.back())) return false;
  if (text.starts_with("---") || text.starts_with("...")) return false;
  if (std::string_view("#,[]{}&*!|>'\"%@`").find(text[0]) != std::string_view::npos) return false;
  const bool first_alone = chars.size() == 1 || is_blank(chars[1]);
  if ((text[0] == '?' || text[0] == ':' || text[0] == '-') && first_alone) return false;
  for (std::size_t i = 0; i < chars.size(); ++i) {
    if (is_break(chars[i]) || is_special(chars[i])) return false;
    if (chars[i] == U':' && (i + 1 == chars.size() || is_blank(chars[i + 1]))) return false;
    if (chars[i] == U'#' && i > 0 && is_blank(chars[i - 1])) return false;
  }
  return resolves_to_string(text);
}

Style choose_style(std::string_view text, const std::u32string& chars) {
  if (text.empty()) return Style::single_quoted;
  if (can_be_plain(text, chars)) return Style::plain;
  if (text.find_first_of("'\n") != std::string_view::npos) return Style::double_quoted;
  // ruamel.yaml leaves U+0085, U+2028 and U+2029 in single quotes, where readers fold them away.
  const bool must_escape = std::any_of(chars.begin(), chars.end(),
                                       [](char32_t c) { return is_special(c) || is_break(c); });
  return must_escape ? Style::double_quoted : Style::single_quoted;
}

/// Writes block YAML, keeping count of the column.
class Emitter : public ColumnText {
 public:
  explicit Emitter(std::size_t indent) : base_(indent) {}

  void root(const Value& value) {
    if (value.is_map() && !value.map().empty()) {
      map(value.map(), base_, false);
    } else if (value.is_list() && !value.list().empty()) {
      list(value.list(), base_, false);
    } else {
      scalar(value, base_, true);
      line_end();
    }
  }

 private:
  /// `inline_first`: the first entry goes on the current line, behind a dash.
  void map(const Map& members, std::size_t column, bool inline_first) {
    bool first = true;
    for (const auto& member : members) {
      if (!first || !inline_first) indent(column);
      first = false;
      if (is_simple_key(member.key)) {
        scalar(member.key, column + 2, false);
        put(":");
        value_after_key(member.value, column);
      } else {
        put("? ");
        scalar(member.key, column + 2, true);
        new_line(column);
        put(":");
        value_after_mark(member.value, column);
      }
    }
  }

  /// Whether a key may stand before its colon on one line.
  static bool is_simple_key(const Value& key) {
    if (!key.is_string()) return true;
    const std::u32string chars = decode(key.string());
    return chars.size() < longest_simple_key && std::none_of(chars.begin(), chars.end(), is_break);
  }

  /// Behind the colon of an explicit key (`? key`) collections begin on the same line.
  void value_after_mark(const Value& value, std::size_t column) {
    if (value.is_map() && !value.map().empty()) {
      put(" ");
      map(value.map(), column + 2, true);
    } else if (value.is_list() && !value.list().empty()) {
      put(" ");
      list(value.list(), column + 2, true);
    } else {
      value_after_key(value, column);
    }
  }

  void value_after_key(const Value& value, std::size_t column) {
    if (value.is_map() && !value.map().empty()) {
      line_end();
      map(value.map(), column + 2, false);
    } else if (value.is_list() && !value.list().empty()) {
      line_end();
      list(value.list(), column, false);
    } else {
      if (!value.is_null()) {
        put(" ");
        scalar(value, column + 2, true);
      }
      line_end();
    }
  }

  void list(const List& items, std::size_t column, bool inline_first) {
    bool first = true;
    for (const auto& item : items) {
      if (!first || !inline_first) indent(column);
      first = false;
      put("- ");
      if (item.is_map() && !item.map().empty()) {
        map(item.map(), column + 2, true);
      } else if (item.is_list() && !item.list().empty()) {
        list(item.list(), column + 2, true);
      } else {
        if (!item.is_null()) scalar(item, column + 2, true);
        line_end();
      }
    }
  }

  void scalar(const Value& value, std::size_t column, bool fold) {
    switch (value.kind()) {
      case Value::Kind::null:
        put("null");
        return;
      case Value::Kind::boolean:
        plain(value.boolean() ? U"true" : U"false", column, fold);
        return;
      case Value::Kind::real:
        plain(decode(real_text(value.real())), column, fold);
        return;
      case Value::Kind::list:
        put("[]");
        return;
      case Value::Kind::map:
        put("{}");
        return;
      case Value::Kind::string:
        string(value.string(), column, fold);
        return;
      default:
        plain(decode(python_str(value)), column, fold);
        return;
    }
  }

  static std::string real_text(double value) {
    if (std::isnan(value)) return ".nan";
    if (std::isinf(value)) return value < 0 ? "-.inf" : ".inf";
    return python_float(value);
  }

  void string(std::string_view text, std::size_t column, bool fold) {
    const std::u32string chars = decode(text);
    switch (choose_style(text, chars)) {
      case Style::plain:
        plain(chars, column, fold);
        return;
      case Style::single_quoted:
        single_quoted(chars, column, fold);
        return;
      case Style::double_quoted:
        double_quoted(chars, column, fold);
        return;
    }
  }

  /// Keys are never folded: ruamel.yaml does it and cannot read them back.
  void plain(std::u32string_view text, std::size_t column, bool fold) {
    if (!fold) return put(text);
    std::size_t gap = 0;  // blanks just written
    while (!text.empty()) {
      const std::size_t word = std::min(text.find(U' '), text.size());
      // A fold behind several blanks would not read back as them.
      if (column_ + word > width && column_ > column && gap < 2 && word > 0) new_line(column);
      put(text.substr(0, word));
      text.remove_prefix(word);
      gap = std::min(text.find_first_not_of(U' '), text.size());
      if (gap == 1 && column_ >= width) {
        new_line(column);
      } else {
        put(text.substr(0, gap));
      }
      text.remove_prefix(gap);
    }
  }

  void single_quoted(const std::u32string& text, std::size_t column, bool fold) {
    put("'");
    std::size_t at = 0;
    while (at < text.size()) {
      std::size_t end = at;
      if (text[at] == U' ') {
        while (end < text.size() && text[end] == U' ')
          ++end;
        const bool inner = at != 0 && end != text.size();
        if (end - at == 1 && column_ > width && fold && inner) {
          new_line(column);
        } else {
          put(std::u32string_view(text).substr(at, end - at));
        }
      } else if (is_break(text[at])) {
        while (end < text.size() && is_break(text[end]))
          ++end;
        for (std::size_t i = at; i < end; ++i)
          append_utf8(out_, text[i]);
        column_ = 0;
        indent(column);
      } else if (text[at] == U'\'') {
        put("''");
        end = at + 1;
      } else {
        while (end < text.size() && !is_blank(text[end]) && text[end] != U'\'')
          ++end;
        put(std::u32string_view(text).substr(at, end - at));
      }
      at = end;
    }
    put("'");
  }

  static std::string escape(char32_t c) {
    switch (c) {
      case U'\0':
        return "\\0";
      case U'\a':
        return "\\a";
      case U'\b':
        return "\\b";
      case U'\t':
        return "\\t";
      case U'\n':
        return "\\n";
      case U'\v':
        return "\\v";
      case U'\f':
        return "\\f";
      case U'\r':
        return "\\r";
      case 0x1B:
        return "\\e";
      case U'"':
        return "\\\"";
      case U'\\':
        return "\\\\";
      case 0x85:
        return "\\N";
      case 0x2028:
        return "\\L";
      case 0x2029:
        return "\\P";
      default:
        break;
    }
    const auto code = static_cast<std::uint32_t>(c);
    if (code <= 0xFF) return fmt::format("\\x{:02X}", code);
    if (code <= 0xFFFF) return fmt::format("\\u{:04X}", code);
    return fmt::format("\\U{:08X}", code);
  }

  static bool must_escape(char32_t c) {
    return c == U'"' || c == U'\\' || c == 0x85 || c == 0x2028 || c == 0x2029 || c == 0xFEFF ||
           c == U'\n' || is_special(c);
  }

  /// Whether a line broken before `e` needs a backslash to keep the text as it is.
  static bool break_needs_backslash(const std::u32string& s, std::size_t e, std::size_t start) {
    std::size_t p = s.find(U' ', e);
    if (p == std::u32string::npos) return true;
    const std::size_t feed = s.find(U'\n', e);
    if (feed < p) p = feed;
    if (p + 1 >= s.size()) return true;
    if (s[p] == U'\n' && s[p + 1] != U' ') return true;
    const auto quote = std::u32string_view(s).substr(e, p - e).find_first_of(U"\"'");
    const bool two_spaces = s[e - 1] == U' ' && s[e] == U' ';
    return !(quote == std::u32string_view::npos && s[p + 1] != U' ' && s[p + 1] != U'\n' &&
             !two_spaces && e != start);
  }

  void double_quoted(const std::u32string& text, std::size_t column, bool fold) {
    put("\"");
    const std::u32string_view view(text);
    std::size_t start = 0;
    for (std::size_t e = 0; e < text.size(); ++e) {
      if (must_escape(text[e])) {
        put(view.substr(start, e - start));
        put(escape(text[e]));
        start = e + 1;
      }
      // Also at the character behind an escaped one: nothing is pending there.
      const bool may_break = text[e] == U' ' || start >= e;
      const std::size_t pending = start > e ? 0 : e - start;
      const std::size_t reached = column_ + pending - (start > e ? 1 : 0);
      if (!fold || e == 0 || e + 1 >= text.size() || !may_break || reached <= width) continue;
      // A break without one reads back as a blank. ruamel.yaml breaks like that between other
      // characters, too, and loses the text; see docs/formats/yaml.md.
      const std::size_t next = std::max(start, e);
      const bool backslash = text[next] != U' ' || break_needs_backslash(text, e, start);
      put(view.substr(std::min(start, e), pending));
      if (start < e) start = e;
      if (backslash) put("\\");
      new_line(column);
      if (start < text.size() && text[start] == U' ') {
        if (backslash) {
          put("\\");
        } else {
          ++start;
        }
      }
    }
    if (start < text.size()) put(view.substr(start));
    put("\"");
  }

  std::size_t base_;
};

}  // namespace

std::string dump_yaml(const Value& value, int indent) {
  Emitter emitter(static_cast<std::size_t>(indent));
  emitter.root(value);
  return emitter.take();
}

}  // namespace expcore::yaml
