#include <memory>

#include <fmt/format.h>

#include "commands.hpp"

namespace cli {

void add_exp_run(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("run", "Run an experiment.");
  const auto options = std::make_shared<expcore::ExperimentRunOptions>();
  add_run_options(*command, options->run, context);
  command->add_option("-n,--name", options->name, "Name of the experiment; made up by default.")
      ->option_text("<name>");
  command->add_option("-m,-M,--message", options->message, "Message of the experiment's commit.")
      ->option_text("<message>");
  command
      ->add_option("-S,--set-param", options->set_params,
                   "Use this value for a parameter of a params file.")
      ->option_text("[<filename>:]<param_name>=<param_value>")
      ->expected(1)
      ->take_all();
  command->add_flag("--no-hydra", options->no_hydra,
                    "Do not compose params.yaml from Hydra configs.");
  command->add_flag("--temp", options->temp,
                    "Run in a folder of its own; the workspace stays as it is.");
  command
      ->add_option("-C,--copy-paths", options->copy_paths,
                   "With --temp: also copy this untracked or ignored path there.")
      ->option_text("<path>")
      ->expected(1)
      ->take_all();
  command->callback([&context, options] {
    connect(options->run, context);
    const auto project = expcore::Project::open(context.directory);
    const auto made = project.experiments().run(*options);
    if (made.commit.empty()) return;
    context.output.line(fmt::format(
        "\nRan experiment(s): {}\n{}", made.name,
        options->temp ? "To apply the results of an experiment to your workspace run:\n\n"
                        "\tdvc exp apply <exp>"
                      : "Experiment results have been applied to your workspace."));
  });
}

}  // namespace cli
