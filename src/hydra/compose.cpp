#include "hydra/compose.hpp"

#include <expcore/error.hpp>
#include <fmt/format.h>

#include "base/text.hpp"
#include "hydra/defaults.hpp"
#include "hydra/source.hpp"

namespace expcore::hydra {

using omegaconf::ConfigError;
using omegaconf::Node;
using omegaconf::Tree;
using params::Override;
using params::OverrideKind;
using yaml::Value;

namespace {

[[noreturn]] void fail(const std::string& message) { throw Error(Errc::invalid_argument, message); }

/// A failure of its own with the one that caused it.
[[noreturn]] void fail_because(const ConfigError& cause, const std::string& message) {
  Error error(Errc::invalid_argument, cause.what());
  error.add_context(message);
  throw error;
}

bool is_hydra(const Override& override) {
  return override.key.key == "hydra" || override.key.key.starts_with("hydra.");
}

void refuse_sweep(const Override& override) {
  if (!override.is_sweep()) return;
  if (override.value_kind != params::ValueKind::simple_choice) {
    fail(fmt::format("Sweep parameters '{}' requires --multirun", override.text));
  }
  fail(
      fmt::format("Ambiguous value for argument '{}'\n"
                  "1. To use it as a list, use key=[value1,value2]\n"
                  "2. To use it as string, quote the value: key='value1,value2'\n"
                  "3. To sweep over it, add --multirun to your command line",
                  override.text));
}

/// `hydra.searchpath` of the command line or of the primary config.
void extend_search_path(Repository& repository, const Config* primary,
                        const std::vector<Override>& overrides,
                        std::vector<std::string>& warnings) {
  Value path;
  std::string provider = "hydra.searchpath in main";
  if (primary != nullptr) {
    const Node* node = primary->content->find(std::string_view("hydra"));
    if (node != nullptr && node->is_dict()) node = node->find(std::string_view("searchpath"));
    if (node != nullptr && primary->content->find(std::string_view("hydra"))->is_dict()) {
      path = node->plain();
    }
  }
  for (const auto& override : overrides) {
    if (override.key_element() != "hydra.searchpath") continue;
    path = params::to_value(override.value);
    provider = "hydra.searchpath in command-line";
    break;
  }
  if (!path.is_null()) {
    const auto is_text = [](const Value& value) { return value.is_string(); };
    if (!path.is_list() || !std::all_of(path.list().begin(), path.list().end(), is_text)) {
      fail("hydra.searchpath must be a list of strings. Got: " + yaml::python_str(path));
    }
    for (const auto& item : path.list())
      repository.append(provider, item.string());
    warnings = repository.unavailable();
  }
  repository.append("schema", "structured://");
}

/// Puts the content of a config where its package says and merges it into the whole.
void merge_config(Tree& tree, Node& root, Repository& repository, const ResultDefault& item) {
  const Config* config = repository.load(item.config_path);
  Node* content = config->content;
  if (!item.package.empty()) {
    tree.share_nodes = false;
    Node* embedded = tree.make(Value(yaml::Map()));
    tree.embed(*embedded, item.package, *content);
    content = embedded;
  }
  if (!item.primary && content->is_dict()) {
    const Node* hydra = content->find(std::string_view("hydra"));
    if (hydra != nullptr && hydra->is_dict() && hydra->find(std::string_view("searchpath"))) {
      fail(fmt::format(
          "In '{}': Overriding hydra.searchpath is only supported from the primary config",
          item.config_path));
    }
  }
  tree.share_nodes = true;
  try {
    tree.merge(root, *content);
  } catch (const ConfigError& error) {
    const ConfigError located = error.located("", "dict");
    fail(fmt::format("In '{}': {} raised while composing config:\n{}", item.config_path,
                     located.type(), located.what()));
  }
}

void delete_key(Tree& tree, Node& root, const Override& override) {
  const std::string& key = override.key.key;
  const auto found = tree.select(root, key);
  const bool is_null = found && found->scalar() != nullptr && found->scalar()->is_null();
  if (!found || is_null)
    fail(fmt::format("Could not delete from config. '{}' does not exist.", key));
  const Value wanted = params::to_value(override.value);
  const Value have = found->plain();
  if (!wanted.is_null() && !yaml::python_equal(wanted, have)) {
    fail(fmt::format("Could not delete from config. The value of '{}' is {} and not {}.", key,
                     yaml::python_str(have), yaml::python_str(wanted)));
  }
  const auto dot = key.rfind('.');
  if (dot == std::string::npos) return tree.erase(root, key);
  const auto parent = tree.select(root, key.substr(0, dot));
  Node* node = parent->node();
  if (node->is_list()) fail("list indices must be integers or slices, not str");
  tree.erase(*node, key.substr(dot + 1));
}

void add_key(Tree& tree, Node& root, const Override& override) {
  const std::string& key = override.key.key;
  const Value value = params::to_value(override.value);
  const auto found = tree.select(root, key);
  const bool is_null = found && found->scalar() != nullptr && found->scalar()->is_null();
  if (found && !is_null && value.is_scalar()) {
    fail(
        fmt::format("Could not append to config. An item is already at '{}'.\n"
                    "Either remove + prefix: '{}'\n"
                    "Or add a second + to add or override '{}': '+{}'\n",
                    key, override.text.substr(1), key, override.text));
  }
  tree.update(root, key, value, true);
}

void change_key(Tree& tree, Node& root, const Override& override) {
  try {
    tree.update(root, override.key.key, params::to_value(override.value), false);
  } catch (const ConfigError& error) {
    if (error.type() != "ConfigAttributeError" && error.type() != "ConfigKeyError") throw;
    fail_because(error, fmt::format("Could not override '{}'.\nTo append to your config use +{}",
                                    override.key.key, override.text));
  }
}

Value without_hydra(const Node& root) {
  Value config = root.plain();
  config.map().erase("hydra");
  return config;
}

}  // namespace

void apply_override(Tree& tree, Node& root, const Override& override) {
  if (override.key.package) {
    fail(
        fmt::format("Override {} looks like a config group override, but config group '{}' does "
                    "not exist.",
                    override.text, override.key.key));
  }
  try {
    switch (override.kind) {
      case OverrideKind::remove:
        return delete_key(tree, root, override);
      case OverrideKind::add:
        return add_key(tree, root, override);
      case OverrideKind::force_add:
        return tree.update(root, override.key.key, params::to_value(override.value), true);
      default:
        return change_key(tree, root, override);
    }
  } catch (const ConfigError& error) {
    if (!error.is_omegaconf_error()) throw;
    fail_because(error, "Error merging override " + override.text);
  }
}

Composition compose(const ComposeOptions& options) {
  Tree tree({options.environment, options.resolvers, true, options.now, false, options.limits});
  Repository repository(tree, options.directory.empty() ? options.config_dir : options.directory);
  repository.append("main", options.config_dir);
  if (!repository.main_available()) {
    throw Error(Errc::not_found,
                fmt::format("Primary config directory not found.\nCheck that the config directory "
                            "'{}' exists and readable",
                            options.config_dir));
  }
  std::vector<Override> overrides;
  for (const auto& text : options.overrides)
    overrides.push_back(params::parse_override(text));
  const Config* primary = repository.load(options.config_name);
  if (primary != nullptr && !primary->content->is_dict()) {
    fail(fmt::format("primary config '{}' must be a DictConfig, got ListConfig",
                     options.config_name));
  }
  Composition result;
  extend_search_path(repository, primary, overrides, result.warnings);
  for (const auto& override : overrides)
    refuse_sweep(override);

  const DefaultsList list = expand_defaults(repository, options.config_name, overrides);
  Node* root = tree.make(Value(yaml::Map()));
  for (const auto& item : list.configs)
    merge_config(tree, *root, repository, item);
  tree.share_nodes = false;
  root->struct_flag = true;
  for (const Override* override : list.value_overrides) {
    if (!is_hydra(*override)) apply_override(tree, *root, *override);
  }
  if (root->find(std::string_view("hydra")) != nullptr) tree.erase(*root, "hydra");
  if (options.resolve) tree.resolve(*root);
  result.config = without_hydra(*root);
  result.warnings.insert(result.warnings.end(), list.warnings.begin(), list.warnings.end());
  result.warnings.insert(result.warnings.end(), tree.warnings().begin(), tree.warnings().end());
  return result;
}

}  // namespace expcore::hydra
