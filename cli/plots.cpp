#include <functional>
#include <memory>
#include <vector>

#include <fmt/format.h>

#include "commands.hpp"

namespace cli {
namespace {

struct Arguments {
  expcore::PlotsOptions options;
  std::vector<std::string> revisions;
  std::string html_template;
  bool json = false;
  bool show_vega = false;
  bool open = false;
};

/// One of show and diff.
struct Source {
  expcore::Plots plots;
  const std::vector<std::string>* revisions;  ///< nullptr: the workspace alone.

  expcore::PlotsText json(const expcore::PlotsOptions& options) const {
    return revisions == nullptr ? plots.show_json(options, json_indent())
                                : plots.diff_json(*revisions, options, json_indent());
  }
  expcore::PlotsText vega(const expcore::PlotsOptions& options) const {
    return revisions == nullptr ? plots.show_vega(options, json_indent())
                                : plots.diff_vega(*revisions, options, json_indent());
  }
  expcore::PlotsText html(const expcore::PlotsOptions& options, const std::string& page) const {
    return revisions == nullptr ? plots.show_html(options, page)
                                : plots.diff_html(*revisions, options, page);
  }
};

void add_text(CLI::App& command, const std::string& name, std::optional<std::string>& value,
              const std::string& metavar, const std::string& help) {
  command.add_option(name, value, help)->option_text(metavar);
}

void add_props(CLI::App& command, expcore::PlotProps& props) {
  // Without a value it is as if it were not there.
  command
      .add_option_function<std::vector<std::string>>(
          "-t,--template",
          [&props](const std::vector<std::string>& values) {
            if (!values.empty() && !values.back().empty()) props.plot_template = values.back();
          },
          "A template: a built-in name, a file of .dvc/plots, or a path.")
      ->option_text("<path>")
      ->expected(0, 1);
  add_text(command, "-x", props.x, "<field>", "Field name for the x axis.");
  add_text(command, "-y", props.y, "<field>", "Field name for the y axis.");
  command.add_flag_callback(
      "--no-header", [&props] { props.header = false; }, "The CSV or TSV files have no header.");
  add_text(command, "--title", props.title, "<text>", "Title of the plot.");
  add_text(command, "--x-label", props.x_label, "<text>", "Label of the x axis.");
  add_text(command, "--y-label", props.y_label, "<text>", "Label of the y axis.");
}

void add_options(CLI::App& command, Arguments& arguments, Context& context) {
  add_props(command, arguments.options.props);
  command.add_option("-o,--out", arguments.options.out, "Folder to save plots to.")
      ->option_text("<path>");
  command.add_flag("--show-vega", arguments.show_vega,
                   "Print the Vega-Lite specification of one target.");
  command.add_flag("--json", arguments.json, "Print all plots as JSON.");
  command.add_flag("--split", arguments.options.split,
                   "With --json: values of a template's places apart from it.");
  command.add_flag("--open", arguments.open, "Open the page in the browser.");
  command.add_option("--html-template", arguments.html_template, "Page to put the plots into.")
      ->option_text("<path>");
  add_verbosity(command, context);
}

void report_errored(const expcore::PlotsText& result) {
  if (result.errored.empty()) return;
  Output::note(fmt::format("DVC failed to load some plots for following revisions: '{}'.",
                           fmt::join(result.errored, ", ")));
}

/// Says what is wrong with the options; "" when nothing is.
std::string vega_problem(const Arguments& arguments) {
  if (!arguments.show_vega) return "";
  if (arguments.options.targets.empty()) return "please specify a target for `--show-vega`";
  if (arguments.options.targets.size() > 1)
    return "you can only specify one target for `--show-vega`";
  if (arguments.json) return "'--show-vega' and '--json' are mutually exclusive options.";
  return "";
}

/// RFC 3986 percent encoding of a path, as Python's Path.as_uri().
std::string file_uri(const std::string& path) {
  constexpr std::string_view plain = "/-._~";
  std::string uri = "file://";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || plain.find(c) != std::string_view::npos;
    uri += is_plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return uri;
}

void print(const Source& source, const Arguments& arguments, Context& context,
           const std::function<void()>& tell_warnings) {
  if (arguments.json) {
    const auto result = source.json(arguments.options);
    report_errored(result);
    tell_warnings();
    context.output.line(result.text);
    return;
  }
  const auto result = arguments.show_vega ? source.vega(arguments.options)
                                          : source.html(arguments.options, arguments.html_template);
  report_errored(result);
  if (result.is_empty) {
    Output::note("No plots were loaded, visualization file will not be created.");
  }
  tell_warnings();
  if (result.text.empty()) return;
  context.output.line(arguments.show_vega ? result.text : file_uri(result.text));
  if (!arguments.show_vega && arguments.open && !open_in_browser(result.text)) {
    context.output.error("Failed to open. Please try opening it manually.");
    context.exit_code = exit_code::handled;
  }
}

void run(const std::vector<std::string>* revisions, Arguments& arguments, Context& context) {
  if (const std::string problem = vega_problem(arguments); !problem.empty()) {
    context.output.error(problem);
    context.exit_code = exit_code::handled;
    return;
  }
  // Warnings follow the line about revisions, which is known when all is done.
  std::vector<expcore::Event> warnings;
  arguments.options.on_event = [&](const expcore::Event& event) { warnings.push_back(event); };
  const auto tell_warnings = [&] {
    for (const auto& event : warnings)
      context.output.event(event);
    warnings.clear();
  };
  const auto project = expcore::Project::open(context.directory);
  try {
    print({project.plots(), revisions}, arguments, context, tell_warnings);
  } catch (const expcore::Error& error) {
    // What DVC did not foresee has the exit code of an unexpected error.
    tell_warnings();
    const bool unexpected = error.code() == expcore::Errc::invalid_argument;
    print_error(error, context, unexpected ? "unexpected error - " : "");
    context.exit_code = unexpected ? exit_code::error : exit_code::handled;
  }
}

void add_show(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("show", "Plot files or the definitions of dvc.yaml.");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("targets", arguments->options.targets,
                      "Files or plot ids of dvc.yaml; all plots by default.");
  add_options(*command, *arguments, context);
  command->callback([&context, arguments] { run(nullptr, *arguments, context); });
}

void add_diff(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("diff", "Plot several revisions together.");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("revisions", arguments->revisions, "Git commits to plot from.");
  command
      ->add_option("--targets", arguments->options.targets,
                   "Files or plot ids of dvc.yaml; all plots by default.")
      ->option_text("<paths>")
      ->expected(0, -1);
  add_options(*command, *arguments, context);
  command->callback([&context, arguments] { run(&arguments->revisions, *arguments, context); });
}

void modify(const expcore::Plots& plots, const std::string& target,
            const expcore::PlotChange& change, Context& context) {
  try {
    if (change.props.plot_template) plots.check_template(*change.props.plot_template);
  } catch (const expcore::Error& error) {
    print_error(error, context, "unexpected error - ");
    context.exit_code = exit_code::error;
    return;
  }
  const auto stage = plots.modify(target, change);
  context.output.line(fmt::format("Modifying stage '{}' in '{}'", stage.name, stage.file));
}

void add_modify(CLI::App& parent, Context& context) {
  struct Change {
    std::string target;
    expcore::PlotChange change;
    std::vector<std::string> unset;
  };
  auto* command = parent.add_subcommand(
      "modify", "Change how an output of a stage is plotted (images have no properties).");
  const auto arguments = std::make_shared<Change>();
  command->add_option("target", arguments->target, "Plot file, an output of a stage in dvc.yaml.")
      ->required();
  add_props(*command, arguments->change.props);
  auto* unset = command->add_option("--unset", arguments->unset, "Properties to take away.")
                    ->option_text("<property>")
                    ->expected(0, -1);
  add_verbosity(*command, context);
  command->callback([&context, arguments, unset] {
    if (unset->count() > 0) {
      std::erase(arguments->unset, "");
      arguments->change.unset = arguments->unset;
    }
    modify(expcore::Project::open(context.directory).plots(), arguments->target, arguments->change,
           context);
  });
}

void add_templates(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("templates", "List the built-in templates or print one.");
  const auto name = std::make_shared<std::string>();
  command->add_option("template", *name, "Template to print; all names by default.");
  add_verbosity(*command, context);
  command->callback([&context, name] {
    // DVC wants a project for this, too.
    expcore::Project::open(context.directory);
    if (name->empty()) {
      for (const auto& known : expcore::Plots::template_names())
        context.output.line(known);
      return;
    }
    try {
      context.output.line(expcore::Plots::template_content(*name, json_indent()));
    } catch (const expcore::Error& error) {
      print_error(error, context);
      context.exit_code = exit_code::handled;
    }
  });
}

}  // namespace

void add_plots(CLI::App& parent, Context& context) {
  auto* group = parent.add_subcommand("plots", "Plot data files and compare them.");
  group->require_subcommand(1);
  add_show(*group, context);
  add_diff(*group, context);
  add_modify(*group, context);
  add_templates(*group, context);
}

}  // namespace cli
