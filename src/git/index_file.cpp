#include "git/index_file.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <fcntl.h>
#include <stdexcept>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "base/parallel.hpp"
#include "base/text.hpp"
#include "fs/descriptor.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "git/mode.hpp"
#include "hash/sha1.hpp"

namespace expcore::git {
namespace {

constexpr std::size_t trailer = 20;  ///< The index's own SHA-1.

constexpr std::size_t smallest = 12 + trailer;  ///< No entries.
constexpr std::size_t smallest_entry = 62;

unsigned jobs_for(std::size_t count) {
  constexpr std::size_t parallel_from = 1024;
  return count < parallel_from ? 1 : 0;
}

}  // namespace

/// Throws std::out_of_range where the bytes end too early, std::invalid_argument for what this
/// class leaves to others.
class IndexFile::Reader {
 public:
  explicit Reader(IndexFile& index) : index_(index), bytes_(index.bytes_) {}

  void read() {
    if (take(4) != "DIRC") throw std::invalid_argument("signature");
    index_.version_ = number();
    if (index_.version_ < 2 || index_.version_ > 4) throw std::invalid_argument("version");
    const std::uint32_t count = number();
    index_.entries_.reserve(std::min<std::size_t>(count, bytes_.size() / smallest_entry));
    for (std::uint32_t i = 0; i < count; ++i)
      index_.entries_.push_back(entry());
    index_.entries_end_ = at_;
    while (bytes_.size() - at_ > trailer)
      extension();
    if (bytes_.size() - at_ != trailer) throw std::out_of_range("end");
  }

 private:
  std::string_view take(std::size_t size) {
    if (size > bytes_.size() - at_) throw std::out_of_range("bytes");
    const auto taken = bytes_.substr(at_, size);
    at_ += size;
    return taken;
  }

  std::uint32_t number(std::size_t size = 4) {
    std::uint32_t value = 0;
    for (const char c : take(size))
      value = value << 8U | static_cast<unsigned char>(c);
    return value;
  }

  std::int64_t time() {
    const std::int64_t seconds = number();
    return seconds * 1'000'000'000 + number();
  }

  Entry entry() {
    Entry entry;
    entry.offset = at_;
    entry.ctime_ns = time();
    entry.mtime_ns = time();
    number();  // the device, which Git does not compare either
    entry.inode = number();
    entry.mode = number();
    take(8);  // user and group
    entry.size = number();
    entry.id = raw_id(take(trailer));
    const std::uint32_t flags = number(2);
    // assume-unchanged; extended flags, of which all that there are matter here; a stage
    if ((flags & 0xf000U) != 0) throw std::invalid_argument("flags");
    if (entry.mode == submodule_mode) {
      index_.has_submodules_ = true;
    } else if (entry.mode != file_mode && entry.mode != executable_mode &&
               entry.mode != link_mode) {
      throw std::invalid_argument("mode");
    }
    entry.path = index_.version_ == 4 ? shortened_path() : path_of(entry);
    return entry;
  }

  std::string_view path_of(const Entry& entry) {
    const auto path = text();
    if (path.empty()) throw std::invalid_argument("path");
    const std::size_t length = at_ - entry.offset;  // one NUL read; up to seven more
    take((8 - length % 8) % 8);
    return path;
  }

  /// The path before with another end.
  std::string_view shortened_path() {
    const std::string_view before = index_.entries_.empty() ? "" : index_.entries_.back().path;
    const std::size_t cut = offset();
    if (cut > before.size()) throw std::out_of_range("prefix");
    std::string path(before.substr(0, before.size() - cut));
    path += text();
    return index_.names_.emplace_back(std::move(path));
  }

  /// Up to a NUL, which is read, too.
  std::string_view text() {
    const std::size_t end = bytes_.find('\0', at_);
    if (end == std::string_view::npos) throw std::out_of_range("name");
    const auto found = take(end - at_);
    take(1);
    return found;
  }

  std::size_t offset() {
    std::uint32_t byte = number(1);
    std::size_t value = byte & 0x7fU;
    while ((byte & 0x80U) != 0) {
      byte = number(1);
      value = ((value + 1) << 7U) + (byte & 0x7fU);
      if (value > bytes_.size()) throw std::out_of_range("prefix");
    }
    return value;
  }

