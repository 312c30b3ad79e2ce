#include "pipeline/graph.hpp"

#include <algorithm>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "pipeline/path_tree.hpp"

namespace expcore::pipeline {
namespace {

enum class Mark : unsigned char { unseen, open, done };

}  // namespace

Graph::Graph(const Index& index, const std::string& directory)
    : upstream_(index.stages().size()), downstream_(index.stages().size()) {
  const PathTree<StageId> outs = index.check_outputs();
  for (StageId id = 0; id < index.stages().size(); ++id) {
    const auto add_edge = [&](StageId producer) {
      auto& edges = upstream_[id];
      if (std::find(edges.begin(), edges.end(), producer) != edges.end()) return;
      edges.push_back(producer);
      downstream_[producer].push_back(id);
    };
    const auto add_path = [&](const std::string& path) {
      if (const auto* same = outs.find(path)) add_edge(*same);
      if (const auto above = outs.nearest_above(path)) add_edge(above->second);
      for (const auto& [below, producer] : outs.below(path))
        add_edge(producer);
    };
    for (const auto& dep : index.stage(id).deps) {
      if (dep.kind == Dependency::Kind::local || dep.kind == Dependency::Kind::import) {
        add_path(dep.path);
      }
    }
    for (const auto& params : index.stage(id).params)
      add_path(params.path);
  }
  check_cycles(index, directory);
}

void Graph::check_cycles(const Index& index, const std::string& directory) const {
  std::vector<Mark> marks(size(), Mark::unseen);
  std::vector<std::pair<StageId, std::size_t>> path;  // stage and its next edge
  for (StageId root = 0; root < size(); ++root) {
    if (marks[root] != Mark::unseen) continue;
    path.emplace_back(root, 0);
    marks[root] = Mark::open;
    while (!path.empty()) {
      auto& [id, edge] = path.back();
      if (edge == upstream_[id].size()) {
        marks[id] = Mark::done;
        path.pop_back();
        continue;
      }
      const StageId next = upstream_[id][edge++];
      if (marks[next] == Mark::unseen) {
        marks[next] = Mark::open;
        path.emplace_back(next, 0);
      } else if (marks[next] == Mark::open) {
        std::vector<std::string> names;
        const auto start = std::find_if(path.begin(), path.end(),
                                        [&](const auto& step) { return step.first == next; });
        for (auto step = start; step != path.end(); ++step) {
          names.push_back(address(index.stage(step->first), directory));
        }
        throw Error(Errc::invalid_argument,
                    fmt::format("Same item(s) are defined as both a dependency and an output in "
                                "stage{}: {}.",
                                names.size() > 1 ? "s" : "", join(names, ", ")));
      }
    }
  }
}

namespace {

/// `from` and everything that `visit_next(id, push)` leads to, as a flag per stage.
template <typename VisitNext>
std::vector<bool> reach(std::size_t count, std::vector<StageId> todo, VisitNext&& visit_next) {
  std::vector<bool> seen(count);
  const auto push = [&](const std::vector<StageId>& more) {
    todo.insert(todo.end(), more.begin(), more.end());
  };
  while (!todo.empty()) {
    const StageId id = todo.back();
    todo.pop_back();
    if (seen[id]) continue;
    seen[id] = true;
    visit_next(id, push);
  }
  return seen;
}

}  // namespace

std::vector<bool> Graph::closure_upstream(const std::vector<StageId>& from,
                                          const std::vector<bool>& opaque) const {
  return reach(size(), from, [&](StageId id, const auto& push) {
    if (!opaque[id]) push(upstream_[id]);
  });
}

std::vector<bool> Graph::closure_downstream(const std::vector<StageId>& from) const {
  return reach(size(), from, [&](StageId id, const auto& push) { push(downstream_[id]); });
}

std::vector<bool> Graph::component(const std::vector<StageId>& from) const {
  return reach(size(), from, [&](StageId id, const auto& push) {
    push(upstream_[id]);
    push(downstream_[id]);
  });
}

}  // namespace expcore::pipeline
