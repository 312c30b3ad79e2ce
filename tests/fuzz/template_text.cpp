// `${…}` in a text: expressions are found, in order, and parse or are refused.
#include "fuzz.hpp"
#include "templating/expression.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  std::size_t last = 0;
  for (const auto& expression : expcore::templating::find_expressions(text)) {
    fuzz::require(expression.begin >= last && expression.end <= text.size());
    last = expression.end;
    fuzz::expect_answer([&] { expcore::templating::parse_expression(expression.inner); });
  }
  fuzz::require(expcore::templating::unescape(text).size() <= text.size());
  return 0;
}
