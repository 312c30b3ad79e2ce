#include "describe.hpp"

#include <algorithm>

namespace cli {
namespace {

OptionDescription describe(const CLI::Option& option) {
  OptionDescription made;
  for (const auto& name : option.get_snames())
    made.names.push_back("-" + name);
  for (const auto& name : option.get_lnames())
    made.names.push_back("--" + name);
  made.text = option.get_description();
  if (option.get_expected_max() == 0 && made.names.empty()) return made;
  const bool flag = option.get_type_size_max() == 0 || option.get_expected_max() == 0;
  if (!flag) {
    const std::string& text = option.get_option_text();
    made.value = text.empty() ? "<value>" : text;
    if (made.names.empty()) made.value = option.get_name(true, false);
  }
  return made;
}

CommandDescription describe(const CLI::App& command, const std::string& path) {
  CommandDescription made;
  made.path = path;
  made.aliases = command.get_aliases();
  made.text = command.get_description();
  for (const auto* option : command.get_options()) {
    // An empty group hides an option.
    if (option->get_group().empty()) continue;
    (option->nonpositional() ? made.options : made.arguments).push_back(describe(*option));
  }
  for (const auto* child : command.get_subcommands([](const CLI::App* app) {
         return !app->get_group().empty() && !app->get_name().empty();
       })) {
    std::string name = child->get_name();
    // The name that people type: the short one where there is one ("exp").
    for (const auto& alias : child->get_aliases()) {
      if (alias.size() < name.size()) name = alias;
    }
    auto described = describe(*child, path.empty() ? name : path + " " + name);
    described.aliases.push_back(child->get_name());
    std::erase(described.aliases, name);
    made.commands.push_back(std::move(described));
  }
  return made;
}

}  // namespace

CommandDescription describe(const CLI::App& program) { return describe(program, ""); }

}  // namespace cli
