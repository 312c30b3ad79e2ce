#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "params/override.hpp"

namespace expcore::params {

/// The numbers of a range, by index, without writing them out: Python's range() for integers, and
/// for reals Hydra 1.3's running sum of exact doubles in decimals of 28 digits. Within one power of
/// ten such a sum grows by a constant, so that a few segments describe a range of any length.
/// Source: hydra types.py RangeSweep.range, FloatRange; docs/formats/overrides.md.
/// Thread safety: immutable.
class RangeValues {
 public:
  /// Throws: Error{invalid_argument} for a step of zero, for a range without end or of more than
  /// 2^63 - 1 numbers, for NaN.
  explicit RangeValues(const Sweep& range);

  std::uint64_t size() const { return size_; }
  /// Appends the number as Python prints it. Cheapest when asked in order.
  void append(std::string& out, std::uint64_t index) const;
  /// The number of a range of reals.
  double real_at(std::uint64_t index) const;

 private:
  __extension__ using Int128 = __int128;
  struct Segment {
    std::uint64_t first = 0;
    Int128 value = 0;  ///< Of the first, in units of 10^exponent.
    Int128 delta = 0;
    int exponent = 0;
    double single = 0;  ///< When it is the only one.
    bool is_single = false;
  };

  void count_integers(const Sweep& range);
  void count_reals(const Sweep& range);
  void add_single(double value);
  void add_segment(Segment segment, Int128 count);

  bool is_integer_ = false;
  std::int64_t start_ = 0;
  std::int64_t step_ = 1;
  std::uint64_t size_ = 0;
  std::vector<Segment> segments_;
};

}  // namespace expcore::params
