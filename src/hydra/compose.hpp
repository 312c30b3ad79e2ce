#pragma once
#include <ctime>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "omegaconf/tree.hpp"
#include "params/override.hpp"
#include "yaml/value.hpp"

/// Composition as hydra.compose does it. Source: hydra config_loader_impl.py, compose.py.
namespace expcore::hydra {

struct ComposeOptions {
  std::string config_dir;              ///< Absolute.
  std::string config_name = "config";  ///< May hold '/'; ".yaml" is optional.
  std::vector<std::string> overrides;  ///< "group=option", "a.b=1", "+c=2", "~d".
  std::string directory;               ///< Relative folders of `hydra.searchpath` start here.
  std::map<std::string, std::string> environment;
  std::map<std::string, omegaconf::Resolver> resolvers;
  std::time_t now = 0;
  bool resolve = true;  ///< Replace interpolations by what they give.
  omegaconf::Limits limits;
};

struct Composition {
  yaml::Value config;  ///< A map, without the `hydra` node.
  std::vector<std::string> warnings;
};

/// Throws: Error{invalid_argument, not_found, parse} in Hydra's and OmegaConf's words.
Composition compose(const ComposeOptions& options);

/// Applies `a.b=1`, `+c=2`, `++d=3` and `~e` to a tree.
/// Throws: Error{invalid_argument} "Could not override 'a.b'.\nTo append …", with its cause.
void apply_override(omegaconf::Tree& tree, omegaconf::Node& root, const params::Override& override);

}  // namespace expcore::hydra
