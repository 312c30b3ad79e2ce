#include "omegaconf/dump.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "yaml/column_text.hpp"
#include "yaml/reader.hpp"

namespace expcore::omegaconf {

using yaml::Value;

namespace {

constexpr std::size_t width = 80;
constexpr std::size_t longest_key = 128;

std::u32string decode(std::string_view text) {
  std::u32string result;
  for (std::size_t at = 0; at < text.size();)
    result += decode_utf8(text, at);
  return result;
}

bool is_break(char32_t c) { return c == U'\n' || c == 0x85 || c == 0x2028 || c == 0x2029; }
bool is_white(char32_t c) {
  return c == U'\0' || c == U' ' || c == U'\t' || c == U'\r' || is_break(c);
}

/// Python's int() and float() of a text without blanks at its ends.
bool is_python_number(std::string_view text) {
  text = trim(text);
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const std::string word = to_lower_ascii(text);
  if (word == "inf" || word == "infinity" || word == "nan") return true;
  std::string plain;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const auto digit = [&](std::size_t at) {
      return at < word.size() && word[at] >= '0' && word[at] <= '9';
    };
    if (word[i] != '_') {
      plain += word[i];
    } else if (i == 0 || !digit(i - 1) || !digit(i + 1)) {
      return false;
    }
  }
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t from = at;
    while (at < plain.size() && plain[at] >= '0' && plain[at] <= '9')
      ++at;
    return at > from;
  };
  bool any = digits();
  if (at < plain.size() && plain[at] == '.') {
    ++at;
    any = digits() || any;
  }
  if (!any) return false;
  if (at < plain.size() && plain[at] == 'e') {
    ++at;
    if (at < plain.size() && (plain[at] == '+' || plain[at] == '-')) ++at;
    if (!digits()) return false;
  }
  return at == plain.size();
}

bool is_boolean_word(std::string_view text) {
  static constexpr std::array<std::string_view, 22> words = {
      "y",    "Y",    "yes",   "Yes",   "YES",   "n",  "N",  "no", "No",  "NO",  "true",
      "True", "TRUE", "false", "False", "FALSE", "on", "On", "ON", "off", "Off", "OFF"};
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_date(std::string_view text) {
  const Value value = yaml::resolve_plain_scalar(text);
  return value.kind() == Value::Kind::timestamp;
}

/// Whether PyYAML's own loader takes the plain text as a string.
bool reads_as_string(std::string_view text) {
  if (text == "=" || text == "<<" || text == "!" || text == "&" || text == "*") return false;
  if (is_date(text)) return false;
  try {
    return yaml::resolve_plain_scalar_1_1(text).is_string();
  } catch (const Error&) {
    return false;
  }
}

/// What PyYAML's analyze_scalar finds.
struct Analysis {
  bool multiline = false;
  bool plain = true;
  bool single_quoted = true;
};

Analysis analyze(const std::u32string& text) {
  Analysis result;
  if (text.empty()) return result;
  bool indicators = text.starts_with(U"---") || text.starts_with(U"...");
  bool special = false;
  bool space_break = false;
  bool break_space = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char32_t c = text[i];
    const bool follows = i + 1 >= text.size() || is_white(text[i + 1]);
    const bool precedes = i == 0 || is_white(text[i - 1]);
    if (i == 0) {
      indicators |= std::u32string_view(U"#,[]{}&*!|>'\"%@`").find(c) != std::u32string_view::npos;
      indicators |= (c == U'?' || c == U'-') && follows;
    }
    indicators |= (c == U':' && follows) || (c == U'#' && precedes);
    result.multiline |= is_break(c);
    const bool printable = c == U'\n' || (c >= 0x20 && c <= 0x7E) || c == 0x85 ||
                           (c >= 0xA0 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD) ||
                           (c >= 0x10000 && c < 0x10FFFF);
    special |= !printable || c == 0xFEFF;
    if (i > 0) {
      break_space |= c == U' ' && is_break(text[i - 1]);
      space_break |= is_break(c) && text[i - 1] == U' ';
    }
  }
  const auto is_space = [](char32_t c) { return c == U' ' || is_break(c); };
  if (is_space(text.front()) || is_space(text.back())) result.plain = false;
  if (break_space || space_break || special) result.plain = result.single_quoted = false;
  if (result.multiline || indicators) result.plain = false;
  return result;
}

/// Writes PyYAML's block style, keeping count of the column.
class Emitter : public yaml::ColumnText {
 public:
  void root(const Value& value) {
    if (is_block(value)) {
      block(value, 0, false);
    } else {
      put(value.is_map() ? "{}" : "[]");
      line_end();
    }
  }

 private:
  static bool is_block(const Value& value) {
    return (value.is_map() && !value.map().empty()) || (value.is_list() && !value.list().empty());
  }

  void block(const Value& value, std::size_t column, bool inline_first) {
    bool first = true;
    const auto begin = [&] {
      if (!first || !inline_first) indent(column);
      first = false;
    };
    if (value.is_list()) {
      for (const auto& item : value.list()) {
        begin();
        put("-");
        if (is_block(item)) {
          put(" ");
          block(item, column + 2, true);
        } else {
          leaf(item, column + 2);
        }
      }
      return;
    }
    for (const auto& member : value.map()) {
      begin();
      key(member.key, column);
      if (!is_block(member.value)) {
        leaf(member.value, column + 2);
        continue;
      }
      line_end();
      block(member.value, member.value.is_list() ? column : column + 2, false);
    }
  }

