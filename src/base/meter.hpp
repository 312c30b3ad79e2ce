#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>

#include <expcore/cancel.hpp>

namespace expcore {

/// What a long call is busy with.
enum class Work : std::uint8_t { hashing, storing, checking_out, pushing, fetching, collecting };

/// "hashing", "checking out", …
const char* name_of(Work work);

/// How far one kind of work has got.
struct Progress {
  Work work = Work::hashing;
  std::int64_t files = 0;
  std::int64_t total_files = 0;
  std::int64_t bytes = 0;
  std::int64_t total_bytes = 0;
  friend bool operator==(const Progress&, const Progress&) = default;
};

/// Told how many bytes more are done; may be empty.
using BytesDone = std::function<void(std::int64_t bytes)>;

/// Counts what is done of what there is to do and tells it every now and then. Of each kind of work
/// counts never go down, are never above their totals, which may grow, and end at them.
///
/// Thread safety: thread-safe, except that tell_to() and stop_by() come before everything else.
class Meter {
 public:
  using Tell = std::function<void(const Progress&)>;
  using Clock = std::function<std::chrono::steady_clock::time_point()>;

  /// `tell` is called by whoever does the work, never twice at once, at most once in `interval`. An
  /// exception from it goes through advance() and finish(). Without one a meter costs nothing.
  void tell_to(Tell tell, std::chrono::milliseconds interval = std::chrono::milliseconds(50),
               Clock clock = &std::chrono::steady_clock::now);

  /// From when `cancel` is requested on advance() throws Error{cancelled}.
  void stop_by(const CancelToken& cancel) { cancel_ = cancel; }

  /// Whether anybody listens: what to expect need not be found out otherwise.
  bool tells() const { return static_cast<bool>(tell_); }

  void expect(Work work, std::int64_t files, std::int64_t bytes);
  void advance(Work work, std::int64_t files, std::int64_t bytes);
  /// Counts bytes of `work`. Not longer than this lives.
  BytesDone bytes_of(Work work);

  /// All is done: tells the last of each work that is not told yet.
  void finish();

 private:
  static constexpr std::size_t works = 6;
  struct Counts {
    std::atomic<std::int64_t> files = 0;
    std::atomic<std::int64_t> total_files = 0;
    std::atomic<std::int64_t> bytes = 0;
    std::atomic<std::int64_t> total_bytes = 0;
  };

  Counts& counts(Work work) { return counts_[static_cast<std::size_t>(work)]; }
  Progress progress(Work work);

  Tell tell_;
  std::optional<CancelToken> cancel_;
  Clock clock_;
  std::chrono::steady_clock::duration interval_{};
  std::atomic<std::chrono::steady_clock::rep> next_ = 0;  ///< When to tell again.
  std::array<Counts, works> counts_;
  std::mutex mutex_;  ///< Of a call of `tell_`, and of:
  std::array<Progress, works> told_;
};

/// Of a meter that may be missing.
inline BytesDone bytes_of(Meter* meter, Work work) {
  return meter == nullptr ? BytesDone() : meter->bytes_of(work);
}

}  // namespace expcore
