#include "git/ignore_rules.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"

namespace expcore::git {
namespace {

std::string variable(const std::map<std::string, std::string>& environment, const char* name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

/// Whether a Git configuration may change where ignore rules are.
bool may_redirect(const std::string& path) {
  const auto text = fs::read_file_if_exists(path);
  if (!text) return false;
  const std::string lower = to_lower_ascii(*text);
  return lower.find("excludesfile") != std::string::npos ||
         lower.find("[include") != std::string::npos ||
         lower.find("worktree") != std::string::npos ||
         lower.find("ignorecase = true") != std::string::npos;
}

/// Blanks at a line's start count for Git; at its end they do when escaped.
bool has_blanks_that_count(std::string_view text) {
  for (auto line : split(text, '\n')) {
    if (line.ends_with('\r')) return true;
    if (line.find("\\ ") != std::string_view::npos) return true;
    if (!line.empty() && (line[0] == ' ' || line[0] == '\t') && !trim(line).empty()) return true;
  }
  return false;
}

}  // namespace

IgnoreRules::IgnoreRules(std::string workdir, const std::map<std::string, std::string>& environment)
    : workdir_(std::move(workdir)) {
  const std::string home = variable(environment, "HOME");
  std::string settings = variable(environment, "XDG_CONFIG_HOME");
  if (settings.empty()) settings = home + "/.config";
  read_ = {"/etc/gitconfig", home + "/.gitconfig", settings + "/git/config",
           workdir_ + "/.git/config"};
  certain_ = fs::is_directory(workdir_ + "/.git") &&
             std::none_of(read_.begin(), read_.end(), may_redirect);
  if (!certain_) return;
  add_file(common_, settings + "/git/ignore", "");
  add_file(common_, workdir_ + "/.git/info/exclude", "");
}

void IgnoreRules::add_file(fs::IgnorePatterns& patterns, const std::string& path,
                           const std::string& folder) {
  read_.push_back(path);
  const auto text = fs::read_file_if_exists(path);
  if (!text) return;
  if (has_blanks_that_count(*text)) certain_ = false;
  patterns.add(*text, folder, path);
}

const fs::IgnorePatterns& IgnoreRules::patterns_of(const std::string& folder) {
  const auto [place, made] = folders_.try_emplace(folder);
  if (made) {
    const std::string inside = folder.empty() ? workdir_ : workdir_ + "/" + folder;
    add_file(place->second, inside + "/.gitignore", folder);
  }
  return place->second;
}

std::optional<std::vector<std::string>> IgnoreRules::looked_at() const {
  if (!certain_) return std::nullopt;
  return read_;
}

std::optional<bool> IgnoreRules::is_ignored(std::string_view path, bool is_directory) {
  std::vector<const fs::IgnorePatterns*> lists = {&common_};
  std::string folder;
  for (std::size_t end = path.find('/');; end = path.find('/', end + 1)) {
    lists.push_back(&patterns_of(folder));
    if (!certain_) return std::nullopt;
    const bool is_whole = end == std::string_view::npos;
    const std::string_view prefix = path.substr(0, end);
    const fs::IgnorePatterns::Pattern* last = nullptr;
    for (const auto* list : lists) {
      for (const auto& pattern : list->patterns()) {
        if (fs::IgnorePatterns::matches_itself(pattern, prefix, !is_whole || is_directory))
          last = &pattern;
      }
    }
    if (last != nullptr && !last->negated) return true;
    if (is_whole) return false;
    folder = std::string(prefix);
  }
}

}  // namespace expcore::git
