#include "hash/content.hpp"

#include <algorithm>
#include <fcntl.h>
#include <memory>
#include <xxhash.h>

#include <expcore/error.hpp>

#include "base/spare_buffer.hpp"
#include "fs/descriptor.hpp"

namespace expcore::hash {
namespace {

constexpr std::size_t chunk = std::size_t{1} << 20U;

/// A fingerprint that is made bit by bit.
class Stream {
 public:
  Stream() : state_(XXH3_createState()) {
    if (state_ == nullptr || XXH3_128bits_reset(state_.get()) != XXH_OK) {
      throw Error(Errc::internal, "out of memory");
    }
  }
  void update(std::string_view bytes) {
    XXH3_128bits_update(state_.get(), bytes.data(), bytes.size());
  }
  Fingerprint finish() const {
    const XXH128_hash_t hash = XXH3_128bits_digest(state_.get());
    return {hash.low64, hash.high64};
  }

 private:
  struct Free {
    void operator()(XXH3_state_t* state) const noexcept { XXH3_freeState(state); }
  };
  std::unique_ptr<XXH3_state_t, Free> state_;
};

/// Reads a file in chunks, of which only the last one is not full.
class Chunks {
 public:
  explicit Chunks(const std::string& path) : path_(path), file_(fs::open_file(path, O_RDONLY)) {}

  /// Valid until the next call; empty at the end.
  std::string_view next() { return next(buffer_.data()); }
  /// Read to `buffer`.
  std::string_view next(char* buffer) {
    std::size_t used = 0;
    while (used < chunk) {
      const std::size_t got = fs::read_some(file_, buffer + used, chunk - used, path_);
      if (got == 0) break;
      used += got;
    }
    return {buffer, used};
  }

 private:
  const std::string& path_;
  fs::Descriptor file_;
  SpareBuffer buffer_;
};

}  // namespace

ReadContent content_of(std::string_view bytes) {
  ReadContent read;
  read.size = static_cast<std::int64_t>(bytes.size());
  read.content.head = fingerprint(bytes.substr(0, chunk));
  read.content.whole = bytes.size() > chunk ? fingerprint(bytes) : read.content.head;
  read.content.hex = md5(bytes);
  return read;
}

ReadContent read_content(const std::string& path, const BytesDone& on_bytes, const BytesSeen& seen,
                         const NextBuffer& next_buffer) {
  Chunks chunks(path);
  const auto next = [&] { return next_buffer ? chunks.next(next_buffer()) : chunks.next(); };
  Digest digest(Algorithm::md5);
  Stream stream;
  ReadContent read;
  for (auto bytes = next(); !bytes.empty(); bytes = next()) {
    if (seen) seen(bytes);
    if (read.size == 0) read.content.head = fingerprint(bytes);
    digest.update(bytes);
    stream.update(bytes);
    read.size += static_cast<std::int64_t>(bytes.size());
    if (on_bytes) on_bytes(static_cast<std::int64_t>(bytes.size()));
  }
  read.content.whole = stream.finish();
  read.content.hex = digest.finish();
  return read;
}

std::optional<std::string> recognise(const std::string& path, std::int64_t size,
                                     const std::vector<KnownContent>& known,
                                     const BytesDone& on_bytes) {
  if (known.empty()) return std::nullopt;
  Chunks chunks(path);
  auto bytes = chunks.next();
  const Fingerprint head = fingerprint(bytes);
  const auto begins_so = [&](const KnownContent& content) { return content.head == head; };
  if (std::none_of(known.begin(), known.end(), begins_so)) return std::nullopt;
  Stream stream;
  std::int64_t read = 0;
  for (; !bytes.empty(); bytes = chunks.next()) {
    stream.update(bytes);
    read += static_cast<std::int64_t>(bytes.size());
    if (on_bytes) on_bytes(0);  // nothing to count yet, but the call may be cancelled
  }
  const Fingerprint whole = stream.finish();
  const auto found = std::find_if(known.begin(), known.end(), [&](const KnownContent& content) {
    return content.head == head && content.whole == whole;
  });
  if (read != size || found == known.end()) return std::nullopt;
  if (on_bytes) on_bytes(size);
  return found->hex;
}

}  // namespace expcore::hash
