#include "fs/scratch.hpp"

#include <chrono>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "fs/file.hpp"
#include "fs/lock.hpp"
#include "fs/path.hpp"

namespace expcore::fs {
namespace {

constexpr const char* prefix = "work-";
constexpr std::int64_t day_ns = 86'400'000'000'000;

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// Removes a folder that nobody uses any more. Whoever has just made it and does not have its lock
/// yet gets it when the folder is gone, and sees that.
void remove_if_abandoned(const std::string& folder) {
  std::optional<Descriptor> lock;
  try {
    lock = try_lock_folder(folder, Share::exclusive);
    if (!lock) return;
  } catch (const Error&) {
    const auto info = stat(folder, Follow::no);
    if (!info || now_ns() - info->mtime_ns <= day_ns) return;
  }
  remove_tree(folder);
}

/// Of the threads that asked, in their order.
std::size_t number_of_thread() {
  static std::atomic<std::size_t> count = 0;
  thread_local const std::size_t number = count.fetch_add(1);
  return number;
}

}  // namespace

Scratch::~Scratch() {
  if (folder_.empty()) return;
  try {
    remove_tree(folder_);
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the next one removes it
  }
}

std::string Scratch::next() {
  const std::uint64_t number = counter_.fetch_add(1);
  const std::size_t lane = number_of_thread() % lane_count;
  if (lane == 0) return fmt::format("{}/{}", folder(), number);
  const std::string folder_of_lane = fmt::format("{}/lane{}", folder(), lane);
  std::call_once(lanes_[lane], [&] { make_directories(folder_of_lane, 0700); });
  return fmt::format("{}/{}", folder_of_lane, number);
}

const std::string& Scratch::folder() {
  std::call_once(made_, [this] { make(); });
  return folder_;
}

void Scratch::make() {
  make_directories(above_);
  remove_leftovers();
  while (true) {
    folder_ = make_temp_directory(above_, prefix);
    try {
      lock_ = try_lock_folder(folder_, Share::exclusive);
      // Another process may have taken it for a leftover before the lock was there.
      if (lock_ && is_directory(folder_)) return;
    } catch (const Error& error) {
      if (error.code() != Errc::not_found) return;  // no locks here
    }
  }
}

void Scratch::remove_leftovers() const {
  try {
    for (const auto& entry : list_directory(above_)) {
      if (entry.kind != Kind::directory || !entry.name.starts_with(prefix)) continue;
      remove_if_abandoned(join(above_, entry.name));
    }
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): another user's; in nobody's way
  }
}

}  // namespace expcore::fs
