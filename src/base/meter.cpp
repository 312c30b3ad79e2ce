#include "base/meter.hpp"

#include <algorithm>
#include <utility>

#include "base/cancel.hpp"

namespace expcore {

const char* name_of(Work work) {
  switch (work) {
    case Work::hashing:
      return "hashing";
    case Work::storing:
      return "storing";
    case Work::checking_out:
      return "checking out";
    case Work::pushing:
      return "pushing";
    case Work::fetching:
      return "fetching";
    case Work::collecting:
      return "collecting";
  }
  return "";
}

void Meter::tell_to(Tell tell, std::chrono::milliseconds interval, Clock clock) {
  tell_ = std::move(tell);
  interval_ = interval;
  clock_ = std::move(clock);
}

void Meter::expect(Work work, std::int64_t files, std::int64_t bytes) {
  if (!tell_) return;
  counts(work).total_files += files;
  counts(work).total_bytes += bytes;
}

void Meter::advance(Work work, std::int64_t files, std::int64_t bytes) {
  if (cancel_) stop_if_requested(&*cancel_);
  if (!tell_) return;
  counts(work).files += files;
  counts(work).bytes += bytes;
  const auto now = clock_().time_since_epoch().count();
  if (now < next_) return;
  // Whoever is telling tells about this, too, or somebody soon does.
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock() || now < next_) return;
  next_ = now + interval_.count();
  Progress& told = told_[static_cast<std::size_t>(work)];
  told = progress(work);
  tell_(told);
}

BytesDone Meter::bytes_of(Work work) {
  if (!tell_ && !cancel_) return {};
  return [this, work](std::int64_t bytes) { advance(work, 0, bytes); };
}

void Meter::finish() {
  if (!tell_) return;
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < works; ++i) {
    Progress last = progress(static_cast<Work>(i));
    // What turned out not to be there, or smaller, is not to come any more.
    last.total_files = last.files;
    last.total_bytes = last.bytes;
    if (last.files == 0 && last.bytes == 0) continue;
    if (std::exchange(told_[i], last) != last) tell_(last);
  }
}

Progress Meter::progress(Work work) {
  Counts& now = counts(work);
  Progress progress{work, now.files, 0, now.bytes, 0};
  progress.total_files = std::max<std::int64_t>(now.total_files, progress.files);
  progress.total_bytes = std::max<std::int64_t>(now.total_bytes, progress.bytes);
  return progress;
}

}  // namespace expcore
