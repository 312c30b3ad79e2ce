#include "remote/sync.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/parallel.hpp"
#include "base/text.hpp"
#include "cache/use_lock.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"

namespace expcore::remote {
namespace {

using cache::ObjectId;
using pipeline::Workspace;
using tracked::Out;

constexpr const char* missing_text =
    "Some of the cache files do not exist neither locally nor on remote. Missing cache files:";

std::string hash_text(const ObjectId& id) {
  const char* name = id.kind == hash::FileHash::md5 ? "md5" : "md5-dos2unix";
  return fmt::format("{}: {}", name, id.hex);
}

/// Which root the object is in, then its name.
std::pair<hash::FileHash, std::string> key_of(const ObjectId& id) { return {id.kind, id.hex}; }
using ObjectSet = std::set<std::pair<hash::FileHash, std::string>>;

std::optional<cache::Manifest> read_manifest(const Depot& depot, const ObjectId& id) {
  const auto bytes = fs::read_file_if_exists(path_of(depot, id));
  if (!bytes || hash::md5(*bytes) + ".dir" != id.hex) return std::nullopt;
  try {
    return cache::Manifest::parse(*bytes);
  } catch (const Error&) {
    return std::nullopt;
  }
}

bool is_empty_content(const ObjectId& id) { return id.hex == "d41d8cd98f00b204e9800998ecf8427e"; }

/// Something that can be that object: DVC leaves empty files behind where it could not clone.
bool is_plausible(const Depot& depot, const ObjectId& id, std::int64_t size) {
  if (!is_there(depot, id, size)) return false;
  return size >= 0 || is_empty_content(id) || !is_there(depot, id, 0);
}

bool has_right_content(const Depot& depot, const ObjectId& id) {
  const auto kind = id.is_directory() ? hash::FileHash::md5 : id.kind;
  return id.hex.starts_with(hash::hash_file(path_of(depot, id), kind).hex);
}

/// Everything that goes to or comes from one remote.
struct Batch {
  struct Folder {
    ObjectId id;
    bool has_manifest = false;
    std::vector<ObjectId> members;
    bool is_whole = true;  ///< Not only a part of it is meant.
  };
  std::vector<Folder> folders;
  std::vector<Item> files;  ///< Each once, members of folders included.
};

class Collector {
 public:
  explicit Collector(std::vector<Depot> depots) : depots_(std::move(depots)) {}

  void add(const Out& out) {
    if (!out.id.is_directory()) {
      add_file({out.id, out.size.value_or(-1)});
      return;
    }
    if (!seen_.insert({key_of(out.id), out.part}).second) return;
    Batch::Folder folder;
    folder.id = out.id;
    folder.is_whole = out.part.empty();
    if (const auto manifest = find_manifest(depots_, out.id)) {
      folder.has_manifest = true;
      for (const auto& entry : manifest->entries) {
        if (!out.part.empty() && !fs::is_within(entry.path, out.part)) continue;
        folder.members.push_back({entry.hex, out.id.kind});
        add_file({folder.members.back(), -1});
      }
    }
    batch_.folders.push_back(std::move(folder));
  }

  Batch take() { return std::move(batch_); }

 private:
  void add_file(const Item& item) {
    if (files_.insert(key_of(item.id)).second) batch_.files.push_back(item);
  }

  std::vector<Depot> depots_;
  std::set<std::pair<std::pair<hash::FileHash, std::string>, std::string>> seen_;
  ObjectSet files_;
  Batch batch_;
};

enum class Direction : bool { push, fetch };

bool is_wanted(const Out& out, const SyncRequest& request, Direction direction) {
  if (!out.is_cached || out.id.empty()) return false;
  if (direction == Direction::push && (!out.can_push || out.is_import)) return false;
  if (!request.remote.empty() && !out.remote.empty() && out.remote != request.remote) return false;
  if (request.max_size >= 0 && out.size.value_or(0) >= request.max_size) return false;
  return request.kinds.empty() ||
         std::find(request.kinds.begin(), request.kinds.end(), out.kind) != request.kinds.end();
}

void warn_about_missing(const Workspace& workspace, const std::vector<ObjectId>& missing) {
  if (missing.empty() || !workspace.on_warning) return;
  std::set<std::string> lines;
  for (const auto& id : missing)
    lines.insert(hash_text(id));
  std::string text = missing_text;
  for (const auto& line : lines)
    text += "\n" + line;
  workspace.on_warning(text);
}

/// Where objects come from, where they go to, and how the ends are asked what they have.
class Way {
 public:
  Way(const Workspace& workspace, Depot remote, Direction direction, bool verify)
      : workspace_(workspace),
        cache_(cache_depot(workspace)),
        remote_(std::move(remote)),
        direction_(direction),
        verify_(verify) {}

  const Depot& from() const { return direction_ == Direction::push ? cache_ : remote_; }
  const Depot& to() const { return direction_ == Direction::push ? remote_ : cache_; }

  bool source_has(const Item& item) const {
    return direction_ == Direction::push ? cache_has(item) : is_plausible(remote_, item.id, -1);
  }

