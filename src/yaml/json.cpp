#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "yaml/reader.hpp"
#include "yaml/writer.hpp"

namespace expcore::yaml {
namespace {

void append_escaped(std::string& out, char32_t c) {
  if (c >= 0x10000) {
    c -= 0x10000;
    out += fmt::format("\\u{:04x}\\u{:04x}", 0xD800U + (static_cast<unsigned>(c) >> 10U),
                       0xDC00U + (static_cast<unsigned>(c) & 0x3FFU));
  } else {
    out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
  }
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\') {
      out += text[i++];
      continue;
    }
    switch (byte) {
      case '"':
        out += "\\\"";
        ++i;
        continue;
      case '\\':
        out += "\\\\";
        ++i;
        continue;
      case '\n':
        out += "\\n";
        ++i;
        continue;
      case '\r':
        out += "\\r";
        ++i;
        continue;
      case '\t':
        out += "\\t";
        ++i;
        continue;
      case '\b':
        out += "\\b";
        ++i;
        continue;
      case '\f':
        out += "\\f";
        ++i;
        continue;
      default:
        break;
    }
    append_escaped(out, decode_utf8(text, i));
  }
  out += '"';
}

std::string real_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  return python_float(value);
}

std::string key_text(const Value& key) {
  switch (key.kind()) {
    case Value::Kind::null:
      return "null";
    case Value::Kind::boolean:
      return key.boolean() ? "true" : "false";
    case Value::Kind::real:
      return real_text(key.real());
    default:
      return python_str(key);
  }
}

bool is_number(const Value& value) {
  return value.is_boolean() || value.is_integer() || value.is_real();
}

double number(const Value& value) {
  if (value.is_boolean()) return value.boolean() ? 1 : 0;
  return value.is_real() ? value.real() : static_cast<double>(value.integer());
}

std::vector<const Member*> ordered(const Map& map, SortKeys sort) {
  std::vector<const Member*> members;
  members.reserve(map.size());
  for (const auto& member : map)
    members.push_back(&member);
  if (sort == SortKeys::no || members.size() < 2) return members;
  for (const auto* member : members) {
    const Value& first = members.front()->key;
    const bool alike = (member->key.is_string() && first.is_string()) ||
                       (is_number(member->key) && is_number(first));
    if (!alike) {
      throw Error(Errc::invalid_argument,
                  fmt::format("'<' not supported between instances of '{}' and '{}'",
                              python_type(member->key), python_type(first)));
    }
  }
  std::stable_sort(members.begin(), members.end(), [](const Member* a, const Member* b) {
    if (a->key.is_string()) return a->key.string() < b->key.string();
    return number(a->key) < number(b->key);
  });
  return members;
}

class JsonWriter {
 public:
  JsonWriter(SortKeys sort, int indent) : sort_(sort), indent_(indent) {}

  void write(const Value& value, int depth) {
    switch (value.kind()) {
      case Value::Kind::null:
        out_ += "null";
        return;
      case Value::Kind::boolean:
        out_ += value.boolean() ? "true" : "false";
        return;
      case Value::Kind::real:
        out_ += real_text(value.real());
        return;
      case Value::Kind::string:
        append_string(out_, value.string());
        return;
      case Value::Kind::timestamp:
        throw Error(Errc::invalid_argument,
                    fmt::format("Object of type {} is not JSON serializable",
                                value.timestamp().size() > 10 ? "datetime" : "date"));
      case Value::Kind::list:
        write_list(value.list(), depth);
        return;
      case Value::Kind::map:
        write_map(value.map(), depth);
        return;
      default:
        out_ += python_str(value);
        return;
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void separate(bool first, int depth) {
    if (!first) out_ += indent_ < 0 ? ", " : ",";
    if (indent_ >= 0) {
      out_ += '\n';
      out_.append(static_cast<std::size_t>(indent_) * static_cast<std::size_t>(depth), ' ');
    }
  }

  void close(char bracket, int depth) {
    if (indent_ >= 0) {
      out_ += '\n';
      out_.append(static_cast<std::size_t>(indent_) * static_cast<std::size_t>(depth), ' ');
    }
    out_ += bracket;
  }

  void write_list(const List& list, int depth) {
    if (list.empty()) {
      out_ += "[]";
      return;
    }
    out_ += '[';
    bool first = true;
    for (const auto& item : list) {
      separate(first, depth + 1);
      first = false;
      write(item, depth + 1);
    }
    close(']', depth);
  }

  void write_map(const Map& map, int depth) {
    if (map.empty()) {
      out_ += "{}";
      return;
    }
    out_ += '{';
    bool first = true;
    for (const auto* member : ordered(map, sort_)) {
      separate(first, depth + 1);
      first = false;
      append_string(out_, key_text(member->key));
      out_ += ": ";
      write(member->value, depth + 1);
    }
    close('}', depth);
  }

  SortKeys sort_;
  int indent_;
  std::string out_;
};

/// A reader for what Python's json module accepts.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  Value document() {
    blanks();
    Value value = read(0);
    blanks();
    if (at_ != text_.size()) fail("Extra data");
    return value;
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    Position at{1, 1};
    for (const char c : text_.substr(0, at_)) {
      if (c == '\n') {
        ++at.line;
        at.column = 1;
      } else {
        ++at.column;
      }
    }
    throw Error(Errc::parse, fmt::format("{}, in line {}, column {}", problem, at.line, at.column))
        .with_details(code_frame(text_, at));
  }

