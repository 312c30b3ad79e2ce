#include "table.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace cli {
namespace {

/// Cells that a character takes on a terminal; nullopt for a control character.
std::optional<std::size_t> width_of(char32_t c) {
  if (c == 0) return 0;
  if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return std::nullopt;
  if (c < 0x300) return 1;
  const bool joins = (c >= 0x0300 && c <= 0x036F) || (c >= 0x200B && c <= 0x200F) ||
                     (c >= 0x20D0 && c <= 0x20FF) || (c >= 0xFE00 && c <= 0xFE0F);
  if (joins) return 0;
  const bool wide = (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) ||
                    (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
                    (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
                    (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x20000 && c <= 0x3FFFD);
  return wide ? 2 : 1;
}

struct Width {
  std::size_t cells = 0;
  bool known = true;  ///< False for text with control characters.
};

bool is_printable_ascii(std::string_view text) {
  bool plain = true;
  for (const char c : text)  // to the end: cells are short
    plain &= c >= 0x20 && c < 0x7F;
  return plain;
}

Width measure(std::string_view text) {
  if (is_printable_ascii(text)) return {text.size(), true};
  Width width;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 && byte < 0x7F) {
      ++width.cells;
      ++i;
      continue;
    }
    const std::size_t length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    char32_t c = length == 1 ? byte : byte & (0xFFU >> (length + 1));
    for (std::size_t k = 1; k < length && i + k < text.size(); ++k) {
      c = (c << 6U) | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    }
    const auto cells = width_of(c);
    width.known = width.known && cells.has_value();
    width.cells += cells.value_or(0);
    i += length;
  }
  return width;
}

/// A text whose width is not known counts for nothing, as in the library that DVC prints with.
std::size_t width_of(std::string_view text) {
  const Width width = measure(text);
  return width.known ? width.cells : 0;
}

template <typename Table>
std::vector<std::size_t> column_widths(const Table& table, std::size_t header_margin) {
  std::vector<std::size_t> widths;
  // A table of texts alone may have no headers.
  const bool headless = table.headers.empty() && !table.rows.empty();
  const std::size_t columns = headless ? table.rows.front().size() : table.headers.size();
  for (std::size_t i = 0; i < columns; ++i) {
    std::size_t width = headless ? 0 : width_of(table.headers[i]) + header_margin;
    for (const auto& row : table.rows)
      width = std::max(width, width_of(row[i]));
    widths.push_back(width);
  }
  return widths;
}

void append_padded(std::string& line, std::string_view text, std::size_t width) {
  const Width own = measure(text);
  // Such a text is padded as if it were one cell less than nothing wide, which tabulate does, too.
  const std::size_t taken = own.known ? own.cells : 0;
  const std::size_t blanks = width - std::min(width, taken) + (own.known ? 0 : 1);
  line += text;
  line.append(blanks, ' ');
}

void append_csv_cell(std::string& text, const std::string& cell) {
  const bool is_plain = std::none_of(cell.begin(), cell.end(), [](char c) {
    return c == ',' || c == '"' || c == '\r' || c == '\n';
  });
  if (is_plain) {
    text += cell;
    return;
  }
  text += '"';
  for (const char c : cell) {
    text += c;
    if (c == '"') text += c;
  }
  text += '"';
}

/// Names and values from a commit of somebody else's must not steer the terminal.
std::string escaped(std::string_view text) {
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F) {
      shown += c;
    } else {
      shown += fmt::format("\\x{:02x}", byte);
    }
  }
  return shown;
}

/// The widths of the cells of a table, row by row; row 0 are the headers.
class Grid {
 public:
  explicit Grid(const expcore::ExperimentTable& table) : columns_(table.headers.size()) {
    cells_.reserve(columns_ * (table.rows.size() + 1));
    add(table.headers);
    for (const auto& row : table.rows)
      add(row);
  }

  std::vector<std::size_t> column_widths() const {
    std::vector<std::size_t> widths(columns_);
    for (std::size_t i = 0; i < cells_.size(); ++i)
      widths[i % columns_] = std::max<std::size_t>(widths[i % columns_], cells_[i].width);
    return widths;
  }

  struct Cell {
    std::uint32_t width : 31;
    bool is_escaped : 1;
  };
  const Cell& at(std::size_t row, std::size_t column) const {
    return cells_[row * columns_ + column];
  }

