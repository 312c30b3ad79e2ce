#include "data/session.hpp"

#include <utility>

#include <expcore/error.hpp>

#include "base/event.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "run/rw_lock.hpp"
#include "run/tracking.hpp"

namespace expcore::data {
namespace {

constexpr auto patience = std::chrono::seconds(3);  // DVC's

fs::LockFile lock_project(const std::string& tmp_dir) {
  fs::make_directories(tmp_dir);  // a fresh clone has none
  return fs::LockFile::acquire(fs::join(tmp_dir, "lock"), patience, run::repo_lock_busy);
}

}  // namespace

Session::Session(pipeline::Workspace& workspace, EventCallback on_event)
    : workspace_(workspace),
      on_event_(std::move(on_event)),
      lock_(lock_project(workspace.tmp_dir)),
      use_(workspace.store.use()),
      ignores_(workspace) {}

Session::~Session() {
  if (finished_) return;
  try {
    ignores_.roll_back();
    workspace_.state.flush();
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the first error is being told
  }
}

void Session::warn(const std::string& text) const { tell_warning(on_event_, text); }

void check_free(const pipeline::Workspace& workspace, const std::vector<std::string>& paths,
                const std::function<void(const std::string&)>& on_warning) {
  run::RwLocks(workspace.tmp_dir, "expcore", on_warning, [&](const std::string& path) {
    return workspace.shown(path);
  }).check({}, paths);
}

void Session::check_free(const std::vector<std::string>& paths) const {
  data::check_free(workspace_, paths, [this](const std::string& text) { warn(text); });
}

void Session::stop_ignoring(const std::string& path) {
  if (const auto file = run::stop_ignoring(workspace_, path)) files_.push_back(*file);
}

void Session::finish() {
  finished_ = true;
  workspace_.state.flush();
  const auto changed = ignores_.changed();
  files_.insert(files_.end(), changed.begin(), changed.end());
  run::track_files(workspace_, files_, on_event_);
}

}  // namespace expcore::data
