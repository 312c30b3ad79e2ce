#include <charconv>

#include <expcore/error.hpp>

#include "base/text.hpp"
#include "params/override.hpp"
#include "params/override_functions.hpp"

namespace expcore::params {
namespace {

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (std::string_view("\\()[]{}:=, \t").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
}

/// In its quotes: these escaped, and backslashes in front of one doubled.
void append_quoted(std::string& out, const QuotedString& string) {
  const std::string_view text = string.text;
  out += string.quote;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_not_of('\\', at), text.size());
    const bool doubled = end == text.size() || text[end] == string.quote;
    out.append((end - at) * (doubled ? 2 : 1), '\\');
    at = end;
    if (at == text.size()) break;
    if (text[at] == string.quote) out += '\\';
    out += text[at++];
  }
  out += string.quote;
}

template <typename T>
void append_number(std::string& out, T value) {
  char digits[32];
  const auto [end, error] = std::to_chars(std::begin(digits), std::end(digits), value);
  out.append(digits, end);
}

struct Printer {
  std::string& out;

  void operator()(yaml::Null) { out += "null"; }
  void operator()(bool value) { out += value ? "True" : "False"; }
  void operator()(std::int64_t value) { append_number(out, value); }
  void operator()(const yaml::BigInteger& value) { out += value.digits; }
  void operator()(double value) { out += python_float(value); }
  void operator()(const std::string& value) { append_escaped(out, value); }
  void operator()(const QuotedString& value) { append_quoted(out, value); }
  void operator()(const ElementList& items) {
    out += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out += ',';
      append_element_text(out, items[i]);
    }
    out += ']';
  }
  void operator()(const ElementMap& members) {
    out += '{';
    bool first = true;
    for (const auto& [key, value] : members) {
      if (!first) out += ',';
      first = false;
      append_element_text(out, key);
      out += ':';
      append_element_text(out, value);
    }
    out += '}';
  }
  void operator()(const std::shared_ptr<const Sweep>&) { fail_sweep(); }

  [[noreturn]] static void fail_sweep() {
    throw Error(Errc::invalid_argument, "Unexpected type annotation: Set[str]");
  }
};

}  // namespace

void append_element_text(std::string& out, const Element& element) {
  std::visit(Printer{out}, element.data);
}

std::string element_text(const Element& element) {
  std::string text;
  append_element_text(text, element);
  return text;
}

yaml::Value to_value(const Element& element) {
  if (const auto* string = element.as<QuotedString>()) return string->text;
  if (const auto* items = element.as<ElementList>()) {
    yaml::List list;
    list.reserve(items->size());
    for (const Element& item : *items)
      list.push_back(to_value(item));
    return list;
  }
  if (const auto* members = element.as<ElementMap>()) {
    yaml::Map map;
    map.reserve(members->size());
    for (const auto& [key, value] : *members)
      map.append(to_value(key), to_value(value));
    return map;
  }
  return std::visit(
      [](const auto& value) -> yaml::Value {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::shared_ptr<const Sweep>>) {
          Printer::fail_sweep();
        } else if constexpr (std::is_constructible_v<yaml::Value, const T&>) {
          return value;
        } else {
          return {};
        }
      },
      element.data);
}

}  // namespace expcore::params
