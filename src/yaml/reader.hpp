#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "yaml/value.hpp"

namespace expcore::yaml {

/// What went wrong while reading, for callers that word the error themselves.
/// Errors are Error{parse} whose message is "<problem>, in line L, column C" and whose details()
/// are a code frame (up to two lines before and after, a caret under the column).
struct ReadLimits {
  std::size_t depth = 200;  ///< Nesting of collections and aliases.
  /// Values after expanding aliases that a document may have beyond one a byte (bombs end here).
  std::size_t expanded = 300'000;
};

/// Reads one YAML document as DVC does (ruamel.yaml "safe", YAML 1.2 implicit types): merge keys,
/// aliases expanded, duplicate keys refused, an empty document is an empty map (`{}`); more than
/// one document is an error. See docs/formats/yaml.md. Throws: Error{parse} with details().
Value parse_yaml(std::string_view text, const ReadLimits& limits = {});

/// Reads one YAML document as OmegaConf does (PyYAML "safe", YAML 1.1 implicit types without
/// timestamps, exponents without sign or point): keys merged by `<<` come first, duplicate string
/// keys are refused ("found duplicate key a"), an empty document is null.
/// Throws: Error{parse} with details(). Source: omegaconf/_utils.py get_yaml_loader.
Value parse_yaml_1_1(std::string_view text, const ReadLimits& limits = {});

/// Reads JSON as Python's json module does (NaN and Infinity accepted, big integers kept, the last
/// of duplicate keys wins). Throws: Error{parse}.
Value parse_json(std::string_view text);

/// Reads TOML 1.0; dates become Timestamp. Throws: Error{parse}.
Value parse_toml(std::string_view text);

/// The type a plain (unquoted) YAML 1.2 scalar has for ruamel.yaml: `yes` is a string, `1e5` a
/// real, `017` seventeen, `0o17` fifteen, `1_000` a thousand.
Value resolve_plain_scalar(std::string_view text);

/// The type a plain YAML 1.1 scalar has for OmegaConf: `yes` is true, `010` eight, `1:30` ninety,
/// `1e5` a real, `2020-01-02` a string. Throws: Error{parse} for a number Python cannot make.
Value resolve_plain_scalar_1_1(std::string_view text);

/// A code frame: the line `position.line` of `text` with its neighbours, numbered, and a caret.
std::string code_frame(std::string_view text, Position position);

}  // namespace expcore::yaml
