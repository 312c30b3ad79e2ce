#include "config/document.hpp"

#include <algorithm>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "config/config.hpp"

namespace expcore::config {
namespace {

bool is_named_kind(std::string_view kind) {
  return kind == "remote" || kind == "machine" || kind == "db";
}

std::string_view without_quotes(std::string_view name) {
  const bool is_quoted =
      name.size() >= 2 && (name[0] == '\'' || name[0] == '"') && name.back() == name[0];
  return is_quoted ? name.substr(1, name.size() - 2) : name;
}

/// `remote "x"` is two names.
Document::Path path_of_header(std::string_view name, std::size_t depth) {
  const std::string lower = to_lower_ascii(trim(without_quotes(trim(name))));
  const auto quote = lower.find('"');
  if (depth == 1 && quote != std::string::npos && lower.ends_with('"') &&
      lower.size() > quote + 1) {
    const std::string kind(trim(std::string_view(lower).substr(0, quote)));
    if (is_named_kind(kind)) return {kind, lower.substr(quote + 1, lower.size() - quote - 2)};
  }
  return {lower};
}

std::string single_quoted(std::string_view value) {
  const bool has_single = value.find('\'') != std::string_view::npos;
  const bool has_double = value.find('"') != std::string_view::npos;
  if (has_single && has_double) {
    throw Error(Errc::config, fmt::format("configuration error - config file error: Value {} "
                                          "cannot be safely quoted.",
                                          python_repr(value)));
  }
  return has_double ? fmt::format("'{}'", value) : fmt::format("\"{}\"", value);
}

std::string header_of(const Document::Path& section) {
  if (section.size() == 2) {
    return fmt::format("[{}]", single_quoted(fmt::format("{} \"{}\"", section[0], section[1])));
  }
  return fmt::format("[{}]", section[0]);
}

/// The triple quotes that a value opens and its first line does not close; "" for none.
std::string open_quotes(std::string_view value) {
  for (const std::string_view quote : {"'''", "\"\"\""}) {
    if (value.starts_with(quote) && value.find(quote, 3) == std::string_view::npos) {
      return std::string(quote);
    }
  }
  return {};
}

}  // namespace

std::string quoted(std::string_view value) {
  if (value.find("%(") != std::string_view::npos) {
    throw Error(Errc::config,
                fmt::format("configuration error - config file error: interpolation is not "
                            "supported: {}",
                            python_repr(value)));
  }
  if (value.empty()) return "\"\"";
  const auto has = [&](char c) { return value.find(c) != std::string_view::npos; };
  if (has('\n') || (has('\'') && has('"'))) {
    const bool has_triple = value.find("'''") != std::string_view::npos || value.ends_with('\'');
    const char* quote = has_triple ? "\"\"\"" : "'''";
    const bool fits = value.find(quote) == std::string_view::npos && !value.ends_with(quote[0]);
    if (!fits) return single_quoted(value);
    return fmt::format("{}{}{}", quote, value, quote);
  }
  constexpr std::string_view ends = " \r\n\v\t'\"";
  const bool is_plain = ends.find(value.front()) == std::string_view::npos &&
                        ends.find(value.back()) == std::string_view::npos && !has(',') && !has('#');
  return is_plain ? std::string(value) : single_quoted(value);
}

Document::Document(std::string text) : text_(std::move(text)) {
  parse_config(text_, "");
  if (text_ == "\n") text_.clear();  // how DVC writes a file without settings
  scan();
}

void Document::scan() {
  lines_.clear();
  parts_.clear();
  for (const auto line : split(text_, '\n'))
    lines_.emplace_back(line);
  if (!lines_.empty() && lines_.back().empty()) lines_.pop_back();
  Path above;  // of a nested section
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const std::string_view line = trim(lines_[i]);
    if (line.empty() || line[0] == '#') continue;
    if (line[0] == '[') {
      const std::size_t depth = line.find_first_not_of('[');
      const auto close = line.find(std::string(depth, ']'), depth);
      Path path = path_of_header(line.substr(depth, close - depth), depth);
      if (depth == 1) {
        above = path;
      } else {
        path.insert(path.begin(), above.begin(), above.end());
      }
      parts_.push_back({std::move(path), depth, i, i + 1, {}});
      continue;
    }
    const auto equals = line.find('=');
    if (parts_.empty() || equals == std::string_view::npos) continue;
    Assignment assignment;
    assignment.key = to_lower_ascii(without_quotes(trim(line.substr(0, equals))));
    assignment.begin = i;
    const std::string quotes = open_quotes(trim(line.substr(equals + 1)));
    while (!quotes.empty() && i + 1 < lines_.size()) {
      if (lines_[++i].find(quotes) != std::string::npos) break;
    }
    assignment.end = i + 1;
    parts_.back().end = assignment.end;
    parts_.back().assignments.push_back(std::move(assignment));
  }
}