  /// Those with a small letter first change what the entries mean.
  void extension() {
    const auto name = take(4);
    if (name[0] < 'A' || name[0] > 'Z') throw std::invalid_argument("extension");
    const std::size_t size = number();
    const std::size_t end = at_ + size;
    if (size > bytes_.size() - at_) throw std::out_of_range("extension");
    if (name == "TREE" && size > 0) {
      if (!text().empty()) throw std::invalid_argument("root");
      noted_trees("");
    }
    if (at_ > end) throw std::out_of_range("extension");
    at_ = end;
  }

  /// Git's notes of a folder and those in it: how many files are below it (-1 when something
  /// changed), how many folders are in it, its tree, those folders with their names.
  void noted_trees(const std::string& folder) {
    constexpr std::size_t longest = 4096;
    if (folder.size() > longest) throw std::invalid_argument("folder");
    const auto files = decimal(' ');
    const auto folders = decimal('\n');
    if (files >= 0) {
      index_.noted_[folder] = {static_cast<std::size_t>(files), raw_id(take(trailer))};
    }
    for (std::int64_t i = 0; i < folders; ++i) {
      const auto name = text();
      if (name.empty()) throw std::invalid_argument("name");
      noted_trees(fmt::format("{}{}/", folder, name));
    }
  }

  std::int64_t decimal(char terminator) {
    const std::size_t end = bytes_.find(terminator, at_);
    if (end == std::string_view::npos) throw std::out_of_range("number");
    const auto digits = take(end - at_);
    take(1);
    std::int64_t value = 0;
    const auto done = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (done.ec != std::errc() || done.ptr != digits.data() + digits.size()) {
      throw std::invalid_argument("number");
    }
    return value;
  }

  static RawId raw_id(std::string_view bytes) {
    RawId id{};
    std::copy(bytes.begin(), bytes.end(), id.begin());
    return id;
  }

