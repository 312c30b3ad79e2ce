#include "cache/intake.hpp"

#include <array>
#include <condition_variable>
#include <exception>
#include <fcntl.h>
#include <thread>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/spare_buffer.hpp"
#include "cache/group.hpp"
#include "fs/descriptor.hpp"
#include "fs/path.hpp"

namespace expcore::cache {
namespace {

constexpr std::size_t in_memory = SpareBuffer::size - 1;  ///< Files up to here are read whole.
constexpr std::size_t worth_sharing = 16 << 10;  ///< Smaller ones gain nothing from a reflink.
constexpr std::size_t batch_objects = 4096;      ///< So many are flushed and named at once,
constexpr std::size_t much = 512;                ///< Not to wait for without doing anything else.
constexpr std::int64_t batch_bytes = 256 << 20;  ///< or so many bytes,
constexpr std::size_t big_batch = 65536;         ///< or so many objects while folders are new.
constexpr std::size_t worth_new_folders = 256;   ///< From so many objects on.

/// Writes a file on a thread of its own, so that whoever has its bytes can go on hashing.
class Writer {
 public:
  explicit Writer(const std::string& path)
      : path_(path),
        file_(fs::open_file(path, O_WRONLY | O_CREAT | O_EXCL, object_mode)),
        thread_([this] { run(); }) {}

  /// Where the next piece may be read to; waits while too many are not written yet.
  char* room() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return filled_ - written_ < pieces_.size(); });
    return pieces_[filled_ % pieces_.size()].buffer.data();
  }

  /// What was read to the room().
  void write(std::string_view bytes) {
    {
      const std::lock_guard lock(mutex_);
      pieces_[filled_ % pieces_.size()].size = bytes.size();
      ++filled_;
    }
    changed_.notify_all();
  }

  /// False when not all could be written.
  bool finish() {
    {
      const std::lock_guard lock(mutex_);
      is_whole_ = true;
    }
    changed_.notify_all();
    thread_.join();
    return !has_failed_;
  }

  ~Writer() {
    if (thread_.joinable()) finish();
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

 private:
  struct Piece {
    SpareBuffer buffer;
    std::size_t size = 0;
  };

  void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return filled_ > written_ || is_whole_; });
      if (filled_ == written_) return;
      const Piece& piece = pieces_[written_ % pieces_.size()];
      lock.unlock();
      if (!has_failed_) put({piece.buffer.data(), piece.size});
      lock.lock();
      ++written_;
      changed_.notify_all();
    }
  }

  void put(std::string_view piece) {
    constexpr off64_t stretch = 16 << 20;
    try {
      fs::write_all(file_, piece, path_);
    } catch (const Error&) {
      has_failed_ = true;
    }
    // On its way to the disk at once: the flush at the end has less to wait for.
    size_ += static_cast<off64_t>(piece.size());
    if (size_ - sent_ < stretch) return;
    ::sync_file_range(file_.get(), sent_, size_ - sent_, SYNC_FILE_RANGE_WRITE);
    sent_ = size_;
  }

  const std::string& path_;
  fs::Descriptor file_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::array<Piece, 8> pieces_;
  std::size_t filled_ = 0;
  std::size_t written_ = 0;
  bool is_whole_ = false;
  off64_t size_ = 0;         ///< Of what is written,
  off64_t sent_ = 0;         ///< and of what is on its way to the disk.
  bool has_failed_ = false;  ///< Of the thread, then of who joined it.
  std::thread thread_;
};

/// The content of an open file, read into `buffer`; nullopt when it is longer than `in_memory`.
std::optional<std::string_view> read_short(const fs::Descriptor& file, const std::string& path,
                                           const SpareBuffer& buffer) {
  std::size_t used = 0;
  while (used < SpareBuffer::size) {
    const std::size_t got =
        fs::read_some(file, buffer.data() + used, SpareBuffer::size - used, path);
    if (got == 0) return std::string_view(buffer.data(), used);
    used += got;
  }
  return std::nullopt;
}

}  // namespace

Intake::Intake(const std::string& root, bool group_shared, hash::StateDb& state, Meter* meter,
               fs::Reflinks& reflinks)
    : group_shared_(group_shared),
      state_(state),
      meter_(meter),
      reflinks_(reflinks),
      // Not two characters long: DVC's listings and gc pass over it.
      staging_(root + "/expcore-tmp"),
      new_folders_(staging_) {}

