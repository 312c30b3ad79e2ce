#include "params/python_file.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>
#include <vector>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "params/node.hpp"
#include "yaml/reader.hpp"

namespace expcore::params {
namespace {

enum class TokenKind : unsigned char {
  name,
  number,
  string,
  symbol,
  new_line,
  indent,
  dedent,
  end
};

struct Token {
  TokenKind kind = TokenKind::end;
  std::string text;  ///< Of a string its value.
  yaml::Position position;
  std::size_t begin = 0;  ///< Bytes.
  std::size_t end = 0;
};

bool is_name_char(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) != 0 || c == '_' || byte >= 0x80;
}

/// Python source as tokens: line structure by NEWLINE, INDENT and DEDENT.
class Tokenizer {
 public:
  explicit Tokenizer(std::string_view text) : text_(text) {}

  std::vector<Token> tokens() {
    const std::size_t null = text_.find('\0');
    if (null != std::string_view::npos) {
      const std::string_view before = text_.substr(0, null);
      line_ = static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n') + 1);
      line_start_ = before.rfind('\n') + 1;
      at_ = null;
      fail("source code string cannot contain null bytes");
    }
    while (at_ < text_.size()) {
      if (start_of_line_ && brackets_ == 0) indentation();
      if (at_ < text_.size()) token();
    }
    if (brackets_ > 0) fail("'(' was never closed");
    if (!tokens_.empty() && tokens_.back().kind != TokenKind::new_line)
      add(TokenKind::new_line, "");
    for (; indents_.size() > 1; indents_.pop_back())
      add(TokenKind::dedent, "");
    add(TokenKind::end, "");
    return std::move(tokens_);
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    const yaml::Position at = position();
    throw Error(Errc::parse, fmt::format("{}, in line {}, column {}", problem, at.line, at.column))
        .with_details(yaml::code_frame(text_, at));
  }

  yaml::Position position() const {
    return {line_, static_cast<std::uint32_t>(at_ - line_start_ + 1)};
  }

  void add(TokenKind kind, std::string text) {
    tokens_.push_back({kind, std::move(text), position(), token_begin_, at_});
  }

  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  void line_feed() {
    ++at_;
    ++line_;
    line_start_ = at_;
  }

  void indentation() {
    std::size_t width = 0;
    while (peek() == ' ' || peek() == '\t' || peek() == '\f') {
      width = peek() == '\t' ? (width / 8 + 1) * 8 : width + 1;
      ++at_;
    }
    start_of_line_ = false;
    if (peek() == '\n' || peek() == '\r' || peek() == '#' || peek() == '\0') return;
    if (width > indents_.back()) {
      indents_.push_back(width);
      add(TokenKind::indent, "");
    }
    while (width < indents_.back()) {
      indents_.pop_back();
      add(TokenKind::dedent, "");
    }
    if (width != indents_.back()) fail("unindent does not match any outer indentation level");
  }

  void token() {
    token_begin_ = at_;
    const char c = peek();
    if (c == '\n') {
      const bool blank = tokens_.empty() || tokens_.back().kind == TokenKind::new_line ||
                         tokens_.back().kind == TokenKind::indent ||
                         tokens_.back().kind == TokenKind::dedent;
      if (brackets_ == 0 && !blank) add(TokenKind::new_line, "");
      line_feed();
      start_of_line_ = true;
    } else if (c == '\\' && (peek(1) == '\n' || peek(1) == '\r')) {
      at_ += peek(1) == '\r' ? 2U : 1U;
      line_feed();
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\f') {
      ++at_;
    } else if (c == '#') {
      while (at_ < text_.size() && peek() != '\n')
        ++at_;
    } else if (!string_literal()) {
      word_or_symbol(c);
    }
  }

