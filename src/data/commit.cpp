#include "data/commit.hpp"

#include <set>
#include <utility>
#include <vector>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "data/session.hpp"
#include "fs/file.hpp"
#include "pipeline/staleness.hpp"
#include "run/ignore_file.hpp"
#include "run/stage_runner.hpp"
#include "run/turn.hpp"

namespace expcore::data {

using pipeline::Index;
using pipeline::StageId;

namespace {

std::string list_of(const std::vector<pipeline::PathChange>& changes) {
  std::vector<std::string> quoted;
  for (const auto& change : changes)
    quoted.push_back(python_repr(change.path));
  return "[" + join(quoted, ", ") + "]";
}

std::string question_about(const std::string& stage, const pipeline::Staleness& changes) {
  std::string what;
  if (!changes.deps.empty() && !changes.outs.empty()) {
    what = fmt::format("dependencies {} and outputs {} of stage: '{}' changed.",
                       list_of(changes.deps), list_of(changes.outs), stage);
  } else if (!changes.deps.empty()) {
    what = fmt::format("dependencies {} of stage: '{}' changed.", list_of(changes.deps), stage);
  } else if (!changes.outs.empty()) {
    what = fmt::format("outputs {} of stage: '{}' changed.", list_of(changes.outs), stage);
  } else {
    what = fmt::format("'cmd' of stage: '{}' has changed.", stage);
  }
  return what + " Are you sure you want to commit it?";
}

/// Tells of each dvc.lock once, however many of its stages change.
EventCallback once_per_file(const EventCallback& on_event) {
  if (!on_event) return on_event;
  return [on_event, told = std::set<std::string>()](const Event& event) mutable {
    if (event.kind == EventKind::lock_updated && !told.insert(event.text).second) return;
    on_event(event);
  };
}

std::vector<std::string> outputs_of(const Index& index,
                                    const std::vector<pipeline::Scope>& scopes) {
  std::vector<std::string> paths;
  for (const auto& scope : scopes) {
    for (const auto& out : index.stage(scope.stage).outs)
      paths.push_back(out.path);
  }
  return paths;
}

}  // namespace

void commit(pipeline::Workspace& workspace, const std::string& target,
            const CommitOptions& options) {
  fs::make_directories(workspace.tmp_dir);  // a fresh clone has none
  run::Turn turn({workspace.tmp_dir + "/lock", {}, nullptr});
  turn.take();
  Index index = Index::collect(workspace);
  run::IgnoreFiles ignores(workspace);
  run::ReproduceOptions run_options;
  run_options.no_relink = options.no_relink;
  run_options.on_event = once_per_file(options.on_event);
  run::StageRunner runner(workspace, index, run_options, ignores, turn);
  pipeline::Checker checker(workspace, index);
  try {
    const std::vector<std::string> targets =
        target.empty() ? std::vector<std::string>() : std::vector{target};
    const auto scopes = pipeline::collect_scopes(workspace, index, targets, options.collect);
    check_free(workspace, outputs_of(index, scopes), workspace.on_warning);
    const auto use = workspace.store.use();  // until what is stored is recorded
    // A file is written when all its stages have been stored, as DVC does: where one fails, none of
    // them is recorded.
    std::vector<std::pair<StageId, pipeline::LockEntry>> taken;
    const auto record = [&] {
      for (auto& [id, entry] : taken)
        runner.record(id, std::move(entry));
      taken.clear();
    };
    for (const auto& scope : scopes) {
      const auto& stage = index.stage(scope.stage);
      if (!taken.empty() && index.stage(taken.back().first).file != stage.file) record();
      checker.forget();
      if (!options.force) {
        auto changes = checker.check(scope.stage, pipeline::Depth::all);
        // Data that is merely not in the cache is what committing is for.
        std::erase_if(changes.outs,
                      [](const auto& out) { return out.change == pipeline::Change::not_in_cache; });
        const bool changed = changes.command || !changes.deps.empty() || !changes.params.empty() ||
                             !changes.outs.empty();
        const std::string name = address(stage, workspace.directory);
        if (changed && (!options.confirm || !options.confirm(question_about(name, changes)))) {
          throw Error(
              Errc::invalid_argument,
              fmt::format("unable to commit changed stage: '{}'. Use `-f|--force` to force.",
                          name));
        }
      }
      taken.emplace_back(scope.stage, runner.take(scope.stage));
    }
    record();
    runner.finish();
  } catch (...) {
    workspace.state.flush();
    turn.give_back();
    throw;
  }
  workspace.state.flush();
  turn.give_back();
}

}  // namespace expcore::data
