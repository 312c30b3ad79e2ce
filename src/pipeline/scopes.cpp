#include "pipeline/scopes.hpp"

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "fs/file.hpp"
#include "fs/path.hpp"
#include "pipeline/graph.hpp"
#include "pipeline/targets.hpp"

namespace expcore::pipeline {

bool Scope::covers(const std::string& path) const {
  return filter.empty() || fs::is_within(path, filter) || fs::is_within(filter, path);
}

std::vector<FoundOutput> outputs_holding(const Index& index, const std::string& path) {
  std::vector<FoundOutput> found;
  for (StageId id = 0; id < index.stages().size(); ++id) {
    for (const auto& out : index.stage(id).outs) {
      if (fs::is_within(path, out.path)) found.push_back({id, &out});
    }
  }
  return found;
}

namespace {

bool is_pipeline_file_name(const std::string& file) {
  const std::string name = fs::filename(file);
  return name == "dvc.yaml" || name.ends_with(".dvc");
}

class Collector {
 public:
  Collector(Workspace& workspace, const Index& index, const CollectOptions& options)
      : workspace_(workspace), index_(index), options_(options) {}

  std::vector<Scope> collect(const std::string& target) const {
    const auto parsed = parse_target(target);
    const std::string path = fs::absolute(workspace_.directory, target);
    const bool is_folder = options_.recursive && fs::is_directory(path);
    if (!parsed.file.empty() && is_pipeline_file_name(parsed.file)) return stages_of(target);
    // A word may be a stage or an output: stages come first.
    try {
      return stages_of(target);
    } catch (Error& error) {
      if (error.code() != Errc::not_found || is_folder) throw;
      if (const auto found = outputs_holding(index_, path); !found.empty()) {
        return {{found.front().stage, path}};
      }
      error.add_context(
          fmt::format("'{}' does not exist as an output or a stage name in 'dvc.yaml'", target));
      throw;
    }
  }

 private:
  std::vector<Scope> stages_of(const std::string& target) const {
    Selection selection;
    selection.targets = {target};
    selection.recursive = options_.recursive;
    std::optional<Graph> graph;
    if (options_.recursive || options_.with_deps) graph.emplace(index_, workspace_.directory);
    const auto ids = resolve_targets(workspace_, index_, graph ? &*graph : nullptr, selection);
    if (!options_.with_deps) return scopes(ids);
    return scopes(plan_order(index_, *graph, ids, selection));
  }

  static std::vector<Scope> scopes(const std::vector<StageId>& ids) {
    std::vector<Scope> made;
    for (const StageId id : ids)
      made.push_back({id, ""});
    return made;
  }

  Workspace& workspace_;
  const Index& index_;
  const CollectOptions& options_;
};

}  // namespace

std::vector<Scope> collect_scopes(Workspace& workspace, const Index& index,
                                  const std::vector<std::string>& targets,
                                  const CollectOptions& options) {
  std::vector<Scope> scopes;
  if (targets.empty()) {
    for (StageId id = 0; id < index.stages().size(); ++id)
      scopes.push_back({id, ""});
    return scopes;
  }
  const Collector collector(workspace, index, options);
  for (const auto& target : targets) {
    auto more = collector.collect(target);
    scopes.insert(scopes.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
  }
  return scopes;
}

}  // namespace expcore::pipeline