void Intake::need_folder(const std::string& folder) {
  // Known only once it is there: another thread must not rely on a folder still to be made.
  const std::lock_guard lock(mutex_);
  if (folders_.contains(folder)) return;
  cache::need_folder(folder, group_shared_);
  folders_.insert(folder);
}

std::string Intake::temporary() {
  need_folder(folder());
  return staging_.next();
}

namespace {

void protect(NewObject& object) {
  fs::chmod(object.temporary, object_mode);
  if (const auto stat = fs::stat(object.temporary)) object.stat = *stat;
}

}  // namespace

NewObject Intake::stage_file(const std::string& from, const ObjectId& id, const std::string& name) {
  NewObject object{temporary(), name, {}};
  try {
    if (copy_of(from, object.temporary, id, bytes_of(meter_, Work::storing)) != id.hex) {
      throw Error(Errc::io, fmt::format("'{}' changed while it was being stored", from));
    }
    protect(object);
  } catch (...) {
    fs::discard(object.temporary);
    throw;
  }
  if (meter_ != nullptr) meter_->advance(Work::storing, 1, 0);
  return object;
}

/// Whether `from` is, to the stat, the file that was hashed when it was scanned.
bool Intake::is_as_hashed(const std::string& from, const ObjectId& id) const {
  const auto stat = fs::stat(from);
  return stat && state_.find(from, *stat, id.kind) == id.hex;
}

/// Makes `to` a copy of `from`; its hash. A file that did not change from its scan to the end of
/// the copy is not hashed once more.
std::string Intake::copy_of(const std::string& from, const std::string& to, const ObjectId& id,
                            const BytesDone& on_bytes) {
  const bool was_hashed = is_as_hashed(from, id);
  const bool cloned = reflinks_.make(from, to, 0600);
  if (!cloned && !was_hashed && id.kind == hash::FileHash::md5) {
    return hash::copy_and_hash(from, to, on_bytes);
  }
  if (!cloned) {
    fs::copy_file(from, to, 0600, on_bytes);
  } else if (on_bytes) {
    on_bytes(fs::stat(to).value_or(fs::Stat{}).size);
  }
  if (!was_hashed || !is_as_hashed(from, id)) return hash::hash_file(to, id.kind).hex;
  return id.hex;
}

NewObject Intake::stage_bytes(std::string_view bytes, const std::string& name) {
  NewObject object{temporary(), name, {}};
  object.stat = fs::create(object.temporary, bytes, object_mode);
  return object;
}

NewObject Intake::stage_link(const std::string& from, const ObjectId& id, const std::string& name) {
  NewObject object{temporary(), name, {}};
  try {
    if (!fs::link(from, object.temporary)) return stage_file(from, id, name);
  } catch (const Error&) {  // a file system without hard links, or too many of them
    return stage_file(from, id, name);
  }
  protect(object);
  return object;
}

hash::ReadContent Intake::read(const std::string& path, const fs::Stat& stat,
                               const NameOfWanted& wanted, const BytesDone& on_bytes) {
  if (stat.size > static_cast<std::int64_t>(in_memory)) {
    return read_long(path, stat.device, wanted, on_bytes);
  }
  const fs::Descriptor file = fs::open_file(path, O_RDONLY);
  const SpareBuffer buffer;
  const auto bytes = read_short(file, path, buffer);
  if (!bytes) return read_long(path, stat.device, wanted, on_bytes);
  hash::ReadContent read = hash::content_of(*bytes);
  const ObjectId id{read.content.hex, hash::FileHash::md5};
  if (begin(id)) {
    try {
      const std::string name = wanted(id, read.size);
      if (!name.empty()) take_in(path, *bytes, stat.device, id, name);
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): who stores the file will hear of it
    }
    end(id);
  }
  if (on_bytes) on_bytes(read.size);
  return read;
}

/// False when the object is there, or another thread is at it.
bool Intake::begin(const ObjectId& id) {
  const std::lock_guard lock(mutex_);
  if (staged_.contains(id.hex) || under_way_.contains(id.hex)) return false;
  return begun_.insert(id.hex).second;
}

void Intake::end(const ObjectId& id) {
  const std::lock_guard lock(mutex_);
  begun_.erase(id.hex);
}

