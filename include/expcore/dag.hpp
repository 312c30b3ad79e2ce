#pragma once
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include <expcore/export.hpp>

namespace expcore {

/// What Pipeline::dag() draws.
struct DagOptions {
  std::string target;  ///< A stage or an output, with what it needs; "": everything.
  bool full = false;   ///< The target's whole pipeline.
  bool outs = false;   ///< Outputs instead of stages.
};

/// The graph of a project's stages, or of their outputs, to be looked at.
///
/// Thread safety: a value.
struct EXPCORE_API Dag {
  std::vector<std::string> nodes;  ///< Addresses of stages or paths of outputs, in index order.
  /// From what is needed to what needs it, as positions in `nodes`; by the first, then the second.
  std::vector<std::pair<std::size_t, std::size_t>> edges;

  /// For Graphviz, as `dvc dag --dot`.
  std::string dot() const;
  /// A Mermaid flowchart without its Markdown fence, as `dvc dag --mermaid`. No line feed at the
  /// end.
  std::string mermaid() const;
  /// Boxes and lines of ASCII, a pipeline below the other; upstream is above. The look is that of
  /// `dvc dag`, the arrangement our own. Bounded: a pipeline too large to be read as a drawing is
  /// listed line by line.
  std::string text() const;
};

}  // namespace expcore
