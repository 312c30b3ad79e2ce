#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "yaml/value.hpp"

namespace expcore::params {

enum class Format : unsigned char { yaml, json, toml, python };

/// By the lower-cased suffix: .toml, .json, .py; everything else is YAML.
Format format_of(std::string_view path);

/// The top-level mapping of a params or metrics file. Python files are read, never run: module and
/// class level assignments of literals, and `self.x = …` in `__init__`, as DVC takes them.
///
/// Throws: Error{parse} "unable to read: '<path>', YAML file structure is corrupted" (JSON, TOML,
/// Python alike with their names), details() hold the place; "unable to read: '<path>', is not
/// valid utf-8: 'utf-8' codec can't decode …". Source: DVC dvc/utils/serialize/*.
yaml::Value parse(std::string_view text, Format format, const std::string& path);

/// parse() of the file. Throws also Error{not_found}.
yaml::Value load(const std::string& path, const std::string& shown_as);

/// What an edit of the file starts from; "" when there is no such file.
/// Throws: like load() for an empty file of a format that needs a value (JSON).
std::string text_to_edit(const std::string& path, const std::string& shown_as);

/// The value at dotted `key`: each part indexes a mapping (digits match integer keys, too) or a
/// list (negative counts from the end). nullptr when missing.
const yaml::Value* find(const yaml::Value& root, std::string_view key);

}  // namespace expcore::params
