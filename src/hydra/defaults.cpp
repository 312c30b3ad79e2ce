#include "hydra/defaults.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"

namespace expcore::hydra {

using params::Override;
using params::OverrideKind;
using yaml::Value;

namespace {

constexpr std::size_t deepest = 100;
constexpr std::size_t most_entries = 100'000;

[[noreturn]] void fail(const std::string& message) { throw Error(Errc::parse, message); }

/// What a group is set to: an option, null, or several options.
struct Choice {
  std::optional<std::string> value;
  std::vector<std::string> options;
  bool has_options = false;

  std::string shown() const {
    if (!has_options) return value.value_or("None");
    yaml::List list(options.begin(), options.end());
    return yaml::python_repr(Value(std::move(list)));
  }
};

struct OverrideState {
  Choice choice;
  bool external = false;
  std::string containing_config;
  bool used = false;
};

struct Deletion {
  std::optional<std::string> name;
  bool used = false;
};

/// Insertion-ordered map.
template <typename T>
class Ordered {
 public:
  T* find(const std::string& key) {
    const auto found = places_.find(key);
    return found == places_.end() ? nullptr : &items_[found->second].second;
  }
  T& operator[](const std::string& key) {
    const auto [place, added] = places_.try_emplace(key, items_.size());
    if (added) items_.emplace_back(key, T{});
    return items_[place->second].second;
  }
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }

 private:
  std::map<std::string, std::size_t> places_;
  std::vector<std::pair<std::string, T>> items_;
};

struct TreeNode;
using TreeNodes = std::vector<std::unique_ptr<TreeNode>>;

/// A config of the defaults tree; without children it stands for itself.
struct TreeNode {
  Default item;
  const TreeNode* parent = nullptr;
  TreeNodes children;
};

/// The choices made so far. Source: defaults_list.py Overrides.
class Choices {
 public:
  Choices(const Repository& repository, const std::vector<Override>& overrides,
          std::vector<const Override*>& value_overrides) {
    for (const auto& override : overrides) {
      if (is_group_override(repository, override)) {
        add_external(override);
      } else {
        value_overrides.push_back(&override);
      }
    }
  }

  std::vector<Default> appended;

  void add(const std::string& containing_config, const Default& item) {
    const std::string key = item.override_key();
    if (overrides_.find(key) != nullptr) return;
    overrides_[key] = {choice_of(item), false, containing_config, false};
  }

  void apply_to(Default& item) {
    if (!item.is_group) return;
    OverrideState* state = overrides_.find(item.override_key());
    if (state == nullptr) return;
    item.value = state->choice.value;
    item.options = state->choice.options;
    item.has_options = state->choice.has_options;
    state->used = true;
  }

  bool take_deletion(Default& item) {
    if (!item.is_group) return false;
    Deletion* deletion = deletions_.find(item.override_key());
    if (deletion == nullptr || (deletion->name && deletion->name != item.value)) return false;
    item.deleted = true;
    deletion->used = true;
    return true;
  }

  void set_known(const Default& item) {
    if (!item.is_group) return;
    const std::string key = item.override_key();
    if (const auto* known = known_.find(key); known == nullptr) {
      known_[key] = item.value;
    } else if (*known != item.value) {
      fail(fmt::format("Multiple values for {0}. To override a value use 'override {0}: {1}'", key,
                       known->value_or("None")));
    }
    known_per_group_[item.group_path()].insert(key);
  }

  const Ordered<std::optional<std::string>>& known() const { return known_; }

  void ensure_used() {
    for (const auto& [key, state] : overrides_) {
      if (!state.used) fail_unused(key, state);
    }
    for (const auto& [key, deletion] : deletions_) {
      if (deletion.used) continue;
      fail(fmt::format("Could not delete '{}{}'. No match in the defaults list", key,
                       deletion.name ? "=" + *deletion.name : ""));
    }
  }

 private:
  static Choice choice_of(const Default& item) {
    return {item.value, item.options, item.has_options};
  }

  static bool is_group_override(const Repository& repository, const Override& override) {
    if (override.value.as<params::ElementMap>() != nullptr) return false;
    return repository.group_exists(override.key.key);
  }

  static std::string key_of(const Override& override) {
    const auto& key = override.key;
    return key.package ? key.key + "@" + *key.package : key.key;
  }

