#include "remote/transfer.hpp"

#include <algorithm>
#include <exception>
#include <fcntl.h>
#include <optional>
#include <set>
#include <unistd.h>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/cancel.hpp"
#include "base/parallel.hpp"
#include "cache/group.hpp"
#include "fs/descriptor.hpp"
#include "fs/file.hpp"
#include "fs/ignore.hpp"
#include "fs/path.hpp"
#include "fs/scratch.hpp"
#include "hash/md5.hpp"

namespace expcore::remote {
namespace {

constexpr std::uint32_t object_mode = 0444;
/// Objects that are flushed and named together. Bounds what an interruption costs.
constexpr std::size_t batch_files = 4096;
constexpr const char* staging_name = "expcore-tmp";

/// Where copies go that have no name yet: DVC's listings and gc pass over it.
std::string staging_of(const Depot& depot) {
  std::string folder = fs::join(depot.root, staging_name);
  cache::need_folder(folder, depot.group_shared);
  return folder;
}

/// Copies and hashes in one pass.
void copy_checked(const std::string& from, const std::string& to, const cache::ObjectId& id,
                  const BytesDone& on_bytes) {
  std::string hex = hash::copy_and_hash(from, to, on_bytes);
  // Legacy names of files are hashes of the text with other line ends; those of folders are plain.
  const bool is_plain = id.kind == hash::FileHash::md5 || id.is_directory();
  if (!is_plain) hex = hash::hash_file(to, id.kind).hex;
  if (hex != id.hex.substr(0, hex.size())) {
    throw Error(Errc::io, fmt::format("the object is corrupt in '{}'", from));
  }
  fs::chmod(to, object_mode);
}

struct Copy {
  std::string temporary;  ///< "" when it failed.
  std::string reason;
};

/// One transfer under way.
class Transfer {
 public:
  Transfer(const Depot& from, const Depot& to, const std::vector<Item>& items,
           const TransferOptions& options)
      : from_(from), to_(to), items_(items), options_(options), staging_(staging_of(to)) {}

  Transferred run() {
    expect();
    for (std::size_t begin = 0; begin < items_.size(); begin += batch_files) {
      const std::size_t end = std::min(begin + batch_files, items_.size());
      std::vector<Copy> copies(end - begin);
      parallel_for(copies.size(), options_.jobs,
                   [&](std::size_t i) { copies[i] = copy(items_[begin + i]); });
      publish(begin, copies);
      stop_if_requested(&options_.cancel);
    }
    return std::move(result_);
  }

 private:
  void expect() const {
    if (options_.meter == nullptr || !options_.meter->tells()) return;
    std::int64_t bytes = 0;
    for (const auto& item : items_) {
      const auto stat = item.size < 0 ? fs::stat(path_of(from_, item.id)) : std::nullopt;
      bytes += stat ? stat->size : std::max<std::int64_t>(item.size, 0);
    }
    options_.meter->expect(options_.work, static_cast<std::int64_t>(items_.size()), bytes);
  }

  Copy copy(const Item& item) {
    Copy copy;
    if (options_.cancel.requested()) return copy;
    std::string temporary = staging_.next();
    std::exception_ptr stop;  // what a listener throws is no failure of the copy
    const auto count = [&](std::int64_t bytes) {
      try {
        options_.meter->advance(options_.work, 0, bytes);
      } catch (...) {
        stop = std::current_exception();
        throw;
      }
    };
    try {
      const std::string source = path_of(from_, item.id);
      copy_checked(source, temporary, item.id,
                   options_.meter == nullptr ? BytesDone() : BytesDone(count));
      copy.temporary = std::move(temporary);
    } catch (const Error& error) {
      fs::discard(temporary);
      if (options_.cancel.requested()) return copy;
      if (stop) std::rethrow_exception(stop);
      copy.reason = error.full_message();
    }
    // Whole copies are published even then.
    const bool tells = options_.meter != nullptr && !options_.cancel.requested();
    if (tells) options_.meter->advance(options_.work, 1, 0);
    return copy;
  }

