#include <algorithm>
#include <cstdlib>
#include <memory>

#include "boundary.hpp"

namespace capi = expcore::capi;
using expcore::RunOptions;
using expcore::RunSummary;

struct exp_stages {
  struct Stage {
    expcore::StageInfo info;
    std::string command;
    std::vector<std::vector<const char*>> arrays;  ///< Each ends in NULL.
    exp_stage native{};
  };

  explicit exp_stages(std::vector<expcore::StageInfo> given) {
    stages.resize(given.size());  // texts are borrowed: nothing moves from here on
    for (size_t i = 0; i < given.size(); ++i)
      fill(stages[i], std::move(given[i]));
  }

  std::vector<Stage> stages;

 private:
  static void fill(Stage& stage, expcore::StageInfo given) {
    stage.info = std::move(given);
    const auto& info = stage.info;
    for (const auto& line : info.command)
      stage.command += (stage.command.empty() ? "" : "\n") + line;
    for (const auto* texts : {&info.command, &info.deps, &info.params, &info.outs, &info.metrics,
                              &info.plots, &info.upstream}) {
      auto& array = stage.arrays.emplace_back();
      for (const auto& text : *texts)
        array.push_back(text.c_str());
      array.push_back(nullptr);
    }
    const auto& arrays = stage.arrays;
    stage.native = {sizeof stage.native,
                    info.address.c_str(),
                    info.file.c_str(),
                    info.description.c_str(),
                    arrays[0].data(),
                    arrays[1].data(),
                    arrays[2].data(),
                    arrays[3].data(),
                    arrays[4].data(),
                    arrays[5].data(),
                    arrays[6].data(),
                    static_cast<int32_t>(info.kind),
                    info.frozen ? 1 : 0,
                    info.always_changed ? 1 : 0,
                    0};
  }
};

struct exp_pipeline_status {
  struct Stage {
    std::string address;
    std::vector<std::string> reasons;
  };
  std::vector<Stage> stages;
  size_t stage_count = 0;
};

namespace expcore::capi {

std::vector<std::string> to_strings(const char* const* texts) {
  std::vector<std::string> result;
  for (; texts != nullptr && *texts != nullptr; ++texts)
    result.emplace_back(*texts);
  return result;
}

char* copy_text(const std::string& text) {
  auto* copy = static_cast<char*>(std::malloc(text.size() + 1));  // NOLINT: exp_free() is free()
  if (copy == nullptr) throw std::bad_alloc();
  std::memcpy(copy, text.c_str(), text.size() + 1);
  return copy;
}

NativeEvent::NativeEvent(const Event& event) {
  for (const auto& stage : event.stages)
    stages_.push_back(stage.c_str());
  stages_.push_back(nullptr);
  native_.struct_size = sizeof native_;
  native_.kind = static_cast<int32_t>(event.kind);
  native_.outcome = static_cast<int32_t>(event.outcome);
  native_.stage = event.stage.c_str();
  native_.text = event.text.c_str();
  native_.text_size = event.text.size();
  native_.seconds = event.seconds;
  native_.done = event.done;
  native_.total = event.total;
  native_.stream = event.stream;
  native_.bytes_done = event.bytes_done;
  native_.bytes_total = event.bytes_total;
  native_.commit = event.commit.c_str();
  native_.stages = stages_.data();
  native_.stage_kind = static_cast<int32_t>(event.stage_kind);
  native_.frozen = event.frozen ? 1 : 0;
}

EventCallback to_callback(exp_event_cb callback, void* user_data) {
  if (callback == nullptr) return {};
  // Whoever wanted to stop is not called again by the threads that have not heard of it.
  return [=, stopped = std::make_shared<bool>(false)](const Event& event) {
    const NativeEvent out(event);
    if (!*stopped) *stopped = callback(&out.get(), user_data) != 0;
    if (*stopped) throw Error(Errc::callback, "stopped by the event callback");
  };
}

namespace {

std::string to_words(const char* what, const ChangeInfo& change) {
  if (!change.key.empty()) {
    return "param '" + change.key + "' in '" + change.path + "' " + change.state;
  }
  return std::string(what) + " '" + change.path + "' " + change.state;
}

std::vector<std::string> reasons_of(const StageStatus& status) {
  std::vector<std::string> reasons;
  if (status.command_changed) reasons.emplace_back("changed command");
  if (status.always_changed) reasons.emplace_back("always changed");
  for (const auto& dep : status.deps)
    reasons.push_back(to_words("dependency", dep));
  for (const auto& out : status.outs)
    reasons.push_back(to_words("output", out));
  return reasons;
}

StatusOptions to_status_options(const exp_status_options* given) {
  const exp_status_options options = read_options(given);
  check_flags(options.flags, EXP_STATUS_WITH_DEPS | EXP_STATUS_RECURSIVE);
  StatusOptions status;
  status.targets = to_strings(options.targets);
  status.with_deps = (options.flags & EXP_STATUS_WITH_DEPS) != 0;
  status.recursive = (options.flags & EXP_STATUS_RECURSIVE) != 0;
  status.on_event = to_callback(options.on_event, options.user_data);
  return status;
}

StageListOptions to_list_options(const exp_stage_list_options* given) {
  const exp_stage_list_options options = read_options(given);
  check_flags(options.flags, EXP_STAGE_LIST_ALL | EXP_STAGE_LIST_RECURSIVE | EXP_STAGE_LIST_FAIL);
  StageListOptions list;
  list.targets = to_strings(options.targets);
  list.all = (options.flags & EXP_STAGE_LIST_ALL) != 0;
  list.recursive = (options.flags & EXP_STAGE_LIST_RECURSIVE) != 0;
  list.fail = (options.flags & EXP_STAGE_LIST_FAIL) != 0;
  return list;
}

}  // namespace

RunOptions to_run_options(const exp_run_options* given) {
  const exp_run_options options = read_options(given);
  check_flags(options.flags, (EXP_RUN_PULL << 1U) - 1);
  const auto has = [&](uint32_t flag) { return (options.flags & flag) != 0; };
  RunOptions run;
  run.targets = to_strings(options.targets);
  run.force = has(EXP_RUN_FORCE);
  run.force_downstream = has(EXP_RUN_FORCE_DOWNSTREAM);
  run.single_item = has(EXP_RUN_SINGLE_ITEM);
  run.downstream = has(EXP_RUN_DOWNSTREAM);
  run.all_pipelines = has(EXP_RUN_ALL_PIPELINES);
  run.dry = has(EXP_RUN_DRY);
  run.no_commit = has(EXP_RUN_NO_COMMIT);
  run.no_run_cache = has(EXP_RUN_NO_RUN_CACHE);
  run.allow_missing = has(EXP_RUN_ALLOW_MISSING);
  run.pull = has(EXP_RUN_PULL);
  run.pipeline = has(EXP_RUN_PIPELINE);
  run.recursive = has(EXP_RUN_RECURSIVE);
  run.glob = has(EXP_RUN_GLOB);
  run.jobs = options.jobs == EXP_JOBS_PER_PROCESSOR ? 0 : std::max(options.jobs, 1U);
  run.on_error = has(EXP_RUN_IGNORE_ERRORS) ? OnError::ignore
                 : has(EXP_RUN_KEEP_GOING)  ? OnError::keep_going
                                            : OnError::fail;
  run.streams = has(EXP_RUN_INHERIT_STREAMS) ? CommandStreams::inherit : CommandStreams::capture;
  run.on_event = to_callback(options.on_event, options.user_data);
  run.confirm = to_confirm(options.on_confirm, options.user_data);
  if (options.cancel != nullptr) run.cancel = options.cancel->token;
  return run;
}

}  // namespace expcore::capi

