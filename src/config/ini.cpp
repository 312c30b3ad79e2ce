#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "config/config.hpp"

namespace expcore::config {
namespace {

/// Reads ConfigObj's dialect line by line.
class Reader {
 public:
  explicit Reader(std::string_view text) : lines_(split(text, '\n')) {}

  Section read() {
    Section root;
    std::vector<Section*> open = {&root};
    for (number_ = 0; number_ < lines_.size(); ++number_) {
      const std::string_view line = trim(lines_[number_]);
      if (line.empty() || line[0] == '#') continue;
      if (line[0] == '[') {
        header(line, open);
      } else {
        assignment(line, *open.back());
      }
    }
    return root;
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    throw Error(Errc::config,
                fmt::format("config file error: {} at line {}.", problem, number_ + 1));
  }
  [[noreturn]] void fail_line() const {
    fail(fmt::format("Invalid line ({}) (matched as neither section nor keyword)",
                     python_repr(lines_[number_])));
  }

  void header(std::string_view line, std::vector<Section*>& open) {
    const std::size_t depth = line.find_first_not_of('[');
    if (depth == std::string_view::npos) fail_line();
    const std::size_t close = line.find(std::string(depth, ']'), depth);
    if (close == std::string_view::npos) fail_line();
    const std::string_view rest = trim(line.substr(close + depth));
    if (!rest.empty() && rest[0] != '#') fail_line();
    if (depth > open.size()) fail("Section too nested");
    std::string_view name = trim(line.substr(depth, close - depth));
    if (name.size() >= 2 && (name[0] == '\'' || name[0] == '"') && name.back() == name[0]) {
      name = name.substr(1, name.size() - 2);
    }
    open.resize(depth);
    Section* parent = open.back();
    const std::string key(name);
    if (parent->sections.contains(key)) fail("Duplicate section name");
    parent->order.push_back(key);
    open.push_back(&parent->sections[key]);
  }

  void assignment(std::string_view line, Section& section) {
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) fail_line();
    std::string_view key = trim(line.substr(0, equals));
    if (key.size() >= 2 && (key[0] == '\'' || key[0] == '"') && key.back() == key[0]) {
      key = key.substr(1, key.size() - 2);
    }
    if (key.empty()) fail_line();
    std::string name = to_lower_ascii(key);
    if (section.values.contains(name)) fail("Duplicate keyword name");
    section.order.push_back(name);
    section.values.emplace(std::move(name), value(trim(line.substr(equals + 1))));
  }

  std::vector<std::string> value(std::string_view text) {
    for (const std::string_view quote : {"'''", "\"\"\""}) {
      if (text.starts_with(quote)) return {triple_quoted(text.substr(3), quote)};
    }
    std::vector<std::string> items;
    bool is_list = false;
    while (true) {
      text = trim(text);
      std::string item;
      bool quoted = false;
      if (!text.empty() && (text[0] == '\'' || text[0] == '"')) {
        const auto close = text.find(text[0], 1);
        if (close == std::string_view::npos) fail("Parse error in value");
        item = std::string(text.substr(1, close - 1));
        text = trim(text.substr(close + 1));
        quoted = true;
      } else {
        const auto end = std::min(text.find(','), comment_start(text));
        item = std::string(trim(text.substr(0, end)));
        text = end == std::string_view::npos ? std::string_view() : text.substr(end);
      }
      if (!text.empty() && text[0] == '#') text = {};
      if (quoted || !item.empty() || !is_list) items.push_back(std::move(item));
      if (text.empty()) break;
      if (text[0] != ',') fail("Parse error in value");
      is_list = true;
      text = trim(text.substr(1));
      if (text.empty() || text[0] == '#') break;
    }
    for (const auto& item : items) {
      if (item.find("%(") != std::string::npos) {
        fail(fmt::format("interpolation is not supported: {}", python_repr(item)));
      }
    }
    return items;
  }

  static std::size_t comment_start(std::string_view text) {
    if (text.starts_with('#')) return 0;
    for (std::size_t i = 1; i < text.size(); ++i) {
      if (text[i] == '#' && (text[i - 1] == ' ' || text[i - 1] == '\t')) return i;
    }
    return std::string_view::npos;
  }

  std::string triple_quoted(std::string_view first, std::string_view quote) {
    std::string result;
    std::string_view line = first;
    while (true) {
      const auto close = line.find(quote);
      result += line.substr(0, close);
      if (close != std::string_view::npos) return result;
      if (++number_ == lines_.size()) fail("Value in triple quotes is not closed");
      result += '\n';
      line = lines_[number_];
    }
  }

  std::vector<std::string_view> lines_;
  std::size_t number_ = 0;
};

/// Lower-cases section names and takes `remote "x"` apart into {"remote", "x"}.
Section normalized(const Section& section, int depth) {
  Section result;
  result.values = section.values;
  for (const auto& name : section.order) {
    const auto found = section.sections.find(name);
    if (found == section.sections.end()) {
      result.order.push_back(name);
      continue;
    }
    const std::string lower = to_lower_ascii(trim(name));
    const auto quote = lower.find('"');
    const std::string kind = std::string(trim(lower.substr(0, quote)));
    const bool named = depth == 0 && quote != std::string::npos && lower.ends_with('"') &&
                       (kind == "remote" || kind == "machine" || kind == "db");
    if (named) {
      const std::string inner = lower.substr(quote + 1, lower.size() - quote - 2);
      result.sections[kind].sections[inner] = normalized(found->second, depth + 1);
      result.sections[kind].order.push_back(inner);
    } else {
      result.sections[lower] = normalized(found->second, depth + 1);
    }
    result.order.push_back(named ? kind : lower);
  }
  return result;
}

}  // namespace

Section parse_config(std::string_view text, const std::string& path) {
  (void)path;
  return normalized(Reader(text).read(), 0);
}

}  // namespace expcore::config
