#include <memory>

#include "commands.hpp"

namespace cli {

void add_repro(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand(
      "repro", "Reproduce complete or partial pipelines by executing their stages.");
  const auto options = std::make_shared<expcore::RunOptions>();
  add_run_options(*command, *options, context);
  command->add_flag("--glob", options->glob, "Targets are shell-style patterns.");
  command->add_flag("--no-commit", options->no_commit, "Don't put files/directories into cache.");
  command->add_flag("--no-run-cache", options->no_run_cache,
                    "Run commands even if they ran with the same inputs before.");
  command->callback([&context, options] {
    connect(*options, context);
    const auto project = expcore::Project::open(context.directory);
    const auto summary = project.pipeline().run(*options);
    context.output.line(summary.reproduced() == 0
                            ? "Data and pipelines are up to date."
                            : "Use `dvc push` to send your updates to remote storage.");
  });
}

}  // namespace cli
