#include "pipeline/drawing.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace expcore::pipeline {
namespace {

constexpr int box_height = 3;
constexpr int rows_between = 3;  // between the boxes of two layers
constexpr int sweeps = 8;        // of ordering; more rarely help

/// Code points: names in wide scripts come out wider than their boxes.
int columns(const std::string& text) {
  int count = 0;
  for (std::size_t at = 0; at < text.size(); ++count)
    decode_utf8(text, at);
  return count;
}

/// A box, or the point where a line that spans layers passes one.
struct Place {
  std::string label;  ///< "" for a passing line.
  int layer = 0;
  int width = 1;
  int left = 0;
  std::vector<std::size_t> above;
  std::vector<std::size_t> below;

  bool is_box() const { return !label.empty(); }
  int middle() const { return left + width / 2; }
  int top() const { return layer * (box_height + rows_between); }
};

/// Layered drawing: each node under all it needs, long edges cut at each layer, then order and
/// position within the layers by the middle of their neighbours.
class Layout {
 public:
  Layout(const std::vector<std::string>& nodes,
         const std::vector<std::pair<std::size_t, std::size_t>>& edges) {
    for (const auto& node : nodes) {
      Place place;
      place.label = node;
      place.width = columns(node) + 4;
      gap_ = places_.empty() ? place.width : std::min(gap_, place.width);
      places_.push_back(std::move(place));
    }
    assign_layers(edges);
    for (const auto& [from, to] : edges)
      connect(from, to);
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const auto layer = static_cast<std::size_t>(places_[i].layer);
      if (layer >= layers_.size()) layers_.resize(layer + 1);
      layers_[layer].push_back(i);
    }
    order_layers();
    place_all();
  }

  std::string draw() const {
    std::vector<std::string> canvas(layers_.size() * (box_height + rows_between) - rows_between,
                                    std::string(width(), ' '));
    for (const auto& from : places_) {
      for (const std::size_t to : from.below)
        draw_line(canvas, from, places_[to]);
    }
    std::vector<const Place*> boxes;
    for (const auto& place : places_) {
      if (place.is_box()) boxes.push_back(&place);
    }
    // From the right: a label of several bytes a column must not move what is left of it.
    std::sort(boxes.begin(), boxes.end(),
              [](const Place* a, const Place* b) { return a->left > b->left; });
    for (const auto* box : boxes)
      draw_box(canvas, *box);
    std::string text;
    for (auto& line : canvas) {
      line.erase(line.find_last_not_of(' ') + 1);
      text += line + "\n";
    }
    return text;
  }

 private:
  void assign_layers(const std::vector<std::pair<std::size_t, std::size_t>>& edges) {
    // Longest path from the top; as often as there may be nodes on one.
    for (std::size_t round = 0; round < places_.size(); ++round) {
      bool changed = false;
      for (const auto& [from, to] : edges) {
        if (places_[to].layer > places_[from].layer) continue;
        places_[to].layer = places_[from].layer + 1;
        changed = true;
      }
      if (!changed) break;
    }
  }

  void connect(std::size_t from, std::size_t to) {
    std::size_t last = from;
    for (int layer = places_[from].layer + 1; layer < places_[to].layer; ++layer) {
      Place pass;
      pass.layer = layer;
      places_.push_back(std::move(pass));
      link(last, places_.size() - 1);
      last = places_.size() - 1;
    }
    link(last, to);
  }

  void link(std::size_t upper, std::size_t lower) {
    places_[upper].below.push_back(lower);
    places_[lower].above.push_back(upper);
  }

  void order_layers() {
    std::vector<double> rank(places_.size());
    const auto number = [&](const std::vector<std::size_t>& layer) {
      for (std::size_t i = 0; i < layer.size(); ++i)
        rank[layer[i]] = static_cast<double>(i);
    };
    for (const auto& layer : layers_)
      number(layer);
    const auto reorder = [&](std::vector<std::size_t>& layer, auto neighbours) {
      std::vector<double> wanted(places_.size());
      for (const std::size_t i : layer) {
        const auto& near = places_[i].*neighbours;
        double sum = 0;
        for (const std::size_t other : near)
          sum += rank[other];
        wanted[i] = near.empty() ? rank[i] : sum / static_cast<double>(near.size());
      }
      std::stable_sort(layer.begin(), layer.end(),
                       [&](std::size_t a, std::size_t b) { return wanted[a] < wanted[b]; });
      number(layer);
    };
    for (int sweep = 0; sweep < sweeps; ++sweep) {
      for (std::size_t i = 1; i < layers_.size(); ++i)
        reorder(layers_[i], &Place::above);
      for (std::size_t i = layers_.size() - 1; i-- > 0;)
        reorder(layers_[i], &Place::below);
    }
  }

