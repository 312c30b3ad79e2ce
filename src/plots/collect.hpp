#pragma once
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "pipeline/workspace.hpp"
#include "revision/problem.hpp"
#include "revision/view.hpp"
#include "yaml/value.hpp"

/// Plots of revisions: definitions, data points, Vega-Lite specifications, pages.
namespace expcore::plots {

using revision::Problem;

/// A plot as dvc.yaml or the command line defines it.
struct Definition {
  std::string id;   ///< A path relative to the working directory, or a free name.
  yaml::Map props;  ///< template, x, y, x_label, y_label, title, header.
};

/// The definitions of one dvc.yaml; `name` is "" for outputs of stages and for targets.
struct ConfigFile {
  std::string name;  ///< Relative to the working directory.
  std::vector<Definition> definitions;
};

/// A data file: parsed, or the bytes of an image.
struct Source {
  std::variant<yaml::Value, std::string> data;
  bool is_empty = true;  ///< Nothing that could be plotted.
  std::optional<Problem> error;
};

struct RevisionPlots {
  std::string rev;               ///< As it was asked for.
  std::optional<Problem> error;  ///< The definitions could not be read.
  std::vector<ConfigFile> files;
  std::map<std::string, Source> sources;  ///< By path relative to the working directory.

  bool has_error() const;
};

struct CollectRequest {
  std::vector<std::string> targets;  ///< Regular expressions for ids, or files.
  std::vector<std::string> revs;     ///< "workspace" comes first wherever it stands.
  yaml::Map props;                   ///< Win over those of definitions.
};

/// Definitions and data of each revision; revisions without definitions are left out.
/// Source: DVC dvc/repo/plots/__init__.py.
/// Throws: Error{not_found} "unknown Git revision '<rev>'".
std::vector<RevisionPlots> collect(pipeline::Workspace& workspace, const CollectRequest& request);

/// Whether the file is shown as an image: .jpg, .jpeg, .gif, .png, .svg.
bool is_image(const std::string& path);

/// The files that a plot takes its values from.
std::vector<std::string> sources_of(const Definition& definition);

}  // namespace expcore::plots
