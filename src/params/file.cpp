#include "params/file.hpp"

#include <charconv>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/file.hpp"
#include "params/python_file.hpp"
#include "yaml/reader.hpp"

namespace expcore::params {
namespace {

std::string_view format_name(Format format) {
  switch (format) {
    case Format::yaml:
      return "YAML";
    case Format::json:
      return "JSON";
    case Format::toml:
      return "TOML";
    case Format::python:
      return "Python";
  }
  return "";
}

yaml::Value parse_as(std::string_view text, Format format) {
  switch (format) {
    case Format::yaml:
      return yaml::parse_yaml(text);
    case Format::json:
      return yaml::parse_json(text);
    case Format::toml:
      return yaml::parse_toml(text);
    case Format::python:
      return parse_python(text);
  }
  return {};
}

bool continues(std::string_view text, std::size_t lead, std::size_t offset) {
  const auto first = static_cast<unsigned char>(text[lead]);
  const auto byte = static_cast<unsigned char>(text[lead + offset]);
  if (offset == 1 && first == 0xE0 && byte < 0xA0) return false;  // overlong
  if (offset == 1 && first == 0xED && byte > 0x9F) return false;  // surrogates
  if (offset == 1 && first == 0xF0 && byte < 0x90) return false;
  if (offset == 1 && first == 0xF4 && byte > 0x8F) return false;
  return (byte & 0xC0U) == 0x80U;
}

/// What Python says about a text that is not UTF-8.
std::string decode_problem(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const std::size_t length = byte < 0x80   ? 1
                               : byte < 0xC2 ? 0
                               : byte < 0xE0 ? 2
                               : byte < 0xF0 ? 3
                               : byte < 0xF5 ? 4
                                             : 0;
    std::size_t good = 1;
    while (good < length && at + good < text.size() && continues(text, at, good))
      ++good;
    if (good == length) {
      at += length;
      continue;
    }
    const char* reason = length == 0                ? "invalid start byte"
                         : at + good == text.size() ? "unexpected end of data"
                                                    : "invalid continuation byte";
    const std::string where = good == 1 ? fmt::format("byte 0x{:02x} in position {}", byte, at)
                                        : fmt::format("bytes in position {}-{}", at, at + good - 1);
    return fmt::format("'utf-8' codec can't decode {}: {}", where, reason);
  }
  return "";
}

const yaml::Value* find_part(const yaml::Value& value, std::string_view part) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
  const bool is_number = error == std::errc() && end == part.data() + part.size();
  if (value.is_map()) {
    if (const auto* found = value.find(part)) return found;
    const auto* member = is_number ? value.map().find_member(number) : nullptr;
    return member != nullptr && member->key.is_integer() ? &member->value : nullptr;
  }
  if (!value.is_list() || !is_number) return nullptr;
  const auto size = static_cast<std::int64_t>(value.list().size());
  if (number < 0) number += size;
  if (number < 0 || number >= size) return nullptr;
  return &value.list()[static_cast<std::size_t>(number)];
}

}  // namespace

Format format_of(std::string_view path) {
  const std::string lower = to_lower_ascii(path);
  if (lower.ends_with(".toml")) return Format::toml;
  if (lower.ends_with(".json")) return Format::json;
  if (lower.ends_with(".py")) return Format::python;
  return Format::yaml;
}

yaml::Value parse(std::string_view text, Format format, const std::string& path) {
  if (std::string problem = decode_problem(text); !problem.empty()) {
    Error error(Errc::parse, problem);
    error.add_context(fmt::format("unable to read: '{}', is not valid utf-8", path));
    throw error;
  }
  try {
    return parse_as(text, format);
  } catch (const Error& error) {
    std::string details = error.what();
    if (!error.details().empty()) details += "\n" + error.details();
    throw Error(Errc::parse, fmt::format("unable to read: '{}', {} file structure is corrupted",
                                         path, format_name(format)))
        .with_details(std::move(details));
  }
}

yaml::Value load(const std::string& path, const std::string& shown_as) {
  return parse(fs::read_file(path), format_of(path), shown_as);
}

std::string text_to_edit(const std::string& path, const std::string& shown_as) {
  const auto text = fs::read_file_if_exists(path);
  if (text && text->empty()) parse(*text, format_of(path), shown_as);  // may be no JSON
  return text.value_or("");
}

const yaml::Value* find(const yaml::Value& root, std::string_view key) {
  const yaml::Value* value = &root;
  for (const auto part : split(key, '.')) {
    value = find_part(*value, part);
    if (value == nullptr) return nullptr;
  }
  return value;
}

}  // namespace expcore::params
