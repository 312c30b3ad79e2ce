#include "cache/use_lock.hpp"

#include <thread>

#include <expcore/error.hpp>

#include "cache/group.hpp"
#include "fs/file.hpp"
#include "fs/lock.hpp"
#include "fs/path.hpp"

namespace expcore::cache {
namespace {

constexpr std::chrono::milliseconds pause(10);

}  // namespace

UseLock UseLock::share(const std::string& root, bool group_shared) {
  try {
    const std::string folder = fs::join(root, "expcore-tmp");
    need_folder(folder, group_shared);
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

std::optional<UseLock> UseLock::collect(const std::string& root, bool group_shared,
                                        std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  try {
    const std::string folder = fs::join(root, "expcore-tmp");
    need_folder(folder, group_shared);
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
