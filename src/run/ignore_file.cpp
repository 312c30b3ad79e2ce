#include "run/ignore_file.hpp"

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "fs/file.hpp"
#include "fs/path.hpp"

namespace expcore::run {
namespace {

/// The pattern that matches exactly this name in its folder.
std::string pattern_of(const std::string& name) {
  std::string pattern = "/";
  for (const char c : name) {
    if (std::string_view("[]!*#?").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

}  // namespace

void IgnoreFiles::add(const std::string& path) {
  const auto relative = workspace_.git_path(path);
  if (!relative) return;
  if (workspace_.repo->is_tracked(*relative)) {
    const std::string shown = workspace_.shown(path);
    throw Error(Errc::exists, fmt::format(" output '{0}' is already tracked by SCM (e.g. Git).\n"
                                          "    You can remove it from Git, then add to DVC.\n"
                                          "        To stop tracking from Git:\n"
                                          "            git rm -r --cached '{0}'\n"
                                          "            git commit -m \"stop tracking {0}\" ",
                                          shown));
  }
  if (workspace_.repo->is_ignored(*relative)) return;
  const std::string file = fs::join(fs::parent(path), ".gitignore");
  const auto content = fs::read_file_if_exists(file);
  former_.try_emplace(file, content);
  std::string text = content.value_or("");
  if (!text.empty() && text.back() != '\n') text += '\n';
  fs::write_atomic(file, text + pattern_of(fs::filename(path)) + "\n");
}

void IgnoreFiles::roll_back() {
  for (const auto& [file, content] : former_) {
    if (content) {
      fs::write_atomic(file, *content);
    } else {
      fs::remove(file);
    }
  }
  former_.clear();
}

std::vector<std::string> IgnoreFiles::changed() const {
  std::vector<std::string> files;
  for (const auto& former : former_)
    files.push_back(former.first);
  return files;
}

}  // namespace expcore::run
