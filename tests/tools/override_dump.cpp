// Reads one override a line (JSON strings) and writes what it means as one line of JSON, for
// comparison with Hydra: tests/interop/overrides.py.
#include <iostream>
#include <string>

#include "params/override.hpp"
#include "params/sweep.hpp"
#include "yaml/reader.hpp"
#include "yaml/writer.hpp"

namespace {

using namespace expcore;
using params::Element;

constexpr std::size_t most_points = 300;

yaml::Value described(const Element& element);

yaml::Value described(const params::Number& number) {
  return std::visit([](const auto& value) { return described(Element(value)); }, number);
}

yaml::Value described(const params::Sweep& sweep) {
  static constexpr const char* kinds[] = {"choice", "range", "interval", "glob"};
  yaml::List parts = {kinds[static_cast<std::size_t>(sweep.kind)]};
  for (const auto* items : {&sweep.items, &sweep.exclude}) {
    yaml::List list;
    for (const Element& item : *items)
      list.push_back(described(item));
    parts.push_back(std::move(list));
  }
  for (const auto* number : {&sweep.start, &sweep.stop, &sweep.step})
    parts.push_back(described(*number));
  parts.push_back(static_cast<int>(sweep.tags.size()));
  parts.push_back(sweep.shuffled);
  return parts;
}

/// Type and value, so that 1, 1.0, true and "1" differ.
yaml::Value described(const Element& element) {
  static constexpr const char* types[] = {"null", "bool",   "int",  "int",  "float",
                                          "str",  "quoted", "list", "dict", "sweep"};
  yaml::List parts = {types[element.data.index()]};
  if (const auto* items = element.as<params::ElementList>()) {
    for (const Element& item : *items)
      parts.push_back(described(item));
  } else if (const auto* members = element.as<params::ElementMap>()) {
    for (const auto& [key, value] : *members)
      parts.push_back(yaml::List{described(key), described(value)});
  } else if (const params::Sweep* sweep = element.sweep()) {
    parts.push_back(described(*sweep));
  } else if (const auto* quoted = element.as<params::QuotedString>()) {
    parts.push_back(quoted->text);
    parts.push_back(std::string(1, quoted->quote));
  } else if (const auto* text = element.as<std::string>()) {
    parts.push_back(*text);
  } else {
    parts.push_back(params::element_text(element));
  }
  return parts;
}

yaml::Value points(const params::Override& override) {
  yaml::List list;
  const params::Expansion expansion({{"", {override}}});
  if (expansion.size() == 0) return list;
  params::Expansion::Cursor cursor(expansion);
  for (std::size_t i = 0; i < most_points; ++i) {
    list.push_back(cursor.point()[0].overrides[0]);
    if (!cursor.advance()) break;
  }
  return list;
}

yaml::Value parsed(const std::string& text) {
  static constexpr const char* errors[] = {"lexer",      "mismatched", "no viable", "missing",
                                           "extraneous", "function",   "other"};
  yaml::Map result;
  try {
    const params::Override override = params::parse_override(text);
    result.set("kind", static_cast<int>(override.kind));
    result.set("key", override.key.key);
    result.set("package",
               override.key.package ? yaml::Value(*override.key.package) : yaml::Value());
    result.set("value_kind", static_cast<int>(override.value_kind));
    result.set("value", described(override.value));
    try {
      result.set("points", points(override));
    } catch (const Error&) {
      result.set("points", yaml::Value());
    }
  } catch (const params::OverrideError& error) {
    result.set("error", errors[static_cast<std::size_t>(error.kind())]);
    result.set("message", error.causes().front());
    result.set("column", static_cast<std::int64_t>(error.column()));
  }
  return result;
}

}  // namespace

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    std::cout << yaml::dump_json(parsed(yaml::parse_json(line).string())) << '\n';
  }
  return 0;
}
