#include "queue/process_info.hpp"

#include <charconv>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/file.hpp"

namespace expcore::queue {

std::int64_t process_start_ticks(std::int64_t pid) {
  std::optional<std::string> text;
  try {
    text = fs::read_file_if_exists(fmt::format("/proc/{}/stat", pid));
  } catch (const Error&) {
    return -1;  // gone between open and read
  }
  if (!text) return -1;
  // The command in parentheses may hold anything; field 22 counts from the one behind it, the
  // third.
  const auto behind = text->rfind(')');
  if (behind == std::string::npos) return -1;
  const auto fields = split(std::string_view(*text).substr(behind + 2), ' ');
  constexpr std::size_t start_time = 22 - 3;
  std::int64_t ticks = -1;
  if (fields.size() > start_time) {
    const auto field = fields[start_time];
    std::from_chars(field.data(), field.data() + field.size(), ticks);
  }
  return ticks;
}

}  // namespace expcore::queue
