#include <memory>

#include <fmt/format.h>

#include "commands.hpp"

namespace cli {

void add_data_remove(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand(
      "remove", "Remove stages from dvc.yaml and/or stop tracking files or directories.");
  command->alias("rm");
  const auto targets = std::make_shared<std::vector<std::string>>();
  const auto outs = std::make_shared<bool>(false);
  command->add_option("targets", *targets, ".dvc files or stages from dvc.yaml to remove.")
      ->required();
  command->add_flag("--outs", *outs, "Remove outputs as well.");
  add_verbosity(*command, context);
  command->callback([&context, targets, outs] {
    const auto project = expcore::Project::open(context.directory);
    for (const auto& target : *targets) {
      if (!with_handled_errors(context, "", [&] { project.data().remove(target, *outs); })) return;
    }
  });
}

void add_move(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("move",
                                        "Rename or move a DVC controlled data file or a directory. "
                                        "It renames and modifies the corresponding .dvc "
                                        "file to reflect the changes.");
  command->alias("mv");
  const auto paths = std::make_shared<std::pair<std::string, std::string>>();
  command->add_option("src", paths->first, "Source path to a data file or directory.")->required();
  command->add_option("dst", paths->second, "Destination path.")->required();
  add_verbosity(*command, context);
  command->callback([&context, paths] {
    const auto project = expcore::Project::open(context.directory);
    with_handled_errors(
        context, fmt::format("failed to move '{}' -> '{}' - ", paths->first, paths->second), [&] {
          const auto tell = [&](const expcore::Event& event) { context.output.event(event); };
          project.data().move(paths->first, paths->second, tell, context.cancel);
        });
  });
}

void add_unprotect(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand(
      "unprotect",
      "Unprotect tracked files or directories (when hardlinks or symlinks have "
      "been enabled with `dvc config cache.type`).");
  const auto targets = std::make_shared<std::vector<std::string>>();
  command->add_option("targets", *targets, "Data files/directories to unprotect.")->required();
  add_verbosity(*command, context);
  command->callback([&context, targets] {
    const auto project = expcore::Project::open(context.directory);
    for (const auto& target : *targets) {
      try {
        project.data().unprotect(target);
      } catch (const expcore::Error& error) {
        if (error.code() != expcore::Errc::not_found) throw;
        print_error(error, context, "unexpected error - ");
        context.exit_code = exit_code::error;
        return;
      }
    }
  });
}

}  // namespace cli
