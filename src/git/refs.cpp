#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <iterator>
#include <memory>
#include <set>
#include <unistd.h>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/parallel.hpp"
#include "base/text.hpp"
#include "fs/descriptor.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "git/loose_refs.hpp"
#include "git/packed_refs.hpp"
#include "git/ref_lock.hpp"
#include "git/repo.hpp"

/// Refs are read and written as files: libgit2's own deletion races with other writers of
/// packed-refs (docs/decisions/git-refs.md).
namespace expcore::git {
namespace {

bool is_per_worktree(std::string_view name) {
  return !name.starts_with("refs/") || name.starts_with("refs/bisect/") ||
         name.starts_with("refs/worktree/") || name.starts_with("refs/rewritten/");
}

/// The content of a file of a ref's size; nullopt when there is none, or a folder in its place.
std::optional<std::string> read_small(const std::string& path) {
  const fs::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open() && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (!file.is_open()) fs::fail(errno, path);
  if (fs::stat(file, path).kind == fs::Kind::directory) return std::nullopt;
  std::array<char, 4096> text{};  // more than the longest name of a ref
  return std::string(text.data(), fs::read_some(file, text.data(), text.size(), path));
}

void append_reflog(const std::string& common_dir, const std::string& name, const Id& from,
                   const Id& to, const Signature& who, const std::string& message) {
  const std::string path = common_dir + "/logs/" + name;
  fs::make_directories(fs::parent(path));
  const int minutes = std::abs(who.offset_minutes);
  fs::append(path, fmt::format("{} {} {} <{}> {} {}{:02}{:02}\t{}\n",
                               from.empty() ? std::string(40, '0') : from, to, who.name, who.email,
                               who.seconds, who.offset_minutes < 0 ? '-' : '+', minutes / 60,
                               minutes % 60, replace_all(message, "\n", " ")));
}

/// Removes folders that became empty, up to but not including refs/ and its children.
void remove_empty_parents(const std::string& root, const std::string& name) {
  std::string folder = fs::parent(name);
  while (std::count(folder.begin(), folder.end(), '/') >= 2) {
    if (::rmdir((root + "/" + folder).c_str()) != 0) return;
    folder = fs::parent(folder);
  }
}

/// One of the `sorted` names of each folder.
std::vector<std::string> one_per_folder(const std::vector<std::string>& sorted) {
  std::vector<std::string> names;
  for (const auto& name : sorted) {
    if (names.empty() || fs::parent(names.back()) != fs::parent(name)) names.push_back(name);
  }
  return names;
}

/// False when there is no such file, or a folder in its place.
bool remove_file(const std::string& path) {
  if (::unlink(path.c_str()) == 0) return true;
  if (errno != ENOENT && errno != ENOTDIR && errno != EISDIR) fs::fail(errno, path);
  return false;
}

/// Removes the files of loose refs; says of each whether there was one. On file systems that tell
/// the device of every freed block at once an unlink waits for the device: several wait together.
std::vector<char> remove_files(const std::string& root, const std::vector<std::string>& names) {
  constexpr std::size_t many = 64;
  constexpr unsigned threads = 8;
  std::vector<char> was_there(names.size());
  parallel_for(names.size(), names.size() < many ? 1 : threads, [&](std::size_t i) {
    was_there[i] = static_cast<char>(remove_file(root + "/" + names[i]));
  });
  return was_there;
}

void remove_reflogs(const std::string& common_dir, const std::vector<std::string>& sorted) {
  std::string folder;
  bool has_logs = false;
  for (const auto& name : sorted) {
    if (auto parent = fs::parent(name); parent != folder) {
      folder = std::move(parent);
      has_logs = fs::is_directory(common_dir + "/logs/" + folder);
    }
    if (has_logs) remove_file(common_dir + "/logs/" + name);
  }
}

/// The text of packed-refs without the `sorted` names, those of which it has go to `dropped`.
std::string without(std::string_view text, const std::vector<std::string>& sorted,
                    std::set<std::string>& dropped) {
  std::string kept;
  bool dropping = false;  // what follows a ref's line belongs to it
  for (const auto line : split(text, '\n')) {
    if (line.empty()) continue;
    if (const auto ref = parse_packed(line)) {
      dropping = std::binary_search(sorted.begin(), sorted.end(), ref->name);
      if (dropping) dropped.insert(std::string(ref->name));
    } else if (line[0] == '#') {
      dropping = false;
    }
    if (!dropping) kept.append(line).append("\n");
  }
  return kept;
}

}  // namespace

bool is_valid_refname(std::string_view name) {
  if (!name.starts_with("refs/") || name.back() == '.' ||
      name.find("..") != std::string_view::npos || name.find("@{") != std::string_view::npos) {
    return false;
  }
  const bool has_odd_byte = std::any_of(name.begin(), name.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f ||
           std::string_view(" ~^:?*[\\").find(c) != std::string_view::npos;
  });
  if (has_odd_byte) return false;
  const auto parts = split(name, '/');
  return std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
    return !part.empty() && part.front() != '.' && !part.ends_with(".lock");
  });
}

