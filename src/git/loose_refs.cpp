#include "git/loose_refs.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include <expcore/error.hpp>

#include "base/parallel.hpp"
#include "base/text.hpp"
#include "fs/descriptor.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "git/kept_refs.hpp"
#include "git/packed_refs.hpp"
#include "git/ref_lock.hpp"

namespace expcore::git {
namespace {

/// From so many on, what files say is kept, and several threads read them.
constexpr std::size_t many = 128;
/// How many files one thread reads at a time.
constexpr std::size_t part_size = 256;

/// A file that was written at most so long ago may be written again without another time: clocks of
/// file systems tick up to a second apart.
constexpr std::int64_t fresh_ns = 2'000'000'000;

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
    const bool all_match = std::string_view(prefix).starts_with(wanted_);
    bool continues = false;
    for (auto* each : order) {
      fs::Entry& entry = *each;
      if (entry.kind == fs::Kind::directory) {
        const std::string name = prefix + entry.name;
        const bool may_match = name.starts_with(wanted_) || wanted_.starts_with(name);
        if (may_match) add(folder + "/" + entry.name.substr(0, entry.name.size() - 1), name);
        continues = false;
      } else if (entry.name.ends_with(".lock")) {
        remove_dead_lock(folder + "/" + entry.name);  // Git and DVC would wait for it for ever
      } else if (all_match || (prefix + entry.name).starts_with(wanted_)) {
        if (!continues) runs_.push_back({folder, prefix, {}});
        runs_.back().entries.push_back(std::move(entry));
        continues = true;
        ++count_;
      }
    }
  }

  const std::vector<Files>& runs() const { return runs_; }
  std::size_t count() const { return count_; }

 private:
  std::string_view wanted_;
  std::vector<Files> runs_;
  std::size_t count_ = 0;
};

/// Some files of one folder that must be read.
struct Unread {
  const Files* files = nullptr;
  std::vector<std::size_t> which;  ///< Of `files->entries`.
  std::size_t first_slot = 0;      ///< That of the first of `files`.
};

/// What is to be made of the files that were found.
class Listing {
 public:
  /// `kept`: nullptr where nothing may be kept.
  Listing(const Walk& walk, const KeptRefs* kept)
      : are_kept_(kept != nullptr), refs_(walk.count()) {
    std::size_t slot = 0;
    for (const auto& files : walk.runs()) {
      take_kept(files, kept, slot);
      slot += files.entries.size();
    }
  }

  void read_rest(std::int64_t now_ns) {
    if (unread_.empty()) return;
    stats_.resize(refs_.size());
    const bool are_many = files_read_ >= many;
    parallel_for(unread_.size(), are_many ? 0 : 1,
                 [&](std::size_t i) { read_part(unread_[i], now_ns); });
  }

  /// Those that may be kept and are not yet.
  std::vector<FreshRef> fresh() const {
    std::vector<FreshRef> found;
    for (const auto& part : unread_) {
      for (const std::size_t i : part.which) {
        const auto slot = part.first_slot + i;
        const auto& stat = stats_[slot];
        if (!stat) continue;
        found.push_back(
            {part.files->prefix, part.files->entries[i].name, refs_[slot].target, *stat});
      }
    }
    return found;
  }

  LooseRefs result() {
    std::erase_if(refs_, [](const RefEntry& ref) { return ref.name.empty(); });
    return {std::move(refs_), files_read_};
  }

 private:
  void take_kept(const Files& files, const KeptRefs* kept, std::size_t first_slot) {
    KeptRefs::Cursor cursor;
    if (kept != nullptr) cursor = kept->from(files.prefix, files.entries.front().name);
    bool continues = false;
    for (std::size_t i = 0; i < files.entries.size(); ++i) {
      const fs::Entry& entry = files.entries[i];
      Id target = entry.kind == fs::Kind::file ? cursor.target(entry.name) : "";
      if (!target.empty()) {
        refs_[first_slot + i] = {files.prefix + entry.name, std::move(target), ""};
        continue;
      }
      if (!continues || unread_.back().which.size() == part_size)
        unread_.push_back({&files, {}, first_slot});
      unread_.back().which.push_back(i);
      continues = true;
      ++files_read_;
    }
  }

  void read_part(const Unread& part, std::int64_t now_ns) {
    const std::string& path = part.files->folder;
    const fs::Descriptor folder(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder.is_open() && (errno == ENOENT || errno == ENOTDIR)) return;
    if (!folder.is_open()) fs::fail(errno, path);
    for (const std::size_t i : part.which)
      read(folder, part.files->prefix, part.files->entries[i], part.first_slot + i, now_ns);
  }

  void read(const fs::Descriptor& folder, const std::string& prefix, const fs::Entry& entry,
            std::size_t slot, std::int64_t now_ns) {
    const std::string name = prefix + entry.name;
    const fs::Descriptor file(
        ::openat(folder.get(), entry.name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file.is_open() && errno == ENOENT) return;
    if (!file.is_open()) fs::fail(errno, name);
    std::optional<fs::Stat> stat;  // before the file is read: a later change has another time
    if (are_kept_ && entry.kind == fs::Kind::file) stat = fs::stat(file, name);
    std::array<char, 4096> text{};  // more than the longest name of a ref
    const auto size = fs::read_some(file, text.data(), text.size(), name);
    auto ref = parse_loose(name, {text.data(), size});
    if (!ref) return;
    if (!ref->target.empty() && stat && is_settled(*stat, now_ns)) stats_[slot] = stat;
    refs_[slot] = std::move(*ref);
  }

  static bool is_settled(const fs::Stat& stat, std::int64_t now_ns) {
    return std::max(stat.mtime_ns, stat.ctime_ns) < now_ns - fresh_ns;
  }

  bool are_kept_;
  std::vector<RefEntry> refs_;  ///< In the order of the files; without a name where there is none.
  std::vector<std::optional<fs::Stat>> stats_;  ///< Of those read that may be kept.
  std::vector<Unread> unread_;
  std::size_t files_read_ = 0;
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
  std::optional<KeptRefs> kept;
  const auto kind = kind_of(prefix);
  if (!kind.empty()) kept.emplace(common_dir, kind);
  if (kept) kept->start();
  Walk walk(prefix);
  walk.add(common_dir + "/refs", "refs/");
  if (kept) kept->finish();
  const bool may_keep = kept && walk.count() >= many && kept->can_keep();
  Listing listing(walk, may_keep ? &*kept : nullptr);
  listing.read_rest(
      std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count());
  if (may_keep) {
    const auto fresh = listing.fresh();
    if (std::max(fresh.size(), kept->stale()) >= many) kept->keep(fresh);
  } else if (kept) {
    kept->drop();
  }
  return listing.result();
}

}  // namespace expcore::git
