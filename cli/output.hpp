#pragma once
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <expcore/event.hpp>

#include "progress_bar.hpp"

namespace cli {

/// How much to say.
enum class Verbosity : unsigned char { quiet, normal, verbose };

/// Everything the program prints: normal text on stdout, warnings and errors on stderr, in DVC's
/// words (docs/formats/program.md).
class Output {
 public:
  void set_verbosity(Verbosity verbosity) { verbosity_ = verbosity; }
  bool is_quiet() const { return verbosity_ == Verbosity::quiet; }

  void line(std::string_view text) const;
  /// Without a line feed, whatever the verbosity: what the user asked for.
  static void raw(std::string_view text);
  /// raw() for names and values that may be from a commit of somebody else's: a terminal, which
  /// would obey them, gets control characters as `\x1b`; a program gets all bytes.
  static void values(std::string_view text);
  void warning(std::string_view text) const;
  void error(std::string_view text) const;
  /// On stderr without a word in front, whatever the verbosity.
  static void note(std::string_view text);

  /// For stages that run side by side: what their commands print is told line by line with the
  /// stage's name in front.
  void name_stages() { names_stages_ = true; }

  /// Prints what DVC prints for an event of a run.
  void event(const expcore::Event& event);

  /// Takes the progress bar away before somebody else writes.
  void clear_progress() const { progress_.clear(); }

 private:
  /// A line that may wait until something else is printed.
  void later(const std::string& text) const;
  void stage_started(const expcore::Event& event);
  void stage_finished(const expcore::Event& event);
  void enter_stage(const std::string& stage);
  void command_output(const expcore::Event& event);
  void flush_lines(const std::string& stage);
  void files_to_track(const std::vector<std::string>& files) const;

  Verbosity verbosity_ = Verbosity::normal;
  std::string stage_;  ///< The one being told about.
  bool last_was_reproduced_ = false;
  bool names_stages_ = false;
  mutable ProgressBar progress_;
  /// Begun lines by stage and stream.
  std::map<std::pair<std::string, int>, std::string> begun_lines_;
};

/// How far to indent JSON: laid out for a terminal, on one line for programs.
int json_indent();

/// Opens a file in the user's browser. False when no program for it starts.
bool open_in_browser(const std::string& path);

/// Shows `text` through the user's pager on a terminal, else prints it.
void page(const std::string& text, bool use_pager);

}  // namespace cli
