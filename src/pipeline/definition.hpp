#pragma once
#include "pipeline/model.hpp"
#include "yaml/value.hpp"

namespace expcore::pipeline {

/// What dvc.yaml says of a stage when DVC writes it: deps, params and outs sorted, outputs under
/// `outs`, `metrics` or `plots` by their kind, whatever is the default left out.
/// Source: DVC dvc/stage/serialize.py to_pipeline_file.
yaml::Map to_definition(const Stage& stage);

/// Makes `old` say what `wanted` says, keeping what they share: members stay in their order, new
/// ones follow, lists as long as before change item by item.
/// Source: DVC dvc/utils/collections.py apply_diff.
void update_definition(yaml::Value& old, const yaml::Value& wanted);

/// Whether a stage's definition, as written, depends on templates: such a one is not written anew.
bool is_parametrized(const yaml::Value& definition);

}  // namespace expcore::pipeline
