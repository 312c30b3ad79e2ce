#pragma once
#include <string>
#include <string_view>

/// Paths are byte strings, '/'-separated, as the operating system uses them.
namespace expcore::fs {

/// Whether `path` starts with '/'.
bool is_absolute(std::string_view path);

/// `base` + '/' + `rest`; `rest` alone when it is absolute, `base` alone when `rest` is empty.
std::string join(std::string_view base, std::string_view rest);

/// Removes "." and "..", doubled and trailing slashes, without looking at the disk (Python's
/// os.path.normpath). An empty path is ".".
std::string normalize(std::string_view path);

/// `normalize(join(base, path))`; `base` is absolute.
std::string absolute(std::string_view base, std::string_view path);

/// The way from directory `from` to `to`, both absolute and normalised (os.path.relpath);
/// "." when they are the same.
std::string relative(std::string_view to, std::string_view from);

/// Everything before the last '/', "" when there is none, "/" for a path right under the root.
std::string parent(std::string_view path);

/// Everything after the last '/'.
std::string filename(std::string_view path);

/// Whether `path` is `dir` or lies under it; both normalised.
bool is_within(std::string_view path, std::string_view dir);

}  // namespace expcore::fs
