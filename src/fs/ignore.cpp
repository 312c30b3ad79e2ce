#include "fs/ignore.hpp"

#include <algorithm>
#include <mutex>
#include <optional>
#include <unordered_map>

#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/path.hpp"

namespace expcore::fs {
namespace {

/// The end of the character class that starts at `at` ('['), npos when it is not closed.
std::size_t class_end(std::string_view glob, std::size_t at) {
  std::size_t i = at + 1;
  if (i < glob.size() && (glob[i] == '!' || glob[i] == '^')) ++i;
  if (i < glob.size() && glob[i] == ']') ++i;
  while (i < glob.size() && glob[i] != ']')
    i += glob[i] == '\\' ? 2U : 1U;
  return i < glob.size() ? i : std::string_view::npos;
}

bool class_matches(std::string_view set, char c) {
  bool negated = false;
  if (!set.empty() && (set[0] == '!' || set[0] == '^')) {
    negated = true;
    set.remove_prefix(1);
  }
  bool found = false;
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (set[i] == '\\' && i + 1 < set.size()) ++i;
    if (i + 2 < set.size() && set[i + 1] == '-') {
      found = found || (set[i] <= c && c <= set[i + 2]);
      i += 2;
    } else {
      found = found || set[i] == c;
    }
  }
  return found != negated;
}

/// One part of a path against one part of a pattern; neither holds a '/'.
bool part_matches(std::string_view glob, std::string_view text) {
  std::size_t g = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (true) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      resume = t;
      continue;
    }
    if (t == text.size() && g == glob.size()) return true;
    bool matched = false;
    std::size_t next = g + 1;
    if (g < glob.size() && t < text.size()) {
      if (glob[g] == '?') {
        matched = true;
      } else if (glob[g] == '[' && class_end(glob, g) != std::string_view::npos) {
        const std::size_t end = class_end(glob, g);
        matched = class_matches(glob.substr(g + 1, end - g - 1), text[t]);
        next = end + 1;
      } else {
        if (glob[g] == '\\' && g + 1 < glob.size()) next = ++g + 1;
        matched = glob[g] == text[t];
      }
    }
    if (matched) {
      g = next;
      ++t;
    } else if (star != std::string_view::npos && resume < text.size()) {
      g = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
}

bool parts_match(const std::vector<std::string_view>& glob, std::size_t g,
                 const std::vector<std::string_view>& text, std::size_t t) {
  for (; g < glob.size(); ++g, ++t) {
    if (glob[g] == "**") {
      if (g + 1 == glob.size()) return t < text.size();
      for (std::size_t skip = t; skip <= text.size(); ++skip) {
        if (parts_match(glob, g + 1, text, skip)) return true;
      }
      return false;
    }
    if (t == text.size() || !part_matches(glob[g], text[t])) return false;
  }
  return t == text.size();
}

std::string_view strip_line(std::string_view line) { return trim(line); }

}  // namespace

bool glob_match(std::string_view glob, std::string_view text) {
  return parts_match(split(glob, '/'), 0, split(text, '/'), 0);
}

void IgnorePatterns::add(std::string_view text, std::string_view dir, std::string_view file) {
  int line_number = 0;
  for (const auto raw : split(text, '\n')) {
    ++line_number;
    std::string_view line = strip_line(raw);
    if (line.empty() || line[0] == '#') continue;
    Pattern pattern;
    pattern.text = std::string(line);
    pattern.file = std::string(file);
    pattern.line = line_number;
    pattern.base = dir.empty() ? "" : std::string(dir) + "/";
    if (line[0] == '!') {
      pattern.negated = true;
      line.remove_prefix(1);
    }
    if (line.ends_with('/')) {
      pattern.directories_only = true;
      line.remove_suffix(1);
    }
    if (line.empty()) continue;
    pattern.anchored = line.find('/') != std::string_view::npos;
    if (line[0] == '/') line.remove_prefix(1);
    pattern.glob = std::string(line);
    patterns_.push_back(std::move(pattern));
  }
}

