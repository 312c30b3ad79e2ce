#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace expcore::params {

/// Tokens of Hydra's override grammar, in the order in which its messages list them.
enum class Token : std::uint8_t {
  end,
  equal,
  tilde,
  plus,
  at,
  colon,
  slash,
  key_special,
  dot_path,
  popen,
  comma,
  pclose,
  bracket_open,
  bracket_close,
  brace_open,
  brace_close,
  real,
  integer,
  boolean,
  null,
  unquoted_char,
  id,
  escape,
  blank,
  quoted,
  interpolation,
};

/// Several tokens: a bit each.
using TokenSet = std::uint32_t;
constexpr TokenSet set_of(Token token) { return TokenSet{1} << static_cast<unsigned>(token); }
template <typename... Tokens>
constexpr TokenSet set_of(Token first, Tokens... rest) {
  return set_of(first) | set_of(rest...);
}
constexpr bool contains(TokenSet set, Token token) { return (set & set_of(token)) != 0; }

/// "{<EOF>, ':', ID}" or the name alone.
std::string names_of(TokenSet set);

struct OverrideToken {
  Token type = Token::end;
  std::uint32_t begin = 0;  ///< Bytes.
  std::uint32_t end = 0;
};

/// Splits an override into tokens, one at a time as the parser asks for them: what is behind a
/// syntax error is not looked at. The text up to the first '=' is read as a key, the rest as a
/// value. Source: hydra OverrideLexer.g4.
class OverrideLexer {
 public:
  /// `text` is UTF-8 and outlives the lexer.
  explicit OverrideLexer(std::string_view text) : text_(text) {}

  /// The token number `index`; the end again beyond it.
  /// Throws: OverrideError{lexer} at a character that starts no token.
  const OverrideToken& at(std::size_t index) {
    while (index >= tokens_.size()) {
      if (!tokens_.empty() && tokens_.back().type == Token::end) return tokens_.back();
      tokens_.push_back(next());
    }
    return tokens_[index];
  }
  /// Reads all tokens. Throws as at().
  void fill();

  std::string_view text(const OverrideToken& token) const {
    return text_.substr(token.begin, token.end - token.begin);
  }

 private:
  OverrideToken next();
  OverrideToken key_token();
  OverrideToken value_token();
  OverrideToken token(Token type, std::size_t end);
  std::size_t skip_blanks(std::size_t from) const;
  std::size_t quoted_end() const;
  [[noreturn]] void fail() const;

  std::string_view text_;
  std::size_t at_ = 0;
  bool in_value_ = false;
  std::vector<OverrideToken> tokens_;
};

/// The number of characters before byte `at`.
std::size_t column_of(std::string_view text, std::size_t at);

/// The override with a caret under `column`.
std::string caret_frame(std::string_view text, std::size_t column);

/// What every message about an override ends with.
std::string with_reference(std::string message);

}  // namespace expcore::params
