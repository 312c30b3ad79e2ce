#pragma once
#include <string>
#include <vector>

#include "pipeline/index.hpp"

namespace expcore::pipeline {

/// Which stage needs which: facts about an Index, in DVC's order of edges.
///
/// An edge leads from a stage to each producer of something it reads: the output that is or holds
/// the dependency, else every output below it. Source: DVC dvc/repo/graph.py.
/// Thread safety: immutable.
class Graph {
 public:
  /// Throws: what Index::check_outputs() does; Error{invalid_argument} "Same item(s) are defined as
  /// both a dependency and an output in stages: …" for a cycle.
  Graph(const Index& index, const std::string& directory);

  std::size_t size() const { return upstream_.size(); }
  const std::vector<StageId>& upstream(StageId id) const { return upstream_[id]; }
  const std::vector<StageId>& downstream(StageId id) const { return downstream_[id]; }

  /// `from` and everything reachable upstream (or downstream), as a flag per stage. Stages flagged
  /// in `opaque` are included but not passed through (upstream only).
  std::vector<bool> closure_upstream(const std::vector<StageId>& from,
                                     const std::vector<bool>& opaque) const;
  std::vector<bool> closure_downstream(const std::vector<StageId>& from) const;
  /// The stages connected to `from` in either direction.
  std::vector<bool> component(const std::vector<StageId>& from) const;

 private:
  void check_cycles(const Index& index, const std::string& directory) const;
  std::vector<std::vector<StageId>> upstream_;
  std::vector<std::vector<StageId>> downstream_;
};

}  // namespace expcore::pipeline
