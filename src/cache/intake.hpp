#pragma once
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/meter.hpp"
#include "cache/new_folders.hpp"
#include "cache/object.hpp"
#include "fs/file.hpp"
#include "fs/scratch.hpp"
#include "hash/content.hpp"
#include "hash/state.hpp"

namespace expcore::cache {

constexpr std::uint32_t object_mode = 0444;

/// An object that has its bytes and its mode, but not yet its name.
struct NewObject {
  std::string temporary;
  std::string name;
  fs::Stat stat;  ///< When it was written and verified.
};

/// How bytes become objects: written under temporary names outside DVC's sight, verified, made 0444
/// and, many at once, flushed and given their names.
/// Thread safety: thread-safe, except publish().
class Intake {
 public:
  /// `root`: the cache folder. `group_shared`: folders as need_folder(). `meter` may be null.
  Intake(const std::string& root, bool group_shared, hash::StateDb& state, Meter* meter,
         fs::Reflinks& reflinks);

  /// Where objects wait for their names.
  const std::string& folder() const { return staging_.above(); }

  /// A verified, durable-to-be copy of `from` under a temporary name. Throws: Error{io} when `from`
  /// is not the content `id` (any more).
  NewObject stage_file(const std::string& from, const ObjectId& id, const std::string& name);
  NewObject stage_bytes(std::string_view bytes, const std::string& name);
  /// A second name of a file in the same file system, else a copy.
  NewObject stage_link(const std::string& from, const ObjectId& id, const std::string& name);

  /// The name of the object `id` when an object of that many bytes is wanted, else "".
  using NameOfWanted = std::function<std::string(const ObjectId& id, std::int64_t size)>;
  /// Reads the file at `path`, of which only the stat is known, once: for its MD5 and, where it is
  /// `wanted`, for the object, which take_staged() then gives. Of very many objects the first ones
  /// are published meanwhile. Where there is no room for an object none is staged. `on_bytes` hears
  /// of what is hashed. Throws: as hash::read_content().
  hash::ReadContent read(const std::string& path, const fs::Stat& stat, const NameOfWanted& wanted,
                         const BytesDone& on_bytes);
  /// Whether read() staged that object, and nobody took it and it may have no name yet.
  bool has_staged(const ObjectId& id);
  std::optional<NewObject> take_staged(const ObjectId& id);
  /// Publishes meanwhile what is staged, if that is much; else false.
  bool publish_rest();
  /// What is being published meanwhile is there or failed when this returns.
  void finish_batch();

  /// Gives staged objects their names in this order; their bytes are on the disk first.
  void publish(const std::vector<NewObject>& objects);

  /// Whether the object at `path` was published here and is as it was then.
  bool is_as_published(const std::string& path);

 private:
  std::string temporary();
  std::string temporary_if_possible();
  void need_folder(const std::string& folder);
  void name(const NewObject& object);
  bool is_as_hashed(const std::string& from, const ObjectId& id) const;
  std::string copy_of(const std::string& from, const std::string& to, const ObjectId& id,
                      const BytesDone& on_bytes);
  NewObject stage_read(const std::string& path, std::string_view bytes, std::uint64_t device,
                       const std::string& name);
  NewObject stage_in_new_folder(std::string_view bytes, const std::string& name);
  bool begin(const ObjectId& id);
  void end(const ObjectId& id);
  void take_in(const std::string& path, std::string_view bytes, std::uint64_t device,
               const ObjectId& id, const std::string& name);
  hash::ReadContent read_long(const std::string& path, std::uint64_t device,
                              const NameOfWanted& wanted, const BytesDone& on_bytes);
  hash::ReadContent read_into(const std::string& path, const std::string& to, std::uint64_t device,
                              const BytesDone& on_bytes);
  /// What there is to do after keep().
  enum class Next : std::uint8_t { nothing, open_folders, flush, publish };
  Next keep(const ObjectId& id, NewObject object);
  void proceed(Next next, const std::string& name);
  std::unordered_map<std::string, NewObject> all_staged();
  bool is_much() const;
  void publish_meanwhile(std::unordered_map<std::string, NewObject> batch);
  void publish_batch(const std::unordered_map<std::string, NewObject>& objects);
  void flush_meanwhile();
  void flush();
  void check_lost();

  bool group_shared_;
  hash::StateDb& state_;
  Meter* meter_;
  fs::Reflinks& reflinks_;
  fs::Scratch staging_;
  NewFolders new_folders_;
  std::mutex mutex_;
  std::unordered_set<std::string> folders_;              ///< Known to exist.
  std::unordered_map<std::string, fs::Stat> published_;  ///< By path.
  std::unordered_map<std::string, NewObject> staged_;    ///< By hash.
  std::unordered_set<std::string> under_way_;            ///< Hashes of what the batches publish.
  std::unordered_set<std::string> begun_;                ///< Hashes of what is being staged.
  std::int64_t staged_bytes_ = 0;
  std::exception_ptr lost_;  ///< Why what was staged may not be published.
  std::mutex batch_mutex_;   ///< Of:
  std::jthread batch_;       ///< Publishes. Last: the rest lives longer.
};

}  // namespace expcore::cache
