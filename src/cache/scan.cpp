#include <algorithm>
#include <deque>
#include <string>
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
  std::string relative;
  fs::Stat stat;
};

/// Some of the members that are in one folder.
struct Piece {
  std::string folder;
  std::vector<Member> members;
  hash::StatSum stats;
};

/// Files below a folder, whose content is not known.
struct Listed {
  std::deque<Piece> pieces;
  hash::StatSum stats;
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

bool is_data(const std::optional<fs::Stat>& stat) {
  return stat && (stat->kind == fs::Kind::file || stat->kind == fs::Kind::directory);
}

[[noreturn]] void refuse(const std::optional<fs::Stat>& stat, const std::string& path) {
  if (!stat) {
    throw Error(Errc::not_found, fmt::format("[Errno 2] No such file or directory: '{}'", path));
  }
  throw Error(Errc::invalid_argument, fmt::format("'{}' is neither a file nor a folder", path));
}

unsigned jobs_for(std::size_t members) { return members < 16 ? 1 : 0; }

/// The stats of its members, and their sum. Links to folders are passed over, as DVC does.
void look_at(Piece& piece) {
  const fs::Folder folder(piece.folder);
  for (Member& member : piece.members) {
    const std::string name = fs::filename(member.relative);
    const auto stat = folder.stat(name);
    if (!is_data(stat)) refuse(stat, fs::join(piece.folder, name));
    member.stat = *stat;
    piece.stats.add(member.relative, member.stat);
  }
  std::erase_if(piece.members,
                [](const Member& member) { return member.stat.kind == fs::Kind::directory; });
}

/// Lists what is below a folder while other threads take the stats of what was listed before.
Listed list_folder(const std::string& folder, const fs::DvcIgnore& ignore) {
  constexpr std::size_t longest = 256;
  Listed listed;
  TaskPool looks;
  const auto is_over = [&](std::string_view next) {
    const Piece& last = listed.pieces.back();
    return last.members.size() == longest || last.folder != next;
  };
  fs::walk(folder, &ignore, [&](const fs::WalkEntry& entry) {
    check_member(entry, folder);
    if (entry.kind == fs::Kind::directory) return;
    const std::size_t name_at = entry.path.rfind('/');
    const auto parent = std::string_view(entry.path).substr(0, std::max<std::size_t>(name_at, 1));
    if (listed.pieces.empty() || is_over(parent)) {
      if (!listed.pieces.empty()) looks.add([&piece = listed.pieces.back()] { look_at(piece); });
      listed.pieces.push_back({std::string(parent), {}, {}});
    }
    listed.pieces.back().members.push_back({entry.relative, {}});
  });
  if (!listed.pieces.empty()) look_at(listed.pieces.back());
  looks.finish();
  for (const auto& piece : listed.pieces)
    listed.stats.add(piece.stats);
  return listed;
}

constexpr std::size_t prefetch_from = 64;  // below, looking for each is as quick

void expect(Meter* meter, const Listed& listed) {
  if (meter == nullptr) return;
  std::int64_t count = 0;
  std::int64_t size = 0;
  for (const auto& piece : listed.pieces) {
    count += std::ssize(piece.members);
    for (const auto& member : piece.members)
      size += member.stat.size;
  }
  meter->expect(Work::hashing, count, size);
}

/// A member on its way to its hash.
struct Hashing {
  std::string relative;
  fs::Stat stat;
  hash::Hashed hashed;
};

std::vector<Hashing> in_one(std::deque<Piece> pieces) {
  std::vector<Hashing> all;
  for (auto& piece : pieces) {
    for (auto& member : piece.members)
      all.push_back({std::move(member.relative), member.stat, {}});
    piece.members = {};
  }
  return all;
}

hash::Hashed hash_of(const std::string& path, const fs::Stat& stat, hash::FileHash kind,
                     hash::StateDb& state, const BytesDone& on_bytes,
                     const hash::StateDb::Read& read) {
  if (!read || kind != hash::FileHash::md5) return state.hash(path, stat, kind, on_bytes);
  return state.hash_by(read, path, stat, on_bytes);
}

Scan hash_listed(const std::string& path, Listed listed, hash::FileHash kind, hash::StateDb& state,
                 Meter* meter, const hash::StateDb::Read& read) {
  expect(meter, listed);
  std::vector<Hashing> members = in_one(std::move(listed.pieces));
  const BytesDone on_bytes = bytes_of(meter, Work::hashing);
  if (members.size() >= prefetch_from) state.prefetch(path, kind);
  parallel_for(members.size(), jobs_for(members.size()), [&](std::size_t i) {
    Hashing& member = members[i];
    const std::string file = fs::join(path, member.relative);
    member.hashed = hash_of(file, member.stat, kind, state, on_bytes, read);
    if (meter != nullptr) meter->advance(Work::hashing, 1, 0);
  });
  std::sort(members.begin(), members.end(),
            [](const Hashing& a, const Hashing& b) { return a.relative < b.relative; });
  Scan scan;
  scan.manifest.emplace();
  scan.manifest->entries.reserve(members.size());
  scan.sizes.reserve(members.size());
  for (auto& member : members) {
    scan.content.size += member.hashed.size;
    scan.sizes.push_back(member.hashed.size);
    scan.manifest->entries.push_back({std::move(member.relative), std::move(member.hashed.hex)});
  }
  scan.content.file_count = static_cast<std::int64_t>(members.size());
  scan.content.id = {scan.manifest->hex(), kind};
  if (!listed.stats.is_racy()) {
    scan.stats = listed.stats.value();
    state.remember_folder(
        path, {*scan.stats, scan.content.id.hex, scan.content.size, *scan.content.file_count},
        kind);
  }
  return scan;
}

Scan scan_folder(const std::string& path, hash::FileHash kind, hash::StateDb& state,
                 const fs::DvcIgnore& ignore, Meter* meter, const hash::StateDb::Read& read,
                 const IsSettled& is_settled) {
  Listed listed = list_folder(path, ignore);
  auto known = is_settled ? state.find_folder(path, kind) : std::nullopt;
  if (!known || known->stats != listed.stats.value() || !is_settled(*known)) {
    return hash_listed(path, std::move(listed), kind, state, meter, read);
  }
  expect(meter, listed);
  if (meter != nullptr) meter->advance(Work::hashing, known->file_count, known->size);
  Scan scan;
  scan.content = {{std::move(known->hex), kind}, known->size, known->file_count};
  scan.stats = known->stats;
  scan.is_settled = true;
  return scan;
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
                         const fs::DvcIgnore& ignore, Meter* meter, const hash::StateDb::Read& read,
                         const IsSettled& is_settled) {
  const auto stat = fs::stat(path);
  if (!stat) return std::nullopt;
  if (!is_data(stat)) refuse(stat, path);
  if (stat->kind == fs::Kind::directory) {
    return scan_folder(path, kind, state, ignore, meter, read, is_settled);
  }
  return Scan{file_content(path, *stat, kind, state, meter, read), std::nullopt};
}

std::optional<Content> content_at(const std::string& path, hash::FileHash kind,
                                  hash::StateDb& state, const fs::DvcIgnore& ignore, Meter* meter) {
  const IsSettled always = [](const hash::KnownFolder&) { return true; };
  auto found = scan(path, kind, state, ignore, meter, {}, always);
  if (!found) return std::nullopt;
  return std::move(found->content);
}

}  // namespace expcore::cache
