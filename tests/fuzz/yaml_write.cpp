// Any YAML value that can be read is written so that it reads back as the same.
#include "fuzz.hpp"
#include "yaml/reader.hpp"
#include "yaml/writer.hpp"

namespace {

/// Dates and keys that are no strings are never written.
bool is_writable(const expcore::yaml::Value& value) {
  using Kind = expcore::yaml::Value::Kind;
  if (value.kind() == Kind::timestamp) return false;
  if (value.is_list()) {
    for (const auto& item : value.list()) {
      if (!is_writable(item)) return false;
    }
  }
  if (value.is_map()) {
    for (const auto& member : value.map()) {
      if (!member.key.is_string() || !is_writable(member.value)) return false;
    }
  }
  return true;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::expect_answer([&] {
    expcore::yaml::Map document;
    document.append("value", expcore::yaml::parse_yaml(fuzz::text_of(data, size)));
    if (!is_writable(document)) return;
    const std::string before = python_repr(document);
    const std::string text = expcore::yaml::dump_yaml(std::move(document));
    fuzz::require(python_repr(expcore::yaml::parse_yaml(text)) == before);
  });
  return 0;
}
