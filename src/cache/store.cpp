#include "cache/store.hpp"

#include <algorithm>
#include <exception>
#include <fcntl.h>
#include <mutex>
#include <numeric>
#include <sys/stat.h>
#include <unistd.h>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/parallel.hpp"
#include "cache/group.hpp"
#include "cache/intake.hpp"
#include "fs/descriptor.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "fs/scratch.hpp"

namespace expcore::cache {
namespace {

constexpr std::size_t parallel_from = 16;

}  // namespace

std::optional<LinkType> parse_link_type(std::string_view name) {
  if (name == "reflink") return LinkType::reflink;
  if (name == "hardlink") return LinkType::hardlink;
  if (name == "symlink") return LinkType::symlink;
  if (name == "copy") return LinkType::copy;
  return std::nullopt;
}

struct Store::Impl {
  Impl(StoreOptions given, hash::StateDb& memo, Meter* given_meter)
      : options(std::move(given)),
        state(memo),
        meter(given_meter),
        umask(fs::umask()),
        intake(options.root, options.group_shared, memo, given_meter, reflinks),
        scratch(options.scratch.empty() ? intake.folder() : options.scratch) {}

  StoreOptions options;
  hash::StateDb& state;
  Meter* meter;
  std::uint32_t umask;
  fs::Reflinks reflinks;
  Intake intake;
  fs::Scratch scratch;  ///< Workspace files that have no name yet.

  std::uint32_t plain_mode(bool executable = false) const {
    return (0666U & ~umask) | (executable ? 0100U : 0U);
  }

  void expect(Work work, std::size_t files, std::int64_t bytes) const {
    if (meter != nullptr) meter->expect(work, static_cast<std::int64_t>(files), bytes);
  }
  /// One file more.
  void advance(Work work, std::int64_t bytes) const {
    if (meter != nullptr) meter->advance(work, 1, bytes);
  }

  /// The object `id` of `from`, which scan_to_add() may have staged.
  NewObject stage(const std::string& from, const ObjectId& id, const std::string& name) {
    auto staged = intake.take_staged(id);
    if (!staged) return intake.stage_file(from, id, name);
    advance(Work::storing, staged->stat.size);
    return std::move(*staged);
  }

  /// What is remembered of a folder whose members are linked as configured has this name.
  static std::string linked(const std::string& folder) { return folder + "//linked"; }

  /// Changes with the stats of the members and with all that links depend on.
  hash::Fingerprint as_linked(const hash::Fingerprint& stats) const {
    std::string text = stats.hex() + options.root;
    for (const LinkType type : options.link_types)
      text += static_cast<char>('0' + static_cast<int>(type));
    return hash::fingerprint(text);
  }

  void remember_linked(const std::string& folder, const hash::Fingerprint& stats) const {
    state.remember_folder(linked(folder), {as_linked(stats), "", 0, 0});
  }

  /// Whether the object at `path` has the content of its name. What has not is
  /// marked.
  bool is_whole(const std::string& path, const ObjectId& id) {
    if (intake.is_as_published(path)) return true;
    const hash::FileHash kind = id.is_directory() ? hash::FileHash::md5 : id.kind;
    if (state.hash(path, kind).hex == id.hex.substr(0, 32)) return true;
    distrust(path);
    return false;
  }

  /// A writable object is hashed before it is used, by DVC as well.
  static void distrust(const std::string& path) {
    try {
      fs::chmod(path, 0644);
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): a cache of another user
    }
    change(fs::parent(path));
  }

  /// Gives a folder another stat, so that nobody knows from it any more that all is there.
  static void change(const std::string& folder) {
    try {
      fs::remove(fs::make_temp_directory(folder, ".damaged-"));
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): nobody can write to it
    }
  }
};

Store::Store(StoreOptions options, hash::StateDb& state, Meter* meter)
    : impl_(std::make_unique<Impl>(std::move(options), state, meter)) {}
Store::~Store() = default;

const StoreOptions& Store::options() const { return impl_->options; }

