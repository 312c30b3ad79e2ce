#include <memory>

#include <fmt/format.h>

#include "commands.hpp"
#include "config_level.hpp"

namespace cli {
namespace {

struct Arguments {
  std::string name;
  std::string text;  ///< The URL, the option or the new name.
  std::string value;
  bool flag = false;  ///< --default or --unset.
  bool force = false;
  expcore::ConfigLevel level = expcore::ConfigLevel::merged;
};

expcore::Configuration open(const Context& context) {
  return expcore::Configuration::open(context.directory);
}

std::pair<CLI::App*, std::shared_ptr<Arguments>> command_of(CLI::App& group, Context& context,
                                                            const char* name, const char* help) {
  auto* command = group.add_subcommand(name, help);
  auto arguments = std::make_shared<Arguments>();
  add_level(*command, arguments->level);
  add_verbosity(*command, context);
  return {command, arguments};
}

void add_add(CLI::App& group, Context& context) {
  const auto [command, arguments] = command_of(group, context, "add", "Add a new data remote.");
  command->add_option("name", arguments->name, "Name of the remote.")->required();
  command->add_option("url", arguments->text, "A folder: local or on a mounted file system.")
      ->required();
  command->add_flag("-d,--default", arguments->flag, "Make it the default remote.");
  command->add_flag("-f,--force", arguments->force, "Overwrite a remote of this name.");
  command->callback([&context, arguments = arguments] {
    if (arguments->flag) {
      context.output.line(
          fmt::format("Setting '{}' as a default remote.", CLI::detail::to_lower(arguments->name)));
    }
    open(context).add_remote(arguments->name, arguments->text, arguments->flag, arguments->force,
                             arguments->level);
  });
}

void add_default(CLI::App& group, Context& context) {
  const auto [command, arguments] =
      command_of(group, context, "default", "Set, unset or show the default remote.");
  command->add_option("name", arguments->name, "Name of the remote.");
  command->add_flag("-u,--unset", arguments->flag, "Have no default remote.");
  command->callback([&context, arguments = arguments] {
    auto configuration = open(context);
    if (arguments->flag) {
      configuration.set_default_remote(std::nullopt, arguments->level);
    } else if (!arguments->name.empty()) {
      configuration.set_default_remote(arguments->name, arguments->level);
    } else if (const auto name = configuration.default_remote(arguments->level)) {
      context.output.line(*name);
    } else {
      context.output.line("No default remote set");
      context.exit_code = exit_code::handled;
    }
  });
}

void add_modify(CLI::App& group, Context& context) {
  const auto [command, arguments] =
      command_of(group, context, "modify", "Modify the configuration of a data remote.");
  command->add_option("name", arguments->name, "Name of the remote.")->required();
  command->add_option("option", arguments->text, "Name of the option to modify.")->required();
  auto* value = command->add_option("value", arguments->value, "Its new value.");
  command->add_flag("-u,--unset", arguments->flag, "Unset the option.");
  command->callback([&context, arguments = arguments, value] {
    if (!arguments->flag && value->count() == 0) {
      throw expcore::Error(expcore::Errc::invalid_argument, "a value or --unset is required");
    }
    const auto wanted =
        arguments->flag ? std::nullopt : std::optional<std::string>(arguments->value);
    open(context).modify_remote(arguments->name, arguments->text, wanted, arguments->level);
  });
}

void add_list(CLI::App& group, Context& context) {
  const auto [command, arguments] =
      command_of(group, context, "list", "List all available data remotes.");
  command->callback([&context, arguments = arguments] {
    const auto remotes = open(context).remotes(arguments->level);
    // DVC's table library turns tabs into blanks, eight columns apart.
    for (const auto& remote : remotes) {
      std::string line = remote.name;
      const auto tab = [&] { line.append(8 - line.size() % 8, ' '); };
      tab();
      line += remote.url;
      if (remote.is_default) {
        tab();
        line += "(default)";
      }
      context.output.line(line);
    }
  });
}

void add_remove(CLI::App& group, Context& context) {
  const auto [command, arguments] = command_of(group, context, "remove", "Remove a data remote.");
  command->add_option("name", arguments->name, "Name of the remote to remove.")->required();
  command->callback([&context, arguments = arguments] {
    open(context).remove_remote(arguments->name, arguments->level);
  });
}

void add_rename(CLI::App& group, Context& context) {
  const auto [command, arguments] = command_of(group, context, "rename", "Rename a data remote.");
  command->add_option("name", arguments->name, "Remote to be renamed.")->required();
  command->add_option("new", arguments->text, "New name of the remote.")->required();
  command->callback([&context, arguments = arguments] {
    open(context).rename_remote(arguments->name, arguments->text, arguments->level);
  });
}

}  // namespace

void add_remote(CLI::App& parent, Context& context) {
  auto* group = parent.add_subcommand("remote", "Set up and manage data remotes.");
  group->require_subcommand(1);
  add_add(*group, context);
  add_default(*group, context);
  add_list(*group, context);
  add_modify(*group, context);
  add_remove(*group, context);
  add_rename(*group, context);
}

}  // namespace cli
