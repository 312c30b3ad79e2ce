#include "hydra/params_file.hpp"

#include <expcore/error.hpp>

#include "omegaconf/dump.hpp"

namespace expcore::hydra {

ComposeOptions compose_options(const ParamsSettings& settings,
                               const std::vector<std::string>& overrides,
                               const std::string& directory,
                               const std::map<std::string, std::string>& environment,
                               std::time_t now) {
  if (!settings.config_module.empty()) {
    throw Error(Errc::invalid_argument,
                "hydra.config_module '" + settings.config_module +
                    "' is not supported: finding a Python module needs Python. Set "
                    "hydra.config_dir to its folder");
  }
  ComposeOptions options;
  options.config_dir = settings.config_dir;
  options.config_name = settings.config_name;
  options.overrides = overrides;
  options.directory = directory;
  options.environment = environment;
  options.now = now;
  return options;
}

std::string composed_params(const ParamsSettings& settings,
                            const std::vector<std::string>& overrides, const std::string& directory,
                            const std::map<std::string, std::string>& environment, std::time_t now,
                            const std::function<void(const std::string&)>& warn) {
  const Composition composition =
      compose(compose_options(settings, overrides, directory, environment, now));
  if (warn) {
    for (const auto& warning : composition.warnings)
      warn(warning);
  }
  return omegaconf::to_yaml(composition.config);
}

params::Interpolate params_interpolation(std::map<std::string, std::string> environment) {
  return [environment = std::move(environment)](const yaml::Value& document,
                                                const std::vector<std::string>& path,
                                                const std::string&) -> yaml::Value {
    omegaconf::TreeOptions options;
    options.environment = environment;
    options.allow_objects = true;
    omegaconf::Tree tree(options);
    omegaconf::Node* node = tree.make(document);
    for (const auto& key : path) {
      if (node->is_list()) {
        node = node->entries.at(std::stoul(key)).node;
      } else {
        node = node->find(std::string_view(key));
      }
      if (node == nullptr) throw Error(Errc::internal, "no value at '" + key + "'");
    }
    omegaconf::Node* result = tree.dereference(*node);
    if (result->is_container()) tree.resolve(*result);
    return result->plain();
  };
}

}  // namespace expcore::hydra
