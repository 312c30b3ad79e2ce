#pragma once
#include <functional>
#include <optional>
#include <string>

#include <expcore/cancel.hpp>

#include "fs/descriptor.hpp"

namespace expcore::run {

/// The right to run a stage on behalf of everyone who wants that very run now: the holder runs it
/// and records it in the run-cache, the others wait and take it from there.
///
/// A file that the kernel keeps locked for its holder, whatever ends it; named by the key that the
/// run has in the run-cache. It goes with the lock; one that a killed holder left is in nobody's
/// way. Format: docs/formats/locks-and-state.md. Thread safety: confined; two on one path exclude
/// each other within a process, too.
class Flight {
 public:
  /// nullopt while somebody else has it. `name` is for those: the experiment that it is run for,
  /// "" for none.
  static std::optional<Flight> try_take(const std::string& path, const std::string& name);

  struct Waiting {
    std::function<void(const std::string& who)> on_wait;  ///< Called once, unless it is free.
    const CancelToken* cancel = nullptr;                  ///< May be null.
    const CancelToken* abandon = nullptr;                 ///< As `cancel`.
  };
  /// Waits for it. Throws: Error{cancelled}.
  static Flight take(const std::string& path, const std::string& name, const Waiting& waiting);

  /// Who has it, for people: "'sweep-1' (process 123)", "process 123"; "" when nobody is known.
  static std::string holder(const std::string& path);

  Flight(Flight&& other) noexcept = default;
  Flight& operator=(Flight&& other) noexcept;
  ~Flight() { give_up(); }

 private:
  Flight(std::string path, fs::Descriptor file) : path_(std::move(path)), file_(std::move(file)) {}
  void give_up() noexcept;

  std::string path_;
  fs::Descriptor file_;
};

}  // namespace expcore::run
