#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "params/override.hpp"

namespace expcore::params {

/// The part of a YAML document that overrides can reach: the members they name and the lines of
/// the keys above these. It is a document of its own; what lies between is left out as whole lines
/// and put back at the end. Only for texts with an Outline.
class Excerpt {
 public:
  /// nullopt when the whole document is needed.
  static std::optional<Excerpt> of(std::string_view text, const std::vector<Override>& overrides);

  const std::string& text() const { return text_; }
  /// Replaces `[begin, end)` of text(); false, and nothing done, when that reaches over a gap.
  bool replace(std::size_t begin, std::size_t end, std::string_view by);
  /// Whether the gaps are still between lines of members. A comment or blank line that comes to
  /// stand behind one could become part of a block scalar that ends there.
  bool fits() const;
  /// The whole document with what was replaced; only when it fits().
  std::string whole() const;

 private:
  struct Gap {
    std::size_t at;
    std::string_view text;
  };
  std::string text_;
  std::vector<Gap> gaps_;
};

}  // namespace expcore::params