  IndexFile& index_;
  std::string_view bytes_;
  std::size_t at_ = 0;
};

std::optional<IndexFile> IndexFile::read(const std::string& path) {
  const auto stat = fs::stat(path);  // before the bytes: a later writer's time would be too late
  auto bytes = fs::read_file_if_exists(path);
  if (!stat || !bytes) return std::nullopt;
  return parse(std::move(*bytes), stat->mtime_ns);
}

std::optional<IndexFile> IndexFile::parse(std::string bytes, std::int64_t written_ns) {
  if (bytes.size() < smallest) return std::nullopt;
  IndexFile index;
  index.bytes_ = std::move(bytes);
  index.written_ns_ = written_ns;
  try {
    Reader(index).read();
  } catch (const std::logic_error&) {
    return std::nullopt;
  }
  return index;
}

bool IndexFile::is_undamaged() const {
  const auto hash = hash::sha1(bytes().substr(0, bytes_.size() - trailer));
  return bytes().ends_with(std::string_view(hash.data(), hash.size()));
}

std::vector<IndexFile::Entry>::const_iterator IndexFile::first_from(std::string_view path) const {
  return std::lower_bound(
      entries_.begin(), entries_.end(), path,
      [](const Entry& entry, std::string_view name) { return entry.path < name; });
}

bool IndexFile::has(std::string_view path) const {
  const auto found = first_from(path);
  return found != entries_.end() && found->path == path &&
         (found->mode == file_mode || found->mode == executable_mode);
}

bool IndexFile::has_path(std::string_view path) const {
  const auto found = first_from(path);
  return found != entries_.end() && found->path == path;
}

bool IndexFile::has_below(std::string_view path) const {
  const std::string folder = fmt::format("{}/", path);
  const auto found = first_from(folder);
  return found != entries_.end() && found->path.starts_with(folder);
}

bool IndexFile::is_like(const std::string& workdir) const {
  if (has_submodules_) return false;
  std::atomic<bool> is_like = true;
  parallel_for(entries_.size(), jobs_for(entries_.size()), [&](std::size_t i) {
    if (is_like && !is_unchanged(workdir, entries_[i])) is_like = false;
  });
  return is_like && are_real_folders(folders(), workdir);
}

std::vector<std::size_t> IndexFile::suspects(const std::string& workdir) const {
  std::vector<char> is_suspect(entries_.size());
  parallel_for(entries_.size(), jobs_for(entries_.size()),
               [&](std::size_t i) { is_suspect[i] = is_unchanged(workdir, entries_[i]) ? 0 : 1; });
  std::vector<std::size_t> numbers;
  for (std::size_t i = 0; i < is_suspect.size(); ++i)
    if (is_suspect[i] != 0) numbers.push_back(i);
  return numbers;
}

std::optional<std::vector<std::size_t>> IndexFile::few_suspects(const std::string& workdir) const {
  constexpr std::size_t few = 1000;
  if (!are_real_folders(folders(), workdir)) return std::nullopt;
  auto numbers = suspects(workdir);
  if (numbers.size() > few) return std::nullopt;
  return numbers;
}

std::vector<std::string> IndexFile::folders() const {
  std::vector<std::string> folders;
  std::string_view last;
  for (const auto& entry : entries_) {
    const std::string_view path = entry.path;
    // What it shares with the path before has been seen.
    const auto shared = std::mismatch(last.begin(), last.end(), path.begin(), path.end()).second;
    for (auto slash = path.find('/', static_cast<std::size_t>(shared - path.begin()));
         slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
      folders.emplace_back(path.substr(0, slash + 1));
    }
    last = path;
  }
  return folders;
}

std::string index_checksum(const std::string& path) {
  const fs::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, trailer> bytes{};
  if (!file.is_open() || ::lseek(file.get(), -static_cast<off_t>(trailer), SEEK_END) < 0) return "";
  if (fs::read_some(file, bytes.data(), bytes.size(), path) != bytes.size()) return "";
  if (bytes == std::array<char, trailer>{}) return "";
  return to_hex({bytes.data(), bytes.size()});
}

std::vector<std::string> folders_above(std::string_view path) {
  std::vector<std::string> folders;
  for (auto slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1)) {
    folders.emplace_back(path.substr(0, slash + 1));
  }
  return folders;
}

bool are_real_folders(const std::vector<std::string>& folders, const std::string& workdir) {
  std::atomic<bool> are_real = true;
  parallel_for(folders.size(), jobs_for(folders.size()), [&](std::size_t i) {
    const std::string path = fs::join(workdir, folders[i].substr(0, folders[i].size() - 1));
    const auto stat = fs::stat(path, fs::Follow::no);
    if (stat && stat->kind != fs::Kind::directory) are_real = false;
  });
  return are_real;
}

std::optional<RawId> IndexFile::noted_tree(const std::string& folder, std::size_t size) const {
  const auto found = noted_.find(folder);
  if (found == noted_.end() || found->second.size != size) return std::nullopt;
  return found->second.id;
}

std::size_t IndexFile::count_unknown(const std::vector<std::string>& folders) const {
  const auto unknown =
      std::count_if(folders.begin(), folders.end(),
                    [&](const std::string& folder) { return !noted_.contains(folder); });
  return static_cast<std::size_t>(unknown);
}

bool IndexFile::is_unchanged(const std::string& workdir, const Entry& entry) const {
  if (entry.mtime_ns >= written_ns_) return false;  // it may have changed again in that instant
  const auto stat = fs::stat(fs::join(workdir, entry.path), fs::Follow::no);
  if (!stat) return false;
  const bool is_link = entry.mode == link_mode;
  const bool is_kind = stat->kind == (is_link ? fs::Kind::symlink : fs::Kind::file);
  const bool is_mode = is_link || ((stat->mode & 0100U) != 0) == (entry.mode == executable_mode);
  return is_kind && is_mode && static_cast<std::uint32_t>(stat->inode) == entry.inode &&
         static_cast<std::uint32_t>(stat->size) == entry.size && stat->mtime_ns == entry.mtime_ns &&
         stat->ctime_ns == entry.ctime_ns;
}

}  // namespace expcore::git
