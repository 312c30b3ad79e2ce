#pragma once
#include <cstdint>
#include <string>

namespace expcore {

/// A cell's value as text, and its type for those who want numbers.
struct CellValue {
  enum class Type : std::int32_t {
    missing = 0,
    text = 1,
    number = 2,
    boolean = 3,
    error = 4,
    other = 5
  };
  Type type = Type::missing;
  std::string text;   ///< Lossless: a number's shortest spelling, JSON for lists.
  double number = 0;  ///< Of numbers.
};

struct NamedValue {
  std::string file;  ///< The params, metrics or data file, relative to the project.
  std::string key;   ///< Dotted; "" for deps.
  CellValue value;
};

}  // namespace expcore
