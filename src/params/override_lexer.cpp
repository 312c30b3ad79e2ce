#include "params/override_lexer.hpp"

#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "params/override.hpp"

namespace expcore::params {
namespace {

constexpr std::array<std::string_view, 26> token_names = {
    "<EOF>",        "EQUAL",         "'~'",           "'+'",         "'@'",   "':'",
    "'/'",          "KEY_SPECIAL",   "DOT_PATH",      "POPEN",       "COMMA", "PCLOSE",
    "BRACKET_OPEN", "BRACKET_CLOSE", "BRACE_OPEN",    "BRACE_CLOSE", "FLOAT", "INT",
    "BOOL",         "NULL",          "UNQUOTED_CHAR", "ID",          "ESC",   "WS",
    "QUOTED_VALUE", "INTERPOLATION"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_id_start(char c) { return is_letter(c) || c == '_'; }
bool is_id_char(char c) { return is_id_start(c) || is_digit(c) || c == '-'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_in(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

/// '\0' beyond the end.
char char_at(std::string_view text, std::size_t at) { return at < text.size() ? text[at] : '\0'; }

/// Behind digits that single underscores may separate; the first is at `at` already.
std::size_t digits_end(std::string_view text, std::size_t at) {
  while (is_digit(char_at(text, at)) ||
         (char_at(text, at) == '_' && is_digit(char_at(text, at + 1)))) {
    ++at;
  }
  return at;
}

/// Behind "0" or digits without a leading zero; `at` when there are none.
std::size_t unsigned_end(std::string_view text, std::size_t at) {
  if (char_at(text, at) == '0') return at + 1;
  return is_digit(char_at(text, at)) ? digits_end(text, at) : at;
}

struct NumberEnd {
  std::size_t end = 0;
  bool is_real = false;
};

/// Behind the longest number at `at` (a sign included); `at` itself when there is none.
NumberEnd number_end(std::string_view text, std::size_t at) {
  const char sign = char_at(text, at);
  const std::size_t first = sign == '+' || sign == '-' ? at + 1 : at;
  const std::string word = to_lower_ascii(text.substr(first, 3));
  if (first > at && (word == "inf" || word == "nan")) return {first + 3, true};
  const std::size_t whole = unsigned_end(text, first);
  NumberEnd number{whole > first ? whole : at, false};
  if (char_at(text, whole) == '.') {
    if (is_digit(char_at(text, whole + 1))) {
      number = {digits_end(text, whole + 1), true};
    } else if (whole > first) {
      number = {whole + 1, true};
    }
  }
  if (number.end == at || (char_at(text, number.end) | 0x20) != 'e') return number;
  std::size_t exponent = number.end + 1;
  if (is_in("+-", char_at(text, exponent)) && exponent < text.size()) ++exponent;
  if (!is_digit(char_at(text, exponent))) return number;
  return {digits_end(text, exponent), true};
}

Token word_type(std::string_view word) {
  if (word.size() < 3 || word.size() > 5) return Token::id;
  const std::string lower = to_lower_ascii(word);
  if (lower == "inf" || lower == "nan") return Token::real;
  if (lower == "true" || lower == "false") return Token::boolean;
  return lower == "null" ? Token::null : Token::id;
}

/// Behind one part of a dotted key: a name or an unsigned number; `at` when there is none.
std::size_t key_part_end(std::string_view text, std::size_t at) {
  if (is_digit(char_at(text, at))) return unsigned_end(text, at);
  if (!is_id_start(char_at(text, at)) && char_at(text, at) != '$') return at;
  while (is_id_char(char_at(text, at)) || char_at(text, at) == '$')
    ++at;
  return at;
}

}  // namespace

std::string names_of(TokenSet set) {
  std::string names;
  std::size_t count = 0;
  for (std::size_t i = 0; i < token_names.size(); ++i) {
    if ((set >> i & 1U) == 0) continue;
    if (count++ > 0) names += ", ";
    names += token_names[i];
  }
  return count == 1 ? names : "{" + names + "}";
}

void OverrideLexer::fill() {
  for (std::size_t i = tokens_.size(); at(i).type != Token::end;)
    ++i;
}

std::size_t OverrideLexer::skip_blanks(std::size_t from) const {
  while (from < text_.size() && is_blank(text_[from]))
    ++from;
  return from;
}

OverrideToken OverrideLexer::token(Token type, std::size_t end) {
  const OverrideToken result{type, static_cast<std::uint32_t>(at_),
                             static_cast<std::uint32_t>(end)};
  at_ = end;
  return result;
}

OverrideToken OverrideLexer::next() {
  if (at_ == text_.size()) return token(Token::end, at_);
  return in_value_ ? value_token() : key_token();
}

OverrideToken OverrideLexer::key_token() {
  switch (text_[at_]) {
    case '=':
      in_value_ = true;
      return token(Token::equal, skip_blanks(at_ + 1));
    case '~':
      return token(Token::tilde, at_ + 1);
    case '+':
      return token(Token::plus, at_ + 1);
    case '@':
      return token(Token::at, at_ + 1);
    case ':':
      return token(Token::colon, at_ + 1);
    case '/':
      return token(Token::slash, at_ + 1);
    default:
      break;
  }
  std::size_t end = key_part_end(text_, at_);
  if (end == at_) fail();
  bool is_path = false;
  while (char_at(text_, end) == '.') {
    const std::size_t part = key_part_end(text_, end + 1);
    if (part == end + 1) break;
    is_path = true;
    end = part;
  }
  if (is_path) return token(Token::dot_path, end);
  if (is_digit(text_[at_])) fail();
  const bool special = text_.substr(at_, end - at_).find('$') != std::string_view::npos;
  return token(special ? Token::key_special : Token::id, end);
}

/// Behind the quoted text at `at_`: the quote that an even number of backslashes precedes.
std::size_t OverrideLexer::quoted_end() const {
  const char quote = text_[at_];
  std::size_t backslashes = 0;
  for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
    if (text_[i] == quote && backslashes % 2 == 0) return i + 1;
    backslashes = text_[i] == '\\' ? backslashes + 1 : 0;
  }
  return std::string_view::npos;
}

OverrideToken OverrideLexer::value_token() {
  const std::size_t mark = skip_blanks(at_);
  const char c = char_at(text_, mark);
  switch (c) {
    case '(':
      return token(Token::popen, skip_blanks(mark + 1));
    case ',':
      return token(Token::comma, skip_blanks(mark + 1));
    case ':':
      return token(Token::colon, skip_blanks(mark + 1));
    case '=':
      return token(Token::equal, skip_blanks(mark + 1));
    case ')':
      return token(Token::pclose, mark + 1);
    case ']':
      return token(Token::bracket_close, mark + 1);
    case '}':
      return token(Token::brace_close, mark + 1);
    default:
      break;
  }
  if (mark > at_) return token(Token::blank, mark);
  if (c == '[') return token(Token::bracket_open, skip_blanks(at_ + 1));
  if (c == '{') return token(Token::brace_open, skip_blanks(at_ + 1));
  if (c == '"' || c == '\'') {
    const std::size_t end = quoted_end();
    if (end == std::string_view::npos) fail();
    return token(Token::quoted, end);
  }
  if (is_id_start(c)) {
    std::size_t end = at_;
    while (is_id_char(char_at(text_, end)))
      ++end;
    return token(word_type(text_.substr(at_, end - at_)), end);
  }
  if (c == '$' && char_at(text_, at_ + 1) == '{' && char_at(text_, at_ + 2) != '}') {
    const std::size_t close = text_.find('}', at_ + 2);
    if (close != std::string_view::npos) return token(Token::interpolation, close + 1);
  }
  if (c == '\\') {
    std::size_t end = at_;
    while (char_at(text_, end) == '\\' && end + 1 < text_.size() &&
           is_in("\\()[]{}:=, \t", text_[end + 1])) {
      end += 2;
    }
    if (end > at_) return token(Token::escape, end);
  }
  const NumberEnd number = number_end(text_, at_);
  if (number.end > at_) return token(number.is_real ? Token::real : Token::integer, number.end);
  if (c == '\0' || !is_in("/-\\+.$%*@?|", c)) fail();
  return token(Token::unquoted_char, at_ + 1);
}

void OverrideLexer::fail() const {
  const std::size_t column = column_of(text_, at_);
  OverrideError error(OverrideError::Kind::lexer, column,
                      with_reference(fmt::format(
                          "LexerNoViableAltException: {}\n{:>{}}", text_, '^',
                          std::string_view("LexerNoViableAltException: ").size() + column + 1)));
  error.with_details(caret_frame(text_, column));
  throw error;
}

std::size_t column_of(std::string_view text, std::size_t at) {
  std::size_t column = 0;
  for (const char c : text.substr(0, at))
    column += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return column;
}

std::string caret_frame(std::string_view text, std::size_t column) {
  return fmt::format("{}\n{:>{}}", text, '^', column + 1);
}

std::string with_reference(std::string message) {
  return message.append(
      "\nSee https://hydra.cc/docs/1.2/advanced/override_grammar/basic for details");
}

}  // namespace expcore::params
