#include "params/spelling.hpp"

#include <algorithm>
#include <cmath>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "yaml/writer.hpp"

namespace expcore::params {
namespace {

using yaml::Value;

/// In double quotes on one line, with the escapes that YAML and TOML share.
std::string double_quoted(std::string_view text) {
  std::string result = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = decode_utf8(text, at);
    if (c == U'"' || c == U'\\') {
      result += '\\';
      append_utf8(result, c);
    } else if (c == U'\n') {
      result += "\\n";
    } else if (c == U'\t') {
      result += "\\t";
    } else if (c == U'\r') {
      result += "\\r";
    } else if (c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 || c == 0xFEFF) {
      result += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    } else {
      append_utf8(result, c);
    }
  }
  return result + '"';
}

std::string yaml_scalar(const Value& value, bool in_flow) {
  if (value.is_null()) return "null";
  std::string text = yaml::dump_yaml(yaml::List{value});
  text = text.substr(2, text.size() - 3);  // "- " and the line feed
  if (!value.is_string()) return text;
  // Folded text would change the lines around it.
  if (text.find('\n') != std::string::npos) return double_quoted(value.string());
  const bool is_plain = text[0] != '"' && text[0] != '\'';
  if (in_flow && is_plain && text.find_first_of(",[]{}:?#&*!|>%@`") != std::string::npos) {
    return double_quoted(value.string());
  }
  return text;
}

std::string toml_scalar(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null:
      throw Error(Errc::invalid_argument,
                  "unexpected error - Unable to convert an object of <class 'NoneType'> to a TOML "
                  "item");
    case Value::Kind::boolean:
      return value.boolean() ? "true" : "false";
    case Value::Kind::string:
      return double_quoted(value.string());
    case Value::Kind::big_integer:
      throw Error(Errc::invalid_argument, "TOML has no integers of more than 64 bits");
    default:
      return python_str(value);
  }
}

std::string toml_key(const Value& key) {
  const std::string text = python_str(key);
  const bool bare = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
  return bare ? text : double_quoted(text);
}

std::string scalar_text(const Value& value, Format format, bool in_flow) {
  switch (format) {
    case Format::yaml:
      return yaml_scalar(value, in_flow);
    case Format::json:
      return yaml::dump_json(value);
    case Format::toml:
      return toml_scalar(value);
    case Format::python:
      break;
  }
  if (value.is_real() && !std::isfinite(value.real())) {
    throw Error(Errc::invalid_argument,
                fmt::format("{} is no literal in a Python params file", python_str(value)));
  }
  return python_repr(value);
}

void append_inline(std::string& out, const Value& value, Format format) {
  if (value.is_list()) {
    out += '[';
    for (std::size_t i = 0; i < value.list().size(); ++i) {
      if (i > 0) out += ", ";
      append_inline(out, value.list()[i], format);
    }
    out += ']';
  } else if (value.is_map()) {
    out += '{';
    bool first = true;
    for (const auto& [key, member] : value.map()) {
      if (!first) out += ", ";
      first = false;
      out += key_text(key, format, true);
      out += format == Format::toml ? " = " : ": ";
      append_inline(out, member, format);
    }
    out += '}';
  } else {
    out += scalar_text(value, format, true);
  }
}

bool is_table(const Value& value) { return value.is_map() && !value.map().empty(); }

void append_table(std::string& out, const yaml::Map& table, const std::string& path) {
  for (const auto& [key, value] : table) {
    if (is_table(value)) continue;
    out += toml_key(key) + " = ";
    append_inline(out, value, Format::toml);
    out += '\n';
  }
  for (const auto& [key, value] : table) {
    if (!is_table(value)) continue;
    const std::string name = path.empty() ? toml_key(key) : path + "." + toml_key(key);
    if (!out.empty()) out += '\n';
    out += "[" + name + "]\n";
    append_table(out, value.map(), name);
  }
}

}  // namespace

std::string inline_text(const Value& value, Format format, bool in_flow) {
  if (value.is_scalar()) return scalar_text(value, format, in_flow);
  std::string text;
  append_inline(text, value, format);
  return text;
}

std::string key_text(const Value& key, Format format, bool in_flow) {
  if (format == Format::toml) return toml_key(key);
  if (format == Format::json) return yaml::dump_json(python_str(key));
  return scalar_text(key, format, in_flow);
}

std::string document_text(const Value& value, Format format) {
  switch (format) {
    case Format::yaml:
      return yaml::dump_yaml(value);
    case Format::json:
      return yaml::dump_json(value);
    case Format::toml: {
      std::string text;
      append_table(text, value.map(), "");
      return text;
    }
    case Format::python:
      break;
  }
  throw Error(Errc::invalid_argument,
              "a Python params file can only be changed where its values are");
}

}  // namespace expcore::params