void Intake::take_in(const std::string& path, std::string_view bytes, std::uint64_t device,
                     const ObjectId& id, const std::string& name) {
  Next next = Next::nothing;
  {
    const auto hold = new_folders_.hold();
    next = keep(id, stage_read(path, bytes, device, name));
  }
  proceed(next, name);
}

/// `bytes` were read from `path`, whose blocks are shared where that is possible.
NewObject Intake::stage_read(const std::string& path, std::string_view bytes, std::uint64_t device,
                             const std::string& name) {
  if (bytes.size() < worth_sharing || !reflinks_.may_have(device)) {
    return stage_in_new_folder(bytes, name);
  }
  NewObject object{temporary(), name, {}};
  if (!reflinks_.make(path, object.temporary, object_mode)) return stage_bytes(bytes, name);
  if (fs::read_file(object.temporary) != bytes) {  // it changed in between
    fs::discard(object.temporary);
    return stage_bytes(bytes, name);
  }
  protect(object);
  return object;
}

NewObject Intake::stage_in_new_folder(std::string_view bytes, const std::string& name) {
  NewObject object{new_folders_.place_of(name), name, {}};
  if (object.temporary.empty()) return stage_bytes(bytes, name);
  try {
    object.stat = fs::create(object.temporary, bytes, object_mode);
  } catch (const Error&) {
    new_folders_.spoil();
    throw;
  }
  return object;
}

/// A temporary name; "" where none can be had, so that nothing can be stored.
std::string Intake::temporary_if_possible() {
  try {
    return temporary();
  } catch (const Error&) {
    return "";
  }
}

hash::ReadContent Intake::read_long(const std::string& path, std::uint64_t device,
                                    const NameOfWanted& wanted, const BytesDone& on_bytes) {
  NewObject object{temporary_if_possible(), "", {}};
  if (object.temporary.empty()) return hash::read_content(path, on_bytes);
  try {
    hash::ReadContent read = read_into(path, object.temporary, device, on_bytes);
    const ObjectId id{read.content.hex, hash::FileHash::md5};
    if (!has_staged(id)) object.name = wanted(id, read.size);
    const auto copied = fs::stat(object.temporary);
    if (!object.name.empty() && copied && copied->size == read.size) {
      protect(object);
      const std::string name = object.name;
      proceed(keep(id, std::move(object)), name);
    } else {
      fs::discard(object.temporary);
    }
    return read;
  } catch (...) {
    fs::discard(object.temporary);
    throw;
  }
}

/// Makes `to` what is hashed. Not all of it, or nothing, where that cannot be written.
hash::ReadContent Intake::read_into(const std::string& path, const std::string& to,
                                    std::uint64_t device, const BytesDone& on_bytes) {
  if (reflinks_.may_have(device) && reflinks_.make(path, to, 0600)) {
    return hash::read_content(to, on_bytes);
  }
  std::optional<Writer> writer;
  try {
    writer.emplace(to);
  } catch (const Error&) {
    return hash::read_content(path, on_bytes);
  }
  hash::ReadContent read = hash::read_content(
      path, on_bytes, [&](std::string_view bytes) { writer->write(bytes); },
      [&] { return writer->room(); });
  if (!writer->finish()) fs::discard(to);
  return read;
}

bool Intake::has_staged(const ObjectId& id) {
  if (id.kind != hash::FileHash::md5) return false;
  const std::lock_guard lock(mutex_);
  return staged_.contains(id.hex) || under_way_.contains(id.hex);
}

Intake::Next Intake::keep(const ObjectId& id, NewObject object) {
  const std::lock_guard lock(mutex_);
  const bool is_there = under_way_.contains(id.hex) || published_.contains(object.name);
  if (is_there || staged_.contains(id.hex)) {  // another thread read the same meanwhile
    fs::discard(object.temporary);
    return Next::nothing;
  }
  staged_bytes_ += object.stat.size;
  staged_.emplace(id.hex, std::move(object));
  if (is_much()) return Next::publish;
  const std::size_t count = staged_.size();
  if (count == worth_new_folders && !group_shared_) return Next::open_folders;
  return new_folders_.is_open() && count % batch_objects == 0 ? Next::flush : Next::nothing;
}

/// Under the lock.
bool Intake::is_much() const {
  const std::size_t most = new_folders_.is_open() ? big_batch : batch_objects;
  return staged_.size() >= most || staged_bytes_ >= batch_bytes;
}

