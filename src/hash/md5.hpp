#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/meter.hpp"

namespace expcore::hash {

/// Streaming digest over libmd. `Algorithm` picks MD5 or SHA-256.
enum class Algorithm : std::uint8_t { md5, sha256 };

class Digest {
 public:
  explicit Digest(Algorithm algorithm);
  ~Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;
  void update(std::string_view bytes);
  /// Lower-case hex; the digest may not be used afterwards.
  std::string finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

std::string md5(std::string_view bytes);
std::string sha256(std::string_view bytes);

/// Which hash a `dvc.lock` entry without (`md5_dos2unix`) or with (`md5`) a `hash:` key means.
enum class FileHash : std::uint8_t { md5, md5_dos2unix };

struct Hashed {
  std::string hex;
  std::int64_t size = 0;
};

/// MD5 of a file's bytes; md5_dos2unix: DVC 2.x's, CRLF turned into LF in each 1 MiB chunk whose
/// first 512 bytes look like text. Source: dvc-data hashfile/hash.py, istextfile.py.
Hashed hash_file(const std::string& path, FileHash kind = FileHash::md5,
                 const BytesDone& on_bytes = {});

/// Makes `to`, which must not exist, with mode 0600 a copy of `from`, reading that once. Returns
/// the MD5 of the bytes.
std::string copy_and_hash(const std::string& from, const std::string& to,
                          const BytesDone& on_bytes = {});

/// Whether the first 512 bytes are text for DVC (no NUL, at most 30 % odd bytes; empty is text).
bool is_text(std::string_view first_block);

}  // namespace expcore::hash