  /// Columns: packed to the left first, then each layer moves towards its neighbours without
  /// passing each other; at last everything to the left margin.
  void place_all() {
    for (const auto& layer : layers_)
      pack(layer, {});
    for (int sweep = 0; sweep < sweeps; ++sweep) {
      for (std::size_t i = 1; i < layers_.size(); ++i)
        pack(layers_[i], wishes(layers_[i], &Place::above));
      for (std::size_t i = layers_.size() - 1; i-- > 0;)
        pack(layers_[i], wishes(layers_[i], &Place::below));
    }
    int leftmost = places_.front().left;
    for (const auto& place : places_)
      leftmost = std::min(leftmost, place.left);
    for (auto& place : places_)
      place.left -= leftmost;
  }

  template <typename Neighbours>
  std::vector<int> wishes(const std::vector<std::size_t>& layer, Neighbours neighbours) const {
    std::vector<int> wanted;
    for (const std::size_t i : layer) {
      const auto& near = places_[i].*neighbours;
      if (near.empty()) {
        wanted.push_back(places_[i].left);
        continue;
      }
      int sum = 0;
      for (const std::size_t other : near)
        sum += places_[other].middle();
      wanted.push_back(sum / static_cast<int>(near.size()) - places_[i].width / 2);
    }
    return wanted;
  }

  /// Puts a layer's places where they wish to be, in order. Those that would overlap form a block
  /// that stands where its members wish on average.
  void pack(const std::vector<std::size_t>& layer, const std::vector<int>& wanted) {
    struct Block {
      std::vector<std::size_t> members;
      std::vector<int> offsets;
      int width = 0;
      long wish_sum = 0;  // of the block's left side
      long left() const { return wish_sum / static_cast<long>(members.size()); }
    };
    std::vector<Block> blocks;
    for (std::size_t i = 0; i < layer.size(); ++i) {
      Block block;
      block.members = {layer[i]};
      block.offsets = {0};
      block.width = places_[layer[i]].width;
      block.wish_sum = wanted.empty() ? 0 : wanted[i];
      while (!blocks.empty() && blocks.back().left() + blocks.back().width + gap_ > block.left()) {
        Block& last = blocks.back();
        const int shift = last.width + gap_;
        last.wish_sum +=
            block.wish_sum - static_cast<long>(shift) * static_cast<long>(block.members.size());
        last.members.insert(last.members.end(), block.members.begin(), block.members.end());
        for (const int offset : block.offsets)
          last.offsets.push_back(offset + shift);
        last.width = shift + block.width;
        block = std::move(last);
        blocks.pop_back();
      }
      blocks.push_back(std::move(block));
    }
    for (const auto& block : blocks) {
      for (std::size_t i = 0; i < block.members.size(); ++i) {
        places_[block.members[i]].left = static_cast<int>(block.left()) + block.offsets[i];
      }
    }
  }

  std::size_t width() const {
    int width = 0;
    for (const auto& place : places_)
      width = std::max(width, place.left + place.width);
    return static_cast<std::size_t>(width);
  }

  /// Down through the layer of a passing line, then straight to what is below.
  static void draw_line(std::vector<std::string>& canvas, const Place& from, const Place& to) {
    const auto put = [&](int row, int column) {
      canvas[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)] = '*';
    };
    const int below = from.top() + box_height;
    for (int row = from.top(); row < below && !from.is_box(); ++row)
      put(row, from.middle());
    const int start = from.top() + 1;
    const int rise = to.top() - start;
    for (int row = below; row < to.top(); ++row) {
      put(row, from.middle() + (to.middle() - from.middle()) * (row - start) / rise);
    }
  }

  static void draw_box(std::vector<std::string>& canvas, const Place& box) {
    const auto row = static_cast<std::size_t>(box.top());
    const auto left = static_cast<std::size_t>(box.left);
    const auto width = static_cast<std::size_t>(box.width);
    const std::string edge = "+" + std::string(width - 2, '-') + "+";
    canvas[row].replace(left, width, edge);
    canvas[row + 1].replace(left, width, "| " + box.label + " |");
    canvas[row + 2].replace(left, width, edge);
  }

  std::vector<Place> places_;
  std::vector<std::vector<std::size_t>> layers_;
  int gap_ = 1;
};

}  // namespace

std::string draw_layers(const std::vector<std::string>& nodes,
                        const std::vector<std::pair<std::size_t, std::size_t>>& edges) {
  return Layout(nodes, edges).draw();
}

}  // namespace expcore::pipeline
