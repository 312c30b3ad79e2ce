#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <expcore/event.hpp>
#include <expcore/export.hpp>

namespace expcore {

class Project;

/// How plots are drawn; what is set wins over the definitions in dvc.yaml.
struct PlotProps {
  std::optional<std::string>
      plot_template;                   ///< A built-in name, a file of `.dvc/plots`, or a path.
  std::optional<std::string> x;        ///< Column of the x axis.
  std::optional<std::string> y;        ///< Column of the y axis.
  std::optional<std::string> title;    ///< Above the plot.
  std::optional<std::string> x_label;  ///< Below the x axis; unset: its column.
  std::optional<std::string> y_label;  ///< Beside the y axis; unset: its column.
  std::optional<bool> header;          ///< False: CSV and TSV files have no row of names.
};

/// Which plots Plots shows, and how.
struct PlotsOptions {
  /// Ids of dvc.yaml (regular expressions for their beginning) or files; empty: all plots.
  std::vector<std::string> targets;
  PlotProps props;  ///< How they are drawn.
  /// Folder for images, relative to the project's directory; "" is `plots.out_dir` of the
  /// configuration, else "dvc_plots". Made when there is an image.
  std::string out;
  /// Leave places that clients fill in the specification and give their values apart.
  bool split = false;
  EventCallback on_event;  ///< Warnings; may be empty.
};

/// A copy of an image plot at one revision.
struct PlotImage {
  std::string rev;   ///< The revision whose image it is.
  std::string path;  ///< Absolute.
};

/// One plot of all revisions.
struct Plot {
  std::string id;                      ///< As dvc.yaml has it, or the path of a file.
  bool is_image = false;               ///< Whether it has `images` instead of a specification.
  std::vector<std::string> revisions;  ///< Those with data, in order.
  std::string spec;                    ///< Vega-Lite, JSON; "" for images and without data.
  std::string anchors;                 ///< With `split`: values of the places left, a JSON object.
  std::vector<PlotImage> images;       ///< One for each revision that has the image.
};

/// Why a plot lacks a revision or a part of it.
struct PlotError {
  std::string plot;     ///< "" when the whole revision could not be read.
  std::string rev;      ///< The revision that lacks it.
  std::string source;   ///< The data file; "" for the plot as a whole.
  std::string type;     ///< DVC's name of that kind of error.
  std::string message;  ///< What went wrong, for people.
};

/// What Plots::show() and Plots::diff() found.
struct PlotsResult {
  std::vector<Plot> plots;  ///< In the order of the definitions.
  /// Why revisions or parts of them are missing; the other plots are whole.
  std::vector<PlotError> errors;
  std::vector<std::string> errored;  ///< Revisions of which something could not be read.
};

/// The same as text: JSON, a specification, or the path of a page.
struct PlotsText {
  std::string text;                  ///< "" when there is nothing to show.
  std::vector<std::string> errored;  ///< Revisions of which something could not be read.
  bool is_empty = false;             ///< No revision has any plot.
};

/// What Plots::modify() changes of a plot that is an output of a stage.
struct PlotChange {
  PlotProps props;  ///< What is set replaces what dvc.yaml says.
  /// Properties that go ("template", "x", "y", "x_label", "y_label", "title", "header"); set, even
  /// without any, the output has to be a plot already.
  std::optional<std::vector<std::string>> unset;
};

/// A stage whose definition was changed.
struct ModifiedStage {
  std::string name;  ///< As in its dvc.yaml.
  std::string file;  ///< Its dvc.yaml, relative to the project's directory.
};

/// The plots of a project: data files (CSV, TSV, JSON, YAML, TOML), images and the definitions of
/// dvc.yaml, at any revisions side by side.
///
/// Thread safety: thread-compatible.
class EXPCORE_API Plots {
 public:
  /// What was moved from may only be assigned to or destroyed.
  Plots(Plots&&) noexcept;
  /// As above.
  Plots& operator=(Plots&&) noexcept;
  ~Plots();

  /// Revisions for diff(): none are HEAD (when tracked files are changed) and the workspace, one is
  /// compared with the workspace.
  /// Throws: Error{not_found} "unknown Git revision '<rev>'", Error{invalid_argument} for a
  /// template that is missing or unfit.
  PlotsResult show(const PlotsOptions& options = {}) const;
  /// The plots of several revisions side by side. Throws: as show().
  PlotsResult diff(const std::vector<std::string>& revs, const PlotsOptions& options = {}) const;

  /// What `plots show --json` and `plots diff --json` print. `indent` 0 is one line.
  PlotsText show_json(const PlotsOptions& options = {}, int indent = 0) const;
  /// As above, for diff().
  PlotsText diff_json(const std::vector<std::string>& revs, const PlotsOptions& options = {},
                      int indent = 0) const;

  /// The specification of the first plot that is no image, for `--show-vega`.
  PlotsText show_vega(const PlotsOptions& options = {}, int indent = 0) const;
  /// As above, for diff().
  PlotsText diff_vega(const std::vector<std::string>& revs, const PlotsOptions& options = {},
                      int indent = 0) const;

  /// Writes `<out>/index.html`, images beside it in `static`, and gives the page's absolute path.
  /// `page`: the user's own page (see docs/formats/plots.md); "" is the built-in one or that of
  /// `plots.html_template`.
  PlotsText show_html(const PlotsOptions& options = {}, const std::string& page = {}) const;
  /// As above, for diff().
  PlotsText diff_html(const std::vector<std::string>& revs, const PlotsOptions& options = {},
                      const std::string& page = {}) const;

  /// Changes how the output `target` of a stage is plotted, or makes it a plot. The definition in
  /// dvc.yaml becomes what DVC would write; comments and other stages keep their bytes.
  /// Throws: Error{not_found} when no stage has such an output or a property to unset is not set,
  /// Error{invalid_argument} for a stage with templates and as check_template().
  ModifiedStage modify(const std::string& target, const PlotChange& change) const;

  /// Throws: Error{invalid_argument} "Template '<name>' not found.", or what is wrong with it.
  void check_template(const std::string& name) const;

  /// Names of the built-in templates.
  static std::vector<std::string> template_names();
  /// The JSON of a built-in template.
  /// Throws: Error{invalid_argument} "Unexpected template: <name>."
  static std::string template_content(const std::string& name, int indent = 0);

 private:
  friend class Project;
  explicit Plots(const Project& project);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace expcore
