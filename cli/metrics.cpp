#include <memory>

#include <fmt/format.h>

#include "commands.hpp"
#include "table.hpp"

namespace cli {
namespace {

constexpr int default_precision = 5;

/// How the results of `metrics` and `params` commands are printed.
struct Format {
  expcore::ValuesTableOptions table;
  bool json = false;
  bool markdown = false;
  /// -R: folders are looked into whether it is given or not, in DVC, too.
  bool recursive = false;
};

struct ShowArguments {
  expcore::MetricsOptions options;
  Format format;
};

struct DiffArguments {
  expcore::DiffOptions options;
  Format format;
};

void report_errored(const std::vector<std::string>& revisions) {
  if (revisions.empty()) return;
  Output::note(fmt::format("DVC failed to load some metrics for following revisions: '{}'.",
                           fmt::join(revisions, ", ")));
}

/// DVC tells what it did not foresee as an "unexpected error".
template <typename Body>
void with_unexpected_errors(Context& context, Body&& body) {
  try {
    body();
  } catch (const expcore::Error& error) {
    if (error.code() != expcore::Errc::invalid_argument) throw;
    print_error(error, context, "unexpected error - ");
    context.exit_code = exit_code::error;
  }
}

void print(const expcore::ValuesTable& result, const Format& format) {
  report_errored(result.errored);
  Output::raw(format.markdown ? draw_markdown(result.table) : draw_plain(result.table));
}

void print(const expcore::ValuesJson& result, const Context& context) {
  report_errored(result.errored);
  context.output.line(result.text);
}

void add_format(CLI::App& command, Format& format, bool with_precision) {
  command.add_flag("--json", format.json, "Show output in JSON format.");
  command.add_flag("--md", format.markdown, "Show a Markdown table (GFM).");
  if (!with_precision) return;
  command
      .add_option("--precision", format.table.precision,
                  "Round metrics to `n` digits after the decimal point (5 by default).")
      ->option_text("<n>");
}

void add_diff_options(CLI::App& command, DiffArguments& arguments, const std::string& what) {
  auto& options = arguments.options;
  command.add_option("a_rev", options.a_rev, "Old Git commit to compare (HEAD by default).");
  command.add_option("b_rev", options.b_rev,
                     "New Git commit to compare (the current workspace by default).");
  command
      .add_option("--targets", options.targets,
                  fmt::format("{} files to compare, known to dvc.yaml or not. All that are known "
                              "by default.",
                              what))
      ->option_text("<paths>")
      ->expected(0, -1);
  command.add_flag("--all", options.all, "Show unchanged values as well.");
  command.add_flag("--no-path", arguments.format.table.no_path, "Leave out the column of paths.");
}

void warn_through(expcore::EventCallback& callback, Context& context) {
  callback = [&context](const expcore::Event& event) { context.output.event(event); };
}

/// 0 means the default, as in DVC.
void settle_precision(Format& format) {
  if (format.table.precision == 0) format.table.precision = default_precision;
}

void add_show(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("show", "Print metrics.");
  const auto arguments = std::make_shared<ShowArguments>();
  auto& options = arguments->options;
  command->add_option("targets", options.targets,
                      "Metrics files or folders of them; all known metrics by default.");
  command->add_flag("-a,--all-branches", options.all_branches, "Show metrics of all branches.");
  command->add_flag("-T,--all-tags", options.all_tags, "Show metrics of all tags.");
  command->add_flag("-A,--all-commits", options.all_commits, "Show metrics of all commits.");
  command->add_flag("-R,--recursive", arguments->format.recursive,
                    "Look into folders among the targets.");
  add_format(*command, arguments->format, true);
  add_verbosity(*command, context);
  command->callback([&context, arguments] {
    settle_precision(arguments->format);
    warn_through(arguments->options.on_event, context);
    const auto metrics = expcore::Project::open(context.directory).metrics();
    with_unexpected_errors(context, [&] {
      if (arguments->format.json) {
        print(metrics.show_json(arguments->options, json_indent()), context);
      } else {
        print(metrics.show_table(arguments->options, arguments->format.table), arguments->format);
      }
    });
  });
}

/// `metrics diff` and `params diff`.
template <typename Values>
void diff(const Values& values, DiffArguments& arguments, Context& context) {
  settle_precision(arguments.format);
  warn_through(arguments.options.on_event, context);
  with_unexpected_errors(context, [&] {
    if (arguments.format.json) {
      print(values.diff_json(arguments.options, json_indent()), context);
    } else {
      print(values.diff_table(arguments.options, arguments.format.table), arguments.format);
    }
  });
}

void add_metrics_diff(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand(
      "diff", "Show changes in metrics between commits, or a commit and the workspace.");
  const auto arguments = std::make_shared<DiffArguments>();
  add_diff_options(*command, *arguments, "Metrics");
  command->add_flag("-R,--recursive", arguments->format.recursive,
                    "Look into folders among the targets.");
  add_format(*command, arguments->format, true);
  add_verbosity(*command, context);
  command->callback([&context, arguments] {
    diff(expcore::Project::open(context.directory).metrics(), *arguments, context);
  });
}

void add_params_diff(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand(
      "diff", "Show changes in params between commits, or a commit and the workspace.");
  const auto arguments = std::make_shared<DiffArguments>();
  add_diff_options(*command, *arguments, "Params");
  command->add_flag("--deps", arguments->options.deps, "Only params that are stage dependencies.");
  add_format(*command, arguments->format, false);
  add_verbosity(*command, context);
  command->callback([&context, arguments] {
    diff(expcore::Project::open(context.directory).params(), *arguments, context);
  });
}

}  // namespace

void add_metrics(CLI::App& parent, Context& context) {
  auto* group = parent.add_subcommand("metrics", "Display and compare metrics.");
  group->require_subcommand(1);
  add_show(*group, context);
  add_metrics_diff(*group, context);
}

void add_params(CLI::App& parent, Context& context) {
  auto* group = parent.add_subcommand("params", "Display and compare params.");
  group->require_subcommand(1);
  add_params_diff(*group, context);
}

}  // namespace cli
