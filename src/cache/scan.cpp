#include <algorithm>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/parallel.hpp"
#include "base/text.hpp"
#include "cache/store.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"

namespace expcore::cache {
namespace {

/// One file below the scanned folder.
struct Member {
  std::string path;
  std::string relative;
  std::int64_t size = 0;
  std::string hex;
  fs::Stat stat;
};

void check_member(const fs::WalkEntry& entry, const std::string& folder) {
  if (!is_utf8(entry.relative)) {
    throw Error(Errc::invalid_argument, fmt::format("{} is not valid UTF-8 and cannot be tracked",
                                                    expcore::python_repr(entry.path)));
  }
  if (fs::filename(entry.relative) == ".dvcignore") {
    throw Error(Errc::invalid_argument,
                fmt::format(".dvcignore file should not be in collected dir path: '{}'", folder));
  }
}

/// Files to hash. Links to folders are passed over, as DVC does.
std::vector<Member> members_of(const std::string& folder, const fs::DvcIgnore& ignore) {
  std::vector<Member> members;
  fs::walk(folder, &ignore, [&](const fs::WalkEntry& entry) {
    check_member(entry, folder);
    if (entry.kind == fs::Kind::directory) return;
    const auto stat = fs::stat(entry.path);
    if (!stat) {
      throw Error(Errc::not_found,
                  fmt::format("[Errno 2] No such file or directory: '{}'", entry.path));
    }
    if (stat->kind == fs::Kind::directory) return;
    if (stat->kind != fs::Kind::file) {
      throw Error(Errc::invalid_argument,
                  fmt::format("'{}' is neither a file nor a folder", entry.path));
    }
    members.push_back({entry.path, entry.relative, stat->size, "", *stat});
  });
  return members;
}

constexpr std::size_t prefetch_from = 64;  // below, looking for each is as quick

void expect(Meter* meter, const std::vector<Member>& members) {
  if (meter == nullptr) return;
  std::int64_t size = 0;
  for (const auto& member : members)
    size += member.size;
  meter->expect(Work::hashing, static_cast<std::int64_t>(members.size()), size);
}

Scan scan_folder(const std::string& path, hash::FileHash kind, hash::StateDb& state,
                 const fs::DvcIgnore& ignore, Meter* meter) {
  std::vector<Member> members = members_of(path, ignore);
  expect(meter, members);
  const BytesDone on_bytes = bytes_of(meter, Work::hashing);
  if (members.size() >= prefetch_from) state.prefetch(path, kind);
  parallel_for(members.size(), members.size() < 16 ? 1 : 0, [&](std::size_t i) {
    const hash::Hashed hashed = state.hash(members[i].path, members[i].stat, kind, on_bytes);
    if (meter != nullptr) meter->advance(Work::hashing, 1, 0);
    members[i].hex = hashed.hex;
    members[i].size = hashed.size;
  });
  std::sort(members.begin(), members.end(),
            [](const Member& a, const Member& b) { return a.relative < b.relative; });
  Scan scan;
  scan.manifest.emplace();
  scan.manifest->entries.reserve(members.size());
  for (auto& member : members) {
    scan.content.size += member.size;
    scan.manifest->entries.push_back({std::move(member.relative), std::move(member.hex)});
  }
  scan.content.file_count = static_cast<std::int64_t>(members.size());
  scan.content.id = {scan.manifest->hex(), kind};
  return scan;
}

}  // namespace

std::optional<Scan> scan(const std::string& path, hash::FileHash kind, hash::StateDb& state,
                         const fs::DvcIgnore& ignore, Meter* meter) {
  const auto stat = fs::stat(path);
  if (!stat) return std::nullopt;
  if (stat->kind == fs::Kind::directory) {
    return scan_folder(path, kind, state, ignore, meter);
  }
  if (stat->kind != fs::Kind::file) {
    throw Error(Errc::invalid_argument, fmt::format("'{}' is neither a file nor a folder", path));
  }
  if (meter != nullptr) meter->expect(Work::hashing, 1, stat->size);
  const hash::Hashed hashed = state.hash(path, *stat, kind, bytes_of(meter, Work::hashing));
  if (meter != nullptr) meter->advance(Work::hashing, 1, 0);
  Scan scan;
  scan.content.id = {hashed.hex, kind};
  scan.content.size = hashed.size;
  scan.content.is_executable = stat->is_executable();
  return scan;
}

}  // namespace expcore::cache