  void blanks() {
    while (at_ < text_.size() &&
           std::string_view(" \t\n\r").find(text_[at_]) != std::string_view::npos) {
      ++at_;
    }
  }

  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  Value read(int depth) {
    if (depth > 1000) fail("Nested too deeply");
    if (at_ == text_.size()) fail("Expecting value");
    const char c = text_[at_];
    if (c == '"') return string();
    if (c == '{') return map(depth);
    if (c == '[') return list(depth);
    if (take("null")) return Null{};
    if (take("true")) return true;
    if (take("false")) return false;
    if (take("NaN")) return std::numeric_limits<double>::quiet_NaN();
    if (take("Infinity")) return std::numeric_limits<double>::infinity();
    if (take("-Infinity")) return -std::numeric_limits<double>::infinity();
    return number();
  }

  Value number() {
    const std::size_t first = at_;
    if (at_ < text_.size() && text_[at_] == '-') ++at_;
    const std::size_t digits_at = at_;
    const auto digits = [&] {
      const std::size_t from = at_;
      while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9')
        ++at_;
      return at_ > from;
    };
    if (!digits()) {
      at_ = first;
      fail("Expecting value");
    }
    if (text_[digits_at] == '0') at_ = digits_at + 1;
    bool real = false;
    if (at_ + 1 < text_.size() && text_[at_] == '.' && text_[at_ + 1] >= '0' &&
        text_[at_ + 1] <= '9') {
      ++at_;
      digits();
      real = true;
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      const std::size_t before = at_++;
      if (at_ < text_.size() && (text_[at_] == '-' || text_[at_] == '+')) ++at_;
      if (digits()) {
        real = true;
      } else {
        at_ = before;
      }
    }
    const std::string_view spelled = text_.substr(first, at_ - first);
    // JSON numbers are YAML scalars of the same value.
    try {
      Value value = resolve_plain_scalar(spelled);
      if (real && value.is_integer()) return static_cast<double>(value.integer());
      return value;
    } catch (const Error& error) {
      at_ = first;
      fail(error.what());
    }
  }

  unsigned hex4() {
    unsigned code = 0;
    const auto digits = text_.substr(std::min(at_, text_.size()), 4);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    if (error != std::errc() || end != digits.data() + 4) fail("Invalid \\uXXXX escape");
    at_ += 4;
    return code;
  }

  void unicode_escape(std::string& out) {
    char32_t code = hex4();
    if (code >= 0xD800 && code < 0xDC00 && text_.substr(at_).starts_with("\\u")) {
      const std::size_t before = at_;
      at_ += 2;
      const unsigned low = hex4();
      if (low >= 0xDC00 && low < 0xE000) {
        code = 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00);
      } else {
        at_ = before;
      }
    }
    append_utf8(out, code);
  }

  std::string string() {
    ++at_;
    std::string out;
    while (true) {
      if (at_ >= text_.size()) fail("Unterminated string");
      const char c = text_[at_++];
      if (c == '"') return out;
      if (static_cast<unsigned char>(c) < 0x20) {
        --at_;
        fail("Invalid control character");
      }
      if (c != '\\') {
        out += c;
        continue;
      }
      if (at_ >= text_.size()) fail("Unterminated string");
      const char escaped = text_[at_++];
      constexpr std::string_view from = "\"\\/bfnrt";
      constexpr std::string_view to = "\"\\/\b\f\n\r\t";
      const auto simple = from.find(escaped);
      if (simple != std::string_view::npos) {
        out += to[simple];
      } else if (escaped == 'u') {
        unicode_escape(out);
      } else {
        fail("Invalid \\escape");
      }
    }
  }

  Value list(int depth) {
    ++at_;
    List items;
    blanks();
    if (take("]")) return items;
    while (true) {
      blanks();
      items.push_back(read(depth + 1));
      blanks();
      if (take("]")) return items;
      if (!take(",")) fail("Expecting ',' delimiter");
    }
  }

  Value map(int depth) {
    ++at_;
    Map members;
    blanks();
    if (take("}")) return members;
    while (true) {
      blanks();
      if (at_ == text_.size() || text_[at_] != '"') {
        fail("Expecting property name enclosed in double quotes");
      }
      std::string key = string();
      blanks();
      if (!take(":")) fail("Expecting ':' delimiter");
      blanks();
      members.set(std::move(key), read(depth + 1));  // of one key the last value counts
      blanks();
      if (take("}")) return members;
      if (!take(",")) fail("Expecting ',' delimiter");
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::string dump_json(const Value& value, SortKeys sort) {
  JsonWriter writer(sort, -1);
  writer.write(value, 0);
  return writer.take();
}

std::string dump_json_pretty(const Value& value, int indent) {
  JsonWriter writer(SortKeys::no, indent);
  writer.write(value, 0);
  return writer.take();
}

Value parse_json(std::string_view text) { return JsonReader(text).document(); }

}  // namespace expcore::yaml
