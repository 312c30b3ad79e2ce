#include "run/reproduce.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/cancel.hpp"
#include "base/text.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "pipeline/graph.hpp"
#include "pipeline/scopes.hpp"
#include "run/clean_record.hpp"
#include "run/command_error.hpp"
#include "run/ignore_file.hpp"
#include "run/request.hpp"
#include "run/resources.hpp"
#include "run/schedule.hpp"
#include "run/stage_runner.hpp"
#include "run/tracking.hpp"
#include "run/turn.hpp"

namespace expcore::run {

using pipeline::Graph;
using pipeline::Index;
using pipeline::Stage;
using pipeline::StageId;

namespace {

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// What stopped the run, or will be told at its end.
struct Failure {
  std::size_t position = 0;  ///< In the plan.
  std::exception_ptr error;
};

/// One reproduce() call: the plan and what happens along it.
///
/// Everything but serialized events is touched in a thread's turn only.
class Session {
 public:
  Session(pipeline::Workspace& workspace, const ReproduceOptions& options)
      : workspace_(workspace),
        options_(with_ordered_events(options)),
        on_warning_before_(workspace.on_warning),
        record_(workspace, options_, now_ns()),
        ignores_(workspace),
        turn_({fs::join(workspace.tmp_dir, "lock"), [this] { tell_waiting(); }, options.cancel}) {
    fs::make_directories(workspace_.tmp_dir);
  }
  ~Session() { workspace_.on_warning = on_warning_before_; }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Reproduction run() {
    turn_.take();
    try {
      Reproduction done = run_in_turn();
      turn_.give_back();
      return done;
    } catch (...) {
      turn_.give_back();
      throw;
    }
  }

 private:
  /// Events come from several threads, callers hear one at a time.
  ReproduceOptions with_ordered_events(const ReproduceOptions& options) {
    ReproduceOptions copy = options;
    copy.on_event = [this, tell = options.on_event](const Event& event) {
      const std::lock_guard lock(telling_);
      has_warned_ = has_warned_ || event.kind == EventKind::warning;
      if (tell) tell(event);
    };
    return copy;
  }

  Reproduction run_in_turn() {
    if (const auto stages = record_.find()) return still_clean(*stages);
    Reproduction done{load(), {}};
    index_ = &done.index;
    std::vector<pipeline::Scope> needed;
    if (options_.as_experiment) {
      const auto& selection = options_.selection;
      needed = pipeline::collect_scopes(workspace_, *index_, selection.targets,
                                        {true, selection.recursive});
    }
    if (options_.on_loaded) options_.on_loaded();
    StageRunner runner(workspace_, *index_, options_, ignores_, turn_);
    prepare(runner, needed);
    make_plan();
    runner.set_graph(graph_ ? &*graph_ : nullptr);
    read_requests();
    if (options_.pull && !options_.no_run_cache) runner.pull_run_cache();
    forced_.assign(index_->stages().size(), options_.force);
    skipped_.assign(index_->stages().size(), false);
    try {
      walk(runner);
      runner.finish();
      fail_if_any();
    } catch (...) {
      ignores_.roll_back();
      workspace_.state.flush();
      throw;
    }
    workspace_.state.flush();
    if (is_clean()) record_.save(*index_, plan_);
    done.results = std::move(results_);
    track_files(runner);
    return done;
  }

  /// Nothing was done, nor anything said that a later run would have to repeat.
  bool is_clean() const {
    return !has_warned_ && std::all_of(results_.begin(), results_.end(), [](const auto& result) {
      return result.outcome == StageOutcome::unchanged;
    });
  }

  /// What run_in_turn() would tell and return.
  Reproduction still_clean(const std::vector<CleanStage>& stages) {
    Reproduction done{Index::of_files(workspace_, {}), {}};
    Event plan;
    plan.kind = EventKind::plan_made;
    for (const auto& stage : stages)
      plan.stages.push_back(stage.address);
    emit(plan);
    Event event;
    event.kind = EventKind::stage_finished;
    event.outcome = StageOutcome::unchanged;
    done.results.resize(stages.size());
    for (std::size_t i = 0; i < stages.size(); ++i) {
      event.stage = stages[i].address;
      event.stage_kind = stages[i].kind;
      event.frozen = stages[i].frozen;
      emit(event);
      done.results[i].id = static_cast<StageId>(i);
      done.results[i].address = stages[i].address;
      done.results[i].outcome = StageOutcome::unchanged;
    }
    return done;
  }

