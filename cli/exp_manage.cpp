#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "commands.hpp"
#include "exp_selection.hpp"
#include "memory.hpp"
#include "table.hpp"

namespace cli {

void add_selection(CLI::App& command, expcore::ExperimentSelection& selection,
                   const std::string& verb, bool head_by_default) {
  command.add_flag(
      "-A,--all-commits", selection.all_commits,
      fmt::format("{} all experiments in the repository (overrides `--rev` and `--num`).", verb));
  command
      .add_option("--rev", selection.revs,
                  fmt::format("{} experiments derived from this commit{}. May be repeated.", verb,
                              head_by_default ? " (HEAD by default)" : ""))
      ->option_text("<commit>")
      ->allow_extra_args(false)
      ->take_all();
  command
      .add_option("-n,--num", selection.num,
                  fmt::format("{} experiments of the last `num` commits (first parents) from "
                              "`--rev` on; negative: all.",
                              verb))
      ->option_text("<num>");
}

std::string repr_list(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
    const char quote = names[i].find('\'') == std::string::npos ? '\'' : '"';
    text += quote + names[i] + quote;
  }
  return text;
}

namespace {

struct ListArguments {
  expcore::ListOptions options;
  bool name_only = false;
  bool sha_only = false;
};

void list(const ListArguments& arguments, const Context& context) {
  const bool remote = !arguments.options.git_remote.empty();
  if (arguments.sha_only && remote) {
    throw expcore::Error(expcore::Errc::invalid_argument,
                         "--sha-only not supported with git_remote.");
  }
  expect_much_memory();
  const auto project = expcore::Project::open(context.directory);
  constexpr std::size_t shown = 7;  // digits of an id
  std::string baseline;
  std::string text;
  const auto add_line = [&](auto... parts) {
    if (!text.empty()) text += '\n';
    (text.append(parts), ...);
  };
  for (const auto& experiment : project.experiments().list(arguments.options)) {
    const std::string_view name = experiment.name;
    const std::string_view commit = experiment.commit;
    if (arguments.name_only) {
      add_line(name);
      continue;
    }
    if (arguments.sha_only) {
      add_line(commit);
      continue;
    }
    if (experiment.baseline != baseline) {
      baseline = experiment.baseline;
      const auto& known = experiment.baseline_name;
      add_line(known.empty() ? baseline.substr(0, shown) : known, ":");
    }
    if (remote) {
      add_line("\t", name);
    } else {
      add_line("\t", commit.substr(0, shown), " [", name, "]");
    }
  }
  if (!text.empty()) context.output.line(text);
}

void remove(const expcore::RemoveOptions& options, const Context& context) {
  const auto& selection = options.selection;
  const bool selected = selection.all_commits || !selection.revs.empty() || options.queue;
  if (selected == !options.names.empty()) {
    throw expcore::Error(expcore::Errc::invalid_argument,
                         "Either provide an `experiment` argument, or use the `--rev` or "
                         "`--all-commits` or `--queue` flag.");
  }
  const auto project = expcore::Project::open(context.directory);
  const auto removed = project.experiments().remove(options);
  context.output.line(removed.empty() ? "No experiments to remove."
                                      : "Removed experiments: " + repr_list(removed));
}

struct RenameArguments {
  std::string experiment;
  std::string name;
  expcore::RenameOptions options;
};

struct DiffArguments {
  expcore::ExperimentDiffOptions options;
  bool json = false;
  bool markdown = false;
};

void diff(const DiffArguments& arguments, const Context& context) {
  const auto experiments = expcore::Project::open(context.directory).experiments();
  if (arguments.json) {
    context.output.line(experiments.diff_json(arguments.options, json_indent()));
    return;
  }
  const auto made = experiments.diff(arguments.options);
  if (!made.has_commits) return;
  const auto draw = [&](const expcore::Table& table) {
    Output::raw(arguments.markdown ? draw_markdown(table) : draw_plain(table));
  };
  draw(made.metrics);
  Output::raw("\n");
  draw(made.params);
}

}  // namespace

void add_exp_list(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("list", "List local and remote experiments.");
  command->alias("ls");
  const auto arguments = std::make_shared<ListArguments>();
  add_selection(*command, arguments->options.selection, "List", true);
  auto* names = command->add_flag("--name-only,--names-only", arguments->name_only,
                                  "Only experiment names (no ids, no parent commits).");
  command
      ->add_flag("--sha-only,--shas-only", arguments->sha_only,
                 "Only experiment commit ids (no names, no parent commits).")
      ->excludes(names);
  command->add_option("git_remote", arguments->options.git_remote,
                      "Name or URL of a Git repository: its experiments instead of local ones.");
  add_verbosity(*command, context);
  command->callback([&context, arguments] { list(*arguments, context); });
}

