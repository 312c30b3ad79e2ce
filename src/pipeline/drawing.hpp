#pragma once
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace expcore::pipeline {

/// Nodes in boxes, each below everything that it needs, joined by lines of `*`. `edges` lead from
/// what is above to what is below and make no cycle. The graph is connected and not empty.
/// Every line ends in a line feed and has no blanks at its end.
std::string draw_layers(const std::vector<std::string>& nodes,
                        const std::vector<std::pair<std::size_t, std::size_t>>& edges);

}  // namespace expcore::pipeline
