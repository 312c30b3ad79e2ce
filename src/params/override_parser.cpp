#include <algorithm>
#include <exception>

#include <fmt/format.h>

#include "base/text.hpp"
#include "params/override.hpp"
#include "params/override_functions.hpp"
#include "params/override_lexer.hpp"

namespace expcore::params {
namespace {

constexpr std::size_t deepest = 200;
constexpr std::size_t longest = 16U << 20U;

constexpr TokenSet dict_key_tokens =
    set_of(Token::id, Token::null, Token::integer, Token::real, Token::boolean,
           Token::unquoted_char, Token::escape, Token::blank);
constexpr TokenSet primitive_tokens = dict_key_tokens | set_of(Token::colon, Token::interpolation);
constexpr TokenSet element_start =
    primitive_tokens | set_of(Token::quoted, Token::bracket_open, Token::brace_open);
constexpr TokenSet key_start =
    set_of(Token::equal, Token::at, Token::key_special, Token::dot_path, Token::id);

/// Tokens with line feeds, carriage returns and tabs made visible, in quotes.
std::string shown(std::string_view text) {
  return "'" + replace_all(replace_all(replace_all(text, "\n", "\\n"), "\r", "\\r"), "\t", "\\t") +
         "'";
}

/// A text with its escapes undone: every other character of an escape token.
void append_unescaped(std::string& out, std::string_view escapes) {
  for (std::size_t i = 1; i < escapes.size(); i += 2)
    out += escapes[i];
}

/// Undoes the backslashes before quotes (the closing one included); all others stay.
QuotedString unquote(std::string_view text) {
  QuotedString result{{}, text.front()};
  text.remove_prefix(1);
  if (text.find('\\') == std::string_view::npos) {
    result.text = text.substr(0, text.size() - 1);
    return result;
  }
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t run = text.find_first_not_of('\\', at) - at;
    const bool at_quote = text[at + run] == result.quote;
    if (run == 0) {
      result.text += text[at++];
    } else if (at_quote) {
      const std::string_view escaped = text.substr(at, run + 1);
      append_unescaped(result.text, escaped);
      at += run + 1;
      if (at == text.size()) {
        if (run % 2 != 0) result.text.pop_back();
        return result;
      }
    } else {
      result.text.append(run, '\\');
      at += run;
    }
  }
  result.text.pop_back();
  return result;
}

/// Parses as the parser that ANTLR generates from Hydra's grammar does, so that the first error is
/// the same: where that one looks ahead over a whole value, so does this one.
class Parser {
 public:
  explicit Parser(std::string_view text) : lexer_(text), text_(text) {}

  Override parse() {
    Override result = override_rule();
    if (problem_) std::rethrow_exception(problem_);
    result.text = text_;
    return result;
  }

 private:
  /// What may follow a rule in the rule that uses it.
  struct Follow {
    TokenSet tokens;
    bool may_end;
  };
  class Inside {
   public:
    Inside(Parser& parser, TokenSet tokens, bool may_end) : parser_(parser) {
      parser_.follow_.push_back({tokens, may_end});
      if (parser_.follow_.size() > 4 * deepest) parser_.fail_deep();
    }
    ~Inside() { parser_.follow_.pop_back(); }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

   private:
    Parser& parser_;
  };

  Token look(std::size_t ahead = 0) { return lexer_.at(at_ + ahead).type; }
  std::string_view token_text(std::size_t index) { return lexer_.text(lexer_.at(index)); }

  // Errors ---------------------------------------------------------------------------------------

