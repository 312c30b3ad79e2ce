#include "table.hpp"

#include <algorithm>
#include <vector>

namespace cli {
namespace {

/// Cells that a text takes on a terminal: one a character, two a wide one.
std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::size_t length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    char32_t c = length == 1 ? byte : byte & (0xFFU >> (length + 1));
    for (std::size_t k = 1; k < length && i + k < text.size(); ++k) {
      c = (c << 6U) | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    }
    const bool wide = (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) ||
                      (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
                      (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
                      (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x20000 && c <= 0x3FFFD);
    width += wide ? 2 : 1;
    i += length;
  }
  return width;
}

std::vector<std::size_t> column_widths(const expcore::ExperimentTable& table,
                                       std::size_t header_margin) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < table.headers.size(); ++i) {
    std::size_t width = width_of(table.headers[i]) + header_margin;
    for (const auto& row : table.rows)
      width = std::max(width, width_of(row[i]));
    widths.push_back(width);
  }
  return widths;
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string blanks(width - std::min(width, width_of(text)), ' ');
  return right ? blanks + text : text + blanks;
}

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c;
    if (c == '"') quoted += c;
  }
  return quoted + "\"";
}

}  // namespace

std::string draw_table(const expcore::ExperimentTable& table) {
  const auto widths = column_widths(table, 0);
  std::size_t total = widths.empty() ? 0 : widths.size() - 1;
  for (const std::size_t width : widths)
    total += width + 2;
  std::string rule = " ";
  for (std::size_t i = 0; i < total; ++i)
    rule += "─";
  rule += " \n";
  const auto draw_row = [&](const std::vector<std::string>& cells) {
    std::string line = "  ";
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const bool right = table.kinds[i] == expcore::ExperimentTable::Column::metric;
      if (i > 0) line += "   ";
      line += padded(cells[i], widths[i], right);
    }
    return line + "  \n";
  };
  std::string text = rule + draw_row(table.headers) + rule;
  for (const auto& row : table.rows)
    text += draw_row(row);
  return text + rule;
}

std::string draw_markdown(const expcore::ExperimentTable& table) {
  const auto widths = column_widths(table, 2);
  const auto draw_row = [&](const std::vector<std::string>& cells) {
    std::string line = "|";
    for (std::size_t i = 0; i < cells.size(); ++i) {
      line += " " + padded(cells[i], widths[i], false) + " |";
    }
    return line + "\n";
  };
  std::string text = draw_row(table.headers) + "|";
  for (const std::size_t width : widths)
    text += std::string(width + 2, '-') + "|";
  text += "\n";
  for (const auto& row : table.rows)
    text += draw_row(row);
  return text + "\n";
}

std::string draw_csv(const expcore::ExperimentTable& table) {
  std::string text;
  const auto add_row = [&](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) text += ',';
      text += csv_cell(cells[i]);
    }
    text += "\r\n";
  };
  add_row(table.headers);
  for (const auto& row : table.rows)
    add_row(row);
  return text;
}

}  // namespace cli
