#include "run/allot.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace expcore::run {
namespace {

/// More than all there is cannot be had.
Request within(Request request, const Capacity& capacity) {
  request.cpus = std::min(request.cpus, capacity.cpus);
  request.memory = std::min(request.memory, capacity.memory);
  request.gpus = std::min(request.gpus, static_cast<std::int64_t>(capacity.gpus.size()));
  for (auto& [name, count] : request.tokens) {
    const auto there = capacity.tokens.find(name);
    count = std::min(count, there == capacity.tokens.end() ? 0 : there->second);
  }
  return request;
}

/// What the tickets so far leave of a machine.
class Rest {
 public:
  explicit Rest(const Capacity& capacity)
      : capacity_(capacity), free_gpus_(capacity.gpus.begin(), capacity.gpus.end()) {}

  /// What is missing of a request, by name.
  std::vector<std::string> lacks(const Request& request) const {
    std::vector<std::string> names;
    if (!has_cpus(request)) names.emplace_back("cpus");
    if (request.memory > 0 && used_memory_ + request.memory > capacity_.memory) {
      names.emplace_back("memory");
    }
    const auto gpus = static_cast<std::int64_t>(free_gpus_.size()) - kept_gpus_;
    if (request.gpus > 0 && request.gpus > gpus) names.emplace_back("gpus");
    for (const auto& [name, count] : request.tokens) {
      if (count > 0 && count > free_tokens(name)) names.push_back(fmt::format("token '{}'", name));
    }
    for (const auto& name : request.mutexes) {
      if (mutexes_.contains(name)) names.push_back(fmt::format("mutex '{}'", name));
    }
    return names;
  }

  /// The first free ones, in the machine's order.
  std::vector<std::string> choose_gpus(std::int64_t count) const {
    std::vector<std::string> chosen;
    for (const auto& id : capacity_.gpus) {
      if (static_cast<std::int64_t>(chosen.size()) == count) break;
      if (free_gpus_.contains(id)) chosen.push_back(id);
    }
    return chosen;
  }

  void take(const Request& request, const std::vector<std::string>& gpus) {
    for (const auto& id : gpus)
      free_gpus_.erase(id);
    take_all_but_gpus(request);
  }

  /// Of GPUs only the number matters to who comes later.
  void keep_for_later(const Request& request) {
    kept_gpus_ += request.gpus;
    take_all_but_gpus(request);
  }

 private:
  bool has_cpus(const Request& request) const {
    // Sums of shares such as 0.1 must still fill a whole.
    constexpr double rounding = 1e-9;
    if (request.cpus <= 0 || used_cpus_ + request.cpus <= capacity_.cpus + rounding) return true;
    return !request.says_cpus && !cpus_were_asked_for_;
  }

  std::int64_t free_tokens(const std::string& name) const {
    const auto there = capacity_.tokens.find(name);
    const auto used = used_tokens_.find(name);
    return (there == capacity_.tokens.end() ? 0 : there->second) -
           (used == used_tokens_.end() ? 0 : used->second);
  }

  void take_all_but_gpus(const Request& request) {
    used_cpus_ += request.cpus;
    cpus_were_asked_for_ = cpus_were_asked_for_ || (request.says_cpus && request.cpus > 0);
    used_memory_ += request.memory;
    for (const auto& [name, count] : request.tokens)
      used_tokens_[name] += count;
    mutexes_.insert(request.mutexes.begin(), request.mutexes.end());
  }

  const Capacity& capacity_;
  double used_cpus_ = 0;
  bool cpus_were_asked_for_ = false;
  std::int64_t used_memory_ = 0;
  std::set<std::string> free_gpus_;
  std::int64_t kept_gpus_ = 0;
  std::map<std::string, std::int64_t> used_tokens_;
  std::set<std::string> mutexes_;
};

}  // namespace

Allotment allot(const Capacity& capacity, const std::vector<Ticket>& tickets, std::size_t wanted) {
  Rest rest(capacity);
  for (const auto& ticket : tickets) {
    if (ticket.holds) rest.take(within(ticket.request, capacity), ticket.gpus);
  }
  bool first_waits = false;
  for (std::size_t i = 0; i <= wanted; ++i) {
    if (tickets[i].holds) continue;
    Request request = within(tickets[i].request, capacity);
    const auto missing = rest.lacks(request);
    if (missing.empty()) {
      auto gpus = rest.choose_gpus(request.gpus);
      if (i == wanted) return {Grant{std::move(request), std::move(gpus)}, ""};
      rest.take(request, gpus);
    } else if (i == wanted) {
      return {std::nullopt, join(missing, ", ")};
    } else if (!std::exchange(first_waits, true)) {
      rest.keep_for_later(request);
    }
  }
  return {};
}

}  // namespace expcore::run
