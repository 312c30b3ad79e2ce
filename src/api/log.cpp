#include <optional>
#include <string>
#include <utility>

#include <expcore/log.hpp>
#include <expcore/queue.hpp>
#include <fmt/format.h>

#include "api/impl.hpp"

namespace expcore {
namespace {

std::string started(const Event& event) {
  const char* verb = event.outcome == StageOutcome::cached     ? "restoring"
                     : event.outcome == StageOutcome::verified ? "recording"
                                                               : "running";
  return fmt::format("{} stage '{}': {}", verb, event.stage, event.text);
}

const char* word_of(StageOutcome outcome) {
  switch (outcome) {
    case StageOutcome::none:
      return "passed by";
    case StageOutcome::ran:
      return "ran";
    case StageOutcome::cached:
      return "restored";
    case StageOutcome::unchanged:
      return "unchanged";
    case StageOutcome::failed:
      return "failed";
    case StageOutcome::verified:
      return "recorded";
    case StageOutcome::skipped:
      return "skipped";
    case StageOutcome::pulled:
      return "pulled";
  }
  return "finished";
}

/// nullopt for what is no line of a log: bytes of commands, counts, plans.
std::optional<LogRecord> to_record(const Event& event) {
  switch (event.kind) {
    case EventKind::warning:
      return LogRecord{LogLevel::warning, event.text, ""};
    case EventKind::stage_started:
      return LogRecord{LogLevel::info, started(event), ""};
    case EventKind::command_started:
      return LogRecord{LogLevel::debug, "> " + event.text, ""};
    case EventKind::stage_finished:
      return LogRecord{event.outcome == StageOutcome::failed ? LogLevel::warning : LogLevel::info,
                       fmt::format("stage '{}' {} ({:.3f} s)", event.stage, word_of(event.outcome),
                                   event.seconds),
                       ""};
    case EventKind::lock_created:
    case EventKind::lock_updated:
      return LogRecord{LogLevel::debug, fmt::format("wrote '{}'", event.text), ""};
    case EventKind::experiment_started:
      return LogRecord{LogLevel::info, fmt::format("running experiment '{}'", event.text), ""};
    case EventKind::experiment_finished:
      return LogRecord{LogLevel::info,
                       fmt::format("experiment '{}' is commit {}", event.text, event.commit), ""};
    case EventKind::stage_shared:
      return LogRecord{LogLevel::info,
                       fmt::format("stage '{}' is being run elsewhere {}", event.stage, event.text),
                       ""};
    case EventKind::stage_waiting:
      return LogRecord{LogLevel::info,
                       fmt::format("stage '{}' waits for {}", event.stage, event.text), ""};
    case EventKind::plan_made:
    case EventKind::output:
    case EventKind::files_to_track:
    case EventKind::progress:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<LogRecord> to_record(const QueueEvent& event) {
  const auto& task = *event.task;
  switch (event.kind) {
    case QueueEventKind::task_started:
      return LogRecord{LogLevel::info, fmt::format("running task '{}'", task.name), task.name};
    case QueueEventKind::task_event: {
      auto record = to_record(*event.event);
      if (record) record->task = task.name;
      return record;
    }
    case QueueEventKind::task_finished: {
      if (task.state == TaskState::success) {
        return LogRecord{LogLevel::info, fmt::format("task '{}' succeeded", task.name), task.name};
      }
      return LogRecord{
          LogLevel::warning,
          fmt::format("task '{}' {}", task.name,
                      event.again ? "will be tried again" : "did not succeed: " + task.reason),
          task.name};
    }
  }
  return std::nullopt;
}

}  // namespace

void Project::log_to(LogSink sink, LogLevel least) {
  auto changed = std::make_shared<Impl>(*impl_);
  changed->log = std::move(sink);
  changed->least_logged = least;
  impl_ = std::move(changed);
}

template <typename Told>
std::function<void(const Told&)> Project::Impl::with_log(
    const std::function<void(const Told&)>& listener) const {
  if (!log) return listener;
  return [sink = log, least = least_logged, listener](const Told& event) {
    const auto record = to_record(event);
    if (record && record->level >= least) sink(*record);
    if (listener) listener(event);
  };
}

EventCallback Project::Impl::heard(const EventCallback& listener) const {
  return with_log<Event>(listener);
}

QueueEventCallback Project::Impl::heard_queue(const QueueEventCallback& listener) const {
  return with_log<QueueEvent>(listener);
}

}  // namespace expcore
