#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <expcore/cancel.hpp>

#include "exp/refs.hpp"
#include "pipeline/workspace.hpp"

namespace expcore::exp {

/// Experiments in another Git repository, reached by the `git` program: it knows every transport,
/// the user's credentials and `url.<base>.insteadOf`.
///
/// What the other side says is checked before it is used: names that are none are passed over.
/// Thread safety: confined.
class GitRemote {
 public:
  /// `remote`: the name of a remote, a URL or a path from the caller's directory.
  GitRemote(const pipeline::Workspace& workspace, std::string remote,
            const CancelToken* cancel = nullptr)
      : workspace_(workspace), remote_(std::move(remote)), cancel_(cancel) {}

  const std::string& name() const { return remote_; }

  /// Every experiment there, sorted by ref name.
  /// Throws: Error{not_found} "'<remote>' is not a valid Git remote or URL", Error{git}
  /// "Authentication failed for: …", "unexpected error - …" with what `git` said.
  std::vector<ExpRef> experiments() const;

  /// A ref to change there: to `commit` ("" deletes it), provided it still has the value `expected`
  /// ("" = does not exist).
  struct Change {
    std::string ref;
    git::Id commit;
    git::Id expected;
  };
  /// Changes refs, with one transfer of objects for as many as fit on a command line (thousands).
  /// Returns the refs that somebody else changed meanwhile. No hooks of this side run.
  std::vector<std::string> change(const std::vector<Change>& changes) const;

  /// Brings the objects of refs here; no ref of ours moves.
  void fetch(const std::vector<std::string>& refs) const;

 private:
  struct Output {
    int code = 0;
    std::string out;
    std::string errors;
  };
  /// `git_dir`: "" is the workspace's.
  Output git(std::vector<std::string> arguments, const std::string& git_dir = {}) const;
  /// Throws what a failed command means.
  [[noreturn]] void fail(const Output& output) const;
  /// Adds the refs that a push left alone. Throws when it failed otherwise.
  void take_refused(const Output& pushed, std::vector<std::string>& refused) const;
  /// The same as change() for many refs that the other side does not have: one pattern names all of
  /// a repository that borrows our objects. Git compares each ref on its command line with all it
  /// knows, which for 1 000 takes longer than their transfer. Without force it replaces none.
  void create(std::vector<Change> changes, std::vector<std::string>& refused) const;

  const pipeline::Workspace& workspace_;
  std::string remote_;
  const CancelToken* cancel_;
};

}  // namespace expcore::exp
