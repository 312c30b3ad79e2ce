#include "plots/csv.hpp"

#include <optional>
#include <set>
#include <string>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

namespace expcore::plots {
namespace {

/// Python's csv reader with its default dialect, over text whose line ends are read as LF.
class CsvReader {
 public:
  CsvReader(std::string_view text, char delimiter) : text_(text), delimiter_(delimiter) {}

  /// The next row; empty for a blank line, nullopt at the end.
  std::optional<std::vector<std::string>> next() {
    if (at_ >= text_.size()) return std::nullopt;
    std::vector<std::string> row;
    State state = State::start_record;
    std::string field;
    while (true) {
      const std::optional<char> c = take();
      if (!c || *c == '\n') {
        if (c && state == State::quoted) {
          add(field, '\n');
          continue;
        }
        if (state != State::start_record) row.push_back(std::move(field));
        return row;
      }
      state = step(state, *c, field, row);
    }
  }

 private:
  enum class State : unsigned char { start_record, start_field, plain, quoted, quote_in_quoted };

  /// nullopt at the end of the text.
  std::optional<char> take() {
    if (at_ >= text_.size()) return std::nullopt;
    const char c = text_[at_++];
    if (c != '\r') return c;
    if (at_ < text_.size() && text_[at_] == '\n') ++at_;
    return '\n';
  }

  State step(State state, char c, std::string& field, std::vector<std::string>& row) const {
    const auto save = [&] {
      row.push_back(std::move(field));
      field.clear();
      return State::start_field;
    };
    switch (state) {
      case State::start_record:
      case State::start_field:
        if (c == '"') return State::quoted;
        break;
      case State::quoted:
        if (c == '"') return State::quote_in_quoted;
        add(field, c);
        return State::quoted;
      case State::quote_in_quoted:
        if (c == '"') {
          add(field, c);
          return State::quoted;
        }
        break;
      case State::plain:
        break;
    }
    if (c == delimiter_) return save();
    add(field, c);
    return State::plain;
  }

  static void add(std::string& field, char c) {
    constexpr std::size_t longest = 131072;
    if (field.size() >= longest) {
      throw Error(Errc::parse, fmt::format("field larger than field limit ({})", longest));
    }
    field += c;
  }

  std::string_view text_;
  char delimiter_;
  std::size_t at_ = 0;
};

/// Room for what a plot's rows get on top: a step, "rev", "filename", "field". A file may have
/// millions of rows.
constexpr std::size_t added_columns = 4;

yaml::Map to_map(const std::vector<std::string>& names, std::vector<std::string>& row) {
  yaml::Map map;
  map.reserve(names.size() + added_columns);
  for (std::size_t i = 0; i < names.size(); ++i) {
    yaml::Value cell;
    if (i < row.size()) cell = std::move(row[i]);
    map.append(names[i], std::move(cell));
  }
  if (row.size() > names.size()) {
    yaml::List rest;
    for (std::size_t i = names.size(); i < row.size(); ++i)
      rest.emplace_back(std::move(row[i]));
    map.append(yaml::Null{}, std::move(rest));
  }
  return map;
}

/// Of columns with one name the last counts.
yaml::Map without_repeats(const yaml::Map& map) {
  yaml::Map result;
  for (const auto& [key, value] : map)
    result.set(key, value);
  return result;
}

bool has_repeats(const std::vector<std::string>& names) {
  return std::set<std::string_view>(names.begin(), names.end()).size() != names.size();
}

}  // namespace

std::vector<yaml::Map> parse_csv(std::string_view text, char delimiter, bool header) {
  CsvReader reader(text, delimiter);
  std::vector<yaml::Map> rows;
  std::vector<std::string> names;
  auto row = reader.next();
  if (header) {
    if (!row) return rows;
    names = std::move(*row);
    row = reader.next();
  } else {
    const std::size_t width = row ? row->size() : 0;
    for (std::size_t i = 0; i < width; ++i)
      names.push_back(std::to_string(i));
  }
  const bool repeats = has_repeats(names);
  for (; row; row = reader.next()) {
    if (row->empty()) continue;
    yaml::Map map = to_map(names, *row);
    rows.push_back(repeats ? without_repeats(map) : std::move(map));
  }
  return rows;
}

}  // namespace expcore::plots
