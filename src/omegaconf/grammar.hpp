#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/value.hpp"

/// OmegaConf 2.3's interpolation grammar: `${a.b}`, `${.a}`, `${a[0]}`, `${a.${b}}`,
/// `${resolver:arg,[1,x],{k: v},"text"}`, `\${`. Source: omegaconf OmegaConfGrammarLexer.g4,
/// OmegaConfGrammarParser.g4, grammar_visitor.py; docs/formats/hydra.md.
namespace expcore::omegaconf {

/// What a text with interpolations is made of. Thread safety: a value.
struct Expression {
  enum class Kind : unsigned char {
    literal,   ///< `value`.
    concat,    ///< The texts of `parts`, joined.
    node,      ///< `${key}`: the key is the texts of `parts`, joined ("..", "a", ".", "b").
    resolver,  ///< `${name:…}`: the first `names` of `parts` are the name, the rest arguments.
    list,      ///< `parts`.
    dict,      ///< `parts` are key, value, key, value, …
  };
  Kind kind = Kind::literal;
  yaml::Value value;
  std::vector<Expression> parts;
  std::size_t names = 0;
  std::string text;  ///< `${…}` as written, for messages.

  bool is_interpolation() const { return kind == Kind::node || kind == Kind::resolver; }
};

/// Whether a string is looked at as an interpolation at all (also when all are escaped).
inline bool has_interpolation(std::string_view text) {
  return text.find("${") != std::string_view::npos;
}

/// Parses a configuration string. A single interpolation stands alone, everything else is a concat.
/// Throws: ConfigError "GrammarParseError" in ANTLR's words. Interpolations, lists and dicts may be
/// nested 100 deep.
Expression parse_text(std::string_view text);

/// Parses an element, as `oc.decode` does: "[1, x]", "{a: 1}", "3.5", "'quoted'".
Expression parse_element(std::string_view text);

}  // namespace expcore::omegaconf
