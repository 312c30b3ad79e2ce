#pragma once
#include <string>
#include <string_view>

#include "yaml/value.hpp"

namespace expcore::pipeline {

/// Which of DVC's file schemas to check. Source: DVC dvc/schema.py; docs/formats/pipeline-files.md.
enum class Schema : unsigned char { pipeline, lock, dvc_file };

/// Reads and checks one of DVC's YAML files. `shown_path` is how messages name it ("./dvc.yaml").
/// `revision`: 7 digits of the commit it comes from, "" for the work tree.
///
/// Throws: Error{parse} "'./dvc.yaml' is invalid." (" (possible merge conflicts)" when the text has
/// conflict markers) or "'./dvc.yaml' validation failed: N errors."; details() list every problem
/// with its place and a code frame, in DVC's words.
yaml::Value read_document(std::string_view text, Schema schema, const std::string& shown_path,
                          std::string_view revision = {});

/// "./dvc.yaml", "./sub/dvc.yaml", "../dvc.yaml": how DVC names files in these messages.
std::string shown_path(const std::string& path, const std::string& directory);

}  // namespace expcore::pipeline
