#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <expcore/cancel.hpp>

#include "fs/descriptor.hpp"

namespace expcore::run {

/// The right to run a stage on behalf of everyone who wants that very run now: the holder runs it
/// and records it in the run-cache, the others wait and take it from there.
///
/// A byte of a file that the kernel keeps locked for its holder, whatever ends it; which one is
/// said by the key that the run has in the run-cache. Nothing is created or removed for a stage,
/// so nothing is left over. Format: docs/formats/locks-and-state.md. Thread safety: confined; two
/// on one key exclude each other within a process, too.
class Flight {
 public:
  /// nullopt while somebody else has it. `key` is that of the run-cache, in hex; `name` is for
  /// those who wait: the experiment that it is run for, "" for none.
  static std::optional<Flight> try_take(const std::string& file, std::string_view key,
                                        std::string_view name);

  struct Waiting {
    std::function<void(const std::string& who)> on_wait;  ///< Called once, unless it is free.
    const CancelToken* cancel = nullptr;                  ///< May be null.
    const CancelToken* abandon = nullptr;                 ///< As `cancel`.
  };
  /// Waits for it. Throws: Error{cancelled}.
  static Flight take(const std::string& file, std::string_view key, std::string_view name,
                     const Waiting& waiting);

  /// Who took it last, for people: "'sweep-1' (process 123)", "process 123"; "" when unknown.
  static std::string holder(const std::string& file, std::string_view key);

 private:
  explicit Flight(fs::Descriptor locked) : locked_(std::move(locked)) {}

  fs::Descriptor locked_;
};

}  // namespace expcore::run
