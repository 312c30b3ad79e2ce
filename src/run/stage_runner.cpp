#include "run/stage_runner.hpp"

#include <algorithm>
#include <chrono>
#include <unistd.h>
#include <utility>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/cancel.hpp"
#include "base/text.hpp"
#include "cache/store.hpp"
#include "fs/file.hpp"
#include "fs/path.hpp"
#include "params/file.hpp"
#include "run/command_error.hpp"
#include "run/data_source.hpp"
#include "run/job.hpp"
#include "run/process_tree.hpp"

namespace expcore::run {

using pipeline::Dependency;
using pipeline::LockEntry;
using pipeline::LockItem;
using pipeline::OutKind;
using pipeline::Output;
using pipeline::ParamsDependency;
using pipeline::Stage;
using pipeline::StageId;

namespace {

[[noreturn]] void fail_missing_file(const std::string& path) {
  throw Error(Errc::not_found, fmt::format("[Errno 2] No such file or directory: '{}'", path));
}

/// Whether DVC would look this stage up in the run-cache at all.
bool has_run_cache_key(const Stage& stage, const std::string& root) {
  if (stage.always_changed || stage.command.is_null() || stage.outs.empty()) return false;
  if (stage.deps.empty() && stage.params.empty()) return false;
  const bool local_deps = std::all_of(stage.deps.begin(), stage.deps.end(), [](const auto& dep) {
    return dep.kind == Dependency::Kind::local;
  });
  return local_deps && std::all_of(stage.outs.begin(), stage.outs.end(), [&](const auto& out) {
           return !out.persist && fs::is_within(out.path, root);
         });
}

bool has_uncached_data(const Stage& stage) {
  return std::any_of(stage.outs.begin(), stage.outs.end(),
                     [](const auto& out) { return !out.cache && out.kind == OutKind::out; });
}

LockItem lock_item(const std::string& def_path, const cache::Content& content) {
  LockItem item;
  item.path = def_path;
  item.id = content.id;
  item.size = content.size;
  item.file_count = content.file_count;
  item.is_executable = content.is_executable;
  return item;
}

/// What the run-cache is asked for: the inputs, and the outputs by their paths alone.
yaml::Value with_out_paths(LockEntry inputs, const Stage& stage) {
  for (const auto& out : stage.outs) {
    LockItem item;
    item.path = out.def_path;
    inputs.outs.push_back(std::move(item));
  }
  return inputs.to_value();
}

/// What commands find in their environment besides the user's; "" when it is not set.
std::string setting_of(const ReproduceOptions& options, const char* name) {
  const auto found = options.extra_environment.find(name);
  return found == options.extra_environment.end() ? "" : found->second;
}

const cache::ObjectId& id_of(const cache::Scan& scan) { return scan.content.id; }
const cache::ObjectId& id_of(const cache::Content& content) { return content.id; }

/// What `look` finds with the hash kind recorded before: an unchanged 2.x entry stays one, a
/// changed one moves on to plain MD5.
template <class Look>
auto as_recorded(const LockItem* former, const Look& look) {
  if (former != nullptr && !former->id.empty() && former->id.kind == hash::FileHash::md5_dos2unix) {
    auto legacy = look(former->id.kind);
    if (!legacy || id_of(*legacy) == former->id) return legacy;
  }
  return look(hash::FileHash::md5);
}

void check_is_data(const std::string& path, const char* role, const std::string& shown) {
  const auto stat = fs::stat(path);
  if (!stat) {
    if (fs::exists(path)) fail_missing_file(path);
    throw Error(Errc::not_found, fmt::format("{} '{}' does not exist", role, shown));
  }
  if (stat->kind != fs::Kind::file && stat->kind != fs::Kind::directory) {
    throw Error(Errc::invalid_argument,
                fmt::format("{} '{}' is not a file or directory", role, shown));
  }
}

/// dvc.lock names parameters by strings.
void check_keys(const yaml::Map& values, const std::string& file) {
  for (const auto& [key, value] : values) {
    if (key.is_string()) continue;
    throw Error(Errc::invalid_argument,
                fmt::format("expected str @ data['params']['{}'][{}]", file, python_str(key)));
  }
}

bool is_text_file(const std::string& path) {
  return hash::is_text(std::string_view(fs::read_file(path)).substr(0, 512));
}

}  // namespace

std::string StageRunner::address(const Stage& stage) const {
  return pipeline::address(stage, workspace_.directory);
}

void StageRunner::emit(const Event& event) const {
  if (options_.on_event) options_.on_event(event);
}

void StageRunner::warn(const std::string& text) const {
  Event event;
  event.kind = EventKind::warning;
  event.text = text;
  emit(event);
}

namespace {

Event stage_event(EventKind kind, const Stage& stage, std::string address, StageOutcome outcome,
                  std::string reason) {
  Event event;
  event.kind = kind;
  event.stage = std::move(address);
  event.stage_kind = !stage.is_dvc_file() ? StageKind::pipeline
                     : stage.is_import()  ? StageKind::import
                                          : StageKind::data_source;
  event.frozen = stage.frozen;
  event.outcome = outcome;
  event.text = std::move(reason);
  return event;
}

}  // namespace

StageResult StageRunner::reproduce(const Task& task) {
  const auto start = std::chrono::steady_clock::now();
  const StageId id = task.id;
  const Stage& stage = index_.stage(id);
  if (stage.frozen && !stage.is_import()) {
    Event event = stage_event(EventKind::warning, stage, address(stage), StageOutcome::none, "");
    event.text = fmt::format(
        "stage: '{}' is frozen. Its dependencies are not going to be reproduced.", address(stage));
    emit(event);
  }
  StageResult result;
  result.id = id;
  result.address = address(stage);
  if (task.force) {
    result.reason = "forced";
  } else {
    result.reason = checker_.check(id, pipeline::Depth::first).first_reason();
    if (result.reason.empty()) {
      result.outcome = StageOutcome::unchanged;
    } else if (options_.pull && pull(id)) {
      result.outcome = StageOutcome::pulled;
    }
  }
  if (result.outcome == StageOutcome::none) {
    if (options_.confirm && !options_.confirm(address(stage))) {
      throw Error(Errc::stage_failed, "reproduction aborted by the user");
    }
    result.outcome = bring_up_to_date(task, result.reason);
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  Event event =
      stage_event(EventKind::stage_finished, stage, result.address, result.outcome, result.reason);
  event.seconds = result.seconds;
  emit(event);
  return result;
}

StageOutcome StageRunner::bring_up_to_date(const Task& task, const std::string& reason) {
  const Stage& stage = index_.stage(task.id);
  if (stage.frozen || stage.is_dvc_file()) return verify(task, reason);
  if (options_.dry) return run_stage(task, reason);

  std::vector<std::string> reads;
  std::vector<std::string> writes;
  for (const auto& dep : stage.deps) {
    if (dep.kind == Dependency::Kind::local) reads.push_back(dep.path);
  }
  for (const auto& params : stage.params)
    reads.push_back(params.path);
  for (const auto& out : stage.outs)
    writes.push_back(out.path);
  const RwLock lock(locks_, std::move(reads), std::move(writes));
  return run_stage(task, reason);
}

StageOutcome StageRunner::verify(const Task& task, const std::string& reason) {
  const StageId id = task.id;
  const Stage& stage = index_.stage(id);
  if (options_.dry) return StageOutcome::verified;
  emit(
      stage_event(EventKind::stage_started, stage, address(stage), StageOutcome::verified, reason));
  std::vector<std::string> missing;
  for (const auto& out : stage.outs) {
    if (!fs::exists(out.path)) missing.push_back(workspace_.shown(out.path));
  }
  if (!missing.empty()) {
    throw Error(Errc::not_found,
                fmt::format("missing data '{}': {}", missing.size() > 1 ? "sources" : "source",
                            join(missing, ", ")));
  }
  save(id, task.position, record_inputs(stage, index_.recorded(id)));
  return StageOutcome::verified;
}

StageOutcome StageRunner::run_stage(const Task& task, const std::string& reason) {
  const StageId id = task.id;
  const Stage& stage = index_.stage(id);
  const auto started = [&](StageOutcome outcome) {
    emit(stage_event(EventKind::stage_started, stage, address(stage), outcome, reason));
  };
  check_outs_can_be_stored(stage);
  std::optional<Flight> flight;  // until the outcome is in the run-cache
  std::string key;
  if (!task.force) {
    if (options_.pull && !options_.dry) pull_missing_deps(stage);
    // Before anything is removed: a run that cannot start must not cost the user's outputs.
    check_deps_exist(stage);
    if (restore(id)) {
      if (!options_.dry) {
        save(id, task.position, record_inputs(stage, index_.recorded(id)));
        return StageOutcome::cached;
      }
    } else if (!options_.dry) {
      LockEntry inputs = record_inputs(stage, index_.recorded(id));
      if (!options_.no_run_cache && is_run_cached(stage)) {
        key = cache::RunCache::key(with_out_paths(inputs, stage));
        flight = take_flight(task, key);
        if (const auto found = find_in_run_cache(stage, inputs)) {
          flight.reset();
          restore_entry(stage, *found);
          // As they were before the wait: what has changed since did not make these outputs.
          save(id, task.position, std::move(inputs));
          return StageOutcome::cached;
        }
      }
    }
  }
  auto share = options_.dry ? std::nullopt : take_share(task);
  started(StageOutcome::ran);
  if (options_.dry) {
    for (const auto& line : stage.command_lines()) {
      emit(
          stage_event(EventKind::command_started, stage, address(stage), StageOutcome::none, line));
    }
    return StageOutcome::ran;
  }
  run_attempts(task, {share ? &*share : nullptr, std::move(key)});
  share.reset();
  checker_.forget();
  save(id, task.position, record_inputs(stage, index_.recorded(id)));
  return StageOutcome::ran;
}

/// A stage that changed in nothing but data that is not there gets its outputs from the remote.
bool StageRunner::pull(StageId id) {
  const LockEntry* recorded = index_.recorded(id);
  if (recorded == nullptr) return false;
  checker_.set_allow_missing(true);
  const bool changed = checker_.check(id, pipeline::Depth::first).any();
  checker_.set_allow_missing(options_.allow_missing);
  if (changed) return false;
  const Stage& stage = index_.stage(id);
  emit(stage_event(EventKind::stage_started, stage, address(stage), StageOutcome::pulled, ""));
  checker_.forget();
  bool pulled = false;
  turn_.aside([&] { pulled = puller_.bring_outs(stage, *recorded); });
  if (!pulled) warn(fmt::format("Unable to pull data for stage: '{}'", address(stage)));
  return pulled;
}

void StageRunner::pull_missing_deps(const Stage& stage) {
  for (const auto& dep : stage.deps) {
    if (dep.kind != Dependency::Kind::local || fs::exists(dep.path)) continue;
    checker_.forget();
    puller_.bring_path(dep.path);
  }
}

void StageRunner::check_deps_exist(const Stage& stage) const {
  const bool probes_run_cache = has_run_cache_key(stage, workspace_.root);
  for (const auto& dep : stage.deps) {
    if (dep.kind != Dependency::Kind::local || fs::stat(dep.path)) continue;
    if (probes_run_cache || fs::exists(dep.path)) fail_missing_file(dep.path);
    throw Error(Errc::not_found,
                fmt::format("dependency '{}' does not exist", workspace_.shown(dep.path)));
  }
}

/// DVC finds this out only once the command has run, and has removed what was there before.
void StageRunner::check_outs_can_be_stored(const Stage& stage) const {
  for (const auto& out : stage.outs) {
    if (!out.cache || fs::is_within(out.path, workspace_.root)) continue;
    throw Error(Errc::invalid_argument,
                fmt::format("Saving cached external output {} is not supported since DVC 3.0. See "
                            "<https://dvc.org/doc/user-guide/upgrade> for more info.",
                            workspace_.shown(out.path)));
  }
}

void StageRunner::remove_outs(const Stage& stage) const {
  for (const auto& out : stage.outs) {
    if (out.persist) {
      if (fs::exists(out.path)) workspace_.store.unprotect(out.path);
    } else {
      fs::remove_tree(out.path);
    }
  }
}

void StageRunner::run_attempts(const Task& task, const Means& means) {
  const Stage& stage = index_.stage(task.id);
  for (std::int64_t left = task.request.retries;; --left) {
    remove_outs(stage);
    workspace_.state.pause();
    try {
      turn_.outside([&] {
        options_.engine == nullptr ? run_commands(task, means) : run_elsewhere(task, means);
      });
      return;
    } catch (const Error& error) {
      if (error.code() != Errc::stage_failed || left == 0) throw;
      warn(fmt::format("stage '{}': {}; trying again, {} {} left", address(stage),
                       error.full_message(), left, left == 1 ? "attempt" : "attempts"));
    }
  }
}

/// What commands find in their environment besides the user's.
pipeline::Environment StageRunner::settings_of(const Task& task, const Means& means) const {
  pipeline::Environment settings = options_.extra_environment;
  if (!workspace_.environment.contains("DVC_ROOT")) {
    settings.try_emplace("DVC_ROOT", workspace_.root);
  }
  settings["DVC_STAGE"] = address(index_.stage(task.id));
  if (means.share != nullptr) settings[share_variable] = ledger_.folder();
  if (means.share != nullptr && !ledger_.mark().empty()) {
    settings.try_emplace(attempt_variable, ledger_.mark());
  }
  const auto& gpus = means.share == nullptr ? task.gpus : means.share->gpus();
  if (!gpus.empty()) settings["CUDA_VISIBLE_DEVICES"] = join(gpus, ",");
  return settings;
}

void StageRunner::run_commands(const Task& task, const Means& means) {
  const Stage& stage = index_.stage(task.id);
  Command command;
  command.directory = stage.wdir;
  command.streams = options_.streams;
  command.environment = workspace_.environment;
  for (const auto& [name, value] : settings_of(task, means))
    command.environment[name] = value;
  for (const auto& line : stage.command_lines())
    run_line(task, command, line);
}

void StageRunner::tell_output(const Stage& stage, int stream, std::string_view bytes) const {
  Event event =
      stage_event(EventKind::output, stage, address(stage), StageOutcome::none, std::string(bytes));
  event.stream = stream;
  emit(event);
}

namespace {

CommandError command_error(const std::string& line, int code) {
  return {fmt::format("failed to run: {}, exited with {}", line, code), code};
}

}  // namespace

void StageRunner::run_line(const Task& task, Command& command, const std::string& line) {
  const Stage& stage = index_.stage(task.id);
  stop_if_requested(options_.cancel);
  emit(stage_event(EventKind::command_started, stage, address(stage), StageOutcome::none, line));
  stop_if_requested(
      options_.cancel);  // a handler that cancels at this event has not started the command
  command.argv = shell_argv(line, command.environment);
  const auto on_output = [&](int stream, std::string_view bytes) {
    tell_output(stage, stream, bytes);
  };
  Limits limits;
  limits.cancel = options_.cancel;
  limits.abandon = task.abandon;
  limits.timeout = task.request.timeout;
  ExitStatus status;
  try {
    status = run_command(command, on_output, limits);
  } catch (const Error& error) {
    if (error.code() != Errc::stage_failed) throw;
    throw Error(Errc::stage_failed,
                fmt::format("failed to run: {}, {}", line, error.full_message()));
  }
  if (status.code != 0) throw command_error(line, status.code);
}

namespace {

/// What people and engines may see of a name.
std::string plain_name(std::string text) {
  for (char& c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '-';
    if (!plain) c = '_';
  }
  return text;
}

}  // namespace

/// The stage's commands as a job of the engine.
void StageRunner::run_elsewhere(const Task& task, const Means& means) {
  const Stage& stage = index_.stage(task.id);
  const Request& request = task.request;
  JobWish wish;
  wish.root = workspace_.root;
  wish.mark = setting_of(options_, attempt_variable);
  wish.may_attach = !means.key.empty();
  const std::string id =
      means.key.empty() ? fmt::format("{}-{}", wish.mark, task.position) : means.key;
  wish.folder = fs::join(jobs_folder(workspace_), id);
  wish.job.name =
      plain_name(fmt::format("{}.{}", setting_of(options_, "DVC_EXP_NAME"), address(stage)));
  wish.job.directory = stage.wdir;
  wish.job.cpus = request.cpus;
  wish.job.memory = request.memory;
  wish.job.gpus = request.gpus;
  wish.job.timeout = request.timeout;
  wish.script.directory = stage.wdir;
  wish.script.settings = settings_of(task, means);
  wish.script.settings.erase(attempt_variable);  // the job is not to end with this process
  const auto lines = stage.command_lines();
  for (const auto& line : lines) {
    stop_if_requested(options_.cancel);
    emit(stage_event(EventKind::command_started, stage, address(stage), StageOutcome::none, line));
    wish.script.commands.push_back(shell_argv(line, workspace_.environment));
  }
  JobListener listener;
  listener.on_output = [&](int stream, std::string_view bytes) {
    tell_output(stage, stream, bytes);
  };
  listener.on_warning = [&](const std::string& text) { warn(text); };
  listener.on_attach = [&](const std::string& job) {
    warn(fmt::format("stage '{}': job {} of a former attempt goes on", address(stage), job));
  };
  listener.limits.cancel = options_.cancel;
  listener.limits.abandon = task.abandon;
  listener.limits.timeout = request.timeout;
  JobEnd end;
  try {
    end = run_job(*options_.engine, std::move(wish), listener);
  } catch (const Error& error) {
    if (error.code() != Errc::stage_failed) throw;
    throw Error(Errc::stage_failed,
                fmt::format("failed to run: {}, {}", join(lines, "; "), error.full_message()));
  }
  if (end.code != 0) throw command_error(lines.at(end.command), end.code);
  if (end.root != workspace_.root) adopt_outs(stage, end.root);
}

/// What a job made in another folder of ours.
void StageRunner::adopt_outs(const Stage& stage, const std::string& root) const {
  for (const auto& out : stage.outs) {
    const std::string made = fs::join(root, fs::relative(out.path, workspace_.root));
    if (!fs::exists(made)) continue;  // told when it is looked for
    fs::remove_tree(out.path);
    fs::make_directories(fs::parent(out.path));
    fs::rename(made, out.path);
  }
}

bool StageRunner::is_restorable(const Stage& stage, const LockEntry& entry) {
  if (options_.pull) return puller_.fetch_outs(stage, entry);
  return std::all_of(stage.outs.begin(), stage.outs.end(), [&](const Output& out) {
    const LockItem* item = entry.out(out.def_path);
    return item != nullptr && !item->id.empty() &&
           workspace_.store.contains_all(item->id, item->size.value_or(-1));
  });
}

bool StageRunner::restore(StageId id) {
  const Stage& stage = index_.stage(id);
  if (!has_run_cache_key(stage, workspace_.root)) return false;
  const LockEntry* recorded = index_.recorded(id);

  pipeline::Staleness staleness;
  if (recorded != nullptr) staleness = checker_.check(id, pipeline::Depth::all);
  const bool inputs_as_recorded = recorded != nullptr && !staleness.command &&
                                  staleness.deps.empty() && staleness.params.empty();
  if (inputs_as_recorded) {
    const bool complete = std::all_of(stage.outs.begin(), stage.outs.end(), [&](const Output& out) {
      const LockItem* item = recorded->out(out.def_path);
      return item != nullptr && !item->id.empty();
    });
    if (complete) return is_restorable(stage, *recorded) && restore_entry(stage, *recorded);
  }
  if (options_.no_run_cache) return false;
  const auto found = find_in_run_cache(stage, record_inputs(stage, recorded));
  return found && restore_entry(stage, *found);
}

/// Whether what the stage makes will be found by its inputs.
bool StageRunner::is_run_cached(const Stage& stage) const {
  return !options_.no_commit && has_run_cache_key(stage, workspace_.root) &&
         !has_uncached_data(stage);
}

std::optional<LockEntry> StageRunner::find_in_run_cache(const Stage& stage, LockEntry inputs) {
  const auto found = workspace_.run_cache.find(
      with_out_paths(std::move(inputs), stage),
      [&](const yaml::Value& entry) { return is_restorable(stage, LockEntry::from_value(entry)); },
      [&](const std::string& path) {
        warn(fmt::format("corrupted cache file '{}'.", workspace_.shown(path)));
      });
  if (!found) return std::nullopt;
  return LockEntry::from_value(*found);
}

/// The same run may be under way for another task, in this process or elsewhere.
Flight StageRunner::take_flight(const Task& task, const std::string& key) {
  const Stage& stage = index_.stage(task.id);
  const std::string name = setting_of(options_, "DVC_EXP_NAME");
  if (auto free = Flight::try_take(workspace_.flights, key, name)) return std::move(*free);
  std::optional<Flight> flight;
  Flight::Waiting waiting;
  waiting.cancel = options_.cancel;
  waiting.abandon = task.abandon;
  waiting.on_wait = [&](const std::string& who) {
    emit(stage_event(EventKind::stage_shared, stage, address(stage), StageOutcome::none, who));
  };
  workspace_.state.pause();
  turn_.outside([&] { flight = Flight::take(workspace_.flights, key, name, waiting); });
  checker_.forget();
  return std::move(*flight);
}

namespace {

/// By which the next run knows what a dead one's stage has left running, and has to end before it
/// takes what that used. Nothing of our own inside of an attempt: its processes keep its mark.
std::string mark_of(const pipeline::Workspace& workspace, const ReproduceOptions& options) {
  auto mark = setting_of(options, attempt_variable);
  if (!mark.empty() || workspace.environment.contains(attempt_variable)) return mark;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return fmt::format("run-{}.{}", ::getpid(), now.count());
}

}  // namespace

Ledger::Options StageRunner::ledger_options(const pipeline::Workspace& workspace,
                                            const ReproduceOptions& options) {
  // Slots belong to the project whose flights they share.
  const std::string shared = fs::parent(workspace.flights);
  return {fs::join(shared, "ledger"),
          [&workspace, dvc_dir = fs::parent(fs::parent(shared))] {
            return Capacity::of_project(dvc_dir, workspace.environment);
          },
          setting_of(options, "DVC_EXP_NAME"), mark_of(workspace, options)};
}

/// What is shared out here: an engine that gives jobs their processors, memory and GPUs leaves
/// tokens and mutexes to us.
Request StageRunner::request_here(const Request& request) const {
  if (options_.engine == nullptr || !options_.engine->capabilities.shares_out) return request;
  Request here = request;
  here.cpus = 0;
  here.says_cpus = false;
  here.memory = 0;
  here.gpus = 0;
  return here;
}

/// What a stage's command runs itself in the same project takes part of that stage's share.
bool StageRunner::takes_share(const Request& request) const {
  const bool is_anywhere = options_.engine != nullptr && options_.engine->capabilities.shares_out;
  if ((!options_.is_queued || is_anywhere) && request.asks_for_nothing()) return false;
  const auto outer = workspace_.environment.find(share_variable);
  return outer == workspace_.environment.end() || outer->second != ledger_.folder();
}

std::optional<Share> StageRunner::take_share(const Task& task) {
  const Request request = request_here(task.request);
  if (!takes_share(request)) return std::nullopt;
  if (auto share = ledger_.try_take(request)) return share;
  const Stage& stage = index_.stage(task.id);
  std::optional<Share> share;
  Ledger::Waiting waiting;
  waiting.cancel = options_.cancel;
  waiting.abandon = task.abandon;
  waiting.on_wait = [&](const std::string& lacks) {
    emit(stage_event(EventKind::stage_waiting, stage, address(stage), StageOutcome::none, lacks));
  };
  workspace_.state.pause();
  turn_.outside([&] { share.emplace(ledger_.take(request, waiting)); });
  checker_.forget();
  return share;
}

bool StageRunner::restore_entry(const Stage& stage, const LockEntry& entry) {
  emit(stage_event(EventKind::stage_started, stage, address(stage), StageOutcome::cached, ""));
  if (options_.dry) return true;
  checker_.forget();
  for (const auto& out : stage.outs) {
    const LockItem* item = entry.out(out.def_path);
    turn_.aside([&] {
      workspace_.store.checkout(out.path, item->wanted(), workspace_.ignore,
                                out.cache ? cache::As::configured : cache::As::copy);
    });
  }
  return true;
}

std::optional<cache::Scan> StageRunner::scan(const std::string& path, const LockItem* former,
                                             bool is_to_be_stored) {
  std::optional<cache::Scan> scan;
  turn_.aside([&] {
    scan = as_recorded(options_.upgrade_hashes ? nullptr : former, [&](hash::FileHash kind) {
      if (is_to_be_stored && kind == hash::FileHash::md5) {
        return workspace_.store.scan_to_add(path, workspace_.ignore);
      }
      return cache::scan(path, kind, workspace_.state, workspace_.ignore, &workspace_.meter);
    });
  });
  return scan;
}

std::optional<cache::Content> StageRunner::content(const std::string& path,
                                                   const LockItem* former) {
  std::optional<cache::Content> content;
  turn_.aside([&] {
    content = as_recorded(options_.upgrade_hashes ? nullptr : former, [&](hash::FileHash kind) {
      return cache::content_at(path, kind, workspace_.state, workspace_.ignore, &workspace_.meter);
    });
  });
  return content;
}

std::string StageRunner::missing_params(const ParamsDependency& params) {
  std::vector<std::string> quoted;
  const yaml::Value* values = checker_.params_file(params);
  for (const auto& key : params.keys) {
    if (values == nullptr || params::find(*values, key) == nullptr) quoted.push_back(key);
  }
  if (quoted.empty()) return {};
  return fmt::format("Parameters '{}' are missing from '{}'.", join(quoted, ", "),
                     workspace_.shown(params.path));
}

LockEntry StageRunner::record_inputs(const Stage& stage, const LockEntry* former) {
  LockEntry entry;
  entry.command = stage.command;
  for (const auto& dep : stage.deps) {
    const LockItem* before = former == nullptr ? nullptr : former->dep(dep.def_path);
    if (dep.kind != Dependency::Kind::local) {
      LockItem kept;
      kept.path = dep.def_path;
      entry.deps.push_back(before == nullptr ? kept : *before);
      continue;
    }
    const std::string shown = workspace_.shown(dep.path);
    check_is_data(dep.path, "dependency", shown);
    const auto found = content(dep.path, before);
    if (!found) {
      throw Error(Errc::not_found, fmt::format("dependency '{}' does not exist", shown));
    }
    if (found->size == 0) warn(fmt::format("'{}' is empty.", shown));
    entry.deps.push_back(lock_item(dep.def_path, *found));
  }
  for (const auto& params : stage.params) {
    const yaml::Value* values = checker_.params_file(params);
    if (!params.whole_file) {
      const std::string missing = missing_params(params);
      if (!missing.empty()) throw Error(Errc::not_found, missing);
    } else if (values == nullptr) {
      throw Error(Errc::not_found,
                  fmt::format("dependency '{}' does not exist", workspace_.shown(params.path)));
    }
    yaml::Map recorded;
    if (params.whole_file) {
      recorded = values->is_map() ? values->map() : yaml::Map();
      check_keys(recorded, params.def_path);
    } else {
      for (const auto& key : params.keys)
        recorded.append(key, *params::find(*values, key));
    }
    entry.params.emplace_back(params.def_path, std::move(recorded));
  }
  return entry;
}

void StageRunner::save_outs(const Stage& stage, std::size_t rank, const LockEntry* former,
                            LockEntry& entry) {
  const bool keep_uncached = is_run_cached(stage);
  std::vector<cache::Scan> scans;
  for (const auto& out : stage.outs) {
    const std::string shown = workspace_.shown(out.path);
    check_is_data(out.path, "output", shown);
    const LockItem* before = former == nullptr ? nullptr : former->out(out.def_path);
    const bool is_to_be_stored = !options_.no_commit && (out.cache || keep_uncached);
    auto found = scan(out.path, before, is_to_be_stored);
    if (!found) throw Error(Errc::not_found, fmt::format("output '{}' does not exist", shown));
    if (found->content.size == 0) warn(fmt::format("'{}' is empty.", shown));
    if (out.cache) ignores_.add(out.path, rank);
    if (out.kind == OutKind::metric && !found->manifest && !is_text_file(out.path)) {
      throw Error(Errc::invalid_argument,
                  fmt::format("binary file '{}' cannot be used as metrics.", out.path));
    }
    entry.outs.push_back(lock_item(out.def_path, found->content));
    scans.push_back(std::move(*found));
  }
  if (!options_.no_commit) turn_.aside([&] { store_outs(stage, scans); });
}

void StageRunner::store_outs(const Stage& stage, const std::vector<cache::Scan>& scans) {
  const bool keep_uncached = is_run_cached(stage);
  for (std::size_t i = 0; i < scans.size(); ++i) {
    const Output& out = stage.outs[i];
    if (!out.cache && !keep_uncached) continue;
    workspace_.store.add(out.path, scans[i]);
    if (out.cache && !options_.no_relink) {
      workspace_.store.relink(out.path, scans[i], scans[i].content.is_executable);
    }
  }
}

void StageRunner::save(StageId id, std::size_t rank, LockEntry entry) {
  const auto use = workspace_.store.use();
  store(id, rank, entry);
  write(id, rank, std::move(entry));
}

void StageRunner::store(StageId id, std::size_t rank, LockEntry& entry) {
  checker_.forget();
  const Stage& stage = index_.stage(id);
  save_outs(stage, rank, index_.recorded(id), entry);
  for (std::size_t i = 0; i < stage.outs.size(); ++i)
    workspace_.note_made(stage.outs[i].path, entry.outs[i].id);
  if (is_run_cached(stage)) workspace_.run_cache.save(entry.to_value());
}

void StageRunner::write(StageId id, std::size_t rank, LockEntry entry) {
  if (index_.stage(id).is_dvc_file()) {
    write_dvc_file(id, std::move(entry));
  } else {
    write_lock(id, rank, std::move(entry));
  }
}

void StageRunner::write_lock(StageId id, std::size_t rank, LockEntry entry) {
  const Stage& stage = index_.stage(id);
  const std::string path = stage.lock_file();
  const auto change = lock_writer_.set(stage, std::move(entry), rank);
  Event event;
  event.text = workspace_.shown(path);
  if (change == pipeline::LockFile::Change::created) {
    event.kind = EventKind::lock_created;
    emit(event);
  }
  if (change == pipeline::LockFile::Change::none) return;
  event.kind = EventKind::lock_updated;
  emit(event);
  written_files_.push_back(path);
}

void StageRunner::record_data_source(StageId id) {
  const Stage& stage = index_.stage(id);
  const bool present = std::all_of(stage.outs.begin(), stage.outs.end(),
                                   [](const Output& out) { return fs::exists(out.path); });
  if (!present || !checker_.check(id, pipeline::Depth::first).any()) return;
  save(id, 0, record_inputs(stage, index_.recorded(id)));
}

LockEntry StageRunner::take(StageId id) {
  LockEntry entry = record_inputs(index_.stage(id), index_.recorded(id));
  store(id, 0, entry);
  return entry;
}

void StageRunner::record(StageId id, LockEntry entry) { write(id, 0, std::move(entry)); }

void StageRunner::bring_outs(StageId id) {
  const Stage& stage = index_.stage(id);
  const LockEntry* entry = index_.recorded(id);
  for (const auto& out : stage.outs) {
    if (!out.cache) continue;
    const LockItem* item = entry == nullptr ? nullptr : entry->out(out.def_path);
    if (item == nullptr || item->id.empty()) {
      if (unknown_outs_.insert(out.path).second) {
        warn(fmt::format("No file hash info found for '{}'. It won't be created.", out.path));
      }
    } else if (workspace_.store.contains_all(item->id, item->size.value_or(-1))) {
      checker_.forget();
      workspace_.store.checkout(out.path, item->wanted(), workspace_.ignore);
    }
  }
}

void StageRunner::write_dvc_file(StageId id, LockEntry entry) {
  const Stage& stage = index_.stage(id);
  fs::write_atomic(stage.file, updated_dvc_file(fs::read_file(stage.file), entry),
                   fs::Durability::full);
  written_files_.push_back(stage.file);
  index_.set_recorded(id, std::move(entry));
}

}  // namespace expcore::run
