#include "json.hpp"

#include <string_view>

#include <fmt/format.h>

namespace cli {

std::string json_string(const std::string& text) {
  constexpr std::string_view escaped = "\n\r\t\b\f";
  constexpr std::string_view letters = "nrtbf";
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '"' || byte == '\\') {
      out += '\\';
      out += text[i];
    } else if (const auto at = escaped.find(text[i]); at != std::string_view::npos) {
      out += '\\';
      out += letters[at];
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(byte));
    } else if (byte < 0x80) {
      out += text[i];
    } else {
      const std::size_t length = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
      unsigned code = byte & (0xFFU >> (length + 1));
      for (std::size_t k = 1; k < length && i + k < text.size(); ++k) {
        code = (code << 6U) | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
      }
      i += length - 1;
      if (code >= 0x10000) {
        code -= 0x10000;
        out +=
            fmt::format("\\u{:04x}\\u{:04x}", 0xD800U + (code >> 10U), 0xDC00U + (code & 0x3FFU));
      } else {
        out += fmt::format("\\u{:04x}", code);
      }
    }
  }
  return out + "\"";
}

}  // namespace cli
