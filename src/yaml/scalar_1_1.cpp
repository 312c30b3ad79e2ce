#include <algorithm>
#include <array>
#include <string>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "yaml/reader.hpp"

/// The implicit types of plain YAML 1.1 scalars, as PyYAML and OmegaConf resolve them.
namespace expcore::yaml {
namespace {

constexpr std::string_view decimal = "0123456789";
constexpr std::string_view decimal_or_line = "0123456789_";

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

std::string_view skip_sign(std::string_view text) {
  return !text.empty() && (text[0] == '-' || text[0] == '+') ? text.substr(1) : text;
}

/// Takes the longest start of `text` that is made of `set`.
std::string_view take(std::string_view& text, std::string_view set) {
  const auto end = std::min(text.find_first_not_of(set), text.size());
  const auto taken = text.substr(0, end);
  text.remove_prefix(end);
  return taken;
}

bool starts_with_digit(std::string_view text) {
  return !text.empty() && text[0] >= '0' && text[0] <= '9';
}

bool all_in(std::string_view text, std::string_view set) {
  return !text.empty() && text.find_first_not_of(set) == std::string_view::npos;
}

/// `[0-9]+(?:_[0-9]+)*`
bool is_grouped(std::string_view text) {
  return all_in(text, decimal_or_line) && text.front() != '_' && text.back() != '_' &&
         text.find("__") == std::string_view::npos;
}

/// `(?::[0-5]?[0-9])+`, taken from the start of `text`.
bool take_sixties(std::string_view& text) {
  bool any = false;
  while (!text.empty() && text[0] == ':') {
    std::string_view rest = text.substr(1);
    const auto digits = take(rest, decimal);
    if (digits.empty() || digits.size() > 2 || (digits.size() == 2 && digits[0] > '5')) {
      return false;
    }
    text = rest;
    any = true;
  }
  return any;
}

/// `[eE][-+]?[0-9]+`; the sign is demanded when `sign_required`.
bool is_exponent(std::string_view text, bool sign_required) {
  if (text.empty() || (text[0] != 'e' && text[0] != 'E')) return false;
  text.remove_prefix(1);
  const auto digits = skip_sign(text);
  return (!sign_required || digits.size() != text.size()) && all_in(digits, decimal);
}

bool is_integer(std::string_view text) {
  text = skip_sign(text);
  if (text.starts_with("0b")) return all_in(text.substr(2), "01_");
  if (text.starts_with("0x")) return all_in(text.substr(2), "0123456789abcdefABCDEF_");
  if (text == "0") return true;
  if (text.starts_with('0')) return all_in(text.substr(1), "01234567_");
  if (!starts_with_digit(text)) return false;
  take(text, decimal_or_line);
  return text.empty() || (take_sixties(text) && text.empty());
}

bool is_real(std::string_view text) {
  if (is_one_of(skip_sign(text), {".inf", ".Inf", ".INF"})) return true;
  if (is_one_of(text, {".nan", ".NaN", ".NAN"})) return true;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (!starts_with_digit(text)) return false;
    take(text, decimal_or_line);
    return text.empty() || is_exponent(text, true);
  }
  text = skip_sign(text);
  if (!starts_with_digit(text)) return false;
  const auto whole = take(text, decimal_or_line);
  if (text.empty()) return false;
  // OmegaConf's own pattern: an exponent without a sign, or without a point before it.
  if (is_exponent(text, false)) return is_grouped(whole);
  const bool has_sixties = text[0] == ':';
  if (has_sixties && !take_sixties(text)) return false;
  if (text.empty() || text[0] != '.') return false;
  text.remove_prefix(1);
  take(text, decimal_or_line);
  if (text.empty() || has_sixties) return text.empty();
  return is_exponent(text, true) || (is_exponent(text, false) && is_grouped(whole));
}

/// "1:30" in base sixty.
template <typename Number>
Number sixties(std::string_view text, Number (*parse)(std::string_view)) {
  Number value = 0;
  for (const auto part : split(text, ':'))
    value = value * 60 + parse(part);
  return value;
}

double to_real(std::string_view text) {
  const std::string normal = fmt::format("{}{}", text.starts_with('.') ? "0" : "", text);
  const Value value = resolve_plain_scalar(normal);
  return value.is_real() ? value.real() : value.is_integer() ? double(value.integer()) : 0.0;
}

std::int64_t to_integer(std::string_view text) {
  const Value value = resolve_plain_scalar(text);
  if (!value.is_integer()) {
    throw Error(Errc::parse, fmt::format("the number '{}' is too large", text));
  }
  return value.integer();
}

Value make_integer(const std::string& text) {
  const bool negative = text[0] == '-';
  const std::string sign = negative ? "-" : "";
  const std::string digits(skip_sign(text));
  if (digits.find(':') != std::string::npos) {
    if (digits.size() > 15) throw Error(Errc::parse, "the number '" + text + "' is too large");
    const auto value = sixties<std::int64_t>(digits, to_integer);
    return negative ? -value : value;
  }
  if (digits == "0b" || digits == "0x") {
    throw Error(Errc::parse,
                fmt::format("invalid literal for int() with base {}: ''", digits == "0b" ? 2 : 16));
  }
  if (digits.size() > 1 && digits[0] == '0' && digits[1] != 'b' && digits[1] != 'x') {
    return resolve_plain_scalar(sign + "0o" + digits.substr(1));
  }
  return resolve_plain_scalar(sign + digits);
}

Value make_real(const std::string& lower) {
  const bool negative = lower[0] == '-';
  const std::string_view digits = skip_sign(lower);
  if (digits == ".inf" || digits == ".nan") return resolve_plain_scalar(lower);
  const double value = digits.find(':') == std::string_view::npos
                           ? to_real(digits)
                           : sixties<double>(digits, to_real);
  return negative ? -value : value;
}

}  // namespace

Value resolve_plain_scalar_1_1(std::string_view text) {
  if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) return Null{};
  if (is_one_of(text, {"yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})) return true;
  if (is_one_of(text, {"no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})) {
    return false;
  }
  if (std::string_view("-+.0123456789").find(text[0]) == std::string_view::npos) return text;
  if (is_integer(text)) return make_integer(replace_all(text, "_", ""));
  if (is_real(text)) return make_real(to_lower_ascii(replace_all(text, "_", "")));
  return text;
}

}  // namespace expcore::yaml
