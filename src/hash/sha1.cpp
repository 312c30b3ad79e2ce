#include "hash/sha1.hpp"

#include <cstdint>

#include "hash/libmd.hpp"

namespace expcore::hash {

std::array<char, 20> sha1(std::string_view bytes) {
  SHA1_CTX context;
  SHA1Init(&context);
  SHA1Update(&context, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  std::array<char, 20> hash{};
  SHA1Final(reinterpret_cast<std::uint8_t*>(hash.data()), &context);
  return hash;
}

}  // namespace expcore::hash
