#pragma once
#include <string_view>
#include <vector>

#include "yaml/value.hpp"

namespace expcore::plots {

/// The rows of a CSV or TSV text as Python's csv.DictReader gives them: every cell a text, cells
/// beyond the header in a list under the key null, missing ones null, blank lines left out. Quotes
/// may span lines; CR, LF and CRLF end lines.
/// `header`: the first row holds the names; else columns are "0", "1", ….
/// Throws: Error{parse} "field larger than field limit (131072)".
std::vector<yaml::Map> parse_csv(std::string_view text, char delimiter, bool header);

}  // namespace expcore::plots
