#pragma once
#include <optional>
#include <string>
#include <vector>

#include "hydra/source.hpp"
#include "params/override.hpp"

/// Defaults lists, expanded. Source: hydra defaults_list.py.
namespace expcore::hydra {

/// A config to merge, in order.
struct ResultDefault {
  std::string config_path;
  std::string package;
  bool primary = false;
};

struct DefaultsList {
  std::vector<ResultDefault> configs;
  /// Overrides of values rather than groups.
  std::vector<const params::Override*> value_overrides;
  std::vector<std::string> warnings;
};

/// Expands the defaults list of the primary config (and Hydra's own) under the overrides of groups.
/// Cycles and lists beyond 100 levels or 100000 entries are errors.
/// Throws: Error{parse} or Error{invalid_argument} in Hydra's words.
DefaultsList expand_defaults(Repository& repository, const std::string& config_name,
                             const std::vector<params::Override>& overrides);

}  // namespace expcore::hydra
