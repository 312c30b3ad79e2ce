#include "git/index_edit.hpp"

#include <algorithm>
#include <sys/stat.h>

#include "fs/path.hpp"
#include "git/convert.hpp"
#include "hash/sha1.hpp"

namespace expcore::git {
namespace {

constexpr std::size_t hash_size = 20;
constexpr std::size_t header_size = 12;
constexpr std::size_t path_at = 62;          ///< In an entry.
constexpr std::size_t longest_told = 0xfff;  ///< Of a path's length in the flags.
constexpr std::string_view start("DIRC\0\0\0\2", 8);

void put(std::string& to, std::uint64_t value, unsigned size = 4) {
  for (unsigned shift = 8 * size; shift > 0; shift -= 8)
    to += static_cast<char>(value >> (shift - 8) & 0xffU);
}

/// Entries end in one to eight NULs.
std::size_t entry_size(std::size_t path_size) { return (path_at + path_size + 8) / 8 * 8; }

/// A file that is not there is said to be of the year 1970, so that nobody takes it for unchanged.
void append_entry(std::string& to, const TreeEdit& edit, const std::string& workdir) {
  struct stat stat {};
  if (::lstat(fs::join(workdir, edit.path).c_str(), &stat) != 0) stat = {};
  const std::size_t begin = to.size();
  put(to, static_cast<std::uint64_t>(stat.st_ctim.tv_sec));
  put(to, static_cast<std::uint64_t>(stat.st_ctim.tv_nsec));
  put(to, static_cast<std::uint64_t>(stat.st_mtim.tv_sec));
  put(to, static_cast<std::uint64_t>(stat.st_mtim.tv_nsec));
  put(to, stat.st_dev);
  put(to, stat.st_ino);
  put(to, edit.mode);
  put(to, stat.st_uid);
  put(to, stat.st_gid);
  put(to, static_cast<std::uint64_t>(stat.st_size));
  const git_oid oid = to_oid(edit.id);
  to.append(reinterpret_cast<const char*>(oid.id), hash_size);
  put(to, std::min(edit.path.size(), longest_told), 2);
  to += edit.path;
  to.resize(begin + entry_size(edit.path.size()));
}

}  // namespace

bool is_editable(const IndexFile& index) { return index.version() == 2; }

std::string edit_index(const IndexFile& index, const std::vector<TreeEdit>& edits,
                       const std::string& workdir) {
  const std::string_view bytes = index.bytes();
  const auto& entries = index.entries();
  std::string edited(start);
  edited.reserve(bytes.size() + 128 * edits.size());
  edited.resize(header_size);
  std::size_t count = entries.size();
  std::size_t next = 0;  // of the entries
  std::size_t copied = header_size;
  const auto begin = [&] {
    return next < entries.size() ? entries[next].offset : index.entries_end();
  };
  const auto copy = [&] {
    edited += bytes.substr(copied, begin() - copied);
    copied = begin();
  };
  for (const auto& edit : edits) {
    while (next < entries.size() && entries[next].path < edit.path)
      ++next;
    copy();
    if (next < entries.size() && entries[next].path == edit.path) {
      ++next;
      copied = begin();
      --count;
    }
    if (edit.id.empty()) continue;
    append_entry(edited, edit, workdir);
    ++count;
  }
  next = entries.size();
  copy();
  std::string counted;
  put(counted, count);
  edited.replace(8, 4, counted);
  const auto hash = hash::sha1(edited);
  edited.append(hash.data(), hash.size());
  return edited;
}

}  // namespace expcore::git
