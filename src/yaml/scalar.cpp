#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "yaml/reader.hpp"

/// The implicit types of plain YAML 1.2 scalars, as ruamel.yaml resolves them.
namespace expcore::yaml {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

std::string without_underscores(std::string_view text) {
  std::string result;
  std::copy_if(text.begin(), text.end(), std::back_inserter(result),
               [](char c) { return c != '_'; });
  return result;
}

bool all_in(std::string_view text, std::string_view set) {
  return !text.empty() && text.find_first_not_of(set) == std::string_view::npos;
}

std::string_view skip_sign(std::string_view text) {
  return !text.empty() && (text[0] == '-' || text[0] == '+') ? text.substr(1) : text;
}

/// Decimal digits times a base plus a digit, for integers beyond 64 bits.
void multiply_add(std::string& decimal, unsigned base, unsigned digit) {
  unsigned carry = digit;
  for (auto it = decimal.rbegin(); it != decimal.rend(); ++it) {
    const unsigned value = static_cast<unsigned>(*it - '0') * base + carry;
    *it = static_cast<char>('0' + value % 10);
    carry = value / 10;
  }
  while (carry != 0) {
    decimal.insert(decimal.begin(), static_cast<char>('0' + carry % 10));
    carry /= 10;
  }
}

Value make_integer(bool negative, std::string_view digits, int base) {
  const std::string plain = without_underscores(digits);
  constexpr std::size_t most_digits = 4300;  // Python's limit
  if (plain.size() > most_digits) {
    throw Error(Errc::parse,
                fmt::format("Exceeds the limit ({} digits) for integer string conversion: value "
                            "has {} digits",
                            most_digits, plain.size()));
  }
  std::uint64_t magnitude = 0;
  const auto [end, error] =
      std::from_chars(plain.data(), plain.data() + plain.size(), magnitude, base);
  constexpr auto highest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (error == std::errc() && magnitude <= highest) {
    const auto value = static_cast<std::int64_t>(magnitude);
    return negative ? -value : value;
  }
  if (error == std::errc() && negative && magnitude == highest + 1) {
    return std::numeric_limits<std::int64_t>::min();
  }
  std::string decimal = "0";
  for (const char c : plain) {
    unsigned digit = 0;
    std::from_chars(&c, &c + 1, digit, base);
    multiply_add(decimal, static_cast<unsigned>(base), digit);
  }
  return BigInteger{(negative ? "-" : "") + decimal};
}

bool parse_integer(std::string_view text, Value& value) {
  const bool negative = text[0] == '-';
  const std::string_view digits = skip_sign(text);
  if (digits.empty()) return false;
  const auto tail = digits.substr(std::min<std::size_t>(2, digits.size()));
  const auto has_digit = [](std::string_view t) {
    return t.find_first_not_of('_') != std::string_view::npos;
  };
  if (digits.starts_with("0b") && all_in(tail, "01_") && has_digit(tail)) {
    value = make_integer(negative, tail, 2);
  } else if (digits.starts_with("0o") && all_in(tail, "01234567_") && has_digit(tail)) {
    value = make_integer(negative, tail, 8);
  } else if (digits.starts_with("0x") && all_in(tail, "0123456789abcdefABCDEF_") &&
             has_digit(tail)) {
    value = make_integer(negative, tail, 16);
  } else if (all_in(digits, "0123456789_") && has_digit(digits) && digits[0] != '_') {
    value = make_integer(negative, digits, 10);
  } else {
    return false;
  }
  return true;
}

/// `[eE][-+]?digits`, the sign demanded when `sign_required`.
bool is_exponent(std::string_view text, bool sign_required) {
  if (text.empty() || (text[0] != 'e' && text[0] != 'E')) return false;
  text.remove_prefix(1);
  const std::string_view digits = skip_sign(text);
  if (sign_required && digits.size() == text.size()) return false;
  return all_in(digits, "0123456789");
}

/// Whether the unsigned `text` is a decimal real: "1.", "1.5e3", "1e5", ".5", ".5e-1".
bool is_real(std::string_view text) {
  constexpr std::string_view digits = "0123456789_";
  const auto whole_end = std::min(text.find_first_not_of(digits), text.size());
  const bool has_whole = whole_end > 0 && is_digit(text[0]);
  if (whole_end > 0 && !has_whole) return false;
  std::string_view rest = text.substr(whole_end);
  if (has_whole && is_exponent(rest, false)) return true;
  if (rest.empty() || rest[0] != '.') return false;
  rest.remove_prefix(1);
  const auto fraction_end = std::min(rest.find_first_not_of(digits), rest.size());
  const std::string_view exponent = rest.substr(fraction_end);
  if (!has_whole && (fraction_end == 0 || rest[0] == '_')) return false;
  return exponent.empty() || is_exponent(exponent, !has_whole);
}

bool parse_real(std::string_view text, Value& value) {
  const bool negative = text[0] == '-';
  const std::string_view plain = skip_sign(text);
  if (is_one_of(plain, {".inf", ".Inf", ".INF"})) {
    const double infinity = std::numeric_limits<double>::infinity();
    value = negative ? -infinity : infinity;
    return true;
  }
  if (is_one_of(text, {".nan", ".NaN", ".NAN"})) {
    value = std::numeric_limits<double>::quiet_NaN();
    return true;
  }
  if (!is_real(plain)) return false;
  const std::string digits = without_underscores(plain);
  double number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error == std::errc::result_out_of_range) {
    const auto e = digits.find_first_of("eE");
    const bool tiny = e != std::string::npos && digits[e + 1] == '-';
    number = tiny ? 0.0 : std::numeric_limits<double>::infinity();
  }
  value = negative ? -number : number;
  return true;
}

