#include "queue/attempt_log.hpp"

#include <chrono>
#include <ctime>
#include <fcntl.h>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"

namespace expcore::queue {

AttemptLog::AttemptLog(const std::string& path) : path_(path) {
  fs::make_directories(fs::parent(path));
  file_ = fs::open_file(path, O_WRONLY | O_CREAT | O_APPEND);
}

void AttemptLog::write(std::string_view bytes) {
  if (bytes.empty()) return;
  try {
    fs::write_all(file_, bytes, path_);
  } catch (const Error&) {
    return;  // a full disk may cost the log, never the result
  }
  at_line_start_ = bytes.back() == '\n';
}

void AttemptLog::line(std::string_view text) {
  write(fmt::format("{}{}\n", at_line_start_ ? "" : "\n", text));
}

void AttemptLog::note(std::string_view text) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  line(fmt::format("{}{} {}", note_mark,
                   note_time(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count()),
                   text));
}

void AttemptLog::enter_stage(const std::string& stage) {
  if (stage == stage_) return;
  stage_ = stage;
  if (last_was_reproduced_) line("");
  last_was_reproduced_ = false;
}

void AttemptLog::event(const Event& event) {
  if (!event.stage.empty()) enter_stage(event.stage);
  switch (event.kind) {
    case EventKind::warning:
      line("WARNING: " + event.text);
      break;
    case EventKind::stage_started:
      stage_started(event);
      break;
    case EventKind::stage_shared:
      line(fmt::format("Stage '{}' is shared with {} - waiting for its outputs", event.stage,
                       event.text.empty() ? "another run" : event.text));
      break;
    case EventKind::stage_waiting:
      line(fmt::format("Stage '{}' waits for {}", event.stage, event.text));
      break;
    case EventKind::command_started:
      line("> " + event.text);
      break;
    case EventKind::output:
      write(event.text);
      break;
    case EventKind::stage_finished:
      stage_finished(event);
      break;
    case EventKind::lock_created:
      line(fmt::format("Generating lock file '{}'", event.text));
      break;
    case EventKind::lock_updated:
      line(fmt::format("Updating lock file '{}'", event.text));
      break;
    case EventKind::experiment_started:
      line(fmt::format("Reproducing experiment '{}'", event.text));
      break;
    default:
      break;
  }
}

void AttemptLog::stage_started(const Event& event) {
  if (event.outcome == StageOutcome::cached) {
    line(fmt::format("Stage '{}' is cached - skipping run, checking out outputs", event.stage));
  } else if (event.outcome == StageOutcome::verified) {
    line(fmt::format("Verifying {} in {}stage: '{}'", event.frozen ? "outputs" : "data sources",
                     event.frozen ? "frozen " : "", event.stage));
  } else {
    line(fmt::format("Running stage '{}':", event.stage));
  }
}

void AttemptLog::stage_finished(const Event& event) {
  if (event.outcome == StageOutcome::unchanged) {
    line(fmt::format("{}'{}' didn't change, skipping",
                     event.stage_kind == StageKind::data_source ? "" : "Stage ", event.stage));
  } else if (event.outcome != StageOutcome::failed && event.outcome != StageOutcome::skipped) {
    last_was_reproduced_ = true;
  }
}

std::string without_notes(std::string_view log) {
  std::string result;
  while (!log.empty()) {
    const auto end = log.find('\n');
    const auto line = log.substr(0, end == std::string_view::npos ? log.size() : end + 1);
    if (!line.starts_with(note_mark)) result += line;
    log.remove_prefix(line.size());
  }
  return result;
}

std::string note_time(std::int64_t ns) {
  constexpr std::int64_t second = 1'000'000'000;
  const std::time_t seconds = ns / second;
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900,
                     utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                     ns % second / 1'000'000);
}

}  // namespace expcore::queue
