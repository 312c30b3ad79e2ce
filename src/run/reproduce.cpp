#include "run/reproduce.hpp"

#include <algorithm>
#include <exception>
#include <numeric>
#include <set>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "fs/file.hpp"
#include "fs/lock.hpp"
#include "fs/path.hpp"
#include "pipeline/graph.hpp"
#include "run/ignore_file.hpp"
#include "run/rw_lock.hpp"
#include "run/stage_runner.hpp"

namespace expcore::run {

using pipeline::Graph;
using pipeline::Index;
using pipeline::StageId;

namespace {

/// One reproduce() call: the plan and what happens along it.
class Session {
 public:
  Session(pipeline::Workspace& workspace, const ReproduceOptions& options)
      : workspace_(workspace), options_(options), ignores_(workspace) {
    fs::make_directories(workspace_.tmp_dir);
    repo_lock_ = fs::LockFile::acquire(fs::join(workspace_.tmp_dir, "lock"),
                                       std::chrono::seconds(3), repo_lock_busy);
  }

  Reproduction run() {
    Reproduction done{load(), {}};
    index_ = &done.index;
    if (options_.on_loaded) options_.on_loaded();
    StageRunner runner(workspace_, *index_, options_, ignores_, repo_lock_);
    const bool bring_all = options_.as_experiment && options_.selection.targets.empty();
    if (bring_all) prepare_all(runner);
    make_plan();
    forced_.assign(index_->stages().size(), options_.force);
    skipped_.assign(index_->stages().size(), false);
    try {
      if (options_.as_experiment && !bring_all) prepare(runner, plan_);
      for (const StageId id : plan_)
        done.results.push_back(step(runner, id));
      fail_if_any();
    } catch (...) {
      ignores_.roll_back();
      workspace_.state.flush();
      throw;
    }
    workspace_.state.flush();
    track_files(runner);
    return done;
  }

 private:
  Index load() {
    if (options_.selection.single_item) {
      return Index::of_files(workspace_, files_of_targets(workspace_, options_.selection));
    }
    return Index::collect(workspace_);
  }

  void make_plan() {
    const auto& selection = options_.selection;
    if (!selection.single_item) graph_.emplace(*index_, workspace_.directory);
    std::vector<StageId> sources;
    if (!selection.all_pipelines) {
      sources = resolve_targets(workspace_, *index_, graph_ ? &*graph_ : nullptr, selection);
    }
    plan_ = graph_ ? plan_order(*index_, *graph_, sources, selection) : sources;
    Event event;
    event.kind = EventKind::plan_made;
    for (const StageId id : plan_)
      event.stages.push_back(name(id));
    emit(event);
  }

  /// Changed data is recorded before recorded data is brought in: the user's edits win.
  void prepare(StageRunner& runner, const std::vector<StageId>& ids) {
    for (const StageId id : ids) {
      if (index_->stage(id).is_data_source()) runner.record_data_source(id);
    }
    if (options_.dry) return;
    for (const StageId id : ids)
      runner.bring_outs(id);
  }

  void prepare_all(StageRunner& runner) {
    std::vector<StageId> ids(index_->stages().size());
    std::iota(ids.begin(), ids.end(), StageId{0});
    prepare(runner, ids);
  }

  StageResult step(StageRunner& runner, StageId id) {
    if (skipped_[id]) return finish_without_running(id, StageOutcome::skipped, "");
    if (options_.cancel != nullptr && options_.cancel->requested()) {
      throw Error(Errc::cancelled, "interrupted by the user");
    }
    try {
      StageResult result = runner.reproduce(id, forced_[id]);
      const bool passes_on = Reproduction::is_reproduced(result) || forced_[id];
      if (options_.force_downstream && passes_on && graph_) {
        for (const StageId next : graph_->downstream(id))
          forced_[next] = true;
      }
      return result;
    } catch (Error& error) {
      if (error.code() == Errc::cancelled || error.code() == Errc::callback) throw;
      return handle_failure(id, error);
    }
  }

  StageResult handle_failure(StageId id, Error& error) {
    finish_without_running(id, StageOutcome::failed, error.full_message());
    if (options_.on_error == OnError::fail) {
      error.add_context(fmt::format("failed to reproduce '{}'", name(id)));
      throw error;
    }
    failed_.push_back(id);
    const bool ignored = options_.on_error == OnError::ignore;
    warn(error.full_message() + (ignored ? " (ignored)" : ""));
    if (!ignored) skip_dependents(id);
    StageResult result;
    result.id = id;
    result.outcome = StageOutcome::failed;
    result.reason = error.full_message();
    return result;
  }

  void skip_dependents(StageId id) {
    if (!graph_) return;
    const auto reached = graph_->closure_downstream({id});
    std::vector<std::string> names;
    for (const StageId other : plan_) {
      if (other == id || !reached[other]) continue;
      skipped_[other] = true;
      names.push_back(name(other));
    }
    if (names.empty()) return;
    warn(fmt::format("{} {} will be skipped due to this failure",
                     names.size() > 1 ? "Stages" : "Stage", quoted_list(names)));
  }

  StageResult finish_without_running(StageId id, StageOutcome outcome, const std::string& reason) {
    StageResult result;
    result.id = id;
    result.outcome = outcome;
    result.reason = reason;
    Event event;
    event.kind = EventKind::stage_finished;
    event.stage = name(id);
    event.outcome = outcome;
    event.text = reason;
    emit(event);
    return result;
  }

  void fail_if_any() const {
    if (failed_.empty() || options_.on_error == OnError::ignore) return;
    std::vector<std::string> names;
    for (const StageId id : failed_)
      names.push_back(name(id));
    throw Error(Errc::stage_failed,
                fmt::format("failed to reproduce{} {}", names.size() > 1 ? " stages:" : "",
                            quoted_list(names)));
  }

  /// Tells the user (or Git, with core.autostage) about files that belong into Git.
  void track_files(const StageRunner& runner) {
    if (!workspace_.repo) return;
    std::vector<std::string> files = runner.written_files();
    const auto ignore_files = ignores_.changed();
    files.insert(files.end(), ignore_files.begin(), ignore_files.end());
    std::sort(files.begin(), files.end());
    files.erase(std::unique(files.begin(), files.end()), files.end());
    if (files.empty()) return;
    if (workspace_.config.get_bool("core.autostage", false)) {
      std::vector<std::string> paths;
      for (const auto& file : files) {
        if (auto path = workspace_.git_path(file)) paths.push_back(std::move(*path));
      }
      workspace_.repo->add_to_index(paths);
      return;
    }
    Event event;
    event.kind = EventKind::files_to_track;
    for (const auto& file : files)
      event.stages.push_back(workspace_.shown(file));
    emit(event);
  }

  std::string name(StageId id) const { return address(index_->stage(id), workspace_.directory); }

  void emit(const Event& event) const {
    if (options_.on_event) options_.on_event(event);
  }

  void warn(const std::string& text) const {
    Event event;
    event.kind = EventKind::warning;
    event.text = text;
    emit(event);
  }

  pipeline::Workspace& workspace_;
  const ReproduceOptions& options_;
  IgnoreFiles ignores_;
  std::optional<fs::LockFile> repo_lock_;
  Index* index_ = nullptr;
  std::optional<Graph> graph_;
  std::vector<StageId> plan_;
  std::vector<bool> forced_;
  std::vector<bool> skipped_;
  std::vector<StageId> failed_;
};

}  // namespace

Reproduction reproduce(pipeline::Workspace& workspace, const ReproduceOptions& options) {
  return Session(workspace, options).run();
}

}  // namespace expcore::run
