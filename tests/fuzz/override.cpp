// The override grammar: what parses is written as text that parses to the same.
#include "params/override.hpp"

#include "fuzz.hpp"
#include "params/sweep.hpp"

namespace {

/// Quoted arguments of calls lose their quotes and may then mean something else.
bool holds_call(std::string_view text) { return text.find('(') != std::string_view::npos; }

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace expcore::params;
  const std::string text(fuzz::text_of(data, size));
  fuzz::expect_answer([&] {
    const Override parsed = parse_override(text);
    const Expansion expansion({{"params.yaml", {parsed}}});
    if (expansion.size() == 0) return;
    Expansion::Cursor cursor(expansion);
    for (int i = 0; i < 50; ++i) {
      const std::string& point = cursor.point()[0].overrides[0];
      if (!holds_call(text)) {
        const Override again = parse_override(point);
        fuzz::require(again.key_element() == parsed.key_element());
        fuzz::require(again.key_element() + "=" + element_text(again.value) == point);
      }
      if (!cursor.advance()) break;
    }
  });
  return 0;
}