  void word_or_symbol(char c) {
    const std::size_t first = at_;
    const bool digit_first = std::isdigit(static_cast<unsigned char>(c)) != 0 ||
                             (c == '.' && std::isdigit(static_cast<unsigned char>(peek(1))) != 0);
    if (digit_first) {
      while (is_name_char(peek()) || peek() == '.' ||
             ((peek() == '-' || peek() == '+') && at_ > first &&
              (text_[at_ - 1] == 'e' || text_[at_ - 1] == 'E') &&
              !text_.substr(first, 2).starts_with("0x"))) {
        ++at_;
      }
      add(TokenKind::number, std::string(text_.substr(first, at_ - first)));
    } else if (is_name_char(c)) {
      while (is_name_char(peek()))
        ++at_;
      add(TokenKind::name, std::string(text_.substr(first, at_ - first)));
    } else {
      if (c == '(' || c == '[' || c == '{') ++brackets_;
      if (brackets_ > most_brackets) fail("too many nested parentheses");
      if (c == ')' || c == ']' || c == '}') --brackets_;
      ++at_;
      // "==" and the like are no assignments.
      if (peek() == '=' && std::string_view("=!<>+-*/%&|^@:").find(c) != std::string_view::npos) {
        ++at_;
      }
      add(TokenKind::symbol, std::string(text_.substr(first, at_ - first)));
    }
  }

  /// A string with its prefix (r, b, u, f in any case); false when none starts here.
  bool string_literal() {
    std::size_t prefix = 0;
    while (prefix < 2 &&
           std::string_view("rRbBuUfF").find(peek(prefix)) != std::string_view::npos &&
           peek(prefix) != '\0') {
      ++prefix;
    }
    const char quote = peek(prefix);
    if (quote != '"' && quote != '\'') return false;
    const std::string flags = to_lower_ascii(text_.substr(at_, prefix));
    const bool raw = flags.find('r') != std::string::npos;
    const bool special = flags.find_first_of("bf") != std::string::npos;
    at_ += prefix;
    const bool triple = peek(1) == quote && peek(2) == quote;
    at_ += triple ? 3 : 1;
    std::string value;
    while (true) {
      if (at_ >= text_.size() || (!triple && peek() == '\n')) fail("unterminated string literal");
      if (peek() == quote && (!triple || (peek(1) == quote && peek(2) == quote))) break;
      if (peek() == '\\') {
        escape(value, raw);
      } else if (peek() == '\n') {
        value += '\n';
        line_feed();
      } else {
        value += text_[at_++];
      }
    }
    at_ += triple ? 3 : 1;
    // Bytes and f-strings are no parameters: a symbol keeps the expression from being a literal.
    add(special ? TokenKind::symbol : TokenKind::string, special ? "f''" : value);
    return true;
  }

  void escape(std::string& value, bool raw) {
    const char next = peek(1);
    if (raw) {
      value += '\\';
      ++at_;
      if (at_ < text_.size()) value += text_[at_++];
      return;
    }
    at_ += 2;
    switch (next) {
      case '\n':
        ++line_;
        line_start_ = at_;
        return;
      case 'n':
        value += '\n';
        return;
      case 't':
        value += '\t';
        return;
      case 'r':
        value += '\r';
        return;
      case 'a':
        value += '\a';
        return;
      case 'b':
        value += '\b';
        return;
      case 'f':
        value += '\f';
        return;
      case 'v':
        value += '\v';
        return;
      case '\\':
      case '\'':
      case '"':
        value += next;
        return;
      case 'x':
        code_point(value, 2);
        return;
      case 'u':
        code_point(value, 4);
        return;
      case 'U':
        code_point(value, 8);
        return;
      default:
        break;
    }
    if (next >= '0' && next <= '7') {
      --at_;
      unsigned code = 0;
      for (int i = 0; i < 3 && peek() >= '0' && peek() <= '7'; ++i) {
        code = code * 8 + static_cast<unsigned>(text_[at_++] - '0');
      }
      append_utf8(value, code);
      return;
    }
    value += '\\';
    value += next;
  }

  void code_point(std::string& value, std::size_t digits) {
    unsigned code = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      const char c = peek();
      if (std::isxdigit(static_cast<unsigned char>(c)) == 0) fail("truncated escape");
      code = code * 16 + static_cast<unsigned>(std::isdigit(static_cast<unsigned char>(c)) != 0
                                                   ? c - '0'
                                                   : (c | 0x20) - 'a' + 10);
      ++at_;
    }
    append_utf8(value, code);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t token_begin_ = 0;
  std::uint32_t line_ = 1;
  std::size_t line_start_ = 0;
  bool start_of_line_ = true;
  static constexpr int most_brackets = 200;  // CPython's limit
  int brackets_ = 0;
  std::vector<std::size_t> indents_ = {0};
  std::vector<Token> tokens_;
};

/// Finds the assignments among the tokens.
class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  yaml::Map module(Node& node) {
    yaml::Map params;
    node.kind = Node::Kind::block_map;
    while (now().kind != TokenKind::end)
      statement(params, node, Place::module);
    return params;
  }