const Document::Part* Document::find(const Path& section) const {
  const auto found = std::find_if(parts_.begin(), parts_.end(),
                                  [&](const Part& part) { return part.path == section; });
  return found == parts_.end() ? nullptr : &*found;
}

bool Document::has(const Path& section, const std::string& key) const {
  const Part* part = find(section);
  return part != nullptr && std::any_of(part->assignments.begin(), part->assignments.end(),
                                        [&](const auto& item) { return item.key == key; });
}

void Document::replace_lines(std::size_t begin, std::size_t end,
                             const std::vector<std::string>& lines) {
  const auto at = lines_.begin();
  lines_.erase(at + static_cast<std::ptrdiff_t>(begin), at + static_cast<std::ptrdiff_t>(end));
  lines_.insert(lines_.begin() + static_cast<std::ptrdiff_t>(begin), lines.begin(), lines.end());
  text_.clear();
  for (const auto& line : lines_)
    text_ += line + "\n";
  scan();
}

/// Plain sections come before named ones, these by kind in DVC's order.
std::size_t Document::place_for(const Path& section) const {
  const auto rank = [](const Path& path) {
    if (path[0] == "remote") return 1;
    if (path[0] == "machine") return 2;
    return path[0] == "db" ? 3 : 0;
  };
  std::size_t place = lines_.size();
  for (auto part = parts_.rbegin(); part != parts_.rend(); ++part) {
    if (rank(part->path) <= rank(section)) break;
    if (part->depth == 1) place = part->begin;
  }
  return place;
}

void Document::set(const Path& section, const std::string& key, std::string_view value) {
  const std::string line = fmt::format("{} = {}", key, quoted(value));
  const Part* part = find(section);
  if (part == nullptr) {
    const std::size_t place = place_for(section);
    replace_lines(place, place, {header_of(section), "    " + line});
    return;
  }
  const std::string indent(part->depth * 4, ' ');
  for (const auto& item : part->assignments) {
    if (item.key != key) continue;
    const std::string& old = lines_[item.begin];
    const auto blanks = old.find_first_not_of(" \t");
    replace_lines(item.begin, item.end, {old.substr(0, blanks) + line});
    return;
  }
  replace_lines(part->end, part->end, {indent + line});
}

bool Document::unset(const Path& section, const std::string& key) {
  const Part* part = find(section);
  if (part == nullptr) return false;
  const auto item = std::find_if(part->assignments.begin(), part->assignments.end(),
                                 [&](const auto& candidate) { return candidate.key == key; });
  if (item == part->assignments.end()) return false;
  replace_lines(item->begin, item->end, {});
  part = find(section);
  const bool is_empty = part != nullptr && part->assignments.empty() && part->path.size() == 1 &&
                        std::none_of(parts_.begin(), parts_.end(), [&](const Part& other) {
                          return other.path.size() > 1 && other.path[0] == section[0];
                        });
  if (is_empty) replace_lines(part->begin, part->begin + 1, {});
  return true;
}

bool Document::remove(const Path& section) {
  const Part* part = find(section);
  if (part == nullptr) return false;
  replace_lines(part->begin, part->end, {});
  return true;
}

bool Document::rename(const Path& section, const std::string& name) {
  const Part* part = find(section);
  if (part == nullptr) return false;
  const auto at = lines_.begin();
  std::vector<std::string> lines(at + static_cast<std::ptrdiff_t>(part->begin),
                                 at + static_cast<std::ptrdiff_t>(part->end));
  Path renamed = section;
  renamed.back() = name;
  if (part->depth > 1) {  // stays where it is nested
    lines[0] = std::string((part->depth - 1) * 4, ' ') + std::string(part->depth, '[') + name +
               std::string(part->depth, ']');
    replace_lines(part->begin, part->end, lines);
    return true;
  }
  lines[0] = header_of(renamed);
  replace_lines(part->begin, part->end, {});
  const std::size_t place = place_for(renamed);
  replace_lines(place, place, lines);
  return true;
}

}  // namespace expcore::config
