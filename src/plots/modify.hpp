#pragma once
#include <optional>
#include <string>
#include <vector>

#include "pipeline/workspace.hpp"
#include "yaml/value.hpp"

namespace expcore::plots {

/// A stage whose definition was changed.
struct ModifiedStage {
  std::string name;
  std::string file;  ///< The dvc.yaml, relative to the working directory.
};

/// Sets properties of the plot that the stage output at `target` is, or makes it one; those in
/// `unset` go first. Only the stage's definition in dvc.yaml changes, and of the file no other
/// byte. Source: DVC dvc/repo/plots/__init__.py modify; docs/formats/pipeline-files.md. Throws:
/// Error{not_found} "Unable to find DVC file with output '<target>'" and for properties that are
/// not set, Error{invalid_argument} "cannot dump a parametrized stage: '<name>'".
ModifiedStage modify(pipeline::Workspace& workspace, const std::string& target,
                     const yaml::Map& props, const std::optional<std::vector<std::string>>& unset);

}  // namespace expcore::plots
