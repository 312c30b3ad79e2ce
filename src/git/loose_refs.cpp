#include "git/loose_refs.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <iterator>
#include <linux/magic.h>
#include <stdexcept>
#include <sys/vfs.h>
#include <unistd.h>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/binary.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "fs/descriptor.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "git/packed_refs.hpp"
#include "git/ref_lock.hpp"
#include "hash/fingerprint.hpp"

namespace expcore::git {
namespace {

/// From so many on, what files say is kept, and several threads look at them.
constexpr std::size_t many = 128;
/// How many one thread takes at a time.
constexpr std::size_t part_size = 256;

constexpr std::size_t id_size = 20;

/// A file that was written at most so long ago may be written again without another time: clocks of
/// file systems tick up to a second apart.
constexpr std::int64_t fresh_ns = 2'000'000'000;

/// The bytes of an id of 40 digits.
std::string bytes_of(const Id& id) {
  const auto digit = [](char c) {
    return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
  };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < id.size(); i += 2)
    bytes += static_cast<char>(digit(id[i]) << 4U | digit(id[i + 1]));
  return bytes;
}

/// A ref's file as a listing met it.
struct SeenRef {
  RefEntry ref;
  std::optional<fs::Stat> stat;  ///< Where the ref may be kept.
};

/// What a ref's file said when stat(2) said `stat` of it.
struct KeptRef {
  std::string_view name;
  std::string_view target;  ///< The bytes of the id.
  fs::Stat stat;
};

/// What earlier listings have read, sorted by name.
class KeptRefs {
 public:
  explicit KeptRefs(std::string path) : path_(std::move(path)) {}

  /// Nothing when the file is not there or damaged.
  void read() {
    try {
      bytes_ = fs::read_file_if_exists(path_).value_or("");
      if (bytes_.starts_with(header)) parse(std::string_view(bytes_).substr(header.size()));
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): only a cache
    } catch (const std::out_of_range&) {
      refs_.clear();
    }
  }

  void write(const std::vector<SeenRef>& seen) const {
    const auto is_kept = [](const SeenRef& each) { return each.stat.has_value(); };
    BinaryWriter body;
    body.number(static_cast<std::uint64_t>(std::count_if(seen.begin(), seen.end(), is_kept)));
    for (const auto& [ref, stat] : seen) {
      if (!stat) continue;
      body.text(ref.name);
      body.text(bytes_of(ref.target));
      body.fixed(stat->device);
      body.fixed(stat->inode);
      body.fixed(static_cast<std::uint64_t>(stat->size));
      body.fixed(static_cast<std::uint64_t>(stat->mtime_ns));
      body.fixed(static_cast<std::uint64_t>(stat->ctime_ns));
    }
    BinaryWriter check;
    check.fixed(hash::fingerprint(body.bytes()).low);
    try {
      fs::make_directories(fs::parent(path_));
      fs::write_atomic(path_, std::string(header) + check.bytes() + body.bytes());
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): only a cache
    }
  }

  const std::vector<KeptRef>& refs() const { return refs_; }

 private:
  static constexpr std::string_view header = "expcore loose refs 1\n";

  void parse(std::string_view bytes) {
    BinaryReader in(bytes);
    const std::uint64_t check = in.fixed();
    if (hash::fingerprint(in.rest()).low != check) return;
    refs_.resize(in.count());
    for (auto& ref : refs_) {
      ref.name = in.view();
      ref.target = in.view();
      if (ref.target.size() != id_size) throw std::out_of_range("id");
      ref.stat.device = in.fixed();
      ref.stat.inode = in.fixed();
      ref.stat.size = static_cast<std::int64_t>(in.fixed());
      ref.stat.mtime_ns = static_cast<std::int64_t>(in.fixed());
      ref.stat.ctime_ns = static_cast<std::int64_t>(in.fixed());
    }
  }

  std::string path_;
  std::string bytes_;
  std::vector<KeptRef> refs_;
};

bool is_same_file(const fs::Stat& a, const fs::Stat& b) {
  return a.device == b.device && a.inode == b.inode && a.size == b.size &&
         a.mtime_ns == b.mtime_ns && a.ctime_ns == b.ctime_ns;
}

