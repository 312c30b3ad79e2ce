#include <memory>

#include <fmt/format.h>

#include "commands.hpp"

namespace cli {

void add_commit(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("commit",
                                        "Record changes to files or directories tracked by DVC by "
                                        "storing the current versions in the cache.");
  const auto options = std::make_shared<expcore::CommitOptions>();
  const auto targets = std::make_shared<std::vector<std::string>>();
  command->add_option(
      "targets", *targets,
      "Limit command scope to these tracked files/directories, .dvc files and stage names.");
  command->add_flag("-f,--force", options->force,
                    "Commit data even if hash values for dependencies or outputs did not change.");
  command->add_flag("-d,--with-deps", options->with_deps,
                    "Commit all dependencies of the specified target.");
  command->add_flag("-R,--recursive", options->recursive,
                    "Commit cache for subdirectories of the specified directory.");
  command->add_flag("--no-relink", options->no_relink,
                    "Don't recreate links from cache to workspace.");
  add_verbosity(*command, context);
  command->callback([&context, options, targets] {
    options->cancel = context.cancel;
    options->on_event = [&context](const expcore::Event& event) { context.output.event(event); };
    options->confirm = asker(context);
    const auto project = expcore::Project::open(context.directory);
    if (targets->empty()) targets->emplace_back();
    for (const auto& target : *targets) {
      const std::string prefix =
          fmt::format("failed to commit{}{} - ", target.empty() ? "" : " ", target);
      if (!with_handled_errors(context, prefix, [&] { project.data().commit(target, *options); }))
        return;
    }
  });
}

}  // namespace cli
