#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/meter.hpp"
#include "hash/fingerprint.hpp"
#include "hash/md5.hpp"

namespace expcore::hash {

/// Contents below this size are not worth recognising: their MD5 is quick.
constexpr std::int64_t large_content = 2 << 20;

/// What tells a large content from others of its size, and its MD5. All of one reading: whatever
/// wrote to the file meanwhile, they belong together.
struct KnownContent {
  Fingerprint head;  ///< Of the first MiB: what differs there need not be read further.
  Fingerprint whole;
  std::string hex;  ///< MD5.
};

/// A file's size and content, read once.
struct ReadContent {
  std::int64_t size = 0;
  KnownContent content;
};

/// Is shown the bytes of a file, piece by piece, before they are hashed; may be empty.
using BytesSeen = std::function<void(std::string_view bytes)>;
/// Gives SpareBuffer::size bytes for the next piece, which nobody writes to until that was hashed;
/// may be empty.
using NextBuffer = std::function<char*()>;

/// Throws: Error{not_found} and Error{io} as hash_file(), and what `seen` throws.
ReadContent read_content(const std::string& path, const BytesDone& on_bytes,
                         const BytesSeen& seen = {}, const NextBuffer& next_buffer = {});
/// Of a file that is read already. Throws: nothing.
ReadContent content_of(std::string_view bytes);

/// The MD5 of the file of `size` bytes at `path` when its content is one of `known`, all of that
/// size; nullopt when not, or when the file has become another size. Bytes are told only when it
/// is, all at once. Throws: as hash_file().
std::optional<std::string> recognise(const std::string& path, std::int64_t size,
                                     const std::vector<KnownContent>& known,
                                     const BytesDone& on_bytes);

}  // namespace expcore::hash
