#pragma once
#include <ctime>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "hydra/compose.hpp"
#include "params/values.hpp"

/// What DVC does with Hydra when it prepares an experiment's params.yaml.
/// Source: DVC dvc/utils/hydra.py compose_and_dump, dvc/repo/experiments/queue/base.py.
namespace expcore::hydra {

/// The `hydra` section of DVC's configuration.
struct ParamsSettings {
  std::string config_dir;     ///< Absolute.
  std::string config_module;  ///< A Python module: not supported.
  std::string config_name = "config";
};

/// How compose() makes what the settings say.
/// Throws: Error{invalid_argument} for `config_module`, which needs Python.
ComposeOptions compose_options(const ParamsSettings& settings,
                               const std::vector<std::string>& overrides,
                               const std::string& directory,
                               const std::map<std::string, std::string>& environment,
                               std::time_t now);

/// The bytes of the composed params.yaml. `warn` takes what Hydra would warn about; may be empty.
/// Throws: as compose_options() and compose().
std::string composed_params(const ParamsSettings& settings,
                            const std::vector<std::string>& overrides, const std::string& directory,
                            const std::map<std::string, std::string>& environment, std::time_t now,
                            const std::function<void(const std::string&)>& warn);

/// Resolves `${…}` that an override puts into a params file, with OmegaConf's own resolvers.
params::Interpolate params_interpolation(std::map<std::string, std::string> environment);

}  // namespace expcore::hydra
