#include "omegaconf/grammar.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "base/text.hpp"
#include "omegaconf/error.hpp"
#include "yaml/reader.hpp"

namespace expcore::omegaconf {
namespace {

enum class Token : unsigned char {
  end,
  any_str,
  esc_inter,
  top_esc,
  quoted_esc,
  inter_open,
  inter_close,
  brace_open,
  brace_close,
  quote_open,
  quote_close,
  comma,
  bracket_open,
  bracket_close,
  colon,
  real,
  integer,
  boolean,
  null,
  unquoted_char,
  id,
  esc,
  blank,
  dot,
  inter_key,
};

constexpr std::size_t deepest = 100;

[[noreturn]] void fail(const std::string& message) {
  throw ConfigError("GrammarParseError", message);
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

struct Lexeme {
  Token type = Token::end;
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Splits a text into tokens, one at a time as the parser asks for them.
class Lexer {
 public:
  enum class Mode : unsigned char { top, value, interpolation, single_quoted, double_quoted };

  Lexer(std::string_view text, Mode mode) : text_(text), mode_(mode) {}

  Lexeme next() {
    if (at_ == text_.size()) return {Token::end, at_, at_};
    switch (mode_) {
      case Mode::top:
        return text_token('\0');
      case Mode::single_quoted:
        return text_token('\'');
      case Mode::double_quoted:
        return text_token('"');
      case Mode::interpolation:
        return interpolation_token();
      case Mode::value:
        return value_token();
    }
    return {};
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  std::size_t blanks_from(std::size_t at) const {
    while (at < text_.size() && is_blank(text_[at]))
      ++at;
    return at;
  }
  Lexeme take(Token type, std::size_t end) {
    const Lexeme result{type, at_, end};
    at_ = end;
    return result;
  }
  void push(Mode mode) {
    stack_.push_back(mode_);
    mode_ = mode;
  }
  void pop() {
    if (stack_.empty()) fail("Empty Stack");
    mode_ = stack_.back();
    stack_.pop_back();
  }
  bool opens_interpolation(std::size_t at) const { return text_.substr(at).starts_with("${"); }
  Lexeme open_interpolation() {
    const Lexeme result = take(Token::inter_open, blanks_from(at_ + 2));
    push(Mode::interpolation);
    return result;
  }

  /// Outside of interpolations; `quote` is what ends a quoted text, 0 at the top.
  Lexeme text_token(char quote) {
    if (opens_interpolation(at_)) return open_interpolation();
    if (quote != '\0' && peek() == quote) {
      const Lexeme result = take(Token::quote_close, at_ + 1);
      pop();
      return result;
    }
    if (peek() == '\\') return backslashes(quote);
    if (peek() == '$') return take(Token::any_str, at_ + 1);
    std::size_t end = at_;
    while (end < text_.size() && text_[end] != '$' && (quote == '\0' || text_[end] != quote))
      ++end;
    // Backslashes at its end may belong to what follows.
    while (text_[end - 1] == '\\')
      --end;
    return take(Token::any_str, end);
  }

  Lexeme backslashes(char quote) {
    const std::size_t end = std::min(text_.find_first_not_of('\\', at_), text_.size());
    const bool odd = (end - at_) % 2 != 0;
    if (odd && opens_interpolation(end)) return take(Token::esc_inter, end + 2);
    if (odd && quote != '\0' && end < text_.size() && text_[end] == quote) {
      return take(Token::esc, end + 1);
    }
    if (!odd) return take(quote == '\0' ? Token::top_esc : Token::quoted_esc, end);
    return take(Token::any_str, end);
  }

  Lexeme interpolation_token() {
    const std::size_t after = blanks_from(at_);
    if (opens_interpolation(at_)) return open_interpolation();
    const char c = after < text_.size() ? text_[after] : '\0';
    if (after < text_.size() && c == '}') {
      const Lexeme result = take(Token::inter_close, after + 1);
      pop();
      return result;
    }
    if (c == ':') {
      const Lexeme result = take(Token::colon, blanks_from(after + 1));
      mode_ = Mode::value;
      return result;
    }
    if (after != at_) unrecognized(after);
    if (c == '.') return take(Token::dot, at_ + 1);
    if (c == '[') return take(Token::bracket_open, at_ + 1);
    if (c == ']') return take(Token::bracket_close, at_ + 1);
    const std::size_t end = std::min(text_.find_first_of("\\{}()[]:. \t'\"", at_), text_.size());
    if (end == at_) unrecognized(at_);
    const std::size_t id = id_end();
    return id == end ? take(Token::id, id) : take(Token::inter_key, end);
  }

  [[noreturn]] void unrecognized(std::size_t to) const {
    std::size_t end = to;
    if (end < text_.size()) decode_utf8(text_, end);
    fail(fmt::format("token recognition error at: '{}'", text_.substr(at_, end - at_)));
  }

  std::size_t id_end() const {
    std::size_t end = at_;
    if (!is_letter(peek()) && peek() != '_') return end;
    while (end < text_.size() && (is_letter(text_[end]) || is_digit(text_[end]) ||
                                  text_[end] == '_' || text_[end] == '-'))
      ++end;
    return end;
  }

  /// The end of `[0-9](_?[0-9])*` at `at`; `at` when there is none.
  std::size_t digits_end(std::size_t at) const {
    if (at >= text_.size() || !is_digit(text_[at])) return at;
    ++at;
    while (at < text_.size()) {
      if (is_digit(text_[at])) {
        ++at;
      } else if (text_[at] == '_' && at + 1 < text_.size() && is_digit(text_[at + 1])) {
        at += 2;
      } else {
        break;
      }
    }
    return at;
  }
  /// The end of an integer without sign at `at`: no zeros in front.
  std::size_t whole_end(std::size_t at) const {
    if (at < text_.size() && text_[at] == '0') return at + 1;
    return digits_end(at);
  }

  std::size_t real_end(std::size_t at) const {
    const std::size_t whole = whole_end(at);
    std::size_t end = at;  // nothing yet
    std::size_t mantissa = whole;
    if (whole < text_.size() && text_[whole] == '.') {
      const std::size_t fraction = digits_end(whole + 1);
      if (fraction > whole + 1 || whole > at) mantissa = end = fraction;
    }
    const bool has_mantissa = whole > at || end > at;
    if (has_mantissa && mantissa < text_.size() && (text_[mantissa] | 0x20) == 'e') {
      std::size_t digits = mantissa + 1;
      if (digits < text_.size() && (text_[digits] == '+' || text_[digits] == '-')) ++digits;
      const std::size_t exponent = digits_end(digits);
      if (exponent > digits) end = exponent;
    }
    if (end == at && text_.size() - at >= 3) {
      const std::string word = to_lower_ascii(text_.substr(at, 3));
      if (word == "inf" || word == "nan") end = at + 3;
    }
    return end;
  }

  /// The longest number, word or single character here.
  Lexeme primitive_token() {
    const std::size_t signless = at_ + (peek() == '+' || peek() == '-' ? 1 : 0);
    std::size_t best = at_;
    Token type = Token::end;
    const auto offer = [&](Token offered, std::size_t end) {
      if (end > best) {
        best = end;
        type = offered;
      }
    };
    const auto after_sign = [&](std::size_t end) { return end > signless ? end : at_; };
    offer(Token::real, after_sign(real_end(signless)));
    offer(Token::integer, after_sign(whole_end(signless)));
    const std::size_t id = id_end();
    const std::string word = to_lower_ascii(text_.substr(at_, std::min<std::size_t>(5, id - at_)));
    if (id - at_ == word.size() && (word == "true" || word == "false")) offer(Token::boolean, id);
    if (id - at_ == word.size() && word == "null") offer(Token::null, id);
    if (std::string_view("/-\\+.$%*@?|").find(peek()) != std::string_view::npos) {
      offer(Token::unquoted_char, at_ + 1);
    }
    offer(Token::id, id);
    offer(Token::esc, escapes_end());
    if (best == at_) unrecognized(at_);
    return take(type, best);
  }

  std::size_t escapes_end() const {
    std::size_t end = at_;
    while (end + 1 < text_.size() && text_[end] == '\\' &&
           std::string_view("\\()[]{}:=, \t").find(text_[end + 1]) != std::string_view::npos)
      end += 2;
    return end;
  }

  Lexeme value_token() {
    if (opens_interpolation(at_)) return open_interpolation();
    const std::size_t after = blanks_from(at_);
    const char c = after < text_.size() ? text_[after] : '\0';
    switch (c) {
      case '}': {
        const Lexeme result = take(Token::brace_close, after + 1);
        pop();
        return result;
      }
      case ',':
        return take(Token::comma, blanks_from(after + 1));
      case ':':
        return take(Token::colon, blanks_from(after + 1));
      case ']':
        return take(Token::bracket_close, after + 1);
      default:
        break;
    }
    if (after != at_) return take(Token::blank, after);
    switch (c) {
      case '{': {
        const Lexeme result = take(Token::brace_open, blanks_from(at_ + 1));
        push(Mode::value);
        return result;
      }
      case '[':
        return take(Token::bracket_open, blanks_from(at_ + 1));
      case '\'':
      case '"': {
        const Lexeme result = take(Token::quote_open, at_ + 1);
        push(c == '"' ? Mode::double_quoted : Mode::single_quoted);
        return result;
      }
      default:
        return primitive_token();
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Mode mode_;
  std::vector<Mode> stack_;
};

/// Drops the backslashes that escape: "\\\\" becomes "\\", "\\'" becomes "'".
std::string unescaped(std::string_view text) {
  std::string result;
  for (std::size_t i = 1; i < text.size(); i += 2)
    result += text[i];
  return result;
}

Expression literal(yaml::Value value) {
  Expression result;
  result.value = std::move(value);
  return result;
}

yaml::Value number(std::string_view text) {
  const bool negative = text[0] == '-';
  if (text[0] == '-' || text[0] == '+') text.remove_prefix(1);
  const std::string word = to_lower_ascii(text);
  if (word == "inf") {
    const double infinity = std::numeric_limits<double>::infinity();
    return negative ? -infinity : infinity;
  }
  if (word == "nan") return std::numeric_limits<double>::quiet_NaN();
  return yaml::resolve_plain_scalar(
      fmt::format("{}{}{}", negative ? "-" : "", text[0] == '.' ? "0" : "", text));
}

class Parser {
 public:
  Parser(std::string_view text, Lexer::Mode mode) : text_(text), lexer_(text, mode) {}

  Expression config_value() {
    Expression result = text(Token::end);
    expect_end();
    return result;
  }
  Expression single_element() {
    Expression result = element();
    expect_end();
    return result;
  }

 private:
  const Lexeme& peek() {
    if (!has_next_) {
      next_ = lexer_.next();
      has_next_ = true;
    }
    return next_;
  }
  Lexeme take() {
    const Lexeme result = peek();
    has_next_ = false;
    return result;
  }
  bool is(Token type) { return peek().type == type; }
  std::string_view text_of(const Lexeme& lexeme) const {
    return text_.substr(lexeme.begin, lexeme.end - lexeme.begin);
  }
  std::string shown(const Lexeme& lexeme) const {
    return lexeme.type == Token::end ? "<EOF>" : std::string(text_of(lexeme));
  }

  [[noreturn]] void mismatch(std::string_view expected) {
    fail(fmt::format("mismatched input '{}' expecting {}", shown(peek()), expected));
  }
  [[noreturn]] void no_viable(std::size_t from) {
    fail(fmt::format("no viable alternative at input '{}'", text_.substr(from, peek().end - from)));
  }
  void expect_end() {
    if (!is(Token::end)) mismatch("<EOF>");
  }

  struct Deeper {
    explicit Deeper(std::size_t& depth) : depth_(depth) {
      if (++depth_ > deepest) fail("nested too deeply");
    }
    ~Deeper() { --depth_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;
    std::size_t& depth_;
  };

  /// `(interpolation | ANY_STR | ESC | ESC_INTER | TOP_ESC | QUOTED_ESC)+` up to `end`.
  Expression text(Token end) {
    Expression result;
    result.kind = Expression::Kind::concat;
    while (!is(end) && !is(Token::end)) {
      if (is(Token::inter_open)) {
        result.parts.push_back(interpolation());
        continue;
      }
      const Lexeme piece = take();
      const std::string_view raw = text_of(piece);
      std::string plain(raw);
      if (piece.type == Token::esc_inter) plain = raw.substr(raw.size() - (raw.size() / 2 + 1));
      if (piece.type == Token::esc) plain = unescaped(raw);
      if (piece.type == Token::top_esc && is(Token::inter_open)) plain = unescaped(raw);
      if (piece.type == Token::quoted_esc && (is(Token::inter_open) || is(end))) {
        plain = unescaped(raw);
      }
      result.parts.push_back(literal(std::move(plain)));
    }
    if (end == Token::end && result.parts.size() == 1 && result.parts[0].is_interpolation()) {
      return Expression(std::move(result.parts[0]));
    }
    return result;
  }

  Expression interpolation() {
    const Deeper deeper(depth_);
    const Lexeme open = take();
    if (undecided_ == 0) decision_ = open.begin;
    ++undecided_;
    Expression result;
    bool named = true;  // whether what was read may name a resolver
    const auto add = [&](std::string_view piece) { result.parts.push_back(literal(piece)); };
    while (is(Token::dot)) {
      take();
      add(".");
      named = false;
    }
    for (bool first = true;; first = false) {
      if (is(Token::bracket_open)) {
        take();
        named = false;
        add("[");
        key(result, named);
        named = false;
        if (!is(Token::bracket_close)) {
          fail(fmt::format("missing BRACKET_CLOSE at '{}'", shown(peek())));
        }
        take();
        add("]");
      } else if (first) {
        key(result, named);
      } else if (is(Token::dot)) {
        take();
        add(".");
        key(result, named);
      } else {
        break;
      }
    }
    if (named && is(Token::colon)) {
      --undecided_;
      return resolver(std::move(result), open);
    }
    if (!is(Token::inter_close)) {
      if (!named && !is(Token::end)) mismatch("{BRACKET_OPEN, INTER_CLOSE, '.'}");
      no_viable(decision_);
    }
    --undecided_;
    result.kind = Expression::Kind::node;
    result.text = text_.substr(open.begin, take().end - open.begin);
    return result;
  }

  /// `interpolation | ID | INTER_KEY`; `named` is cleared for what no resolver's name can hold.
  void key(Expression& to, bool& named) {
    if (is(Token::inter_open)) {
      to.parts.push_back(interpolation());
    } else if (is(Token::id) || is(Token::inter_key)) {
      named = named && is(Token::id);
      to.parts.push_back(literal(text_of(take())));
    } else {
      no_viable(decision_);
    }
  }

  Expression resolver(Expression result, const Lexeme& open) {
    take();  // the colon
    result.kind = Expression::Kind::resolver;
    result.names = result.parts.size();
    const std::size_t undecided = std::exchange(undecided_, 0);
    if (!is(Token::brace_close)) sequence(result, Token::brace_close);
    undecided_ = undecided;
    if (!is(Token::brace_close)) mismatch("BRACE_CLOSE");
    result.text = text_.substr(open.begin, take().end - open.begin);
    return result;
  }

  /// `(element (COMMA element?)*) | (COMMA element?)+`; what is missing is an empty string.
  void sequence(Expression& to, Token end) {
    bool after_comma = true;
    while (true) {
      if (is(Token::comma)) {
        if (after_comma) to.parts.push_back(literal(""));
        take();
        after_comma = true;
      } else if (is(end) || !after_comma) {
        break;
      } else {
        to.parts.push_back(element());
        after_comma = false;
      }
    }
    if (after_comma) to.parts.push_back(literal(""));
  }

  Expression element() {
    const Deeper deeper(depth_);
    switch (peek().type) {
      case Token::quote_open:
        return quoted();
      case Token::bracket_open:
        return list();
      case Token::brace_open:
        return dict();
      default:
        return primitive(true);
    }
  }

  Expression quoted() {
    take();
    Expression result = text(Token::quote_close);
    if (!is(Token::quote_close)) mismatch("MATCHING_QUOTE_CLOSE");
    take();
    return result;
  }

  Expression list() {
    take();
    Expression result;
    result.kind = Expression::Kind::list;
    if (!is(Token::bracket_close)) sequence(result, Token::bracket_close);
    if (!is(Token::bracket_close)) mismatch("{COMMA, BRACKET_CLOSE}");
    take();
    return result;
  }

  Expression dict() {
    take();
    Expression result;
    result.kind = Expression::Kind::dict;
    while (!is(Token::brace_close) || !result.parts.empty()) {
      result.parts.push_back(primitive(false));
      if (!is(Token::colon)) mismatch("COLON");
      take();
      result.parts.push_back(element());
      if (!is(Token::comma)) break;
      take();
    }
    if (!is(Token::brace_close)) mismatch("{BRACE_CLOSE, COMMA}");
    take();
    return result;
  }

  static bool is_primitive(Token type, bool as_value) {
    switch (type) {
      case Token::id:
      case Token::null:
      case Token::integer:
      case Token::real:
      case Token::boolean:
      case Token::unquoted_char:
      case Token::esc:
      case Token::blank:
        return true;
      case Token::colon:
      case Token::inter_open:
        return as_value;
      default:
        return false;
    }
  }

  static constexpr const char* element_tokens =
      "{INTER_OPEN, BRACE_OPEN, QUOTE_OPEN_SINGLE, QUOTE_OPEN_DOUBLE, BRACKET_OPEN, COLON, FLOAT, "
      "INT, BOOL, NULL, UNQUOTED_CHAR, ID, ESC, WS}";

  /// A run of tokens: typed when it is one, else their text. `as_value`: not the key of a dict.
  Expression primitive(bool as_value) {
    std::vector<Lexeme> tokens;
    Expression result;
    result.kind = Expression::Kind::concat;
    while (is_primitive(peek().type, as_value)) {
      if (is(Token::inter_open)) {
        tokens.push_back(peek());
        result.parts.push_back(interpolation());
        continue;
      }
      const Lexeme token = take();
      tokens.push_back(token);
      result.parts.push_back(literal(token.type == Token::esc ? unescaped(text_of(token))
                                                              : std::string(text_of(token))));
    }
    if (tokens.empty()) mismatch(as_value ? element_tokens : "a key");
    if (tokens.size() > 1) return result;
    if (result.parts[0].is_interpolation()) return Expression(std::move(result.parts[0]));
    return typed(tokens[0], std::move(result.parts[0]));
  }

  Expression typed(const Lexeme& token, Expression plain) const {
    switch (token.type) {
      case Token::null:
        return literal(yaml::Null{});
      case Token::boolean:
        return literal(to_lower_ascii(text_of(token)) == "true");
      case Token::integer:
      case Token::real:
        return literal(number(text_of(token)));
      default:
        return plain;
    }
  }

  std::string_view text_;
  Lexer lexer_;
  Lexeme next_;
  bool has_next_ = false;
  std::size_t depth_ = 0;
  std::size_t undecided_ = 0;  ///< Interpolations that may still be a key or a resolver.
  std::size_t decision_ = 0;   ///< Where the outermost of them begins.
};

}  // namespace

Expression parse_text(std::string_view text) {
  return Parser(text, Lexer::Mode::top).config_value();
}

Expression parse_element(std::string_view text) {
  return Parser(text, Lexer::Mode::value).single_element();
}

}  // namespace expcore::omegaconf
