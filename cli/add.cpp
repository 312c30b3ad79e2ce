#include <memory>

#include "commands.hpp"

namespace cli {
namespace {

struct AddArguments {
  expcore::AddOptions options;
  std::vector<std::string> targets;
};

/// DVC's checks of what does not go together; "" when all is well.
std::string mistake_in(const AddArguments& arguments) {
  if (arguments.options.out.empty()) return {};
  const auto not_with_out = [](const char* what) {
    return std::string(what) + " can't be used with --out";
  };
  if (arguments.targets.size() != 1) return not_with_out("multiple targets");
  if (arguments.options.glob) return not_with_out("--glob option");
  if (arguments.options.no_commit) return not_with_out("--no-commit option");
  return {};
}

}  // namespace

void add_data_add(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("add", "Track data files or directories with DVC.");
  const auto arguments = std::make_shared<AddArguments>();
  auto& options = arguments->options;
  command->add_option("targets", arguments->targets, "Input files/directories to add.")->required();
  command->add_flag("--no-commit", options.no_commit, "Don't put files/directories into cache.");
  command->add_flag("--glob", options.glob, "Allows targets containing shell-style wildcards.");
  command->add_option("-o,--out", options.out, "Destination path to put files to.")
      ->option_text("<path>");
  command->add_flag("-f,--force", options.force, "Override local file or folder if exists.");
  command->add_flag("--no-relink", options.no_relink,
                    "Don't recreate links from cache to workspace.");
  add_verbosity(*command, context);
  command->callback([&context, arguments] {
    if (const auto mistake = mistake_in(*arguments); !mistake.empty()) {
      context.output.error(mistake);
      context.exit_code = exit_code::handled;
      return;
    }
    arguments->options.cancel = context.cancel;
    arguments->options.on_event = [&context](const expcore::Event& event) {
      context.output.event(event);
    };
    const auto project = expcore::Project::open(context.directory);
    with_handled_errors(context, "",
                        [&] { project.data().add(arguments->targets, arguments->options); });
  });
}

}  // namespace cli
