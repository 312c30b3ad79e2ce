#include "git/kept_refs.hpp"

#include <algorithm>
#include <array>
#include <linux/magic.h>
#include <stdexcept>
#include <sys/vfs.h>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/binary.hpp"
#include "base/parallel.hpp"
#include "fs/path.hpp"
#include "hash/fingerprint.hpp"

namespace expcore::git {
namespace {

constexpr std::string_view header = "expcore loose refs 2\n";
constexpr std::size_t id_size = 40;
/// How many refs one thread takes at a time.
constexpr std::size_t piece_size = 256;

bool is_same_file(const fs::Stat& a, const fs::Stat& b) {
  return a.kind == fs::Kind::file && a.device == b.device && a.inode == b.inode &&
         a.size == b.size && a.mtime_ns == b.mtime_ns && a.ctime_ns == b.ctime_ns;
}

/// One to be written, of a folder that is known.
struct Line {
  std::string_view prefix;
  std::string_view name;
  std::string_view target;
  fs::Stat stat;
};

void write_folder(BinaryWriter& out, const Line* first, const Line* end) {
  out.text(first->prefix);
  out.number(static_cast<std::uint64_t>(end - first));
  for (; first != end; ++first) {
    out.text(first->name);
    out.append(first->target);
    out.fixed(first->stat.device);
    out.fixed(first->stat.inode);
    out.fixed(static_cast<std::uint64_t>(first->stat.size));
    out.fixed(static_cast<std::uint64_t>(first->stat.mtime_ns));
    out.fixed(static_cast<std::uint64_t>(first->stat.ctime_ns));
  }
}

/// The body of the file.
std::string packed(std::vector<Line> lines) {
  std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
    return std::pair(a.prefix, a.name) < std::pair(b.prefix, b.name);
  });
  BinaryWriter out;
  out.number(lines.size());
  for (const Line* at = lines.data(); at != lines.data() + lines.size();) {
    const Line* const end =
        std::find_if(at, static_cast<const Line*>(lines.data() + lines.size()),
                     [at](const Line& line) { return line.prefix != at->prefix; });
    write_folder(out, at, end);
    at = end;
  }
  return out.bytes();
}

}  // namespace

KeptRefs::KeptRefs(std::string common_dir, std::string_view kind)
    : common_dir_(std::move(common_dir)),
      path_(fmt::format("{}/expcore/loose/{}", common_dir_, kind)) {}

bool KeptRefs::can_keep() const {
  constexpr std::array reliable = {
      std::uint64_t{EXT4_SUPER_MAGIC},  std::uint64_t{XFS_SUPER_MAGIC},
      std::uint64_t{BTRFS_SUPER_MAGIC}, std::uint64_t{F2FS_SUPER_MAGIC},
      std::uint64_t{TMPFS_MAGIC},       std::uint64_t{OVERLAYFS_SUPER_MAGIC},
      std::uint64_t{0x2fc12fc1} /* ZFS */};
  struct statfs found {};
  return ::statfs((common_dir_ + "/refs").c_str(), &found) == 0 &&
         std::find(reliable.begin(), reliable.end(), static_cast<std::uint64_t>(found.f_type)) !=
             reliable.end();
}

void KeptRefs::start() {
  if (!fs::is_file(path_) || !can_keep()) return;
  early_ = std::jthread([this] {
    read();
    is_read_.count_down();
    for (std::size_t i = 0; i < pieces_.size(); ++i)
      look_at_next();
  });
}

void KeptRefs::finish() {
  if (!early_.joinable()) return;
  is_read_.wait();
  const std::size_t begun = std::min<std::size_t>(next_piece_, pieces_.size());
  const unsigned others = std::clamp(std::thread::hardware_concurrency(), 2U, 8U) - 1;
  parallel_for(pieces_.size() - begun, others, [this](std::size_t) { look_at_next(); });
  early_.join();
}

/// Nothing when the file is damaged or gone.
void KeptRefs::read() {
  try {
    bytes_ = fs::read_file_if_exists(path_).value_or("");
    if (bytes_.starts_with(header)) parse(std::string_view(bytes_).substr(header.size()));
  } catch (const std::exception&) {
    folders_.clear();
    refs_.clear();
  }
  for (const auto& folder : folders_) {
    for (std::size_t at = 0; at < folder.count; at += piece_size) {
      pieces_.push_back(
          {folder.prefix, folder.first + at, std::min(piece_size, folder.count - at)});
    }
  }
}

