#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/parallel.hpp"
#include "base/text.hpp"
#include "cache/store.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "hash/stat_sum.hpp"

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

fs::Stat checked(const std::optional<fs::Stat>& stat, const std::string& path) {
  if (!stat) {
    throw Error(Errc::not_found, fmt::format("[Errno 2] No such file or directory: '{}'", path));
  }
  if (stat->kind != fs::Kind::file && stat->kind != fs::Kind::directory) {
    throw Error(Errc::invalid_argument, fmt::format("'{}' is neither a file nor a folder", path));
  }
  return *stat;
}

std::string_view folder_of(const Member& member) {
  return std::string_view(member.path).substr(0, member.path.rfind('/'));
}

/// A piece of members that are all in one folder.
struct Piece {
  std::size_t first;
  std::size_t end;
};

std::vector<Piece> pieces_of(const std::vector<Member>& members) {
  constexpr std::size_t longest = 256;
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (pieces.empty() || i - pieces.back().first == longest ||
        folder_of(members[i]) != folder_of(members[i - 1])) {
      pieces.push_back({i, i});
    }
    pieces.back().end = i + 1;
  }
  return pieces;
}

unsigned jobs_for(std::size_t members) { return members < 16 ? 1 : 0; }

/// The stats of all members, and their sum.
hash::StatSum look_at(std::vector<Member>& members) {
  const std::vector<Piece> pieces = pieces_of(members);
  std::vector<hash::StatSum> sums(pieces.size());
  parallel_for(pieces.size(), jobs_for(members.size()), [&](std::size_t i) {
    const std::string path(folder_of(members[pieces[i].first]));
    const fs::Folder folder(path.empty() ? "/" : path);
    for (std::size_t m = pieces[i].first; m < pieces[i].end; ++m) {
      Member& member = members[m];
      member.stat = checked(folder.stat(member.path.substr(path.size() + 1)), member.path);
      member.size = member.stat.size;
      sums[i].add(member.relative, member.stat);
    }
  });
  hash::StatSum sum;
  for (const auto& part : sums)
    sum.add(part);
  return sum;
}

/// Files below a folder, whose content is not known.
struct Listed {
  std::vector<Member> members;
  hash::StatSum stats;
};

/// Links to folders are passed over, as DVC does.
Listed list_folder(const std::string& folder, const fs::DvcIgnore& ignore) {
  Listed listed;
  fs::walk(folder, &ignore, [&](const fs::WalkEntry& entry) {
    check_member(entry, folder);
    if (entry.kind == fs::Kind::directory) return;
    listed.members.push_back({entry.path, entry.relative, 0, "", {}});
  });
  listed.stats = look_at(listed.members);
  std::erase_if(listed.members,
                [](const Member& member) { return member.stat.kind == fs::Kind::directory; });
  return listed;
}

constexpr std::size_t prefetch_from = 64;  // below, looking for each is as quick

void expect(Meter* meter, const std::vector<Member>& members) {
  if (meter == nullptr) return;
  std::int64_t size = 0;
  for (const auto& member : members)
    size += member.size;
  meter->expect(Work::hashing, static_cast<std::int64_t>(members.size()), size);
}

hash::Hashed hash_of(const std::string& path, const fs::Stat& stat, hash::FileHash kind,
                     hash::StateDb& state, const BytesDone& on_bytes,
                     const hash::StateDb::Read& read) {
  if (!read || kind != hash::FileHash::md5) return state.hash(path, stat, kind, on_bytes);
  return state.hash_by(read, path, stat, on_bytes);
}

Scan hash_listed(const std::string& path, Listed listed, hash::FileHash kind, hash::StateDb& state,
                 Meter* meter, const hash::StateDb::Read& read) {
  std::vector<Member>& members = listed.members;
  expect(meter, members);
  const BytesDone on_bytes = bytes_of(meter, Work::hashing);
  if (members.size() >= prefetch_from) state.prefetch(path, kind);
  parallel_for(members.size(), jobs_for(members.size()), [&](std::size_t i) {
    const Member& member = members[i];
    const hash::Hashed hashed = hash_of(member.path, member.stat, kind, state, on_bytes, read);
    if (meter != nullptr) meter->advance(Work::hashing, 1, 0);
    members[i].hex = hashed.hex;
    members[i].size = hashed.size;
  });
  std::sort(members.begin(), members.end(),
            [](const Member& a, const Member& b) { return a.relative < b.relative; });
  Scan scan;
  scan.manifest.emplace();
  scan.manifest->entries.reserve(members.size());
  scan.sizes.reserve(members.size());
  for (auto& member : members) {
    scan.content.size += member.size;
    scan.sizes.push_back(member.size);
    scan.manifest->entries.push_back({std::move(member.relative), std::move(member.hex)});
  }
  scan.content.file_count = static_cast<std::int64_t>(members.size());
  scan.content.id = {scan.manifest->hex(), kind};
  if (!listed.stats.is_racy()) {
    state.remember_folder(
        path,
        {listed.stats.value(), scan.content.id.hex, scan.content.size, *scan.content.file_count},
        kind);
  }
  return scan;
}

Content folder_content(const std::string& path, hash::FileHash kind, hash::StateDb& state,
                       const fs::DvcIgnore& ignore, Meter* meter) {
  Listed listed = list_folder(path, ignore);
  auto known = state.find_folder(path, kind);
  if (known && known->stats == listed.stats.value()) {
    expect(meter, listed.members);
    if (meter != nullptr) meter->advance(Work::hashing, known->file_count, known->size);
    return {{std::move(known->hex), kind}, known->size, known->file_count};
  }
  return hash_listed(path, std::move(listed), kind, state, meter, {}).content;
}

Content file_content(const std::string& path, const fs::Stat& stat, hash::FileHash kind,
                     hash::StateDb& state, Meter* meter, const hash::StateDb::Read& read) {
  if (meter != nullptr) meter->expect(Work::hashing, 1, stat.size);
  const BytesDone on_bytes = bytes_of(meter, Work::hashing);
  hash::Hashed hashed = hash_of(path, stat, kind, state, on_bytes, read);
  if (meter != nullptr) meter->advance(Work::hashing, 1, 0);
  return {{std::move(hashed.hex), kind}, hashed.size, std::nullopt, stat.is_executable()};
}

}  // namespace

std::optional<Scan> scan(const std::string& path, hash::FileHash kind, hash::StateDb& state,
                         const fs::DvcIgnore& ignore, Meter* meter,
                         const hash::StateDb::Read& read) {
  const auto stat = fs::stat(path);
  if (!stat) return std::nullopt;
  if (checked(stat, path).kind == fs::Kind::directory) {
    return hash_listed(path, list_folder(path, ignore), kind, state, meter, read);
  }
  return Scan{file_content(path, *stat, kind, state, meter, read), std::nullopt};
}

std::optional<Content> content_at(const std::string& path, hash::FileHash kind,
                                  hash::StateDb& state, const fs::DvcIgnore& ignore, Meter* meter) {
  const auto stat = fs::stat(path);
  if (!stat) return std::nullopt;
  if (checked(stat, path).kind == fs::Kind::directory) {
    return folder_content(path, kind, state, ignore, meter);
  }
  return file_content(path, *stat, kind, state, meter, {});
}

}  // namespace expcore::cache