/// `name`: of the object kept last.
void Intake::proceed(Next next, const std::string& name) {
  if (next == Next::open_folders) new_folders_.open(fs::parent(fs::parent(name)));
  if (next == Next::flush) flush_meanwhile();
  if (next != Next::publish) return;
  new_folders_.close();
  std::unordered_map<std::string, NewObject> batch;
  {
    const std::lock_guard lock(mutex_);
    if (!is_much()) return;  // another thread was first
    batch = all_staged();
  }
  publish_meanwhile(std::move(batch));
}

/// Under the lock.
std::unordered_map<std::string, NewObject> Intake::all_staged() {
  staged_bytes_ = 0;
  for (const auto& [hex, object] : staged_)
    under_way_.insert(hex);
  return std::exchange(staged_, {});
}

bool Intake::publish_rest() {
  {
    const std::lock_guard lock(mutex_);
    if (staged_.size() < much) return false;
  }
  new_folders_.close();
  std::unordered_map<std::string, NewObject> batch;
  {
    const std::lock_guard lock(mutex_);
    batch = all_staged();
  }
  publish_meanwhile(std::move(batch));
  return true;
}

/// One batch at a time: who is quicker than the disk waits here.
void Intake::publish_meanwhile(std::unordered_map<std::string, NewObject> batch) {
  const std::lock_guard lock(batch_mutex_);
  batch_ = std::jthread([this, objects = std::move(batch)] {
    try {
      publish_batch(objects);
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): who stores the files will hear of it
    }
    const std::lock_guard lock_sets(mutex_);
    for (const auto& [hex, object] : objects)
      under_way_.erase(hex);
  });
}

/// After new_folders_.close().
void Intake::publish_batch(const std::unordered_map<std::string, NewObject>& objects) {
  flush();
  new_folders_.move();
  for (const auto& [hex, object] : objects)
    name(object);
}

/// The bytes of what is staged are on their way to the disk sooner than they need be.
void Intake::flush_meanwhile() {
  const std::lock_guard lock(batch_mutex_);
  batch_ = std::jthread([this] {
    try {
      flush();
    } catch (const Error&) {
      const std::lock_guard lock_failure(mutex_);
      lost_ = std::current_exception();
    }
  });
}

/// The disk tells of a failure once: nothing written before may be published after that.
void Intake::check_lost() {
  const std::lock_guard lock(mutex_);
  if (!lost_) return;
  staged_.clear();
  staged_bytes_ = 0;
  std::rethrow_exception(std::exchange(lost_, nullptr));
}

void Intake::flush() {
  check_lost();
  try {
    fs::sync_file_system(folder());
  } catch (const Error&) {
    new_folders_.spoil();
    throw;
  }
}

void Intake::finish_batch() {
  const std::lock_guard lock(batch_mutex_);
  if (batch_.joinable()) batch_.join();
}

std::optional<NewObject> Intake::take_staged(const ObjectId& id) {
  if (id.kind != hash::FileHash::md5) return std::nullopt;
  const std::lock_guard lock(mutex_);
  const auto found = staged_.find(id.hex);
  if (found == staged_.end()) return std::nullopt;
  NewObject object = std::move(found->second);
  staged_.erase(found);
  return object;
}

void Intake::name(const NewObject& object) {
  if (!new_folders_.has_moved(object.temporary)) {
    need_folder(fs::parent(object.name));
    try {
      fs::rename(object.temporary, object.name);
    } catch (const Error&) {
      const auto there = fs::stat(object.name);
      if (!there || there->inode != object.stat.inode) throw;
      // A batch has just moved it with its folder.
    }
  }
  const std::lock_guard lock(mutex_);
  published_.insert_or_assign(object.name, object.stat);
}

void Intake::publish(const std::vector<NewObject>& objects) {
  if (objects.empty()) return;
  if (objects.size() == 1) {
    check_lost();
    fs::sync(fs::open_file(objects[0].temporary, O_RDONLY), objects[0].name);
  } else {
    flush();
  }
  for (const auto& object : objects)
    name(object);
}

bool Intake::is_as_published(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const auto found = published_.find(path);
  if (found == published_.end()) return false;
  const auto stat = fs::stat(path);
  const auto& then = found->second;
  return stat && stat->inode == then.inode && stat->size == then.size &&
         stat->mtime_ns == then.mtime_ns;
}

}  // namespace expcore::cache