  void publish(std::size_t begin, const std::vector<Copy>& copies) {
    flush(copies);
    std::set<std::string> folders;
    for (std::size_t i = 0; i < copies.size(); ++i) {
      const cache::ObjectId& id = items_[begin + i].id;
      std::string reason = copies[i].reason;
      if (!copies[i].temporary.empty()) {
        try {
          const std::string name = path_of(to_, id);
          if (folders.insert(fs::parent(name)).second) {
            cache::need_folder(fs::parent(name), to_.group_shared);
          }
          fs::rename(copies[i].temporary, name);
          result_.done.push_back(id);
          continue;
        } catch (const Error& error) {
          reason = error.full_message();
        }
      }
      if (!reason.empty()) result_.failed.push_back({id, std::move(reason)});
    }
  }

  /// The bytes are on the disk before a name leads to them.
  void flush(const std::vector<Copy>& copies) {
    constexpr std::size_t few = 4;
    std::vector<const Copy*> whole;
    for (const auto& copy : copies) {
      if (!copy.temporary.empty()) whole.push_back(&copy);
    }
    if (whole.size() > few) {
      fs::sync_file_system(to_.root);
      return;
    }
    for (const Copy* copy : whole)
      fs::sync(fs::open_file(copy->temporary, O_RDONLY), copy->temporary);
  }

  const Depot& from_;
  const Depot& to_;
  const std::vector<Item>& items_;
  const TransferOptions& options_;
  fs::Scratch staging_;
  Transferred result_;
};

}  // namespace

std::string path_of(const Depot& depot, const cache::ObjectId& id) {
  const char* folder = id.kind == hash::FileHash::md5 ? "/files/md5/" : "/";
  return depot.root + folder + id.hex.substr(0, 2) + "/" +
         (id.hex.size() > 2 ? id.hex.substr(2) : "");
}

bool is_there(const Depot& depot, const cache::ObjectId& id, std::int64_t size) {
  if (id.hex.size() < 3) return false;
  const auto stat = fs::stat(path_of(depot, id));
  return stat && stat->kind == fs::Kind::file && (size < 0 || stat->size == size);
}

Transferred transfer(const Depot& from, const Depot& to, const std::vector<Item>& items,
                     const TransferOptions& options) {
  if (items.empty()) return {};
  Transferred result = Transfer(from, to, items, options).run();
  // The names, too, before anything that relies on them gets one.
  if (!result.done.empty()) fs::sync_file_system(to.root);
  return result;
}

std::size_t transfer_run_cache(const Depot& from, const Depot& to, const std::string& key) {
  const std::string below = key.empty() ? "runs" : fs::join("runs", key.substr(0, 2) + "/" + key);
  const std::string source = fs::join(from.root, below);
  if (!fs::is_directory(source)) return 0;
  std::vector<std::string> names;
  fs::walk(source, nullptr, [&](const fs::WalkEntry& entry) {
    if (entry.kind == fs::Kind::file) names.push_back(fs::join(below, entry.relative));
  });
  std::size_t count = 0;
  fs::Scratch staging(fs::join(to.root, staging_name));
  std::vector<std::pair<std::string, std::string>> copies;
  for (const auto& name : names) {
    const std::string bytes = fs::read_file(fs::join(from.root, name));
    const std::string target = fs::join(to.root, name);
    ++count;
    if (fs::read_file_if_exists(target) == bytes) continue;
    if (copies.empty()) staging_of(to);
    const std::string temporary = staging.next();
    fs::append(temporary, bytes);
    if (to.group_shared) fs::chmod(temporary, cache::group_file_mode);
    copies.emplace_back(temporary, target);
  }
  if (copies.empty()) return count;
  fs::sync_file_system(to.root);
  for (const auto& [temporary, target] : copies) {
    cache::need_folder(fs::parent(target), to.group_shared);
    fs::rename(temporary, target);
  }
  return count;
}

}  // namespace expcore::remote