std::string Store::path_of(const ObjectId& id) const {
  const char* root = id.kind == hash::FileHash::md5 ? "/files/md5/" : "/";
  return impl_->options.root + root + id.hex.substr(0, 2) + "/" +
         (id.hex.size() > 2 ? id.hex.substr(2) : "");
}

bool Store::contains(const ObjectId& id, std::int64_t size) const {
  return size_of(id, size).has_value();
}

std::optional<std::int64_t> Store::size_of(const ObjectId& id, std::int64_t size) const {
  if (id.hex.size() < 3) return std::nullopt;
  const std::string path = path_of(id);
  const auto stat = fs::stat(path);
  if (!stat || stat->kind != fs::Kind::file) return std::nullopt;
  const bool is_protected = (stat->mode & 0777U) == object_mode;
  if (size >= 0 && stat->size != size) {
    Impl::distrust(path);
    return std::nullopt;
  }
  if (is_protected) return stat->size;
  // Somebody made it writable: only its content can tell.
  const hash::FileHash kind = id.is_directory() ? hash::FileHash::md5 : id.kind;
  const std::string hex = impl_->state.hash(path, kind).hex;
  if (hex != id.hex.substr(0, 32)) {
    Impl::distrust(path);
    return std::nullopt;
  }
  try {
    if ((stat->mode & 0111U) == 0) fs::chmod(path, object_mode);
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): a cache of another user
  }
  return stat->size;
}

std::optional<Manifest> Store::manifest(const ObjectId& id) const {
  if (!contains(id)) return std::nullopt;
  const auto bytes = fs::read_file_if_exists(path_of(id));
  if (!bytes) return std::nullopt;
  try {
    return Manifest::parse(*bytes);
  } catch (const Error&) {
    return std::nullopt;
  }
}

bool Store::contains_all(const ObjectId& id, std::int64_t size) const {
  if (!id.is_directory()) return contains(id, size);
  const auto found = manifest(id);
  return found && missing_members(*found, id.kind, size).empty();
}

bool Store::contains_all_as_known(const ObjectId& id, std::int64_t size) const {
  if (!id.is_directory()) return contains(id, size);
  if (const auto known = impl_->state.find_folder(path_of(id), id.kind)) {
    const bool same_size = size < 0 || size == known->size;
    if (same_size && known->stats == stats_of_folders(id).value()) return true;
  }
  const auto found = manifest(id);
  return found && contains_members(*found, id, size);
}

/// Remembers it of large folders.
bool Store::contains_members(const Manifest& manifest, const ObjectId& id,
                             std::int64_t size) const {
  constexpr std::size_t large = 1024;  // four for each folder of the cache
  if (manifest.entries.size() < large) return missing_members(manifest, id.kind, size).empty();
  const hash::StatSum before = stats_of_folders(id);
  std::vector<std::int64_t> sizes;
  if (!missing_members(manifest, id.kind, size, &sizes).empty()) return false;
  if (before.is_racy()) return true;
  hash::KnownFolder known{before.value(), id.hex, 0, 0};
  known.size = std::accumulate(sizes.begin(), sizes.end(), known.size);
  known.file_count = static_cast<std::int64_t>(sizes.size());
  impl_->state.remember_folder(path_of(id), std::move(known), id.kind);
  return true;
}

/// Of all folders in which objects like `id` come and go, and of its own object.
hash::StatSum Store::stats_of_folders(const ObjectId& id) const {
  hash::StatSum sum;
  const std::string own = path_of(id);
  if (const auto stat = fs::stat(own)) sum.add("", *stat);
  const fs::Folder root(fs::parent(fs::parent(own)));
  for (int first = 0; first < 256; ++first) {
    const std::string name = fmt::format("{:02x}", first);
    if (const auto stat = root.stat(name)) sum.add(name, *stat);
  }
  return sum;
}

