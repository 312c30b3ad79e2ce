#pragma once
#include <string>
#include <string_view>

#include "yaml/value.hpp"

namespace expcore::params {

/// One `-S [file:]key=value` with a scalar value.
struct ScalarOverride {
  std::string file;  ///< "params.yaml" unless given.
  std::string key;   ///< Dotted.
  yaml::Value value;
  std::string text;  ///< As typed, without the file.
};

/// Splits and types an override as Hydra does for simple scalars: quoted strings, integers, reals,
/// booleans, null; everything else is a string. Source: DVC dvc/utils/hydra.py,
/// hydra.core.override_parser.
/// Throws: Error{invalid_argument} for anything that is not `key=value` with a scalar.
ScalarOverride parse_scalar_override(std::string_view text);

/// `text` (YAML) with the scalar at dotted `key` replaced by `value`; every other byte stays.
/// `shown` names the file in messages.
/// Throws: Error{not_found} in DVC's words when there is no such key, Error{parse}.
std::string set_scalar(std::string_view text, const ScalarOverride& change,
                       const std::string& shown);

}  // namespace expcore::params
