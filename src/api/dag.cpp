#include <algorithm>
#include <map>
#include <set>

#include <expcore/dag.hpp>
#include <expcore/error.hpp>
#include <expcore/pipeline.hpp>
#include <fmt/format.h>

#include "api/impl.hpp"
#include "fs/path.hpp"
#include "pipeline/drawing.hpp"
#include "pipeline/graph.hpp"
#include "pipeline/index.hpp"
#include "pipeline/targets.hpp"

namespace expcore {

using pipeline::Graph;
using pipeline::Index;
using pipeline::StageId;

namespace {

/// More is no drawing that anybody reads.
constexpr std::size_t largest_drawing = 300;  // nodes and edges of a pipeline

/// Nodes and edges before a target narrows them: what each node needs.
struct Needs {
  std::vector<std::string> names;
  std::vector<std::vector<std::size_t>> upstream;
};

Needs stage_needs(const Index& index, const Graph& graph, const std::string& directory) {
  Needs needs;
  for (StageId id = 0; id < index.stages().size(); ++id) {
    needs.names.push_back(address(index.stage(id), directory));
    needs.upstream.emplace_back(graph.upstream(id).begin(), graph.upstream(id).end());
  }
  return needs;
}

/// An output needs every output that its stage reads. In the order of DVC's trie of outputs.
class OutNeeds {
 public:
  OutNeeds(const Index& index, const pipeline::Workspace& workspace) {
    for (StageId id = 0; id < index.stages().size(); ++id) {
      for (const auto& out : index.stage(id).outs)
        tree_.insert(out.path, id);
    }
    const auto all = tree_.below("/");
    for (const auto& [path, id] : all) {
      node_of_.emplace(path, needs_.names.size());
      needs_.names.push_back(workspace.shown(std::string(path)));
    }
    needs_.upstream.resize(all.size());
    for (const auto& [path, id] : all) {
      auto& upstream = needs_.upstream[node_of_.at(path)];
      for (const auto& dep : index.stage(id).deps) {
        if (dep.kind == pipeline::Dependency::Kind::local) add(upstream, dep.path);
      }
      for (const auto& params : index.stage(id).params)
        add(upstream, params.path);
    }
  }

  const Needs& needs() const { return needs_; }
  std::size_t node_of(const std::string& path) const { return node_of_.at(path); }

 private:
  void add(std::vector<std::size_t>& upstream, const std::string& path) {
    const auto push = [&](std::string_view out) {
      const std::size_t node = node_of_.at(out);
      if (std::find(upstream.begin(), upstream.end(), node) == upstream.end()) {
        upstream.push_back(node);
      }
    };
    if (tree_.find(path) != nullptr) push(path);
    if (const auto above = tree_.nearest_above(path)) push(above->first);
    for (const auto& below : tree_.below(path))
      push(below.first);
  }

