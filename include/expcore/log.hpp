#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include <expcore/export.hpp>

namespace expcore {

/// How much a line of the log matters. The values are those of exp.h: append only.
enum class LogLevel : std::int32_t {
  debug = 1,    ///< Commands that are run, files that are written.
  info = 2,     ///< What happens to stages, tasks and experiments.
  warning = 3,  ///< Warnings, and stages and tasks that failed.
};

/// One line of a project's log.
/// Thread safety: a value, valid for the duration of the call that tells it.
struct EXPCORE_API LogRecord {
  LogLevel level = LogLevel::info;  ///< How much it matters.
  std::string text;                 ///< UTF-8, without a line feed at the end.
  std::string task;                 ///< Name of the queued task it happened in; "" outside of one.
};

/// Called as EventCallback is: from the thread that made the call or from one of its workers, never
/// two at once for one call. An exception from it stops the operation and reaches the caller.
using LogSink = std::function<void(const LogRecord&)>;

}  // namespace expcore