  void add_external(const Override& override) {
    if (override.kind == OverrideKind::force_add) {
      fail(fmt::format("force-add of config groups is not supported: '{}'", override.text));
    }
    const Value value = params::to_value(override.value);
    const bool is_none = override.value_kind == params::ValueKind::none || value.is_null();
    if (override.kind == OverrideKind::remove) {
      if (!is_none && !value.is_string()) {
        fail("Config group override deletion value must be a string : " + override.text);
      }
      Deletion deletion;
      if (!is_none) deletion.name = value.string();
      deletions_[key_of(override)] = deletion;
      return;
    }
    const Choice choice = choice_of(value);
    if (override.kind == OverrideKind::add) {
      Default item;
      item.is_group = true;
      item.path = override.key.key;
      item.package = override.key.package;
      if (item.package == "_here_") item.package = "";
      item.value = choice.value;
      item.options = choice.options;
      item.has_options = choice.has_options;
      item.external = true;
      appended.push_back(item);
      return;
    }
    overrides_[key_of(override)] = {choice, true, "", false};
  }

  static Choice choice_of(const Value& value) {
    Choice choice;
    if (value.is_string()) {
      choice.value = value.string();
    } else if (value.is_list()) {
      choice.has_options = true;
      for (const auto& option : value.list())
        choice.options.push_back(yaml::python_str(option));
    } else {
      fail(fmt::format("Config group override must be a string or a list. Got {}",
                       yaml::python_type(value)));
    }
    return choice;
  }

  [[noreturn]] void fail_unused(const std::string& key, const OverrideState& state) {
    const std::string group = key.substr(0, key.find('@'));
    const auto known = known_per_group_.find(group);
    std::string message = fmt::format("Could not override '{}'.", key);
    if (known == known_per_group_.end()) {
      message += " No match in the defaults list.";
    } else {
      const std::vector<std::string> keys(known->second.begin(), known->second.end());
      message += fmt::format("\nDid you mean to override {}{}?", keys.size() > 1 ? "one of " : "",
                             join(keys, ", "));
    }
    if (!state.external) {
      message = fmt::format("In '{}': {}", state.containing_config, message);
    } else {
      message +=
          fmt::format("\nTo append to your default list use +{}={}", key, state.choice.shown());
    }
    fail(message);
  }

  Ordered<OverrideState> overrides_;
  Ordered<Deletion> deletions_;
  Ordered<std::optional<std::string>> known_;
  std::map<std::string, std::set<std::string>> known_per_group_;
};

class Expander {
 public:
  Expander(Repository& repository, Choices& choices, std::vector<std::string>& warnings)
      : repository_(repository), choices_(choices), warnings_(warnings) {}

  void expand(TreeNode& node, bool is_root, bool interpolated) {
    if (++entries_ > most_entries) fail("the defaults list is too long");
    if (depth_ >= deepest) {
      fail(fmt::format(
          "In '{}': the defaults list is nested too deeply, or in a cycle",
          node.parent == nullptr ? node.item.config_path() : node.parent->item.config_path()));
    }
    ++depth_;
    expand_below(node, is_root, interpolated);
    --depth_;
  }

 private:
  void expand_below(TreeNode& node, bool is_root, bool interpolated) {
    Default& item = node.item;
    if (is_root) {
      item.set_parent("", "");
      if (!repository_.config_exists(item.config_path())) fail_not_found(node);
    }
    if (!item.is_missing()) set_header(item);
    if (choices_.take_deletion(item)) return;
    choices_.set_known(item);
    if (!item.name()) return;
    check_not_missing(item);
    const std::string path = item.config_path();
    const Config* config = repository_.load(path);
    if (config == nullptr) {
      if (!item.optional) fail_not_found(node);
      item.deleted = true;
      return;
    }
    std::vector<Default> defaults = config->defaults;
    bool self_added = false;
    if (!defaults.empty() || (is_root && item.primary && !choices_.appended.empty())) {
      self_added = ensure_self(item, defaults, *config);
    }
    if (is_root && item.primary) {
      defaults.insert(defaults.end(), choices_.appended.begin(), choices_.appended.end());
    } else if (is_root) {
      defaults.insert(defaults.end(), choices_.appended.begin(), choices_.appended.end());
    }
    register_overrides(item, defaults, interpolated);
    add_children(node, defaults, interpolated);
    expand_interpolations(node, defaults, self_added);
    std::reverse(node.children.begin(), node.children.end());
  }

  void set_header(Default& item) {
    if (item.is_group && item.has_options) return;
    const Config* config = repository_.load(item.config_path());
    if (config == nullptr || !config->package) return;
    const std::string& header = *config->package;
    item.package_header = header == "_global_" || header.starts_with("_global_.") ? header
                          : header.empty()                                        ? "_global_"
                                           : "_global_." + header;
  }

