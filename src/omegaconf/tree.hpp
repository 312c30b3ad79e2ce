#pragma once
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "omegaconf/error.hpp"
#include "omegaconf/grammar.hpp"
#include "yaml/value.hpp"

/// Configuration trees as OmegaConf 2.3 has them: maps, lists and scalars whose strings may hold
/// interpolations, merged and resolved by its rules, with its words for what goes wrong.
/// Source: omegaconf base.py, basecontainer.py, dictconfig.py, listconfig.py, omegaconf.py,
/// _impl.py.
namespace expcore::omegaconf {

class Node;
class Tree;

/// What an interpolation gives: a node of the tree, or a value made by a resolver.
class Item {
 public:
  using List = std::vector<Item>;
  using Dict = std::vector<std::pair<yaml::Value, Item>>;

  Item() = default;
  // NOLINTBEGIN(google-explicit-constructor): an Item is what stands in it
  Item(yaml::Value value);
  Item(Node* node) : data_(node) {}
  Item(List items) : data_(std::move(items)) {}
  Item(Dict members) : data_(std::move(members)) {}
  // NOLINTEND(google-explicit-constructor)

  Node* node() const {
    const auto* found = std::get_if<Node*>(&data_);
    return found == nullptr ? nullptr : *found;
  }
  const yaml::Value* scalar() const { return std::get_if<yaml::Value>(&data_); }
  const List* list() const { return std::get_if<List>(&data_); }
  const Dict* dict() const { return std::get_if<Dict>(&data_); }

  /// Nodes that are scalars give their value; containers stay nodes.
  Item value() const;
  /// All of it, interpolations inside as they are written.
  yaml::Value plain() const;

 private:
  std::variant<yaml::Value, Node*, List, Dict> data_;
};

/// A node of a Tree. Thread safety: confined to its tree.
class Node {
 public:
  enum class Kind : std::uint8_t {
    value,
    result,  ///< What a resolver gave; not part of the tree.
    list,
    dict,
  };
  struct Entry {
    yaml::Value key;  ///< Of a dict; null in a list.
    Node* node;
  };

  explicit Node(Kind node_kind) : kind(node_kind) {}

  bool is_dict() const { return kind == Kind::dict; }
  bool is_list() const { return kind == Kind::list; }
  bool is_container() const { return is_dict() || is_list(); }
  /// A string with "${" in it.
  bool is_interpolation() const;
  /// The string "???".
  bool is_missing() const;

  std::size_t size() const { return entries.size(); }
  /// The member of a dict; nullptr when missing.
  Node* find(const yaml::Value& key) const;
  Node* find(std::string_view key) const;

  /// "a.b[0].c"; "" for the root.
  std::string full_key() const;
  std::string full_key(const yaml::Value& key) const;
  /// Python's name of the type: "dict", "list", "str".
  std::string type_name() const;

  /// All below it, interpolations as they are written.
  yaml::Value plain() const;
  /// Whether new keys are refused here.
  bool is_struct() const;
  Node* root();

  Kind kind;
  Item item;  ///< Of values and results.
  std::vector<Entry> entries;
  yaml::Value key;  ///< In its parent.
  Node* parent = nullptr;
  std::optional<bool> struct_flag;

 private:
  friend class Tree;
  std::size_t index_of(const yaml::Value& key) const;
  void append(const yaml::Value& key, Node* node);
  void erase(std::size_t index);

  /// Places of string keys, for dicts of some size.
  mutable std::unordered_map<std::string, std::size_t> places_;
};

/// A resolver of the host: the arguments to a value.
using Resolver = std::function<yaml::Value(const std::vector<yaml::Value>& arguments)>;

/// How large a configuration and what is worked out from it may get.
struct Limits {
  std::size_t nodes = 500'000;
  std::size_t evaluations = 100'000;  ///< Of interpolations.
  std::size_t text = 16U << 20U;      ///< Bytes that interpolations give.
};

struct TreeOptions {
  std::map<std::string, std::string> environment;  ///< For oc.env.
  std::map<std::string, Resolver> resolvers;       ///< By name; they come before the built-in ones.
  /// Hydra's resolvers too (`now`, `hydra`, `python_version`).
  bool hydra_resolvers = false;
  std::time_t now = 0;  ///< For `now`; local time.
  /// Lists and dicts may be what a resolver gives to a value (DVC allows it in params files).
  bool allow_objects = false;
  Limits limits;
};

/// Owns the nodes of a configuration. What is put in stays until the tree is gone.
///
/// Everything is bounded: nodes, text made by interpolations, evaluations and their depth; beyond
/// it a ConfigError says so. Thread safety: confined.
class Tree {
 public:
  explicit Tree(TreeOptions options = {});
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  /// A node for a value. Throws: ConfigError "GrammarParseError" for a malformed interpolation
  /// anywhere in it, "KeyValidationError" for a key that is null.
  Node* make(const yaml::Value& value, Node* parent = nullptr);
  Node* make(const Item& item, Node* parent = nullptr);
  Node* copy(const Node& node);