void KeptRefs::parse(std::string_view bytes) {
  BinaryReader in(bytes);
  const std::uint64_t check = in.fixed();
  if (hash::fingerprint(in.rest()).low != check) return;
  refs_.resize(in.count());
  for (std::size_t at = 0; at < refs_.size();) {
    Run folder{in.view(), at, in.count()};
    if (folder.count == 0 || folder.count > refs_.size() - at) throw std::out_of_range("refs");
    for (const std::size_t end = at + folder.count; at < end; ++at) {
      Ref& ref = refs_[at];
      ref.name = in.view();
      ref.target = in.view(id_size);
      ref.stat.device = in.fixed();
      ref.stat.inode = in.fixed();
      ref.stat.size = static_cast<std::int64_t>(in.fixed());
      ref.stat.mtime_ns = static_cast<std::int64_t>(in.fixed());
      ref.stat.ctime_ns = static_cast<std::int64_t>(in.fixed());
    }
    folders_.push_back(folder);
  }
}

void KeptRefs::look_at_next() {
  const std::size_t i = next_piece_.fetch_add(1);
  if (i >= pieces_.size()) return;
  try {
    look_at(pieces_[i]);
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): read, and reported, later
  }
}

void KeptRefs::look_at(const Run& piece) {
  const fs::Folder folder(fmt::format("{}/{}", common_dir_, piece.prefix));
  std::string name;
  for (std::size_t i = piece.first; i < piece.first + piece.count; ++i) {
    Ref& ref = refs_[i];
    name.assign(ref.name);
    const auto stat = folder.stat(name);
    ref.is_same = stat && is_same_file(*stat, ref.stat);
  }
}

KeptRefs::Cursor KeptRefs::from(std::string_view prefix, std::string_view name) const {
  const auto folder = std::lower_bound(
      folders_.begin(), folders_.end(), prefix,
      [](const Run& each, std::string_view wanted) { return each.prefix < wanted; });
  Cursor cursor;
  if (folder == folders_.end() || folder->prefix != prefix) return cursor;
  const auto first = refs_.begin() + static_cast<std::ptrdiff_t>(folder->first);
  const auto end = first + static_cast<std::ptrdiff_t>(folder->count);
  const auto next = std::lower_bound(
      first, end, name, [](const Ref& ref, std::string_view wanted) { return ref.name < wanted; });
  cursor.kept_ = this;
  cursor.next_ = static_cast<std::size_t>(next - refs_.begin());
  cursor.end_ = folder->first + folder->count;
  return cursor;
}

Id KeptRefs::Cursor::target(std::string_view name) {
  if (kept_ == nullptr) return "";
  const auto& refs = kept_->refs_;
  while (next_ < end_ && refs[next_].name < name)
    ++next_;
  const bool is_kept = next_ < end_ && refs[next_].name == name && refs[next_].is_same;
  return is_kept ? Id(refs[next_].target) : "";
}

std::size_t KeptRefs::stale() const {
  return static_cast<std::size_t>(
      std::count_if(refs_.begin(), refs_.end(), [](const Ref& ref) { return !ref.is_same; }));
}

void KeptRefs::keep(const std::vector<FreshRef>& fresh) const {
  std::vector<Line> lines;
  for (const auto& folder : folders_) {
    for (std::size_t i = folder.first; i < folder.first + folder.count; ++i) {
      const Ref& ref = refs_[i];
      if (ref.is_same) lines.push_back({folder.prefix, ref.name, ref.target, ref.stat});
    }
  }
  for (const auto& ref : fresh)
    lines.push_back({ref.prefix, ref.name, ref.target, ref.stat});
  const std::string body = packed(std::move(lines));
  BinaryWriter check;
  check.fixed(hash::fingerprint(body).low);
  try {
    fs::make_directories(fs::parent(path_));
    fs::write_atomic(path_, std::string(header) + check.bytes() + body);
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): only a cache
  }
}

void KeptRefs::drop() const {
  if (!bytes_.empty()) fs::discard(path_);
}

}  // namespace expcore::git