  pipeline::PathTree<StageId> tree_;
  std::map<std::string_view, std::size_t> node_of_;
  Needs needs_;
};

std::vector<std::vector<std::size_t>> reversed(const std::vector<std::vector<std::size_t>>& links) {
  std::vector<std::vector<std::size_t>> result(links.size());
  for (std::size_t i = 0; i < links.size(); ++i) {
    for (const std::size_t other : links[i])
      result[other].push_back(i);
  }
  return result;
}

/// `from` and what `links` lead to from there.
std::set<std::size_t> reach(
    std::vector<std::size_t> from,
    const std::vector<const std::vector<std::vector<std::size_t>>*>& links) {
  std::set<std::size_t> seen;
  while (!from.empty()) {
    const std::size_t node = from.back();
    from.pop_back();
    if (!seen.insert(node).second) continue;
    for (const auto* link : links)
      from.insert(from.end(), (*link)[node].begin(), (*link)[node].end());
  }
  return seen;
}

Dag make_dag(const Needs& needs, const std::vector<std::size_t>& targets, bool full) {
  const auto downstream = reversed(needs.upstream);
  std::set<std::size_t> wanted;
  if (targets.empty()) {
    for (std::size_t i = 0; i < needs.names.size(); ++i)
      wanted.insert(wanted.end(), i);
  } else if (full) {
    wanted = reach(targets, {&needs.upstream, &downstream});
  } else {
    wanted = reach(targets, {&needs.upstream});
  }
  Dag dag;
  std::map<std::size_t, std::size_t> position;
  for (const std::size_t node : wanted) {
    position.emplace(node, dag.nodes.size());
    dag.nodes.push_back(needs.names[node]);
  }
  for (const std::size_t node : wanted) {
    for (const std::size_t next : downstream[node]) {
      const auto found = position.find(next);
      if (found != position.end()) dag.edges.emplace_back(position.at(node), found->second);
    }
  }
  return dag;
}

/// Where only stages are looked for: a file, or "file:stage".
bool is_pipeline_file(std::string_view target) {
  const std::string_view file = target.substr(0, target.rfind(':'));
  return file.ends_with(".dvc") || fs::filename(file) == "dvc.yaml";
}

/// The stages a target names: by an output's path, or as `repro` understands it.
std::vector<StageId> stages_of_target(const pipeline::Workspace& workspace, const Index& index,
                                      const Graph& graph, const std::string& target,
                                      std::string& out_path) {
  const std::string path = fs::absolute(workspace.directory, target);
  for (StageId id = 0; id < index.stages().size(); ++id) {
    for (const auto& out : index.stage(id).outs) {
      if (out.path != path && !fs::is_within(path, out.path)) continue;
      out_path = out.path;
      return {id};
    }
  }
  try {
    pipeline::Selection selection;
    selection.targets = {target};
    return resolve_targets(workspace, index, &graph, selection);
  } catch (const Error& error) {
    if (error.code() != Errc::not_found || is_pipeline_file(target)) throw;
    throw Error(Errc::not_found,
                fmt::format("'{}' does not exist as an output or a stage name in 'dvc.yaml': {}",
                            target, error.full_message()));
  }
}

/// A connected part of a Dag.
struct Part {
  std::vector<std::size_t> nodes;
  std::vector<std::pair<std::size_t, std::size_t>> edges;  ///< Positions in `nodes`.
};

std::vector<Part> parts_of(const Dag& dag) {
  std::vector<std::vector<std::size_t>> down(dag.nodes.size());
  for (const auto& [from, to] : dag.edges)
    down[from].push_back(to);
  const auto up = reversed(down);
  std::vector<std::size_t> part_of(dag.nodes.size(), dag.nodes.size());
  std::vector<std::size_t> position(dag.nodes.size());
  std::vector<Part> parts;
  for (std::size_t i = 0; i < dag.nodes.size(); ++i) {
    if (part_of[i] != dag.nodes.size()) continue;
    Part part;
    for (const std::size_t node : reach({i}, {&up, &down})) {
      part_of[node] = parts.size();
      position[node] = part.nodes.size();
      part.nodes.push_back(node);
    }
    parts.push_back(std::move(part));
  }
  for (const auto& [from, to] : dag.edges)
    parts[part_of[from]].edges.emplace_back(position[from], position[to]);
  return parts;
}

std::string quoted(const std::string& name) {
  return name.starts_with('"') || name.ends_with('"') ? name : '"' + name + '"';
}

std::string list_part(const Dag& dag, const Part& part) {
  std::string text;
  for (std::size_t i = 0; i < part.nodes.size(); ++i) {
    std::vector<std::string> needs;
    for (const auto& [from, to] : part.edges) {
      if (to == i) needs.push_back(dag.nodes[part.nodes[from]]);
    }
    text += dag.nodes[part.nodes[i]];
    if (!needs.empty()) text += fmt::format(" <- {}", fmt::join(needs, ", "));
    text += "\n";
  }
  return text;
}

}  // namespace

std::string Dag::dot() const {
  std::string text = "strict digraph {\n";
  for (const auto& node : nodes)
    text += quoted(node) + ";\n";
  for (const auto& [from, to] : edges)
    text += quoted(nodes[from]) + " -> " + quoted(nodes[to]) + ";\n";
  return text + "}\n";
}

std::string Dag::mermaid() const {
  std::string text = "flowchart TD";
  std::size_t count = 0;
  for (const auto& part : parts_of(*this)) {
    std::vector<std::string> names;
    for (const std::size_t node : part.nodes)
      names.push_back(nodes[node]);
    std::sort(names.begin(), names.end());
    std::map<std::string, std::size_t> number;
    for (const auto& name : names) {
      number[name] = ++count;
      text += fmt::format("\n\tnode{}[\"{}\"]", count, name);
    }
    std::vector<std::pair<std::string, std::string>> lines;
    for (const auto& [from, to] : part.edges)
      lines.emplace_back(nodes[part.nodes[from]], nodes[part.nodes[to]]);
    std::sort(lines.begin(), lines.end());
    for (const auto& [from, to] : lines)
      text += fmt::format("\n\tnode{}-->node{}", number[from], number[to]);
  }
  return text;
}

std::string Dag::text() const {
  std::string text;
  for (const auto& part : parts_of(*this)) {
    if (part.nodes.size() + part.edges.size() > largest_drawing) {
      text += list_part(*this, part);
      continue;
    }
    std::vector<std::string> names;
    for (const std::size_t node : part.nodes)
      names.push_back(nodes[node]);
    text += pipeline::draw_layers(names, part.edges);
  }
  return text;
}

Dag Pipeline::dag(const DagOptions& options) const {
  const auto workspace = impl_->project->open();
  const auto index = Index::collect(*workspace);
  const Graph graph(index, workspace->directory);
  std::string out_path;
  std::vector<StageId> stages;
  if (!options.target.empty()) {
    stages = stages_of_target(*workspace, index, graph, options.target, out_path);
  }
  if (!options.outs) {
    return make_dag(stage_needs(index, graph, workspace->directory), {stages.begin(), stages.end()},
                    options.full);
  }
  const OutNeeds outs(index, *workspace);
  std::vector<std::size_t> targets;
  for (const StageId id : stages) {
    for (const auto& out : index.stage(id).outs) {
      if (out_path.empty() || out.path == out_path) targets.push_back(outs.node_of(out.path));
    }
  }
  // A stage without outputs has none to show.
  if (!options.target.empty() && targets.empty()) return {};
  return make_dag(outs.needs(), targets, options.full);
}

}  // namespace expcore
