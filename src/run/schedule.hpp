#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <vector>

#include "pipeline/graph.hpp"

namespace expcore::run {

/// Which stage of a plan may start next: those whose upstream stages in the plan are done, first
/// in plan order first. Given the same endings it always chooses the same.
///
/// Positions are places in the plan. Thread safety: confined.
class Schedule {
 public:
  /// `graph` is null for `--single-item`: then each stage waits for the one before it, because
  /// nothing is known of what they need from each other.
  Schedule(const std::vector<pipeline::StageId>& plan, const pipeline::Graph* graph);

  /// The first ready position that `fits` accepts, which is then running; nullopt when there is
  /// none now.
  std::optional<std::size_t> next(const std::function<bool(std::size_t)>& fits);

  /// A position ended, however it ended.
  void finish(std::size_t position);

  /// Nothing new starts from now on.
  void stop() { ready_.clear(), stopped_ = true; }

  std::size_t running() const { return running_; }
  /// Nothing runs and nothing can start any more.
  bool is_over() const { return running_ == 0 && ready_.empty(); }

 private:
  std::vector<std::vector<std::size_t>> waiters_;  ///< Who waits for a position.
  std::vector<std::size_t> missing_;               ///< How many a position waits for.
  std::set<std::size_t> ready_;
  std::size_t running_ = 0;
  bool stopped_ = false;
};

}  // namespace expcore::run
