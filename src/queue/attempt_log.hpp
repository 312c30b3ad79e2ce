#pragma once
#include <string>
#include <string_view>

#include <expcore/event.hpp>

#include "fs/descriptor.hpp"

namespace expcore::queue {

/// What the first characters of our own lines in a log are; everything else is what DVC would have
/// put there.
constexpr std::string_view note_mark = "# expcore: ";

/// The log of one attempt: what DVC prints for a run, and what its commands write. A line or block
/// is in the file when the call returns: readers follow it while it grows.
/// Format: docs/formats/queue.md. Thread safety: calls one at a time.
class AttemptLog {
 public:
  explicit AttemptLog(const std::string& path);

  void event(const Event& event);
  /// A line of ours with the time in front: "# expcore: 2026-11-26T00:01:02.345Z <text>".
  void note(std::string_view text);
  void line(std::string_view text);

 private:
  void write(std::string_view bytes);
  void enter_stage(const std::string& stage);
  void stage_started(const Event& event);
  void stage_finished(const Event& event);

  std::string path_;
  fs::Descriptor file_;
  bool at_line_start_ = true;
  std::string stage_;
  bool last_was_reproduced_ = false;
};

/// `log` without our own lines.
std::string without_notes(std::string_view log);

/// Time as notes have it: UTC, milliseconds.
std::string note_time(std::int64_t ns);

}  // namespace expcore::queue
