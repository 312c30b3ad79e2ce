#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <expcore/overrides.hpp>

#include "params/override.hpp"
#include "params/range_values.hpp"

namespace expcore::params {

/// The combinations of several files' overrides, made one after the other: the last key varies
/// fastest, a key that comes again replaces what it swept over but keeps its place. Every override
/// is spelled anew, as DVC does in a sweep. Source: hydra basic_sweeper.py split_arguments, DVC
/// dvc/utils/hydra.py get_hydra_sweeps.
/// Thread safety: immutable.
class Expansion {
 public:
  /// Throws: Error{invalid_argument} for values that cannot be enumerated ("Glob override '…' is
  /// not supported.", "BasicSweeper does not support sweep type : INTERVAL_SWEEP") or would not
  /// parse again.
  explicit Expansion(const std::vector<FileOverrideSet>& files);

  /// Throws: Error{invalid_argument} for more than 2^63 - 1.
  std::uint64_t size() const;

  /// A place in the expansion. Thread safety: confined.
  class Cursor {
   public:
    /// At the first combination. The expansion must not be empty.
    explicit Cursor(const Expansion& expansion);
    const OverridePoint& point() const { return point_; }
    /// False behind the last one; the point is then the first again.
    bool advance();

   private:
    void write(std::size_t axis);

    const Expansion* expansion_;
    std::vector<std::uint64_t> indices_;
    OverridePoint point_;
  };

 private:
  /// One key with its values.
  struct Axis {
    std::size_t file = 0;
    std::size_t slot = 0;  ///< In the file's list.
    std::string prefix;    ///< "+key=".
    std::vector<std::string> texts;
    std::shared_ptr<const RangeValues> range;  ///< Instead of texts.

    std::uint64_t size() const { return range ? range->size() : texts.size(); }
  };

  static void fill(Axis& axis, const Override& override);

  std::vector<std::string> files_;
  std::vector<Axis> axes_;
};

}  // namespace expcore::params
