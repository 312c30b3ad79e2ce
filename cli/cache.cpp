#include <memory>

#include "commands.hpp"
#include "config_level.hpp"

namespace cli {
namespace {

void add_dir(CLI::App& group, Context& context) {
  auto* command = group.add_subcommand("dir", "Show or configure the folder of the cache.");
  struct Arguments {
    std::string value;
    bool unset = false;
    expcore::ConfigLevel level = expcore::ConfigLevel::merged;
  };
  const auto arguments = std::make_shared<Arguments>();
  add_level(*command, arguments->level);
  command->add_flag("-u,--unset", arguments->unset, "Use the default folder, .dvc/cache.");
  command->add_option("value", arguments->value,
                      "The folder. A relative path is taken from the current directory.");
  add_verbosity(*command, context);
  command->callback([&context, arguments] {
    auto configuration = expcore::Configuration::open(context.directory);
    if (arguments->unset) {
      configuration.unset("cache.dir", arguments->level);
    } else if (!arguments->value.empty()) {
      configuration.set("cache.dir", arguments->value, arguments->level);
    } else {
      context.output.line(configuration.cache_dir(arguments->level));
    }
  });
}

}  // namespace

void add_cache(CLI::App& parent, Context& context) {
  auto* group = parent.add_subcommand("cache", "Manage cache settings.");
  group->require_subcommand(1);
  add_dir(*group, context);
}

}  // namespace cli
