#pragma once
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plots/collect.hpp"
#include "plots/datapoints.hpp"
#include "yaml/value.hpp"

namespace expcore::plots {

/// An image written for one revision.
struct Image {
  std::string rev;
  std::string file;  ///< Of the plot, relative to the working directory.
  std::string path;  ///< Absolute, of the copy.
};

/// Why a plot lacks a revision or a part of it.
struct PlotProblem {
  std::string rev;
  std::optional<std::string> source;  ///< The file; nullopt for the plot as a whole.
  Problem problem;
};

/// A plot of several revisions, ready to be drawn.
struct Plot {
  std::string id;
  bool is_image = false;
  std::vector<std::string> revisions;  ///< Those with data, in order.
  std::vector<yaml::Map> rows;         ///< Of all revisions.
  Datapoints axes;                     ///< Columns and labels (its rows are empty).
  std::optional<std::string> template_name;
  std::string title;
  std::vector<Image> images;
  std::vector<PlotProblem> problems;
};

struct RenderOptions {
  std::string directory;     ///< Working directory.
  std::string template_dir;  ///< Of the user's templates.
  std::string image_dir;     ///< Where images are copied to, absolute; made when needed.
};

/// Joins what revisions have of each plot and writes the images. `on_warning` gets what DVC warns
/// of. Source: DVC dvc/render/match.py, converter/image.py.
std::vector<Plot> match_plots(std::vector<RevisionPlots> revisions, const RenderOptions& options,
                              const std::function<void(const std::string&)>& on_warning);

/// A Vega-Lite specification, whole or with the places that `--split` leaves.
struct Filled {
  yaml::Value content;
  yaml::Map anchors;  ///< Values of the places that were left.
};

/// Fills the plot's template and takes its rows.
/// Source: dvc_render/vega.py. Throws: Error{invalid_argument}.
Filled fill_template(Plot& plot, const RenderOptions& options, bool split);

/// What `plots show --json` prints. Takes the rows of the plots.
yaml::Value json_value(std::vector<Plot>& plots,
                       const std::vector<std::pair<std::string, Problem>>& revision_errors,
                       const RenderOptions& options, bool split);

/// A page that draws the plots, scripts from a CDN. `page`: the user's own page with the places
/// {plot_divs}, {scripts}, {refresh_tag}; "" takes the built-in one. `page_dir`: absolute folder
/// the page will be in. Takes the rows of the plots.
/// Throws: Error{invalid_argument} "HTML template has to contain '{plot_divs}'."
std::string html_page(std::vector<Plot>& plots, const RenderOptions& options,
                      const std::string& page, const std::string& page_dir);

}  // namespace expcore::plots
