#include <memory>

#include "commands.hpp"

namespace cli {

void add_init(CLI::App& parent, Context& context) {
  auto* command =
      parent.add_subcommand("init", "Initialize DVC in a directory of a Git repository.");
  const auto options = std::make_shared<expcore::InitOptions>();
  const auto directory = std::make_shared<std::string>();
  command->add_option("directory", *directory, "The directory; the current one by default.");
  command->add_flag("--no-scm", options->no_scm, "Without any SCM tool (e.g. Git).");
  command->add_flag("-f,--force", options->force,
                    "Overwrite an existing '.dvc/' directory. This removes the local cache.");
  command->add_flag("--subdir", options->subdir,
                    "Needed in a subdirectory of a parent SCM repository.");
  add_verbosity(*command, context);
  command->callback([&context, options, directory] {
    try {
      const std::filesystem::path base = context.directory;
      expcore::Project::init(directory->empty() ? base : base / *directory, *options);
    } catch (const expcore::Error& error) {
      print_error(error, context, "failed to initiate DVC - ");
      context.exit_code = exit_code::handled;
      return;
    }
    context.output.line("Initialized DVC repository.");
    if (!options->no_scm) context.output.line("\nYou can now commit the changes to git.");
  });
}

}  // namespace cli