/// Whether a change of a file always shows in what stat(2) says at once: another machine's file
/// system may tell what it said a minute ago.
bool has_reliable_stat(const std::string& folder) {
  constexpr std::array reliable = {
      std::uint64_t{EXT4_SUPER_MAGIC},  std::uint64_t{XFS_SUPER_MAGIC},
      std::uint64_t{BTRFS_SUPER_MAGIC}, std::uint64_t{F2FS_SUPER_MAGIC},
      std::uint64_t{TMPFS_MAGIC},       std::uint64_t{OVERLAYFS_SUPER_MAGIC},
      std::uint64_t{0x2fc12fc1} /* ZFS */};
  struct statfs found {};
  return ::statfs(folder.c_str(), &found) == 0 &&
         std::find(reliable.begin(), reliable.end(), static_cast<std::uint64_t>(found.f_type)) !=
             reliable.end();
}

/// Some files of one folder, with nothing between them by name.
struct Files {
  std::string folder;
  std::string prefix;  ///< Of the refs' names.
  std::vector<fs::Entry> entries;
};

/// Finds the files that may be refs, in the order of their names.
class Walk {
 public:
  explicit Walk(std::string_view wanted) : wanted_(wanted) {}

  void add(const std::string& folder, const std::string& prefix) {
    std::vector<fs::Entry> entries;
    try {
      entries = fs::list_directory(folder);
    } catch (const Error& error) {
      if (error.code() == Errc::not_found) return;
      throw;
    }
    for (auto& entry : entries) {
      if (entry.kind == fs::Kind::directory) entry.name += '/';
    }
    std::vector<fs::Entry*> order;  // quicker to move than what they point to
    order.reserve(entries.size());
    for (auto& entry : entries)
      order.push_back(&entry);
    std::sort(order.begin(), order.end(),
              [](const auto* a, const auto* b) { return a->name < b->name; });
    bool continues = false;
    for (auto* each : order) {
      fs::Entry& entry = *each;
      const std::string name = prefix + entry.name;
      if (entry.kind == fs::Kind::directory) {
        const bool may_match = name.starts_with(wanted_) || wanted_.starts_with(name);
        if (may_match) add(folder + "/" + entry.name.substr(0, entry.name.size() - 1), name);
        continues = false;
      } else if (entry.name.ends_with(".lock")) {
        remove_dead_lock(folder + "/" + entry.name);  // Git and DVC would wait for it for ever
      } else if (name.starts_with(wanted_)) {
        if (!continues || parts_.back().entries.size() == part_size)
          parts_.push_back({folder, prefix, {}});
        parts_.back().entries.push_back(std::move(entry));
        continues = true;
        ++count_;
      }
    }
  }

  const std::vector<Files>& parts() const { return parts_; }
  std::size_t count() const { return count_; }

 private:
  std::string_view wanted_;
  std::vector<Files> parts_;
  std::size_t count_ = 0;
};

/// Reads some files, or takes what is kept of them.
class Part {
 public:
  Part(const Files& files, const KeptRefs* kept, std::int64_t now_ns)
      : files_(files), kept_(kept), now_ns_(now_ns) {}

