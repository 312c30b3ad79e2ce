#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

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

void print_records(const std::vector<std::string>& names, bool dry, Output& output) {
  if (names.empty()) {
    output.line("No DVC files in the repo to migrate to the 3.0 format.");
    return;
  }
  if (dry) output.line("Entries in following DVC files will be migrated to the 3.0 format:");
  for (const auto& name : names) {
    if (dry) {
      output.line("\t" + name);
    } else if (name.ends_with(".dvc")) {
      output.line(fmt::format("Updating DVC file '{}'", name));
    }
  }
}

void add_migrate(CLI::App& group, Context& context) {
  auto* command = group.add_subcommand("migrate", "Migrate cached files to the DVC 3.0 layout.");
  const auto options = std::make_shared<expcore::MigrateOptions>();
  command->add_flag("--dvc-files", options->records,
                    "Also record DVC 3.0 hashes in all .dvc and dvc.lock files of the project.");
  command->add_flag("--dry", options->dry, "Only tell what would be done.");
  add_verbosity(*command, context);
  command->callback([&context, options] {
    std::vector<expcore::Event> events;  // told after what was done to the objects
    options->cancel = context.cancel;
    options->on_event = [&](const expcore::Event& event) {
      if (event.kind == expcore::EventKind::warning || event.kind == expcore::EventKind::progress) {
        context.output.event(event);
      } else {
        events.push_back(event);
      }
    };
    const auto project = expcore::Project::open(context.directory);
    const auto result = project.data().migrate_cache(*options);
    context.output.line(
        options->dry
            ? fmt::format("{} files will be re-hashed and migrated to the DVC 3.0 cache location.",
                          result.objects)
            : fmt::format("Migrated {} files to DVC 3.0 cache location.", result.objects));
    if (options->records) print_records(result.records, options->dry, context.output);
    for (const auto& event : events)
      context.output.event(event);
  });
}

}  // namespace

void add_cache(CLI::App& parent, Context& context) {
  auto* group = parent.add_subcommand("cache", "Manage cache settings.");
  group->require_subcommand(1);
  add_dir(*group, context);
  add_migrate(*group, context);
}

}  // namespace cli
