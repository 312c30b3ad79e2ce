#include "git/loose_objects.hpp"

#include <atomic>
#include <chrono>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "git/libz.hpp"
#include "hash/sha1.hpp"

namespace expcore::git {
namespace {

constexpr std::uint32_t object_mode = 0444;

std::string compressed(const std::string& bytes) {
  uLongf size = compressBound(bytes.size());
  std::string packed(size, '\0');
  const int rc = compress(reinterpret_cast<Bytef*>(packed.data()), &size,
                          reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  if (rc != Z_OK) throw Error(Errc::git, fmt::format("zlib cannot pack an object: {}", rc));
  packed.resize(size);
  return packed;
}

bool make_young(const std::string& path) {
  return ::utimensat(AT_FDCWD, path.c_str(), nullptr, 0) == 0;
}

/// A name that nobody else has; `git gc` removes such files when they are left over.
std::string temporary_in(const std::string& folder) {
  static std::atomic<unsigned> count = 0;
  const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
  return fs::join(folder, fmt::format("tmp_obj_{}_{:x}_{}", ::getpid(), now, count++));
}

}  // namespace

Id to_id(const RawId& id) { return to_hex({id.data(), id.size()}); }

RawObject::RawObject(std::string_view kind, std::string_view content)
    : bytes_(fmt::format("{} {}", kind, content.size())) {
  bytes_ += '\0';
  bytes_ += content;
  id_ = hash::sha1(bytes_);
}

void LooseObjects::write(const RawObject& object) const {
  const Id id = to_id(object.id());
  const std::string folder = fs::join(folder_, id.substr(0, 2));
  const std::string path = fs::join(folder, id.substr(2));
  if (make_young(path)) return;
  fs::make_directories(folder);
  const std::string temporary = temporary_in(folder);
  fs::create(temporary, compressed(object.bytes()), object_mode);
  fs::rename(temporary, path);
}

}  // namespace expcore::git
