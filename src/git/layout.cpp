#include "git/layout.hpp"

#include <algorithm>
#include <sys/stat.h>
#include <unistd.h>

#include <expcore/error.hpp>

#include "base/text.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"

namespace expcore::git {
namespace {

/// Whoever owns a repository decides what its configuration runs; libgit2 knows the exceptions.
bool is_own_folder(const std::string& path) {
  struct stat found {};
  return ::lstat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode) &&
         found.st_uid == ::geteuid();
}

bool has_value(std::string_view line, std::string_view value) {
  const auto equals = line.find('=');
  return equals != std::string_view::npos && trim(line.substr(equals + 1)) == value;
}

/// Whether nothing in the text of a repository's configuration makes it another kind of one.
bool is_plain_config(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  for (const char* word : {"extensions", "worktree", "include"}) {
    if (text.find(word) != std::string::npos) return false;
  }
  const auto lines = split(text, '\n');
  return std::all_of(lines.begin(), lines.end(), [](std::string_view line) {
    if (line.find("repositoryformatversion") != std::string_view::npos) return has_value(line, "0");
    if (trim(line).starts_with("bare")) return has_value(line, "false");
    return true;
  });
}

}  // namespace

std::optional<Layout> plain_layout(const std::string& folder) {
  const std::string git_dir = fs::join(folder, ".git");
  if (!is_own_folder(git_dir)) return std::nullopt;
  Layout layout;
  layout.workdir = fs::real_path(folder);
  layout.git_dir = layout.common_dir = fs::join(layout.workdir, ".git");
  if (!is_own_folder(layout.workdir)) return std::nullopt;
  const auto has = [&](const char* name) { return fs::exists(fs::join(layout.git_dir, name)); };
  if (!has("HEAD") || !has("objects") || !has("refs") || has("commondir")) return std::nullopt;
  const auto config = fs::read_file_if_exists(fs::join(layout.git_dir, "config"));
  if (!config || !is_plain_config(*config)) return std::nullopt;
  return layout;
}

}  // namespace expcore::git