  bool target_has(const Item& item) const {
    const bool has = direction_ == Direction::push ? remote_has(item) : cache_has(item);
    return has && (!verify_ || has_right_content(to(), item.id));
  }

 private:
  bool cache_has(const Item& item) const {
    return is_plausible(cache_, item.id, item.size) &&
           workspace_.store.contains(item.id, item.size);
  }
  /// A remote object that is not as long as the one in the cache is put right by the push.
  bool remote_has(const Item& item) const {
    std::int64_t size = item.size;
    if (const auto stat = fs::stat(path_of(cache_, item.id)); stat && size < 0) size = stat->size;
    return is_plausible(remote_, item.id, size);
  }

  const Workspace& workspace_;
  Depot cache_;
  Depot remote_;
  Direction direction_;
  bool verify_;
};

/// What has to be copied and what is nowhere, of objects in their order.
struct Plan {
  std::vector<Item> copies;
  std::vector<ObjectId> missing;
};

Plan plan(const Way& way, const std::vector<Item>& items) {
  enum class State : unsigned char { there, copy, missing };
  std::vector<State> states(items.size());
  parallel_for(items.size(), items.size() < 512 ? 1 : 0, [&](std::size_t i) {
    if (way.target_has(items[i])) return;
    states[i] = way.source_has(items[i]) ? State::copy : State::missing;
  });
  Plan plan;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (states[i] == State::copy) plan.copies.push_back(items[i]);
    if (states[i] == State::missing) plan.missing.push_back(items[i].id);
  }
  return plan;
}

void add_result(SyncResult& result, Transferred&& transferred) {
  result.transferred += transferred.done.size();
  for (auto& failure : transferred.failed)
    result.failed.push_back(std::move(failure));
}

void run_batch(const Way& way, const Batch& batch, const TransferOptions& options,
               SyncResult& result) {
  const auto use = cache::UseLock::share(way.to().root, way.to().group_shared);
  const Plan files = plan(way, batch.files);
  ObjectSet absent;  // at the target, after all
  for (const auto& id : files.missing)
    absent.insert(key_of(id));
  Transferred transferred = transfer(way.from(), way.to(), files.copies, options);
  for (const auto& failure : transferred.failed)
    absent.insert(key_of(failure.id));
  add_result(result, std::move(transferred));
  result.missing.insert(result.missing.end(), files.missing.begin(), files.missing.end());

  std::vector<Item> folders;
  for (const auto& folder : batch.folders) {
    const bool is_complete =
        std::none_of(folder.members.begin(), folder.members.end(),
                     [&](const ObjectId& member) { return absent.contains(key_of(member)); });
    if (!folder.has_manifest) {
      result.missing.push_back(folder.id);
    } else if (is_complete) {
      folders.push_back({folder.id, -1});
    }
  }
  Plan manifests = plan(way, folders);
  std::unordered_set<std::string> seen;
  std::erase_if(manifests.copies,
                [&](const Item& item) { return !seen.insert(item.id.hex).second; });
  result.missing.insert(result.missing.end(), manifests.missing.begin(), manifests.missing.end());
  add_result(result, transfer(way.from(), way.to(), manifests.copies, options));
}

SyncResult sync(Workspace& workspace, const SyncRequest& request, Direction direction) {
  const auto located = [&](const std::string& name) {
    return locate(workspace.config, workspace.root, name);
  };
  TransferOptions transfer = request.transfer;
  transfer.meter = &workspace.meter;
  transfer.work = direction == Direction::push ? Work::pushing : Work::fetching;
  SyncResult result;
  if (request.run_cache) {
    const Depot remote = depot_of(located(request.remote));
    const Depot cache = cache_depot(workspace);
    const bool is_push = direction == Direction::push;
    const std::size_t count =
        transfer_run_cache(is_push ? cache : remote, is_push ? remote : cache);
    if (is_push) result.transferred += count;
  }
  std::map<std::string, std::vector<Out>> by_remote;
  for (auto& revision : tracked::collect(workspace, request.scope)) {
    for (auto& out : revision.outs) {
      if (!is_wanted(out, request, direction)) continue;
      std::string name = request.remote.empty() ? out.remote : request.remote;
      by_remote[std::move(name)].push_back(std::move(out));
    }
  }
  if (by_remote.empty()) located(request.remote);
  for (const auto& [name, outs] : by_remote) {
    const Way way(workspace, depot_of(located(name)), direction, request.verify);
    Collector collector({way.from(), way.to()});
    for (const auto& out : outs)
      collector.add(out);
    run_batch(way, collector.take(), transfer, result);
  }
  warn_about_missing(workspace, result.missing);
  return result;
}

void sort(std::vector<NamedObject>& objects) {
  std::sort(objects.begin(), objects.end(),
            [](const NamedObject& a, const NamedObject& b) { return a.name < b.name; });
}

void warn_about_no_hash(const Workspace& workspace, const Out& out) {
  if (!workspace.on_warning) return;
  const std::string shown = workspace.shown(out.path);
  std::string text = fmt::format(
      "Output '{}'(stage: '{}') is missing version info. Cache for it will not be collected. Use "
      "`dvc repro` to get your pipeline up to date.",
      shown, out.stage);
  if (fs::exists(out.path)) {
    text += fmt::format(
        "\nYou can also use `dvc commit {0}` to associate existing '{1}' with stage: '{0}'.",
        out.stage, shown);
  }
  workspace.on_warning(text);
}

/// DVC keeps the list of a folder's files that it had to read from the remote. A cache that cannot
/// be written is as good.
void bring_manifest(const ObjectId& id, const Depot& remote, const Depot& cache) {
  if (!id.is_directory() || read_manifest(cache, id) || !read_manifest(remote, id)) return;
  try {
    const auto use = cache::UseLock::share(cache.root, cache.group_shared);
    transfer(remote, cache, {{id, -1}});
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): it is read where it is
  }
}

}  // namespace