std::unordered_set<std::string> Store::missing_members(const Manifest& manifest,
                                                       hash::FileHash kind, std::int64_t size,
                                                       std::vector<std::int64_t>* sizes) const {
  std::unordered_set<std::string> missing;
  std::int64_t total = 0;
  const std::size_t count = manifest.entries.size();
  std::vector<std::optional<std::int64_t>> found(count);
  parallel_for(count, count < parallel_from ? 1 : 0, [&](std::size_t i) {
    found[i] = size_of({manifest.entries[i].hex, kind}, -1);
  });
  if (sizes != nullptr) sizes->reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (!found[i]) missing.insert(manifest.entries[i].hex);
    total += found[i].value_or(0);
    if (sizes != nullptr) sizes->push_back(found[i].value_or(0));
  }
  if (size < 0 || total == size) return missing;
  for (const auto& entry : manifest.entries) {
    if (missing.contains(entry.hex)) continue;
    const ObjectId id{entry.hex, kind};
    if (!impl_->is_whole(path_of(id), id)) missing.insert(entry.hex);
  }
  return missing;
}

std::optional<Scan> Store::scan_to_add(const std::string& path, const fs::DvcIgnore& ignore) {
  return take_in(path, ignore, {});
}

std::optional<Scan> Store::scan_again(const std::string& path, const fs::DvcIgnore& ignore) {
  return take_in(path, ignore, [&](const hash::KnownFolder& known) {
    const auto linked = impl_->state.find_folder(Impl::linked(path));
    return linked && linked->stats == impl_->as_linked(known.stats) &&
           contains_all_as_known({known.hex, hash::FileHash::md5}, known.size);
  });
}

std::optional<Scan> Store::take_in(const std::string& path, const fs::DvcIgnore& ignore,
                                   const IsSettled& is_settled) {
  const Intake::NameOfWanted wanted = [this](const ObjectId& id, std::int64_t size) {
    return contains(id, size) ? std::string() : path_of(id);
  };
  const BytesDone on_bytes = bytes_of(impl_->meter, Work::hashing);
  const hash::StateDb::Read take = [&](const std::string& file, const fs::Stat& stat) {
    return impl_->intake.read(file, stat, wanted, on_bytes);
  };
  auto found =
      scan(path, hash::FileHash::md5, impl_->state, ignore, impl_->meter, take, is_settled);
  if (impl_->intake.publish_rest()) impl_->state.flush();  // while the disk is busy
  impl_->intake.finish_batch();
  return found;
}

void Store::add(const std::string& path, const Scan& scan) {
  if (scan.is_settled) return;
  const ObjectId& id = scan.content.id;
  if (!scan.manifest) {
    if (contains(id, scan.content.size)) return;
    impl_->expect(Work::storing, 1, scan.content.size);
    impl_->intake.publish({impl_->stage(path, id, path_of(id))});
    return;
  }
  const std::vector<std::size_t> missing = missing_of(scan);
  std::int64_t size = 0;
  for (const std::size_t i : missing)
    size += scan.sizes[i];
  impl_->expect(Work::storing, missing.size(), size);
  std::vector<NewObject> staged(missing.size());
  parallel_for(missing.size(), missing.size() < parallel_from ? 1 : 0, [&](std::size_t i) {
    const ManifestEntry& entry = scan.manifest->entries[missing[i]];
    const ObjectId member{entry.hex, id.kind};
    staged[i] = impl_->stage(path + "/" + entry.path, member, path_of(member));
  });
  const std::string bytes = scan.manifest->bytes();
  if (!contains(id, static_cast<std::int64_t>(bytes.size()))) {
    // Last: whoever sees the folder object may rely on its members.
    staged.push_back(impl_->intake.stage_bytes(bytes, path_of(id)));
  }
  impl_->intake.publish(staged);
}

