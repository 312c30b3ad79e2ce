#pragma once
#include <string>

#include "yaml/value.hpp"

namespace expcore::omegaconf {

/// The bytes of OmegaConf.to_yaml: PyYAML's block style, width 80, YAML 1.1, `null` spelled out,
/// strings that Python's int(), float() or YAML's booleans would take in single quotes.
/// `config` is a map or a list. Format: docs/formats/hydra.md.
std::string to_yaml(const yaml::Value& config);

}  // namespace expcore::omegaconf
