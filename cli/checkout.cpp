#include <memory>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands.hpp"

namespace cli {
namespace {

struct CheckoutArguments {
  expcore::CheckoutOptions options;
  std::vector<std::string> targets;
  bool summary = false;
  bool allow_missing = false;
};

}  // namespace

std::string files_summary(const std::vector<std::pair<std::int64_t, const char*>>& counts) {
  std::vector<std::string> parts;
  for (const auto& [count, what] : counts) {
    if (count != 0)
      parts.push_back(fmt::format("{} file{} {}", count, count == 1 ? "" : "s", what));
  }
  if (parts.empty()) return {};
  const std::string last = parts.back();
  parts.pop_back();
  return parts.empty() ? last : fmt::format("{} and {}", fmt::join(parts, ", "), last);
}

void print_changes(const expcore::CheckoutResult& result, const Context& context) {
  const auto lines = [&](const std::vector<std::string>& paths, char letter) {
    for (const auto& path : paths)
      context.output.line(fmt::format("{}       {}", letter, path));
  };
  lines(result.modified, 'M');
  lines(result.added, 'A');
  lines(result.deleted, 'D');
}

std::string checkout_failure(const expcore::CheckoutResult& result) {
  return fmt::format(
      "Checkout failed for following targets:\n{}\nIs your cache up to "
      "date?\n<https://error.dvc.org/missing-files>",
      fmt::join(result.failed, "\n"));
}

void add_checkout(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("checkout", "Checkout data files from cache.");
  const auto arguments = std::make_shared<CheckoutArguments>();
  auto& options = arguments->options;
  command->add_option(
      "targets", arguments->targets,
      "Limit command scope to these tracked files/directories, .dvc files and stage names.");
  command->add_flag("--summary", arguments->summary, "Show summary of the changes.");
  command->add_flag("-d,--with-deps", options.with_deps,
                    "Checkout all dependencies of the specified target.");
  command->add_flag("-R,--recursive", options.recursive,
                    "Checkout all subdirectories of the specified directory.");
  command->add_flag("-f,--force", options.force,
                    "Do not prompt when removing working directory files.");
  command->add_flag("--relink", options.relink,
                    "Recreate links or copies from cache to workspace.");
  command->add_flag("--allow-missing", arguments->allow_missing,
                    "Ignore errors if some of the files or directories are missing.");
  add_verbosity(*command, context);
  command->callback([&context, arguments] {
    arguments->options.cancel = context.cancel;
    arguments->options.on_event = [&context](const expcore::Event& event) {
      context.output.event(event);
    };
    const auto project = expcore::Project::open(context.directory);
    const auto result = project.data().checkout(arguments->targets, arguments->options);
    if (arguments->summary) {
      const auto summary = files_summary({{result.files_modified, "modified"},
                                          {result.files_added, "added"},
                                          {result.files_deleted, "deleted"}});
      context.output.line(summary.empty() ? "No changes." : summary);
    } else {
      print_changes(result, context);
    }
    if (!result.failed.empty() && !arguments->allow_missing) {
      context.output.error(checkout_failure(result));
      context.exit_code = exit_code::error;
      return;
    }
    if (arguments->options.relink) context.output.line("Relinked successfully");
  });
}

}  // namespace cli