  [[noreturn]] void fail(OverrideError::Kind kind, std::size_t index, const std::string& message) {
    const std::size_t column = column_of(text_, lexer_.at(index).begin);
    OverrideError error(kind, column, with_reference(message));
    error.with_details(caret_frame(text_, column));
    throw error;
  }
  std::string explained(std::string_view problem) const {
    return fmt::format("Error parsing override '{}'\n{}", text_, problem);
  }
  std::string shown_token(std::size_t index) {
    return look(index - at_) == Token::end ? "'<EOF>'" : shown(token_text(index));
  }
  [[noreturn]] void fail_deep() {
    fail(OverrideError::Kind::other, at_, explained("Nested too deeply"));
  }
  [[noreturn]] void fail_mismatched(TokenSet expected) {
    fail(OverrideError::Kind::mismatched, at_,
         fmt::format("mismatched input {} expecting {}", shown_token(at_), names_of(expected)));
  }
  [[noreturn]] void fail_extraneous(TokenSet expected) {
    fail(OverrideError::Kind::extraneous, at_,
         explained(fmt::format("extraneous input {} expecting {}", shown_token(at_),
                               names_of(expected))));
  }
  /// Everything from `start` on led nowhere, as the token `index` shows.
  [[noreturn]] void fail_no_viable(std::size_t start, std::size_t index) {
    if (lexer_.at(start).type == Token::end) {
      fail(OverrideError::Kind::no_viable, index, "no viable alternative at input '<EOF>'");
    }
    lexer_.fill();
    const std::size_t begin = lexer_.at(start).begin;
    const std::string_view input = text_.substr(begin, lexer_.at(index).end - begin);
    fail(OverrideError::Kind::no_viable, index, "no viable alternative at input " + shown(input));
  }

  /// `tokens` and, when the rule may end here, what may follow it.
  TokenSet expected(TokenSet tokens, bool may_end) const {
    for (auto it = follow_.rbegin(); may_end && it != follow_.rend(); ++it) {
      tokens |= it->tokens;
      may_end = it->may_end;
    }
    return may_end ? tokens | set_of(Token::end) : tokens;
  }

  /// Before a choice: the next token must be one of `tokens`.
  void require(TokenSet tokens) {
    if (contains(tokens, look())) return;
    if (contains(tokens, look(1))) fail_extraneous(tokens);
    fail_mismatched(tokens);
  }
  /// The same behind a round of a loop.
  void require_after_round(TokenSet tokens) {
    if (!contains(tokens, look())) fail_extraneous(tokens);
  }
  /// Moves past a token of this type. `next` and `may_end`: what the rule has behind it.
  void match(Token type, TokenSet next = 0, bool may_end = false) {
    if (look() == type) {
      if (type != Token::end) advance();
      return;
    }
    if (look(1) == type) fail_extraneous(set_of(type));
    if (type != Token::end && contains(expected(next, may_end), look())) {
      fail(OverrideError::Kind::missing, at_,
           explained(fmt::format("missing {} at {}", names_of(set_of(type)), shown_token(at_))));
    }
    fail_mismatched(set_of(type));
  }
  void advance() {
    ++at_;
    lexer_.at(at_);
  }

  // Keys -----------------------------------------------------------------------------------------

  Override override_rule() {
    Override result;
    require(key_start | set_of(Token::tilde, Token::plus));
    if (look() == Token::tilde) {
      result.kind = OverrideKind::remove;
      advance();
      result.key = key(set_of(Token::equal, Token::end));
      require(set_of(Token::equal, Token::end));
      if (look() == Token::equal) value_part(result);
    } else {
      if (look() == Token::plus) {
        advance();
        result.kind = OverrideKind::add;
        require(key_start | set_of(Token::plus));
        if (look() == Token::plus) {
          advance();
          result.kind = OverrideKind::force_add;
        }
      }
      result.key = key(set_of(Token::equal));
      value_part(result);
    }
    match(Token::end);
    return result;
  }

  void value_part(Override& result) {
    match(Token::equal, element_start | set_of(Token::end));
    result.value_kind = ValueKind::element;
    require(element_start | set_of(Token::end));
    if (look() == Token::end) {
      result.value.data = std::string();
      return;
    }
    const Inside inside(*this, set_of(Token::end), false);
    result.value = value();
    if (const Sweep* sweep = result.value.sweep()) result.value_kind = kind_of(*sweep);
    if (extends_) extend(result);
  }

  static ValueKind kind_of(const Sweep& sweep) {
    switch (sweep.kind) {
      case Sweep::Kind::choice:
        return sweep.simple ? ValueKind::simple_choice : ValueKind::choice;
      case Sweep::Kind::range:
        return ValueKind::range;
      case Sweep::Kind::interval:
        return ValueKind::interval;
      case Sweep::Kind::glob:
        return ValueKind::glob;
    }
    return ValueKind::element;
  }

