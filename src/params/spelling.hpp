#pragma once
#include <string>

#include "params/file.hpp"
#include "yaml/value.hpp"

namespace expcore::params {

/// A value on one line, as it stands inside a text of that format. `in_flow`: YAML, inside `{}` or
/// `[]`. Throws: Error{invalid_argument} for what the format cannot hold.
std::string inline_text(const yaml::Value& value, Format format, bool in_flow);

/// A key as it stands before its colon or equals sign.
std::string key_text(const yaml::Value& key, Format format, bool in_flow);

/// A whole document, written anew.
std::string document_text(const yaml::Value& value, Format format);

}  // namespace expcore::params