 private:
  void add(const std::vector<std::string>& row) {
    for (const auto& text : row) {
      const Width width = measure(text);
      const std::size_t cells = width.known ? width.cells : escaped(text).size();
      cells_.push_back({static_cast<std::uint32_t>(cells & 0x7FFF'FFFFU), !width.known});
    }
  }

  std::size_t columns_;
  std::vector<Cell> cells_;
};

}  // namespace

std::string draw_table(const expcore::ExperimentTable& table) {
  const Grid grid(table);
  const auto widths = grid.column_widths();
  std::size_t total = widths.empty() ? 0 : widths.size() - 1;
  for (const std::size_t width : widths)
    total += width + 2;
  std::string rule = " ";
  for (std::size_t i = 0; i < total; ++i)
    rule += "─";
  rule += " \n";
  std::string text;
  text.reserve(3 * rule.size() + (table.rows.size() + 1) * (total + widths.size() + 32));
  const auto draw_row = [&](std::size_t row, const std::vector<std::string>& cells) {
    text += "  ";
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const bool right = table.kinds[i] == expcore::ExperimentTable::Column::metric;
      const auto& cell = grid.at(row, i);
      const std::size_t blanks = widths[i] - cell.width;
      if (i > 0) text += "   ";
      if (right) text.append(blanks, ' ');
      if (cell.is_escaped) {
        text += escaped(cells[i]);
      } else {
        text += cells[i];
      }
      if (!right) text.append(blanks, ' ');
    }
    text += "  \n";
  };
  text += rule;
  draw_row(0, table.headers);
  text += rule;
  for (std::size_t row = 0; row < table.rows.size(); ++row)
    draw_row(row + 1, table.rows[row]);
  text += rule;
  return text;
}

namespace {

template <typename Table>
std::string markdown(const Table& table) {
  const auto widths = column_widths(table, 2);
  std::string text;
  std::size_t line_size = 2;
  for (const std::size_t width : widths)
    line_size += width + 3;
  text.reserve((table.rows.size() + 2) * line_size);
  const auto draw_row = [&](const std::vector<std::string>& cells) {
    text += '|';
    for (std::size_t i = 0; i < cells.size(); ++i) {
      text += ' ';
      append_padded(text, cells[i], widths[i]);
      text += " |";
    }
    text += '\n';
  };
  draw_row(table.headers);
  text += '|';
  for (const std::size_t width : widths)
    text.append(width + 2, '-').append("|");
  text += '\n';
  for (const auto& row : table.rows)
    draw_row(row);
  text += "\n";
  return text;
}

void strip(std::string& text) {
  static constexpr std::string_view blanks = " \t\r\n\v\f";
  const auto is_blank = [](char c) { return blanks.find(c) != std::string_view::npos; };
  if (text.empty() || (!is_blank(text.front()) && !is_blank(text.back()))) return;
  text.erase(text.find_last_not_of(blanks) + 1);
  text.erase(0, text.find_first_not_of(blanks));
}

std::string stripped(std::string text) {
  strip(text);
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n') {
      lines.emplace_back();
    } else if (c != '\r') {
      lines.back() += c;
    }
  }
  return lines;
}

/// Cells without blanks at their ends; lines of a cell become rows of their own.
expcore::Table by_lines(expcore::Table table) {
  expcore::Table result{std::move(table.headers), {}};
  result.rows.reserve(table.rows.size());
  for (auto& row : table.rows) {
    if (std::all_of(row.begin(), row.end(), is_printable_ascii)) {
      std::for_each(row.begin(), row.end(), strip);
      result.rows.push_back(std::move(row));
      continue;
    }
    std::vector<std::vector<std::string>> cells;
    std::size_t height = 1;
    for (const auto& cell : row) {
      cells.push_back(lines_of(stripped(cell)));
      height = std::max(height, cells.back().size());
    }
    for (std::size_t line = 0; line < height; ++line) {
      std::vector<std::string> part;
      for (const auto& lines : cells)
        part.push_back(line < lines.size() ? lines[line] : "");
      result.rows.push_back(std::move(part));
    }
  }
  return result;
}

}  // namespace

std::string draw_markdown(const expcore::ExperimentTable& table) { return markdown(table); }

std::string draw_markdown(const expcore::Table& table) {
  expcore::Table cells{table.headers, table.rows};
  for (auto& row : cells.rows) {
    for (auto& cell : row)
      cell = stripped(cell);
  }
  return markdown(cells);
}

std::string draw_plain(expcore::Table table) {
  if (table.rows.empty()) return "";
  const auto cells = by_lines(std::move(table));
  const auto widths = column_widths(cells, 2);
  std::string text;
  std::size_t line_size = 2 * widths.size();
  for (const std::size_t width : widths)
    line_size += width;
  text.reserve((cells.rows.size() + 1) * line_size);
  const auto draw_row = [&](const std::vector<std::string>& row) {
    const std::size_t start = text.size();
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) text += "  ";
      append_padded(text, row[i], widths[i]);
    }
    while (text.size() > start && text.back() == ' ')
      text.pop_back();
    text += '\n';
  };
  if (!cells.headers.empty()) draw_row(cells.headers);
  for (const auto& row : cells.rows)
    draw_row(row);
  return text;
}

std::string draw_csv(const expcore::ExperimentTable& table) {
  std::string text;
  const auto add_row = [&](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) text += ',';
      append_csv_cell(text, cells[i]);
    }
    text += "\r\n";
  };
  add_row(table.headers);
  for (const auto& row : table.rows)
    add_row(row);
  return text;
}

}  // namespace cli