  void check_not_missing(const Default& item) {
    if (!item.config_path().ends_with("???")) return;
    if (!item.is_group) {
      fail("Missing ConfigDefault is not supported : " + item.config_path());
    }
    const std::string key = item.override_key();
    std::string message =
        fmt::format("You must specify '{0}', e.g, {0}=<OPTION>\nAvailable options:\n", key);
    std::vector<std::string> options;
    for (const auto& option : repository_.options(item.group_path()))
      options.push_back("\t" + option);
    fail(message + join(options, "\n"));
  }

  static bool has_own_content(const Config& config) {
    if (!config.content->is_dict()) return false;
    return std::any_of(config.content->entries.begin(), config.content->entries.end(),
                       [](const auto& entry) { return !entry.node->is_missing(); });
  }

  /// Where the config's own content goes: at the end unless `_self_` says so. True when added.
  bool ensure_self(const Default& item, std::vector<Default>& defaults, const Config& config) {
    bool has_self = false;
    bool has_plain = false;
    for (const auto& entry : defaults) {
      if (!entry.is_override) has_plain = true;
      if (!entry.is_self()) continue;
      if (has_self) fail("Duplicate _self_ defined in " + item.config_path());
      has_self = true;
    }
    if ((!has_self && has_plain) || defaults.empty()) {
      if (item.primary && has_plain && has_own_content(config)) {
        warnings_.push_back(fmt::format(
            "In '{}': Defaults list is missing `_self_`. See "
            "https://hydra.cc/docs/1.2/upgrades/1.0_to_1.1/default_composition_order for more "
            "information",
            item.config_path()));
      }
      Default self;
      self.path = "_self_";
      defaults.push_back(self);
    }
    return !has_self;
  }

  void register_overrides(const Default& parent, std::vector<Default>& defaults,
                          bool interpolated) {
    const Default* last = nullptr;
    for (auto& item : defaults) {
      if (item.is_self()) continue;
      item.set_parent(parent.group_path(), parent.final_package());
      if (last != nullptr && !item.is_override && !item.external) {
        fail(
            fmt::format("In {}: Override '{} : {}' is defined before '{}: {}'.\n"
                        "Overrides must be at the end of the defaults list",
                        parent.config_path(), last->override_key(), last->value.value_or("None"),
                        item.override_key(), item.name().value_or("None")));
      }
      if (!item.is_override) continue;
      last = &item;
      if (interpolated) {
        fail(
            fmt::format("{}: Default List Overrides are not allowed in the subtree\nof an in "
                        "interpolated config group (override {}={}).\n",
                        parent.config_path(), item.override_key(), item.value.value_or("None")));
      }
      choices_.add(parent.config_path(), item);
    }
  }

  /// Last first, so that overrides in later configs reach earlier ones.
  void add_children(TreeNode& node, const std::vector<Default>& defaults, bool interpolated) {
    const Default parent = node.item;
    for (auto entry = defaults.rbegin(); entry != defaults.rend(); ++entry) {
      Default item = *entry;
      if (item.is_self()) {
        item.set_parent(parent.base_dir,
                        parent.package ? *parent.package : parent.package_header.value_or(""));
        add_leaf(node, item);
        continue;
      }
      if (item.is_override) continue;
      item.set_parent(parent.group_path(), parent.final_package());
      choices_.apply_to(item);
      if (item.is_group && item.has_options) {
        add_options(node, item, interpolated);
      } else if (item.is_interpolation()) {
        add_leaf(node, item);
      } else {
        expand(add_leaf(node, item), false, interpolated);
      }
    }
  }

  void add_options(TreeNode& node, const Default& group, bool interpolated) {
    const Default& parent = node.item;
    for (auto option = group.options.rbegin(); option != group.options.rend(); ++option) {
      if (omegaconf::has_interpolation(*option)) {
        fail(fmt::format(
            "In '{}': Defaults List interpolation is not supported in options list items",
            parent.config_path()));
      }
      Default item;
      item.path = group.path + "/" + *option;
      item.package = group.package;
      item.optional = group.optional;
      item.set_parent(parent.group_path(), parent.final_package());
      expand(add_leaf(node, item), false, interpolated);
    }
  }

  static TreeNode& add_leaf(TreeNode& node, const Default& item) {
    node.children.push_back(std::make_unique<TreeNode>(TreeNode{item, &node, {}}));
    return *node.children.back();
  }

