#include "metrics/format.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <unordered_set>

#include <expcore/error.hpp>
#include <fmt/format.h>

namespace expcore::metrics {
namespace {

/// Python's format(value, ".{precision}g").
std::string significant(double value, int precision) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  std::array<char, 512> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 std::chars_format::general, precision);
  return {buffer.data(), end.ptr};
}

/// Rounds to a power of ten above one; halves go to the even digit.
double round_left_of_point(double value, int zeros) {
  std::string digits = fmt::format("{:.0f}", std::trunc(std::fabs(value)));
  const bool has_fraction = std::trunc(value) != value;
  const auto cut = static_cast<std::ptrdiff_t>(digits.size()) - zeros;
  if (cut < 0) return std::copysign(0.0, value);
  const auto kept = static_cast<std::size_t>(cut);
  const std::string rest = digits.substr(kept);
  const bool is_half =
      rest[0] == '5' && rest.find_first_not_of('0', 1) == std::string::npos && !has_fraction;
  const bool odd = kept > 0 && (digits[kept - 1] - '0') % 2 == 1;
  const bool up = is_half ? odd : rest[0] >= '5';
  digits.replace(kept, std::string::npos, static_cast<std::size_t>(zeros), '0');
  double result = std::strtod(digits.c_str(), nullptr);
  if (up) result += std::pow(10.0, zeros);
  return std::copysign(result, value);
}

/// Reals become what `change` makes of them, at any depth.
template <typename Change>
yaml::Value change_reals(const yaml::Value& value, const Change& change) {
  if (value.is_real()) return change(value.real());
  if (value.is_list()) {
    yaml::List items;
    items.reserve(value.list().size());
    for (const auto& item : value.list())
      items.push_back(change_reals(item, change));
    return items;
  }
  if (!value.is_map()) return value;
  yaml::Map map;
  map.reserve(value.map().size());
  for (const auto& [key, member] : value.map())
    map.append(key, change_reals(member, change));
  return map;
}

void flatten_into(const yaml::Value& value, const std::string& prefix, FlatValues& out) {
  for (const auto& [key, member] : value.map()) {
    const std::string name = prefix.empty() ? python_str(key) : prefix + "." + python_str(key);
    if (member.is_map()) {
      flatten_into(member, name, out);
    } else {
      out.emplace_back(name, member);
    }
  }
}

}  // namespace

double python_round(double value, int digits) {
  constexpr int most_digits = 323;  // beyond these no double has any
  if (!std::isfinite(value) || digits > most_digits) return value;
  if (digits < -308) return std::copysign(0.0, value);
  if (digits < 0) return round_left_of_point(value, -digits);
  std::array<char, 700> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.*f", digits, value);
  return std::strtod(buffer.data(), nullptr);
}

std::string format_field(const yaml::Value& value, std::optional<int> precision, Digits digits) {
  if (!precision || *precision == 0) return python_str(value);
  if (value.is_real() && digits == Digits::significant)
    return significant(value.real(), *precision);
  if (digits == Digits::decimals) {
    return python_str(change_reals(
        value, [&](double real) { return yaml::Value(python_round(real, *precision)); }));
  }
  return python_str(
      change_reals(value, [&](double real) { return yaml::Value(significant(real, *precision)); }));
}

FlatValues flatten(const yaml::Value& value) {
  FlatValues out;
  if (value.is_map()) flatten_into(value, "", out);
  return out;
}

FlatValues flatten_checked(const yaml::Value& value) {
  FlatValues out = flatten(value);
  std::unordered_set<std::string_view> seen;
  for (const auto& [key, member] : out) {
    if (!seen.insert(key).second) {
      throw Error(Errc::invalid_argument,
                  fmt::format("duplicated key {}", yaml::python_repr(yaml::Value(key))));
    }
  }
  return out;
}

yaml::Value with_lists_as_text(const yaml::Value& value) {
  if (value.is_list()) return yaml::python_str(value);
  if (!value.is_map()) return value;
  yaml::Map map;
  map.reserve(value.map().size());
  for (const auto& [key, member] : value.map())
    map.append(key, with_lists_as_text(member));
  return map;
}

void Table::drop(const std::string& header) {
  const auto found = std::find(headers.begin(), headers.end(), header);
  if (found == headers.end()) return;
  const auto column = found - headers.begin();
  headers.erase(found);
  for (auto& row : rows)
    row.erase(row.begin() + column);
}

}  // namespace expcore::metrics
