#pragma once
#include <functional>
#include <string>
#include <vector>

#include <expcore/event.hpp>

#include "cache/use_lock.hpp"
#include "fs/lock.hpp"
#include "pipeline/workspace.hpp"
#include "run/ignore_file.hpp"

namespace expcore::data {

/// One change of what DVC tracks: holds the repository lock, keeps `.gitignore` files, and at the
/// end tells the user (or Git, with core.autostage) which files belong into Git.
///
/// Without finish() the `.gitignore` lines are taken back. Thread safety: confined.
class Session {
 public:
  /// Throws: Error{busy} in DVC's words when another program holds the lock for 3 seconds.
  Session(pipeline::Workspace& workspace, EventCallback on_event);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  pipeline::Workspace& workspace() { return workspace_; }

  /// Throws: Error{busy} in DVC's words when a stage that runs reads or writes one of `paths`.
  void check_free(const std::vector<std::string>& paths) const;
  /// Makes Git ignore an output. Throws: as run::IgnoreFiles::add().
  void ignore(const std::string& path) { ignores_.add(path, 0); }
  /// Takes the line for `path` out of the `.gitignore` beside it; an empty file goes.
  void stop_ignoring(const std::string& path);
  /// Notes a file that belongs into Git.
  void track(const std::string& path) { files_.push_back(path); }
  void warn(const std::string& text) const;

  /// Done: flushes what was learnt about hashes and tells what to track.
  void finish();

 private:
  pipeline::Workspace& workspace_;
  EventCallback on_event_;
  fs::LockFile lock_;
  cache::UseLock use_;  ///< Until what is stored is recorded.
  run::IgnoreFiles ignores_;
  std::vector<std::string> files_;
  bool finished_ = false;
};

/// The same for who holds the repository lock by other means.
void check_free(const pipeline::Workspace& workspace, const std::vector<std::string>& paths,
                const std::function<void(const std::string&)>& on_warning);

}  // namespace expcore::data
