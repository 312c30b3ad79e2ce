#include "hash/fingerprint.hpp"

#include <xxhash.h>

#include <fmt/format.h>

namespace expcore::hash {

Fingerprint fingerprint(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.low64, hash.high64};
}

std::string Fingerprint::hex() const { return fmt::format("{:016x}{:016x}", high, low); }

}  // namespace expcore::hash
