#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <expcore/cancel.hpp>

#include "base/meter.hpp"
#include "cache/object.hpp"

namespace expcore::remote {

/// A folder with objects in DVC's layout: a cache or a remote.
struct Depot {
  std::string root;           ///< Absolute.
  bool group_shared = false;  ///< Folders 02775.
};

/// `<root>/files/md5/<2>/<30>`, for legacy objects `<root>/<2>/<30>`.
std::string path_of(const Depot& depot, const cache::ObjectId& id);

/// Something is there under the object's name and, where `size` is known (not negative), it is as
/// long. Nothing is read.
bool is_there(const Depot& depot, const cache::ObjectId& id, std::int64_t size = -1);

/// One object to bring over.
struct Item {
  cache::ObjectId id;
  std::int64_t size = -1;  ///< -1: unknown.
};

struct TransferOptions {
  unsigned jobs = 0;  ///< 0: one per core, at most 8.
  CancelToken cancel;
  Meter* meter = nullptr;  ///< May be null; hears of
  Work work = Work::fetching;
};

/// An object that could not be brought over.
struct Failure {
  cache::ObjectId id;
  std::string reason;
};

struct Transferred {
  std::vector<cache::ObjectId> done;
  std::vector<Failure> failed;
};

/// Copies objects between depots. Each is read once, its content checked against its name on the
/// way, and gets its name only when it is whole: copies are made in a folder of their own under
/// `<to>/expcore-tmp`, flushed together (syncfs) and renamed; what is there is replaced. A folder's
/// object must come in a later call than its members. Objects that got their name stay when a later
/// one fails or the call is cancelled: calling again goes on from there.
/// Throws: Error{cancelled}; Error{io} when the target cannot be written at all.
Transferred transfer(const Depot& from, const Depot& to, const std::vector<Item>& items,
                     const TransferOptions& options = {});

/// Copies every run-cache entry of `from` that `to` does not hold. `key`: only those of one key.
/// Returns how many files.
std::size_t transfer_run_cache(const Depot& from, const Depot& to, const std::string& key = {});

}  // namespace expcore::remote
