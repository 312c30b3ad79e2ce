#include "output.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

#include <fmt/format.h>

namespace cli {
namespace {

void write(std::FILE* stream, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  // Commands write to the same descriptors: what we say must come before.
  std::fflush(stream);
}

bool is_shell_safe(std::string_view word) {
  return !word.empty() && word.find_first_not_of(
                              "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                              "_@%+=:,./-") == std::string_view::npos;
}

std::string shell_word(const std::string& word) {
  if (is_shell_safe(word)) return word;
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\"'\"'";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace

void Output::line(std::string_view text) const {
  if (is_quiet()) return;
  progress_.clear();
  write(stdout, std::string(text) + "\n");
}

void Output::later(const std::string& text) const {
  if (is_quiet()) return;
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fputc('\n', stdout);
}

void Output::raw(std::string_view text) { write(stdout, text); }

namespace {

/// All control characters but tabs and ends of lines are written out, also those of two bytes.
std::string without_controls(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    const bool ends_line = byte == '\n' || (byte == '\r' && next == '\n');
    const bool is_control = (byte < 0x20 && byte != '\t' && !ends_line) || byte == 0x7F;
    if (byte == 0xC2 && next >= 0x80 && next < 0xA0) {
      shown += fmt::format("\\x{:02x}", next);
      ++i;
    } else if (is_control) {
      shown += fmt::format("\\x{:02x}", byte);
    } else {
      shown += text[i];
    }
  }
  return shown;
}

}  // namespace

void Output::values(std::string_view text) {
  raw(::isatty(STDOUT_FILENO) != 0 ? without_controls(text) : text);
}

void Output::warning(std::string_view text) const {
  if (is_quiet()) return;
  progress_.clear();
  write(stderr, fmt::format("WARNING: {}\n", text));
}

void Output::error(std::string_view text) const {
  if (is_quiet()) return;
  progress_.clear();
  write(stderr, fmt::format("ERROR: {}\n", text));
}

void Output::note(std::string_view text) { write(stderr, std::string(text) + "\n"); }

void Output::event(const expcore::Event& event) {
  using expcore::EventKind;
  if (!event.stage.empty() && !names_stages_) enter_stage(event.stage);
  switch (event.kind) {
    case EventKind::warning:
      warning(event.text);
      break;
    case EventKind::progress:
      if (!is_quiet()) progress_.show(event);
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
      line((names_stages_ ? event.stage + " > " : "> ") + event.text);
      break;
    case EventKind::output:
      command_output(event);
      break;
    case EventKind::stage_finished:
      flush_lines(event.stage);
      stage_finished(event);
      break;
    case EventKind::lock_created:
      line(fmt::format("Generating lock file '{}'", event.text));
      break;
    case EventKind::lock_updated:
      line(fmt::format("Updating lock file '{}'", event.text));
      break;
    case EventKind::files_to_track:
      files_to_track(event.stages);
      break;
    case EventKind::experiment_started:
      line(fmt::format("Reproducing experiment '{}'", event.text));
      break;
    default:
      break;
  }
}

void Output::command_output(const expcore::Event& event) {
  std::FILE* stream = event.stream == 2 ? stderr : stdout;
  if (!names_stages_) {
    write(stream, event.text);
    return;
  }
  std::string& begun = begun_lines_[{event.stage, event.stream}];
  begun += event.text;
  const auto end = begun.rfind('\n');
  if (end == std::string::npos) return;
  std::string text;
  for (std::size_t from = 0; from <= end;) {
    const std::size_t stop = begun.find('\n', from) + 1;
    text += event.stage + " | " + begun.substr(from, stop - from);
    from = stop;
  }
  begun.erase(0, end + 1);
  write(stream, text);
}

void Output::flush_lines(const std::string& stage) {
  for (const int stream : {1, 2}) {
    const auto found = begun_lines_.find({stage, stream});
    if (found == begun_lines_.end()) continue;
    if (!found->second.empty()) {
      write(stream == 2 ? stderr : stdout, stage + " | " + found->second + "\n");
    }
    begun_lines_.erase(found);
  }
}

void Output::enter_stage(const std::string& stage) {
  if (stage == stage_) return;
  stage_ = stage;
  if (last_was_reproduced_) line("");
  last_was_reproduced_ = false;
}

void Output::stage_started(const expcore::Event& event) {
  using expcore::StageOutcome;
  if (event.outcome == StageOutcome::cached) {
    line(fmt::format("Stage '{}' is cached - skipping run, checking out outputs", event.stage));
  } else if (event.outcome == StageOutcome::verified) {
    line(fmt::format("Verifying {} in {}stage: '{}'", event.frozen ? "outputs" : "data sources",
                     event.frozen ? "frozen " : "", event.stage));
  } else if (event.outcome == StageOutcome::pulled) {
    line(fmt::format("Pulling data for stage: '{}'", event.stage));
  } else {
    line(fmt::format("Running stage '{}':", event.stage));
  }
}

void Output::stage_finished(const expcore::Event& event) {
  using expcore::StageOutcome;
  switch (event.outcome) {
    case StageOutcome::unchanged:
      later(fmt::format("{}'{}' didn't change, skipping",
                        event.stage_kind == expcore::StageKind::data_source ? "" : "Stage ",
                        event.stage));
      break;
    case StageOutcome::ran:
    case StageOutcome::cached:
    case StageOutcome::verified:
      last_was_reproduced_ = true;
      break;
    default:
      break;
  }
}

void Output::files_to_track(const std::vector<std::string>& files) const {
  std::string words;
  for (const auto& file : files)
    words += " " + shell_word(file);
  line(
      fmt::format("\nTo track the changes with git, run:\n\n\tgit add{}\n\nTo enable auto staging, "
                  "run:\n\n\tdvc config core.autostage true",
                  words));
}

int json_indent() {
  constexpr int for_people = 2;
  return ::isatty(STDOUT_FILENO) != 0 && std::getenv("DVC_IGNORE_ISATTY") == nullptr ? for_people
                                                                                     : 0;
}

bool open_in_browser(const std::string& path) {
  const char* chosen = std::getenv("BROWSER");
  const std::string programs =
      (chosen != nullptr ? std::string(chosen) + " " : "") + "xdg-open open";
  for (std::size_t at = 0; at < programs.size();) {
    const std::size_t end = std::min(programs.find(' ', at), programs.size());
    const std::string program = programs.substr(at, end - at);
    at = end + 1;
    const std::string command = program + " " + shell_word(path) + " > /dev/null 2>&1";
    if (std::system(command.c_str()) == 0) return true;  // NOLINT(cert-env33-c): the user's program
  }
  return false;
}

void page(const std::string& text, bool use_pager) {
  if (!use_pager || ::isatty(STDOUT_FILENO) == 0) {
    Output::raw(text);
    return;
  }
  const char* pager = std::getenv("DVC_PAGER");
  if (pager == nullptr) pager = std::getenv("PAGER");
  const std::string command = pager != nullptr && *pager != '\0' ? pager
                              : std::getenv("LESS") == nullptr   ? "less -FRSX"
                                                                 : "less -RS";
  std::FILE* pipe = ::popen(command.c_str(), "w");
  if (pipe == nullptr) {
    Output::raw(text);
    return;
  }
  std::fwrite(text.data(), 1, text.size(), pipe);
  ::pclose(pipe);
}

}  // namespace cli
