#include "queue/follow.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <string>

#include <expcore/error.hpp>

#include "base/cancel.hpp"
#include "fs/descriptor.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "queue/attempt_log.hpp"
#include "queue/recover.hpp"
#include "run/bell.hpp"

namespace expcore::queue {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// Waits for the bell, `pause` at most.
void listen(run::Bell& bell, const CancelToken* cancel, std::chrono::milliseconds pause) {
  std::array<pollfd, 2> polled{
      {{bell.poll_fd(), POLLIN, 0}, {cancel == nullptr ? -1 : cancel->poll_fd(), POLLIN, 0}}};
  ::poll(polled.data(), polled.size(), static_cast<int>(pause.count()));
  bell.silence();
}

bool is_open(TaskState state) { return state == TaskState::queued || state == TaskState::running; }

/// Copies what is added to a log, leaving out our own lines.
class LogTail {
 public:
  explicit LogTail(std::string path) : path_(std::move(path)) {}

  void read(const std::function<void(std::string_view)>& on_text) {
    if (!file_.is_open()) {
      if (!fs::exists(path_)) return;
      file_ = fs::open_file(path_, O_RDONLY);
    }
    std::array<char, 65536> buffer;
    while (true) {
      const auto count = fs::read_some(file_, buffer.data(), buffer.size(), path_);
      if (count == 0) return;
      take({buffer.data(), count}, on_text);
    }
  }

  void end(const std::function<void(std::string_view)>& on_text) {
    if (!begun_.empty()) on_text(begun_);
    begun_.clear();
  }

 private:
  /// Only a line that may be one of ours has to wait for its end.
  void take(std::string_view bytes, const std::function<void(std::string_view)>& on_text) {
    begun_ += bytes;
    std::string text;
    std::size_t from = 0;
    while (from < begun_.size()) {
      const auto rest = std::string_view(begun_).substr(from);
      const bool ours = at_line_start_ && rest.starts_with(note_mark);
      if (at_line_start_ && !ours && note_mark.starts_with(rest)) break;
      const auto end = rest.find('\n');
      if (ours && end == std::string_view::npos) break;
      const auto line = end == std::string_view::npos ? rest : rest.substr(0, end + 1);
      if (!ours) text += line;
      at_line_start_ = end != std::string_view::npos;
      from += line.size();
    }
    begun_.erase(0, from);
    if (!text.empty()) on_text(text);
  }

  std::string path_;
  fs::Descriptor file_;
  std::string begun_;
  bool at_line_start_ = true;
};

}  // namespace

void wait_until(Store& store, const WaitOptions& options, const std::function<bool()>& done) {
  constexpr auto pause = 1000ms;  // should a worker die, nobody rings
  std::optional<Clock::time_point> deadline;
  if (options.timeout.count() > 0) deadline = Clock::now() + options.timeout;
  run::Bell bell(store.folder());
  while (true) {
    if (options.repo) recover(store, options.repo);
    if (done()) return;
    stop_if_requested(options.cancel);
    auto rest = pause;
    if (deadline) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now());
      if (left <= 0ms) throw Error(Errc::busy, "the tasks did not end in time");
      rest = std::min(rest, left);
    }
    listen(bell, options.cancel, rest);
  }
}

bool wait_for(Store& store, std::span<const TaskId> ids, const WaitOptions& options) {
  if (ids.empty()) {
    wait_until(store, options, [&] { return store.active_count() == 0; });
    return store.count(TaskState::failed) == 0;
  }
  bool good = true;
  wait_until(store, options, [&] {
    good = true;
    for (const TaskId id : ids) {
      const auto task = store.task(id);
      if (task && is_open(task->state)) return false;
      good = good && (!task || task->state == TaskState::success);
    }
    return true;
  });
  return good;
}

void follow_log(Store& store, TaskId id, const WaitOptions& options,
                const std::function<void(std::string_view)>& on_text) {
  std::optional<LogTail> tail;
  AttemptId attempt = 0;
  const auto look = [&] {
    const auto task = store.task(id);
    if (!task) return true;
    if (task->attempt != attempt) {
      attempt = task->attempt;
      const auto made = store.attempt(attempt);
      if (tail) tail->end(on_text);
      tail.reset();
      if (made) tail.emplace(fs::join(store.log_folder(), made->log));
    }
    if (tail) tail->read(on_text);
    if (is_open(task->state)) return false;
    if (tail) tail->end(on_text);
    return true;
  };
  constexpr auto between_looks = 100ms;  // lines are written without ringing
  run::Bell bell(store.folder());
  auto next_recovery = Clock::now();
  while (!look()) {
    stop_if_requested(options.cancel);
    if (options.repo && Clock::now() >= next_recovery) {
      recover(store, options.repo);
      next_recovery = Clock::now() + 1s;
    }
    listen(bell, options.cancel, between_looks);
  }
}

}  // namespace expcore::queue