  void look() {
    const fs::Descriptor folder(::open(files_.folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder.is_open() && (errno == ENOENT || errno == ENOTDIR)) return;
    if (!folder.is_open()) fs::fail(errno, files_.folder);
    const fs::Folder stats(files_.folder);
    seen.reserve(files_.entries.size());
    for (const auto& entry : files_.entries) {
      std::string name = files_.prefix + entry.name;
      if (!take_kept(stats, entry, name)) read(folder, entry, std::move(name));
    }
  }

  std::vector<SeenRef> seen;
  std::size_t files_read = 0;
  std::size_t fresh = 0;  ///< Those of `seen` that may be kept and are not yet.

 private:
  bool take_kept(const fs::Folder& stats, const fs::Entry& entry, const std::string& name) {
    if (kept_ == nullptr || entry.kind != fs::Kind::file) return false;
    const KeptRef* known = find(name);
    if (known == nullptr) return false;
    const auto stat = stats.stat(entry.name);
    if (!stat || !is_same_file(*stat, known->stat)) return false;
    seen.push_back({{name, to_hex(known->target), ""}, stat});
    return true;
  }

  /// Names are asked for in their order.
  const KeptRef* find(const std::string& name) {
    const auto& refs = kept_->refs();
    const auto comes_before = [](const KeptRef& ref, const std::string& text) {
      return ref.name < text;
    };
    if (!next_) {
      next_ = static_cast<std::size_t>(
          std::lower_bound(refs.begin(), refs.end(), name, comes_before) - refs.begin());
    }
    while (*next_ < refs.size() && comes_before(refs[*next_], name))
      ++*next_;
    return *next_ < refs.size() && refs[*next_].name == name ? &refs[*next_] : nullptr;
  }

  void read(const fs::Descriptor& folder, const fs::Entry& entry, std::string name) {
    const fs::Descriptor file(
        ::openat(folder.get(), entry.name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file.is_open() && errno == ENOENT) return;
    if (!file.is_open()) fs::fail(errno, name);
    ++files_read;
    std::optional<fs::Stat> stat;  // before the file is read: a later change has another time
    if (kept_ != nullptr && entry.kind == fs::Kind::file) stat = fs::stat(file, name);
    std::array<char, 4096> text{};  // more than the longest name of a ref
    const auto size = fs::read_some(file, text.data(), text.size(), name);
    auto ref = parse_loose(std::move(name), {text.data(), size});
    if (!ref) return;
    if (ref->target.empty() || !stat || !is_settled(*stat)) stat.reset();
    if (stat) ++fresh;
    seen.push_back({std::move(*ref), stat});
  }

  bool is_settled(const fs::Stat& stat) const {
    return std::max(stat.mtime_ns, stat.ctime_ns) < now_ns_ - fresh_ns;
  }

  const Files& files_;
  const KeptRefs* kept_;  ///< nullptr where nothing is kept.
  std::int64_t now_ns_;
  std::optional<std::size_t> next_;  ///< Place in what is kept.
};

/// "heads" for "refs/heads/"; "" for a part of a kind.
std::string_view kind_of(std::string_view prefix) {
  constexpr std::string_view root = "refs/";
  if (!prefix.starts_with(root)) return "";
  prefix.remove_prefix(root.size());
  return prefix.find('/') + 1 == prefix.size() ? prefix.substr(0, prefix.size() - 1) : "";
}

}  // namespace

std::optional<RefEntry> parse_loose(std::string name, std::string_view text) {
  const std::string_view value = trim(text);
  if (value.starts_with("ref: ")) {
    return RefEntry{std::move(name), "", std::string(trim(value.substr(5)))};
  }
  if (!is_id(value)) return std::nullopt;
  return RefEntry{std::move(name), std::string(value), ""};
}

LooseRefs list_loose_refs(const std::string& common_dir, std::string_view prefix,
                          std::chrono::system_clock::time_point now) {
  Walk walk(prefix);
  walk.add(common_dir + "/refs", "refs/");
  const bool are_many = walk.count() >= many;
  std::optional<KeptRefs> kept;
  const auto kind = kind_of(prefix);
  if (are_many && !kind.empty() && has_reliable_stat(common_dir + "/refs")) {
    kept.emplace(fmt::format("{}/expcore/loose/{}", common_dir, kind));
    kept->read();
  }
  const auto now_ns =
      std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
  std::vector<Part> parts;
  parts.reserve(walk.parts().size());
  for (const auto& files : walk.parts())
    parts.emplace_back(files, kept ? &*kept : nullptr, now_ns);
  parallel_for(parts.size(), are_many ? 0 : 1, [&](std::size_t i) { parts[i].look(); });
  LooseRefs result;
  std::vector<SeenRef> seen;
  seen.reserve(walk.count());
  std::size_t fresh = 0;
  for (auto& part : parts) {
    std::move(part.seen.begin(), part.seen.end(), std::back_inserter(seen));
    result.files_read += part.files_read;
    fresh += part.fresh;
  }
  if (kept && fresh >= many) kept->write(seen);
  result.refs.reserve(seen.size());
  for (auto& each : seen)
    result.refs.push_back(std::move(each.ref));
  return result;
}

}  // namespace expcore::git