  void key(const Value& key, std::size_t column) {
    const std::u32string chars = decode(key.is_string() ? key.string() : std::string("0"));
    const bool simple = chars.size() < longest_key && !chars.empty() && !analyze(chars).multiline;
    if (simple) {
      scalar(key, column + 2, true);
      put(":");
      return;
    }
    put("? ");
    scalar(key, column + 2, false);
    new_line(column);
    put(":");
  }

  void leaf(const Value& value, std::size_t column) {
    put(" ");
    scalar(value, column, false);
    line_end();
  }

  void scalar(const Value& value, std::size_t column, bool is_key) {
    switch (value.kind()) {
      case Value::Kind::null:
        return put("null");
      case Value::Kind::boolean:
        return put(value.boolean() ? "true" : "false");
      case Value::Kind::real:
        return put(real_text(value.real()));
      case Value::Kind::map:
        return put("{}");
      case Value::Kind::list:
        return put("[]");
      case Value::Kind::string:
        return string(value.string(), column, is_key);
      default:
        return put(yaml::python_str(value));
    }
  }

  static std::string real_text(double value) {
    if (std::isnan(value)) return ".nan";
    if (std::isinf(value)) return value < 0 ? "-.inf" : ".inf";
    std::string text = python_float(value);
    const auto e = text.find('e');
    if (e != std::string::npos && text.find('.') == std::string::npos) text.insert(e, ".0");
    return text;
  }

  void string(const std::string& text, std::size_t column, bool is_key) {
    const std::u32string chars = decode(text);
    const Analysis analysis = analyze(chars);
    const bool quoted = is_boolean_word(text) || is_python_number(text);
    if (!quoted && !text.empty() && analysis.plain && reads_as_string(text)) {
      plain(chars, column, !is_key);
    } else if (analysis.single_quoted && !(is_key && analysis.multiline)) {
      single_quoted(chars, column, !is_key);
    } else {
      double_quoted(chars, column, !is_key);
    }
  }

  void plain(std::u32string_view text, std::size_t column, bool fold) {
    for (std::size_t at = 0; at < text.size();) {
      const bool space = text[at] == U' ';
      std::size_t end = at;
      while (end < text.size() && (text[end] == U' ') == space)
        ++end;
      if (space && end - at == 1 && column_ > width && fold) {
        new_line(column);
      } else {
        put(text.substr(at, end - at));
      }
      at = end;
    }
  }

  void single_quoted(std::u32string_view text, std::size_t column, bool fold) {
    put("'");
    for (std::size_t at = 0; at < text.size();) {
      std::size_t end = at;
      if (text[at] == U' ') {
        end = std::min(text.find_first_not_of(U' ', at), text.size());
        const bool inner = at != 0 && end != text.size();
        if (end - at == 1 && column_ > width && fold && inner) {
          new_line(column);
        } else {
          put(text.substr(at, end - at));
        }
      } else if (is_break(text[at])) {
        if (text[at] == U'\n') line_end();
        for (; end < text.size() && is_break(text[end]); ++end) {
          append_utf8(out_, text[end]);
          column_ = 0;
        }
        indent(column);
      } else if (text[at] == U'\'') {
        put("''");
        end = at + 1;
      } else {
        while (end < text.size() && text[end] != U' ' && !is_break(text[end]) && text[end] != U'\'')
          ++end;
        put(text.substr(at, end - at));
      }
      at = end;
    }
    put("'");
  }

  static std::string escape(char32_t c) {
    static constexpr std::u32string_view from = U"\0\a\b\t\n\v\f\r\x1b\"\\\x85\xa0\x2028\x2029";
    static constexpr std::string_view to = "0abtnvfre\"\\N_LP";
    const auto place = std::u32string_view(from.data(), to.size()).find(c);
    if (place != std::u32string_view::npos) return {'\\', to[place]};
    const auto code = static_cast<std::uint32_t>(c);
    if (code <= 0xFF) return fmt::format("\\x{:02X}", code);
    if (code <= 0xFFFF) return fmt::format("\\u{:04X}", code);
    return fmt::format("\\U{:08X}", code);
  }

  static bool must_escape(char32_t c) {
    if (c == U'"' || c == U'\\' || c == 0x85 || c == 0x2028 || c == 0x2029 || c == 0xFEFF)
      return true;
    return !((c >= 0x20 && c <= 0x7E) || (c >= 0xA0 && c <= 0xD7FF) ||
             (c >= 0xE000 && c <= 0xFFFD));
  }

  void double_quoted(std::u32string_view text, std::size_t column, bool fold) {
    put("\"");
    std::size_t start = 0;
    for (std::size_t end = 0; end <= text.size(); ++end) {
      if (end == text.size() || must_escape(text[end])) {
        if (start < end) put(text.substr(start, end - start));
        start = end;
        if (end < text.size()) {
          put(escape(text[end]));
          start = end + 1;
        }
      }
      const bool may_break = end < text.size() && (text[end] == U' ' || start >= end);
      const auto reached = static_cast<std::ptrdiff_t>(column_) + static_cast<std::ptrdiff_t>(end) -
                           static_cast<std::ptrdiff_t>(start);
      if (end == 0 || end + 1 >= text.size() || !may_break ||
          reached <= static_cast<std::ptrdiff_t>(width) || !fold)
        continue;
      if (start < end) {
        put(text.substr(start, end - start));
        start = end;
      }
      put("\\");
      new_line(column);
      if (start < text.size() && text[start] == U' ') put("\\");
    }
    put("\"");
  }
};

}  // namespace

std::string to_yaml(const Value& config) {
  Emitter emitter;
  emitter.root(config);
  return emitter.take();
}

}  // namespace expcore::omegaconf
