#include "run/request.hpp"

#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"

namespace expcore::run {
namespace {

[[noreturn]] void fail(const std::string& what, const char* expected, const yaml::Value& value) {
  throw Error(Errc::invalid_argument,
              fmt::format("{}: expected {}, got '{}'", what, expected, python_str(value)));
}

std::int64_t parse_count(const yaml::Value& value, const std::string& what) {
  if (!value.is_integer() || value.integer() < 0) {
    fail(what, "a whole number that is not negative", value);
  }
  return value.integer();
}

double parse_amount(const yaml::Value& value, const std::string& what) {
  const double amount = value.is_integer() ? static_cast<double>(value.integer())
                        : value.is_real()  ? value.real()
                                           : -1;
  if (!(amount >= 0) || std::isinf(amount)) fail(what, "a number that is not negative", value);
  return amount;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// A number and the unit after it: "1.5 GB" -> (1.5, "gb"); the rest of `text` is left in it.
std::pair<double, std::string> take_quantity(std::string_view& text) {
  double number = -1;
  const char* const last = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), last, number, std::chars_format::fixed);
  if (parsed.ec != std::errc()) return {-1, ""};
  auto used = static_cast<std::size_t>(parsed.ptr - text.data());
  while (used < text.size() && text[used] == ' ')
    ++used;
  std::size_t stop = used;
  while (stop < text.size() && is_letter(text[stop]))
    ++stop;
  const std::string unit = to_lower_ascii(text.substr(used, stop - used));
  text = trim(text.substr(stop));
  return {number, unit};
}

double unit_of_bytes(const std::string& unit) {
  static const std::map<std::string, double> units = {
      {"", 1},         {"b", 1},        {"kb", 1e3},     {"mb", 1e6},    {"gb", 1e9},
      {"tb", 1e12},    {"k", 0x1p10},   {"m", 0x1p20},   {"g", 0x1p30},  {"t", 0x1p40},
      {"kib", 0x1p10}, {"mib", 0x1p20}, {"gib", 0x1p30}, {"tib", 0x1p40}};
  const auto found = units.find(unit);
  return found == units.end() ? -1 : found->second;
}

double unit_of_time(const std::string& unit) {
  static const std::map<std::string, double> seconds = {
      {"", 1}, {"s", 1}, {"ms", 1e-3}, {"m", 60}, {"min", 60}, {"h", 3600}, {"d", 86400}};
  const auto found = seconds.find(unit);
  return found == seconds.end() ? -1 : found->second;
}

std::vector<std::string> parse_mutexes(const yaml::Value& value, const std::string& what) {
  if (value.is_string()) return {value.string()};
  if (!value.is_list()) fail(what, "a name or a list of names", value);
  std::vector<std::string> names;
  for (const auto& item : value.list()) {
    if (!item.is_string()) fail(what, "a name or a list of names", value);
    names.push_back(item.string());
  }
  return names;
}

std::map<std::string, std::int64_t> parse_tokens(const yaml::Value& value,
                                                 const std::string& what) {
  if (!value.is_map()) fail(what, "a mapping of names to numbers", value);
  std::map<std::string, std::int64_t> tokens;
  for (const auto& [key, count] : value.map()) {
    const std::string name = python_str(key);
    tokens[name] = parse_count(count, what + "." + name);
  }
  return tokens;
}

void set_member(Request& request, const std::string& key, const yaml::Value& value,
                const std::string& what) {
  if (key == "cpus") {
    request.cpus = parse_amount(value, what);
    request.says_cpus = true;
  } else if (key == "gpus") {
    request.gpus = parse_count(value, what);
  } else if (key == "memory") {
    request.memory = parse_bytes(value, what);
  } else if (key == "tokens") {
    request.tokens = parse_tokens(value, what);
  } else if (key == "mutex") {
    request.mutexes = parse_mutexes(value, what);
  } else if (key == "timeout") {
    request.timeout = parse_duration(value, what);
  } else if (key == "retries") {
    request.retries = parse_count(value, what);
  } else {
    throw Error(Errc::invalid_argument,
                fmt::format("{}: not known; cpus, gpus, memory, tokens, mutex, timeout and retries "
                            "are",
                            what));
  }
}

}  // namespace

std::int64_t parse_bytes(const yaml::Value& value, const std::string& what) {
  constexpr const char* expected = "an amount of memory such as 512MiB";
  if (value.is_integer()) return parse_count(value, what);
  if (!value.is_string()) fail(what, expected, value);
  std::string_view text = value.string();
  const auto [number, unit] = take_quantity(text);
  const double bytes = number * unit_of_bytes(unit);
  if (!text.empty() || !(bytes >= 0) || bytes > 0x1p62) fail(what, expected, value);
  return static_cast<std::int64_t>(bytes);
}

std::chrono::milliseconds parse_duration(const yaml::Value& value, const std::string& what) {
  constexpr const char* expected = "a duration such as 90s or 1h30m";
  double seconds = 0;
  if (!value.is_string()) {
    seconds = parse_amount(value, what);
  } else {
    std::string_view text = value.string();
    if (text.empty()) fail(what, expected, value);
    while (!text.empty()) {
      const auto [number, unit] = take_quantity(text);
      const double part = number * unit_of_time(unit);
      if (!(part >= 0)) fail(what, expected, value);
      seconds += part;
    }
  }
  if (seconds > 1e9) fail(what, expected, value);
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

Request parse_request_members(const yaml::Map& members, const std::string& what) {
  Request request;
  for (const auto& [key, value] : members) {
    const std::string name = python_str(key);
    set_member(request, name, value, what + "." + name);
  }
  return request;
}

Request parse_request(const yaml::Value& meta, const std::string& stage) {
  const yaml::Value* section = meta.is_map() ? meta.find("expcore") : nullptr;
  if (section == nullptr || section->is_null()) return {};
  const std::string what = fmt::format("'{}' meta.expcore", stage);
  if (!section->is_map()) fail(what, "a mapping", *section);
  return parse_request_members(section->map(), what);
}

}  // namespace expcore::run
