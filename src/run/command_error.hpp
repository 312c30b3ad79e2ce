#pragma once
#include <string>

#include <expcore/error.hpp>

namespace expcore::run {

/// A command of a stage ended with another exit code than 0.
class CommandError : public Error {
 public:
  /// `exit_code` is that of ExitStatus.
  CommandError(const std::string& message, int exit_code)
      : Error(Errc::stage_failed, message), exit_code_(exit_code) {}

  int exit_code() const noexcept { return exit_code_; }

 private:
  int exit_code_;
};

/// Of runs that failed otherwise; DVC's for any failure.
constexpr int failed_exit_code = 255;

inline int exit_code_of(const Error& error) {
  const auto* command = dynamic_cast<const CommandError*>(&error);
  return command == nullptr ? failed_exit_code : command->exit_code();
}

}  // namespace expcore::run
