#include <memory>

#include "commands.hpp"
#include "table.hpp"

namespace cli {
namespace {

struct ListArguments {
  expcore::StageListOptions options;
  bool names_only = false;
};

/// At most 80 characters of UTF-8, the last one an ellipsis where there were more.
std::string shortened(const std::string& text) {
  constexpr std::size_t longest = 80;
  std::size_t characters = 0;
  std::size_t cut = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U) continue;
    if (++characters == longest) cut = i;
  }
  return characters > longest ? text.substr(0, cut) + "…" : text;
}

void list(const ListArguments& arguments, const Context& context) {
  const auto project = expcore::Project::open(context.directory);
  expcore::Table table;
  for (const auto& stage : project.pipeline().list(arguments.options)) {
    if (arguments.names_only) {
      table.rows.push_back({stage.address});
    } else {
      table.rows.push_back({stage.address, shortened(stage.description)});
    }
  }
  Output::raw(draw_plain(table));
}

void add_stage_list(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("list", "List stages.");
  const auto arguments = std::make_shared<ListArguments>();
  auto& options = arguments->options;
  command->add_option("targets", options.targets,
                      "Show stages from a dvc.yaml/.dvc file or a directory; dvc.yaml by default.");
  command->add_flag("--all", options.all, "List all of the stages in the project.");
  command->add_flag("--fail", options.fail,
                    "Fail at files that cannot be read instead of passing them over.");
  command->add_flag("-R,--recursive", options.recursive,
                    "List all stages inside the specified directory.");
  command->add_flag("--name-only,--names-only", arguments->names_only, "List only stage names.");
  add_verbosity(*command, context);
  command->callback([&context, arguments] { list(*arguments, context); });
}

}  // namespace

void add_stage(CLI::App& parent, Context& context) {
  auto* group = parent.add_subcommand("stage", "Commands to list stages.");
  group->require_subcommand(1);
  add_stage_list(*group, context);
}

}  // namespace cli
