#include "git/index_file.hpp"

#include <algorithm>
#include <atomic>
#include <stdexcept>

#include "base/parallel.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "git/mode.hpp"

namespace expcore::git {
namespace {

constexpr std::size_t trailer = 20;  ///< The index's own SHA-1.

}  // namespace

/// Throws std::out_of_range where the bytes end too early, std::invalid_argument for what this
/// class leaves to others.
class IndexFile::Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::vector<Entry> read() {
    if (take(4) != "DIRC") throw std::invalid_argument("signature");
    version_ = number();
    if (version_ < 2 || version_ > 4) throw std::invalid_argument("version");
    const std::uint32_t count = number();
    std::vector<Entry> entries;
    entries.reserve(std::min<std::size_t>(count, bytes_.size() / smallest));
    std::string path;
    for (std::uint32_t i = 0; i < count; ++i)
      entries.push_back(entry(path));
    while (bytes_.size() - at_ > trailer)
      extension();
    if (bytes_.size() - at_ != trailer) throw std::out_of_range("end");
    return entries;
  }

 private:
  static constexpr std::size_t smallest = 62;  ///< Bytes of an entry.

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

  /// `path`: of the entry before.
  Entry entry(std::string& path) {
    const std::size_t begin = at_;
    Entry entry;
    entry.ctime_ns = time();
    entry.mtime_ns = time();
    number();  // the device, which Git does not compare either
    entry.inode = number();
    entry.mode = number();
    take(8);  // user and group
    entry.size = number();
    take(trailer);
    const std::uint32_t flags = number(2);
    // assume-unchanged; extended flags, of which all that there are matter here; a stage
    if ((flags & 0xf000U) != 0) throw std::invalid_argument("flags");
    if (entry.mode != file_mode && entry.mode != executable_mode && entry.mode != link_mode) {
      throw std::invalid_argument("mode");
    }
    if (version_ == 4) {
      const std::size_t cut = offset();
      if (cut > path.size()) throw std::out_of_range("prefix");
      path.resize(path.size() - cut);
      path += text();
    } else {
      path = text();
      const std::size_t length = at_ - begin;  // one NUL read; up to seven more
      take((8 - length % 8) % 8);
    }
    entry.path = path;
    return entry;
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
    take(number());
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::uint32_t version_ = 0;
};

std::optional<IndexFile> IndexFile::read(const std::string& path) {
  const auto stat = fs::stat(path);  // before the bytes: a later writer's time would be too late
  auto bytes = fs::read_file_if_exists(path);
  if (!stat || !bytes) return std::nullopt;
  IndexFile index;
  index.bytes_ = std::move(*bytes);
  index.written_ns_ = stat->mtime_ns;
  try {
    index.entries_ = Reader(index.bytes_).read();
  } catch (const std::logic_error&) {
    return std::nullopt;
  }
  return index;
}

bool IndexFile::has(std::string_view path) const {
  const auto found =
      std::lower_bound(entries_.begin(), entries_.end(), path,
                       [](const Entry& entry, std::string_view name) { return entry.path < name; });
  return found != entries_.end() && found->path == path && found->mode != link_mode;
}

bool IndexFile::is_like(const std::string& workdir) const {
  constexpr std::size_t parallel_from = 1024;
  std::atomic<bool> is_like = true;
  const unsigned jobs = entries_.size() < parallel_from ? 1 : 0;
  parallel_for(entries_.size(), jobs, [&](std::size_t i) {
    if (is_like && !is_unchanged(workdir, entries_[i])) is_like = false;
  });
  return is_like;
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
