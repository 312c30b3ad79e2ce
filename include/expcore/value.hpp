#pragma once
#include <cstdint>
#include <string>

namespace expcore {

/// A cell's value as text, and its type for those who want numbers.
struct CellValue {
  /// What kind of thing a value is. The values are those of EXP_VALUE_* in exp.h.
  enum class Type : std::int32_t {
    missing = 0,  ///< There is none.
    text = 1,
    number = 2,  ///< `number` has it, too.
    boolean = 3,
    error = 4,  ///< The file or revision could not be read.
    other = 5,  ///< A list or a date.
  };
  Type type = Type::missing;  ///< What kind of thing it is.
  /// Lossless: a number's shortest spelling, JSON for lists. Booleans read "True" and "False", as
  /// in the tables of DVC. Of an error it says why.
  std::string text;
  double number = 0;  ///< Of numbers.
};

/// A metric, a parameter or a hash, and where it is from.
struct NamedValue {
  std::string file;  ///< The params, metrics or data file, relative to the project.
  std::string key;   ///< Dotted; "" for deps.
  CellValue value;   ///< What the file has there.
};

}  // namespace expcore
