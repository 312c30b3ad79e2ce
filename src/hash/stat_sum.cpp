#include "hash/stat_sum.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <string>

namespace expcore::hash {
namespace {

constexpr std::int64_t racy_window_ns = 20'000'000;

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

void add_to(Fingerprint& sum, const Fingerprint& part) {
  sum.low += part.low;
  sum.high += part.high;
}

}  // namespace

bool is_racy(const fs::Stat& stat) {
  const std::int64_t newest = std::max(stat.mtime_ns, stat.ctime_ns);
  const bool coarse = stat.mtime_ns % 1'000'000'000 == 0 && stat.ctime_ns % 1'000'000'000 == 0;
  return newest + (coarse ? 2'000'000'000 : racy_window_ns) > now_ns();
}

void StatSum::add(std::string_view name, const fs::Stat& stat) {
  const std::array<std::uint64_t, 5> numbers = {
      stat.device, stat.inode, static_cast<std::uint64_t>(stat.size),
      static_cast<std::uint64_t>(stat.mtime_ns), static_cast<std::uint64_t>(stat.ctime_ns)};
  std::string bytes(sizeof numbers + name.size(), '\0');
  std::memcpy(bytes.data(), numbers.data(), sizeof numbers);
  std::copy(name.begin(), name.end(), bytes.begin() + sizeof numbers);
  add_to(sum_, fingerprint(bytes));
  racy_ = racy_ || hash::is_racy(stat);
}

void StatSum::add(const StatSum& other) {
  add_to(sum_, other.sum_);
  racy_ = racy_ || other.racy_;
}

}  // namespace expcore::hash