  void expand_interpolations(TreeNode& node, const std::vector<Default>& defaults,
                             bool self_added) {
    if (std::none_of(node.children.begin(), node.children.end(), [](const auto& child) {
          return child->children.empty() && child->item.is_interpolation();
        }))
      return;
    const Value known = known_choices(defaults, self_added);
    for (auto& child : node.children) {
      if (!child->children.empty() || !child->item.is_interpolation()) continue;
      resolve(child->item, known);
      child->item.set_parent(node.item.group_path(), node.item.final_package());
      expand(*child, false, true);
    }
  }

  Value known_choices(const std::vector<Default>& defaults, bool self_added) {
    yaml::Map map;
    for (const auto& [key, value] : choices_.known())
      map.set(key, value ? Value(*value) : Value());
    yaml::List list;
    for (const auto& item : defaults) {
      if (self_added && item.is_self()) continue;
      if (!item.is_group) {
        list.emplace_back(item.config_path());
        continue;
      }
      yaml::Map entry;
      entry.append(item.override_key(), item.value ? Value(*item.value) : Value());
      list.emplace_back(std::move(entry));
    }
    map.set("defaults", std::move(list));
    return map;
  }

  static void resolve(Default& item, const Value& known) {
    const std::string text = item.is_group ? *item.value : item.config_path();
    omegaconf::Tree tree;
    try {
      omegaconf::Node* root = tree.make(known);
      omegaconf::Node* node = tree.make(Value(text), root);
      const omegaconf::Item result = omegaconf::Item(tree.dereference(*node)).value();
      const auto* scalar = result.scalar();
      if (scalar == nullptr || !scalar->is_string()) fail("AssertionError");
      (item.is_group ? *item.value : item.path) = scalar->string();
    } catch (const omegaconf::ConfigError& error) {
      if (!error.is_resolution_error()) throw;
      std::vector<std::string> keys;
      for (const auto& member : known.map()) {
        if (member.key.string() != "defaults") keys.push_back(member.key.string());
      }
      fail(fmt::format("Error resolving interpolation '{}'{}", text,
                       keys.empty() ? "" : ", possible interpolation keys: " + join(keys, ", ")));
    }
  }

  [[noreturn]] void fail_not_found(const TreeNode& node) {
    const Default& item = node.item;
    std::string message;
    if (item.primary) {
      message = fmt::format(
          "Cannot find primary config '{}'. Check that it's in your config search path.\n",
          item.config_path());
    } else {
      if (item.is_group) {
        const std::string group = item.group_path();
        message = fmt::format("Could not find '{}'\n", item.config_path());
        const auto options = repository_.options(group);
        if (!options.empty()) {
          message +=
              fmt::format("\nAvailable options in '{}':\n\t{}", group, join(options, "\n\t"));
        }
      } else {
        message = fmt::format("Could not load '{}'.\n", item.config_path());
      }
      if (node.parent != nullptr) {
        message = fmt::format("In '{}': {}", node.parent->item.config_path(), message);
      }
    }
    throw Error(Errc::not_found, message + "\nConfig search path:\n" + repository_.search_path());
  }

  Repository& repository_;
  Choices& choices_;
  std::vector<std::string>& warnings_;
  std::size_t depth_ = 0;
  std::size_t entries_ = 0;
};

/// The leaves in order.
void collect(const TreeNode& node, std::vector<ResultDefault>& result,
             std::set<std::string>& keys) {
  if (!node.children.empty()) {
    for (const auto& child : node.children)
      collect(*child, result, keys);
    return;
  }
  const Default& item = node.item;
  if (item.deleted || item.is_missing() || (item.is_group && item.has_options) || !item.name()) {
    return;
  }
  if (item.is_self()) {
    const Default& of = node.parent->item;
    result.push_back({of.config_path(), of.final_package(), of.primary});
    return;
  }
  if (item.is_group && !keys.insert(item.override_key()).second) {
    fail(item.override_key() + " appears more than once in the final defaults list");
  }
  result.push_back({item.config_path(), item.final_package(), item.primary});
}

}  // namespace

DefaultsList expand_defaults(Repository& repository, const std::string& config_name,
                             const std::vector<Override>& overrides) {
  DefaultsList list;
  Choices choices(repository, overrides, list.value_overrides);
  Expander expander(repository, choices, list.warnings);
  TreeNode primary;
  primary.item.path = config_name;
  primary.item.primary = true;
  expander.expand(primary, true, false);
  TreeNode hydra;
  hydra.item.path = "hydra/config";
  expander.expand(hydra, false, false);
  std::set<std::string> keys;
  collect(hydra, list.configs, keys);
  collect(primary, list.configs, keys);
  choices.ensure_used();
  return list;
}

}  // namespace expcore::hydra
