#include <ctime>

#include <expcore/composition.hpp>

#include "api/impl.hpp"
#include "exp/stash.hpp"
#include "hydra/compose.hpp"
#include "hydra/params_file.hpp"
#include "metrics/format.hpp"
#include "omegaconf/dump.hpp"
#include "params/file.hpp"
#include "yaml/writer.hpp"

namespace expcore {

struct Composition::Impl {
  hydra::Composition result;
};

Composition::Composition(std::shared_ptr<const Impl> impl) noexcept : impl_(std::move(impl)) {}
Composition::Composition(const Composition&) = default;
Composition& Composition::operator=(const Composition&) = default;
Composition::Composition(Composition&&) noexcept = default;
Composition& Composition::operator=(Composition&&) noexcept = default;
Composition::~Composition() = default;

Composition Composition::compose(const std::filesystem::path& config_dir,
                                 const ComposeOptions& options) {
  hydra::ComposeOptions given;
  given.config_dir = std::filesystem::absolute(config_dir).lexically_normal().string();
  given.config_name = options.config_name;
  given.overrides = options.overrides;
  given.directory = std::filesystem::absolute(options.directory).lexically_normal().string();
  given.environment = options.environment ? *options.environment : api::process_environment();
  given.now = std::time(nullptr);
  given.resolve = options.resolve;
  return Composition(std::make_shared<const Impl>(Impl{hydra::compose(given)}));
}

Composition Composition::compose(const Project& project,
                                 const std::vector<std::string>& overrides) {
  const auto workspace = project.impl_->open();
  const auto options =
      hydra::compose_options(exp::hydra_settings(*workspace), overrides, workspace->directory,
                             workspace->environment, std::time(nullptr));
  return Composition(std::make_shared<const Impl>(Impl{hydra::compose(options)}));
}

std::string Composition::yaml() const { return omegaconf::to_yaml(impl_->result.config); }

std::string Composition::json(int indent) const {
  const yaml::Value& config = impl_->result.config;
  return indent > 0 ? yaml::dump_json_pretty(config, indent) : yaml::dump_json(config);
}

std::vector<NamedValue> Composition::values() const {
  std::vector<NamedValue> values;
  for (const auto& [key, value] : metrics::flatten(impl_->result.config))
    values.push_back({"", key, api::to_cell(value)});
  return values;
}

std::optional<CellValue> Composition::find(const std::string& key) const {
  const yaml::Value* value = params::find(impl_->result.config, key);
  if (value == nullptr) return std::nullopt;
  return api::to_cell(*value);
}

const std::vector<std::string>& Composition::warnings() const { return impl_->result.warnings; }

}  // namespace expcore
