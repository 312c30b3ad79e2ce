#include <memory>
#include <string>

#include <fmt/format.h>

#include "commands.hpp"

/// The workspace as an experiment and back.
namespace cli {
namespace {

constexpr const char* no_force_text =
    "The --no-force option is deprecated and will be removed in a future DVC release. To revert "
    "the result of 'exp apply', run:\n\n\tgit reset --hard\n\tgit stash apply "
    "refs/exps/apply/stash\n";

expcore::EventCallback printer(Context& context) {
  return [&context](const expcore::Event& event) { context.output.event(event); };
}

struct SaveArguments {
  expcore::ExperimentSaveOptions options;
  bool json = false;
};

void save(SaveArguments& arguments, Context& context) {
  arguments.options.on_event = printer(context);
  const auto project = expcore::Project::open(context.directory);
  const auto saved = project.experiments().save(arguments.options);
  context.output.line(arguments.json ? fmt::format("{{\"ref\": \"{}\"}}", saved.commit)
                                     : "Experiment has been saved as: " + saved.name);
}

}  // namespace

void add_exp_save(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("save", "Save current workspace as an experiment.");
  const auto arguments = std::make_shared<SaveArguments>();
  auto& options = arguments->options;
  command->add_option("targets", options.targets,
                      "Limit DVC caching to these .dvc files and stage names.");
  command->add_flag("-R,--recursive", options.recursive,
                    "Cache subdirectories of the specified directory.");
  command->add_flag("-f,--force", options.force, "Replace experiment if it already exists.");
  command->add_flag("--json", arguments->json, "Show output in JSON format.");
  command->add_option("-n,--name", options.name, "Name of the experiment; made up by default.")
      ->option_text("<name>");
  command
      ->add_option("-I,--include-untracked", options.include_untracked,
                   "Include this untracked (or ignored) path. May be repeated.")
      ->option_text("<path>")
      ->allow_extra_args(false)
      ->take_all();
  command->add_option("-m,-M,--message", options.message, "Message of the experiment's commit.")
      ->option_text("<message>");
  add_verbosity(*command, context);
  command->callback([&context, arguments] {
    with_handled_errors(context, "failed to save experiment - ",
                        [&] { save(*arguments, context); });
  });
}

void add_exp_apply(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand(
      "apply",
      "Apply the changes from an experiment to your workspace. What the workspace had is "
      "kept: `git reset --hard` and `git stash apply refs/exps/apply/stash` bring it back.");
  const auto experiment = std::make_shared<std::string>();
  const auto no_force = std::make_shared<bool>(false);
  command->add_flag("--no-force", *no_force, "Deprecated: tells how to revert.");
  command->add_option("experiment", *experiment, "Experiment to be applied.")->required();
  add_verbosity(*command, context);
  command->callback([&context, experiment, no_force] {
    if (*no_force) context.output.line(no_force_text);
    const auto project = expcore::Project::open(context.directory);
    project.experiments().apply(*experiment, printer(context));
    context.output.line(fmt::format(
        "Changes for experiment '{}' have been applied to your current workspace.", *experiment));
  });
}

}  // namespace cli
