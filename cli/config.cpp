#include <memory>
#include <regex>

#include <fmt/format.h>

#include "commands.hpp"
#include "config_level.hpp"

namespace cli {

void add_level(CLI::App& command, expcore::ConfigLevel& level) {
  using expcore::ConfigLevel;
  struct Choice {
    const char* option;
    const char* help;
    ConfigLevel level;
  };
  constexpr Choice choices[] = {
      {"--global", "Use the user's configuration.", ConfigLevel::global},
      {"--system", "Use the machine's configuration.", ConfigLevel::system},
      {"--project", "Use the project's configuration (.dvc/config).", ConfigLevel::project},
      {"--local", "Use the work tree's own configuration (.dvc/config.local).",
       ConfigLevel::local}};
  std::vector<CLI::Option*> options;
  for (const auto& choice : choices) {
    auto* option = command.add_flag_callback(
        choice.option, [&level, chosen = choice.level] { level = chosen; }, choice.help);
    for (auto* other : options)
      option->excludes(other);
    options.push_back(option);
  }
}

namespace {

struct Arguments {
  std::string name;
  std::string value;
  bool has_value = false;
  bool unset = false;
  bool list = false;
  bool show_origin = false;
  expcore::ConfigLevel level = expcore::ConfigLevel::merged;
};

void print(const Context& context, const Arguments& arguments, const expcore::ConfigEntry& entry,
           const std::string& text) {
  context.output.line(arguments.show_origin ? entry.origin + "\t" + text : text);
}

/// What may not be combined, in DVC's words; "" when all is well.
std::string conflict(const Arguments& arguments) {
  if (arguments.show_origin && (arguments.has_value || arguments.unset)) {
    return "--show-origin can't be used together with any of these options: -u/--unset, value";
  }
  if (arguments.list && (!arguments.name.empty() || arguments.unset)) {
    return "-l/--list can't be used together with any of these options: -u/--unset, name, value";
  }
  if (!arguments.list && arguments.name.empty()) return "name argument is required";
  return {};
}

void run(const Arguments& arguments, Context& context) {
  static const std::regex name_form(R"(((remote|db)\.)?[^.]*\.[^.]*)");
  if (!arguments.name.empty() && !std::regex_match(arguments.name, name_form)) {
    context.output.error(
        "argument name: name argument should look like remote.name.option or db.name.option or "
        "section.option");
    context.exit_code = exit_code::usage;
    return;
  }
  if (const std::string problem = conflict(arguments); !problem.empty()) {
    context.output.error(problem);
    context.exit_code = exit_code::handled;
    return;
  }
  auto configuration = expcore::Configuration::open(context.directory);
  if (arguments.list) {
    for (const auto& entry : configuration.list(arguments.level))
      print(context, arguments, entry, entry.key + "=" + entry.value);
    return;
  }
  if (!arguments.has_value && !arguments.unset) {
    const auto entry = configuration.get(arguments.name, arguments.level);
    if (entry) print(context, arguments, *entry, entry->value);
    return;
  }
  if (arguments.unset) {
    configuration.unset(arguments.name, arguments.level);
  } else {
    configuration.set(arguments.name, arguments.value, arguments.level);
  }
}

}  // namespace

void add_config(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("config", "Get or set config options.");
  const auto arguments = std::make_shared<Arguments>();
  add_level(*command, arguments->level);
  command->add_flag("-u,--unset", arguments->unset, "Unset the option.");
  command->add_flag("-l,--list", arguments->list, "List every option that is set.");
  command->add_flag("--show-origin", arguments->show_origin,
                    "Show the file that each value comes from.");
  command->add_option("name", arguments->name, "section.option or remote.name.option.");
  auto* value = command->add_option("value", arguments->value, "The option's new value.");
  add_verbosity(*command, context);
  command->callback([&context, arguments, value] {
    arguments->has_value = value->count() > 0;
    run(*arguments, context);
  });
}

}  // namespace cli