  void extend(Override& result) {
    if (result.kind != OverrideKind::change || !result.value.as<ElementList>() || calls_ != 1) {
      if (problem_) return;
      defer(OverrideError::Kind::other, 0, "Trying to use override symbols when extending a list");
    }
    result.kind = OverrideKind::extend;
  }

  OverrideKey key(TokenSet follow) {
    const Inside inside(*this, follow, false);
    OverrideKey result;
    {
      const Inside group(*this, set_of(Token::at), true);
      result.key = package_or_group();
    }
    if (look() == Token::at) {
      advance();
      const Inside package(*this, 0, true);
      result.package = package_rule();
    }
    return result;
  }

  std::string package_or_group() {
    if (look() != Token::id || look(1) != Token::slash) {
      const Inside inside(*this, 0, true);
      return package_rule();
    }
    const std::size_t begin = lexer_.at(at_).begin;
    advance();
    do {
      advance();
      match(Token::id, set_of(Token::slash), true);
    } while (look() == Token::slash);
    return std::string(text_.substr(begin, lexer_.at(at_ - 1).end - begin));
  }

  std::string package_rule() {
    switch (look()) {
      case Token::end:
      case Token::equal:
      case Token::at:
        return {};
      case Token::id:
      case Token::key_special:
      case Token::dot_path:
        advance();
        return std::string(token_text(at_ - 1));
      default:
        fail_no_viable(at_, at_);
    }
  }

  // Looking ahead --------------------------------------------------------------------------------

  /// Behind the element that begins at token `index`. When the tokens cannot be one, `stuck_` is
  /// the token that shows it.
  std::size_t scan_element(std::size_t index, std::size_t depth) {
    if (depth > deepest) fail_deep();
    const Token type = lexer_.at(index).type;
    if (type == Token::quoted) return index + 1;
    if (type == Token::bracket_open) {
      return scan_items(index + 1, Token::bracket_close, depth, &Parser::scan_element);
    }
    if (type == Token::brace_open) {
      return scan_items(index + 1, Token::brace_close, depth, &Parser::scan_pair);
    }
    if (type == Token::id && lexer_.at(index + 1).type == Token::popen) {
      return scan_items(index + 2, Token::pclose, depth, &Parser::scan_argument);
    }
    return scan_run(index, primitive_tokens);
  }
  std::size_t scan_run(std::size_t index, TokenSet tokens) {
    const std::size_t first = index;
    while (contains(tokens, lexer_.at(index).type))
      ++index;
    if (index == first) stuck_ = index;
    return index;
  }
  std::size_t scan_pair(std::size_t index, std::size_t depth) {
    index = scan_run(index, dict_key_tokens);
    if (!stuck_ && lexer_.at(index).type != Token::colon) stuck_ = index;
    return stuck_ ? index : scan_element(index + 1, depth);
  }
  std::size_t scan_argument(std::size_t index, std::size_t depth) {
    const bool named =
        lexer_.at(index).type == Token::id && lexer_.at(index + 1).type == Token::equal;
    return scan_element(named ? index + 2 : index, depth);
  }
  using Scan = std::size_t (Parser::*)(std::size_t, std::size_t);
  std::size_t scan_items(std::size_t index, Token close, std::size_t depth, Scan item) {
    if (lexer_.at(index).type == close) return index + 1;
    while (true) {
      index = (this->*item)(index, depth + 1);
      if (stuck_) return index;
      const Token next = lexer_.at(index).type;
      if (next == close) return index + 1;
      if (next != Token::comma) {
        stuck_ = index;
        return index;
      }
      ++index;
    }
  }

  // Values ---------------------------------------------------------------------------------------

  Element value() {
    const std::size_t start = at_;
    stuck_.reset();
    const std::size_t end = scan_element(at_, 0);
    if (stuck_) fail_no_viable(start, *stuck_);
    const Inside inside(*this, 0, true);
    if (lexer_.at(end).type != Token::comma) return element(0, true);
    Sweep sweep;
    sweep.simple = true;
    {
      const Inside first(*this, set_of(Token::comma), false);
      sweep.items.push_back(element(set_of(Token::comma), false));
    }
    while (look() == Token::comma) {
      advance();
      sweep.items.push_back(element(set_of(Token::comma), true));
    }
    return Element(std::make_shared<const Sweep>(std::move(sweep)));
  }

