#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hash/md5.hpp"

namespace expcore::cache {

/// The name of a cached object: 32 hex digits, for folders followed by ".dir".
struct ObjectId {
  std::string hex;                            ///< With ".dir" for a folder; "" = no hash known.
  hash::FileHash kind = hash::FileHash::md5;  ///< Also says which root the object lives in.

  bool empty() const { return hex.empty(); }
  bool is_directory() const { return hex.ends_with(".dir"); }
  friend bool operator==(const ObjectId&, const ObjectId&) = default;
};

/// What dvc.lock records beside the hash.
struct Content {
  ObjectId id;
  std::int64_t size = 0;                   ///< Bytes; of a folder the sum.
  std::optional<std::int64_t> file_count;  ///< Folders only.
  bool is_executable = false;              ///< Single files only.
};

/// What is to be taken from the cache.
struct Wanted {
  ObjectId id;
  std::int64_t size = -1;   ///< As recorded, bytes; of a folder the sum; < 0: not known.
  bool executable = false;  ///< u+x on a single file.
};

/// One file of a folder object.
struct ManifestEntry {
  std::string path;  ///< Relative to the folder, '/'-separated.
  std::string hex;
};

/// A folder object: the files below a folder, sorted by path as bytes.
/// Format: docs/formats/cache.md.
struct Manifest {
  std::vector<ManifestEntry> entries;

  /// The JSON that is stored and hashed, exactly.
  std::string bytes() const;
  /// md5 of bytes() + ".dir".
  std::string hex() const;
  /// Throws: Error{parse}; entries that leave the folder ("../x", "/x", "") are refused.
  static Manifest parse(std::string_view bytes);
};

}  // namespace expcore::cache
