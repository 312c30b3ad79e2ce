#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "fs/descriptor.hpp"

namespace expcore::fs {

/// A folder for files that are not whole yet, of one process: `<above>/work-XXXXXX`, made when the
/// first name is asked for, locked with flock() while it is in use and removed at the end. What
/// processes that died left beside it goes when the next one makes its own; what others still use
/// stays. Where folders cannot be locked, leftovers go after a day.
/// Thread safety: thread-safe.
class Scratch {
 public:
  /// `above` is on the file system on which the files will stay. Nothing is made yet.
  explicit Scratch(std::string above) : above_(std::move(above)) {}
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  /// A name in the folder, or in one of its own in it, that no other call gave. Threads that create
  /// files in one folder wait for each other: each is given names in another one. Throws: Error{io}
  /// when there is no folder to be had.
  std::string next();
  /// The folder itself, e.g. to flush its file system.
  const std::string& folder();
  const std::string& above() const { return above_; }

 private:
  static constexpr std::size_t lane_count = 16;

  void make();
  void remove_leftovers() const;

  std::string above_;
  std::string folder_;
  std::optional<Descriptor> lock_;
  std::once_flag made_;
  std::array<std::once_flag, lane_count> lanes_;  ///< Folders in the folder that are made.
  std::atomic<std::uint64_t> counter_ = 0;
};

}  // namespace expcore::fs
