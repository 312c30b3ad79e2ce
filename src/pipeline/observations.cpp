#include "pipeline/observations.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "fs/file.hpp"
#include "fs/path.hpp"
#include "hash/fingerprint.hpp"

namespace expcore::pipeline {
namespace {

constexpr std::uint64_t nothing = 0;
constexpr std::int64_t racy_window = 20'000'000;            // a kernel's tick, amply
constexpr std::int64_t coarse_racy_window = 2'000'000'000;  // file systems that keep seconds

/// One number for everything about a file that a change would change; `nothing` when missing.
std::uint64_t digest(const std::optional<fs::Stat>& stat) {
  if (!stat) return nothing;
  const std::array<std::uint64_t, 6> facts = {
      (static_cast<std::uint64_t>(stat->kind) << 32U) | stat->mode,
      stat->device,
      stat->inode,
      static_cast<std::uint64_t>(stat->size),
      static_cast<std::uint64_t>(stat->mtime_ns),
      static_cast<std::uint64_t>(stat->ctime_ns)};
  const auto bytes = std::string_view(reinterpret_cast<const char*>(facts.data()), sizeof facts);
  return std::max<std::uint64_t>(hash::fingerprint(bytes).low, nothing + 1);
}

bool is_settled_before(const fs::Stat& stat, std::int64_t moment) {
  constexpr std::int64_t second = 1'000'000'000;
  const bool coarse = stat.mtime_ns % second == 0 && stat.ctime_ns % second == 0;
  const std::int64_t window = coarse ? coarse_racy_window : racy_window;
  return std::max(stat.mtime_ns, stat.ctime_ns) + window < moment;
}

}  // namespace

void Observations::add(std::string_view path) {
  auto& names = seen_[fs::parent(path)];
  const auto [place, is_new] = names.try_emplace(fs::filename(path), nothing);
  if (!is_new) return;
  const auto stat = fs::stat(std::string(path));
  place->second = digest(stat);
  if (stat && !is_settled_before(*stat, since_)) settled_ = false;
}

void Observations::write(BinaryWriter& to) const {
  to.number(seen_.size());
  for (const auto& [folder, names] : seen_) {
    to.text(folder);
    to.number(names.size());
    for (const auto& [name, value] : names) {
      to.text(name);
      to.fixed(value);
    }
  }
}

bool Observations::still_hold(BinaryReader& from) {
  const std::size_t folders = from.count();
  for (std::size_t i = 0; i < folders; ++i) {
    const fs::Folder folder(from.text());
    const std::size_t names = from.count();
    for (std::size_t k = 0; k < names; ++k) {
      const std::string name = from.text();
      if (digest(folder.stat(name)) != from.fixed()) return false;
    }
  }
  return true;
}

}  // namespace expcore::pipeline
