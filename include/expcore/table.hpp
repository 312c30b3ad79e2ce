#pragma once
#include <string>
#include <vector>

namespace expcore {

/// A table as text cells; every row has as many as there are headers, or there are no headers.
struct Table {
  /// One for each column; empty when there is nothing to show.
  std::vector<std::string> headers;
  std::vector<std::vector<std::string>> rows;  ///< Each with one cell for each header.
};

}  // namespace expcore
