#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace expcore::hash {

/// 128 bits that tell contents apart within caches of ours (XXH3): no hash of DVC's, not safe
/// against somebody who makes collisions on purpose.
struct Fingerprint {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;

  std::string hex() const;  ///< 32 digits.
};

Fingerprint fingerprint(std::string_view bytes);

}  // namespace expcore::hash
