#pragma once
#include <cstddef>
#include <memory>

namespace expcore {

/// Memory to read a file into, which the next one to need some gets without asking the system.
///
/// Not `thread_local`: what is of that kind and has a destructor keeps a library that its host has
/// unloaded in memory until the thread ends.
/// Thread safety: confined; any number of threads may have one each.
class SpareBuffer {
 public:
  /// A MiB, and a byte to see whether a file of that size goes on.
  static constexpr std::size_t size = (std::size_t{1} << 20U) + 1;

  SpareBuffer();
  ~SpareBuffer();
  SpareBuffer(const SpareBuffer&) = delete;
  SpareBuffer& operator=(const SpareBuffer&) = delete;

  /// `size` bytes of any content.
  char* data() const noexcept { return bytes_.get(); }

 private:
  std::unique_ptr<char[]> bytes_;
};

}  // namespace expcore
