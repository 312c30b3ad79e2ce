#include <algorithm>
#include <array>
#include <ctime>

#include <fmt/format.h>

#include "base/text.hpp"
#include "omegaconf/tree.hpp"
#include "yaml/reader.hpp"

namespace expcore::omegaconf {
namespace {

constexpr std::size_t deepest = 150;

std::string text_of(const Item& item) { return yaml::python_str(item.plain()); }

std::string type_of(const Item& item) {
  if (const Node* node = item.node(); node != nullptr && node->is_container()) {
    return node->is_dict() ? "DictConfig" : "ListConfig";
  }
  return std::string(yaml::python_type(item.plain()));
}

const std::string* string_in(const Item& item) {
  const yaml::Value* scalar = item.scalar();
  return scalar != nullptr && scalar->is_string() ? &scalar->string() : nullptr;
}

/// The string argument `index`, which the resolver calls `what`.
const std::string& require_string(const Item::List& arguments, std::size_t index,
                                  const std::string& message) {
  if (const std::string* text = string_in(arguments[index])) return *text;
  throw ConfigError("TypeError", fmt::format(fmt::runtime(message), text_of(arguments[index]),
                                             type_of(arguments[index])));
}

struct Arity {
  std::string_view resolver;
  std::string_view function;
  std::string_view first;  ///< The first parameter's name.
  std::size_t least;
  std::size_t most;
};

constexpr std::array<Arity, 9> arities = {{
    {"oc.env", "env", "key", 1, 2},
    {"oc.select", "select", "key", 1, 2},
    {"oc.decode", "decode", "expr", 1, 1},
    {"oc.create", "create", "obj", 1, 1},
    {"oc.dict.keys", "keys", "key", 1, 1},
    {"oc.dict.values", "values", "key", 1, 1},
    {"oc.deprecated", "deprecated", "key", 1, 2},
    {"now", "<lambda>", "pattern", 1, 1},
    {"hydra", "<lambda>", "path", 1, 1},
}};

const Arity* arity_of(std::string_view resolver) {
  const auto found = std::find_if(arities.begin(), arities.end(),
                                  [&](const Arity& arity) { return arity.resolver == resolver; });
  return found == arities.end() ? nullptr : &*found;
}

void check_arity(const Arity& arity, std::size_t given) {
  if (given < arity.least) {
    throw ConfigError("TypeError",
                      fmt::format("setup_globals.<locals>.{}() missing 1 required positional "
                                  "argument: '{}'",
                                  arity.function, arity.first)
                          .substr(arity.function == "<lambda>" ? 0 : 23));
  }
  if (given > arity.most) {
    throw ConfigError("TypeError",
                      fmt::format("{}() takes {} positional argument{} but {} were "
                                  "given",
                                  arity.function, arity.most, arity.most == 1 ? "" : "s", given));
  }
}

/// Python's string.Template.safe_substitute for two names.
std::string substitute(std::string text, std::string_view old_key, std::string_view new_key) {
  for (const auto& [name, value] :
       {std::pair<std::string_view, std::string_view>{"OLD_KEY", old_key}, {"NEW_KEY", new_key}}) {
    text = replace_all(text, fmt::format("${{{}}}", name), value);
    text = replace_all(text, fmt::format("${}", name), value);
  }
  return replace_all(text, "$$", "$");
}

std::string formatted_time(const std::string& pattern, std::time_t now) {
  std::tm local{};
  ::localtime_r(&now, &local);
  // Python's own: microseconds, which this clock does not have.
  std::string format = replace_all(pattern, "%f", "000000") + " ";
  std::string text(format.size() * 4 + 256, '\0');
  const std::size_t size = std::strftime(text.data(), text.size(), format.c_str(), &local);
  text.resize(size == 0 ? 0 : size - 1);
  return text;
}

}  // namespace

/// Counts how deep evaluation is; Python's stack ends much earlier than ours.
class Tree::Deeper {
 public:
  explicit Deeper(Tree& tree) : tree_(tree) {
    if (tree_.depth_ >= deepest) {
      throw ConfigError("RecursionError", "maximum recursion depth exceeded");
    }
    ++tree_.depth_;
  }
  ~Deeper() { --tree_.depth_; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;

 private:
  Tree& tree_;
};

void Tree::count_text(std::size_t bytes) {
  text_ += bytes;
  if (text_ > options_.limits.text) {
    throw ConfigError("MemoryError", "interpolations give too much text");
  }
}

Node* Tree::dereference(Node& node) { return maybe_dereference(node, true, nullptr); }

Node* Tree::maybe_dereference(Node& node, bool must, Memo* memo) {
  if (!node.is_interpolation()) return &node;
  if (node.parent == nullptr) {
    if (!must) return nullptr;
    throw ConfigError("InterpolationResolutionError",
                      "Cannot resolve interpolation for a node without a parent");
  }
  return resolve_interpolation(*node.parent, node, must, memo);
}

Node* Tree::resolve_interpolation(Node& parent, Node& node, bool must, Memo* memo) {
  const Expression expression = parse_text(node.item.scalar()->string());
  Item resolved;
  try {
    resolved = evaluate_guarded(expression, {&parent, &node, memo});
  } catch (const ConfigError& error) {
    if (must || !error.is_resolution_error()) throw;
    return nullptr;
  }
  if (Node* existing = resolved.node()) return existing;
  Node* result = add(Node::Kind::result, &parent);
  result->item = std::move(resolved);
  result->key = node.key;
  return result;
}

Item Tree::evaluate_guarded(const Expression& expression, const Scope& scope) {
  try {
    const Deeper deeper(*this);
    if (++evaluations_ > options_.limits.evaluations) {
      throw ConfigError("RecursionError", "too many interpolations");
    }
    return evaluate(expression, scope);
  } catch (const ConfigError& error) {
    if (error.is_resolution_error()) throw;
    throw ConfigError(
        "InterpolationResolutionError",
        fmt::format("{} raised while resolving interpolation: {}", error.type(), error.what()));
  }
}

Item Tree::evaluate(const Expression& expression, const Scope& scope) {
  switch (expression.kind) {
    case Expression::Kind::literal:
      return expression.value;
    case Expression::Kind::concat:
      return yaml::Value(join(expression.parts, scope));
    case Expression::Kind::node: {
      std::string key;
      for (const auto& part : expression.parts)
        key += name_of(part, scope);
      return resolve_key(*scope.container, key, scope.memo);
    }
    case Expression::Kind::resolver:
      return call(expression, scope);
    case Expression::Kind::list: {
      Item::List items;
      for (const auto& part : expression.parts)
        items.push_back(evaluate(part, scope).value());
      return items;
    }
    case Expression::Kind::dict: {
      Item::Dict members;
      for (std::size_t i = 0; i + 1 < expression.parts.size(); i += 2) {
        const yaml::Value key = evaluate(expression.parts[i], scope).plain();
        Item value = evaluate(expression.parts[i + 1], scope).value();
        const auto same = std::find_if(members.begin(), members.end(), [&](const auto& member) {
          return yaml::python_equal(member.first, key);
        });
        if (same != members.end()) {
          same->second = std::move(value);
        } else {
          members.emplace_back(key, std::move(value));
        }
      }
      return members;
    }
  }
  return {};
}

std::string Tree::join(const std::vector<Expression>& parts, const Scope& scope) {
  std::string result;
  for (const auto& part : parts) {
    const std::string text = text_of(evaluate(part, scope));
    count_text(text.size());
    result += text;
  }
  return result;
}

/// A piece of a key or of a resolver's name.
std::string Tree::name_of(const Expression& expression, const Scope& scope) {
  const Item item = evaluate(expression, scope).value();
  if (const std::string* text = string_in(item)) return *text;
  throw ConfigError(
      "InterpolationResolutionError",
      fmt::format("The following interpolation is used to denote a config key and thus should "
                  "return a string, but instead returned `{}` of type `<class '{}'>`: {}",
                  text_of(item), type_of(item), expression.text));
}

Node* Tree::resolve_key(Node& container, const std::string& key, Memo* memo) {
  std::pair<Node*, std::string_view> start;
  try {
    start = key_and_root(container, key);
  } catch (const ConfigError& error) {
    throw ConfigError("InterpolationKeyError",
                      std::string("ConfigKeyError while resolving interpolation: ") + error.what());
  }
  Selection found;
  try {
    found = select_impl(*start.first, start.second, true, true, memo);
  } catch (const ConfigError& error) {
    if (error.type() != "MissingMandatoryValue") throw;
    throw ConfigError(
        "InterpolationToMissingValueError",
        std::string("MissingMandatoryValue while resolving interpolation: ") + error.what());
  }
  if (found.node == nullptr) {
    throw ConfigError("InterpolationKeyError",
                      fmt::format("Interpolation key '{}' not found", start.second));
  }
  for (const Node* node = &container; node != nullptr; node = node->parent) {
    if (node == found.node) {
      throw ConfigError("InterpolationResolutionError", "Interpolation to parent node detected");
    }
  }
  return found.node;
}

Item Tree::call(const Expression& expression, const Scope& scope) {
  std::string name;
  for (std::size_t i = 0; i < expression.names; ++i)
    name += name_of(expression.parts[i], scope);
  Item::List arguments;
  for (std::size_t i = expression.names; i < expression.parts.size(); ++i)
    arguments.push_back(evaluate(expression.parts[i], scope).value());
  const auto own = options_.resolvers.find(name);
  if (own == options_.resolvers.end()) return call_built_in(name, arguments, scope);
  std::vector<yaml::Value> values;
  for (const auto& argument : arguments)
    values.push_back(argument.plain());
  return own->second(values);
}

Item Tree::call_built_in(const std::string& name, const Item::List& arguments, const Scope& scope) {
  const Arity* arity = arity_of(name);
  const bool is_hydra = name == "now" || name == "hydra" || name == "python_version";
  if (is_hydra && options_.hydra_resolvers) {
    if (arity != nullptr) check_arity(*arity, arguments.size());
    if (name == "now") return hydra_now(arguments);
    if (name == "hydra") throw ConfigError("ValueError", "HydraConfig was not set");
    throw ConfigError("UnsupportedInterpolationType",
                      "Unsupported interpolation type python_version (there is no Python here)");
  }
  if (arity == nullptr || is_hydra) {
    throw ConfigError("UnsupportedInterpolationType", "Unsupported interpolation type " + name);
  }
  check_arity(*arity, arguments.size());
  if (name == "oc.env") return oc_env(arguments);
  if (name == "oc.select") return oc_select(arguments, scope);
  if (name == "oc.decode") return oc_decode(arguments, scope);
  if (name == "oc.create") return oc_create(arguments, scope);
  if (name == "oc.dict.keys") return oc_dict_keys(arguments, scope);
  if (name == "oc.dict.values") return oc_dict_values(arguments, scope);
  return oc_deprecated(arguments, scope);
}

Item Tree::hydra_now(const Item::List& arguments) const {
  return yaml::Value(formatted_time(
      require_string(arguments, 0, "strftime() argument 1 must be str, not {1}"), options_.now));
}

Item Tree::oc_env(const Item::List& arguments) const {
  const std::string& name = require_string(arguments, 0, "str expected, not {1}");
  const auto found = options_.environment.find(name);
  if (found != options_.environment.end()) return yaml::Value(found->second);
  if (arguments.size() < 2) {
    // As Python prints the text of a KeyError.
    throw ConfigError(
        "KeyError", expcore::python_repr(fmt::format("Environment variable '{}' not found", name)));
  }
  const yaml::Value* fallback = arguments[1].scalar();
  if (fallback != nullptr && fallback->is_null()) return yaml::Value();
  return yaml::Value(text_of(arguments[1]));
}

Item Tree::oc_select(const Item::List& arguments, const Scope& scope) {
  if (string_in(arguments[0]) == nullptr) {
    throw ConfigError("AttributeError", fmt::format("'{}' object has no attribute 'startswith'",
                                                    type_of(arguments[0])));
  }
  Node* node = select_node(*scope.container, *string_in(arguments[0]), false);
  if (node != nullptr && !node->is_missing()) return Item(node).value();
  return arguments.size() > 1 ? arguments[1] : Item(yaml::Value());
}

Item Tree::oc_decode(const Item::List& arguments, const Scope& scope) {
  if (const auto* scalar = arguments[0].scalar(); scalar != nullptr && scalar->is_null()) return {};
  const std::string& text = require_string(
      arguments, 0, "`oc.decode` can only take strings or None as input, but `{}` is of type {}");
  const Expression expression = parse_element(text);
  return evaluate_guarded(expression, {scope.container, scope.node, nullptr}).value();
}

Item Tree::oc_create(const Item::List& arguments, const Scope& scope) {
  Item given = arguments[0];
  if (const std::string* text = string_in(given)) {
    yaml::Value parsed = yaml::parse_yaml_1_1(*text);
    if (parsed.is_string()) {
      yaml::Map only_key;
      only_key.append(parsed, yaml::Null{});
      parsed = std::move(only_key);
    } else if (parsed.is_null()) {
      parsed = yaml::Map();
    }
    given = Item(std::move(parsed));
  }
  if (const yaml::Value* scalar = given.scalar()) {
    if (scalar->is_null()) return given;
    throw ConfigError("ValidationError",
                      fmt::format("Object of unsupported type: '{}'", yaml::python_type(*scalar)))
        .located("", "None");
  }
  return make(given, scope.container);
}

Node& Tree::dict_for(const std::string& resolver, const Item::List& arguments, const Scope& scope) {
  const std::string& key = require_string(
      arguments, 0, "`" + resolver + "` requires a string as input, but obtained `{}` of type: {}");
  Node* node = select_node(*scope.container, key, true);
  if (node == nullptr) throw ConfigError("ConfigKeyError", fmt::format("Key not found: '{}'", key));
  if (!node->is_dict()) {
    throw ConfigError("TypeError", fmt::format("`{}` cannot be applied to objects of type: {}",
                                               resolver, type_of(Item(node).value())));
  }
  return *node;
}

Item Tree::oc_dict_keys(const Item::List& arguments, const Scope& scope) {
  Item::List keys;
  for (const auto& entry : dict_for("oc.dict.keys", arguments, scope).entries)
    keys.emplace_back(entry.key);
  return make(Item(std::move(keys)), scope.container);
}

/// References to the values, not copies: they follow what the dict becomes.
Item Tree::oc_dict_values(const Item::List& arguments, const Scope& scope) {
  const Node& dict = dict_for("oc.dict.values", arguments, scope);
  std::string key = *string_in(arguments[0]);
  if (key.starts_with('.')) key.insert(0, 1, '.');  // the list is one level more
  Item::List references;
  for (const auto& entry : dict.entries)
    references.emplace_back(
        yaml::Value(fmt::format("${{{}.{}}}", key, yaml::python_str(entry.key))));
  return make(Item(std::move(references)), scope.container);
}

Item Tree::oc_deprecated(const Item::List& arguments, const Scope& scope) {
  const std::string& key =
      require_string(arguments, 0, "oc.deprecated: interpolation key type is not a string ({1})");
  std::string message = "'$OLD_KEY' is deprecated. Change your code and config to use '$NEW_KEY'";
  if (arguments.size() > 1) {
    message = require_string(arguments, 1,
                             "oc.deprecated: interpolation message type is not a string ({1})");
  }
  const std::string old_key = scope.node->full_key();
  Node* target = select_node(*scope.container, key, false);
  if (target == nullptr) {
    throw ConfigError(
        "ConfigKeyError",
        fmt::format("In oc.deprecated resolver at '{}': Key not found: '{}'", old_key, key));
  }
  warnings_.push_back(substitute(std::move(message), old_key, target->full_key()));
  return target;
}

void Tree::set_value(Node& node, const Item& item) {
  if (item.scalar() == nullptr && !options_.allow_objects) {
    throw ConfigError("UnsupportedValueType",
                      fmt::format("Value '{}' is not a supported primitive type", type_of(item)));
  }
  if (const yaml::Value* scalar = item.scalar()) {
    if (scalar->is_string() && has_interpolation(scalar->string())) parse_text(scalar->string());
    node.item = item;
    return;
  }
  Node* made = make(item, node.parent);
  node.kind = made->kind;
  node.entries = made->entries;
  node.places_.clear();
  node.item = {};
  reparent(node);
}

void Tree::resolve(Node& root) { resolve_node(root); }

void Tree::resolve_node(Node& node) {
  const Deeper deeper(*this);
  for (std::size_t i = 0; i < node.entries.size(); ++i)
    resolve_member(node, i);
}

void Tree::resolve_member(Node& container, std::size_t index) {
  Node& node = *container.entries[index].node;
  if (!node.is_interpolation()) {
    resolve_node(node);
    return;
  }
  Node* resolved = nullptr;
  try {
    resolved = dereference(node);
  } catch (const ConfigError& error) {
    if (error.type() != "InterpolationToMissingValueError") throw;
    node.item = yaml::Value("???");
    return;
  }
  if (resolved->is_container()) {
    resolve_node(*resolved);
    set(container, node.key, *resolved);
  } else {
    set_value(node, Item(resolved).value());
  }
}

}  // namespace expcore::omegaconf
