#pragma once
#include <string>
#include <string_view>
#include <vector>

/// `${…}` in dvc.yaml. Source: DVC dvc/parsing/interpolate.py.
namespace expcore::templating {

/// One `${inner}` in a text.
struct Expression {
  std::size_t begin = 0;  ///< Of '$'.
  std::size_t end = 0;    ///< Behind '}'.
  std::string_view inner;
};

/// Every expression in `text`: `${` without a backslash before it, to the next `}`. One that does
/// not close is plain text.
std::vector<Expression> find_expressions(std::string_view text);

/// "a.b[0]" as the parts {"a", "b", "0"}, blanks around them dropped.
/// Throws: Error{parse} with the expression, a caret under the place and DVC's words.
std::vector<std::string> parse_expression(std::string_view inner);

/// `text` with `\${` turned into `${`.
std::string unescape(std::string_view text);

}  // namespace expcore::templating