extern "C" {

exp_status exp_pipeline_stages(exp_stages** out_stages, const exp_project* project,
                               exp_error** out_error) {
  if (out_stages != nullptr) *out_stages = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_stages, "out_stages");
    out = new exp_stages(capi::require(project, "project").project.pipeline().stages());
  });
}

exp_status exp_pipeline_list(exp_stages** out_stages, const exp_project* project,
                             const exp_stage_list_options* options, exp_error** out_error) {
  if (out_stages != nullptr) *out_stages = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_stages, "out_stages");
    const auto list = capi::to_list_options(options);
    out = new exp_stages(capi::require(project, "project").project.pipeline().list(list));
  });
}

void exp_stages_free(exp_stages* stages) { delete stages; }
size_t exp_stages_count(const exp_stages* stages) {
  return stages == nullptr ? 0 : stages->stages.size();
}
const char* exp_stages_address(const exp_stages* stages, size_t index) {
  return index < exp_stages_count(stages) ? stages->stages[index].info.address.c_str() : nullptr;
}
const exp_stage* exp_stages_get(const exp_stages* stages, size_t index) {
  return index < exp_stages_count(stages) ? &stages->stages[index].native : nullptr;
}
const char* exp_stages_command(const exp_stages* stages, size_t index) {
  return index < exp_stages_count(stages) ? stages->stages[index].command.c_str() : nullptr;
}

exp_status exp_pipeline_status_get(exp_pipeline_status** out_status, const exp_project* project,
                                   exp_error** out_error) {
  return exp_pipeline_status_with(out_status, project, nullptr, out_error);
}

exp_status exp_pipeline_status_with(exp_pipeline_status** out_status, const exp_project* project,
                                    const exp_status_options* options, exp_error** out_error) {
  if (out_status != nullptr) *out_status = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_status, "out_status");
    const auto wanted = capi::to_status_options(options);
    const auto found = capi::require(project, "project").project.pipeline().status(wanted);
    auto status = std::make_unique<exp_pipeline_status>();
    status->stage_count = found.stage_count;
    for (const auto& stage : found.stale)
      status->stages.push_back({stage.address, capi::reasons_of(stage)});
    out = status.release();
  });
}