  Index load() {
    workspace_.on_warning = [this](const std::string& text) {
      has_warned_ = true;
      if (on_warning_before_) on_warning_before_(text);
    };
    if (options_.selection.single_item && !options_.as_experiment) {
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

  /// Every request is understood, and can be met, before anything runs. A stage that runs alone
  /// has the machine to itself: then its request is not held against it.
  void read_requests() {
    jobs_ = options_.jobs;
    if (jobs_ == 0) jobs_ = std::max(1U, static_cast<unsigned>(Capacity::of_machine({}).cpus));
    if (options_.dry || options_.confirm) jobs_ = 1;
    for (const StageId id : plan_) {
      const Stage& stage = index_->stage(id);
      if (stage.meta.is_map()) requests_.emplace(id, parse_request(stage.meta, name(id)));
    }
    if (jobs_ == 1) return;
    pool_.emplace(Capacity::of_project(workspace_.dvc_dir, workspace_.environment));
    for (const auto& [id, request] : requests_) {
      const std::string refusal = pool_->refusal(request);
      if (refusal.empty()) continue;
      throw Error(Errc::invalid_argument, fmt::format("stage '{}' {}", name(id), refusal));
    }
  }

  /// Changed data is recorded before recorded data is brought in: the user's edits win.
  void prepare(StageRunner& runner, const std::vector<pipeline::Scope>& scopes) {
    for (const auto& scope : scopes) {
      if (index_->stage(scope.stage).is_data_source()) runner.record_data_source(scope.stage);
    }
    if (options_.dry) return;
    for (const auto& scope : scopes)
      runner.bring_outs(scope.stage);
  }

  /// Goes through the plan with `jobs_` threads, this one among them.
  void walk(StageRunner& runner) {
    results_.resize(plan_.size());
    if (jobs_ == 1) {
      for (std::size_t i = 0; i < plan_.size(); ++i)
        results_[i] = step(runner, i, {});
      return;
    }
    schedule_.emplace(plan_, graph_ ? &*graph_ : nullptr);
    const std::size_t helpers =
        std::min<std::size_t>(jobs_, plan_.size()) - (plan_.empty() ? 0 : 1);
    turn_.give_back();
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < helpers; ++i)
        threads.emplace_back([this, &runner] { work_in_turn(runner); });
      work_in_turn(runner);
    }
    turn_.rejoin();
    if (first_failure_) std::rethrow_exception(first_failure_->error);
  }

  void work_in_turn(StageRunner& runner) noexcept {
    try {
      turn_.rejoin();
      work(runner);
    } catch (...) {
      stop_after(plan_.size(), std::current_exception());
    }
    turn_.changed();
    turn_.give_back();
  }

  /// One thread's share, in its turn.
  void work(StageRunner& runner) {
    while (!schedule_->is_over()) {
      Grant grant;
      const auto position = schedule_->next([&](std::size_t i) {
        auto granted = pool_->try_take(request_of(plan_[i]));
        if (granted) grant = std::move(*granted);
        return granted.has_value();
      });
      if (!position) {
        turn_.wait_for_change();
        continue;
      }
      try {
        results_[*position] = step(runner, *position, grant);
      } catch (...) {
        stop_after(*position, std::current_exception());
      }
      pool_->give_back(grant);
      schedule_->finish(*position);
      turn_.changed();
    }
  }

  /// Running stages end; a broken callback or a cancelled run does not wait for them.
  void stop_after(std::size_t position, std::exception_ptr error) {
    schedule_->stop();
    try {
      std::rethrow_exception(error);
    } catch (const Error& known) {
      if (is_urgent(known)) abandon_.request();
    } catch (...) {
      abandon_.request();
    }
    // What follows from abandoning others is not what went wrong.
    const bool first =
        !first_failure_ || (!abandon_.requested() && position < first_failure_->position);
    if (first) first_failure_ = Failure{position, std::move(error)};
  }