/// The entries whose objects are not in the cache, each object once.
std::vector<std::size_t> Store::missing_of(const Scan& scan) const {
  const auto& entries = scan.manifest->entries;
  std::vector<char> is_there(entries.size());
  parallel_for(entries.size(), entries.size() < parallel_from ? 1 : 0, [&](std::size_t i) {
    const ObjectId id{entries[i].hex, scan.content.id.kind};
    if (impl_->intake.has_staged(id)) return;
    is_there[i] = contains(id, scan.sizes[i]) ? 1 : 0;
  });
  std::vector<std::size_t> missing;
  std::unordered_set<std::string_view> seen;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (is_there[i] == 0 && seen.insert(entries[i].hex).second) missing.push_back(i);
  }
  return missing;
}

void Store::add_manifest(const Manifest& manifest, const ObjectId& id) {
  const std::string bytes = manifest.bytes();
  if (contains(id, static_cast<std::int64_t>(bytes.size()))) return;
  impl_->intake.publish({impl_->intake.stage_bytes(bytes, path_of(id))});
}

namespace {

bool is_own_file(const fs::Stat& entry) { return entry.kind == fs::Kind::file && entry.links == 1; }

void set_executable(const std::string& path) {
  const auto stat = fs::stat(path);
  if (stat && (stat->mode & 0100U) == 0) fs::chmod(path, stat->mode | 0100U);
}

/// Gives files made under other names theirs, once their bytes are on the disk.
class Replacements {
 public:
  explicit Replacements(fs::Scratch& scratch) : scratch_(scratch) {}
  ~Replacements() {
    for (const auto& file : files_)
      fs::discard(file.temporary);
  }
  Replacements(const Replacements&) = delete;
  Replacements& operator=(const Replacements&) = delete;

  void need_folder(const std::string& folder) {
    if (made_.insert(folder).second) fs::make_directories(folder);
  }

  /// Makes a file with `fill`, which takes its name, to replace what is at
  /// `path`. A copy of bytes has to be flushed.
  template <typename Fill>
  void add(const std::string& path, const Fill& fill) {
    File file{scratch_.next(), path, false};
    try {
      if (!is_on_scratch(fs::parent(path))) {
        file.temporary = name_beside(path);
        fs::remove(file.temporary);
      }
      fill(file.temporary);
      const auto made = fs::stat(file.temporary, fs::Follow::no);
      file.needs_flush = made && made->kind == fs::Kind::file && made->links == 1;
    } catch (...) {
      fs::discard(file.temporary);
      throw;
    }
    files_.push_back(std::move(file));
    if (files_.size() == most) publish();
  }

  void publish() {
    flush();
    for (const auto& file : files_) {
      const auto there = fs::stat(file.path, fs::Follow::no);
      if (there && there->kind == fs::Kind::directory) fs::remove_tree(file.path);
      move(file);
      // Two names of one inode: rename() leaves both.
      fs::discard(file.temporary);
    }
    files_.clear();
  }

 private:
  struct File {
    std::string temporary;
    std::string path;
    bool needs_flush;
  };

  static constexpr std::size_t most = 4096;  ///< Bounds the room for what is there twice.
  static constexpr std::size_t few = 4;

  bool is_on_scratch(const std::string& folder) {
    const auto [known, is_new] = folders_.try_emplace(folder, false);
    if (is_new) {
      const auto here = fs::stat(folder);
      const auto there = fs::stat(scratch_.folder());
      known->second = here && there && here->device == there->device;
    }
    return known->second;
  }

  /// Two mounts of one file system look alike until a name is to go from one to
  /// the other.
  static void move(const File& file) {
    if (fs::rename_within(file.temporary, file.path)) return;
    const std::string beside = name_beside(file.path);
    fs::remove(beside);
    const auto made = fs::stat(file.temporary, fs::Follow::no);
    if (made && made->kind == fs::Kind::symlink) {
      fs::symlink(fs::read_link(file.temporary), beside);
    } else {
      fs::copy_file(file.temporary, beside, made ? made->mode : 0644);
      fs::sync(fs::open_file(beside, O_RDONLY), file.path);
    }
    fs::rename(beside, file.path);
  }

  static std::string name_beside(const std::string& path) {
    return fmt::format("{}/.{}.{}.expcore", fs::parent(path), fs::filename(path), ::getpid());
  }

