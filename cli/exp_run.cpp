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
  command->add_option("-m,--message", options->message, "Message of the experiment's commit.")
      ->option_text("<message>");
  command
      ->add_option("-S,--set-param", options->set_params,
                   "Use this value for a parameter of a params file.")
      ->option_text("[<filename>:]<param_name>=<param_value>")
      ->expected(1)
      ->take_all();
  command->callback([&context, options] {
    connect(options->run, context);
    const auto project = expcore::Project::open(context.directory);
    const auto made = project.experiments().run(*options);
    if (made.commit.empty()) return;
    context.output.line(
        fmt::format("\nRan experiment(s): {}\nExperiment results have been applied to "
                    "your workspace.",
                    made.name));
  });
}

}  // namespace cli
