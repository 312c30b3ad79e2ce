#include <algorithm>
#include <numeric>

#include <expcore/error.hpp>
#include <expcore/pipeline.hpp>
#include <fmt/format.h>

#include "api/impl.hpp"
#include "base/event.hpp"
#include "base/text.hpp"
#include "fs/path.hpp"
#include "pipeline/graph.hpp"
#include "pipeline/index.hpp"
#include "pipeline/scopes.hpp"
#include "pipeline/staleness.hpp"
#include "pipeline/targets.hpp"
#include "run/reproduce.hpp"
#include "yaml/writer.hpp"

namespace expcore {

Pipeline::Pipeline(const Project& project) : impl_(new Impl{project.impl_}) {}
Pipeline::Pipeline(Pipeline&&) noexcept = default;
Pipeline& Pipeline::operator=(Pipeline&&) noexcept = default;
Pipeline::~Pipeline() = default;

namespace {

StageKind kind_of(const pipeline::Stage& stage) {
  if (!stage.is_dvc_file()) return StageKind::pipeline;
  return stage.is_import() ? StageKind::import : StageKind::data_source;
}

/// Source: DVC dvc/commands/stage.py generate_description().
std::string description_of(const pipeline::Stage& stage) {
  for (const auto line : python_splitlines(stage.desc)) {
    if (!line.empty()) return std::string(trim(line));
  }
  std::vector<std::string> outs;
  std::vector<std::string> reports;
  for (const auto& out : stage.outs)
    (out.kind == pipeline::OutKind::out ? outs : reports).push_back(out.def_path);
  std::vector<std::string> deps;
  for (const auto& dep : stage.deps)
    deps.push_back(dep.def_path);
  for (const auto& params : stage.params)
    deps.push_back(params.def_path);
  if (stage.outs.empty()) {
    return deps.empty() ? "No outputs or dependencies" : "Depends on " + join(deps, ", ");
  }
  std::vector<std::string> parts;
  if (!outs.empty()) parts.push_back("Outputs " + join(outs, ", "));
  if (!reports.empty()) parts.push_back("Reports " + join(reports, ", "));
  return join(parts, "; ");
}

StageInfo describe(const pipeline::Workspace& workspace, const pipeline::Stage& stage) {
  StageInfo info;
  info.address = address(stage, workspace.directory);
  info.file = fs::relative(stage.file, workspace.directory);
  info.kind = kind_of(stage);
  if (stage.command.is_list()) {
    for (const auto& item : stage.command.list())
      info.command.push_back(python_str(item));
  } else if (!stage.command.is_null()) {
    info.command.push_back(python_str(stage.command));
  }
  for (const auto& dep : stage.deps)
    info.deps.push_back(workspace.shown(dep.path));
  for (const auto& params : stage.params) {
    const std::string file = workspace.shown(params.path);
    if (params.whole_file) info.params.push_back(file);
    for (const auto& key : params.keys)
      info.params.push_back(file + ":" + key);
  }
  for (const auto& out : stage.outs) {
    auto& list = out.kind == pipeline::OutKind::metric ? info.metrics
                 : out.kind == pipeline::OutKind::plot ? info.plots
                                                       : info.outs;
    list.push_back(workspace.shown(out.path));
  }
  info.frozen = stage.frozen;
  info.always_changed = stage.always_changed;
  info.description = description_of(stage);
  return info;
}

StageStatus to_status(const pipeline::Workspace& workspace, const pipeline::Stage& stage,
                      const pipeline::Staleness& staleness) {
  StageStatus status;
  status.address = address(stage, workspace.directory);
  status.kind = kind_of(stage);
  status.command_changed = staleness.command;
  status.always_changed = staleness.always;
  for (const auto& dep : staleness.deps) {
    status.deps.push_back({dep.path, "", std::string(change_name(dep.change))});
  }
  for (const auto& params : staleness.params) {
    if (params.keys.empty()) {
      status.deps.push_back({params.file, "", std::string(change_name(params.whole))});
    }
    for (const auto& [key, change] : params.keys) {
      status.deps.push_back({params.file, key, std::string(change_name(change))});
    }
  }
  for (const auto& out : staleness.outs) {
    status.outs.push_back({out.path, "", std::string(change_name(out.change))});
  }
  return status;
}

}  // namespace

namespace api {

std::function<void(const std::string&)> warnings_to(const EventCallback& on_event) {
  if (!on_event) return {};
  return [&on_event](const std::string& text) { tell_warning(on_event, text); };
}

run::ReproduceOptions to_internal(const RunOptions& options, const std::string& command_line) {
  run::ReproduceOptions result;
  result.selection.targets = options.targets;
  result.selection.recursive = options.recursive;
  result.selection.glob = options.glob;
  result.selection.single_item = options.single_item && !options.pipeline && !options.all_pipelines;
  result.selection.pipeline = options.pipeline;
  result.selection.all_pipelines = options.all_pipelines;
  result.selection.downstream = options.downstream && !options.pipeline && !options.all_pipelines;
  result.force = options.force;
  result.force_downstream = options.force_downstream;
  result.dry = options.dry;
  result.no_commit = options.no_commit;
  result.no_run_cache = options.no_run_cache;
  result.allow_missing = options.allow_missing;
  result.pull = options.pull;
  result.jobs = options.jobs;
  result.on_error = static_cast<run::OnError>(options.on_error);
  result.streams =
      options.streams == CommandStreams::inherit ? run::Streams::inherit : run::Streams::capture;
  result.command_line = command_line;
  result.on_event = options.on_event;
  result.cancel = options.cancel ? &*options.cancel : nullptr;
  result.confirm = options.confirm;
  return result;
}

RunSummary summarize(const run::Reproduction& reproduction) {
  RunSummary summary;
  for (const auto& result : reproduction.results) {
    summary.stages.push_back({result.address, result.outcome, result.reason, result.seconds});
  }
  return summary;
}

}  // namespace api

std::size_t RunSummary::reproduced() const {
  return static_cast<std::size_t>(
      std::count_if(stages.begin(), stages.end(), [](const StageRun& stage) {
        return stage.outcome == StageOutcome::ran || stage.outcome == StageOutcome::cached ||
               stage.outcome == StageOutcome::verified;
      }));
}

std::vector<StageInfo> Pipeline::stages() const {
  const auto workspace = impl_->project->open();
  const auto index = pipeline::Index::collect(*workspace);
  const pipeline::Graph graph(index, workspace->directory);
  std::vector<StageInfo> infos;
  for (pipeline::StageId id = 0; id < index.stages().size(); ++id) {
    StageInfo info = describe(*workspace, index.stage(id));
    for (const auto upstream : graph.upstream(id)) {
      info.upstream.push_back(address(index.stage(upstream), workspace->directory));
    }
    infos.push_back(std::move(info));
  }
  return infos;
}

std::vector<StageInfo> Pipeline::list(const StageListOptions& options) const {
  const auto workspace = impl_->project->open();
  pipeline::Selection selection;
  selection.targets = options.targets;
  selection.recursive = options.recursive;
  const auto load = [&] {
    if (!options.all && !options.recursive) {
      return pipeline::Index::of_files(*workspace, files_of_targets(*workspace, selection));
    }
    return options.fail ? pipeline::Index::collect(*workspace)
                        : pipeline::Index::collect_loadable(*workspace);
  };
  const auto index = load();
  std::vector<pipeline::StageId> ids(index.stages().size());
  std::iota(ids.begin(), ids.end(), 0U);
  if (!options.all) {
    std::optional<pipeline::Graph> graph;
    if (options.recursive) graph.emplace(index, workspace->directory);
    ids = resolve_targets(*workspace, index, graph ? &*graph : nullptr, selection);
  }
  std::vector<StageInfo> infos;
  for (const auto id : ids)
    infos.push_back(describe(*workspace, index.stage(id)));
  return infos;
}

namespace {

/// What a status is asked of.
struct Selected {
  pipeline::Index index;
  std::vector<pipeline::Scope> scopes;
};

Selected select(pipeline::Workspace& workspace, const StatusOptions& options) {
  Selected selected{pipeline::Index::collect(workspace), {}};
  selected.scopes = pipeline::collect_scopes(workspace, selected.index, options.targets,
                                             {options.with_deps, options.recursive});
  return selected;
}

/// Leaves the outputs that the scope is about.
void narrow(pipeline::Staleness& staleness, const pipeline::Workspace& workspace,
            const pipeline::Scope& scope) {
  std::erase_if(staleness.outs, [&](const pipeline::PathChange& out) {
    return !scope.covers(fs::absolute(workspace.directory, out.path));
  });
}

/// Which of the stages before it a stage reads from, with the path it names.
std::vector<InheritedReason> inherited_by(const pipeline::Workspace& workspace,
                                          const pipeline::Index& index,
                                          const std::vector<pipeline::StageId>& runners,
                                          const pipeline::Stage& stage) {
  std::vector<InheritedReason> reasons;
  const auto look = [&](const pipeline::PathRef& ref) {
    for (const auto id : runners) {
      const auto& outs = index.stage(id).outs;
      const bool makes_it = std::any_of(outs.begin(), outs.end(), [&](const auto& out) {
        return fs::is_within(out.path, ref.path) || fs::is_within(ref.path, out.path);
      });
      if (!makes_it) continue;
      reasons.push_back({workspace.shown(ref.path), address(index.stage(id), workspace.directory)});
    }
  };
  for (const auto& dep : stage.deps)
    look(dep);
  for (const auto& params : stage.params)
    look(params);
  return reasons;
}

}  // namespace

PipelineStatus Pipeline::status(const StatusOptions& given) const {
  const auto options = impl_->project->with_log_in(given);
  const auto workspace = impl_->project->open();
  workspace->on_warning = api::warnings_to(options.on_event);
  auto selected = select(*workspace, options);
  pipeline::Checker checker(*workspace, selected.index);
  PipelineStatus result;
  result.stage_count = selected.index.stages().size();
  for (const auto& scope : selected.scopes) {
    const auto id = scope.stage;
    const auto& stage = selected.index.stage(id);
    if (stage.frozen && !stage.is_import() && options.on_event) {
      tell_warning(
          options.on_event,
          fmt::format("stage: '{}' is frozen. Its dependencies are not going to be shown in "
                      "the status output.",
                      address(stage, workspace->directory)));
    }
    auto staleness = checker.check(id, pipeline::Depth::all);
    narrow(staleness, *workspace, scope);
    if (staleness.any()) result.stale.push_back(to_status(*workspace, stage, staleness));
  }
  return result;
}

PipelineExplanation Pipeline::explain(const StatusOptions& given) const {
  const auto options = impl_->project->with_log_in(given);
  const auto workspace = impl_->project->open();
  workspace->on_warning = api::warnings_to(options.on_event);
  auto selected = select(*workspace, options);
  const pipeline::Graph graph(selected.index, workspace->directory);
  std::vector<pipeline::StageId> asked;
  for (const auto& scope : selected.scopes)
    asked.push_back(scope.stage);
  // What a run would go through: upstream stages included.
  const auto order = plan_order(selected.index, graph, asked, {});
  pipeline::Checker checker(*workspace, selected.index);
  PipelineExplanation result;
  std::vector<bool> runs(selected.index.stages().size());
  for (const auto id : order) {
    const auto& stage = selected.index.stage(id);
    StageExplanation explanation;
    explanation.address = address(stage, workspace->directory);
    auto staleness = checker.check(id, pipeline::Depth::all);
    if (stage.frozen) staleness.always = false;
    explanation.direct = staleness.reasons();
    if (!stage.frozen) {
      std::vector<pipeline::StageId> runners;
      for (const auto upstream : graph.upstream(id)) {
        if (runs[upstream]) runners.push_back(upstream);
      }
      explanation.inherited = inherited_by(*workspace, selected.index, runners, stage);
    }
    if (explanation.direct.empty() && explanation.inherited.empty()) continue;
    runs[id] = !stage.frozen && !stage.is_dvc_file();
    result.stages.push_back(std::move(explanation));
  }
  return result;
}

std::pair<std::vector<std::string>, std::string> PipelineExplanation::chain_of(
    const StageExplanation& stage) const {
  std::pair<std::vector<std::string>, std::string> chain;
  const StageExplanation* at = &stage;
  while (at->direct.empty() && !at->inherited.empty()) {
    const std::string& next = at->inherited.front().stage;
    const auto found = std::find_if(stages.begin(), stages.end(),
                                    [&](const auto& other) { return other.address == next; });
    if (found == stages.end()) break;
    chain.first.push_back(next);
    at = &*found;
  }
  if (!at->direct.empty()) chain.second = at->direct.front();
  return chain;
}

std::string PipelineExplanation::json() const {
  yaml::List list;
  for (const auto& stage : stages) {
    yaml::List direct(stage.direct.begin(), stage.direct.end());
    yaml::List inherited;
    for (const auto& reason : stage.inherited) {
      yaml::Map item;
      item.append("path", reason.path);
      item.append("stage", reason.stage);
      inherited.emplace_back(std::move(item));
    }
    yaml::Map item;
    item.append("stage", stage.address);
    item.append("direct", std::move(direct));
    item.append("inherited", std::move(inherited));
    list.emplace_back(std::move(item));
  }
  return yaml::dump_json(std::move(list));
}

RunSummary Pipeline::run(const RunOptions& given) const {
  const auto options = impl_->project->with_log_in(given);
  const auto workspace = impl_->project->open();
  workspace->on_warning = api::warnings_to(options.on_event);
  const auto done = run::reproduce(*workspace, api::to_internal(options, "expcore repro"));
  return api::summarize(done);
}

}  // namespace expcore