/// Counts digits at `at` and moves past them.
std::size_t take_digits(std::string_view text, std::size_t& at) {
  const std::size_t first = at;
  while (at < text.size() && is_digit(text[at]))
    ++at;
  return at - first;
}

bool take(std::string_view text, std::size_t& at, char c) {
  if (at >= text.size() || text[at] != c) return false;
  ++at;
  return true;
}

bool is_time_zone(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t'))
    ++at;
  if (at == text.size()) return at == 0;
  if (text.substr(at) == "Z") return true;
  if (text[at] != '+' && text[at] != '-') return false;
  ++at;
  const auto hours = take_digits(text, at);
  if (hours < 1 || hours > 2) return false;
  if (at == text.size()) return true;
  return take(text, at, ':') && take_digits(text, at) == 2 && at == text.size();
}

/// `YYYY-MM-DD`, or a date, `T` or blanks, a time, a fraction and a zone.
bool is_timestamp(std::string_view text) {
  std::size_t at = 0;
  if (take_digits(text, at) != 4 || !take(text, at, '-')) return false;
  const auto month = take_digits(text, at);
  if (month < 1 || month > 2 || !take(text, at, '-')) return false;
  const auto day = take_digits(text, at);
  if (at == text.size()) return month == 2 && day == 2;
  if (day < 1 || day > 2) return false;
  if (text[at] == 'T' || text[at] == 't') {
    ++at;
  } else {
    const std::size_t before = at;
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t'))
      ++at;
    if (at == before) return false;
  }
  const auto hours = take_digits(text, at);
  if (hours < 1 || hours > 2 || !take(text, at, ':')) return false;
  if (take_digits(text, at) != 2 || !take(text, at, ':') || take_digits(text, at) != 2)
    return false;
  if (at < text.size() && text[at] == '.') {
    ++at;
    take_digits(text, at);
  }
  return is_time_zone(text.substr(at));
}

}  // namespace

Value resolve_plain_scalar(std::string_view text) {
  if (text.empty() || text == "~") return Null{};
  Value value;
  switch (text[0]) {
    case 'n':
    case 'N':
      if (is_one_of(text, {"null", "Null", "NULL"})) return Null{};
      break;
    case 't':
    case 'T':
      if (is_one_of(text, {"true", "True", "TRUE"})) return true;
      break;
    case 'f':
    case 'F':
      if (is_one_of(text, {"false", "False", "FALSE"})) return false;
      break;
    case '-':
    case '+':
    case '.':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
      if (parse_integer(text, value) || parse_real(text, value)) return value;
      if (is_timestamp(text)) return Timestamp{std::string(text)};
      break;
    default:
      break;
  }
  return text;
}

}  // namespace expcore::yaml
