#include "run/ignore_file.hpp"

#include <iterator>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "fs/file.hpp"
#include "fs/path.hpp"

namespace expcore::run {

std::string ignore_pattern(const std::string& name) {
  std::string pattern = "/";
  for (const char c : name) {
    if (std::string_view("[]!*#?").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

void IgnoreFiles::add(const std::string& path, std::size_t rank) {
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
  const std::string path_of_file = fs::join(fs::parent(path), ".gitignore");
  const auto content = fs::read_file_if_exists(path_of_file);
  const auto [found, is_new] = files_.try_emplace(path_of_file);
  File& file = found->second;
  if (is_new) file.original = content;
  // A command may have changed the file since: then its present content is what ours follow.
  if (is_new || content != file.written) {
    file.base = content.value_or("");
    if (!file.base.empty() && file.base.back() != '\n') file.base += '\n';
    file.lines.clear();
  }
  const auto line = file.lines.emplace(rank, ignore_pattern(fs::filename(path)));
  const bool follows = content && std::next(line) == file.lines.end() && content->ends_with('\n');
  if (follows) {
    fs::append_whole(path_of_file, line->second + "\n");
    file.written = *content + line->second + "\n";
  } else {
    file.written = file.text();
    fs::write_atomic(path_of_file, file.written, fs::Durability::full);
  }
}

std::string IgnoreFiles::File::text() const {
  std::string text = base;
  for (const auto& line : lines)
    text += line.second + "\n";
  return text;
}

void IgnoreFiles::roll_back() {
  for (const auto& [path, file] : files_) {
    if (file.original) {
      fs::write_atomic(path, *file.original, fs::Durability::full);
    } else {
      fs::remove(path);
    }
  }
  files_.clear();
}

std::vector<std::string> IgnoreFiles::changed() const {
  std::vector<std::string> paths;
  for (const auto& file : files_)
    paths.push_back(file.first);
  return paths;
}

}  // namespace expcore::run
