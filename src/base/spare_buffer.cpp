#include "base/spare_buffer.hpp"

#include <array>
#include <atomic>
#include <utility>

namespace expcore {
namespace {

/// Buffers that nobody uses. Without a lock: a child made by fork() must not find one held.
class Spares {
 public:
  Spares() = default;
  ~Spares() {
    while (take()) {
    }
  }
  Spares(const Spares&) = delete;
  Spares& operator=(const Spares&) = delete;

  std::unique_ptr<char[]> take() {
    for (auto& slot : slots_) {
      if (char* bytes = slot.exchange(nullptr)) return std::unique_ptr<char[]>(bytes);
    }
    return nullptr;
  }

  /// Frees it when there are enough already.
  void give(std::unique_ptr<char[]> bytes) noexcept {
    for (auto& slot : slots_) {
      char* none = nullptr;
      if (slot.compare_exchange_strong(none, bytes.get())) {
        static_cast<void>(bytes.release());  // the slot has it
        return;
      }
    }
  }

 private:
  std::array<std::atomic<char*>, 8> slots_ = {};
};

Spares& spares() {
  static Spares all;
  return all;
}

}  // namespace

SpareBuffer::SpareBuffer() : bytes_(spares().take()) {
  if (!bytes_) bytes_ = std::make_unique_for_overwrite<char[]>(size);
}

SpareBuffer::~SpareBuffer() { spares().give(std::move(bytes_)); }

}  // namespace expcore
