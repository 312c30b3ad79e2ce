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

const yaml::Value* find(const yaml::Value& root, std::string_view key) {
  const yaml::Value* value = &root;
  for (const auto part : split(key, '.')) {
    value = find_part(*value, part);
    if (value == nullptr) return nullptr;
  }
  return value;
}

}  // namespace expcore::params
