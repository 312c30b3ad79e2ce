#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/text.hpp"

namespace expcore::yaml {

/// Text that is being laid out: knows in which column it stands. What emitters of YAML build on.
class ColumnText {
 public:
  std::string take() { return std::move(out_); }

 protected:
  void put(std::string_view ascii) {
    out_ += ascii;
    column_ += ascii.size();
  }
  void put(std::u32string_view text) {
    for (const char32_t c : text)
      append_utf8(out_, c);
    column_ += text.size();
  }
  void line_end() {
    out_ += '\n';
    column_ = 0;
  }
  void indent(std::size_t columns) {
    out_.append(columns, ' ');
    column_ += columns;
  }
  void new_line(std::size_t columns) {
    line_end();
    indent(columns);
  }

  std::string out_;
  std::size_t column_ = 0;
};

}  // namespace expcore::yaml