  void flush() const {
    std::vector<const File*> copies;
    for (const auto& file : files_) {
      if (file.needs_flush) copies.push_back(&file);
    }
    if (copies.size() > few) return fs::sync_file_system(fs::parent(copies.front()->temporary));
    for (const File* copy : copies)
      fs::sync(fs::open_file(copy->temporary, O_RDONLY), copy->path);
  }

  fs::Scratch& scratch_;
  std::vector<File> files_;
  std::unordered_map<std::string, bool> folders_;  ///< Whether they are where scratch_ is.
  std::unordered_set<std::string> made_;
};

/// Makes files and links from one object.
class Materializer {
 public:
  /// Files get `mode`; when that is executable, links make their object so. `size`: of the object,
  /// < 0 when nobody looked.
  Materializer(const std::string& object, const std::vector<LinkType>& types, std::uint32_t mode,
               fs::Reflinks& reflinks, BytesDone on_bytes = {}, std::int64_t size = -1)
      : object_(object),
        types_(types),
        mode_(mode),
        reflinks_(reflinks),
        on_bytes_(std::move(on_bytes)),
        size_(size) {}

  /// Whether what is at `path` is already as the configuration wants it: for a
  /// single file by the first link type alone, for a folder's member by any of
  /// them.
  bool is_satisfied(const std::string& path, bool is_member) const {
    const auto entry = fs::stat(path, fs::Follow::no);
    if (!entry) return false;
    for (const LinkType type : types_) {
      if (!is_member && type != types_.front()) return false;
      switch (type) {
        case LinkType::reflink:
        case LinkType::copy:
          if (is_own_file(*entry)) return true;
          break;
        case LinkType::hardlink:
          if (entry->kind == fs::Kind::file && entry->links > 1) return is_object(*entry);
          break;
        case LinkType::symlink:
          if (entry->kind == fs::Kind::symlink) return fs::read_link(path) == object_;
          break;
      }
    }
    return false;
  }

  /// Replaces `path`, whatever it is: a link that replaces nothing at once, the
  /// rest with `batch`.
  void make(const std::string& path, Replacements& batch) const {
    batch.need_folder(fs::parent(path));
    if (make_link(path)) return;
    batch.add(path, [&](const std::string& temporary) {
      if (make_any(temporary)) return;
      throw Error(Errc::io, fmt::format("No possible cache link types for '{}'. See "
                                        "<https://dvc.org/doc/user-guide/"
                                        "troubleshooting#cache-types> for more "
                                        "information.",
                                        path));
    });
  }

 private:
  bool is_object(const fs::Stat& entry) const {
    const auto object = fs::stat(object_);
    return object && object->inode == entry.inode && object->device == entry.device;
  }

  /// Links come into being whole: at once under their name. False when they are
  /// not wanted or cannot be made, and when something is at `path`.
  bool make_link(const std::string& path) const {
    const LinkType type = types_.front();
    if (type != LinkType::hardlink && type != LinkType::symlink) return false;
    try {
      // link() would say so itself.
      const bool links = type == LinkType::hardlink && size_ > 0;
      if (!links && fs::exists(path)) return false;
      return make_one(path, type);
    } catch (const Error& error) {
      if (error.code() == Errc::not_found) throw;
      return false;
    }
  }

  bool make_any(const std::string& path) const {
    for (const LinkType type : types_) {
      try {
        if (make_one(path, type)) return true;
      } catch (const Error& error) {
        if (error.code() == Errc::not_found) throw;
      }
    }
    return false;
  }

  bool is_empty() const {
    if (size_ >= 0) return size_ == 0;
    const auto object = fs::stat(object_);
    return object && object->size == 0;
  }

  bool is_executable() const { return (mode_ & 0100U) != 0; }