  static bool is_urgent(const Error& error) {
    return error.code() == Errc::cancelled || error.code() == Errc::callback;
  }

  const Request& request_of(StageId id) const {
    static const Request nothing_special;
    const auto found = requests_.find(id);
    return found == requests_.end() ? nothing_special : found->second;
  }

  StageResult step(StageRunner& runner, std::size_t position, const Grant& grant) {
    const StageId id = plan_[position];
    if (skipped_[id]) return finish_without_running(id, StageOutcome::skipped, "");
    stop_if_requested(options_.cancel);
    try {
      const StageRunner::Task task{id,         position, forced_[id], request_of(id),
                                   grant.gpus, &abandon_};
      StageResult result = runner.reproduce(task);
      const bool passes_on = Reproduction::is_reproduced(result) || forced_[id];
      if (options_.force_downstream && passes_on && graph_) {
        for (const StageId next : graph_->downstream(id))
          forced_[next] = true;
      }
      return result;
    } catch (Error& error) {
      if (is_urgent(error)) throw;
      return handle_failure(id, error);
    }
  }

  /// In a catch block: of `error`.
  StageResult handle_failure(StageId id, Error& error) {
    finish_without_running(id, StageOutcome::failed, error.full_message());
    if (options_.on_error == OnError::fail) {
      error.add_context(fmt::format("failed to reproduce '{}'", name(id)));
      throw;  // what it is, and not a copy
    }
    if (failed_.empty()) exit_code_ = exit_code_of(error);
    failed_.push_back(id);
    const bool ignored = options_.on_error == OnError::ignore;
    warn(error.full_message() + (ignored ? " (ignored)" : ""));
    if (!ignored) skip_dependents(id);
    StageResult result;
    result.id = id;
    result.outcome = StageOutcome::failed;
    result.reason = error.full_message();
    result.address = name(id);
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
    result.address = name(id);
    result.outcome = outcome;
    result.reason = reason;
    Event event;
    event.kind = EventKind::stage_finished;
    event.stage = result.address;
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
    throw CommandError(fmt::format("failed to reproduce{} {}", names.size() > 1 ? " stages:" : "",
                                   quoted_list(names)),
                       exit_code_);
  }

  /// Tells the user (or Git, with core.autostage) about files that belong into Git.
  void track_files(const StageRunner& runner) {
    std::vector<std::string> files = runner.written_files();
    const auto ignore_files = ignores_.changed();
    files.insert(files.end(), ignore_files.begin(), ignore_files.end());
    run::track_files(workspace_, std::move(files), options_.on_event);
  }

  void tell_waiting() const { warn("waiting for another program to release the repository lock"); }

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
  std::mutex telling_;
  bool has_warned_ = false;  ///< Events alone tell.
  const ReproduceOptions options_;
  /// The workspace outlives this: it gets its own listener back.
  const std::function<void(const std::string&)> on_warning_before_;
  CleanRecord record_;
  IgnoreFiles ignores_;
  Turn turn_;
  unsigned jobs_ = 1;
  Index* index_ = nullptr;
  std::optional<Graph> graph_;
  std::vector<StageId> plan_;
  std::unordered_map<StageId, Request> requests_;  ///< Of stages with a `meta`.
  std::optional<ResourcePool> pool_;
  std::optional<Schedule> schedule_;
  std::vector<StageResult> results_;  ///< By position in the plan.
  std::vector<bool> forced_;
  std::vector<bool> skipped_;
  std::vector<StageId> failed_;
  int exit_code_ = 0;  ///< Of the first that failed, when others went on.
  CancelToken abandon_;
  std::optional<Failure> first_failure_;
};

}  // namespace

Reproduction reproduce(pipeline::Workspace& workspace, const ReproduceOptions& options) {
  return Session(workspace, options).run();
}

}  // namespace expcore::run
