#include "queue/results.hpp"

#include <charconv>
#include <chrono>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"

namespace expcore::queue {
namespace {

std::string folder_of(const Store& store) { return fs::join(store.folder(), "results"); }

std::string path_of(const Store& store, AttemptId attempt) {
  return fmt::format("{}/{}", folder_of(store), attempt);
}

}  // namespace

void write_result(const Store& store, AttemptId attempt, const PublishedResult& result) {
  fs::make_directories(folder_of(store));
  fs::write_atomic(path_of(store, attempt), fmt::format("{} {}\n", result.commit, result.ref));
}

std::optional<PublishedResult> read_result(const Store& store, AttemptId attempt) {
  const auto text = fs::read_file_if_exists(path_of(store, attempt));
  if (!text) return std::nullopt;
  const auto words = split(trim(*text), ' ');
  if (words.size() != 2) return std::nullopt;
  return PublishedResult{std::string(words[0]), std::string(words[1])};
}

void remove_result(const Store& store, AttemptId attempt) { fs::remove(path_of(store, attempt)); }

std::vector<std::string> old_results(Store& store) {
  constexpr std::int64_t long_enough_ns = 60'000'000'000;
  const std::string folder = folder_of(store);
  std::vector<std::string> found;
  if (!fs::is_directory(folder)) return found;
  const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  for (const auto& entry : fs::list_directory(folder)) {
    AttemptId id = 0;
    std::from_chars(entry.name.data(), entry.name.data() + entry.name.size(), id);
    const std::string path = fs::join(folder, entry.name);
    const auto stat = fs::stat(path);
    if (!stat || stat->mtime_ns + long_enough_ns > now || store.is_current(id)) continue;
    found.push_back(path);
  }
  return found;
}

void remove_old_results(Store& store) {
  for (const auto& path : old_results(store))
    fs::remove(path);
}

}  // namespace expcore::queue
