#pragma once
#include <optional>
#include <string>
#include <vector>

#include "exp/state.hpp"

namespace expcore::exp {

struct TableRequest {
  bool only_changed = false;
  std::vector<std::string> drop;  ///< Regular expressions matched at the start of headers.
  std::vector<std::string> keep;
  std::string sort_by;
  bool descending = false;
  std::optional<int> precision;
  bool csv = false;  ///< The cells and columns of `--csv`.
};

enum class ColumnKind : unsigned char { fixed, metric, param, dep };

struct Table {
  std::vector<std::string> headers;
  std::vector<ColumnKind> kinds;
  std::vector<std::vector<std::string>> rows;
};

/// The table of `exp show`. Source: DVC dvc/repo/experiments/show.py tabulate(),
/// dvc/commands/experiments/show.py.
/// Throws: Error{invalid_argument} "Unknown sort column 'x'", "Ambiguous sort column …".
Table make_table(const std::vector<State>& states, const TableRequest& request);

/// A cell as DVC prints it: reals with `precision` significant digits, in lists and mappings as
/// quoted text; everything else as Python's str().
std::string format_cell(const yaml::Value& value, std::optional<int> precision);

/// A mapping's members by dotted key; lists stay whole, empty mappings vanish.
std::vector<std::pair<std::string, yaml::Value>> flatten(const yaml::Value& value);

}  // namespace expcore::exp
