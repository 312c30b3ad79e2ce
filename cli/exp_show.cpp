#include <memory>

#include "commands.hpp"
#include "memory.hpp"
#include "table.hpp"

namespace cli {
namespace {

struct Arguments {
  expcore::ShowOptions show;
  expcore::TableOptions table;
  std::string sort_order = "asc";
  int precision = 0;
  bool no_pager = false;
  bool json = false;
  bool csv = false;
  bool markdown = false;
};

void add_options(CLI::App& command, Arguments& arguments) {
  auto& show = arguments.show;
  command.add_flag("-A,--all-commits", show.all_commits, "Baselines: all commits.");
  command.add_option("--rev", show.revs, "Baseline; HEAD by default. May be repeated.")
      ->option_text("<commit>")
      ->allow_extra_args(false)
      ->take_all();
  command
      .add_option("-n,--num", show.num,
                  "Baselines: the last `num` commits (first parents); negative: all.")
      ->option_text("<num>");
  command.add_flag("-a,--all-branches", show.all_branches, "Baselines: the tips of all branches.");
  command.add_flag("-T,--all-tags", show.all_tags, "Baselines: all tags.");
  command.add_flag("--no-pager", arguments.no_pager, "Do not pipe output into a pager.");
  command.add_flag("--only-changed", arguments.table.only_changed,
                   "Leave out columns that are the same in all rows.");
  command.add_option("--drop", arguments.table.drop, "Leave out columns matching the pattern.")
      ->option_text("<regex_pattern>")
      ->allow_extra_args(false)
      ->take_all();
  command.add_option("--keep", arguments.table.keep, "Keep columns matching the pattern.")
      ->option_text("<regex_pattern>")
      ->allow_extra_args(false)
      ->take_all();
  command.add_flag("--param-deps", show.param_deps, "Only params that are stage dependencies.");
  command
      .add_option("--sort-by", arguments.table.sort_by, "Sort experiments by the metric or param.")
      ->option_text("<metric/param>");
  command.add_option("--sort-order", arguments.sort_order, "asc (default) or desc.")
      ->option_text("{asc,desc}")
      ->check(CLI::IsMember({"asc", "desc"}));
  command.add_flag("--sha", show.sha_only, "Commit ids instead of branch and tag names.");
  command.add_flag("--hide-failed", show.hide_failed, "Leave out failed experiments.");
  command.add_flag("--hide-queued", show.hide_queued, "Leave out queued experiments.");
  command.add_flag("--hide-workspace", show.hide_workspace, "Leave out the workspace row.");
  command.add_flag("--json", arguments.json, "JSON instead of a table.");
  command.add_flag("--csv", arguments.csv, "CSV instead of a table.");
  command.add_flag("--md", arguments.markdown, "A Markdown table (GFM).");
  command
      .add_option("--precision", arguments.precision,
                  "Significant digits of numbers (with --csv, as in DVC).")
      ->option_text("<n>");
  command.add_flag("-f,--force", show.force, "Read the commits again.");
}

void show(const expcore::Experiments& experiments, Arguments& arguments) {
  if (arguments.json) {
    Output::raw(experiments.show_json(arguments.show) + "\n");
    return;
  }
  arguments.table.descending = arguments.sort_order == "desc";
  if (arguments.precision > 0) arguments.table.precision = arguments.precision;
  const auto table = experiments.show_table(arguments.show, arguments.table, arguments.csv);
  if (table.rows.empty()) return;
  if (arguments.csv) {
    Output::values(draw_csv(table));
  } else if (arguments.markdown) {
    Output::values(draw_markdown(table));
  } else {
    page(draw_table(table), !arguments.no_pager);
  }
}

}  // namespace

void add_exp_show(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("show", "Print experiments.");
  const auto arguments = std::make_shared<Arguments>();
  add_options(*command, *arguments);
  add_verbosity(*command, context);
  command->callback([&context, arguments] {
    expect_much_memory();
    const auto project = expcore::Project::open(context.directory);
    try {
      show(project.experiments(), *arguments);
    } catch (const expcore::Error& error) {
      if (error.code() == expcore::Errc::invalid_argument) throw;
      print_error(error, context, "failed to show experiments - ");
      context.exit_code = exit_code::handled;
    }
  });
}

}  // namespace cli
