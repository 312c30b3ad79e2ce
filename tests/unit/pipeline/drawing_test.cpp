#include "pipeline/drawing.hpp"

#include <algorithm>
#include <random>

#include <doctest/doctest.h>
#include <fmt/format.h>

using expcore::pipeline::draw_layers;

TEST_SUITE("pipeline/drawing") {
  TEST_CASE("a node, a chain and a diamond") {
    CHECK(draw_layers({"a"}, {}) == "+---+\n| a |\n+---+\n");
    CHECK(draw_layers({"a", "b"}, {{0, 1}}) ==
          "+---+\n| a |\n+---+\n  *\n  *\n  *\n+---+\n| b |\n+---+\n");
    CHECK(draw_layers({"a", "b", "c", "dd"}, {{0, 1}, {0, 2}, {1, 3}, {2, 3}}) ==
          "     +---+\n     | a |\n     +---+\n     *   *\n    *     *\n   *       *\n"
          "+---+     +---+\n| b |     | c |\n+---+     +---+\n    *     *\n     *   *\n"
          "      * *\n    +----+\n    | dd |\n    +----+\n");
  }
  TEST_CASE("names of several bytes a letter stay in their boxes") {
    CHECK(draw_layers({"für", "x"}, {{0, 1}}).starts_with("+-----+\n| für |\n+-----+\n"));
  }
  TEST_CASE("whatever the graph, every box is whole and stands below what it needs") {
    std::mt19937 random(1);
    for (int round = 0; round < 200; ++round) {
      std::vector<std::string> nodes;
      std::vector<std::pair<std::size_t, std::size_t>> edges;
      const std::size_t count = 1 + random() % 12;
      for (std::size_t i = 0; i < count; ++i) {
        nodes.push_back(fmt::format("n{}{}", std::string(random() % 9, 'x'), i));
        // Connected: each but the first needs one of those before it.
        if (i > 0) edges.emplace_back(random() % i, i);
        if (i > 1 && random() % 2 == 0) edges.emplace_back(random() % i, i);
      }
      std::sort(edges.begin(), edges.end());
      edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
      const std::string text = draw_layers(nodes, edges);
      std::vector<std::size_t> line_of;
      for (const auto& node : nodes) {
        const auto at = text.find("| " + node + " |");
        REQUIRE(at != std::string::npos);
        line_of.push_back(static_cast<std::size_t>(
            std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n')));
      }
      for (const auto& [from, to] : edges)
        CHECK(line_of[from] < line_of[to]);
      CHECK(text.find(" \n") == std::string::npos);
    }
  }
}
