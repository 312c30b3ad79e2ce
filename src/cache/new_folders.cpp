#include "cache/new_folders.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "cache/group.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"

namespace expcore::cache {
namespace {

/// Of a folder with the objects whose hashes begin so; nullopt when it is none.
std::optional<std::size_t> number_of(std::string_view folder) {
  std::size_t number = 0;
  const char* end = folder.data() + folder.size();
  if (folder.size() != 2 || std::from_chars(folder.data(), end, number, 16).ptr != end) {
    return std::nullopt;
  }
  return number;
}

}  // namespace

bool NewFolders::open(const std::string& objects) {
  const std::lock_guard lock(in_use_);
  if (state_ != State::unused) return false;
  if (fs::is_directory(objects)) {
    for (const auto& entry : fs::list_directory(objects)) {
      if (const auto number = number_of(entry.name)) is_in_cache_[*number] = true;
    }
  }
  if (std::count(is_in_cache_.begin(), is_in_cache_.end(), true) > std::ptrdiff_t{count / 2}) {
    state_ = State::moved;
    return false;
  }
  objects_ = objects;
  above_ = staging_.next();
  state_ = State::open;
  return true;
}

std::string NewFolders::folder(std::size_t number) const {
  return fmt::format("{}/{:02x}", above_, number);
}

std::shared_lock<std::shared_mutex> NewFolders::hold() {
  return is_open() ? std::shared_lock(in_use_) : std::shared_lock<std::shared_mutex>();
}

std::string NewFolders::place_of(const std::string& name) {
  if (!is_open()) return {};
  const std::string parent = fs::parent(name);
  const auto number = number_of(fs::filename(parent));
  if (!number || is_in_cache_[*number] || fs::parent(parent) != objects_) return {};
  const std::string place = folder(*number);
  std::call_once(is_made_once_[*number], [&] {
    fs::make_directories(place);
    is_made_[*number] = true;
  });
  return place + "/" + fs::filename(name);
}

void NewFolders::close() {
  State expected = State::open;
  state_.compare_exchange_strong(expected, State::closed);  // first: nobody else begins to hold
  const std::lock_guard lock(in_use_);
}

void NewFolders::move() {
  if (state_ != State::closed) return;
  state_ = State::moved;
  if (is_spoilt_) return;
  need_folder(objects_, false);
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_made_[i]) continue;
    try {
      fs::rename(folder(i), fmt::format("{}/{:02x}", objects_, i));
      has_moved_[i] = true;
    } catch (
        const Error&) {  // NOLINT(bugprone-empty-catch): another process has made one meanwhile
    }
  }
}

bool NewFolders::has_moved(const std::string& temporary) const {
  const std::string parent = fs::parent(temporary);
  const auto number = number_of(fs::filename(parent));
  return number && has_moved_[*number] && fs::parent(parent) == above_;
}

}  // namespace expcore::cache