 private:
  enum class Place : unsigned char { module, class_body, init };

  const Token& now() const { return tokens_[at_]; }
  bool is_symbol(std::string_view text) const {
    return now().kind == TokenKind::symbol && now().text == text;
  }
  bool is_word(std::string_view text) const {
    return now().kind == TokenKind::name && now().text == text;
  }

  void skip_line() {
    while (now().kind != TokenKind::new_line && now().kind != TokenKind::end)
      ++at_;
    if (now().kind == TokenKind::new_line) ++at_;
  }

  /// Passes over an indented block, if one follows.
  void skip_block() {
    if (now().kind != TokenKind::indent) return;
    int depth = 0;
    do {
      if (now().kind == TokenKind::indent) ++depth;
      if (now().kind == TokenKind::dedent) --depth;
      ++at_;
    } while (depth > 0 && now().kind != TokenKind::end);
  }

  void statement(yaml::Map& params, Node& node, Place place) {
    if (now().kind == TokenKind::indent || now().kind == TokenKind::dedent) {
      ++at_;
      return;
    }
    if (is_word("class") && place != Place::init) return class_statement(params, node);
    if ((is_word("def") || is_word("async")) && place == Place::class_body) {
      return function_statement(params, node);
    }
    if (assignment(params, node, place)) return;
    skip_line();
    skip_block();
  }

  void class_statement(yaml::Map& params, Node& node) {
    if (depth_ == deepest) fail_deep();
    ++at_;
    const std::string name = now().text;
    skip_line();
    yaml::Map members;
    NodeMember member;
    member.key = name;
    member.value.kind = Node::Kind::block_map;
    ++depth_;
    block(members, member.value, Place::class_body);
    --depth_;
    params.set(name, std::move(members));
    node.members.push_back(std::move(member));
  }

  void function_statement(yaml::Map& members, Node& node) {
    if (is_word("async")) ++at_;
    ++at_;
    const bool is_init = is_word("__init__");
    skip_line();
    if (is_init) {
      block(members, node, Place::init);
    } else {
      skip_block();
    }
  }

  void block(yaml::Map& params, Node& node, Place place) {
    if (now().kind != TokenKind::indent) return;
    ++at_;
    while (now().kind != TokenKind::dedent && now().kind != TokenKind::end) {
      statement(params, node, place);
    }
    if (now().kind == TokenKind::dedent) ++at_;
  }

  /// `name = literal`, `name: type = literal`, in __init__ `self.name = literal`. Leaves the
  /// position alone and returns false when the statement is anything else.
  bool assignment(yaml::Map& params, Node& node, Place place) {
    const std::size_t start = at_;
    const auto give_up = [&] {
      at_ = start;
      return false;
    };
    if (place == Place::init) {
      if (!is_word("self")) return false;
      ++at_;
      if (!is_symbol(".")) return give_up();
      ++at_;
    }
    if (now().kind != TokenKind::name) return give_up();
    NodeMember member;
    const std::string name = now().text;
    member.key = name;
    member.key_begin = now().begin;
    member.key_end = now().end;
    ++at_;
    if (is_symbol(":")) {
      while (!is_symbol("=") && now().kind != TokenKind::new_line && now().kind != TokenKind::end)
        ++at_;
    }
    if (!is_symbol("=")) return give_up();
    ++at_;
    auto value = literal(member.value);
    if (!value || (now().kind != TokenKind::new_line && !is_symbol(";"))) return give_up();
    params.set(name, std::move(*value));
    node.members.push_back(std::move(member));
    ++at_;
    return true;
  }

  /// `node` is where it stands.
  std::optional<yaml::Value> literal(Node& node) {
    node = Node();
    const std::size_t first = at_;
    if (depth_ == deepest) fail_deep();
    ++depth_;
    auto value = any_literal(node);
    --depth_;
    if (!value) return value;
    node.begin = node.outside = tokens_[first].begin;
    node.end = tokens_[at_ - 1].end;
    return value;
  }

