#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "params/file.hpp"
#include "params/override.hpp"
#include "params/values.hpp"

namespace expcore::params {

/// How much of a file is read for an edit. The result is the same.
enum class Reading : unsigned char {
  excerpt,  ///< Of a plain YAML file only what the overrides can reach.
  whole,
};

/// The text of a params file with the overrides applied, changed only where the values are: what
/// is untouched keeps every byte (comments, quotes, blank lines, anchors, indentation). An empty
/// text is a file without params. `shown` names the file in messages. The result is read again
/// before it is returned and has the values it ought to have.
///
/// YAML aliases stand for their anchor: what an override sets below one is seen through the other.
/// Throws: Error{parse} "unable to read: …", Error{invalid_argument} as apply(), and for changes
/// that the format cannot hold (null in TOML, new names in Python).
/// See docs/decisions/surgical-edits.md.
std::string apply_to_text(std::string_view text, Format format, const std::string& shown,
                          const std::vector<Override>& overrides,
                          const Interpolate& interpolate = {}, Reading reading = Reading::excerpt);

/// `text`, which reads as other values, changed so that it reads as `after`.
std::string edit(std::string_view text, Format format, const std::string& shown,
                 const yaml::Value& after);

}  // namespace expcore::params
