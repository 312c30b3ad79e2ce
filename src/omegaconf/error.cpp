#include "omegaconf/error.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace expcore::omegaconf {
namespace {

constexpr std::array<std::string_view, 5> resolution_errors = {
    "InterpolationResolutionError", "UnsupportedInterpolationType", "InterpolationKeyError",
    "InterpolationToMissingValueError", "InterpolationValidationError"};

constexpr std::array<std::string_view, 10> omegaconf_errors = {
    "MissingMandatoryValue", "KeyValidationError",   "ValidationError", "UnsupportedValueType",
    "ConfigKeyError",        "ConfigAttributeError", "ConfigTypeError", "ConfigIndexError",
    "ConfigValueError",      "GrammarParseError"};

template <typename Names>
bool contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

bool ConfigError::is_resolution_error() const { return contains(resolution_errors, type_); }

bool ConfigError::is_omegaconf_error() const {
  return is_resolution_error() || contains(omegaconf_errors, type_);
}

ConfigError ConfigError::located(const std::string& full_key,
                                 const std::string& object_type) const {
  if (located_) return *this;
  std::string type = type_;
  if (type == "TypeError") type = "ConfigTypeError";
  if (type == "IndexError") type = "ConfigIndexError";
  ConfigError result(
      type, fmt::format("{}\n    full_key: {}\n    object_type={}", what(), full_key, object_type));
  result.located_ = true;
  return result;
}

}  // namespace expcore::omegaconf
