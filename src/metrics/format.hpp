#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "yaml/value.hpp"

/// Metrics and parameters of revisions: reading, comparing, and how DVC prints them.
namespace expcore::metrics {

/// What a precision counts.
enum class Digits : unsigned char {
  significant,  ///< As `exp show`: format(value, ".5g").
  decimals,     ///< As `metrics show`: round(value, 5).
};

/// Python's round(value, digits): correctly rounded on the exact binary value.
double python_round(double value, int digits);

/// A cell's text: Python's str(), reals (also inside lists and maps) with `precision` digits; no or
/// a zero precision leaves them whole. Source: DVC dvc/compare.py _format_field().
std::string format_field(const yaml::Value& value, std::optional<int> precision, Digits digits);

/// Every value that is no map with its dotted key, in order; empty maps vanish. Nothing for
/// another kind of value.
using FlatValues = std::vector<std::pair<std::string, yaml::Value>>;
FlatValues flatten(const yaml::Value& value);

/// flatten() that throws DVC's Error{invalid_argument} "duplicated key '<key>'" when two values
/// have one dotted key.
FlatValues flatten_checked(const yaml::Value& value);

/// Lists at any depth become the text Python prints for them.
/// Source: DVC dvc/utils/diff.py format_dict().
yaml::Value with_lists_as_text(const yaml::Value& value);

/// A table as text cells.
struct Table {
  std::vector<std::string> headers;
  std::vector<std::vector<std::string>> rows;

  /// Removes a column; nothing happens when there is none of that name.
  void drop(const std::string& header);
};

}  // namespace expcore::metrics
