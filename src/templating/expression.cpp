#include "templating/expression.hpp"

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"

namespace expcore::templating {
namespace {

constexpr std::string_view separators = ".[]";

[[noreturn]] void fail(std::string_view inner, std::size_t at, std::string_view expected) {
  const std::string whole = fmt::format("${{{}}}", inner);
  const std::size_t place = at + 2;
  throw Error(
      Errc::parse,
      fmt::format("{}\n{:>{}}\nParseException: Expected {}, found '{}'  (at char {}), (line:1, "
                  "col:{})",
                  whole, "^", place + 1, expected, whole[place], place, place + 1));
}

/// Bytes of the word (anything but separators) at `at`.
std::size_t word_length(std::string_view text, std::size_t at) {
  const auto end = text.find_first_of(separators, at);
  return (end == std::string_view::npos ? text.size() : end) - at;
}

}  // namespace

std::vector<Expression> find_expressions(std::string_view text) {
  std::vector<Expression> found;
  std::size_t at = 0;
  while ((at = text.find("${", at)) != std::string_view::npos) {
    if (at > 0 && text[at - 1] == '\\') {
      at += 2;
      continue;
    }
    // The text between the braces stays on one line.
    const auto close = text.find_first_of("}\n", at + 2);
    if (close == std::string_view::npos) break;
    if (text[close] == '\n') {
      at += 2;
      continue;
    }
    found.push_back({at, close + 1, text.substr(at + 2, close - at - 2)});
    at = close + 1;
  }
  return found;
}

std::vector<std::string> parse_expression(std::string_view inner) {
  std::vector<std::string> parts;
  const auto add = [&](std::string_view word) { parts.emplace_back(trim(word)); };
  std::size_t at = word_length(inner, 0);
  if (at == 0) fail(inner, 0, "!W:(.[])");
  add(inner.substr(0, at));
  while (at < inner.size()) {
    const std::size_t length = at + 1 < inner.size() ? word_length(inner, at + 1) : 0;
    const std::size_t behind = at + 1 + length;
    const bool index = inner[at] == '[' && behind < inner.size() && inner[behind] == ']';
    if (length == 0 || (inner[at] != '.' && !index)) fail(inner, at, "end of text");
    add(inner.substr(at + 1, length));
    at = index ? behind + 1 : behind;
  }
  return parts;
}

std::string unescape(std::string_view text) { return replace_all(text, "\\${", "${"); }

}  // namespace expcore::templating
