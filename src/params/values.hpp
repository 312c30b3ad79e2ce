#pragma once
#include <functional>
#include <string>
#include <vector>

#include "params/override.hpp"
#include "yaml/value.hpp"

namespace expcore::params {

/// The value that a string with interpolations (`${…}`) at `path` has in the document.
/// Throws: Error.
using Interpolate = std::function<yaml::Value(
    const yaml::Value& document, const std::vector<std::string>& path, const std::string& text)>;

/// Applies overrides to a document, one after the other: keys must exist for `key=`, must not for
/// `+key=`, dicts merge, lists replace, `~key` deletes. Strings with `${…}` that an override sets
/// are resolved at the end when `interpolate` is given; those of the document stay.
/// Throws: Error{invalid_argument} "Invalid `--set-param` value: …" in DVC's words; other words
/// where DVC has an unexpected error. Source: DVC dvc/utils/hydra.py apply_overrides, hydra
/// config_loader_impl.py _apply_overrides_to_config, omegaconf OmegaConf.update.
void apply(yaml::Value& document, const std::vector<Override>& overrides,
           const Interpolate& interpolate = {});

/// Equal in value and type: 1, 1.0, true and "1" all differ, NaN equals NaN; the order of
/// maps does not matter.
bool same(const yaml::Value& a, const yaml::Value& b);

/// The value of the key that is the same(); nullptr when there is none.
const yaml::Value* find_same_key(const yaml::Map& map, const yaml::Value& key);

}  // namespace expcore::params
