#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <shared_mutex>
#include <string>

#include "fs/scratch.hpp"

namespace expcore::cache {

/// Folders of objects that the cache does not have yet: they are filled, under the names the
/// objects will have, beside those that wait for theirs, and then move into the cache as they are.
/// That is one step for all that is in one of them.
///
/// Used once: open(), close(), move().
/// Thread safety: thread-safe.
class NewFolders {
 public:
  explicit NewFolders(fs::Scratch& staging) : staging_(staging) {}

  /// `objects`: the folder of the cache in which the folders will be. False, and nothing opened,
  /// when it has most of them already, or when this was open before.
  bool open(const std::string& objects);
  bool is_open() const { return state_ == State::open; }

  /// While this is held the folders stay open, if they are, so that what is written to them can
  /// be counted among what is to be published.
  std::shared_lock<std::shared_mutex> hold();
  /// A free name in one of the folders for what will be the object `name`, which nobody else makes;
  /// "" when they are not open, or the cache has its folder. hold() it.
  std::string place_of(const std::string& name);
  /// Something half-written may have been left in them: they never move.
  void spoil() { is_spoilt_ = true; }

  /// Nothing is written to them any more.
  void close();
  /// Moves them into the cache, if they are closed and what is in them is on the disk.
  void move();
  /// Whether that file came into the cache with its folder.
  bool has_moved(const std::string& temporary) const;

 private:
  enum class State { unused, open, closed, moved };

  static constexpr std::size_t count = 256;

  std::string folder(std::size_t number) const;

  fs::Scratch& staging_;
  std::shared_mutex in_use_;
  std::atomic<State> state_ = State::unused;
  std::atomic<bool> is_spoilt_ = false;
  std::string objects_;
  std::string above_;
  std::array<bool, count> is_in_cache_{};
  std::array<std::once_flag, count> is_made_once_;
  std::array<std::atomic<bool>, count> is_made_{};
  std::array<std::atomic<bool>, count> has_moved_{};
};

}  // namespace expcore::cache
