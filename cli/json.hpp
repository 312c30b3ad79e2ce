#pragma once
#include <string>

namespace cli {

/// A string in JSON as DVC's programs print it: ASCII only, in quotes.
std::string json_string(const std::string& text);

}  // namespace cli