void add_exp_remove(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("remove", "Remove experiments.");
  command->alias("rm");
  const auto arguments = std::make_shared<expcore::RemoveOptions>();
  add_selection(*command, arguments->selection, "Remove", false);
  command->add_flag("--keep", arguments->keep,
                    "Keep the selected experiments and remove all others.");
  auto* queue = command->add_flag("--queue", arguments->queue, "Remove all queued experiments.");
  command
      ->add_option("-g,--git-remote", arguments->git_remote,
                   "Name or URL of the Git remote to remove the experiments from.")
      ->option_text("<git_remote>")
      ->excludes(queue);
  command->add_option("experiment", arguments->names, "Experiments to remove.");
  add_verbosity(*command, context);
  command->callback([&context, arguments] { remove(*arguments, context); });
}

void add_exp_rename(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("rename", "Rename experiments.");
  const auto arguments = std::make_shared<RenameArguments>();
  command->add_option("experiment", arguments->experiment, "Experiment to rename.");
  command->add_option("name", arguments->name, "New name for the experiment.");
  command->add_flag("-f,--force", arguments->options.force,
                    "Replace an experiment that has the new name.");
  command
      ->add_option("-g,--git-remote", arguments->options.git_remote,
                   "Name or URL of the Git remote to rename the experiment in.")
      ->option_text("<git_remote>");
  add_verbosity(*command, context);
  command->callback([&context, arguments] {
    if (arguments->experiment.empty() || arguments->name.empty()) {
      throw expcore::Error(expcore::Errc::invalid_argument,
                           "An experiment to rename and a new experiment name are required.");
    }
    const auto project = expcore::Project::open(context.directory);
    const bool renamed =
        project.experiments().rename(arguments->experiment, arguments->name, arguments->options);
    context.output.line(renamed ? "Renamed experiments: " + repr_list({arguments->experiment})
                                : "No experiments to rename.");
  });
}

void add_exp_branch(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("branch", "Promote an experiment to a Git branch.");
  const auto names = std::make_shared<std::pair<std::string, std::string>>();
  command->add_option("experiment", names->first, "Experiment to be promoted.")->required();
  command->add_option("branch", names->second,
                      "Name of the branch; '<experiment>-branch' by default.");
  add_verbosity(*command, context);
  command->callback([&context, names] {
    const auto project = expcore::Project::open(context.directory);
    const auto [branch, experiment] = project.experiments().branch(names->first, names->second);
    context.output.line(
        fmt::format("Git branch '{0}' has been created from experiment '{1}'.\nTo switch to the "
                    "new branch run:\n\n\tgit checkout {0}",
                    branch, experiment));
  });
}

void add_exp_diff(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("diff", "Show changes between experiments.");
  const auto arguments = std::make_shared<DiffArguments>();
  auto& options = arguments->options;
  command->add_option("a_rev", options.a_rev, "Old experiment to compare (HEAD by default).");
  command->add_option("b_rev", options.b_rev,
                      "New experiment to compare (the current workspace by default).");
  command->add_flag("--all", options.all, "Show unchanged metrics and params as well.");
  command->add_flag("--param-deps", options.param_deps,
                    "Show only params that are stage dependencies.");
  command->add_flag("--json", arguments->json, "Show output in JSON format.");
  command->add_flag("--md", arguments->markdown, "Show Markdown tables (GFM).");
  command->add_flag("--no-path", options.no_path, "Leave out the column of paths.");
  command
      ->add_option("--precision", options.precision,
                   "Round metrics to `n` significant digits (5 by default).")
      ->option_text("<n>");
  add_verbosity(*command, context);
  command->callback([&context, arguments] {
    if (arguments->options.precision == 0) arguments->options.precision = 5;
    try {
      diff(*arguments, context);
    } catch (const expcore::Error& error) {
      if (error.code() == expcore::Errc::not_a_project) throw;
      print_error(error, context, "failed to show experiments diff - ");
      context.exit_code = exit_code::handled;
    }
  });
}

void add_exp_clean(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand(
      "clean", "Clean up what experiments that are over left behind in temporary folders.");
  add_verbosity(*command, context);
  command->callback([&context] {
    const auto project = expcore::Project::open(context.directory);
    project.experiments().clean();
    context.output.line("Cleaning up dvc-task messages...\nDone!");
  });
}

}  // namespace cli
