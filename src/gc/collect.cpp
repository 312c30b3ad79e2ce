#include "gc/collect.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include <expcore/error.hpp>

#include "base/text.hpp"
#include "cache/use_lock.hpp"
#include "fs/file.hpp"
#include "fs/lock.hpp"
#include "fs/path.hpp"
#include "gc/used.hpp"
#include "remote/location.hpp"
#include "remote/sync.hpp"
#include "run/rw_lock.hpp"
#include "yaml/reader.hpp"

namespace expcore::gc {
namespace {

using hash::FileHash;
using pipeline::Workspace;
using remote::Depot;

constexpr std::int64_t second = 1'000'000'000;
/// How long objects stay that a program which knows no cache::UseLock may be about to refer to.
constexpr std::int64_t grace_ns = 15 * 60 * second;
/// How long another program's half-made file is left alone.
constexpr std::int64_t temporary_ns = 60 * 60 * second;
constexpr auto patience = std::chrono::seconds(3);  // DVC's, for repository locks
constexpr auto use_patience = std::chrono::seconds(10);

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// Whether somebody holds a path for writing in a DVC path lock file.
bool has_writer(const std::string& path) {
  const auto text = fs::read_file_if_exists(path);
  if (!text || trim(*text).empty()) return false;
  try {
    const auto root = yaml::parse_json(*text);
    const auto* writers = root.find("write");
    return writers != nullptr && writers->is_map() && !writers->map().empty();
  } catch (const Error&) {
    return true;  // being written
  }
}

/// An unused object.
struct Garbage {
  std::string path;
  std::int64_t size = 0;
};

struct Sweep {
  std::vector<Garbage> folders;
  std::vector<Garbage> files;
};

bool is_hex(std::string_view text, std::size_t size) {
  return text.size() == size && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

bool is_object(std::string_view name) {
  if (name.ends_with(".dir")) name.remove_suffix(4);
  return is_hex(name, 30);
}

/// What to go through.
struct Target {
  const char* name;
  Depot depot;
  FileHash kind;
  std::int64_t newest = INT64_MAX;  ///< Younger objects stay.
};

/// Whatever is in `<root>/XX/` counts, also what other programs left half made there.
Sweep find_garbage(const Target& target, const ObjectSet& used) {
  const bool is_legacy = target.kind == FileHash::md5_dos2unix;
  const std::string root = is_legacy ? target.depot.root : fs::join(target.depot.root, "files/md5");
  const std::int64_t newest_temporary = now_ns() - temporary_ns;
  Sweep sweep;
  if (!fs::is_directory(root)) return sweep;
  for (const auto& prefix : fs::list_directory(root)) {
    if (prefix.kind != fs::Kind::directory || !is_hex(prefix.name, 2)) continue;
    const std::string folder = fs::join(root, prefix.name);
    for (const auto& entry : fs::list_directory(folder)) {
      const std::string hex = prefix.name + entry.name;
      if (entry.kind == fs::Kind::directory || used.contains({target.kind, hex})) continue;
      std::string path = fs::join(folder, entry.name);
      const auto stat = fs::stat(path, fs::Follow::no);
      const std::int64_t newest =
          is_object(entry.name) ? target.newest : std::min(target.newest, newest_temporary);
      if (!stat || std::max(stat->ctime_ns, stat->mtime_ns) > newest) continue;
      auto& list = hex.ends_with(".dir") ? sweep.folders : sweep.files;
      list.push_back({std::move(path), stat->size});
    }
  }
  return sweep;
}

void expect(Meter& meter, const Sweep& sweep) {
  for (const auto* list : {&sweep.folders, &sweep.files}) {
    std::int64_t bytes = 0;
    for (const auto& garbage : *list)
      bytes += garbage.size;
    meter.expect(Work::collecting, static_cast<std::int64_t>(list->size()), bytes);
  }
}

Collected collect(const Target& target, const ObjectSet& used, bool dry, Meter& meter) {
  const Sweep sweep = find_garbage(target, used);
  expect(meter, sweep);
  Collected collected{target.name, 0, 0};
  for (const auto* list : {&sweep.folders, &sweep.files}) {
    for (const auto& garbage : *list) {
      if (!dry) fs::remove(garbage.path);
      ++collected.removed;
      collected.bytes += garbage.size;
      meter.advance(Work::collecting, 1, garbage.size);
    }
    // No member goes before the folder objects that list it are gone for good.
    if (!dry && !list->empty() && list == &sweep.folders) fs::sync_file_system(target.depot.root);
  }
  return collected;
}

fs::LockFile lock_project(const std::string& tmp_dir) {
  fs::make_directories(tmp_dir);
  return fs::LockFile::acquire(fs::join(tmp_dir, "lock"), patience, run::repo_lock_busy);
}

cache::UseLock lock_store(const Depot& depot) {
  auto lock = cache::UseLock::collect(depot.root, depot.group_shared, use_patience);
  if (!lock) {
    throw Error(Errc::busy,
                "'" + depot.root + "' is in use: another process is storing data in it");
  }
  return std::move(*lock);
}

/// The locks of a collection, in the order in which everybody takes them.
class Locks {
 public:
  Locks(const Workspace& workspace, const Request& request) {
    projects_.push_back(lock_project(workspace.tmp_dir));
    for (const auto& folder : request.projects) {
      const auto other = open_project(workspace, folder);
      if (other->root != workspace.root) projects_.push_back(lock_project(other->tmp_dir));
    }
  }

  /// Whether all programs that know the lock are kept away.
  bool hold(const Depot& depot) {
    if (!fs::is_directory(depot.root)) return true;
    stores_.push_back(lock_store(depot));
    return stores_.back().is_held();
  }

 private:
  std::vector<fs::LockFile> projects_;
  std::vector<cache::UseLock> stores_;
};

ObjectSet objects_to_keep(UsedObjects&& used, const Request& request, const Depot& depot) {
  ObjectSet keep = std::move(used.recorded);
  if (request.not_in_remote) {
    std::erase_if(keep, [&](const auto& object) {
      return remote::is_there(depot, {object.second, object.first});
    });
  }
  keep.merge(used.pending);
  return keep;
}

}  // namespace

std::vector<Collected> collect_garbage(Workspace& workspace, const Request& request) {
  Depot cloud;
  if (request.cloud || request.not_in_remote) {
    cloud =
        remote::depot_of(remote::locate(workspace.config, workspace.root, request.remote, "gc -c"));
  }
  const Depot cache = remote::cache_depot(workspace);
  Locks locks(workspace, request);
  const bool is_alone = locks.hold(cache);
  const bool is_remote_alone = !request.cloud || locks.hold(cloud);
  const auto running = running_folders(workspace);
  const bool is_busy =
      !is_alone || !running.empty() || has_writer(fs::join(workspace.tmp_dir, "rwlock"));
  const ObjectSet keep = objects_to_keep(used_objects(workspace, request, running), request, cloud);

  const std::int64_t grace = now_ns() - grace_ns;
  const std::int64_t newest = is_busy ? grace : INT64_MAX;
  const std::int64_t newest_remote = is_remote_alone ? INT64_MAX : grace;
  // DVC goes through the same folder twice, under two names.
  std::vector<Target> targets = {{"repo", cache, FileHash::md5, newest},
                                 {"local", cache, FileHash::md5, newest},
                                 {"legacy", cache, FileHash::md5_dos2unix, newest}};
  if (request.cloud) {
    targets.push_back({"remote", cloud, FileHash::md5, newest_remote});
    targets.push_back({"remote", cloud, FileHash::md5_dos2unix, newest_remote});
  }
  std::vector<Collected> result;
  for (const auto& target : targets)
    result.push_back(collect(target, keep, request.dry, workspace.meter));
  return result;
}

}  // namespace expcore::gc
