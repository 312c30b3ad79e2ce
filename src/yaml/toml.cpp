#include <algorithm>
#include <sstream>
#include <toml++/toml.h>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "yaml/reader.hpp"

namespace expcore::yaml {
namespace {

template <typename Node>
Position position_of(const Node& node) {
  const auto& begin = node.source().begin;
  return {static_cast<std::uint32_t>(begin.line), static_cast<std::uint32_t>(begin.column)};
}

template <typename T>
std::string printed(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

Value convert(const toml::node& node);

Value convert_table(const toml::table& table) {
  // toml++ keeps tables sorted by key; DVC sees the order of the file.
  std::vector<std::pair<Position, Member>> members;
  for (const auto& [key, node] : table) {
    const auto& begin = key.source().begin;
    members.push_back(
        {{static_cast<std::uint32_t>(begin.line), static_cast<std::uint32_t>(begin.column)},
         {std::string(key.str()), convert(node)}});
  }
  std::stable_sort(members.begin(), members.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first.line, a.first.column) < std::pair(b.first.line, b.first.column);
  });
  Map map;
  for (auto& [position, member] : members) {
    map.append(std::move(member.key), std::move(member.value));
  }
  return map;
}

Value convert(const toml::node& node) {
  Value value;
  if (const auto* table = node.as_table()) {
    value = convert_table(*table);
  } else if (const auto* array = node.as_array()) {
    List items;
    for (const auto& item : *array)
      items.push_back(convert(item));
    value = std::move(items);
  } else if (const auto* text = node.as_string()) {
    value = text->get();
  } else if (const auto* integer = node.as_integer()) {
    value = integer->get();
  } else if (const auto* real = node.as_floating_point()) {
    value = real->get();
  } else if (const auto* flag = node.as_boolean()) {
    value = flag->get();
  } else if (const auto* date = node.as_date()) {
    value = Timestamp{printed(date->get())};
  } else if (const auto* time = node.as_time()) {
    value = Timestamp{printed(time->get())};
  } else if (const auto* date_time = node.as_date_time()) {
    value = Timestamp{printed(date_time->get())};
  }
  value.position = position_of(node);
  return value;
}

}  // namespace

Value parse_toml(std::string_view text) {
  try {
    const toml::table table = toml::parse(text);
    return convert(table);
  } catch (const toml::parse_error& error) {
    const Position at = position_of(error);
    throw Error(Errc::parse,
                fmt::format("{}, in line {}, column {}", error.description(), at.line, at.column))
        .with_details(code_frame(text, at));
  }
}

}  // namespace expcore::yaml