void exp_pipeline_status_free(exp_pipeline_status* status) { delete status; }
size_t exp_pipeline_status_count(const exp_pipeline_status* status) {
  return status == nullptr ? 0 : status->stages.size();
}
const char* exp_pipeline_status_address(const exp_pipeline_status* status, size_t index) {
  return index < exp_pipeline_status_count(status) ? status->stages[index].address.c_str()
                                                   : nullptr;
}
const char* exp_pipeline_status_reason(const exp_pipeline_status* status, size_t index) {
  if (index >= exp_pipeline_status_count(status)) return nullptr;
  const auto& reasons = status->stages[index].reasons;
  return reasons.empty() ? "" : reasons.front().c_str();
}
size_t exp_pipeline_status_reason_count(const exp_pipeline_status* status, size_t index) {
  return index < exp_pipeline_status_count(status) ? status->stages[index].reasons.size() : 0;
}
const char* exp_pipeline_status_reason_at(const exp_pipeline_status* status, size_t index,
                                          size_t reason) {
  return reason < exp_pipeline_status_reason_count(status, index)
             ? status->stages[index].reasons[reason].c_str()
             : nullptr;
}
size_t exp_pipeline_status_stage_count(const exp_pipeline_status* status) {
  return status == nullptr ? 0 : status->stage_count;
}

exp_status exp_pipeline_explain_json(char** out_text, const exp_project* project,
                                     exp_error** out_error) {
  return exp_pipeline_explain_json_with(out_text, project, nullptr, out_error);
}

exp_status exp_pipeline_explain_json_with(char** out_text, const exp_project* project,
                                          const exp_status_options* options,
                                          exp_error** out_error) {
  if (out_text != nullptr) *out_text = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_text, "out_text");
    const auto wanted = capi::to_status_options(options);
    const auto explanation = capi::require(project, "project").project.pipeline().explain(wanted);
    out = capi::copy_text(explanation.json());
  });
}

exp_status exp_pipeline_dag(char** out_text, const exp_project* project, int32_t format,
                            const char* target, uint32_t flags, exp_error** out_error) {
  if (out_text != nullptr) *out_text = nullptr;
  return capi::guard(out_error, [&] {
    auto& out = capi::require(out_text, "out_text");
    if ((flags & ~(EXP_DAG_FULL | EXP_DAG_OUTS)) != 0) {
      throw expcore::Error(expcore::Errc::invalid_argument, "flags has bits that are not known");
    }
    if (format < EXP_DAG_TEXT || format > EXP_DAG_MERMAID) {
      throw expcore::Error(expcore::Errc::invalid_argument, "format is not one of EXP_DAG_*");
    }
    expcore::DagOptions options;
    if (target != nullptr) options.target = target;
    options.full = (flags & EXP_DAG_FULL) != 0;
    options.outs = (flags & EXP_DAG_OUTS) != 0;
    const expcore::Dag dag = capi::require(project, "project").project.pipeline().dag(options);
    out = capi::copy_text(format == EXP_DAG_DOT       ? dag.dot()
                          : format == EXP_DAG_MERMAID ? dag.mermaid()
                                                      : dag.text());
  });
}

exp_status exp_pipeline_run(exp_run_summary** out_summary, const exp_project* project,
                            const exp_run_options* options, exp_error** out_error) {
  if (out_summary != nullptr) *out_summary = nullptr;
  return capi::guard(out_error, [&] {
    const RunOptions run = capi::to_run_options(options);
    RunSummary summary = capi::require(project, "project").project.pipeline().run(run);
    if (out_summary != nullptr) *out_summary = new exp_run_summary{std::move(summary)};
  });
}

void exp_run_summary_free(exp_run_summary* summary) { delete summary; }
size_t exp_run_summary_count(const exp_run_summary* summary) {
  return summary == nullptr ? 0 : summary->summary.stages.size();
}
const char* exp_run_summary_address(const exp_run_summary* summary, size_t index) {
  return index < exp_run_summary_count(summary) ? summary->summary.stages[index].address.c_str()
                                                : nullptr;
}
int32_t exp_run_summary_outcome(const exp_run_summary* summary, size_t index) {
  return index < exp_run_summary_count(summary)
             ? static_cast<int32_t>(summary->summary.stages[index].outcome)
             : EXP_OUTCOME_NONE;
}
const char* exp_run_summary_reason(const exp_run_summary* summary, size_t index) {
  return index < exp_run_summary_count(summary) ? summary->summary.stages[index].reason.c_str()
                                                : nullptr;
}
double exp_run_summary_seconds(const exp_run_summary* summary, size_t index) {
  return index < exp_run_summary_count(summary) ? summary->summary.stages[index].seconds : 0;
}

}  // extern "C"
