#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/binary.hpp"

namespace expcore::pipeline {

/// What was there at a number of paths (links followed): a conclusion drawn from these files and
/// folders, and from nothing else on the disk, holds as long as nothing of it differs.
///
/// A file counts as the same as long as its stat is, as Git and the state database have it; a
/// folder's stat changes when an entry comes, goes or is renamed. Format:
/// docs/formats/locks-and-state.md. Thread safety: confined.
class Observations {
 public:
  /// `since`: when the looking began, nanoseconds since the epoch.
  explicit Observations(std::int64_t since) : since_(since) {}

  /// Looks at an absolute path now.
  void add(std::string_view path);

  /// False when something seen has changed since the looking began, or so shortly before it that a
  /// change might not show: then nothing can be concluded.
  bool is_settled() const { return settled_; }

  void write(BinaryWriter& to) const;
  /// Looks at everything that was written again. Throws std::out_of_range for damaged bytes.
  static bool still_hold(BinaryReader& from);

 private:
  std::int64_t since_;
  bool settled_ = true;
  /// By folder, then name.
  std::map<std::string, std::map<std::string, std::uint64_t, std::less<>>, std::less<>> seen_;
};

}  // namespace expcore::pipeline
