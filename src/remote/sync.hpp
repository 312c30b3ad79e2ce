#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/workspace.hpp"
#include "remote/location.hpp"
#include "remote/transfer.hpp"
#include "tracked/outs.hpp"

/// Data between the cache of a project and its remotes.
namespace expcore::remote {

/// What to push or fetch.
struct SyncRequest {
  tracked::Scope scope;
  std::string remote;      ///< "": the default one, and for pinned outputs their own.
  bool run_cache = false;  ///< All run-cache entries, too.
  /// Read objects that are there already and replace those whose content is wrong.
  bool verify = false;
  std::int64_t max_size = -1;            ///< Fetch: no larger outputs; -1: any.
  std::vector<pipeline::OutKind> kinds;  ///< Only these; empty: all.
  TransferOptions transfer;
};

struct SyncResult {
  std::size_t transferred = 0;  ///< Objects and, for push, run-cache entries.
  std::vector<Failure> failed;
  /// Objects that neither the cache nor the remote has. A warning names them; no failure.
  std::vector<cache::ObjectId> missing;
};

/// Brings what the revisions refer to from the cache to the remote: members of folders before the
/// folder's object, which stays away when a member is missing or failed.
/// Throws: Error{config} without a usable remote; Error{not_found} for unknown targets or
/// revisions.
SyncResult push(pipeline::Workspace& workspace, const SyncRequest& request);
/// The other way. Corrupt objects of the cache (by size; with `verify` by content) are replaced.
SyncResult fetch(pipeline::Workspace& workspace, const SyncRequest& request);

/// Fetches objects (folders with all members) that the cache lacks, for a caller that knows what it
/// needs, like a stage about to be restored. Returns false when some are not to be had.
/// Throws: as fetch().
bool fetch_objects(pipeline::Workspace& workspace, const std::vector<cache::ObjectId>& ids,
                   const std::string& remote = {}, const TransferOptions& options = {});

/// Brings all run-cache entries, or those of one key, from the remote. Returns how many it has.
std::size_t fetch_run_cache(pipeline::Workspace& workspace, const std::string& remote = {},
                            const std::string& key = {});

/// An object as a message names it.
struct NamedObject {
  cache::ObjectId id;
  std::string name;  ///< Path relative to the caller's directory.
};

/// How cache and remote differ in what the revisions refer to. Each list is sorted by name.
struct CloudStatus {
  std::vector<NamedObject> fresh;    ///< Only in the cache: DVC's "new".
  std::vector<NamedObject> deleted;  ///< Only on the remote.
  std::vector<NamedObject> missing;  ///< In neither.
  std::string remote;                ///< Its name.
};
CloudStatus cloud_status(pipeline::Workspace& workspace, const SyncRequest& request);

/// The objects that an output stands for: itself and for a folder its members (or the part that is
/// meant). Manifests come from the first of `depots` that has a whole one.
/// nullopt when the folder's object is nowhere.
std::optional<std::vector<NamedObject>> objects_of(const pipeline::Workspace& workspace,
                                                   const tracked::Out& out,
                                                   const std::vector<Depot>& depots);

/// The list of files of a folder's object, from the first of `depots` that has a whole one.
std::optional<cache::Manifest> find_manifest(const std::vector<Depot>& depots,
                                             const cache::ObjectId& id);

Depot cache_depot(const pipeline::Workspace& workspace);
Depot depot_of(const Location& location);

}  // namespace expcore::remote
