#include <algorithm>
#include <sstream>
#include <toml++/toml.h>
#include <vector>

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

/// Tables in tables, counted before they are made: the library makes as many of a dotted key as it
/// has parts, and takes them apart by recursion.
class DepthCheck {
 public:
  explicit DepthCheck(std::string_view text) : text_(text) {}

  void run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"' || c == '\'') {
        string(c);
        continue;
      }
      if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
        continue;
      }
      step(c);
      if (depth_ > deepest) fail();
      ++at_;
    }
  }

 private:
  static constexpr std::size_t deepest = 500;

  void step(char c) {
    if (c == '.') {
      ++depth_;
    } else if (c == '{' || c == '[') {
      if (c == '[' && open_.empty() && is_line_start_) {
        is_header_ = true;
        depth_ = header_ = 0;
      }
      open_.push_back(depth_++);
    } else if (c == ',' && !open_.empty()) {
      depth_ = open_.back() + 1;
    } else if ((c == '}' || c == ']') && !open_.empty()) {
      if (is_header_) header_ = std::max(header_, depth_);
      depth_ = open_.back();
      open_.pop_back();
    } else if (c == '\n' && (open_.empty() || is_header_)) {
      open_.clear();
      depth_ = header_;
      is_header_ = false;
      is_line_start_ = true;
      return;
    }
    if (c != ' ' && c != '\t' && c != '\r') is_line_start_ = false;
  }

  void string(char quote) {
    const std::string_view triple = quote == '"' ? "\"\"\"" : "'''";
    const bool is_long = text_.substr(at_).starts_with(triple);
    at_ += is_long ? 3 : 1;
    is_line_start_ = false;
    while (at_ < text_.size()) {
      if (text_[at_] == '\\' && quote == '"') {
        at_ += 2;
      } else if (is_long ? text_.substr(at_).starts_with(triple) : text_[at_] == quote) {
        at_ += is_long ? 3 : 1;
        return;
      } else if (!is_long && text_[at_] == '\n') {
        return;  // malformed
      } else {
        ++at_;
      }
    }
  }

  [[noreturn]] void fail() const {
    const std::string_view before = text_.substr(0, at_);
    const Position at{
        static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n') + 1),
        static_cast<std::uint32_t>(at_ - (before.rfind('\n') + 1) + 1)};
    throw Error(Errc::parse,
                fmt::format("Nested too deeply, in line {}, column {}", at.line, at.column))
        .with_details(code_frame(text_, at));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::size_t header_ = 0;         ///< Depth of the table that lines belong to.
  std::vector<std::size_t> open_;  ///< Depths outside of the brackets that are open.
  bool is_header_ = false;
  bool is_line_start_ = true;
};

}  // namespace

Value parse_toml(std::string_view text) {
  DepthCheck(text).run();
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
