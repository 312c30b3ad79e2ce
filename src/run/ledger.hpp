#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <expcore/cancel.hpp>

#include "fs/descriptor.hpp"
#include "run/allot.hpp"
#include "run/resources.hpp"

namespace expcore::run {

/// The environment variable that tells a command in which ledger its stage holds a share: what it
/// runs in the same project takes part of that.
constexpr const char* share_variable = "EXPCORE_SHARE";

/// A stage's ticket in a Ledger: a file that the kernel keeps locked for its holder, whatever ends
/// it, and that goes when this does.
/// Thread safety: confined.
class Share {
 public:
  Share(Share&&) noexcept = default;
  Share& operator=(Share&&) = delete;
  ~Share();

  const std::vector<std::string>& gpus() const { return gpus_; }

 private:
  friend class Ledger;
  Share(std::string folder, std::string path);
  void write(const std::string& text) const;

  std::string folder_;
  std::string path_;
  fs::Descriptor file_;
  std::vector<std::string> gpus_;
};

/// The account of what the stages of all running tasks of a project use of the machine; one folder,
/// shared by all processes. Who gets what: allot(). Format: docs/formats/locks-and-state.md.
/// Thread safety: confined; any number of them may be on one folder.
class Ledger {
 public:
  struct Options {
    std::string folder;                  ///< Made when first needed.
    std::function<Capacity()> capacity;  ///< Asked once, and not when nothing is asked for.
    std::string name;                    ///< For people: the experiment; "" for none.
    /// The attempt_variable of the commands: should this process die, the next one ends what is
    /// left of them before it takes what they used. "": nothing is known of them.
    std::string mark;
  };
  explicit Ledger(Options options) : options_(std::move(options)) {}

  /// nullopt when something is taken or others came first.
  std::optional<Share> try_take(const Request& request);

  struct Waiting {
    std::function<void(const std::string& lacks)> on_wait;  ///< Called once, unless all is free.
    const CancelToken* cancel = nullptr;                    ///< May be null.
    const CancelToken* abandon = nullptr;                   ///< As `cancel`.
  };
  /// Waits in line. Throws: Error{cancelled}.
  Share take(const Request& request, const Waiting& waiting);

  const std::string& folder() const { return options_.folder; }
  const std::string& mark() const { return options_.mark; }

 private:
  struct Others;
  Others read_others(const std::string& mine) const;
  Allotment decide(const Request& request, const Others& others);
  Share draw(const Others& others) const;
  void grant(Share& share, const Request& request, Grant grant) const;
  std::string text_of(const Request& request, const Share& share, bool holds) const;
  const Capacity& capacity();

  Options options_;
  std::optional<Capacity> capacity_;
};

}  // namespace expcore::run
