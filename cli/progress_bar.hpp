#pragma once
#include <chrono>
#include <string>

#include <expcore/event.hpp>

namespace cli {

/// One line on stderr that tells how far a long command has got; only when that is a terminal.
/// Whoever else writes clears it first.
class ProgressBar {
 public:
  ProgressBar() = default;
  ~ProgressBar() { clear(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Draws anew, ten times a second at most.
  void show(const expcore::Event& event);
  void clear();

 private:
  using Time = std::chrono::steady_clock::time_point;

  enum class Place : unsigned char { unknown, terminal, elsewhere };
  Place place_ = Place::unknown;
  bool is_shown_ = false;
  Time last_;
  std::string work_;
  Time begin_;  ///< Of `work_`.
};

/// "Storing   45% |#########           | 12/34 files, 1.2/3.4 GB, 210 MB/s, 0:12 left" in at most
/// `width` columns; `seconds` have passed.
std::string progress_line(const expcore::Event& event, double seconds, std::size_t width);

}  // namespace cli
