#include "data/glob.hpp"

#include <algorithm>
#include <fnmatch.h>

#include "base/text.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"

namespace expcore::data {
namespace {

bool is_pattern(const std::string& part) { return part.find_first_of("*?[") != std::string::npos; }

class Matcher {
 public:
  Matcher(std::string directory, std::vector<std::string> parts)
      : directory_(std::move(directory)), parts_(std::move(parts)) {}

  std::vector<std::string> run(const std::string& start) {
    match(start, 0);
    std::sort(found_.begin(), found_.end());
    found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
    return std::move(found_);
  }

 private:
  /// `path` (as the user would write it) matched everything before `part`.
  void match(const std::string& path, std::size_t part) {
    if (part == parts_.size()) {
      if (!path.empty()) found_.push_back(path);
      return;
    }
    const std::string& wanted = parts_[part];
    if (!is_pattern(wanted)) {
      const std::string next = fs::join(path, wanted);
      if (fs::exists(fs::absolute(directory_, next))) match(next, part + 1);
      return;
    }
    if (wanted == "**") match(path, part + 1);
    const std::string folder = fs::absolute(directory_, path.empty() ? "." : path);
    if (!fs::is_directory(folder)) return;
    for (const auto& entry : fs::list_directory(folder)) {
      if (entry.name.front() == '.' && wanted.front() != '.') continue;
      const std::string next = path.empty() ? entry.name : fs::join(path, entry.name);
      if (wanted != "**") {
        if (::fnmatch(wanted.c_str(), entry.name.c_str(), 0) == 0) match(next, part + 1);
      } else if (entry.kind == fs::Kind::directory) {
        match(next, part);
      } else if (part + 1 == parts_.size()) {
        found_.push_back(next);
      }
    }
  }

  std::string directory_;
  std::vector<std::string> parts_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> glob_paths(const std::string& pattern, const std::string& directory) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at < pattern.size();) {
    const std::size_t slash = std::min(pattern.find('/', at), pattern.size());
    if (slash > at) parts.push_back(pattern.substr(at, slash - at));
    at = slash + 1;
  }
  return Matcher(directory, std::move(parts)).run(fs::is_absolute(pattern) ? "/" : "");
}

}  // namespace expcore::data
