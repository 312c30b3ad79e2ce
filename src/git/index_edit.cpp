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
constexpr std::size_t flags_at = 60;  ///< In an entry, whose path follows.
constexpr std::size_t path_at = 62;
constexpr std::size_t longest_told = 0xfff;  ///< Of a path's length in the flags.
constexpr std::string_view start("DIRC\0\0\0\2", 8);

void put(std::string& to, std::uint64_t value, unsigned size = 4) {
  for (unsigned shift = 8 * size; shift > 0; shift -= 8)
    to += static_cast<char>(value >> (shift - 8) & 0xffU);
}

std::uint32_t number(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (const char c : bytes.substr(at, size))
    value = value << 8U | static_cast<unsigned char>(c);
  return value;
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

std::string hash_of(std::string_view bytes) {
  const auto hash = hash::sha1(bytes);
  return {hash.data(), hash.size()};
}

/// The entries of an index one after the other, as bytes.
class Entries {
 public:
  explicit Entries(std::string_view bytes) : bytes_(bytes), left_(number(bytes, 8, 4)) { read(); }

  bool is_sound() const { return is_sound_; }
  bool is_at_end() const { return path_.empty(); }
  std::string_view path() const { return path_; }
  std::size_t offset() const { return at_; }

  void next() {
    at_ += entry_size(path_.size());
    --left_;
    read();
  }

 private:
  void read() {
    path_ = {};
    if (left_ == 0) return;
    const std::string_view rest = bytes_.substr(0, bytes_.size() - hash_size);
    is_sound_ = false;
    if (at_ + path_at >= rest.size()) return;
    const std::uint32_t flags = number(rest, at_ + flags_at, 2);
    std::size_t size = flags & longest_told;
    if (size == longest_told) size = rest.find('\0', at_ + path_at) - at_ - path_at;
    // assume-unchanged; extended flags; a stage
    if ((flags & 0xf000U) != 0 || size == 0 || size > rest.size()) return;
    if (at_ + entry_size(size) > rest.size()) return;
    path_ = rest.substr(at_ + path_at, size);
    is_sound_ = true;
  }

  std::string_view bytes_;
  std::size_t at_ = header_size;
  std::uint32_t left_;
  std::string_view path_;
  bool is_sound_ = true;
};

/// Whether nothing follows the entries, which end at `end`, that changes what they mean: the names
/// of such extensions begin with a small letter.
bool has_only_optional(std::string_view bytes, std::size_t end) {
  while (bytes.size() - end > hash_size) {
    if (bytes.size() - end < 8 + hash_size || bytes[end] < 'A' || bytes[end] > 'Z') return false;
    const std::size_t size = number(bytes, end + 4, 4);
    if (size > bytes.size() - end - 8 - hash_size) return false;
    end += 8 + size;
  }
  return true;
}

}  // namespace

bool is_plain_index(std::string_view bytes) {
  if (bytes.size() < header_size + hash_size || !bytes.starts_with(start)) return false;
  Entries entries(bytes);
  while (!entries.is_at_end())
    entries.next();
  return entries.is_sound() && has_only_optional(bytes, entries.offset());
}

bool is_undamaged_index(std::string_view bytes) {
  return bytes.ends_with(hash_of(bytes.substr(0, bytes.size() - hash_size)));
}

std::string edit_index(std::string_view bytes, const std::vector<TreeEdit>& edits,
                       const std::string& workdir) {
  std::string edited(start);
  edited.reserve(bytes.size() + 128 * edits.size());
  edited.resize(header_size);
  std::uint32_t count = number(bytes, 8, 4);
  Entries entries(bytes);
  std::size_t copied = header_size;
  const auto copy = [&] {
    edited += bytes.substr(copied, entries.offset() - copied);
    copied = entries.offset();
  };
  for (const auto& edit : edits) {
    while (!entries.is_at_end() && entries.path() < edit.path)
      entries.next();
    copy();
    if (entries.path() == edit.path) {
      entries.next();
      copied = entries.offset();
      --count;
    }
    if (edit.id.empty()) continue;
    append_entry(edited, edit, workdir);
    ++count;
  }
  while (!entries.is_at_end())
    entries.next();
  copy();
  std::string counted;
  put(counted, count);
  edited.replace(8, 4, counted);
  edited += hash_of(edited);
  return edited;
}

}  // namespace expcore::git
