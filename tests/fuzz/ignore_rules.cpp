// `.dvcignore` lines, first, and a path behind a NUL, second.
#include "fs/ignore.hpp"
#include "fuzz.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const std::size_t end = text.find('\0');
  const std::string_view path = end == std::string_view::npos ? "a/b.txt" : text.substr(end + 1);
  expcore::fs::IgnorePatterns patterns;
  patterns.add(text.substr(0, end), "", ".dvcignore");
  for (const auto& pattern : patterns.patterns()) {
    expcore::fs::IgnorePatterns::matches(pattern, path, false);
    expcore::fs::IgnorePatterns::matches(pattern, path, true);
  }
  return 0;
}
