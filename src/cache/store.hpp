#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "cache/object.hpp"
#include "cache/use_lock.hpp"
#include "fs/ignore.hpp"
#include "hash/stat_sum.hpp"
#include "hash/state.hpp"

namespace expcore::cache {

enum class LinkType : std::uint8_t { reflink, hardlink, symlink, copy };
std::optional<LinkType> parse_link_type(std::string_view name);

/// How workspace files are made from objects.
enum class As : std::uint8_t {
  configured,  ///< By the configured link types.
  copy,        ///< Always a file of its own: for outputs that Git tracks.
};

struct StoreOptions {
  std::string root;  ///< The cache folder, absolute (3.x objects live in <root>/files/md5).
  std::vector<LinkType> link_types = {LinkType::reflink, LinkType::copy};
  bool group_shared = false;  ///< cache.shared = group: folders 02775.
  /// A folder on the workspace's file system for files that are to replace others; "": in the
  /// cache.
  std::string scratch = {};
};

/// What a file or folder in the workspace holds, with the folder's manifest when it is one.
struct Scan {
  Content content;
  std::optional<Manifest> manifest;
  std::vector<std::int64_t> sizes = {};  ///< Bytes of each file of the manifest, when scanned.
  /// The StatSum of a folder's members, unless one of them may change without a trace.
  std::optional<hash::Fingerprint> stats = {};
  /// Of a folder for which add() and relink() have nothing to do: it has no manifest here.
  bool is_settled = false;
};

/// Whether nobody needs the manifest of a folder whose members' stats are those of the known one.
using IsSettled = std::function<bool(const hash::KnownFolder&)>;

/// Hashes what is at `path` without storing anything. Files whose stat `state` knows are not read.
/// Folders: as DVC collects them (docs/formats/cache.md): `.dvcignore` applies, links to folders
/// are skipped, a dangling link, a name that is not UTF-8, a nested `.dvcignore`, a socket or fifo
/// is an error that names it. Folder members are hashed by several threads. nullopt when nothing is
/// at `path`. Throws: Error{invalid_argument} "output/dependency '…' is not a file or directory" is
/// left to the caller: here kind `other` gives Error{io} with the path. `meter`: may be null.
/// `read`: reads what has to be hashed by MD5; may be empty. `is_settled`: empty for never.
std::optional<Scan> scan(const std::string& path, hash::FileHash kind, hash::StateDb& state,
                         const fs::DvcIgnore& ignore, Meter* meter = nullptr,
                         const hash::StateDb::Read& read = {}, const IsSettled& is_settled = {});

/// The same for callers who do not ask what is in a folder. One in which no file's stat changed is
/// known as a whole.
std::optional<Content> content_at(const std::string& path, hash::FileHash kind,
                                  hash::StateDb& state, const fs::DvcIgnore& ignore,
                                  Meter* meter = nullptr);

/// The object store of a DVC cache: content-addressed, read-only files.
///
/// Objects are published whole: written under a temporary name outside DVC's sight, made 0444, then
/// linked to their name; folder objects after all their members.
/// Thread safety: thread-safe.
class Store {
 public:
  /// `meter`, which may be null, hears of what add() and checkout() do.
  Store(StoreOptions options, hash::StateDb& state, Meter* meter = nullptr);
  ~Store();

  const StoreOptions& options() const;
  std::string path_of(const ObjectId& id) const;

  /// Keeps the collection of garbage away until what is stored is referred to.
  UseLock use() const { return UseLock::share(options().root, options().group_shared); }

  /// DVC's presence test: 0444 is trusted, anything else is hashed (a mismatch counts as missing
  /// but the object is kept until its replacement is there). `size` >= 0 is checked, too: an object
  /// of another size is damaged, hence missing, and loses its 0444, so that nobody trusts it again.
  bool contains(const ObjectId& id, std::int64_t size = -1) const;
  /// For a folder: the manifest and every member. When the members' sizes do not add up to `size`,
  /// their contents are looked at (and remembered by stat).
  bool contains_all(const ObjectId& id, std::int64_t size = -1) const;
  /// The same for who only wants to tell the user: of a large folder whose members were all there
  /// when nothing has been added to or removed from the cache since, nor found to be damaged, no
  /// member is looked at.
  bool contains_all_as_known(const ObjectId& id, std::int64_t size = -1) const;
  /// The hashes of those members that contains_all() would miss. `sizes`: of the objects that are
  /// there, by the place of their entry; may be null.
  std::unordered_set<std::string> missing_members(const Manifest& manifest, hash::FileHash kind,
                                                  std::int64_t size,
                                                  std::vector<std::int64_t>* sizes = nullptr) const;
  /// Both, of somebody who has just asked.
  struct Members {
    std::unordered_set<std::string> missing;
    std::vector<std::int64_t> sizes;
  };
  /// nullopt when missing or unreadable.
  std::optional<Manifest> manifest(const ObjectId& id) const;

  /// As scan() by MD5, for what add() is going to store: files that have to be read are taken in at
  /// the same time. What add() does not ask for later goes with this store.
  std::optional<Scan> scan_to_add(const std::string& path, const fs::DvcIgnore& ignore);
  /// The same for add() and relink() alone: a folder that is as they left it, with all its objects
  /// as contains_all_as_known() has it, may be settled.
  std::optional<Scan> scan_again(const std::string& path, const fs::DvcIgnore& ignore);

  /// Stores what is at `path` (a file, or a folder as it was scanned) under the names in `scan`, in
  /// the order members, then folder object. Present objects of the right size are not written
  /// again. Content is verified while it is copied: a file that changed since the scan, and was not
  /// taken in by that, is Error{io}.
  void add(const std::string& path, const Scan& scan);

  /// Stores a folder object whose members are in the cache.
  void add_manifest(const Manifest& manifest, const ObjectId& id);

  /// Gives files of the cache's own file system further names as objects, in this order; an object
  /// that is there already stays. The caller has hashed them. Files that cannot be linked to are
  /// copied. Returns how many were not there.
  std::size_t adopt(const std::vector<std::pair<std::string, ObjectId>>& files);

  /// Makes the workspace files at `path` satisfy the configured link types after add(), as DVC's
  /// commit does (single files are replaced by a link or copy, 0644-style mode; folder members only
  /// when their kind does not satisfy the configuration). `executable`: u+x on a single file.
  /// A file is replaced only by an object whose content was verified: throws Error{io} else.
  void relink(const std::string& path, const Scan& scan, bool executable);

  /// Makes `path` hold the wanted object. What is there is replaced only after everything needed is
  /// known to be in the cache: throws Error{not_found} naming the first missing object, nothing
  /// touched. Files of a folder that already match stay as they are; files that are not in the
  /// manifest are removed (ignored ones stay). Returns true when anything changed. The meter is
  /// told what is done, but not what to expect. `known`: of the folder that is wanted; may be null.
  bool checkout(const std::string& path, const Wanted& wanted, const fs::DvcIgnore& ignore,
                As as = As::configured, const Members* known = nullptr);

  /// Turns links into files of their own and makes everything below `path` writable.
  void unprotect(const std::string& path) const;

 private:
  /// The size of a present object; nullopt as contains().
  std::optional<std::int64_t> size_of(const ObjectId& id, std::int64_t size) const;
  std::vector<std::size_t> missing_of(const Scan& scan) const;
  bool contains_members(const Manifest& manifest, const ObjectId& id, std::int64_t size) const;
  hash::StatSum stats_of_folders(const ObjectId& id) const;
  std::optional<Scan> take_in(const std::string& path, const fs::DvcIgnore& ignore,
                              const IsSettled& is_settled);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace expcore::cache
