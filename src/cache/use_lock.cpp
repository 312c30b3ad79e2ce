#include "cache/use_lock.hpp"

#include <thread>

#include <expcore/error.hpp>

#include "fs/file.hpp"
#include "fs/lock.hpp"
#include "fs/path.hpp"

namespace expcore::cache {
namespace {

constexpr std::chrono::milliseconds pause(10);

std::string need_folder(const std::string& root, bool group_shared) {
  std::string folder = fs::join(root, "expcore-tmp");
  if (fs::is_directory(folder)) return folder;
  const bool is_new = !fs::is_directory(root);
  fs::make_directories(folder);
  if (group_shared) {
    if (is_new) fs::chmod(root, 02775);
    fs::chmod(folder, 02775);
  }
  return folder;
}

}  // namespace

UseLock UseLock::share(const std::string& root, bool group_shared) {
  try {
    const std::string folder = need_folder(root, group_shared);
    while (true) {
      if (auto lock = fs::try_lock_folder(folder, fs::Share::shared)) {
        return UseLock(std::move(*lock));
      }
      std::this_thread::sleep_for(pause);
    }
  } catch (const Error&) {
    return UseLock();
  }
}

std::optional<UseLock> UseLock::collect(const std::string& root,
                                        std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  try {
    const std::string folder = need_folder(root, false);
    while (true) {
      if (auto lock = fs::try_lock_folder(folder, fs::Share::exclusive)) {
        return UseLock(std::move(*lock));
      }
      if (std::chrono::steady_clock::now() >= deadline) return std::nullopt;
      std::this_thread::sleep_for(pause);
    }
  } catch (const Error&) {
    return UseLock();
  }
}

}  // namespace expcore::cache
