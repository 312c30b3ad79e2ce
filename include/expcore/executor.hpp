#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include <expcore/export.hpp>

namespace expcore {

struct LocalExecutorOptions {
  std::uint32_t jobs = 1;  ///< Tasks run at once; 0: one per processor.
};

/// How and where the commands of queued tasks run.
///
/// Thread safety: immutable; copies share one state.
class EXPCORE_API Executor {
 public:
  /// Processes of this machine, each task in a folder of its own.
  static Executor local(const LocalExecutorOptions& options = {});

  Executor(const Executor&);
  Executor& operator=(const Executor&);
  Executor(Executor&&) noexcept;
  Executor& operator=(Executor&&) noexcept;
  ~Executor();

  std::uint32_t jobs() const;

 private:
  friend class Queue;
  struct Impl;
  explicit Executor(std::shared_ptr<const Impl> impl) noexcept;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace expcore
