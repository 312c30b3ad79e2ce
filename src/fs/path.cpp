#include "fs/path.hpp"

#include <vector>

#include "base/text.hpp"

namespace expcore::fs {

bool is_absolute(std::string_view path) { return path.starts_with('/'); }

std::string join(std::string_view base, std::string_view rest) {
  if (is_absolute(rest) || base.empty()) return std::string(rest);
  if (rest.empty()) return std::string(base);
  std::string result(base);
  if (result.back() != '/') result += '/';
  return result.append(rest);
}

std::string normalize(std::string_view path) {
  const bool absolute = is_absolute(path);
  std::vector<std::string_view> parts;
  for (const auto part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (!parts.empty() && parts.back() != "..") {
      parts.pop_back();
    } else if (!absolute) {
      parts.push_back(part);
    }
  }
  std::string result = absolute ? "/" : "";
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) result += '/';
    result += parts[i];
  }
  return result.empty() ? "." : result;
}

std::string absolute(std::string_view base, std::string_view path) {
  return normalize(join(base, path));
}

std::string relative(std::string_view to, std::string_view from) {
  if (to == from) return ".";
  if (is_within(to, from)) return std::string(to.substr(from == "/" ? 1 : from.size() + 1));
  const auto to_parts = split(to.substr(1), '/');
  const auto from_parts = split(from == "/" ? std::string_view() : from.substr(1), '/');
  std::size_t common = 0;
  while (common < to_parts.size() && common < from_parts.size() &&
         to_parts[common] == from_parts[common]) {
    ++common;
  }
  std::string result;
  const auto add = [&](std::string_view part) {
    if (part.empty()) return;
    if (!result.empty()) result += '/';
    result += part;
  };
  for (std::size_t i = common; i < from_parts.size(); ++i) {
    if (!from_parts[i].empty()) add("..");
  }
  for (std::size_t i = common; i < to_parts.size(); ++i)
    add(to_parts[i]);
  return result.empty() ? "." : result;
}

std::string parent(std::string_view path) {
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  return slash == 0 ? "/" : std::string(path.substr(0, slash));
}

std::string filename(std::string_view path) {
  const auto slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

bool is_within(std::string_view path, std::string_view dir) {
  if (dir == "/") return is_absolute(path);
  return path.starts_with(dir) && (path.size() == dir.size() || path[dir.size()] == '/');
}

}  // namespace expcore::fs
