#pragma once
#include <string>

#include "pipeline/model.hpp"

namespace expcore::data {

/// The text of a new `.dvc` file with these outputs, as DVC writes it.
std::string new_dvc_file(const pipeline::Stage& stage, const pipeline::LockEntry& entry);

/// Writes what `entry` says of a stage's outputs into its `.dvc` file, which may not exist yet.
void write_dvc_file(const pipeline::Stage& stage, const pipeline::LockEntry& entry);

}  // namespace expcore::data