  /// Sets a member of a dict or an item of a list. The node is copied unless nodes are shared.
  /// Throws: ConfigError "ConfigAttributeError" "Key 'x' is not in struct", "ConfigIndexError".
  void set(Node& container, const yaml::Value& key, Node& node);
  void erase(Node& dict, const yaml::Value& key);

  /// Merges `from` into `to`: dicts by key, lists and all else replaced, "???" never.
  /// Throws: ConfigError "ConfigTypeError" "Cannot merge DictConfig with ListConfig".
  void merge(Node& to, Node& from);

  /// OmegaConf.update: sets "a.b.0", merging dicts and lists into what is there.
  /// `force_add`: makes what is missing. Throws: ConfigError.
  void update(Node& root, std::string_view key, const yaml::Value& value, bool force_add);
  /// The same with a node that replaces what is there; missing parents are made.
  void embed(Node& root, std::string_view key, Node& node);

  /// OmegaConf.select: the value at a dotted key, interpolations resolved; nullopt when there is
  /// none, when it is "???", or when the key leads through a scalar.
  std::optional<Item> select(Node& from, std::string_view key, bool throw_on_missing = false);

  /// OmegaConf.resolve: replaces every interpolation in place by what it gives.
  void resolve(Node& root);

  /// What an interpolation node stands for; the node itself when it is none.
  Node* dereference(Node& node);

  /// While set, set() and merge() take nodes over instead of copying them.
  bool share_nodes = false;

  /// What OmegaConf would warn about (`oc.deprecated`, missing elements), in order.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  using Memo = std::unordered_set<const Node*>;
  struct Scope {
    Node* container;  ///< Where the interpolation stands.
    Node* node;       ///< What holds it; may be the result of another one.
    Memo* memo;
  };
  struct Selection {
    Node* parent = nullptr;
    Node* node = nullptr;
  };
  class Deeper;

  Node* add(Node::Kind kind, Node* parent);
  Node* make_scalar(const yaml::Value& value, Node* parent);
  void assign(Node& container, const yaml::Value& key, Node& node);
  void reparent(Node& node);
  void merge_dicts(Node& to, Node& from);
  void merge_lists(Node& to, Node& from);
  void merge_located(Node& to, Node& from);
  void merge_member(Node& to, const Node::Entry& entry);

  Node* maybe_dereference(Node& node, bool must, Memo* memo);
  Node* resolve_interpolation(Node& parent, Node& node, bool must, Memo* memo);
  Selection select_impl(Node& from, std::string_view key, bool throw_on_missing, bool must,
                        Memo* memo);
  Node* select_one(Node& container, const std::string& key, bool throw_on_missing, bool must);
  Node* select_node(Node& from, std::string_view key, bool throw_on_missing);
  std::pair<Node*, std::string_view> key_and_root(Node& from, std::string_view key);
  Node* resolve_key(Node& container, const std::string& key, Memo* memo);

  Item evaluate(const Expression& expression, const Scope& scope);
  Item evaluate_guarded(const Expression& expression, const Scope& scope);
  std::string join(const std::vector<Expression>& parts, const Scope& scope);
  std::string name_of(const Expression& expression, const Scope& scope);
  Item call(const Expression& expression, const Scope& scope);
  Item call_built_in(const std::string& name, const Item::List& arguments, const Scope& scope);
  Item oc_env(const Item::List& arguments) const;
  Item oc_select(const Item::List& arguments, const Scope& scope);
  Item oc_decode(const Item::List& arguments, const Scope& scope);
  Item oc_create(const Item::List& arguments, const Scope& scope);
  Item oc_dict_keys(const Item::List& arguments, const Scope& scope);
  Item oc_dict_values(const Item::List& arguments, const Scope& scope);
  Item oc_deprecated(const Item::List& arguments, const Scope& scope);
  Item hydra_now(const Item::List& arguments) const;
  Node& dict_for(const std::string& resolver, const Item::List& arguments, const Scope& scope);

  void resolve_node(Node& node);
  void resolve_member(Node& container, std::size_t index);
  void set_value(Node& node, const Item& item);
  void count_text(std::size_t bytes);

  TreeOptions options_;
  std::deque<Node> nodes_;
  std::vector<std::string> warnings_;
  std::size_t depth_ = 0;
  std::size_t evaluations_ = 0;
  std::size_t text_ = 0;
};

}  // namespace expcore::omegaconf
