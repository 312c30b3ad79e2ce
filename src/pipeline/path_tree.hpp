#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace expcore::pipeline {

/// Values keyed by absolute paths, for questions about containment. Enumerates as DVC's trie does:
/// depth first, the children of a folder in the order in which they were first inserted. The paths
/// it gives are views into it.
template <typename T>
class PathTree {
 public:
  /// A path that is there already keeps its value.
  void insert(std::string_view path, T value) {
    std::size_t node = 0;
    for_each_part(path, [&](std::string_view part) {
      const auto found = children_.find(PartView{node, part});
      if (found != children_.end()) {
        node = found->second;
        return true;
      }
      children_.emplace(Part{node, std::string(part)}, nodes_.size());
      nodes_[node].children.push_back(nodes_.size());
      node = nodes_.size();
      nodes_.emplace_back();
      return true;
    });
    if (nodes_[node].value) return;
    nodes_[node].value = std::move(value);
    nodes_[node].path = std::string(path);
  }

  const T* find(std::string_view path) const {
    const auto node = locate(path);
    return node && nodes_[*node].value ? &*nodes_[*node].value : nullptr;
  }

  /// The deepest inserted path that holds `path` and is not `path`.
  std::optional<std::pair<std::string_view, T>> nearest_above(std::string_view path) const {
    const Node* found = nullptr;
    std::size_t node = 0;
    for_each_part(path, [&](std::string_view part) {
      if (nodes_[node].value) found = &nodes_[node];
      const auto next = children_.find(PartView{node, part});
      if (next == children_.end()) return false;
      node = next->second;
      return true;
    });
    if (found == nullptr || found->path == path) return std::nullopt;
    return std::pair<std::string_view, T>(found->path, *found->value);
  }

  /// Every inserted path below `path`, not `path` itself.
  std::vector<std::pair<std::string_view, T>> below(std::string_view path) const {
    std::vector<std::pair<std::string_view, T>> found;
    const auto top = locate(path);
    if (!top) return found;
    std::vector<std::size_t> todo(nodes_[*top].children.rbegin(), nodes_[*top].children.rend());
    while (!todo.empty()) {
      const Node& node = nodes_[todo.back()];
      todo.pop_back();
      if (node.value) found.emplace_back(node.path, *node.value);
      todo.insert(todo.end(), node.children.rbegin(), node.children.rend());
    }
    return found;
  }

  std::optional<std::pair<std::string_view, T>> first_below(std::string_view path) const {
    auto all = below(path);
    return all.empty() ? std::nullopt : std::optional(std::move(all.front()));
  }

 private:
  struct Node {
    std::optional<T> value;
    std::string path;
    std::vector<std::size_t> children;
  };

  /// A name in a folder.
  struct Part {
    std::size_t folder;
    std::string name;
  };
  struct PartView {
    std::size_t folder;
    std::string_view name;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(const PartView& part) const {
      constexpr std::size_t odd = 0x9E3779B97F4A7C15U;
      return std::hash<std::string_view>()(part.name) ^ (part.folder * odd);
    }
    std::size_t operator()(const Part& part) const {
      return (*this)(PartView{part.folder, part.name});
    }
  };
  struct Equal {
    using is_transparent = void;
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return a.folder == b.folder && a.name == b.name;
    }
  };

  /// Calls `visit` with each non-empty part until it returns false.
  template <typename Visit>
  static void for_each_part(std::string_view path, Visit&& visit) {
    while (!path.empty()) {
      const auto end = path.find('/');
      const auto part = path.substr(0, end);
      if (!part.empty() && !visit(part)) return;
      if (end == std::string_view::npos) return;
      path.remove_prefix(end + 1);
    }
  }

  std::optional<std::size_t> locate(std::string_view path) const {
    std::optional<std::size_t> node = 0;
    for_each_part(path, [&](std::string_view part) {
      const auto next = children_.find(PartView{*node, part});
      node = next == children_.end() ? std::nullopt : std::optional(next->second);
      return node.has_value();
    });
    return node;
  }

  std::vector<Node> nodes_ = std::vector<Node>(1);
  std::unordered_map<Part, std::size_t, Hash, Equal> children_;
};

}  // namespace expcore::pipeline
