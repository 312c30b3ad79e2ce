#pragma once
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <expcore/export.hpp>

namespace expcore {

/// Kinds of failure. The values are those of `exp_status` in exp.h: append, never renumber.
enum class Errc : int {
  internal = -1,          ///< A bug here or an answer we did not expect from a library.
  invalid_argument = -2,  ///< The caller asked for something that makes no sense.
  not_found = -3,         ///< A named file, stage, revision or experiment is not there.
  parse = -4,             ///< A file's text is malformed or does not follow its schema.
  io = -5,                ///< The operating system refused a file operation.
  git = -6,               ///< libgit2 refused.
  stage_failed = -7,      ///< A stage's command failed.
  cancelled = -8,         ///< The caller's cancel token fired.
  callback = -9,          ///< The caller's callback asked to stop.
  not_a_project = -10,    ///< No `.dvc` folder (or no Git repository) here or above.
  config = -11,           ///< A DVC configuration file is malformed.
  exists = -12,           ///< The name is taken.
  busy = -13,             ///< Another process holds the lock.
};

/// The one exception type that leaves this library.
///
/// `what()` is the innermost message; `causes()` lists outermost first, the way the command line
/// prints them, joined by ": ".
/// Thread safety: a value; copies are independent.
class EXPCORE_API Error : public std::runtime_error {
 public:
  /// `message` is what() and the one cause until add_context() adds others.
  Error(Errc code, const std::string& message);
  ~Error() override;
  /// A copy of its own; nothing is shared.
  Error(const Error&);
  /// As above.
  Error& operator=(const Error&);

  /// What kind of failure it is, for callers that act on it.
  Errc code() const noexcept { return code_; }
  /// Outermost first; the last one is what().
  const std::vector<std::string>& causes() const noexcept { return causes_; }

  /// `causes()` joined by ": ".
  std::string full_message() const;

  /// The long form that belongs under the message (for malformed files: the place and a code
  /// frame), several lines without a final line feed; empty when there is none.
  const std::string& details() const noexcept { return details_; }

  /// Adds what was being attempted. Call it in a catch block and rethrow with `throw;`.
  void add_context(std::string_view attempted);

  /// Sets `details()`; returns *this so that it can be thrown in one expression.
  Error& with_details(std::string details);

 private:
  Errc code_;
  std::vector<std::string> causes_;
  std::string details_;
};

}  // namespace expcore