bool IgnorePatterns::matches_itself(const Pattern& pattern, std::string_view path,
                                    bool is_directory) {
  if (!path.starts_with(pattern.base) || (pattern.directories_only && !is_directory)) return false;
  const std::string_view inside = path.substr(pattern.base.size());
  const auto slash = inside.rfind('/');
  // Without a slash it stands for a name, wherever that is.
  if (!pattern.anchored && pattern.glob != "**") {
    return part_matches(pattern.glob,
                        slash == std::string_view::npos ? inside : inside.substr(slash + 1));
  }
  return glob_match(pattern.glob, inside);
}

bool IgnorePatterns::matches(const Pattern& pattern, std::string_view path, bool is_directory) {
  for (std::size_t end = path.find('/', pattern.base.size());; end = path.find('/', end + 1)) {
    const bool is_whole = end == std::string_view::npos;
    if (matches_itself(pattern, path.substr(0, end), !is_whole || is_directory)) return true;
    if (is_whole) return false;
  }
}

struct DvcIgnore::Impl {
  std::string root;
  std::mutex mutex;
  /// What each folder adds; made when the folder is first asked about.
  std::unordered_map<std::string, IgnorePatterns> folders;

  const IgnorePatterns& patterns_of(const std::string& folder) {
    const auto found = folders.find(folder);
    if (found != folders.end()) return found->second;
    // Known from here on: whether the folder's own file is ignored is for the folders above to say.
    IgnorePatterns& patterns = folders[folder];
    const std::string path = folder.empty() ? root : root + "/" + folder;
    if (folder.empty()) patterns.add(".hg/\n.git/\n.git\n.dvc/\n", "", "");
    const std::string file = folder.empty() ? ".dvcignore" : folder + "/.dvcignore";
    if (folder.empty() || deciding(file, false) == nullptr) {
      if (const auto text = read_file_if_exists(path + "/.dvcignore")) {
        patterns.add(*text, folder, file);
      }
    }
    return patterns;
  }

  /// The pattern that makes root-relative `path` ignored; nullptr when it is not.
  const IgnorePatterns::Pattern* deciding(std::string_view path, bool is_directory) {
    static const IgnorePatterns::Pattern nested_project{"", "", "", "", 0, false, true, true};
    std::vector<const IgnorePatterns*> lists;
    std::string folder;
    for (std::size_t end = path.find('/');; end = path.find('/', end + 1)) {
      lists.push_back(&patterns_of(folder));
      const bool is_whole = end == std::string_view::npos;
      const std::string_view prefix = path.substr(0, end);
      const bool prefix_is_directory = !is_whole || is_directory;
      const IgnorePatterns::Pattern* last = nullptr;
      for (const auto* list : lists) {
        for (const auto& pattern : list->patterns()) {
          if (IgnorePatterns::matches(pattern, prefix, prefix_is_directory)) last = &pattern;
        }
      }
      if (last != nullptr && !last->negated) return last;
      if (is_whole && !is_directory) return nullptr;
      folder = std::string(prefix);
      if (is_nested_project(folder)) return &nested_project;
      if (is_whole) return nullptr;
    }
  }

  std::unordered_map<std::string, bool> nested;
  bool is_nested_project(const std::string& folder) {
    const auto [it, made] = nested.try_emplace(folder, false);
    if (made) it->second = is_directory(root + "/" + folder + "/.dvc");
    return it->second;
  }
};

DvcIgnore::DvcIgnore(std::string root) : impl_(std::make_unique<Impl>()) {
  impl_->root = std::move(root);
}
DvcIgnore::~DvcIgnore() = default;
DvcIgnore::DvcIgnore(DvcIgnore&&) noexcept = default;
DvcIgnore& DvcIgnore::operator=(DvcIgnore&&) noexcept = default;

bool DvcIgnore::is_ignored(const std::string& path, bool is_directory) const {
  if (!is_within(path, impl_->root) || path == impl_->root) return false;
  const std::lock_guard lock(impl_->mutex);
  return impl_->deciding(std::string_view(path).substr(impl_->root.size() + 1), is_directory) !=
         nullptr;
}

