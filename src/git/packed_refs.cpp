#include "git/packed_refs.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

namespace expcore::git {

bool is_id(std::string_view text) {
  if (text.size() != 40) return false;
  for (const char c : text) {
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
  }
  return true;
}

std::optional<PackedLine> parse_packed(std::string_view line) {
  if (line.size() < 42 || line[40] != ' ' || !is_id(line.substr(0, 40))) return std::nullopt;
  return PackedLine{line.substr(41), line.substr(0, 40)};
}

void PackedRefs::refresh() {
  if (file_.is_open() && fs::stat(path_) == stat_) return;
  text_.clear();
  file_ = fs::Descriptor(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file_.is_open()) {
    if (errno == ENOENT) return;
    fs::fail(errno, path_);
  }
  stat_ = fs::stat(file_, path_);
  text_.resize(static_cast<std::size_t>(stat_.size));
  std::size_t size = 0;
  while (size < text_.size()) {
    const auto got = fs::read_some(file_, text_.data() + size, text_.size() - size, path_);
    if (got == 0) break;
    size += got;
  }
  text_.resize(size);
  if (!text_.empty() && text_.back() != '\n') text_ += '\n';
}

std::optional<Id> PackedRefs::find(std::string_view name) {
  refresh();
  const std::string end = fmt::format(" {}\n", name);
  const std::string_view text = text_;
  for (auto at = text.find(end); at != std::string_view::npos; at = text.find(end, at + 1)) {
    const auto start = text.substr(0, at).rfind('\n') + 1;  // 0 in the first line
    const auto line = parse_packed(text.substr(start, at + end.size() - 1 - start));
    if (line && line->name == name) return Id(line->target);
  }
  return std::nullopt;
}

std::vector<RefEntry> PackedRefs::with_prefix(std::string_view prefix) {
  refresh();
  std::vector<RefEntry> found;
  for (std::string_view text = text_; !text.empty();) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (line.size() < 42 || !line.substr(41).starts_with(prefix)) continue;
    if (const auto ref = parse_packed(line)) {
      found.push_back({std::string(ref->name), std::string(ref->target), ""});
    }
  }
  return found;
}

}  // namespace expcore::git