std::vector<RefEntry> Repo::refs(std::string_view prefix) const {
  const auto by_name = [](const RefEntry& a, const RefEntry& b) { return a.name < b.name; };
  auto found = list_loose_refs(common_dir_, prefix, std::chrono::system_clock::now()).refs;
  remove_dead_lock(common_dir_ + "/packed-refs.lock");
  auto all = packed_->with_prefix(prefix);
  if (all.empty()) return found;
  // Git keeps them sorted, others may not.
  if (!std::is_sorted(all.begin(), all.end(), by_name)) std::sort(all.begin(), all.end(), by_name);
  if (found.empty()) return all;
  std::vector<RefEntry> merged;
  merged.reserve(all.size() + found.size());
  std::set_union(std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()),
                 std::make_move_iterator(all.begin()), std::make_move_iterator(all.end()),
                 std::back_inserter(merged), by_name);  // the loose one of two
  return merged;
}

/// The ref itself, loose or packed, without following it. Throws: Error{git} for a file that is
/// none, Error{io}.
std::optional<RefEntry> Repo::find_ref(const std::string& name) const {
  const std::string& folder = is_per_worktree(name) ? git_dir_ : common_dir_;
  if (const auto text = read_small(folder + "/" + name)) {
    auto loose = parse_loose(name, *text);
    if (!loose) throw Error(Errc::git, fmt::format("corrupted loose reference file: {}", name));
    return loose;
  }
  if (auto target = packed_->find(name)) return RefEntry{name, std::move(*target), ""};
  return std::nullopt;
}

std::optional<Id> Repo::resolve_ref(std::string_view refname) const {
  constexpr int deepest = 5;  // as in Git
  std::string name(refname);
  for (int depth = 0; depth <= deepest; ++depth) {
    if (name != "HEAD" && !is_valid_refname(name)) {
      throw Error(Errc::git,
                  fmt::format("resolve '{}': the given reference name is not valid", name));
    }
    auto ref = find_ref(name);
    if (!ref) return std::nullopt;
    if (!ref->target.empty()) return std::move(ref->target);
    name = std::move(ref->symbolic_target);
  }
  throw Error(Errc::git,
              fmt::format("resolve '{}': too many levels of symbolic references", refname));
}

bool Repo::set_ref(const std::string& name, const Id& target, const std::optional<Id>& expected,
                   const std::optional<std::string>& log) {
  // A folder left behind by deleted refs is in the way of a ref of that name.
  remove_empty_parents(common_dir_, name + "/x");
  LockedFile file(common_dir_ + "/" + name);
  const Id current = resolve_ref(name).value_or("");
  if (expected && current != *expected) return false;
  file.replace(target + "\n");
  if (log) {
    append_reflog(common_dir_, name, current, target,
                  identities({}, std::chrono::system_clock::now()).second, *log);
  }
  return true;
}

void Repo::set_symbolic_ref(const std::string& name, const std::string& target) {
  LockedFile(common_dir_ + "/" + name).replace("ref: " + target + "\n");
}

std::vector<std::string> Repo::delete_refs(const std::vector<std::string>& names) {
  std::vector<std::string> sorted = names;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  std::vector<std::unique_ptr<LockedFile>> locks;
  const auto maker = std::make_shared<LockMaker>();
  for (const auto& name : sorted) {
    locks.push_back(std::make_unique<LockedFile>(common_dir_ + "/" + name, maker));
  }
  // Held until the loose files are gone, whether packed-refs exists or not: whoever packs refs
  // meanwhile would put back what it read before.
  const std::string packed_path = common_dir_ + "/packed-refs";
  auto packed = std::make_unique<LockedFile>(packed_path);
  std::set<std::string> gone;
  const std::string kept = without(fs::read_file_if_exists(packed_path).value_or(""), sorted, gone);
  if (!gone.empty()) packed->replace(kept);
  const auto was_loose = remove_files(common_dir_, sorted);
  remove_reflogs(common_dir_, sorted);
  packed.reset();
  locks.clear();
  for (const auto& name : one_per_folder(sorted)) {
    remove_empty_parents(common_dir_, name);
    remove_empty_parents(common_dir_ + "/logs", name);
  }
  std::vector<std::string> deleted;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (was_loose[i] != 0 || gone.contains(sorted[i])) deleted.push_back(sorted[i]);
  }
  return deleted;
}

std::optional<Id> Repo::head() const { return resolve_ref("HEAD"); }

std::optional<std::string> Repo::head_branch() const {
  const auto text = fs::read_file_if_exists(git_dir_ + "/HEAD");
  if (!text || !text->starts_with("ref: ")) return std::nullopt;
  return std::string(trim(std::string_view(*text).substr(5)));
}

}  // namespace expcore::git
