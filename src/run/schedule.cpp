#include "run/schedule.hpp"

#include <algorithm>

namespace expcore::run {

Schedule::Schedule(const std::vector<pipeline::StageId>& plan, const pipeline::Graph* graph)
    : waiters_(plan.size()), missing_(plan.size(), 0) {
  constexpr auto absent = static_cast<std::size_t>(-1);
  std::vector<std::size_t> position_of;
  if (graph != nullptr) position_of.assign(graph->size(), absent);
  for (std::size_t i = 0; i < plan.size() && graph != nullptr; ++i)
    position_of[plan[i]] = i;
  const auto add_wait = [&](std::size_t waiter, std::size_t other) {
    waiters_[other].push_back(waiter);
    ++missing_[waiter];
  };
  for (std::size_t i = 0; i < plan.size(); ++i) {
    if (graph == nullptr) {
      if (i > 0) add_wait(i, i - 1);
    } else {
      for (const auto upstream : graph->upstream(plan[i])) {
        const std::size_t other = position_of[upstream];
        if (other == absent) continue;
        // A frozen stage may stand before what it once needed: the plan's order decides.
        add_wait(std::max(i, other), std::min(i, other));
      }
    }
    if (missing_[i] == 0) ready_.insert(i);
  }
}

std::optional<std::size_t> Schedule::next(const std::function<bool(std::size_t)>& fits) {
  for (auto candidate = ready_.begin(); candidate != ready_.end(); ++candidate) {
    if (!fits(*candidate)) continue;
    const std::size_t position = *candidate;
    ready_.erase(candidate);
    ++running_;
    return position;
  }
  return std::nullopt;
}

void Schedule::finish(std::size_t position) {
  --running_;
  for (const std::size_t waiter : waiters_[position]) {
    if (--missing_[waiter] == 0 && !stopped_) ready_.insert(waiter);
  }
}

}  // namespace expcore::run
