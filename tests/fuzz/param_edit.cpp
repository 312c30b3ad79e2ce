// Edits of params files: reading the edited text gives what editing the values gives. The first
// byte picks the format, the first line is an override, the rest is the file.
#include "fuzz.hpp"
#include "params/edit.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace expcore;
  if (size == 0) return 0;
  const auto format = static_cast<params::Format>(data[0] % 4);
  const std::string_view rest = fuzz::text_of(data + 1, size - 1);
  const std::size_t line = rest.find('\n');
  if (line == std::string_view::npos) return 0;
  fuzz::expect_answer([&] {
    const std::string_view text = rest.substr(line + 1);
    const auto override = params::parse_override(rest.substr(0, line));
    const std::string edited = params::apply_to_text(text, format, "params", {override});
    yaml::Value wanted = text.empty() ? yaml::Value(yaml::Map()) : params::parse(text, format, "p");
    params::apply(wanted, {override});
    const yaml::Value found =
        edited.empty() ? yaml::Value(yaml::Map()) : params::parse(edited, format, "p");
    // Aliases follow their anchors.
    const bool shares = format == params::Format::yaml && text.find('*') != std::string_view::npos;
    fuzz::require(shares || params::same(found, wanted));
  });
  return 0;
}