  bool make_one(const std::string& path, LinkType type) const {
    switch (type) {
      case LinkType::reflink:
        return reflinks_.make(object_, path, mode_);
      case LinkType::copy:
        fs::copy_file(object_, path, mode_, on_bytes_);
        return true;
      case LinkType::symlink:
        if (is_executable()) set_executable(object_);
        fs::symlink(object_, path);
        return true;
      case LinkType::hardlink:
        break;
    }
    if (is_empty()) {
      fs::append(path, "",
                 mode_);  // an empty object would gather one name per empty file
      return true;
    }
    if (is_executable()) set_executable(object_);
    return fs::link(object_, path);
  }

  const std::string& object_;
  const std::vector<LinkType>& types_;
  std::uint32_t mode_;
  fs::Reflinks& reflinks_;
  BytesDone on_bytes_;
  std::int64_t size_;
};

}  // namespace

std::size_t Store::adopt(const std::vector<std::pair<std::string, ObjectId>>& files) {
  std::vector<NewObject> staged;
  std::unordered_set<std::string> seen;
  for (const auto& [path, id] : files) {
    const std::string name = path_of(id);
    if (contains(id) || !seen.insert(name).second) continue;
    staged.push_back(impl_->intake.stage_link(path, id, name));
  }
  impl_->intake.publish(staged);
  return staged.size();
}

void Store::relink(const std::string& path, const Scan& scan, bool executable) {
  if (scan.is_settled) return;
  const auto& types = impl_->options.link_types;
  Replacements batch(impl_->scratch);
  const auto replace = [&](const Materializer& materializer, const std::string& file,
                           const ObjectId& id) {
    if (!impl_->is_whole(path_of(id), id)) {
      throw Error(Errc::io, fmt::format("'{}' stays as it is: its object '{}' is damaged", file,
                                        path_of(id)));
    }
    materializer.make(file, batch);
  };
  if (scan.manifest) {
    const auto& entries = scan.manifest->entries;
    impl_->expect(Work::checking_out, entries.size(), 0);
    const auto with = [&](std::size_t i, const auto& act) {
      const ObjectId id{entries[i].hex, scan.content.id.kind};
      const std::string object = path_of(id);
      act(Materializer(object, types, impl_->plain_mode(), impl_->reflinks),
          path + "/" + entries[i].path, id);
    };
    std::vector<char> is_satisfied(entries.size());
    parallel_for(entries.size(), entries.size() < parallel_from ? 1 : 0, [&](std::size_t i) {
      with(i, [&](const Materializer& materializer, const std::string& member, const ObjectId&) {
        is_satisfied[i] = materializer.is_satisfied(member, true) ? 1 : 0;
      });
    });
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (is_satisfied[i] == 0) with(i, replace);
      impl_->advance(Work::checking_out, 0);
    }
    batch.publish();
    const bool was_linked =
        std::find(is_satisfied.begin(), is_satisfied.end(), 0) == is_satisfied.end();
    if (was_linked && scan.stats) impl_->remember_linked(path, *scan.stats);
    return;
  }
  const std::string object = path_of(scan.content.id);
  const Materializer materializer(object, types, impl_->plain_mode(executable), impl_->reflinks);
  if (!materializer.is_satisfied(path, false)) {
    replace(materializer, path, scan.content.id);
    batch.publish();
  } else if (const auto entry = fs::stat(path, fs::Follow::no); entry && is_own_file(*entry)) {
    // DVC makes the file anew here; what remains to be seen of that is its
    // mode.
    const std::uint32_t mode = impl_->plain_mode(executable);
    if (entry->mode != mode) fs::chmod(path, mode);
    return;
  }
  if (executable) set_executable(path);
}