  std::optional<yaml::Value> any_literal(Node& node) {
    if (now().kind == TokenKind::string) {
      std::string text;
      while (now().kind == TokenKind::string)
        text += tokens_[at_++].text;
      return yaml::Value(std::move(text));
    }
    if (now().kind == TokenKind::number) return number(false);
    if (is_symbol("-") || is_symbol("+")) {
      const bool negative = is_symbol("-");
      ++at_;
      return now().kind == TokenKind::number ? number(negative) : std::nullopt;
    }
    if (is_word("True") || is_word("False")) return yaml::Value(tokens_[at_++].text == "True");
    if (is_word("None")) {
      ++at_;
      return yaml::Value();
    }
    if (is_symbol("[")) return sequence("]", node);
    if (is_symbol("(")) return parenthesized(node);
    if (is_symbol("{")) return dictionary(node);
    return std::nullopt;
  }

  std::optional<yaml::Value> number(bool negative) {
    const yaml::Position position = now().position;
    std::string text = tokens_[at_++].text;
    const bool is_float =
        text.find('.') != std::string::npos ||
        (text.find_first_of("eE") != std::string::npos && !text.starts_with("0x"));
    if (text.ends_with('j') || text.ends_with('J')) return std::nullopt;
    if (text.starts_with('.')) text.insert(0, "0");
    if (is_float && text.find('.') == std::string::npos)
      text.insert(text.find_first_of("eE"), ".0");
    yaml::Value value;
    try {
      value = yaml::resolve_plain_scalar((negative ? "-" : "") + to_lower_ascii(text));
    } catch (const Error& error) {
      throw Error(Errc::parse, fmt::format("{}, in line {}, column {}", error.what(), position.line,
                                           position.column));
    }
    if (value.is_string()) return std::nullopt;
    if (is_float && value.is_integer()) value = static_cast<double>(value.integer());
    return value;
  }

  std::optional<yaml::Value> sequence(std::string_view close, Node& node) {
    ++at_;
    yaml::List items;
    node.kind = Node::Kind::flow_list;
    while (!is_symbol(close)) {
      auto item = literal(node.items.emplace_back());
      if (!item) return std::nullopt;
      items.push_back(std::move(*item));
      if (is_symbol(",")) {
        ++at_;
      } else if (!is_symbol(close)) {
        return std::nullopt;
      }
    }
    ++at_;
    return yaml::Value(std::move(items));
  }

  /// A tuple, or a value in parentheses.
  std::optional<yaml::Value> parenthesized(Node& node) {
    auto items = sequence(")", node);
    if (!items || items->list().size() != 1 || tokens_[at_ - 2].text == ",") return items;
    node = Node();  // changed as a whole
    yaml::Value single = std::move(items->list()[0]);
    return single;
  }

  std::optional<yaml::Value> dictionary(Node& node) {
    ++at_;
    yaml::Map map;
    node.kind = Node::Kind::flow_map;
    while (!is_symbol("}")) {
      NodeMember member;
      Node key_node;
      auto key = literal(key_node);
      if (!key || !is_symbol(":")) return std::nullopt;  // a set has no place in a lock file
      ++at_;
      auto value = literal(member.value);
      if (!value) return std::nullopt;
      member.key = *key;
      member.key_begin = key_node.begin;
      member.key_end = key_node.end;
      node.members.push_back(std::move(member));
      map.set(std::move(*key), std::move(*value));
      if (is_symbol(",")) {
        ++at_;
      } else if (!is_symbol("}")) {
        return std::nullopt;
      }
    }
    ++at_;
    return yaml::Value(std::move(map));
  }

  [[noreturn]] void fail_deep() const {
    const yaml::Position at = now().position;
    throw Error(Errc::parse, fmt::format("too many nested parentheses, in line {}, column {}",
                                         at.line, at.column));
  }

  static constexpr std::size_t deepest = 200;  // as in Python
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
};

}  // namespace

yaml::Value parse_python(std::string_view text) {
  Node node;
  return Parser(Tokenizer(text).tokens()).module(node);
}

Node locate_python(std::string_view text) {
  Node node;
  Parser(Tokenizer(text).tokens()).module(node);
  return node;
}

}  // namespace expcore::params