std::optional<cache::Manifest> find_manifest(const std::vector<Depot>& depots, const ObjectId& id) {
  for (const auto& depot : depots) {
    if (auto found = read_manifest(depot, id)) return found;
  }
  return std::nullopt;
}

Depot cache_depot(const Workspace& workspace) {
  return {workspace.store.options().root, workspace.store.options().group_shared};
}

Depot depot_of(const Location& location) { return {location.root, location.group_shared}; }

SyncResult push(Workspace& workspace, const SyncRequest& request) {
  return sync(workspace, request, Direction::push);
}

SyncResult fetch(Workspace& workspace, const SyncRequest& request) {
  return sync(workspace, request, Direction::fetch);
}

bool fetch_objects(Workspace& workspace, const std::vector<ObjectId>& ids,
                   const std::string& remote, const TransferOptions& options) {
  const Location location = locate(workspace.config, workspace.root, remote);
  const Way way(workspace, depot_of(location), Direction::fetch, false);
  Collector collector({way.to(), way.from()});
  for (const auto& id : ids) {
    Out out;
    out.id = id;
    collector.add(out);
  }
  SyncResult result;
  run_batch(way, collector.take(), options, result);
  warn_about_missing(workspace, result.missing);
  return result.failed.empty() && result.missing.empty();
}

std::size_t fetch_run_cache(Workspace& workspace, const std::string& remote,
                            const std::string& key) {
  const Location location = locate(workspace.config, workspace.root, remote);
  return transfer_run_cache(depot_of(location), cache_depot(workspace), key);
}

std::optional<std::vector<NamedObject>> objects_of(const Workspace& workspace, const Out& out,
                                                   const std::vector<Depot>& depots) {
  const std::string shown = fs::relative(out.path, workspace.directory);
  std::vector<NamedObject> objects = {{out.id, shown}};
  if (!out.id.is_directory()) return objects;
  const auto manifest = find_manifest(depots, out.id);
  if (!manifest) return std::nullopt;
  for (const auto& entry : manifest->entries) {
    if (!out.part.empty() && !fs::is_within(entry.path, out.part)) continue;
    objects.push_back({{entry.hex, out.id.kind}, fs::join(shown, entry.path)});
  }
  return objects;
}

CloudStatus cloud_status(Workspace& workspace, const SyncRequest& request) {
  CloudStatus status;
  status.remote = to_lower_ascii(
      request.remote.empty() ? workspace.config.get("core.remote").value_or("") : request.remote);
  std::vector<Out> outs;
  tracked::Scope scope = request.scope;
  scope.skip_unreadable = false;
  scope.failure = "Failed to collect";
  for (auto& revision : tracked::collect(workspace, scope)) {
    for (auto& out : revision.outs) {
      if (out.is_cached && out.can_push && out.id.empty()) warn_about_no_hash(workspace, out);
      if (is_wanted(out, request, Direction::push) && out.remote.empty()) {
        outs.push_back(std::move(out));
      }
    }
  }
  if (outs.empty()) return status;
  const Depot remote = depot_of(locate(workspace.config, workspace.root, request.remote));
  const Depot cache = cache_depot(workspace);
  std::map<std::pair<hash::FileHash, std::string>, NamedObject> objects;
  for (const auto& out : outs) {
    bring_manifest(out.id, remote, cache);
    const auto named = objects_of(workspace, out, {cache, remote});
    if (!named) {
      if (workspace.on_warning) {
        workspace.on_warning(fmt::format("{}\nname: None, {}", missing_text, hash_text(out.id)));
      }
      continue;
    }
    for (const auto& object : *named)
      objects.emplace(key_of(object.id), object);
  }
  for (const auto& [key, object] : objects) {
    const bool here = is_plausible(cache, object.id, -1) && workspace.store.contains(object.id);
    const bool there = is_plausible(remote, object.id, -1);
    if (here && !there) status.fresh.push_back(object);
    if (!here && there) status.deleted.push_back(object);
    if (!here && !there) status.missing.push_back(object);
  }
  sort(status.fresh);
  sort(status.deleted);
  sort(status.missing);
  return status;
}

}  // namespace expcore::remote