bool Store::checkout(const std::string& path, const Wanted& wanted, const fs::DvcIgnore& ignore,
                     As as, const Members* known) {
  const ObjectId& id = wanted.id;
  static const std::vector<LinkType> copies = {LinkType::reflink, LinkType::copy};
  const auto& types = as == As::copy ? copies : impl_->options.link_types;
  Replacements batch(impl_->scratch);
  const auto make = [&](const std::string& target, const ObjectId& object_id, std::int64_t size) {
    const std::string object = path_of(object_id);
    const std::uint32_t mode = impl_->plain_mode(wanted.executable && !id.is_directory());
    std::int64_t copied = 0;
    std::exception_ptr stop;  // a link type that fails is passed over, the listener's word is not
    const BytesDone on_bytes = bytes_of(impl_->meter, Work::checking_out);
    const auto count = [&](std::int64_t bytes) {
      copied += bytes;
      try {
        on_bytes(bytes);
      } catch (...) {
        stop = std::current_exception();
      }
    };
    Materializer(object, types, mode, impl_->reflinks, on_bytes ? BytesDone(count) : BytesDone(),
                 size)
        .make(target, batch);
    if (stop) std::rethrow_exception(stop);
    impl_->advance(Work::checking_out, std::max<std::int64_t>(size - copied, 0));
  };
  std::optional<Scan> present = scan(path, id.kind, impl_->state, ignore);
  if (!id.is_directory()) {
    bool changed = false;
    if (!present || present->content.id != id) {
      if (!contains(id, wanted.size)) {
        throw Error(Errc::not_found, fmt::format("'{}' is missing in the cache", id.hex));
      }
      make(path, id, wanted.size);
      batch.publish();
      changed = true;
    }
    if (wanted.executable) set_executable(path);
    return changed;
  }

  if (present && present->content.id == id) return false;
  const auto members = manifest(id);
  if (!members) throw Error(Errc::not_found, fmt::format("'{}' is missing in the cache", id.hex));
  std::unordered_map<std::string, std::string> there;
  if (present && present->manifest) {
    for (const auto& entry : present->manifest->entries)
      there.emplace(entry.path, entry.hex);
  }
  std::vector<const ManifestEntry*> needed;
  for (const auto& entry : members->entries) {
    const auto found = there.find(entry.path);
    if (found == there.end() || found->second != entry.hex) needed.push_back(&entry);
    if (found != there.end()) there.erase(found);
  }
  Members looked_at;
  if (!needed.empty() && (known == nullptr || known->sizes.size() != members->entries.size())) {
    looked_at.missing = missing_members(*members, id.kind, wanted.size, &looked_at.sizes);
    known = &looked_at;
  }
  for (const auto* entry : needed) {
    if (known->missing.contains(entry->hex)) {
      throw Error(Errc::not_found,
                  fmt::format("'{}' ({}) is missing in the cache", entry->path, entry->hex));
    }
  }
  if (!present || !present->manifest) fs::remove_tree(path);
  fs::make_directories(path);
  for (const auto* entry : needed)
    make(path + "/" + entry->path, {entry->hex, id.kind},
         known->sizes[static_cast<std::size_t>(entry - members->entries.data())]);
  batch.publish();
  for (const auto& leftover : there) {
    std::string file = path + "/" + leftover.first;
    fs::remove(file);
    for (file = fs::parent(file); file != path && fs::list_directory(file).empty();
         file = fs::parent(file)) {
      fs::remove(file);
    }
  }
  return true;
}

void Store::unprotect(const std::string& path) const {
  const auto entry = fs::stat(path, fs::Follow::no);
  if (!entry) return;
  if (entry->kind == fs::Kind::directory) {
    for (const auto& child : fs::list_directory(path))
      unprotect(path + "/" + child.name);
    return;
  }
  const std::uint32_t mode = impl_->options.group_shared ? group_file_mode : impl_->plain_mode();
  if (entry->kind == fs::Kind::file && entry->links == 1) {
    const std::uint32_t needed = impl_->options.group_shared ? mode : 0200U;
    if ((entry->mode & needed) != needed) fs::chmod(path, entry->mode | mode);
    return;
  }
  const auto target = fs::stat(path);
  if (!target || target->kind != fs::Kind::file) return;
  Replacements batch(impl_->scratch);
  batch.add(path, [&](const std::string& temporary) {
    fs::copy_file(path, temporary, mode);
    fs::chmod(temporary, mode);
  });
  batch.publish();
}

}  // namespace expcore::cache
