#include "queue/runner.hpp"

#include <algorithm>
#include <optional>
#include <poll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/cancel.hpp"
#include "fs/descriptor.hpp"
#include "fs/path.hpp"
#include "queue/process_info.hpp"
#include "queue/recover.hpp"
#include "queue/results.hpp"
#include "queue/watch.hpp"
#include "run/bell.hpp"
#include "run/command_error.hpp"
#include "run/process_tree.hpp"

namespace expcore::queue {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// Of all children so far.
struct Usage {
  std::int64_t cpu_ns = 0;
  std::int64_t max_rss = 0;

  static Usage now() {
    rusage usage{};
    ::getrusage(RUSAGE_CHILDREN, &usage);
    const auto ns = [](const timeval& time) {
      return std::int64_t{time.tv_sec} * 1'000'000'000 + std::int64_t{time.tv_usec} * 1000;
    };
    return {ns(usage.ru_utime) + ns(usage.ru_stime), std::int64_t{usage.ru_maxrss} * 1024};
  }
};

/// Readable once the process has ended; closed when it has already.
fs::Descriptor watch_process(const Worker& worker) {
  fs::Descriptor fd(static_cast<int>(::syscall(SYS_pidfd_open, worker.pid, 0)));
  if (fd.is_open() && process_start_ticks(worker.pid) != worker.start_ticks) fd.close();
  return fd;
}

}  // namespace

struct Runner::Impl {
  Impl(const std::string& folder, RunnerOptions given)
      : options(std::move(given)),
        store(Store::open(folder)),
        lease(Lease::take(store.lease_folder())),
        worker(store.add_worker(lease)),
        bell(folder),
        watch(folder, options.cancel) {}

  RunnerOptions options;
  Store store;
  Lease lease;
  WorkerId worker;
  run::Bell bell;
  Watch watch;
  std::vector<AttemptId> told;  ///< Whose results/ file can go at the next commit but one.

  bool is_cancelled() const { return options.cancel != nullptr && options.cancel->requested(); }

  void tell(RunnerEventKind kind, const Task& task, const Event* event = nullptr,
            const AttemptEnd* end = nullptr, bool again = false) const {
    if (options.on_event) options.on_event({kind, &task, event, end, again});
  }

  /// Makes one attempt; whatever happens in it is in the result.
  AttemptEnd attempt(const Claim& claim, AttemptLog& log) {
    const std::string mark = attempt_mark(claim.task, claim.attempt);
    const CancelToken stop;
    const AttemptContext context{store, stop,
                                 [&](const Event& event) {
                                   log.event(event);
                                   tell(RunnerEventKind::task_event, claim.task, &event);
                                   watch.pass_cancel_on();
                                 },
                                 mark};
    const Usage before = Usage::now();
    watch.begin(claim.attempt, mark, claim.task.timeout, stop);
    AttemptEnd end;
    try {
      end = options.run(claim, context);
      end.outcome = AttemptOutcome::success;
      watch.end();
    } catch (const Error& error) {
      end = failed_end(error, watch.end());
    } catch (const std::exception& error) {
      watch.end();
      end.message = error.what();
      end.exit_code = run::failed_exit_code;
    }
    clean_up_after(mark, end);
    if (!options.measures) return end;
    const Usage after = Usage::now();
    end.cpu_ns = after.cpu_ns - before.cpu_ns;
    end.max_rss = after.max_rss;
    return end;
  }

  static AttemptEnd failed_end(const Error& error, StopReason reason) {
    AttemptEnd end;
    end.exit_code = run::exit_code_of(error);
    end.message = error.full_message();
    end.details = error.details();
    switch (reason) {
      case StopReason::killed:
        end.outcome = AttemptOutcome::killed;
        break;
      case StopReason::timed_out:
        end.outcome = AttemptOutcome::timed_out;
        break;
      case StopReason::cancelled:
        end.outcome = AttemptOutcome::interrupted;
        break;
      case StopReason::none:
        end.outcome = AttemptOutcome::failed;
        break;
    }
    return end;
  }