  /// `follow`: what may stand behind it where it is used.
  Element element(TokenSet follow, bool may_end) {
    require(element_start);
    const Inside inside(*this, follow, may_end);
    switch (look()) {
      case Token::bracket_open:
        return list();
      case Token::brace_open:
        return dict();
      case Token::quoted:
        advance();
        if (!evaluating()) return {};
        return Element(unquote(token_text(at_ - 1)));
      case Token::id:
        if (look(1) == Token::popen) return function();
        break;
      default:
        break;
    }
    return primitive(primitive_tokens);
  }

  Element list() {
    ElementList items;
    advance();
    require(element_start | set_of(Token::bracket_close));
    if (look() != Token::bracket_close) {
      constexpr TokenSet follow = set_of(Token::comma, Token::bracket_close);
      items.push_back(element(follow, false));
      require(follow);
      while (look() == Token::comma) {
        advance();
        items.push_back(element(follow, false));
        require_after_round(follow);
      }
    }
    match(Token::bracket_close, 0, true);
    return Element(std::move(items));
  }

  Element dict() {
    ElementMap members;
    advance();
    require(dict_key_tokens | set_of(Token::brace_close));
    if (look() != Token::brace_close) {
      constexpr TokenSet follow = set_of(Token::comma, Token::brace_close);
      pair(members, follow);
      require(follow);
      while (look() == Token::comma) {
        advance();
        pair(members, follow);
        require_after_round(follow);
      }
    }
    match(Token::brace_close, 0, true);
    return Element(std::move(members));
  }

  void pair(ElementMap& members, TokenSet follow) {
    const Inside inside(*this, follow, false);
    require(dict_key_tokens);
    Element key = primitive(dict_key_tokens);
    match(Token::colon, element_start);
    Element value = element(0, true);
    if (evaluating()) set(members, std::move(key), std::move(value));
  }

  Element primitive(TokenSet tokens) {
    const std::size_t first = at_;
    while (contains(tokens, look()))
      advance();
    return evaluating() ? typed(first, at_) : Element();
  }

  /// The value of the unquoted tokens [first, last): typed when it is a single one.
  Element typed(std::size_t first, std::size_t last) {
    const std::size_t start = first;
    if (lexer_.at(first).type == Token::blank) ++first;
    if (first == last) {
      defer(OverrideError::Kind::other, start,
            "Trying to parse a primitive that is all whitespaces");
      return {};
    }
    if (lexer_.at(last - 1).type == Token::blank) --last;
    const std::string_view text = token_text(first);
    if (last - first == 1) {
      switch (lexer_.at(first).type) {
        case Token::null:
          return {};
        case Token::boolean:
          return Element((text[0] | 0x20) == 't');
        case Token::integer:
          return number(first, &to_integer);
        case Token::real:
          return number(first, [](std::string_view t) { return Element(to_real(t)); });
        default:
          break;
      }
    }
    std::string result;
    for (std::size_t i = first; i < last; ++i) {
      if (lexer_.at(i).type == Token::escape) {
        append_unescaped(result, token_text(i));
      } else {
        result += token_text(i);
      }
    }
    return Element(std::move(result));
  }

  Element number(std::size_t index, Element (*convert)(std::string_view)) {
    try {
      return convert(token_text(index));
    } catch (const CallError& error) {
      if (!problem_) {
        const std::size_t column = column_of(text_, lexer_.at(index).begin);
        OverrideError wrapped(OverrideError::Kind::other, column, error.what());
        wrapped.with_details(caret_frame(text_, column));
        problem_ = std::make_exception_ptr(wrapped);
      }
      return {};
    }
  }

