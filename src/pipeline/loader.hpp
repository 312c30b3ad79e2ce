#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/model.hpp"
#include "templating/resolver.hpp"

namespace expcore::pipeline {

/// Where a pipeline file is and how to look around it; makes loading work on the work tree and on a
/// revision in Git alike.
struct LoadContext {
  std::string root;       ///< The project's folder, absolute.
  std::string directory;  ///< Messages are relative to it.
  std::string revision;   ///< "" for the work tree.
  /// Bytes of a file, nullopt when missing.
  std::function<std::optional<std::string>(const std::string& path)> read;
  std::function<bool(const std::string& path)> is_directory;
  templating::Options templating;
  std::function<void(const std::string&)> on_warning;  ///< May be empty.
};

/// The stages of a dvc.yaml, templates resolved, in definition order.
/// Throws: Error{parse} as read_document() and templating::Resolver; Error{invalid_argument} for
/// outputs that cannot be one ("DVC file 'x.dvc' cannot be an output.").
PipelineFile parse_pipeline(std::string_view text, const std::string& path,
                            const LoadContext& context);

/// The single stage that a `.dvc` file is.
Stage parse_dvc_file(std::string_view text, const std::string& path, const LoadContext& context);

}  // namespace expcore::pipeline