  /// What the attempt started must not outlive it: its folder is the next one's.
  void clean_up_after(const std::string& mark, const AttemptEnd& end) const {
    if (options.own_process) {
      run::kill_children();
    } else if (end.outcome != AttemptOutcome::success) {
      run::kill_marked_processes(mark);
    }
  }

  static void note_end(AttemptLog& log, const AttemptEnd& end) {
    if (!end.message.empty()) log.line("ERROR: " + end.message);
    if (!end.details.empty()) log.line("\n" + end.details);
    log.note(fmt::format("ended: {}, exit code {}, cpu {:.3f}s, max rss {} KiB",
                         to_text(end.outcome), end.exit_code, static_cast<double>(end.cpu_ns) / 1e9,
                         end.max_rss / 1024));
  }

  std::optional<Claim> make(Claim claim) {
    AttemptLog log(fs::join(store.log_folder(), claim.log));
    log.note(fmt::format("attempt {} of '{}' begins, worker {}, pid {}", claim.number,
                         claim.task.name, worker, ::getpid()));
    tell(RunnerEventKind::task_started, claim.task);
    const AttemptEnd end = attempt(claim, log);
    note_end(log, end);
    std::optional<Ended> ended;
    std::optional<Claim> next;
    if (is_cancelled()) {
      ended = store.finish(claim.attempt, end);
    } else {
      std::tie(ended, next) = store.finish_and_claim(claim.attempt, end, worker);
    }
    // The attempt before is on the disk now.
    for (const AttemptId id : std::exchange(told, {claim.attempt}))
      remove_result(store, id);
    run::ring(store.folder());
    tell(RunnerEventKind::task_finished, claim.task, nullptr, &end, ended && ended->again);
    return next;
  }

  void recover_others() {
    if (options.repo) recover(store, options.repo);
  }

  /// Waits until there may be something to do. False when there is nothing any more.
  bool wait(std::optional<Clock::time_point>& idle_since) {
    std::vector<pollfd> polled = {
        {bell.poll_fd(), POLLIN, 0},
        {options.cancel == nullptr ? -1 : options.cancel->poll_fd(), POLLIN, 0}};
    std::vector<fs::Descriptor> others;
    bool others_run = false;
    bool stopped = false;
    for (const auto& other : store.workers()) {
      stopped = stopped || (other.id == worker && other.stop);
      if (!other.task || other.id == worker) continue;
      others_run = true;
      others.push_back(watch_process(other));
      polled.push_back({others.back().get(), POLLIN, 0});
    }
    if (stopped) return false;
    auto pause = 1000ms;
    if (!others_run) {
      if (!idle_since) idle_since = Clock::now();
      const auto left = *idle_since + options.linger - Clock::now();
      if (left <= 0ms) return !store.leave(worker);
      pause = std::min(pause, std::chrono::duration_cast<std::chrono::milliseconds>(left) + 1ms);
    }
    ::poll(polled.data(), polled.size(), static_cast<int>(pause.count()));
    bell.silence();
    return true;
  }

  void run() {
    if (options.on_ready) options.on_ready();
    recover_others();
    std::optional<Clock::time_point> idle_since;
    while (!is_cancelled()) {
      auto claim = store.claim(worker);
      if (claim) idle_since.reset();
      while (claim)
        claim = make(std::move(*claim));
      if (is_cancelled()) break;
      recover_others();
      if (store.ready_count() > 0 && !store.is_stopped(worker)) continue;
      if (!wait(idle_since)) break;
    }
  }

  void say_goodbye() {
    store.remove_worker(worker);
    for (const AttemptId id : told)
      remove_result(store, id);
    remove_old_results(store);
    lease.give_up();
    run::ring(store.folder());
  }
};

Runner::Runner(const std::string& folder, RunnerOptions options)
    : impl_(std::make_unique<Impl>(folder, std::move(options))) {}

Runner::~Runner() {
  try {
    impl_->say_goodbye();
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): its lease is free all the same
  }
}

void Runner::run() {
  impl_->run();
  stop_if_requested(impl_->options.cancel);
}

}  // namespace expcore::queue