DvcIgnore::Listing::Listing(const DvcIgnore& ignore, std::string folder)
    : impl_(ignore.impl_.get()) {
  const std::string& root = impl_->root;
  nothing_ = folder != root && !is_within(folder, root);
  if (nothing_) return;
  if (folder != root) relative_ = folder.substr(root.size() + 1) + "/";
  const std::lock_guard lock(impl_->mutex);
  const std::string_view inside = std::string_view(relative_).substr(0, relative_.size() - 1);
  everything_ = !relative_.empty() && impl_->deciding(inside, true) != nullptr;
  if (everything_) return;
  for (std::size_t end = 0;; end = relative_.find('/', end) + 1) {
    const std::string above = relative_.substr(0, end == 0 ? 0 : end - 1);
    for (const auto& pattern : impl_->patterns_of(above).patterns()) {
      rules_.push_back({&pattern, !relative_.empty() && pattern.base.size() <= inside.size() &&
                                      IgnorePatterns::matches(pattern, inside, true)});
    }
    if (end == relative_.size()) break;
  }
  std::reverse(rules_.begin(), rules_.end());
}

bool DvcIgnore::Listing::is_ignored(std::string_view name, bool is_directory) const {
  if (nothing_) return false;
  if (everything_) return true;
  const std::string path = relative_ + std::string(name);
  for (const auto& rule : rules_) {
    if (!rule.matches_folder && !IgnorePatterns::matches_itself(*rule.pattern, path, is_directory))
      continue;
    if (!rule.pattern->negated) return true;
    break;
  }
  if (!is_directory) return false;
  const std::lock_guard lock(impl_->mutex);
  return impl_->is_nested_project(path);
}

std::vector<std::string> DvcIgnore::looked_at() const {
  const std::lock_guard lock(impl_->mutex);
  std::vector<std::string> paths;
  for (const auto& entry : impl_->folders)
    paths.push_back(join(join(impl_->root, entry.first), ".dvcignore"));
  for (const auto& entry : impl_->nested)
    paths.push_back(join(join(impl_->root, entry.first), ".dvc"));
  return paths;
}

std::string DvcIgnore::explain(const std::string& path, bool is_directory) const {
  if (!is_within(path, impl_->root) || path == impl_->root) return {};
  const std::lock_guard lock(impl_->mutex);
  const auto* pattern =
      impl_->deciding(std::string_view(path).substr(impl_->root.size() + 1), is_directory);
  if (pattern == nullptr) return {};
  if (pattern->file.empty()) return pattern->text.empty() ? "a nested DVC project" : pattern->text;
  return fmt::format("{}:{}:{}", pattern->file, pattern->line, pattern->text);
}

namespace {

void walk_folder(const std::string& dir, const std::string& relative_dir, const DvcIgnore* ignore,
                 const std::function<void(const WalkEntry&)>& visit,
                 const std::function<bool(const WalkEntry&)>& enter) {
  std::vector<WalkEntry> folders;
  std::optional<DvcIgnore::Listing> listing;
  if (ignore != nullptr) listing.emplace(*ignore, dir);
  for (const auto& item : list_directory(dir)) {
    const bool is_folder = item.kind == Kind::directory;
    if (listing && listing->is_ignored(item.name, is_folder)) continue;
    WalkEntry entry{dir == "/" ? dir + item.name : dir + "/" + item.name,
                    relative_dir.empty() ? item.name : relative_dir + "/" + item.name, item.kind};
    if (is_folder) {
      folders.push_back(std::move(entry));
    } else {
      visit(entry);
    }
  }
  for (const auto& folder : folders) {
    visit(folder);
    if (!enter || enter(folder)) walk_folder(folder.path, folder.relative, ignore, visit, enter);
  }
}

}  // namespace

void walk(const std::string& dir, const DvcIgnore* ignore,
          const std::function<void(const WalkEntry&)>& visit,
          const std::function<bool(const WalkEntry&)>& enter) {
  walk_folder(dir, "", ignore, visit, enter);
}

}  // namespace expcore::fs