  Element function() {
    const std::size_t start = at_;
    Call call;
    call.name = token_text(at_);
    at_ += 2;
    require(element_start | set_of(Token::pclose));
    if (look() != Token::pclose) {
      constexpr TokenSet follow = set_of(Token::comma, Token::pclose);
      argument(call);
      require(follow);
      while (look() == Token::comma) {
        advance();
        require(element_start);
        argument(call);
        require_after_round(follow);
      }
    }
    match(Token::pclose, 0, true);
    if (!evaluating()) return {};
    return call_function(std::move(call), start);
  }

  void argument(Call& call) {
    constexpr TokenSet follow = set_of(Token::comma, Token::pclose);
    std::string_view name;
    if (look() == Token::id) {
      constexpr TokenSet behind = primitive_tokens | follow | set_of(Token::popen, Token::equal);
      if (!contains(behind, look(1))) fail_no_viable(at_, at_ + 1);
      if (look(1) == Token::equal) {
        name = token_text(at_);
        at_ += 1;
        advance();
      }
    }
    const bool positional = name.empty();
    if (positional && !call.named.empty()) {
      defer(OverrideError::Kind::other, at_, "positional argument follows keyword argument");
    }
    Element value = element(follow, false);
    if (positional) {
      call.arguments.push_back(std::move(value));
      return;
    }
    for (auto& [known, old] : call.named) {
      if (known == name) {
        old = std::move(value);
        return;
      }
    }
    call.named.emplace_back(name, std::move(value));
  }

  Element call_function(Call call, std::size_t start) {
    ++calls_;
    try {
      CallResult result = evaluate(std::move(call));
      extends_ = extends_ || result.extends;
      return std::move(result.value);
    } catch (const CallError& error) {
      const std::size_t begin = lexer_.at(start).begin;
      const std::string_view written = text_.substr(begin, lexer_.at(at_ - 1).end - begin);
      const std::size_t column = column_of(text_, begin);
      OverrideError wrapped(OverrideError::Kind::function, column, error.what());
      wrapped.add_context(with_reference(explained(
          fmt::format("{} while evaluating '{}': {}", error.type(), written, error.what()))));
      wrapped.with_details(caret_frame(text_, column));
      problem_ = std::make_exception_ptr(wrapped);
      return {};
    }
  }

  // Problems of values count only when the syntax is right to the end.

  bool evaluating() const { return !problem_; }
  void defer(OverrideError::Kind kind, std::size_t index, const std::string& problem) {
    if (problem_) return;
    try {
      fail(kind, index, explained(problem));
    } catch (...) {
      problem_ = std::current_exception();
    }
  }

  OverrideLexer lexer_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Follow> follow_;
  std::optional<std::size_t> stuck_;
  std::exception_ptr problem_;
  std::size_t calls_ = 0;
  bool extends_ = false;
};

}  // namespace

const Sweep* Element::sweep() const {
  const auto* held = as<std::shared_ptr<const Sweep>>();
  return held == nullptr ? nullptr : held->get();
}

std::string Override::key_element() const {
  static constexpr std::string_view prefixes[] = {"", "+", "++", "~", ""};
  std::string result(prefixes[static_cast<std::size_t>(kind)]);
  result += key.key;
  if (key.package) result.append("@").append(*key.package);
  return result;
}

Override parse_override(std::string_view text) {
  if (text.size() > longest) {
    throw OverrideError(OverrideError::Kind::other, 0, "the override is too long");
  }
  if (!is_utf8(text)) {
    throw OverrideError(
        OverrideError::Kind::other, 0,
        fmt::format("Error parsing override {}\nis not valid utf-8", python_repr(text)));
  }
  return Parser(text).parse();
}

OverridePoint group_by_file(const std::vector<std::string>& arguments) {
  OverridePoint files;
  for (const std::string& argument : arguments) {
    const std::string_view text = argument;
    const std::size_t colon = text.substr(0, text.find('=')).find(':');
    const bool named = colon != std::string_view::npos;
    const std::string_view file = named ? text.substr(0, colon) : "params.yaml";
    const std::string_view rest = named ? text.substr(colon + 1) : text;
    auto found = std::find_if(files.begin(), files.end(),
                              [&](const FileOverrides& f) { return f.file == file; });
    if (found == files.end()) found = files.insert(files.end(), {std::string(file), {}});
    found->overrides.emplace_back(rest);
  }
  return files;
}

}  // namespace expcore::params
