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

}  // namespace expcore::exp
